"""A tree is scored where it lies, whatever ends the command, and nothing is done twice."""

import json
import os
import shutil
import signal
import stat
import threading
from collections import Counter
from pathlib import Path

import pytest

from kit.inbox_files import PNG
from kit.quick_backfill import backfilled, started
from kit.quick_engine import POISON, tree_scores_begun
from kit.waiting import eventually
from tasted.backfill.tree import TreeUnavailable
from tasted.home.backfill_files import BackfillPlace, BackfillRuns
from tasted.home.ignored import new_list, write_ignored
from tasted.home.layout import Home
from tasted.outbox.backfill_outbox import backfill_ledger
from tasted.outbox.ledger import Ledger
from tasted.outbox.sidecar import Sidecar
from tasted.system.faultpoints import VARIABLE
from tasted.system.files import content_id

FILES = 60
IN_HAND = 32
"""What an engine may have begun whose answers nobody read: one batch."""


def tree(folder: Path, count: int = FILES) -> Path:
    """Make a tree of pictures that are all different."""
    for number in range(count):
        file = folder / f"year {number % 4}" / f"{number}.png"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(PNG + str(number).encode())
    return folder


def everything_in(folder: Path) -> dict[str, tuple[int, ...]]:
    """Return what lstat says of every entry, but for when it was read last."""
    return {
        str(path.relative_to(folder)): (
            status.st_mode,
            status.st_ino,
            status.st_size,
            status.st_mtime_ns,
            status.st_ctime_ns,
        )
        for path in sorted(folder.rglob("*"))
        for status in [path.lstat()]
    }


def sidecars_of(home: Home, name: str) -> dict[str, Sidecar]:
    """Return the documents of a backfill by path."""
    ledger = backfill_ledger(BackfillPlace(home, name))
    ledger.refresh()
    found = {path: ledger.sidecar_of(path) for path in ledger.entries}
    return {path: sidecar for path, sidecar in found.items() if sidecar is not None}


def test_row_70_killed_three_times_every_picture_has_one_document(
    home: Home, tmp_path: Path
) -> None:
    """What has a sidecar is never scored again, and nothing is written into the tree."""
    folder = tree(tmp_path / "photos")
    before = everything_in(folder)
    for point in ("backfill.answered:12", "write.renamed:25", "backfill.kept:9"):
        child = started(home, folder, workers=2, environment={VARIABLE: point})
        child.communicate(timeout=60)
        assert child.returncode == -signal.SIGKILL
        known = {path: sidecar.scored_at for path, sidecar in sidecars_of(home, "photos").items()}
        begun = Counter(path for path, _content in tree_scores_begun(home, "photos"))
        assert known.keys() <= begun.keys()
    outcome = backfilled(home, folder, workers=2)
    assert outcome.is_complete
    assert outcome.scored == FILES - len(known)
    done = sidecars_of(home, "photos")
    assert len(done) == FILES
    # the third run's work stands as it was
    assert {path: done[path].scored_at for path in known} == known
    files = list((home.outbox / "@photos").rglob("*.json"))
    assert len(files) == FILES
    begun = Counter(path for path, _content in tree_scores_begun(home, "photos"))
    assert len(begun) == FILES
    # only what was in hand when a process was killed was begun twice
    assert sum(begun.values()) <= FILES + 3 * 2 * IN_HAND
    assert everything_in(folder) == before
    assert backfilled(home, folder).scored == 0


def test_row_70_it_ends_in_order_when_asked_and_goes_on(home: Home, tmp_path: Path) -> None:
    """SIGTERM: what was answered is kept, and the state says that something is left."""
    folder = tree(tmp_path / "photos")
    child = started(home, folder, environment={VARIABLE: "backfill.kept:20:hang"})
    outbox = home.outbox / "@photos"
    eventually(lambda: len(list(outbox.rglob("*.json"))) >= 20)
    with pytest.raises(BackfillRuns):
        backfilled(home, folder)
    child.kill()
    child.communicate(timeout=30)
    stop = threading.Event()
    stop.set()
    outcome = backfilled(home, folder, stop=stop)
    assert not outcome.is_complete
    assert outcome.state.left > 0
    child = started(home, folder)
    child.send_signal(signal.SIGTERM)
    told, _errors = child.communicate(timeout=30)
    if child.returncode == 0:
        # it may have been done, or not begun to listen
        assert json.loads(told)["state"]["found"] == FILES
    assert backfilled(home, folder).is_complete
    assert len(sidecars_of(home, "photos")) == FILES


def test_row_70_a_picture_that_ends_the_engine_is_blamed_alone(home: Home, tmp_path: Path) -> None:
    """Its neighbours are scored, and it is not tried a third time."""
    folder = tree(tmp_path / "photos", 12)
    (folder / "bad.png").write_bytes(PNG + POISON)
    outcome = backfilled(home, folder)
    assert outcome.is_complete
    assert (outcome.state.scored, outcome.state.failed) == (12, 1)
    bad = sidecars_of(home, "photos")["bad.png"]
    assert bad.error is not None
    assert bad.error.code == "engine_died"
    begun = Counter(path for path, _content in tree_scores_begun(home, "photos"))
    assert max(begun.values()) == 1
    assert backfilled(home, folder).scored == 0


def test_row_71_what_changed_is_done_again_and_what_is_gone_is_put_away(
    home: Home, tmp_path: Path
) -> None:
    """New, changed and renamed files are scored; of a file that is gone the result is marked."""
    folder = tree(tmp_path / "photos", 6)
    backfilled(home, folder)
    (folder / "year 0" / "0.png").write_bytes(PNG + b"another")
    (folder / "year 1" / "1.png").unlink()
    (folder / "new.png").write_bytes(PNG + b"new")
    (folder / "year 2" / "2.txt").write_text("Anna, 29", "utf-8")
    outcome = backfilled(home, folder)
    assert outcome.scored == 3
    found = sidecars_of(home, "photos")
    assert found["year 0/0.png"].source.sha256 == content_id(PNG + b"another")
    assert found["year 2/2.png"].source.companion is not None
    assert found["year 1/1.png"].gone_since is not None
    shutil.copyfile(folder / "year 3" / "3.png", folder / "year 1" / "1.png")
    backfilled(home, folder)
    assert sidecars_of(home, "photos")["year 1/1.png"].gone_since is None


def test_two_folders_and_names_of_all_kinds(home: Home, tmp_path: Path) -> None:
    """Folders of one name do not collide, bytes that are no UTF-8 stay, links are passed over."""
    one, two = tree(tmp_path / "a" / "photos", 2), tree(tmp_path / "b" / "Photos", 2)
    odd = os.fsdecode(b"caf\xe9.png")
    (one / odd).write_bytes(PNG + b"odd")
    (one / "@x").mkdir()
    (one / "@x" / "at.png").write_bytes(PNG + b"at")
    (one / "liked").mkdir()
    (one / "liked" / "no label.png").write_bytes(PNG + b"liked")
    (one / "link.png").symlink_to(two / "year 0" / "0.png")
    (two / "up").symlink_to(tmp_path)
    outcome = backfilled(home, one, two)
    assert outcome.state.passed_over["link"] == 2
    found = sidecars_of(home, outcome.state.name)
    assert set(found) == {
        f"photos/{odd}",
        "photos/@x/at.png",
        "photos/liked/no label.png",
        "photos/year 0/0.png",
        "photos/year 1/1.png",
        "Photos-2/year 0/0.png",
        "Photos-2/year 1/1.png",
    }
    assert {sidecar.kind for sidecar in found.values()} == {"screenshot"}


def test_row_71_an_unreadable_folder_hides_nothing(home: Home, tmp_path: Path) -> None:
    """It is told, the others are scored, and results of what it holds are not put away."""
    folder = tree(tmp_path / "photos", 8)
    backfilled(home, folder)
    (folder / "year 1").chmod(0)
    try:
        child = started(home, folder, modes_bind=True)
        told, errors = child.communicate(timeout=60)
    finally:
        (folder / "year 1").chmod(0o700)
    assert child.returncode == 0, errors
    outcome = json.loads(told)
    assert outcome["unreadable"] == ["year 1"]
    assert outcome["state"]["passed_over"] == {"unreadable_folder": 1}
    assert sidecars_of(home, "photos")["year 1/1.png"].gone_since is None


def test_row_71_a_disk_that_goes_away_is_no_picture_s_fault(home: Home, tmp_path: Path) -> None:
    """No document is written of what only seems gone, and none is put away."""
    folder = tree(tmp_path / "disk" / "photos", 6)
    backfilled(home, folder)
    known = sidecars_of(home, "photos")
    (tmp_path / "disk").rename(tmp_path / "elsewhere")
    folder.mkdir(parents=True)
    with pytest.raises(TreeUnavailable, match="There is no picture"):
        backfilled(home, folder)
    assert sidecars_of(home, "photos") == known


def test_a_forgotten_picture_is_passed_over(home: Home, tmp_path: Path) -> None:
    """By its content, whatever it is called."""
    folder = tree(tmp_path / "photos", 3)
    write_ignored(home.ignored_file, new_list().with_content(content_id(PNG + b"1")))
    outcome = backfilled(home, folder)
    assert set(sidecars_of(home, "photos")) == {"year 0/0.png", "year 2/2.png"}
    assert outcome.is_complete


def test_the_outbox_of_the_inbox_knows_nothing_of_it(home: Home, tmp_path: Path) -> None:
    """The ledger of the inbox passes it over; a folder @photos of the inbox is another one."""
    folder = tree(tmp_path / "photos", 3)
    backfilled(home, folder)
    ledger = Ledger.of(home)
    ledger.refresh()
    assert not ledger.entries
    assert not ledger.invalid
    ledger.look_at(["@photos/", "@photos/year 0/0.png.json"])
    assert not ledger.entries
    mode = stat.S_IMODE((home.outbox / "@photos").stat().st_mode)
    assert mode == 0o700
