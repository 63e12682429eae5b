"""The kernel's lock that gives a home one owner. Touches `.tasted/lock` by flock."""

import contextlib
import fcntl
import os
import time
from collections.abc import Callable, Iterator

from tasted.errors import HomeLocked
from tasted.home.folder_locks import FolderLocks
from tasted.home.layout import Home
from tasted.system.files import PRIVATE_FILE, private_folder

_LOCK_TRIES = 5
_LOCK_PAUSE_SECONDS = 0.05
_ORPHAN_TRIES = 600
_PID_MAX = 2**31 - 1


class WaitEndedError(Exception):
    """Whoever waited for the lock was asked to stop."""


def _sleep(seconds: float) -> bool:
    time.sleep(seconds)
    return False


@contextlib.contextmanager
def hold_lock(
    home: Home, *, folders: FolderLocks | None = None, pause: Callable[[float], bool] = _sleep
) -> Iterator[int]:
    """Own the home while the block runs, and give the lock's descriptor.

    The kernel frees the lock when the last process that holds the descriptor has gone: the daemon
    hands it to its engine, so that a new daemon cannot begin while the engine of a killed one
    still writes.

    Args:
        home: to be owned.
        folders: the locks of its inbox and outbox, for an owner that keeps them as folders change.
        pause: waits so many seconds, and returns whether to stop waiting.

    Raises:
        WaitEndedError: when `pause` said so.
        HomeLocked: when another process owns it; the message names its pid. Also when inbox or
            outbox is a link to a folder that the owner of another home works with.
    """
    private_folder(home.state, below=home.root)
    descriptor = os.open(
        home.lock_file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, PRIVATE_FILE
    )
    try:
        if not _locked(descriptor, pause):
            pid = _written_pid(descriptor)
            raise HomeLocked(
                f"Another tasted process (pid {pid or 'unknown'}) is using {home.root}.",
                remedy="See what it does: tasted status",
            )
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{os.getpid()}\n".encode("ascii"), 0)
        with contextlib.closing(folders or FolderLocks((home.inbox, home.outbox))) as kept:
            kept.keep()
            yield descriptor
    finally:
        os.close(descriptor)


def is_lock_of(home: Home, descriptor: int) -> bool:
    """Return whether the lock file of a home is still the one behind a descriptor, or gone."""
    try:
        return os.path.samestat(os.fstat(descriptor), home.lock_file.stat())
    except OSError:
        # a home that is moved or unmounted comes back; nobody else can hold what is not there
        return True


def _locked(descriptor: int, pause: Callable[[float], bool]) -> bool:
    tries = 0
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            tries += 1
            pid = _written_pid(descriptor)
            # `lock_owner` takes a shared lock for an instant; and the engine of a daemon that was
            # killed leaves by itself, after the batch in hand
            orphaned = pid is not None and not process_exists(pid)
            if tries >= (_ORPHAN_TRIES if orphaned else _LOCK_TRIES):
                return False
            if pause(_LOCK_PAUSE_SECONDS):
                raise WaitEndedError from None
        else:
            return True


def _written_pid(descriptor: int) -> int | None:
    text = os.pread(descriptor, 32, 0).decode("ascii", "replace").strip()
    # what is longer was not written by us, and no system has such a pid
    return int(text) if text.isdigit() and 0 < int(text) <= _PID_MAX else None


def process_exists(pid: int) -> bool:
    """Return whether a process of this id runs, whoever owns it."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def lock_owner(home: Home) -> int | None:
    """Return the pid of the living process that owns the home, or None when there is none."""
    try:
        descriptor = os.open(home.lock_file, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
    except FileNotFoundError:
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        pid = _written_pid(descriptor)
        return pid if pid is not None and process_exists(pid) else None
    else:
        return None
    finally:
        os.close(descriptor)
