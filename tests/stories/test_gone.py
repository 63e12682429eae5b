"""Pictures that the user deletes, and those that are only not to be seen just now.

The engine is a quick one, the daemon, the folders and the commands are real.
"""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from kit.daemons import RunningDaemon, json_lines, observing, read_sidecar, tasted
from kit.disks import mounted_disk, take_away
from kit.homes import quick_home
from kit.outboxes import documents, picture
from kit.quick_engine import scores_begun
from kit.waiting import eventually
from tasted.home.layout import Home


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A home for the quick engine."""
    return quick_home(tmp_path / "home")


def put(home: Home, *paths: str) -> None:
    """Put a picture of its own at each path of the inbox."""
    for path in paths:
        (home.inbox / path).parent.mkdir(parents=True, exist_ok=True)
        (home.inbox / path).write_bytes(picture(sum(path.encode())))


def marked(home: Home) -> set[str]:
    """Return the paths whose sidecar says that they are gone."""
    return {path for path, sidecar in documents(home).items() if sidecar.gone_since is not None}


def until_gone(home: Home, *paths: str) -> None:
    """Wait until these are marked, and no others."""
    eventually(lambda: marked(home) == set(paths))


def listed(home: Home, *options: str) -> set[str]:
    """Return the paths that `tasted results` tells of."""
    results = json_lines(tasted(home, "results", "--json", *options).stdout)
    return {result["source"]["path"] for result in results}


def looks(daemon: RunningDaemon, count: int) -> None:
    """Wait until the daemon has looked so often again, without being stirred."""
    beats: set[str] = set()

    def beaten() -> bool:
        status = daemon.status()
        beats.add(status.heartbeat_at if status is not None else "")
        return len(beats - {""}) > count

    eventually(beaten)


def test_row_51_a_deleted_picture_leaves_everything_at_once_and_comes_back_unscored(
    home: Home,
) -> None:
    """Also a broken one with its remedy, and a whole folder; only `--gone` tells of them."""
    put(home, "a.png", "b.png", "anna/1.png", "anna/2.png")
    (home.inbox / "broken.png").write_bytes(b"")
    page = home.page_file
    with observing(home) as daemon:
        daemon.sidecar("anna/", status="scored")
        daemon.sidecar("broken.png", status="error")
        status = daemon.await_state("idle")
        assert status.last_error is not None
        assert "What to do" in page.read_text("utf-8")

        (home.inbox / "broken.png").unlink()
        (home.inbox / "b.png").rename(home.root / "b.png")
        (home.inbox / "anna").rename(home.root / "anna")
        until_gone(home, "broken.png", "b.png", "anna/", "anna/1.png", "anna/2.png")
        status = daemon.await_state("idle")
        assert status.last_error is None
        assert status.counts == {"scored": 1, "gone": 4, "invalid": 0}
        assert "1 scored, 0 learnt, 0 failed; 4 gone (tasted results --gone)" in (
            tasted(home, "status").stdout
        )
        assert listed(home) == {"a.png"}
        assert listed(home, "--gone") == {"broken.png", "b.png", "anna/"}
        counted = json.loads(tasted(home, "stats", "--json").stdout)
        assert (counted["verdicts"], counted["errors"], counted["profiles"]) == (
            {"unsure": 1},
            {},
            {},
        )
        shown = page.read_text("utf-8")
        assert "What to do" not in shown
        assert "4 results of pictures that are gone" in shown
        assert json.loads(tasted(home, "rescore", "--json").stdout)["rescored"] == 1

        begun = len(scores_begun(home))
        (home.root / "b.png").rename(home.inbox / "b.png")
        (home.root / "anna").rename(home.inbox / "anna")
        until_gone(home, "broken.png")
        daemon.await_state("idle")
        assert len(scores_begun(home)) == begun
        assert listed(home) == {"a.png", "b.png", "anna/"}


@pytest.mark.parametrize("days", [0, 3])
def test_row_51_the_result_of_a_gone_picture_is_kept_for_some_days(home: Home, days: int) -> None:
    """With none it goes at once; a mark of older times, and none of a clock ahead, lets it go."""
    with home.config_file.open("a", encoding="utf-8") as settings:
        settings.write(f"[outbox]\nkeep_gone_days = {days}\n")
    put(home, "stays.png", "old.png", "new.png", "ahead.png")
    with observing(home) as daemon:
        daemon.sidecar("stays.png", status="scored")
        eventually(lambda: len(documents(home)) == 4)
        daemon.await_state("idle")
    for name, since in (("old", days + 1), ("ahead", -400)):
        _mark(home, f"{name}.png", datetime.now(UTC) - timedelta(days=since))
    for name in ("old", "new", "ahead"):
        (home.inbox / f"{name}.png").unlink()
    kept = {"new.png", "ahead.png"} if days else set()
    with observing(home) as daemon:
        eventually(lambda: documents(home).keys() == {"stays.png", *kept})
        until_gone(home, *kept)
        daemon.await_state("idle")
    found = documents(home)
    for path in kept:
        since = found[path].gone_since
        assert since is not None
        assert since <= datetime.now(UTC)


def _mark(home: Home, path: str, since: datetime) -> None:
    sidecar = read_sidecar(home, path)
    assert sidecar is not None
    (home.outbox / f"{path}.json").write_bytes(sidecar.marked(since).to_json())


def _empty_folder_in_its_place(folder: Path, elsewhere: Path) -> None:
    folder.rename(elsewhere)
    folder.mkdir()


def test_row_51_a_disk_that_is_not_connected_removes_nothing(home: Home, tmp_path: Path) -> None:
    """Of the whole inbox or of a folder in it, noticed by a running daemon or by a new one."""
    put(home, "a.png", "disk/1.png", "disk/deep/2.png")
    disk, away = home.inbox / "disk", tmp_path / "away"
    with observing(home) as daemon:
        eventually(lambda: len(documents(home)) == 3)
        daemon.await_state("idle")
        _empty_folder_in_its_place(disk, away)
        looks(daemon, 6)
    with observing(home) as daemon:
        looks(daemon, 6)
        disk.rmdir()
        away.rename(disk)
        looks(daemon, 2)
        # nothing teaches yet, so that nobody misses the label folders either
        _empty_folder_in_its_place(home.inbox, away)
        looks(daemon, 6)
    with observing(home) as daemon:
        looks(daemon, 6)
        assert marked(home) == set()
        assert len(documents(home)) == 3
        home.inbox.rmdir()
        away.rename(home.inbox)
        begun = len(scores_begun(home))
        (home.inbox / "a.png").unlink()
        until_gone(home, "a.png")
        assert len(scores_begun(home)) == begun


@pytest.fixture
def small_disk(home: Home) -> Iterator[Path]:
    """A folder of the inbox that a disk is mounted on."""
    folder = home.inbox / "disk"
    with mounted_disk(folder, megabytes=1):
        yield folder


def test_row_51_a_real_disk_below_the_inbox_may_go_and_come(home: Home, small_disk: Path) -> None:
    """Unmounted, its pictures stay results; a picture deleted beside it is gone all the same."""
    put(home, "a.png", "disk/1.png", "disk/x/2.png")
    with observing(home) as daemon:
        eventually(lambda: len(documents(home)) == 3)
        daemon.await_state("idle")
        take_away(small_disk)
        (home.inbox / "a.png").unlink()
        until_gone(home, "a.png")
        looks(daemon, 3)
        assert marked(home) == {"a.png"}


def test_a_renamed_picture_is_not_gone(home: Home) -> None:
    """Its former sidecar goes, whether or not that was marked already, and it is no news."""
    put(home, "a.png", "b.png")
    with observing(home) as daemon:
        eventually(lambda: len(documents(home)) == 2)
        first = documents(home)["a.png"].first_scored_at
        assert first is not None
        (home.inbox / "a.png").rename(home.root / "a.png")
        until_gone(home, "a.png")
        (home.root / "a.png").rename(home.inbox / "c.png")
        eventually(lambda: documents(home).keys() == {"b.png", "c.png"})
        daemon.await_state("idle")
    assert marked(home) == set()
    assert documents(home)["c.png"].first_scored_at == first
