"""Sidecars of folders that begin with @ move to where no backfill writes."""

from pathlib import Path

from kit.sidecars import scored
from tasted.outbox.former_places import adopt_former_places
from tasted.outbox.ledger import Ledger
from tasted.outbox.places import of_backfill
from tasted.outbox.sidecar_writer import Writer


def test_a_folder_of_the_inbox_is_moved_once_and_nothing_is_scored_again(tmp_path: Path) -> None:
    """Its sidecars are found again; those of a backfill, and of nobody, stay."""
    for name, path in (("@x", "@x/a.png"), ("@photos", "@photos/b.png"), ("@other", "c.png")):
        folder = tmp_path / name
        folder.mkdir()
        (folder / "a.png.json").write_bytes(scored(path, 0.5).to_json())
    (tmp_path / "@empty").mkdir()
    assert adopt_former_places(tmp_path, {"photos"}) == 1
    assert adopt_former_places(tmp_path, {"photos"}) == 0
    ledger = Ledger(tmp_path)
    ledger.refresh()
    assert list(ledger.entries) == ["@x/a.png"]
    assert (tmp_path / "@photos").is_dir()
    assert adopt_former_places(tmp_path / "gone", ()) == 0


def test_a_sidecar_of_such_a_folder_is_written_beside_those_of_backfills(tmp_path: Path) -> None:
    """A backfill x and a folder @x of the inbox live side by side."""
    ledger = Ledger(tmp_path)
    ledger.refresh()
    place = Writer(tmp_path, ledger).write(scored("@x/a.png", 0.5))
    assert not of_backfill(str(place))
    again = Ledger(tmp_path)
    again.refresh()
    assert list(again.entries) == ["@x/a.png"]
    assert again.place_of("@x/a.png") == place
