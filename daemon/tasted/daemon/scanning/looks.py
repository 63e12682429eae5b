"""Looks at inbox and outbox: at what stirred where that is known, at everything else in doubt.

Reads both folders, and the list of ignored pictures.
"""

import math
import time
from collections.abc import Collection
from dataclasses import replace

from tasted.daemon.shared.ignored_files import IgnoredFiles
from tasted.daemon.shared.shared_state import SharedState
from tasted.home.layout import Home
from tasted.inbox.first_bytes import FirstBytes
from tasted.inbox.held_listing import HeldListing
from tasted.inbox.listing import Listing
from tasted.inbox.trusted_listing import trusted_listing

STIRRED_MAX = 2_000
"""More paths than these are quicker looked at as a whole."""
_FILES_LOOKED_AT = 20_000
"""In an inbox of more, a look at everything comes as much later as there are more."""


class HomeLooks:
    """The looks of one scanner.

    Args:
        home: whose folders are looked at.
        shared: has the ledger, the settings and what was published.
    """

    def __init__(self, home: Home, shared: SharedState) -> None:
        self._home = home
        self._shared = shared
        self._ignored_files = IgnoredFiles(home.ignored_file)
        self._first_bytes = FirstBytes()
        self._held: HeldListing | None = None
        """What the last look at everything saw, kept in step since."""
        self.whole_until = -math.inf
        """When everything is to be looked at again, in monotonic seconds."""
        self.saw_all = False
        """Whether any look saw the whole inbox; before one, nothing is known to be absent."""

    def look(
        self, paths: Collection[str], places: Collection[str], *, is_whole: bool
    ) -> tuple[Listing, set[str] | None]:
        """Look once, and bring the ledger in step.

        Args:
            paths: relative to the inbox, at which something may have stirred.
            places: the same of the outbox.
            is_whole: look at everything.

        Returns:
            What there is, and at which paths it is another than before; None: anywhere.

        Raises:
            InboxUnavailable, OutboxUnwritable: when a folder cannot be listed.
            ServiceFault: when the list of ignored pictures cannot be read.
        """
        held, self._held = self._held, None
        if held is not None and not is_whole and time.monotonic() < self.whole_until:
            stirred = self._stirred(held, paths)
            if stirred is not None:
                self._shared.ledger.look_at(places)
                self._held = held
                return held.listing, stirred
        return self._everything(held), None

    def _stirred(self, held: HeldListing, paths: Collection[str]) -> set[str] | None:
        if self._ignored_files.is_changed or len(paths) > STIRRED_MAX:
            return None
        stirred = held.look_at(paths)
        if stirred is None or self._ignored_files.passes_over(held.listing.files, stirred):
            return None
        return stirred

    def _everything(self, former: HeldListing | None) -> Listing:
        listing = trusted_listing(
            self._home.inbox, self._shared.taste.current, first_bytes=self._first_bytes
        )
        self.saw_all = self.saw_all or listing.healthy
        listing = self._ignored_files.passed_over(listing)
        # what the folders are depends on what sidecars prove, from the first scan on
        self._shared.ledger.refresh()
        known = self._shared.ledger.entries
        sights = former.listing.files.sights if former is not None else {}
        listing = replace(listing, files=listing.files.sharing(known, sights))
        self._held = HeldListing(self._home.inbox, listing, self._first_bytes)
        stretched = max(1.0, len(listing.files) / _FILES_LOOKED_AT)
        pause = self._shared.settings.watch.rescan_seconds * stretched
        self.whole_until = time.monotonic() + pause
        return listing
