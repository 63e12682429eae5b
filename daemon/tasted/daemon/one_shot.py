"""What commands do while no daemon runs: the same code, without threads.

Touches the lock, the engine, the outbox for files of the inbox, and what is to be forgotten.
"""

import contextlib
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from typing import Any

from tasted import __version__
from tasted.config import Settings
from tasted.daemon.changing_model import ModelChange
from tasted.daemon.engine_and_page import make_engine, make_page
from tasted.daemon.forgetting.erasing import Eraser
from tasted.daemon.leftovers import move_former_places
from tasted.daemon.shared.config_digest import ConfigDigest
from tasted.daemon.shared.feedback import FeedbackRecorder
from tasted.daemon.shared.forget_order import Order
from tasted.daemon.shared.home_trials import HomeTrials
from tasted.daemon.shared.model_order import ModelOrder, measured_body
from tasted.daemon.shared.shared_state import ScanResult, SharedState
from tasted.daemon.shared.status_file import StatusFile
from tasted.daemon.shared.transfer_order import TransferOrder
from tasted.daemon.shared.trial_board import TrialBoard
from tasted.daemon.shared.trial_order import TrialOrder
from tasted.daemon.shared.undo_order import UndoOrder
from tasted.daemon.shared.version_order import (
    VersionOrder,
    event_of_choice,
    version_answer,
    version_request,
)
from tasted.daemon.shared.work_queue import PresentLabels
from tasted.daemon.transferring import transfer
from tasted.daemon.working.rebuild import rebuild
from tasted.daemon.working.worker import Worker
from tasted.embedding.models.in_force import settings_in_force
from tasted.errors import TastedError
from tasted.feedback.events import Via
from tasted.home.layout import Home
from tasted.home.lock import hold_lock
from tasted.home.status import read_current
from tasted.inbox.present_references import labels_digest, seen_references
from tasted.inbox.profiles import details_in_sidecars, label_folders_apart
from tasted.inbox.trusted_listing import trusted_listing
from tasted.inbox.unlike_photos import UnlikePhotos
from tasted.outbox.ledger import Ledger
from tasted.outbox.sidecar_writer import Writer
from tasted.rpc.client import AnswerT
from tasted.rpc.messages import EngineRequest
from tasted.rpc.model_messages import CheckModel


def score_now(
    home: Home, settings: Settings, *, inside: Sequence[str], outside: Sequence[str]
) -> dict[str, Any]:
    """Score files and return their documents as JSON, by path; None for a file that is gone.

    Args:
        home: whose taste scores them; its lock is held meanwhile.
        settings: as loaded.
        inside: paths relative to the inbox; their sidecars are written.
        outside: absolute paths; nothing is stored for them.

    Raises:
        HomeLocked: when a daemon came up meanwhile.
        ServiceFault: when nothing can be scored.
    """
    with _ready_worker(home, settings) as (worker, labels, _shared):
        worker.preflight()
        if labels is not None:
            worker.update_labels(labels)
        return {
            **worker.score_paths(inside, inside=True),
            **worker.score_paths(outside, inside=False),
        }


def publish_now(home: Home, settings: Settings) -> None:
    """Have the taste of the labels of now published, for whoever scores by it elsewhere.

    Raises:
        HomeLocked: when a daemon runs, which does that by itself.
        ServiceFault: when that fails.
    """
    with _ready_worker(home, settings) as (worker, labels, _shared):
        worker.preflight()
        if labels is not None:
            worker.update_labels(labels)


def rebuild_now(home: Home, settings: Settings) -> int:
    """Rebuild the library, and return how many references it has.

    Raises:
        HomeLocked: when a daemon came up meanwhile.
        ServiceFault: when that fails.
    """
    with _ready_worker(home, settings, whole=True) as (worker, labels, shared):
        worker.preflight()
        return rebuild(home, shared, worker, labels)


def versions_now(home: Home, settings: Settings, order: VersionOrder) -> dict[str, Any]:
    """Have another version decide, or compare two; return the answer as a daemon would give it.

    Raises:
        HomeLocked: when a daemon came up meanwhile.
        ServiceFault: when the engine or the versions do not serve.
    """
    with _ready_worker(home, settings) as (worker, labels, shared):
        worker.preflight()
        if labels is not None:
            worker.update_labels(labels)
        entries = shared.ledger.entries
        answer = version_answer(worker.answer_page(version_request(order, entries)), entries)
        recorder = FeedbackRecorder(home.taken(), shared)
        recorder.note_choice(event_of_choice(order, answer), via=Via.CLI)
        return answer


def change_model_now(home: Home, settings: Settings, order: ModelOrder) -> dict[str, Any]:
    """Write down which model is wanted, or measure one; return the answer of a daemon.

    The change itself is made by the next daemon.

    Args:
        home: its lock is held meanwhile.
        settings: as loaded, with the wish.
        order: what is asked for.

    Raises:
        HomeLocked: when a daemon came up meanwhile.
        TastedError: why it cannot be.
    """
    if order.action == "measure":
        with _ready_worker(home, settings) as (worker, _labels, _shared):
            return measured_body(worker.answer_page(CheckModel(order.model or "", is_asked=True)))
    with hold_lock(home):
        home = home.taken()
        shared = SharedState(settings, Ledger.of(home), read_current(home.current_file))
        return ModelChange(home, shared, FeedbackRecorder(home, shared)).orders.at_once(order)


@contextlib.contextmanager
def _ready_worker(
    home: Home, settings: Settings, *, whole: bool = False
) -> Iterator[tuple[Worker, PresentLabels | None, SharedState]]:
    """Own the home, scan once, and yield a worker, the labels for its engine, and their state.

    After an incomplete scan there are no labels to send: what was published counts.
    """
    with hold_lock(home) as lock:
        home = home.taken()
        move_former_places(home)
        settings = settings_in_force(home, settings)
        ledger = Ledger.of(home)
        ledger.refresh()
        shared = SharedState(settings, ledger, read_current(home.current_file))
        feedback = FeedbackRecorder(home, shared)
        upto_seq = feedback.catching_up.last_seq()
        listing = trusted_listing(home.inbox, shared.taste.current, whole=whole)
        seen = seen_references(
            listing.files,
            ledger.entries,
            settled=listing.files.keys(),
            passed_over=listing.passed_over,
        )
        present = {path: stamp for path, stamp in seen.items() if stamp is not None}
        config_digest = ConfigDigest(home, version=__version__).digest(settings)
        unlike = UnlikePhotos(home.unlike_file).current
        apart = label_folders_apart(
            present,
            details_of=details_in_sidecars(ledger.entries),
            texts=listing.texts,
            marked=listing.marked,
            unlike=unlike,
        )
        labels = (
            PresentLabels(
                tuple(present),
                labels_digest(present, apart=apart),
                config_digest,
                frozenset(listing.texts),
                listing.marked,
                unlike,
                upto_seq=upto_seq,
            )
            if listing.healthy
            else None
        )
        shared.last_scan = ScanResult(listing.files, labels)
        worker = Worker(
            home,
            shared,
            Writer(home.outbox, ledger, check=home.check_outbox),
            make_engine(home, settings, lock=lock),
            settings,
            stop=threading.Event(),
            version=__version__,
            not_by_chance=feedback.standing.not_by_chance,
        )
        with worker.engine:
            yield worker, labels, shared
        make_page(home, shared).follow(None)
        ledger.save_index(is_last=True)


def transfer_now(home: Home, settings: Settings, order: TransferOrder) -> dict[str, Any]:
    """Export or import, and return the answer, as a daemon would give it.

    Raises:
        HomeLocked: when a daemon came up meanwhile.
        ServiceFault: when it cannot be done.
    """
    with hold_lock(home) as lock, contextlib.ExitStack() as held:
        home = home.taken()
        settings = settings_in_force(home, settings)
        engine = held.enter_context(make_engine(home, settings, lock=lock))
        return transfer(engine, order)


def forget_now(home: Home, settings: Settings, order: Order) -> dict[str, Any]:
    """Carry out an order to forget, and return the answer, as a daemon would give it.

    Raises:
        HomeLocked: when a daemon came up meanwhile.
        ServiceFault: when something cannot be erased.
    """
    with hold_lock(home) as lock, contextlib.ExitStack() as held:
        home = home.taken()
        settings = settings_in_force(home, settings)
        engine = held.enter_context(make_engine(home, settings, lock=lock))
        status_file = held.enter_context(StatusFile(home))
        ledger = Ledger.of(home)
        shared = SharedState(settings, ledger, read_current(home.current_file))
        writer = Writer(home.outbox, ledger, check=home.check_outbox)
        page = make_page(home, shared)
        recorder = FeedbackRecorder(home, shared)
        trials = TrialBoard(home.trials, recorder.log, check=home.check)
        answer = Eraser(
            home, shared, writer, engine, page, status_file, recorder, trials
        ).carry_out(order)
        if not order.is_dry:
            page.follow(None)
            ledger.save_index(is_last=True)
        return answer


def undo_now(home: Home, settings: Settings, order: UndoOrder) -> dict[str, Any]:
    """Take answers back, and return the answer, as a daemon would give it.

    Raises:
        HomeLocked: when a daemon came up meanwhile.
        TastedError: when one cannot be taken back.
    """
    with hold_lock(home):
        home = home.taken()
        ledger = Ledger.of(home)
        ledger.refresh()
        shared = SharedState(settings, ledger, read_current(home.current_file))
        recorder = FeedbackRecorder(home, shared)
        recorder.catching_up.recover()
        answer = order.carry_out(recorder)
        recorder.catching_up.settle()
        return answer


def trial_now(home: Home, settings: Settings, order: TrialOrder) -> dict[str, Any]:
    """Do something about a trial, and return the answer, as a daemon would give it.

    Raises:
        HomeLocked: when a daemon came up meanwhile.
        TastedError: when it cannot be done.
    """
    with _ready_worker(home, settings) as (worker, labels, shared):
        worker.preflight()
        if labels is not None:
            worker.update_labels(labels)

        def ask(request: EngineRequest[AnswerT]) -> Future[AnswerT]:
            done: Future[AnswerT] = Future()
            try:
                done.set_result(worker.answer_page(request))
            except TastedError as error:
                done.set_exception(error)
            return done

        trials = HomeTrials(home, shared, FeedbackRecorder(home, shared), ask=ask)
        # what a killed daemon decided acts first
        trials.carrier.follow()
        return {"trial": trials.office.carry_out(order)}
