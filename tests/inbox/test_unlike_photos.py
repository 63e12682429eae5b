"""The list of photos that the engine found unlike."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.sidecars import scored
from tasted.errors import ServiceFault
from tasted.inbox.people import photo_id
from tasted.inbox.unlike_photos import UnlikePhotos, parse_unlike
from tasted.records import LedgerEntry


def entry(number: int) -> LedgerEntry:
    """Return what the sidecar of a picture proves."""
    return scored(f"{number}.png", number=number).ledger_entry()


def photo(number: int) -> str:
    """Return what stands for that picture."""
    return photo_id(f"{number:064x}", None)


def test_the_list_follows_its_file_and_forgets_what_is_gone(tmp_path: Path) -> None:
    """What one process keeps, another sees; sets with photos that have no sidecar are dropped."""
    file = tmp_path / "unlike.json"
    reader, writer = UnlikePhotos(file), UnlikePhotos(file)
    assert reader.current == frozenset()
    ledger = {str(number): entry(number) for number in range(1, 5)}
    writer.keep({photo(1), photo(2)}, ledger)
    writer.keep({photo(3), photo(4)}, ledger)
    first, second = frozenset({photo(1), photo(2)}), frozenset({photo(3), photo(4)})
    assert reader.current == {first, second}
    inode = file.stat().st_ino
    writer.keep({photo(3), photo(4)}, ledger)
    assert file.stat().st_ino == inode
    del ledger["1"]
    writer.keep({photo(3), photo(4)}, ledger)
    assert reader.current == {second}
    writer.drop_unknown({**ledger, "5": entry(5)})
    assert reader.current == {second}
    # digests alone: neither contents nor names
    assert f"{3:064x}" not in file.read_text("ascii")
    writer.drop_unknown({})
    assert reader.current == frozenset()
    file.write_bytes(b"{}")
    assert reader.current == frozenset()
    file.unlink()
    assert reader.current == frozenset()


def test_a_list_that_cannot_be_written_holds_the_work_up(tmp_path: Path) -> None:
    """Else the engine would be asked the same again at once."""
    unlike = UnlikePhotos(tmp_path / "gone" / "unlike.json")
    with pytest.raises(ServiceFault, match="cannot be written"):
        unlike.keep({photo(1), photo(2)}, {})


@given(
    st.binary()
    | st.recursive(
        st.none() | st.text(max_size=3) | st.integers(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(max_size=2), inner),
    ).map(lambda value: json.dumps(value).encode())
)
def test_what_is_no_list_is_refused(data: bytes) -> None:
    """Whatever stands in the file; and no set in it is empty, which would be in every folder."""
    try:
        found = parse_unlike(data)
    except ValueError:
        return
    assert all(found)
    value = json.loads(data)
    assert found == {frozenset(group) for group in value}
