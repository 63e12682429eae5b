"""Which pictures another model has to know before it may decide. Pure.

All references; of the history as much as a taste compares with; and the newest results, so that
whoever looks sees them in the new order at once. Everything else is embedded afterwards.
"""

from collections.abc import Mapping

from tasted.daemon.shared.version_order import newest_scored
from tasted.plain_dataclass import dataclass
from tasted.records import LedgerEntry

HISTORY_MAX = 2_000
NEWEST_MAX = 500


@dataclass(frozen=True, slots=True)
class SwitchPictures:
    """What is to be embedded first."""

    references: tuple[tuple[str, str], ...]
    """Path and content id of each."""
    contents: tuple[str, ...]
    """Content ids of the others, the history first."""
    paths: Mapping[str, str]
    """Where in the inbox one of these contents lies."""

    @property
    def count(self) -> int:
        """How many pictures that are."""
        return len(self.references) + len(self.contents)


def switch_pictures(
    ledger: Mapping[str, LedgerEntry],
    references: tuple[str, ...],
    *,
    history_max: int = HISTORY_MAX,
    newest_max: int = NEWEST_MAX,
) -> SwitchPictures:
    """Choose the pictures.

    Args:
        ledger: what the sidecars prove.
        references: paths of those that count.
        history_max: how many a taste compares with at most: those with the smallest ids, which is a
            random choice that stays the same.
        newest_max: how many of the newest results.
    """
    known = ((path, ledger.get(path)) for path in references)
    labelled = tuple(
        (path, entry.content_id)
        for path, entry in known
        if entry is not None and entry.status == "learnt" and entry.content_id is not None
    )
    paths: dict[str, str] = {}
    for entry in ledger.values():
        is_picture = entry.status == "scored" and not (entry.is_profile or entry.is_gone)
        if is_picture and entry.content_id is not None:
            paths.setdefault(entry.content_id, entry.path)
    history = sorted(paths.keys() - {content for _path, content in labelled})[:history_max]
    newest = [content for content in newest_scored(ledger, newest_max) if content in paths]
    return SwitchPictures(labelled, tuple(dict.fromkeys([*history, *newest])), paths)
