"""Results of backfills for the page and the API: those of one at a time. Reads their outboxes.

What the daemon itself keeps knows nothing of them. The ledger of a backfill is read when somebody
looks, again when its state was written since, and let go with the web child.
"""

import os
from collections.abc import Callable, Collection
from pathlib import Path

from tasted.daemon.reviewing.result_counts import ResultCounts
from tasted.daemon.reviewing.results_view import ResultsView
from tasted.errors import NotFound
from tasted.home.backfill_files import (
    BackfillPlace,
    BackfillState,
    backfill_places,
    is_backfill_name,
)
from tasted.home.layout import Home
from tasted.outbox.backfill_outbox import backfill_ledger, backfill_outbox, file_of
from tasted.outbox.ledger import Ledger
from tasted.plain_dataclass import dataclass
from tasted.records import FileStamp
from tasted.system.files import stamp_of


@dataclass(slots=True)
class _OpenBackfill:
    """The backfill that somebody looks at."""

    state: BackfillState
    written: FileStamp
    """Of its state, when its ledger was read."""
    ledger: Ledger
    view: ResultsView


class BackfillResults:
    """Finds results of backfills.

    Args:
        home: whose they are.
        judgement_of: as of `ResultsView`.
        etag_of: as above.
        judged: returns the contents with an answer that stands.
    """

    def __init__(
        self,
        home: Home,
        *,
        judgement_of: Callable[[str], str | None],
        etag_of: Callable[[str], str],
        judged: Callable[[], Collection[str]],
    ) -> None:
        self._home = home
        self._judgement_of = judgement_of
        self._etag_of = etag_of
        self._judged = judged
        self._open: _OpenBackfill | None = None

    def names(self) -> list[str]:
        """Return what `in` may be: `@photos`."""
        return [
            f"@{place.name}"
            for place in backfill_places(self._home)
            if backfill_outbox(place).is_dir()
        ]

    def view(self, name: str) -> ResultsView:
        """Return the results of a backfill as they are now.

        Args:
            name: with or without the @.

        Raises:
            NotFound: when there is none.
            ServiceFault: when its outbox cannot be read.
        """
        return self._opened(name).view

    def file(self, name: str, path: str) -> Path:
        """Return where a picture of a backfill lies; raises as `view`."""
        found = file_of(self._opened(name).state, path)
        if found is None:
            raise NotFound(f"There is no picture {path} in {name}.")
        return found

    def forget(self) -> None:
        """Let go of what was read."""
        self._open = None

    def _opened(self, name: str) -> _OpenBackfill:
        plain = name.removeprefix("@")
        place = BackfillPlace(self._home, plain)
        state = place.read() if is_backfill_name(plain) else None
        if state is None or not backfill_outbox(place).is_dir():
            raise NotFound(f"There is no backfill {plain!r}.", remedy="List them: tasted backfill")
        written = stamp_of(os.lstat(place.state_file))
        if self._open is None or self._open.state.name != plain:
            ledger = backfill_ledger(place)
            view = ResultsView(
                ledger,
                version=lambda: self._open.state.taste if self._open is not None else None,
                judgement_of=self._judgement_of,
                etag_of=self._etag_of,
                counts=ResultCounts(ledger, judged=self._judged),
                among=f"@{plain}",
            )
            ledger.refresh()
            self._open = _OpenBackfill(state, written, ledger, view)
        elif self._open.written != written:
            self._open.ledger.refresh()
            self._open.state, self._open.written = state, written
        return self._open
