"""The ledger follows what lies in the outbox: new, edited, deleted and spoilt sidecars."""

import os
import shutil
import sys
import threading
from collections.abc import Callable
from pathlib import Path, PurePosixPath
from typing import Any

import pytest

from kit.sidecars import failed, profile, scored
from tasted.errors import OutboxUnwritable
from tasted.home.layout import Home
from tasted.outbox.ledger import Ledger
from tasted.outbox.sidecar import Sidecar
from tasted.outbox.sidecar_files import sidecars
from tasted.outbox.sidecar_writer import Writer


@pytest.fixture
def ledger(home: Home) -> Ledger:
    """The ledger of an empty outbox."""
    return Ledger(home.outbox)


def put(home: Home, place: str, sidecar: Sidecar) -> Path:
    """Put a sidecar somewhere, as a copy from elsewhere would lie there."""
    file = home.outbox / place
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(sidecar.to_json())
    return file


def test_sidecars_are_found_with_their_places(home: Home, ledger: Ledger) -> None:
    """Each entry says what its sidecar proves and where it lies."""
    document = scored("anna/2.png")
    put(home, "anna/2.png.json", document)
    put(home, "b.png.json", failed("b.png"))
    ledger.refresh()
    assert ledger.entries["anna/2.png"] == document.ledger_entry()
    assert ledger.entries["b.png"].status == "error"
    assert ledger.place_of("anna/2.png") == PurePosixPath("anna/2.png.json")
    assert ledger.owner_of(PurePosixPath("anna/2.png.json")) == "anna/2.png"
    assert ledger.invalid == 0


def test_who_asks_while_it_is_refreshed_sees_it_whole(home: Home, ledger: Ledger) -> None:
    """The worker reads a sidecar while the scanner looks, without waiting for the whole look."""
    for number in range(300):
        put(home, f"{number}.png.json", scored(f"{number}.png"))
    ledger.refresh()
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    scanner = threading.Thread(target=lambda: [ledger.refresh() for _ in range(30)])
    scanner.start()
    try:
        while scanner.is_alive():
            assert ledger.place_of("299.png") is not None
            assert len(ledger.entries) == 300
    finally:
        sys.setswitchinterval(interval)
        scanner.join()


def test_row_45_a_deleted_sidecar_is_noticed(home: Home, ledger: Ledger) -> None:
    """Deleting a sidecar asks for a new one; so does deleting its folder."""
    one = put(home, "a.png.json", scored("a.png"))
    put(home, "anna/b.png.json", scored("anna/b.png"))
    ledger.refresh()
    one.unlink()
    shutil.rmtree(home.outbox / "anna")
    ledger.refresh()
    assert not ledger.entries
    assert ledger.place_of("a.png") is None
    assert ledger.owner_of(PurePosixPath("a.png.json")) is None


def test_an_edited_sidecar_is_noticed(home: Home, ledger: Ledger) -> None:
    """What an edit changed counts; an edit that spoils the document makes it nobody's."""
    file = put(home, "a.png.json", scored("a.png"))
    ledger.refresh()
    file.write_bytes(scored("a.png", number=2).to_json())
    ledger.refresh()
    assert ledger.entries["a.png"].stamp.inode == 2
    file.write_bytes(scored("a.png").to_json()[:-20])
    ledger.refresh()
    assert not ledger.entries
    assert ledger.invalid == 1


@pytest.mark.parametrize(
    "data",
    [
        b"", b"{}", b"[1]", b"\xff\xfe", b"[" * 100_000, b'{"kind": "screenshot"}',
        scored().to_json().replace(b'"path_hex": null', b'"path_hex": "zz"'),
        scored().to_json().replace(b'"path": "a.png"', b'"path": "../../a.png"'),
        scored().to_json().replace(b'"schema_version": 1', b'"schema_version": 9'),
    ],
    ids=range(9),
)  # fmt: skip
def test_row_45_garbage_is_counted_and_proves_nothing(
    home: Home, ledger: Ledger, data: bytes
) -> None:
    """Whatever stands in a .json file, the ledger goes on; its file is done again."""
    (home.outbox / "a.png.json").write_bytes(data)
    put(home, "b.png.json", scored("b.png"))
    ledger.refresh()
    assert set(ledger.entries) == {"b.png"}
    assert ledger.invalid == 1
    Writer(home.outbox, ledger).write(scored("a.png"))
    assert set(ledger.entries) == {"a.png", "b.png"}
    assert ledger.invalid == 0
    ledger.refresh()
    assert set(ledger.entries) == {"a.png", "b.png"}


def test_a_sidecar_counts_only_at_its_own_place(home: Home, ledger: Ledger) -> None:
    """A copy under another name, or moved to another folder, proves nothing."""
    put(home, "copy.json", scored("a.png"))
    put(home, "anna/a.png.json", scored("a.png"))
    ledger.refresh()
    assert not ledger.entries
    assert ledger.invalid == 2


def test_a_folder_has_a_profile_and_a_file_has_none(home: Home, ledger: Ledger) -> None:
    """A document of the other kind proves nothing, wherever it lies."""
    put(home, "anna/profile.json", profile("anna/", "anna/1.png"))
    put(home, "bea/profile.json", scored("bea/"))
    put(home, "c.png.json", profile("c.png", "c/1.png"))
    ledger.refresh()
    assert set(ledger.entries) == {"anna/"}
    assert ledger.invalid == 2


def test_only_regular_visible_json_files_are_looked_at(home: Home, ledger: Ledger) -> None:
    """Temporary files, notes, links and special files are none of the ledger's business."""
    file = put(home, "a.png.json", scored("a.png"))
    put(home, ".a.png.json.1234abcd.tmp", scored("a.png"))
    put(home, ".hidden.json", scored("a.png"))
    put(home, "README.md", scored("a.png"))
    (home.outbox / "link.json").symlink_to(file)
    (home.outbox / "loop").symlink_to(home.outbox)
    os.mkfifo(home.outbox / "fifo.json")
    ledger.refresh()
    assert set(ledger.entries) == {"a.png"}
    assert ledger.invalid == 0


def test_what_was_written_needs_no_second_reading(home: Home, ledger: Ledger) -> None:
    """A written and a removed sidecar are known at once, and a refresh agrees."""
    writer = Writer(home.outbox, ledger)
    writer.write(scored("a.png"))
    writer.write(scored("anna/\udcff.png"))
    known = dict(ledger.entries)
    ledger.refresh()
    assert ledger.entries == known
    fresh = Ledger(home.outbox)
    fresh.refresh()
    assert fresh.entries == known
    writer.remove("a.png")
    assert set(ledger.entries) == {"anna/\udcff.png"}
    ledger.refresh()
    assert set(ledger.entries) == {"anna/\udcff.png"}


def test_a_missing_outbox_is_said(home: Home, ledger: Ledger) -> None:
    """An outbox that is gone is no empty outbox: that would ask for everything anew."""
    home.outbox.rmdir()
    with pytest.raises(OutboxUnwritable):
        ledger.refresh()
    with pytest.raises(OutboxUnwritable):
        list(sidecars(home.outbox))


def test_a_list_passes_over_what_is_not_ours(home: Home) -> None:
    """Results are listed from the valid documents alone."""
    put(home, "a.png.json", scored("a.png"))
    (home.outbox / "b.png.json").write_bytes(b"{}")
    (home.outbox / "c.png.json").write_bytes(
        scored().to_json().replace(b'"path_hex": null', b'"path_hex": "zz"')
    )
    assert [document.source.path for _place, document in sidecars(home.outbox)] == ["a.png"]


class _Slow(Ledger):
    """A ledger in which something happens between its look at the disk and what it makes of it."""

    def __init__(self, outbox: Path) -> None:
        super().__init__(outbox)
        self.meanwhile: Callable[[], None] = lambda: None

    def _read(self, place: str, stamp: bytes) -> Any:
        entry = super()._read(place, stamp)
        meanwhile, self.meanwhile = self.meanwhile, lambda: None
        meanwhile()
        return entry


def test_what_is_written_while_another_thread_looks_is_not_forgotten(home: Home) -> None:
    """No lock is held while the disk is read; the ledger takes both in, and hands out no halves."""
    Writer(home.outbox, Ledger(home.outbox)).write(scored("old.png"))
    ledger = _Slow(home.outbox)
    writer = Writer(home.outbox, ledger)
    writer.write(scored("gone.png"))

    def meanwhile() -> None:
        thread = threading.Thread(target=change)
        thread.start()
        thread.join(30)
        assert not thread.is_alive()

    def change() -> None:
        writer.write(scored("new.png"))
        writer.remove("gone.png")

    ledger.meanwhile = meanwhile
    before = ledger.entries
    ledger.refresh()
    assert ledger.entries.keys() == {"old.png", "new.png"}
    assert ledger.entry_of("gone.png") is None
    assert before.keys() == {"gone.png"}
    changes = ledger.changes
    ledger.refresh()
    assert (ledger.changes, ledger.entries.keys()) == (changes, {"old.png", "new.png"})
