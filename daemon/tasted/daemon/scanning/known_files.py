"""What the outbox knows of a file that a look saw. Reads the end of one that it does not know."""

from pathlib import Path

from tasted.inbox.listing import ends_whole
from tasted.inbox.packed_files import Sight, file_from, stamp_in
from tasted.outbox.ledger import Ledger
from tasted.packing.entry_rows import has_companion, is_of_stamp
from tasted.records import InboxFile


class KnownFiles:
    """The files of one inbox, as far as sidecars tell of them.

    Args:
        inbox: its folder.
        ledger: of the outbox.
    """

    def __init__(self, inbox: Path, ledger: Ledger) -> None:
        self._inbox = inbox
        self._ledger = ledger

    def content_of(self, file: InboxFile) -> str | None:
        """Return what tells the content of a file apart: its id; None where it is not known."""
        entry = self._ledger.entry_of(file.path)
        if entry is None or not entry.stamp.agrees(file.stamp):
            return None
        # a file that could not be read is not a copy of any other
        return entry.content_id or file.path

    def is_whole(self, path: str, sight: Sight) -> bool:
        """Tell whether a quiet file ends like a whole picture; see `inbox.settling`."""
        file = file_from(path, sight)
        entry = self._ledger.entry_of(path)
        # what was done in this very state need not be checked for its end again
        return (entry is not None and entry.stamp.agrees(file.stamp)) or ends_whole(
            self._inbox, file
        )

    def is_done(self, path: str, sight: Sight) -> bool:
        """Tell whether a file was worked on in the state that was seen; see `inbox.settling`."""
        row = self._ledger.row_of(path)
        if row is None or not is_of_stamp(row, stamp_in(sight)):
            return False
        if isinstance(sight, bytes):
            return not has_companion(row)
        entry = self._ledger.entry_of(path)
        return entry is not None and entry.has_text(file_from(path, sight).companion)
