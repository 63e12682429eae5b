"""The index spares a start the reading of sidecars, and is believed in nothing else."""

from collections.abc import Callable
from pathlib import Path

import pytest

from kit.sidecars import NOW, failed, profile, scored, source_of
from tasted.home.layout import Home
from tasted.outbox.ledger import Ledger
from tasted.outbox.ledger_index import LedgerIndex
from tasted.outbox.places import sidecar_places
from tasted.outbox.sidecar_writer import Writer
from tasted.packing.entries import contents_there


@pytest.fixture
def filled(home: Home) -> Home:
    """A home with sidecars of each kind, one of them at another than its plain place."""
    writer = Writer(home.outbox, Ledger.of(home))
    for document in (
        scored("a.png", verdict_changed_at=NOW),
        failed("b.png"),
        profile("anna/", "anna/1.png", "anna/2.png"),
        scored("anna/profile", number=5),
        scored("d.json/e.png"),
        scored("\udcff\n.png"),
    ):
        writer.write(document)
    (home.outbox / "spoilt.json").write_text("{}")
    ledger = Ledger.of(home)
    ledger.refresh()
    assert ledger.read == 7
    ledger.save_index(is_last=True)
    return home


def test_a_start_opens_no_sidecar_that_did_not_change(filled: Home) -> None:
    """What the index says is what reading says, at every place."""
    read, taken = Ledger(filled.outbox), Ledger.of(filled)
    read.refresh()
    taken.refresh()
    assert taken.read == 0
    assert dict(taken.entries) == dict(read.entries)
    assert taken.census() == read.census()
    assert taken.invalid == read.invalid == 1
    for path in read.entries:
        place = read.place_of(path)
        assert place is not None
        assert taken.place_of(path) == place
        assert taken.owner_of(place) == path
    assert filled.index_file.stat().st_mode & 0o077 == 0


def test_what_changed_since_is_read(filled: Home) -> None:
    """Edited, new and deleted sidecars count as they are, whatever the index says of them."""
    file = filled.outbox / "a.png.json"
    file.write_bytes(scored("a.png", number=9).to_json())
    (filled.outbox / "b.png.json").unlink()
    (filled.outbox / "c.png.json").write_bytes(scored("c.png").to_json())
    ledger = Ledger.of(filled)
    ledger.refresh()
    assert ledger.read == 2
    assert ledger.entries["a.png"].content_id == f"{9:064x}"
    assert "b.png" not in ledger.entries
    assert "c.png" in ledger.entries


def _cut(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-40])


def _flip(file: Path) -> None:
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    file.write_bytes(data)


def _replace_by_folder(file: Path) -> None:
    file.unlink()
    file.mkdir()


@pytest.mark.parametrize("spoil", [_cut, _flip, _replace_by_folder, Path.unlink])
def test_row_55_an_index_that_is_no_good_is_made_anew(
    filled: Home, spoil: Callable[[Path], None]
) -> None:
    """A damaged index, or none, costs the reading of all sidecars, and nothing else."""
    spoil(filled.index_file)
    ledger = Ledger.of(filled)
    ledger.refresh()
    assert ledger.read == 7
    assert len(ledger.entries) == 6
    ledger.save_index()


def test_row_55_an_index_of_another_version_or_outbox_is_not_believed(
    filled: Home, tmp_path: Path
) -> None:
    """Another version may find other sidecars valid, and another folder holds others."""
    index = LedgerIndex(filled.index_file, version="another")
    assert index.read(filled.outbox) is None
    mine = LedgerIndex(filled.index_file, version="0.1.0")
    assert mine.read(tmp_path) is None


def test_the_index_is_written_when_enough_has_changed(home: Home) -> None:
    """A drop does not rewrite it; many do, and so does the end."""
    ledger = Ledger.of(home)
    ledger.refresh()
    ledger.save_index()
    before = home.index_file.stat().st_ino
    writer = Writer(home.outbox, ledger)
    writer.write(scored("a.png"))
    ledger.save_index()
    assert home.index_file.stat().st_ino == before
    ledger.save_index(is_last=True)
    again = Ledger.of(home)
    again.refresh()
    assert (again.read, len(again.entries)) == (0, 1)


def test_what_is_forgotten_leaves_the_index_at_once(filled: Home) -> None:
    """The file goes, and the next one holds what is left."""
    ledger = Ledger.of(filled)
    ledger.refresh()
    ledger.forget_index()
    assert not filled.index_file.exists()
    Writer(filled.outbox, ledger).remove("a.png")
    ledger.save_index()
    assert b"a.png\0" not in filled.index_file.read_bytes()


def test_whoever_doubts_the_ledger_has_everything_read_again(filled: Home) -> None:
    """As a rebuild does: what is equal stays, and counts as no change."""
    ledger = Ledger.of(filled)
    ledger.refresh()
    changes = ledger.changes
    ledger.doubt()
    ledger.refresh()
    assert ledger.read == 7
    assert len(ledger.entries) == 6
    assert ledger.changes <= changes + 1


def test_some_places_can_be_looked_at(filled: Home) -> None:
    """A look at places, or at what lies below a folder, sees what a look at all would see there."""
    ledger = Ledger.of(filled)
    ledger.refresh()
    followed = ledger.follow()
    (filled.outbox / "a.png.json").unlink()
    (filled.outbox / "anna" / "profile.json").unlink()
    (filled.outbox / "anna" / "3.png.json").write_bytes(scored("anna/3.png").to_json())
    ledger.look_at({"a.png.json", "anna", "never.json", "..json"})
    assert followed.take() == {"a.png", "anna/", "anna/3.png"}
    whole = Ledger(filled.outbox)
    whole.refresh()
    assert dict(ledger.entries) == dict(whole.entries)
    assert ledger.census() == whole.census()


def test_a_second_sidecar_of_one_path_waits_for_the_first(home: Home) -> None:
    """A copy at the distinguished place changes nothing while the other is there."""
    ledger = Ledger.of(home)
    Writer(home.outbox, ledger).write(scored("a.png"))
    _plain, marked = sidecar_places("a.png")
    (home.outbox / marked).write_bytes(scored("a.png", number=2).to_json())
    ledger.refresh()
    changes, read = ledger.changes, ledger.read
    ledger.refresh()
    assert (ledger.changes, ledger.read) == (changes, read)
    assert ledger.entries["a.png"].content_id == f"{1:064x}"
    (home.outbox / "a.png.json").unlink()
    ledger.refresh()
    assert ledger.entries["a.png"].content_id == f"{2:064x}"
    assert ledger.census().total() == 1


def test_contents_that_are_there_are_told_by_rows_as_by_entries(filled: Home) -> None:
    """What is gone, or has no content, is left out; a row that is wide is not."""
    ledger = Ledger.of(filled)
    writer = Writer(filled.outbox, ledger)
    ledger.refresh()
    writer.mark("a.png", NOW)
    source = source_of("wide.png", 77).model_copy(update={"modified_ns": 2**80})
    writer.write(scored("wide.png", source=source))
    entries = ledger.entries
    assert contents_there(entries) == contents_there(dict(entries))
    assert f"{77:064x}" in contents_there(entries)
