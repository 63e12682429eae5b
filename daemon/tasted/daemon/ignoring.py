"""What the light process does with pictures that were forgotten and left in the inbox.

Touches `.tasted/ignored.json`. The scout passes such files over; the scorer, which alone writes the
list, adds to it what the engine recognised, and takes off what a command asks for.
"""

import errno
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from tasted.errors import DiskFull, ServiceFault
from tasted.ignored import Ignored, IgnoredList, new_list
from tasted.inbox.listing import Listing
from tasted.records import InboxFile

REASON = "forgotten"
"""Under which `status` counts them."""


class Ignoring:
    """The ignored pictures of one home.

    Args:
        file: the list; it need not exist.

    Every method raises ServiceFault when the list cannot be read or written.
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        self._list = IgnoredList(file)

    def passed_over(self, listing: Listing) -> Listing:
        """Return the listing without the ignored files, which it counts instead.

        A file in a label folder is never ignored: whoever puts it there wants it to teach.
        """
        ignored = self._list.current
        if ignored is None:
            return listing
        passed = {
            path
            for path, file in listing.files.items()
            if file.label is None and ignored.has_file(file)
        }
        if not passed:
            return listing
        files = {path: file for path, file in listing.files.items() if path not in passed}
        return replace(listing, files=files, ignored={**listing.ignored, REASON: len(passed)})

    def keep(self, files: Iterable[tuple[InboxFile, str | None]]) -> None:
        """Ignore these files and their contents from now on; the content may be unknown."""
        ignored = self._list.current or new_list()
        for file, content in files:
            if content is not None:
                ignored = ignored.with_content(content)
            ignored = ignored.with_file(file, content)
        self._write(ignored)

    def met(self, file: InboxFile, content_id: str) -> None:
        """Know an ignored content, as the engine recognised it, under another name or stamp."""
        ignored = self._list.current
        if ignored is not None:
            self._write(ignored.with_file(file, content_id))

    def asked_again(self, file: InboxFile, content_id: str | None) -> None:
        """Take a file and its content off the list: a command asked for its score."""
        ignored = self._list.current
        if ignored is not None:
            self._write(ignored.without(file, content_id))

    def _write(self, ignored: Ignored) -> None:
        try:
            self._list.replace(ignored)
        except OSError as error:
            kind = DiskFull if error.errno in {errno.ENOSPC, errno.EDQUOT} else ServiceFault
            raise kind(
                f"The list of ignored pictures {self._file} cannot be written: {error.strerror}.",
                remedy="Check the free space and the folder; tasted goes on by itself.",
            ) from error
