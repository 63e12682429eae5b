"""The lookout hears the folder that is at the inbox's path, and polls where nothing is heard."""

import math
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from kit.waiting import eventually
from tasted.daemon.interruptions import INTERRUPTION_SECONDS, Interruptions
from tasted.daemon.lookout import POLL_SECONDS, Lookout
from tasted.errors import InboxUnavailable
from tasted.home import Home
from tasted.inbox.watcher import Watcher
from tasted.platform import FileSystem

LOCAL, REMOTE = FileSystem("ext4", is_remote=False), FileSystem("cifs", is_remote=True)


class Ears:
    """Makes lookouts and collects what they hear."""

    def __init__(self, home: Home) -> None:
        self.home = home
        self.heard: set[str] = set()
        self.doubts: list[Callable[[str], None]] = []
        self.made: list[Lookout] = []

    def lookout(self, file_system: FileSystem = LOCAL) -> Lookout:
        """Make one."""

        def watcher(hint: Callable[[str], None], doubt: Callable[[str], None]) -> Watcher:
            self.doubts.append(doubt)
            return Watcher(hint, doubt)

        lookout = Lookout(
            self.home,
            hint=self.heard.add,
            wake=lambda: None,
            make_watcher=watcher,
            file_system=lambda _folder: file_system,
        )
        self.made.append(lookout)
        return lookout

    def await_hint(self, path: Path) -> None:
        """Wait until a path was hinted at; it is written anew until then."""

        def hears() -> bool:
            path.write_bytes(b"1")
            return str(path) in self.heard

        eventually(hears)


@pytest.fixture
def ears(home: Home) -> Iterator[Ears]:
    """Ears that are taken off at the end."""
    ears = Ears(home)
    yield ears
    for lookout in ears.made:
        lookout.stop()


def test_a_quiet_folder_is_listened_to_and_not_polled(ears: Ears) -> None:
    """Once started it is left alone, and the pause of the scout is its own."""
    lookout = ears.lookout()
    lookout.keep("auto")
    lookout.keep("auto")
    ears.await_hint(ears.home.inbox / "a.png")
    assert lookout.report().how == "events"
    assert lookout.report().restarts == 0
    assert lookout.limit(math.inf) == math.inf


def test_row_14_another_folder_at_the_path_is_listened_to(ears: Ears, tmp_path: Path) -> None:
    """Inotify goes on with the folder that was moved away: the one at the path is the inbox."""
    lookout, inbox = ears.lookout(), ears.home.inbox
    lookout.keep("auto")
    inbox.rename(tmp_path / "aside")
    inbox.mkdir()
    lookout.keep("auto")
    assert lookout.report().restarts == 1
    ears.await_hint(inbox / "b.png")


def test_row_14_a_missing_inbox_is_a_fault_and_comes_back(ears: Ears, tmp_path: Path) -> None:
    """Nothing is made in its place."""
    lookout, inbox = ears.lookout(), ears.home.inbox
    lookout.keep("auto")
    inbox.rename(tmp_path / "aside")
    with pytest.raises(InboxUnavailable):
        lookout.keep("auto")
    assert not inbox.exists()
    (tmp_path / "aside").rename(inbox)
    lookout.keep("auto")
    ears.await_hint(inbox / "c.png")


def test_row_01_after_lost_events_the_observer_is_made_anew(ears: Ears) -> None:
    """Watchdog gives up its watches of new subfolders with the events that it loses."""
    lookout = ears.lookout()
    lookout.keep("auto")
    ears.doubts[0]("the queue overflowed")
    lookout.keep("auto")
    assert (lookout.report().losses, lookout.report().restarts) == (1, 1)
    ears.await_hint(ears.home.inbox / "a.png")


def test_row_43_a_network_drive_is_polled(ears: Ears) -> None:
    """The rescan is the poll; `off` listens all the same, `on` polls a local disk."""
    lookout = ears.lookout(REMOTE)
    lookout.keep("auto")
    assert lookout.report().how == "polling"
    assert "cifs" in (lookout.report().why or "")
    assert lookout.limit(math.inf) == POLL_SECONDS
    lookout.keep("off")
    assert lookout.report().how == "events"
    local = ears.lookout()
    local.keep("on")
    assert local.report().how == "polling"


def test_row_44_used_up_watches_are_told_once_and_polled(ears: Ears) -> None:
    """ENOSPC of inotify: the inbox is looked through every few seconds instead."""

    class Refused(Watcher):
        """Stands for a kernel whose watches are used up."""

        starts = 0

        def start(self, *_trees: object, **_folders: object) -> None:
            """Refuse."""
            type(self).starts += 1
            raise OSError(28, "inotify watch limit reached")

    lookout = Lookout(ears.home, hint=ears.heard.add, wake=lambda: None, make_watcher=Refused)
    for _ in range(3):
        lookout.keep("auto")
    assert Refused.starts == 1
    assert lookout.report().how == "polling"
    assert "watch limit" in (lookout.report().why or "")
    assert lookout.limit(60) == POLL_SECONDS


def test_a_linked_inbox_is_heard_behind_its_link(ears: Ears, tmp_path: Path) -> None:
    """A watched link gives no events and no error."""
    inbox = ears.home.inbox
    inbox.rename(tmp_path / "elsewhere")
    inbox.symlink_to(tmp_path / "elsewhere")
    lookout = ears.lookout()
    lookout.keep("auto")
    assert lookout.root == (tmp_path / "elsewhere").resolve()
    ears.await_hint(lookout.root / "a.png")


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
