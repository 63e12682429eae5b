"""Whether the engine should start before there is work for it. Pure but for what is handed in."""

from collections.abc import Callable, Collection

from tasted.inbox.listing import Listing
from tasted.outbox.ledger import Ledger


class Foresight:
    """Sees that a picture is coming that will need the model.

    Args:
        ledger: what the sidecars prove.
        may_start_engine: tells whether what lay there before the daemon began would be scored now.
    """

    def __init__(self, ledger: Ledger, may_start_engine: Callable[[], bool]) -> None:
        self._ledger = ledger
        self._may_start_engine = may_start_engine
        self._is_first = True

    def sees(self, listing: Listing, *, arrived: Collection[str], waiting: Collection[str]) -> bool:
        """Tell whether the engine should start, by one look at the inbox.

        Args:
            listing: what is there.
            arrived: paths that came since the look before; none at the first.
            waiting: paths that are watched for quiet: at the first look nothing has arrived, but
                something may have been waiting for it.
        """
        is_first, self._is_first = self._is_first, False
        coming = waiting if is_first else arrived
        is_needed = any(self._will_need_model(path, listing) for path in coming)
        return is_needed and (not is_first or self._may_start_engine())

    def _will_need_model(self, path: str, listing: Listing) -> bool:
        return listing.files[path].stamp.size_bytes > 0 and self._ledger.row_of(path) is None
