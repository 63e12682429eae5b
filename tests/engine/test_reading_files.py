"""A file of the inbox is read once, through one descriptor, or it is said why it is not."""

import errno
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.children import python
from kit.inbox_files import PNG
from tasted.engine.reading_files import InboxReader
from tasted.errors import EmptyFile, ImageTooLarge, NotAnImage
from tasted.home.layout import Home
from tasted.rpc.encoding import request_from
from tasted.rpc.framing import FrameError
from tasted.rpc.messages import RequestedFile, ScoreBatch
from tasted.system.files import content_id

_READ = """
import errno, os, sys
from pathlib import Path
from tasted.errors import InboxUnavailable, UnreadableFile
from tasted.engine.reading_files import InboxReader
from tasted.rpc.messages import RequestedFile

real_open = os.open
def refusing(path, *arguments, **options):
    if str(path).endswith("a.png"):
        raise OSError(int(sys.argv[2]), "refused", str(path))
    return real_open(path, *arguments, **options)
os.open = refusing

reader = InboxReader(Path(sys.argv[1]), max_bytes=1000, system=sys.argv[3])
file = RequestedFile("a.png")
try:
    reader.read(file, reader.stat(file))
except InboxUnavailable as fault:
    print("fault", fault.remedy)
except UnreadableFile as error:
    print("file", error.remedy)
"""


def test_the_id_is_that_of_the_bytes_that_were_read(home: Home) -> None:
    """Content, stamp and companion come back together."""
    (home.inbox / "a.png").write_bytes(PNG)
    (home.inbox / "a.txt").write_text("Name: Maya", "utf-8")
    reader, file = (
        InboxReader(home.inbox, max_bytes=1000),
        RequestedFile("a.png", companion="a.txt"),
    )
    opened = reader.stat(file)
    assert opened is not None
    assert reader.read(file, opened)
    assert opened.content_id == content_id(PNG)
    assert opened.text is not None
    assert opened.text.name == "Maya"


def test_row_19_a_file_that_is_gone_is_no_error(home: Home) -> None:
    """Before the look, or between look and read."""
    reader, file = InboxReader(home.inbox, max_bytes=1000), RequestedFile("a.png")
    assert reader.stat(file) is None
    (home.inbox / "a.png").write_bytes(PNG)
    opened = reader.stat(file)
    assert opened is not None
    (home.inbox / "a.png").unlink()
    assert reader.read(file, opened) is False


def test_row_41_a_link_that_took_the_place_of_a_file_is_not_followed(
    home: Home, tmp_path: Path
) -> None:
    """Swapped in after the inbox was listed, it is refused where it would be opened."""
    (tmp_path / "secret.png").write_bytes(PNG)
    (home.inbox / "a.png").symlink_to(tmp_path / "secret.png")
    reader, file = InboxReader(home.inbox, max_bytes=1000), RequestedFile("a.png")
    opened = reader.stat(file)
    assert opened is not None
    with pytest.raises(NotAnImage):
        reader.read(file, opened)
    assert opened.data == b""


def test_row_30_nothing_larger_than_the_limit_is_read(home: Home) -> None:
    """Refused by its size alone; an empty one by its emptiness."""
    (home.inbox / "a.png").write_bytes(PNG + bytes(1000))
    (home.inbox / "b.png").write_bytes(b"")
    reader = InboxReader(home.inbox, max_bytes=1000)
    for name, expected in (("a.png", ImageTooLarge), ("b.png", EmptyFile)):
        opened = reader.stat(RequestedFile(name))
        assert opened is not None
        with pytest.raises(expected):
            reader.read(RequestedFile(name), opened)


@pytest.mark.parametrize(
    ("number", "system", "who", "words"),
    [
        (errno.EPERM, "darwin", "fault", "Privacy & Security"),
        (errno.EACCES, "darwin", "file", "chmod"),
        (errno.EPERM, "linux", "file", "chmod"),
        (errno.EDEADLK, "darwin", "file", "chmod"),
    ],
)
def test_row_16_a_privacy_rule_is_no_files_fault(
    home: Home, number: int, system: str, who: str, words: str
) -> None:
    """EPERM on a Mac holds the queue and names the setting; a mode is that one file's trouble."""
    (home.inbox / "a.png").write_bytes(PNG)
    child = python("-c", _READ, str(home.inbox), str(number), system)
    assert child.returncode == 0, child.stderr
    assert child.stdout.startswith(who)
    assert words in child.stdout


FIELDS = st.sampled_from(["path", "companion", "attempts", "scored_inputs"])


@given(st.dictionaries(FIELDS, st.text()))
def test_a_file_that_climbs_is_refused(value: dict[str, object]) -> None:
    """Whatever a message holds: a file below the inbox, or an error of ours."""
    try:
        request = request_from({"type": "ScoreBatch", "files": [{"path": "a.png", **value}]})
    except FrameError:
        return
    assert isinstance(request, ScoreBatch)
    (file,) = request.files
    for path in (file.path, file.companion or "a.txt"):
        assert ".." not in path.split("/")
        assert not path.startswith("/")
