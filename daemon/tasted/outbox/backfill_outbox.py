"""The outbox of one backfill: a folder of the home's outbox, with a ledger of its own. Reads it.

Its sidecars are like all others, with paths relative to the tree.
"""

from pathlib import Path

from tasted import __version__
from tasted.home.backfill_files import BackfillPlace, BackfillState
from tasted.outbox.ledger import Ledger
from tasted.outbox.ledger_index import LedgerIndex
from tasted.outbox.places import backfill_folder


def backfill_outbox(place: BackfillPlace) -> Path:
    """Return where the sidecars of a backfill lie."""
    return place.home.outbox / backfill_folder(place.name)


def backfill_ledger(place: BackfillPlace) -> Ledger:
    """Return what they prove, as far as the index says; `refresh` reads the rest."""
    index = LedgerIndex(place.index_file, version=__version__, check=place.home.check)
    return Ledger(backfill_outbox(place), index)


def file_of(state: BackfillState, path: str) -> Path | None:
    """Return where a path of the tree of a backfill lies; None: in no folder that it has."""
    for root in state.roots:
        if not root.path.startswith("/"):
            # a place in an object store
            continue
        if not root.first:
            return Path(root.path) / path
        if path.startswith(f"{root.first}/"):
            return Path(root.path) / path.removeprefix(f"{root.first}/")
    return None
