"""How many results there are of each verdict, and how many were judged. Reads the ledger, seldom.

Ten thousand sidecars are not counted anew for every page of a list: results are counted when the
ledger has changed, and the more seldom the longer that takes. What was judged is counted each time,
for there are far fewer answers than results.
"""

import time
from collections import Counter
from collections.abc import Callable, Collection
from dataclasses import field

from tasted.daemon.reviewing.bodies import result_id
from tasted.outbox.ledger import Ledger
from tasted.outbox.results import Selection, select_paths
from tasted.plain_dataclass import dataclass

_COUNTING_SHARE = 0.05
"""Of the time that counting may take: a large outbox is counted more seldom."""
_AT_ONCE_SECONDS = 0.02
"""What takes less is counted whenever something changed."""


@dataclass(frozen=True, slots=True)
class _Counted:
    changes: int = -1
    embedder: str | None = None
    """The model in force: only its results are counted."""
    fresh_until: float = 0.0
    verdicts: Counter[str] = field(default_factory=Counter)
    ids: Counter[str] = field(default_factory=Counter)
    """How many results have an id: a content may lie under several names."""


class ResultCounts:
    """Counts the results of one home.

    Args:
        ledger: of the inbox, or of a backfill.
        embedder: returns the fingerprint of the model that decides there; None: any counts.
        judged: returns the contents with an answer that stands.
        clock: monotonic seconds.
    """

    def __init__(
        self,
        ledger: Ledger,
        *,
        judged: Callable[[], Collection[str]],
        embedder: Callable[[], str | None] = lambda: None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._ledger = ledger
        self._embedder = embedder
        self._judged = judged
        self._clock = clock
        self._counted = _Counted()

    def now(self) -> dict[str, int]:
        """Return the number of results by verdict, `error` and `judged` among them."""
        counted = self._fresh()
        counts = dict(counted.verdicts)
        judged = sum(counted.ids.get(content, 0) for content in self._judged())
        return {**counts, "judged": judged} if judged else counts

    def forget(self) -> None:
        """Hold nothing while nobody looks."""
        self._counted = _Counted()

    def _fresh(self) -> _Counted:
        ledger, held, began = self._ledger, self._counted, self._clock()
        changes = ledger.changes
        embedder = self._embedder()
        is_same = embedder == held.embedder
        if is_same and (changes == held.changes or began < held.fresh_until):
            return held
        verdicts: Counter[str] = Counter()
        ids: Counter[str] = Counter()
        entries = ledger.entries
        for path in select_paths(entries, Selection(embedder=embedder)):
            entry = entries[path]
            facts = entry.ranking_facts
            verdicts[facts.verdict if facts is not None and facts.verdict else "error"] += 1
            ids[result_id(path, entry.content_id)] += 1
        done = self._clock()
        took = done - began
        pause = took / _COUNTING_SHARE if took > _AT_ONCE_SECONDS else 0.0
        # one assignment: several threads may count at once, and each result is whole
        self._counted = counted = _Counted(changes, embedder, done + pause, verdicts, ids)
        return counted
