"""What commands do while no daemon runs: the same code, without threads.

Touches the lock, the engine, the outbox for files of the inbox, and what shall be forgotten.
"""

import contextlib
import threading
from collections.abc import Iterator, Sequence
from typing import Any

from tasted import __version__
from tasted.config import Settings
from tasted.daemon.acting import Acting
from tasted.daemon.desk import Desk, Sight
from tasted.daemon.forget_order import Order
from tasted.daemon.forgetting import Forgetting
from tasted.daemon.rebuilding import rebuild
from tasted.daemon.sighting import trusted_listing
from tasted.daemon.supervisor import make_engine, make_page
from tasted.daemon.work_queue import LabelsUpdate
from tasted.daemon.worker import Worker
from tasted.home import Home
from tasted.inbox.presence import labels_digest, seen_references
from tasted.lock import hold_lock
from tasted.outbox.ledger import Ledger
from tasted.outbox.writer import Writer
from tasted.status import read_current


def score_now(
    home: Home, settings: Settings, *, inside: Sequence[str], outside: Sequence[str]
) -> dict[str, Any]:
    """Score files and return their documents as JSON, by path; None for a file that is gone.

    Args:
        home: whose taste is asked; its lock is held meanwhile.
        settings: as loaded.
        inside: paths relative to the inbox; their sidecars are written.
        outside: absolute paths; nothing is stored for them.

    Raises:
        HomeLocked: when a daemon came up meanwhile.
        ServiceFault: when nothing can be scored.
    """
    with _ready_worker(home, settings) as (worker, labels, _desk):
        worker.check_ground()
        if labels is not None:
            worker.update_labels(labels)
        return {
            **worker.score_paths(inside, inside=True),
            **worker.score_paths(outside, inside=False),
        }


def rebuild_now(home: Home, settings: Settings) -> int:
    """Make the library anew, and return how many references it has.

    Raises:
        HomeLocked: when a daemon came up meanwhile.
        ServiceFault: when that fails.
    """
    with _ready_worker(home, settings, whole=True) as (worker, labels, desk):
        worker.check_ground()
        return rebuild(home, desk, worker, labels)


@contextlib.contextmanager
def _ready_worker(
    home: Home, settings: Settings, *, whole: bool = False
) -> Iterator[tuple[Worker, LabelsUpdate | None, Desk]]:
    """Own the home, look once, and give a worker, what it must tell its engine, and their desk.

    After a look that could not see everything there is nothing to tell: what was published counts.
    """
    with hold_lock(home) as lock:
        ledger = Ledger(home.outbox)
        ledger.refresh()
        desk = Desk(settings, ledger, read_current(home.current_file))
        listing = trusted_listing(home.inbox, desk.current, whole=whole)
        seen = seen_references(
            listing.files,
            ledger.entries,
            settled=listing.files.keys(),
            passed_over=listing.passed_over,
        )
        present = {path: stamp for path, stamp in seen.items() if stamp is not None}
        acting = Acting(home, version=__version__).digest(settings)
        labels = (
            LabelsUpdate(tuple(present), labels_digest(present), acting)
            if listing.healthy
            else None
        )
        desk.sight = Sight(listing.files, labels)
        worker = Worker(
            home,
            desk,
            Writer(home.outbox, ledger),
            make_engine(home, settings, lock=lock),
            settings,
            stop=threading.Event(),
            version=__version__,
        )
        with worker.engine:
            yield worker, labels, desk
        make_page(home, desk).follow(None)


def forget_now(home: Home, settings: Settings, order: Order) -> dict[str, Any]:
    """Carry out an order to forget, and return the answer, as a daemon would give it.

    Raises:
        HomeLocked: when a daemon came up meanwhile.
        ServiceFault: when something cannot be erased.
    """
    with hold_lock(home) as lock, make_engine(home, settings, lock=lock) as engine:
        ledger = Ledger(home.outbox)
        desk = Desk(settings, ledger, read_current(home.current_file))
        writer = Writer(home.outbox, ledger)
        page = make_page(home, desk)
        answer = Forgetting(home, desk, writer, engine, page).carry_out(order)
        if not order.is_dry:
            page.follow(None)
        return answer
