"""The list of ignored pictures knows them and gives none of them away."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.inbox_files import inbox_file
from kit.memories import content
from tasted.errors import ServiceFault
from tasted.home.ignored import IgnoredList, new_list, parse_ignored, read_ignored, write_ignored

_KEYS = ["key", "contents", "files"]
FILE = inbox_file("anna/secret.png")


def test_a_kept_picture_is_known_by_content_name_and_stamp(tmp_path: Path) -> None:
    """Also after it was written and read; another name, stamp, content or key is another thing."""
    ignored = new_list().with_content(content("a")).with_file(FILE, content("a"))
    write_ignored(tmp_path / "ignored.json", ignored)
    again = read_ignored(tmp_path / "ignored.json")
    assert again == ignored
    assert again.has_content(content("a"))
    assert again.has_file(FILE)
    assert not again.has_content(content("b"))
    assert not again.has_file(inbox_file("anna/other.png"))
    assert not again.has_file(inbox_file("anna/secret.png", 2))
    assert not new_list().with_content(content("b")).has_content(content("a"))


def test_the_file_names_nothing(tmp_path: Path) -> None:
    """No path, no id; the same picture looks different in another home; only its owner may read."""
    texts = []
    for name in ("one.json", "two.json"):
        ignored = new_list().with_content(content("a")).with_file(FILE, content("a"))
        write_ignored(tmp_path / name, ignored)
        texts.append((tmp_path / name).read_text("utf-8"))
        assert "secret" not in texts[-1]
        assert content("a") not in texts[-1]
        assert (tmp_path / name).stat().st_mode & 0o077 == 0
    first, second = map(json.loads, texts)
    assert set(first["contents"]).isdisjoint(second["contents"])
    assert set(first["files"]).isdisjoint(second["files"])


def test_asking_again_takes_all_names_of_a_content_off() -> None:
    """The other content stays ignored, and so does a file of which no content is known."""
    twin, other, unread = inbox_file("b.png", 2), inbox_file("c.png", 3), inbox_file("d.png", 4)
    ignored = new_list().with_content(content("a")).with_content(content("c"))
    ignored = ignored.with_file(FILE, content("a")).with_file(twin, content("a"))
    ignored = ignored.with_file(other, content("c")).with_file(unread, None)
    left = ignored.without(FILE, content("a"))
    assert not left.has_content(content("a"))
    assert not left.has_file(FILE)
    assert not left.has_file(twin)
    assert left.has_content(content("c"))
    assert left.has_file(other)
    assert left.has_file(unread)
    assert not left.without(unread, None).has_file(unread)


def test_the_list_follows_its_file(tmp_path: Path) -> None:
    """What one process writes, another sees; without a file nothing is ignored."""
    file = tmp_path / "ignored.json"
    reader, writer = IgnoredList(file), IgnoredList(file)
    assert reader.current is None
    writer.replace(new_list().with_content(content("a")))
    assert reader.current is not None
    assert reader.current.has_content(content("a"))
    before = file.stat().st_ino
    writer.replace(reader.current)
    assert file.stat().st_ino == before
    file.unlink()
    assert reader.current is None


@given(
    st.binary()
    | st.recursive(
        st.none() | st.text(max_size=5) | st.integers(),
        lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(_KEYS), inner),
    ).map(lambda value: json.dumps(value).encode())
)
def test_what_is_no_list_is_refused(data: bytes) -> None:
    """Whatever stands in the file, the failure is one of ours."""
    with pytest.raises(ValueError, match=r"."):
        parse_ignored(data)


def test_a_damaged_list_holds_everything_up(tmp_path: Path) -> None:
    """It is not replaced by an empty one: what was to be left alone would be scored."""
    (tmp_path / "ignored.json").write_bytes(b"{}")
    with pytest.raises(ServiceFault, match="Cannot read the list"):
        read_ignored(tmp_path / "ignored.json")
