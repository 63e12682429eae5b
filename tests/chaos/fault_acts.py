"""What the world does to a daemon: kills, storms of events, folders and disks that fail.

Each act undoes what it did before it returns, but for the dead. Touches processes and modes.
"""

import contextlib
import os
import shutil
import signal
import time
from collections.abc import Iterator
from pathlib import Path

from chaos import file_acts
from chaos.stage import Stage
from chaos.world import JUNKYARD

_QUEUE_FILE = Path("/proc/sys/fs/inotify/max_queued_events")
# made, opened, closed, deleted
_EVENTS_OF_A_FILE = 4
_REST_SECONDS = 6.0
_POLL_SECONDS = 0.05


def kill_daemon(stage: Stage) -> None:
    """SIGKILL the daemon; the next one begins with the next act."""
    stage.lives.end(signal.SIGKILL)


def stop_daemon(stage: Stage) -> None:
    """Ask the daemon to stop, as launchd does."""
    stage.lives.end(signal.SIGTERM)
    stage.journal.counts["stops"] += 1


def next_life(stage: Stage) -> None:
    """Let a daemon follow that dies at the next fault point, or whose engine does."""
    how = signal.SIGKILL if stage.rng.random() < 0.7 else signal.SIGTERM
    stage.lives.end(how)
    stage.lives.ensure()


def rest(stage: Stage) -> None:
    """Let the daemon catch up, so that what follows befalls finished work."""
    end = time.monotonic() + _REST_SECONDS
    while not stage.lives.idle and stage.lives.alive and time.monotonic() < end:
        time.sleep(_POLL_SECONDS)


def kill_engine(stage: Stage) -> None:
    """SIGKILL the engine, if one runs."""
    engine = stage.lives.engine()
    if engine is not None:
        engine.kill()
        stage.journal.counts["engine_kills"] += 1


def overflow(stage: Stage) -> None:
    """Stop the daemon, fill the kernel's queue of events, drop pictures, let it go on."""
    if not _QUEUE_FILE.exists():
        stage.journal.skipped.add("overflow (no inotify)")
        return
    stage.lives.ensure()
    files = int(_QUEUE_FILE.read_text("ascii")) // _EVENTS_OF_A_FILE + 100
    folder = stage.inbox / JUNKYARD if stage.rng.random() < 0.5 else stage.inbox
    with stage.lives.stopped():
        for number in range(files):
            junk = folder / f"{number}.junk"
            junk.touch()
            junk.unlink()
        for act in (file_acts.drop, file_acts.rename, file_acts.delete, file_acts.move_in):
            act(stage)


def outbox_read_only(stage: Stage) -> None:
    """Take the right to write away from the outbox, drop pictures, give it back."""
    if os.geteuid() == 0 and shutil.which("setpriv") is None:
        stage.journal.skipped.add("read-only outbox (root, and no setpriv)")
        return
    outbox = stage.world.home.outbox
    folders = [outbox, *sorted(path for path in outbox.rglob("*") if path.is_dir())]
    with _fault(stage):
        for folder in folders:
            folder.chmod(0o500)
        try:
            file_acts.drop(stage)
            stage.pause(1, 2.5)
        finally:
            for folder in folders:
                folder.chmod(0o700)


def outbox_away(stage: Stage) -> None:
    """Move the outbox away, drop pictures, move it back."""
    with (
        _fault(stage),
        _away(stage.world.home.outbox, stage.world.outside.with_name("outbox.away")),
    ):
        file_acts.drop(stage)
        stage.pause(1, 2.5)


def inbox_away(stage: Stage) -> None:
    """Drop pictures and move the inbox away at once; move it back after a while."""
    file_acts.drop(stage)
    with _fault(stage), _away(stage.inbox, stage.world.outside.with_name("inbox.away")):
        stage.pause(0.1, 2.5)


def home_away(stage: Stage) -> None:
    """Drop pictures and move the whole home away at once; move it back after a while.

    What is found at its place then was made there by the daemon or its engine.
    """
    home = stage.world.home.root
    file_acts.drop(stage)
    stage.pause(0, 1)
    aside = stage.world.outside.with_name("home.away")
    with _fault(stage):
        home.rename(aside)
        try:
            stage.pause(0.1, 4)
        finally:
            if home.exists():
                made = sorted(str(path.relative_to(home)) for path in home.rglob("*"))
                stage.journal.crashes.append(f"made where the home was: {made}")
                shutil.rmtree(home)
            aside.rename(home)


@contextlib.contextmanager
def _away(folder: Path, aside: Path) -> Iterator[None]:
    folder.rename(aside)
    try:
        yield
    finally:
        aside.rename(folder)


def disk_full(stage: Stage) -> None:
    """Drop pictures, fill the disk, and make room again."""
    disk = stage.world.disk
    if disk is None:
        stage.journal.skipped.add("full disk (mounting is not permitted)")
        return
    file_acts.drop(stage)
    file_acts.write_text(stage)
    stage.pause(0, 0.7)
    filler = disk / "filler"
    with _fault(stage):
        try:
            _fill(disk, filler)
            stage.pause(1, 3)
        finally:
            filler.unlink()


def _fill(disk: Path, filler: Path) -> None:
    with filler.open("wb") as stream, contextlib.suppress(OSError):
        # one that makes room again while we fill is met by the last, small steps
        for step in (1 << 20, 1 << 12):
            with contextlib.suppress(OSError):
                os.posix_fallocate(stream.fileno(), 0, shutil.disk_usage(disk).free)
            with contextlib.suppress(OSError):
                while True:
                    os.write(stream.fileno(), b"\0" * step)


@contextlib.contextmanager
def _fault(stage: Stage) -> Iterator[None]:
    stage.lives.ensure()
    stage.journal.counts["faults"] += 1
    yield
