"""Puts right what interrupted and older runs left, before the daemon begins. Touches the home."""

import structlog

from tasted.daemon.working.rebuild import remove_former
from tasted.errors import CommandError, LibraryUnusable, ServiceFault
from tasted.home.backfill_files import backfill_places
from tasted.home.layout import Home
from tasted.inbox.find_copies import sweep_copies
from tasted.outbox.former_places import adopt_former_places
from tasted.outbox.sidecar_writer import Writer
from tasted.system.sweeping import sweep_temporary
from tasted.transfer.staging import sweep_transfers

_STALE_SECONDS = 3600.0
# written by none but the owner of the lock and its engine
_WRITTEN_BY_OWNER = (
    "status.json",
    "current.json",
    "crashes.json",
    "ledger.index",
    ".answer.json",
    ".taste",
)

log = structlog.get_logger("tasted.daemon")


def move_former_places(home: Home) -> None:
    """Move sidecars that an older tasted put where backfills write now; before they are read."""
    names = {place.name for place in backfill_places(home)}
    try:
        home.check_outbox()
        moved = adopt_former_places(home.outbox, names)
    except (OSError, ServiceFault) as error:
        # they are made again at their new places
        log.warning("sidecars_not_moved", error=str(error))
    else:
        if moved:
            log.info("sidecars_moved", folders=moved)


def remove_leftovers(home: Home, writer: Writer) -> None:
    """Remove what interrupted writes left; log what cannot be removed now, and continue."""
    move_former_places(home)
    try:
        writer.sweep()
        sweep_temporary(home.state, older_than_seconds=0, written_for=_WRITTEN_BY_OWNER)
        # commands write there too, but none of them takes this long
        sweep_temporary(home.state, older_than_seconds=_STALE_SECONDS)
        sweep_transfers(home, older_than_seconds=_STALE_SECONDS)
        if not sweep_copies(home):
            log.info("inbox_not_swept", reason="a command is changing labels")
    except (OSError, CommandError, ServiceFault) as error:
        log.warning("not_swept", error=str(error))
    try:
        remove_former(home)
    except LibraryUnusable as fault:
        log.warning("former_library_not_removed", message=fault.message, remedy=fault.remedy)
