"""Carries out what was decided about a trial: the engine lets a recipe decide, the log tells it.

Touches the log of answers through the recorder, and asks the engine. What was decided is on the
disk before; a daemon that was killed in between goes on from there, and the same twice changes
nothing.
"""

import threading
import time
from collections.abc import Callable
from concurrent.futures import CancelledError, Future
from typing import Protocol

import structlog

from tasted.daemon.shared.trial_board import TrialBoard
from tasted.errors import TastedError
from tasted.feedback.events import EventKind, Via
from tasted.home.taste_versions import Recipe
from tasted.records import Current
from tasted.rpc.asking_messages import TrialOfRecipes
from tasted.rpc.trial_messages import DecideByRecipe
from tasted.rpc.version_messages import VersionChosen
from tasted.system.faultpoints import reach
from tasted.trials.identity import engine_name, trial_event_id
from tasted.trials.standing import predicting
from tasted.trials.trial_file import OPEN, PROMOTED, TAKEN_BACK, TrialRow

_AGAIN_SECONDS = 5.0
_NO_CHANGE = "The model is changed with: tasted models use"

log = structlog.get_logger("tasted.trials")


class NoteEvent(Protocol):
    """Logs what happened to recipes; see `daemon.shared.feedback.FeedbackRecorder.note`."""

    def __call__(self, kind: EventKind, *, via: Via, note: str, event_id: str) -> object:
        """Log one event; the same id is logged once."""
        ...


class TrialCarrier:
    """Lets trials of one home act.

    Args:
        board: decides.
        current: returns what is published.
        ask: hands a request to the engine.
        note: logs an event.
        use_model: lets another model decide, see `trial_model.TrialModel.use`; None: that cannot be
            done here.
        clock: monotonic seconds.
    """

    def __init__(
        self,
        board: TrialBoard,
        *,
        current: Callable[[], Current | None],
        ask: Callable[[DecideByRecipe], "Future[VersionChosen]"],
        note: NoteEvent,
        use_model: Callable[[str, str], str | None] | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.board = board
        self._current = current
        self._ask = ask
        self._note = note
        self._use_model = use_model
        self._clock = clock
        self._guard = threading.Lock()
        self._under_way: tuple[tuple[int, str], Future[VersionChosen]] | None = None
        self._done: tuple[int, str] | None = None
        """Number and state of the trial that needs nothing more."""
        self._again_at: float | None = None

    def follow(self) -> float | None:
        """Decide, and carry on with what was decided. Quick; raises nothing.

        Returns:
            In how many seconds something is to be tried again; None: when there is news.
        """
        try:
            row = self.board.decide(self._current()) or self.board.newest()
            if row is not None:
                self._complete(row, is_turn=True)
        except (TastedError, OSError) as error:
            log.warning("trial_not_followed", error=str(error))
            self._again_at = self._clock() + _AGAIN_SECONDS
        if self._again_at is None:
            return None
        return max(0.0, self._again_at - self._clock())

    def complete(self, row: TrialRow) -> "Future[VersionChosen] | None":
        """Do what is left to do about a trial; return what the engine is asked for, if anything.

        Another model decides only after a change of models, which is begun with the next turn.

        Raises:
            CommandError: when the log cannot be written.
            OSError: when it cannot be read.
        """
        return self._complete(row, is_turn=False)

    def _complete(self, row: TrialRow, *, is_turn: bool) -> "Future[VersionChosen] | None":
        key = row.number, row.state
        with self._guard:
            if self._done == key:
                return None
            if self._under_way is not None and self._under_way[0] == key:
                return self._under_way[1]
        if self.board.is_carried_out(row):
            self._finish(row)
            return None
        target, current = _target(row), self._current()
        if target is None or (current is not None and current.recipe == target.id):
            self._tell(row)
            return None
        if self._again_at is not None and self._clock() < self._again_at:
            return None
        reach("trials.asked")
        other = row.challenger if target is row.in_force else row.in_force
        if target.embedder_fingerprint != other.embedder_fingerprint:
            if is_turn:
                self._change_model(row, target.embedder)
            return None
        future = self._ask(DecideByRecipe(engine_name(target, other), target.id))
        with self._guard:
            self._under_way = key, future
        future.add_done_callback(lambda done: self._answered(row, done))
        return future

    def _change_model(self, row: TrialRow, model: str) -> None:
        """Begin to let another model decide: what is published then tells that it does."""
        since = row.ended_at or row.decided_at or row.opened_at
        refused = _NO_CHANGE if self._use_model is None else self._use_model(model, since)
        if refused is not None:
            self._tell(self.board.withdraw(row.number, refused))

    def wanted(self) -> TrialOfRecipes | None:
        """Return which recipes are to predict each answer; None: nothing is on trial now."""
        row, current = self.board.running(), self._current()
        if row is None or current is None or current.is_held:
            return None
        in_force, challenger = predicting(row)
        if current.recipe != in_force.id:
            return None
        return TrialOfRecipes(engine_name(challenger, in_force), challenger.id, in_force.id)

    def _answered(self, row: TrialRow, done: "Future[VersionChosen]") -> None:
        with self._guard:
            self._under_way = None
        try:
            chosen = done.result()
            if chosen.refused is not None:
                row = self.board.withdraw(row.number, chosen.refused.message)
            self._tell(row)
        except (TastedError, CancelledError, OSError) as error:
            # what was decided stands, and is tried again
            log.warning("trial_not_carried_out", error=str(error))
            self._again_at = self._clock() + _AGAIN_SECONDS

    def _tell(self, row: TrialRow) -> None:
        kind = EventKind.DUEL_OPENED if row.state == OPEN else EventKind.DUEL_CLOSED
        self._note(
            kind,
            via=Via.DAEMON,
            note=f"{row.state}:{row.challenger.id}",
            event_id=trial_event_id(row),
        )
        reach("trials.logged")
        self._finish(row)
        log.info("trial", number=row.number, state=row.state, by=row.ended_by or row.decided_by)

    def _finish(self, row: TrialRow) -> None:
        self._again_at = None
        with self._guard:
            self._done = row.number, row.state


def _target(row: TrialRow) -> Recipe | None:
    """Return the recipe that is to decide after a decision; None: nothing is to change."""
    return {PROMOTED: row.challenger, TAKEN_BACK: row.in_force}.get(row.state)
