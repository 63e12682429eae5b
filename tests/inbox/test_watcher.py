"""The watcher hints at what stirred, on the real file system, and stays quiet about reading."""

import os
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from watchdog.observers import Observer
from watchdog.observers.api import BaseObserver
from watchdog.observers.polling import PollingObserver

from kit.waiting import eventually
from tasted.inbox.watcher import Watcher
from tasted.system.files import write_atomically


class Hints:
    """Collects hints from watchdog's thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._paths: set[str] = set()

    def add(self, path: str) -> None:
        """Take a hint."""
        with self._lock:
            self._paths.add(path)

    def tells_of(self, path: Path | str) -> bool:
        """Tell whether a path was hinted at."""
        with self._lock:
            return str(path) in self._paths


@pytest.fixture
def hints() -> Hints:
    """An empty collection."""
    return Hints()


@pytest.fixture
def watcher(hints: Hints) -> Iterator[Watcher]:
    """A watcher that is stopped at the end."""
    watcher = Watcher(hints.add)
    yield watcher
    watcher.stop()


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    """An inbox without symbolic links in its path."""
    folder = tmp_path.resolve() / "inbox"
    folder.mkdir()
    return folder


def test_new_written_moved_and_deleted_files_are_hinted_at(
    inbox: Path, tmp_path: Path, hints: Hints, watcher: Watcher
) -> None:
    """Both ends of a move are hinted at, and so is a file that is moved in from elsewhere."""
    watcher.start([inbox], deletions_in=[], folders=[])
    (inbox / "new.png").write_bytes(b"1")
    eventually(lambda: hints.tells_of(inbox / "new.png"))
    (inbox / "new.png").rename(inbox / "renamed.png")
    eventually(lambda: hints.tells_of(inbox / "renamed.png"))
    (tmp_path / "outside.png").touch()
    (tmp_path / "outside.png").rename(inbox / "moved-in.png")
    eventually(lambda: hints.tells_of(inbox / "moved-in.png"))


def test_row_42_new_subfolders_are_watched_too(inbox: Path, hints: Hints, watcher: Watcher) -> None:
    """A file in a folder that was made after the start is hinted at."""
    watcher.start([inbox], deletions_in=[], folders=[])
    (inbox / "anna").mkdir()
    eventually(lambda: hints.tells_of(f"{inbox / 'anna'}/"))

    def stirs() -> bool:
        (inbox / "anna" / "a.png").write_bytes(b"1")
        return hints.tells_of(inbox / "anna" / "a.png")

    eventually(stirs)


def test_row_08_reading_is_no_event(inbox: Path, hints: Hints, watcher: Watcher) -> None:
    """Our own reading must not keep the daemon awake."""
    (inbox / "read.png").write_bytes(b"1")
    watcher.start([inbox], deletions_in=[], folders=[])
    assert (inbox / "read.png").read_bytes() == b"1"
    (inbox / "after.png").touch()
    eventually(lambda: hints.tells_of(inbox / "after.png"))
    assert not hints.tells_of(inbox / "read.png")


def append(file: Path) -> None:
    """Write behind what a file holds."""
    with file.open("ab") as stream:
        stream.write(b"2")


@pytest.mark.skipif(sys.platform != "linux", reason="other systems tell nothing of reading")
def test_row_08_reading_wakes_nobody(inbox: Path, hints: Hints) -> None:
    """The kernel is not asked to tell of it: it would, twice for each picture in hand."""
    told: list[str] = []

    def observer() -> BaseObserver:
        made = Observer()
        queued = made.event_queue.put

        def put(item: object, **how: object) -> None:
            if isinstance(item, tuple):
                told.append(item[0].event_type)
            queued(item, **how)

        made.event_queue.put = put
        return made

    (inbox / "read.png").write_bytes(b"1")
    watcher = Watcher(hints.add, make_observer=observer)
    watcher.start([inbox], deletions_in=[], folders=[])
    try:
        assert (inbox / "read.png").read_bytes() == b"1"
        (inbox / "after.png").touch()
        eventually(lambda: hints.tells_of(inbox / "after.png"))
        eventually(lambda: "closed" in told)
    finally:
        watcher.stop()
    assert not {"opened", "closed_no_write"} & set(told)


@pytest.mark.parametrize(
    "change",
    [
        lambda file: file.write_bytes(b"2"),
        append,
        lambda file: os.utime(file, (1, 1)),
        lambda file: file.chmod(0o640),
        lambda file: os.truncate(file, 0),
        lambda file: file.unlink(),
        lambda file: file.rename(file.parent.parent / "elsewhere.png"),
        lambda file: (file.parent.parent / "other.png").rename(file),
    ],
    ids=["written", "appended", "dated", "allowed", "cut", "deleted", "moved away", "replaced"],
)
def test_whatever_changes_a_file_is_hinted_at(
    inbox: Path, tmp_path: Path, hints: Hints, watcher: Watcher, change: Callable[[Path], object]
) -> None:
    """As one event or several."""
    (tmp_path.resolve() / "other.png").write_bytes(b"3")
    (inbox / "a.png").write_bytes(b"1")
    watcher.start([inbox], deletions_in=[], folders=[])
    change(inbox / "a.png")
    eventually(lambda: hints.tells_of(inbox / "a.png"))


def test_of_the_outbox_only_what_disappears_counts(
    tmp_path: Path, hints: Hints, watcher: Watcher
) -> None:
    """Our own sidecars are no news; a deleted one asks for another."""
    outbox = tmp_path.resolve() / "outbox"
    outbox.mkdir()
    watcher.start([], deletions_in=[outbox], folders=[])
    (outbox / "kept.json").write_bytes(b"{}")
    for _ in range(3):
        write_atomically(outbox / "results.html", b"", durable=False)
    (outbox / "gone.json").write_bytes(b"{}")
    (outbox / "gone.json").unlink()
    eventually(lambda: hints.tells_of(outbox / "gone.json"))
    assert not hints.tells_of(outbox / "kept.json")
    assert not hints.tells_of(outbox / "results.html")


def test_a_plain_folder_is_watched_without_its_subfolders(
    tmp_path: Path, hints: Hints, watcher: Watcher
) -> None:
    """What lies deeper is of no interest there."""
    folder = tmp_path.resolve() / "config"
    (folder / "deep").mkdir(parents=True)
    watcher.start([], deletions_in=[], folders=[folder])
    (folder / "deep" / "x").touch()
    (folder / "tasted.toml").touch()
    eventually(lambda: hints.tells_of(folder / "tasted.toml"))
    assert not hints.tells_of(folder / "deep" / "x")


def test_a_missing_folder_cannot_be_watched(inbox: Path, watcher: Watcher) -> None:
    """The caller learns of it, and nothing is left running."""
    with pytest.raises(OSError, match="No such file"):
        watcher.start([inbox / "absent"], deletions_in=[], folders=[])
    assert not watcher.healthy


def test_health_is_that_of_the_threads(inbox: Path, hints: Hints, watcher: Watcher) -> None:
    """Not started is unhealthy, started is healthy, stopped is unhealthy, and a restart works."""
    assert not watcher.healthy
    watcher.start([inbox], deletions_in=[], folders=[])
    assert watcher.healthy
    watcher.stop()
    watcher.stop()
    assert not watcher.healthy
    watcher.start([inbox], deletions_in=[], folders=[])
    (inbox / "again.png").touch()
    eventually(lambda: hints.tells_of(inbox / "again.png"))


def test_a_polling_observer_does_as_well(inbox: Path, hints: Hints) -> None:
    """File systems without events are polled."""
    watcher = Watcher(hints.add, make_observer=lambda: PollingObserver(timeout=0.05))
    watcher.start([inbox], deletions_in=[], folders=[])
    (inbox / "new.png").touch()
    eventually(lambda: hints.tells_of(inbox / "new.png"))
    watcher.stop()
