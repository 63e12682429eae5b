"""Passes over pictures that were forgotten but left in the inbox; in the light process.

Touches `.tasted/ignored.json`. The scanner passes such files over; the worker, which alone writes
the list, adds to it what the engine recognised, and takes off what a command asks for.
"""

import errno
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path

from tasted.errors import DiskFull, ServiceFault
from tasted.home.ignored import Ignored, IgnoredList, new_list
from tasted.inbox.listing import Listing
from tasted.records import InboxFile

REASON = "forgotten"
"""Under which `status` counts them."""


class IgnoredFiles:
    """The ignored pictures of one home.

    Args:
        file: the list; it need not exist.
        check: refuses, before it is written, when the home is not at its place.

    Every method raises ServiceFault when the list cannot be read or written.
    """

    def __init__(self, file: Path, *, check: Callable[[], None] = lambda: None) -> None:
        self._file = file
        self._list = IgnoredList(file, check=check)
        self._passed_with: Ignored | None = None

    def passed_over(self, listing: Listing) -> Listing:
        """Return the listing without the ignored files, which it counts instead.

        A file in a label folder is never ignored: whoever puts it there wants it to count.
        """
        ignored = self._passed_with = self._list.current
        if ignored is None:
            return listing
        passed = {
            path
            for path, file in listing.files.items()
            if file.label is None and ignored.has_file(file)
        }
        if not passed:
            return listing
        files = listing.files.without(passed)
        return replace(listing, files=files, ignored={**listing.ignored, REASON: len(passed)})

    @property
    def is_changed(self) -> bool:
        """Whether the list is another than the one by which files were passed over last."""
        return self._list.current is not self._passed_with

    def passes_over(self, files: Mapping[str, InboxFile], paths: Iterable[str]) -> bool:
        """Tell whether one of some files is ignored."""
        ignored = self._list.current
        if ignored is None:
            return False
        found = (file for path in paths if (file := files.get(path)) is not None)
        return any(file.label is None and ignored.has_file(file) for file in found)

    def keep(self, files: Iterable[tuple[InboxFile, str | None]]) -> None:
        """Ignore these files and their contents from now on; the content may be unknown."""
        ignored = self._list.current or new_list()
        for file, content in files:
            if content is not None:
                ignored = ignored.with_content(content)
            ignored = ignored.with_file(file, content)
        self._write(ignored)

    def met(self, file: InboxFile, content_id: str) -> None:
        """Remember an ignored content, which the engine recognised under another name or stamp."""
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
                f"Cannot write the list of ignored pictures {self._file}: {error.strerror}.",
                remedy="Check the free space and the folder; tasted then continues.",
            ) from error
