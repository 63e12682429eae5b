"""Where a list of results comes from: the outbox of the inbox, or of a backfill. Reads both."""

from collections.abc import Callable
from pathlib import Path

from tasted.errors import NotFound, UsageError
from tasted.home.backfill_files import BackfillPlace, BackfillState, is_backfill_name
from tasted.home.layout import Home
from tasted.outbox.backfill_outbox import backfill_ledger, backfill_outbox, file_of
from tasted.outbox.ledger import Ledger
from tasted.plain_dataclass import dataclass


@dataclass(frozen=True, slots=True)
class ResultSource:
    """Sidecars, and where their pictures lie."""

    ledger: Ledger
    file_of: Callable[[str], Path]
    """Returns where a path of a sidecar lies."""
    state: BackfillState | None = None
    """Of a backfill; None: it is the inbox."""


def named_source(home: Home, name: str | None) -> ResultSource:
    """Return the results that `--in` names; None: those of the inbox.

    Raises:
        NotFound: when there is no such backfill.
    """
    if name is None:
        return ResultSource(Ledger.of(home), lambda path: home.inbox / path)
    plain = name.removeprefix("@")
    place = BackfillPlace(home, plain)
    state = place.read() if is_backfill_name(plain) else None
    if state is None or not backfill_outbox(place).is_dir():
        raise NotFound(f"There is no backfill {plain!r}.", remedy="List them: tasted backfill")

    def located(path: str) -> Path:
        place = file_of(state, path)
        if place is None:
            raise UsageError(
                f"The pictures of {plain} do not lie in a folder of this computer: {path}",
                remedy=f"List them without --open and --print0: tasted results --in @{plain}",
            )
        return place

    return ResultSource(backfill_ledger(place), located, state)
