"""A private folder of one process, for pictures and tastes that came from elsewhere. Touches disk.

Whoever is killed leaves its folder; the next one on the same machine removes it. A lock tells which
of them somebody still uses: the kernel frees it with the process.
"""

import contextlib
import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tasted.system.files import PRIVATE_FILE

_PREFIX = "tasted-backfill-"
_LOCK = "lock"


class Scratch:
    """A folder with mode 0700 that goes with `close`.

    Args:
        place: where to make it; None: where the system keeps temporary files.
    """

    def __init__(self, place: Path | None = None) -> None:
        top = Path(tempfile.gettempdir()) if place is None else place
        sweep_scratch(top)
        made = None
        while made is None:
            made = _made(top)
        self.folder, self._lock = made

    def close(self) -> None:
        """Remove the folder and everything in it; a second call does nothing."""
        shutil.rmtree(self.folder, ignore_errors=True)
        if self._lock >= 0:
            os.close(self._lock)
            self._lock = -1


def _made(top: Path) -> tuple[Path, int] | None:
    """Make a folder and lock it; None when another process swept it before it was locked."""
    folder = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=top))
    lock = os.open(folder / _LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, PRIVATE_FILE)
    fcntl.flock(lock, fcntl.LOCK_EX)
    if (folder / _LOCK).exists():
        return folder, lock
    os.close(lock)
    return None


def sweep_scratch(top: Path | None = None) -> int:
    """Remove folders of processes that are gone, and return how many there were.

    Args:
        top: the folder in which they lie; None: where the system keeps temporary files. Those of
            other users cannot be opened, and stay.
    """
    removed = 0
    top = Path(tempfile.gettempdir()) if top is None else top
    for folder in _folders(top):
        # another process may have made it this instant, and not locked it yet: it has no file then
        with contextlib.suppress(OSError):
            descriptor = os.open(folder / _LOCK, os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(folder, ignore_errors=True)
                removed += 1
            finally:
                os.close(descriptor)
    return removed


def _folders(top: Path) -> Iterator[Path]:
    with os.scandir(top) as entries:
        for entry in entries:
            if entry.name.startswith(_PREFIX) and entry.is_dir(follow_symlinks=False):
                yield Path(entry.path)
