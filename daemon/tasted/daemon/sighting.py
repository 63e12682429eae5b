"""A look at the inbox that may be believed: absence is doubted before it acts. Reads only."""

from pathlib import Path

from tasted.errors import InboxUnavailable
from tasted.inbox.listing import Listing, list_inbox
from tasted.records import Current


def trusted_listing(inbox: Path, current: Current | None, *, whole: bool = False) -> Listing:
    """List the inbox, and refuse what looks like the place of a disk that is not connected.

    Args:
        inbox: the folder.
        current: what was published last; with references in it the label folders must be there,
            for their absence would unteach everything.
        whole: refuse a listing that could not see every subfolder as well.

    Raises:
        InboxUnavailable: when the inbox cannot be listed or must not be believed.
    """
    listing = list_inbox(inbox)
    taught = current is not None and current.liked + current.rejected > 0
    if taught and not listing.has_label_folders:
        raise InboxUnavailable(
            f"The inbox {inbox} has neither a folder liked nor a folder rejected.",
            remedy="Connect the disk that it lies on; or, to unlearn everything, make an empty "
            f"folder {inbox / 'liked'}.",
        )
    if whole and not listing.healthy:
        raise InboxUnavailable(
            f"The folder {inbox / listing.unreadable[0]} cannot be read.",
            remedy="Allow your user to read it, and try again.",
        )
    return listing
