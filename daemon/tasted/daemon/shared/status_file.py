"""The one writer of `status.json` in a process that owns the home. Touches that file.

It writes through the open folder `.tasted`, and so into the home that was taken, wherever that is
moved: `tasted status` there says what has become of its daemon.
"""

import os
import threading
from collections.abc import Callable
from typing import Self

from tasted.home.layout import Home
from tasted.home.status import Status, read_status, write_status


class StatusFile:
    """Keeps older snapshots of one thread from replacing newer ones of another.

    Args:
        home: that this process has taken.

    Raises:
        OSError: when its folder `.tasted` cannot be opened.
    """

    def __init__(self, home: Home) -> None:
        self.home = home
        self._file = home.status_file
        self._folder = os.open(home.state, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        self._guard = threading.Lock()
        """Held for an instant around the number of the last snapshot."""
        self._turns = 0
        self._writing = threading.Lock()
        """Held by the one thread that writes the file; nothing else waits for it."""
        self._written = 0

    def begin(self) -> int:
        """Return the number of a snapshot that is being taken now; later ones have greater ones."""
        with self._guard:
            self._turns += 1
            return self._turns

    def write(self, turn: int, status: Status) -> None:
        """Write a snapshot, unless one that was begun later is there already.

        Raises:
            OSError: when it cannot be written.
        """
        with self._writing:
            if turn > self._written:
                self._written = turn
                write_status(self._file, status, folder=self._folder)

    def edit(self, change: Callable[[Status], Status]) -> None:
        """Change what is written; snapshots that were begun before are not written any more.

        Raises:
            HomeGone: when the home is not at its place.
            OSError: when it cannot be written.
        """
        with self._writing:
            self._written = self.begin()
            self.home.check()
            status = read_status(self._file)
            if status is not None and (changed := change(status)) != status:
                write_status(self._file, changed, folder=self._folder)

    def close(self) -> None:
        """Let go of the folder."""
        os.close(self._folder)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.close()
