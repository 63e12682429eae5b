"""Which files begin like a picture, if their names do not say so. Opens files of the inbox.

Answers are remembered by the file's stamp, so that a look at an inbox in which nothing has
changed opens nothing.
"""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

from tasted.picture_formats import HEAD_BYTES, begins_like_picture
from tasted.records import FileStamp
from tasted.system.machine_faults import shortage_of


class FirstBytes:
    """What is known of the first bytes of one inbox's files, from one look to the next."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[FileStamp, bool]] = {}
        self._seen: dict[str, tuple[FileStamp, bool]] = {}
        self.opened = 0
        """How many files were opened so far."""

    def is_picture(self, inbox: Path, path: str, stamp: FileStamp) -> bool:
        """Tell whether a file begins like a picture; it is opened once for each state of it.

        Args:
            inbox: the folder.
            path: relative to it.
            stamp: of the file, as this look sees it.
        """
        known = self._seen.get(path) or self._known.get(path)
        if known is None or known[0] != stamp:
            self.opened += 1
            known = stamp, begins_like_a_picture(inbox / path)
        self._seen[path] = known
        return known[1]

    def ended(self) -> None:
        """Forget the files that the look which has ended did not ask about."""
        self._known, self._seen = self._seen, {}


def begins_like_a_picture(file: Path) -> bool:
    """Tell whether the first bytes of a file are those of a picture; links are not followed.

    Raises:
        OSError: when the machine has no memory or no more open files for that.
    """
    try:
        with opened(file) as descriptor:
            return begins_like_picture(os.read(descriptor, HEAD_BYTES))
    except OSError as error:
        if shortage_of(error) is not None:
            # it says nothing about the file, and would be remembered of it
            raise
        # one that may not be read, and whose name promises nothing, makes no claim to be a picture
        return False


@contextlib.contextmanager
def opened(file: Path) -> Iterator[int]:
    """Open a file of the inbox for reading, and yield its descriptor.

    Raises:
        OSError: when that is not possible, also for a link.
    """
    descriptor = os.open(file, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        yield descriptor
    finally:
        os.close(descriptor)
