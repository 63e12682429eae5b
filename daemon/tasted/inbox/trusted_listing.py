"""A look at the inbox that can be trusted: it refuses an inbox that seems unmounted. Reads only."""

from pathlib import Path

from tasted.errors import InboxUnavailable
from tasted.inbox.first_bytes import FirstBytes
from tasted.inbox.listing import Listing, list_inbox
from tasted.records import Current


def trusted_listing(
    inbox: Path,
    current: Current | None,
    *,
    whole: bool = False,
    first_bytes: FirstBytes | None = None,
) -> Listing:
    """List the inbox, and refuse what looks like the place of a disk that is not connected.

    Args:
        inbox: the folder.
        current: what was published last; with references in it the label folders must be there,
            for without them all labels would be gone.
        whole: refuse a listing that could not see every subfolder as well.
        first_bytes: what former looks know of first bytes.

    Raises:
        InboxUnavailable: when the inbox cannot be listed or must not be believed.
    """
    listing = list_inbox(inbox, first_bytes=first_bytes)
    has_labels = current is not None and current.liked + current.rejected > 0
    # without labels nothing can be lost: such a link is skipped like any other
    if has_labels and listing.linked_labels:
        raise InboxUnavailable(
            f"{inbox / listing.linked_labels[0]} is now a link, and links in the inbox are not "
            "followed: the labels behind it would be lost.",
            remedy="Replace it with a folder that holds the pictures; tasted continues by itself.",
        )
    if has_labels and not listing.has_label_folders:
        raise InboxUnavailable(
            f"The inbox {inbox} has neither a folder liked nor a folder rejected.",
            remedy="Connect its disk; or, to remove all labels, create an empty folder "
            f"{inbox / 'liked'}.",
        )
    if whole and not listing.healthy:
        raise InboxUnavailable(
            f"The folder {inbox / listing.unreadable[0]} cannot be read.",
            remedy="Allow your user to read it, and try again.",
        )
    return listing
