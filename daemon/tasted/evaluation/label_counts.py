"""How many likes and rejects there are, as everything says it. Reads the home.

While a daemon runs, what it published counts: copies of a picture once. Without one the folders do.
"""

from tasted.config import Settings
from tasted.evaluation.references import find_references
from tasted.home.layout import Home
from tasted.home.lock import lock_owner
from tasted.home.status import read_current
from tasted.inbox.unlike_photos import UnlikePhotos


def published_counts(home: Home) -> tuple[int, int] | None:
    """Return how many likes and rejects the daemon counts; None: none runs, or it has not yet."""
    current = read_current(home.current_file) if lock_owner(home) is not None else None
    return (current.liked, current.rejected) if current is not None else None


def label_counts(home: Home, settings: Settings) -> tuple[int, int]:
    """Return how many likes and rejects there are.

    Raises:
        InboxUnavailable, OutboxUnwritable: when those folders cannot be read.
    """
    published = published_counts(home)
    if published is not None:
        return published
    items = find_references(
        home.inbox,
        home.outbox,
        max_bytes=settings.limits.max_bytes,
        unlike=UnlikePhotos(home.unlike_file).current,
    ).items
    liked = sum(item.is_liked for item in items)
    return liked, len(items) - liked
