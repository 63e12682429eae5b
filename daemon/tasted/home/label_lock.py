"""The lock that makes a label change one step: like, reject, undo and forget move the same files.

Touches `.tasted/lessons.lock` by flock. It is separate from the home's own lock, which a daemon
holds for as long as it runs.
"""

import contextlib
import fcntl
import os
import time
from collections.abc import Iterator

from tasted.errors import CommandError, HomeLocked
from tasted.home.layout import Home
from tasted.system.files import PRIVATE_FILE, PRIVATE_FOLDER
from tasted.system.process_lock import NO_LOCKS

_WAIT_SECONDS = 120.0
_PAUSE_SECONDS = 0.01


@contextlib.contextmanager
def hold_labels(home: Home, *, wait_seconds: float = _WAIT_SECONDS) -> Iterator[None]:
    """Keep other processes from changing labels or forgetting in this home while the block runs.

    On a file system without locks the block runs all the same: its steps are ordered so that the
    worst outcome is one copy too many.

    Args:
        home: whose label folders are changed.
        wait_seconds: for another process; a label change takes milliseconds, forgetting longer.

    Raises:
        HomeGone: when the home was taken and is no longer at its place.
        HomeLocked: when another process holds the lock for longer than that.
        CommandError: when the lock file cannot be opened, or the disk fails.
    """
    home.check()
    try:
        # not its parents: a home that was moved away must not be created again
        with contextlib.suppress(FileExistsError):
            home.state.mkdir(mode=PRIVATE_FOLDER)
        flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW
        descriptor = os.open(home.label_lock_file, flags, PRIVATE_FILE)
    except OSError as error:
        raise CommandError(
            f"{home.label_lock_file} cannot be opened: {error.strerror}.",
            remedy="Check that the folder exists, who owns it, and the free space.",
        ) from error
    try:
        _await_lock(descriptor, home, wait_seconds)
        yield
    finally:
        os.close(descriptor)


def _await_lock(descriptor: int, home: Home, wait_seconds: float) -> None:
    end = time.monotonic() + wait_seconds
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            if time.monotonic() >= end:
                raise HomeLocked(
                    f"Another tasted command has been moving pictures in {home.inbox} for "
                    f"{wait_seconds:.0f} seconds.",
                    remedy="Wait for it or stop it, then try again.",
                ) from error
            time.sleep(_PAUSE_SECONDS)
        except OSError as error:
            if error.errno not in NO_LOCKS:
                raise CommandError(
                    f"{home.label_lock_file} cannot be locked: {error.strerror}.",
                    remedy="Check the disk that the folder is on.",
                ) from error
            return
        else:
            return
