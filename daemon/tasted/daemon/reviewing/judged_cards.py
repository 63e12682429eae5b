"""Which results can be judged, and how far that is. Reads the ledger, seldom.

A pool of ten thousand is not listed anew for every answer: it is listed again when the ledger has
changed and some time has passed, the more the longer that takes. What was judged is not read here.
"""

import time
from collections.abc import Callable
from dataclasses import field

from tasted.daemon.shared.shared_state import SharedState
from tasted.outbox.results import Selection, select_paths
from tasted.plain_dataclass import dataclass
from tasted.records import LedgerEntry

_FRESH_SECONDS = 1.0
_LISTING_SHARE = 0.05
"""Of the time that listing may take: a large outbox is listed more seldom."""


@dataclass(frozen=True, slots=True)
class JudgeableResult:
    """A result that has a score, as the queue sees it."""

    path: str
    content: str
    probability: float | None
    percentile: float | None
    verdict: str | None
    added_at: float
    """When it was scored first, in seconds since the epoch."""
    contents: tuple[str, ...] = ()
    """Of the picture, or of each photo that counts."""
    is_profile: bool = False


@dataclass(slots=True)
class _Listing:
    fresh_until: float = 0.0
    changes: int = -1
    results: dict[str, JudgeableResult] = field(default_factory=dict)


class JudgedCards:
    """The scored pictures and profiles of a home, by content.

    Args:
        shared: its ledger.
        clock: monotonic seconds.
    """

    def __init__(self, shared: SharedState, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._shared = shared
        self._clock = clock
        self._listing = _Listing()

    def results(self) -> dict[str, JudgeableResult]:
        """Return them, not older than a moment."""
        ledger, now, held = self._shared.ledger, self._clock(), self._listing
        if ledger.changes != held.changes and now >= held.fresh_until:
            changes, entries = ledger.changes, ledger.entries
            found: dict[str, JudgeableResult] = {}
            current = self._shared.taste.current
            embedder = current.embedder_fingerprint if current is not None else None
            # what a former model scored is not asked beside what this one scored
            for path in select_paths(entries, Selection(embedder=embedder)):
                result = _judgeable(entries[path])
                if result is not None:
                    found.setdefault(result.content, result)
            done = self._clock()
            pause = max(_FRESH_SECONDS, (done - now) / _LISTING_SHARE)
            self._listing = held = _Listing(done + pause, changes, found)
        return held.results

    def forget(self) -> None:
        """Hold nothing while nobody looks."""
        self._listing = _Listing()


def _judgeable(entry: LedgerEntry) -> JudgeableResult | None:
    facts = entry.ranking_facts
    if facts is None or entry.content_id is None or entry.status != "scored":
        return None
    first = facts.first_scored_at
    return JudgeableResult(
        entry.path,
        entry.content_id,
        facts.confidence,
        facts.percentile,
        facts.verdict,
        first if first is not None else facts.scored_at,
        contents=tuple(part.content_id for part in entry.parts if part.content_id is not None)
        or (entry.content_id,),
        is_profile=entry.is_profile,
    )
