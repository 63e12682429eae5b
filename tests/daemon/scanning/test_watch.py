"""The watch follows the folder that is at the inbox's path, and polls where there are no events."""

import math
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from kit.waiting import eventually
from tasted.daemon.scanning.watch import INTERRUPTION_SECONDS, POLL_SECONDS, Interruptions, Watch
from tasted.errors import InboxUnavailable
from tasted.home.layout import Home
from tasted.inbox.watcher import Watcher
from tasted.system.platform import FileSystem

LOCAL, REMOTE = FileSystem("ext4", is_remote=False), FileSystem("cifs", is_remote=True)


class Watches:
    """Makes watches and collects their hints."""

    def __init__(self, home: Home) -> None:
        self.home = home
        self.hints: set[str] = set()
        self.doubts: list[Callable[[str], None]] = []
        self.made: list[Watch] = []

    def watch(self, file_system: FileSystem = LOCAL) -> Watch:
        """Make one."""

        def watcher(hint: Callable[[str], None], doubt: Callable[[str], None]) -> Watcher:
            self.doubts.append(doubt)
            return Watcher(hint, doubt)

        watch = Watch(
            self.home,
            hint=self.hints.add,
            wake=lambda: None,
            make_watcher=watcher,
            file_system=lambda _folder: file_system,
        )
        self.made.append(watch)
        return watch

    def await_hint(self, path: Path) -> None:
        """Wait until a path was hinted at; it is written again until then."""

        def is_hinted() -> bool:
            path.write_bytes(b"1")
            return str(path) in self.hints

        eventually(is_hinted)


@pytest.fixture
def watches(home: Home) -> Iterator[Watches]:
    """Watches that are stopped at the end."""
    watches = Watches(home)
    yield watches
    for watch in watches.made:
        watch.stop()


def test_a_quiet_folder_is_watched_and_not_polled(watches: Watches) -> None:
    """Once started it is left alone, and the pause of the scanner is its own."""
    watch = watches.watch()
    watch.keep("auto")
    watch.keep("auto")
    watches.await_hint(watches.home.inbox / "a.png")
    assert watch.report().how == "events"
    assert watch.report().restarts == 0
    assert watch.limit(math.inf) == math.inf


def test_row_14_another_folder_at_the_path_is_watched(watches: Watches, tmp_path: Path) -> None:
    """Inotify goes on with the folder that was moved away: the one at the path is the inbox."""
    watch, inbox = watches.watch(), watches.home.inbox
    watch.keep("auto")
    inbox.rename(tmp_path / "aside")
    inbox.mkdir()
    watch.keep("auto")
    assert watch.report().restarts == 1
    watches.await_hint(inbox / "b.png")


def test_row_14_a_missing_inbox_is_a_fault_and_comes_back(watches: Watches, tmp_path: Path) -> None:
    """Nothing is made in its place."""
    watch, inbox = watches.watch(), watches.home.inbox
    watch.keep("auto")
    inbox.rename(tmp_path / "aside")
    with pytest.raises(InboxUnavailable):
        watch.keep("auto")
    assert not inbox.exists()
    (tmp_path / "aside").rename(inbox)
    watch.keep("auto")
    watches.await_hint(inbox / "c.png")


def test_row_01_after_lost_events_the_observer_is_made_again(watches: Watches) -> None:
    """Watchdog gives up its watches of new subfolders with the events that it loses."""
    watch = watches.watch()
    watch.keep("auto")
    watches.doubts[0]("the queue overflowed")
    watch.keep("auto")
    assert (watch.report().losses, watch.report().restarts) == (1, 1)
    watches.await_hint(watches.home.inbox / "a.png")


def test_row_43_a_network_drive_is_polled(watches: Watches) -> None:
    """The rescan is the poll; `off` listens all the same, `on` polls a local disk."""
    watch = watches.watch(REMOTE)
    watch.keep("auto")
    assert watch.report().how == "polling"
    assert "cifs" in (watch.report().why or "")
    assert watch.limit(math.inf) == POLL_SECONDS
    watch.keep("off")
    assert watch.report().how == "events"
    local = watches.watch()
    local.keep("on")
    assert local.report().how == "polling"


def test_row_44_used_up_watches_are_logged_once_and_polled(watches: Watches) -> None:
    """ENOSPC of inotify: the inbox is looked through every few seconds instead."""

    class Refused(Watcher):
        """Stands for a kernel whose watches are used up."""

        starts = 0

        def start(self, *_trees: object, **_folders: object) -> None:
            """Refuse."""
            type(self).starts += 1
            raise OSError(28, "inotify watch limit reached")

    watch = Watch(watches.home, hint=watches.hints.add, wake=lambda: None, make_watcher=Refused)
    for _ in range(3):
        watch.keep("auto")
    assert Refused.starts == 1
    assert watch.report().how == "polling"
    assert "watch limit" in (watch.report().why or "")
    assert watch.limit(60) == POLL_SECONDS


def test_a_linked_inbox_is_watched_behind_its_link(watches: Watches, tmp_path: Path) -> None:
    """A watched link gives no events and no error."""
    inbox = watches.home.inbox
    inbox.rename(tmp_path / "elsewhere")
    inbox.symlink_to(tmp_path / "elsewhere")
    watch = watches.watch()
    watch.keep("auto")
    assert watch.root == (tmp_path / "elsewhere").resolve()
    watches.await_hint(watch.root / "a.png")


@pytest.mark.parametrize(
    ("wall", "monotonic", "expected"),
    [
        (60.0, 60.0, False),
        (60.0 + INTERRUPTION_SECONDS + 1, 60.0, True),
        (60.0 - 3600.0, 60.0, True),
        (60.0 + 5.0, 60.0, False),
    ],
)
def test_row_35_sleep_and_a_set_clock_are_noticed_once(
    wall: float, monotonic: float, *, expected: bool
) -> None:
    """The two clocks move apart; afterwards they are compared from there."""
    clocks = Interruptions(wall=1000.0, monotonic=10.0)
    assert clocks.happened(wall=1000.0 + wall, monotonic=10.0 + monotonic) is expected
    assert not clocks.happened(wall=1001.0 + wall, monotonic=11.0 + monotonic)
