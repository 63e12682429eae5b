"""What people want of trials, carried out by the owner of the home. Asks the engine.

A start is several requests to the engine, one after the other, so that pictures that arrive do not
wait for it; it is called on a thread of its own. Nothing is written before the last of them: a
start that is interrupted has not been.
"""

from collections.abc import Callable
from concurrent.futures import CancelledError, Future
from dataclasses import replace
from typing import Any, TypeVar

from tasted.amounts import counted
from tasted.config.model_names import SHORT_NAMES
from tasted.daemon.shared.engine_lane import AskEngine
from tasted.daemon.shared.trial_carrier import TrialCarrier
from tasted.daemon.shared.trial_conflict import TrialConflict, already_running
from tasted.daemon.shared.trial_order import DISMISS, PROMOTE, START, TrialOrder
from tasted.embedding.models.tuned import tuned_number
from tasted.embedding.models.weights import is_model_name
from tasted.errors import CommandError, EngineFailed, ModelMissing, NotFound
from tasted.home.taste_versions import SEED_METHOD, TASTE_METHOD
from tasted.rpc.messages import EngineAnswer
from tasted.rpc.trial_messages import (
    CompareRecipes,
    PrepareTrial,
    RecipesCompared,
    TrialPrepared,
    TrialRefused,
)
from tasted.trials.bodies import trial_body
from tasted.trials.trial_file import BY_PERSON, TrialRow, was_tried

_REFUSED = frozenset({"refused", "against"})
_STEP_SECONDS = 600.0
"""So long one request to the engine may wait and take: a backlog goes on meanwhile."""
_DECIDE_SECONDS = 60.0

AnswerT = TypeVar("AnswerT", bound=EngineAnswer)


class TrialOffice:
    """Carries out orders about trials of one home.

    Args:
        carrier: lets what was decided act.
        ask: hands a request to the engine.
        taste: returns the version in force.
        feed: has everything embedded that a model lacks.
    """

    def __init__(
        self,
        carrier: TrialCarrier,
        *,
        ask: AskEngine,
        taste: Callable[[], str | None],
        feed: Callable[[str], object] = lambda _model: None,
    ) -> None:
        self._carrier = carrier
        self._board = carrier.board
        self._ask = ask
        self._taste = taste
        self._feed = feed

    def bodies(self) -> list[dict[str, Any]]:
        """Return all trials, newest first.

        Raises:
            OSError: when the log cannot be read.
        """
        board = self._board
        return [trial_body(board.standing(row)) for row in reversed(board.rows())]

    def news(self) -> dict[str, Any] | None:
        """Return the last trial, when a person is to be told of it; else None.

        Raises:
            OSError: when the log cannot be read.
        """
        row = self._board.newest()
        body = trial_body(self._board.standing(row)) if row is not None else None
        return body if body is not None and body["news"] is not None else None

    def carry_out(self, order: TrialOrder) -> dict[str, Any]:
        """Do what is asked for, and return the trial as it stands.

        Raises:
            TrialConflict, NotFound: when it cannot be done.
            CommandError, ServiceFault: when the engine or the disk refuses.
        """
        if order.action == START:
            row = self.start(order.name or "")
        elif order.action == PROMOTE:
            row = self._board.promote(self._number(order), taste=self._taste())
        elif order.action == DISMISS:
            row = self._board.dismiss(self._number(order))
        else:
            row = self._board.seen(self._number(order))
        future = self._carrier.complete(row)
        if future is not None:
            _answer_of(future, _DECIDE_SECONDS)
        return trial_body(self._board.standing(row))

    def start(self, name: str, *, reason: str = BY_PERSON) -> TrialRow:
        """Put a recipe on trial.

        Args:
            name: `seed`, `taste`, or the name of a model whose vectors are there.
            reason: who asked for it, see `TrialRow`.

        Raises:
            TrialConflict, NotFound: when it cannot be tried, or there is no such recipe.
            CommandError, ServiceFault: when the engine or the disk refuses.
        """
        running = self._board.running()
        if running is not None:
            raise already_running(running)
        if name not in {SEED_METHOD, TASTE_METHOD}:
            self._fed(name)
        prepared = _answer_of(self._ask(PrepareTrial(name)), _STEP_SECONDS)
        row = self._row(prepared, reason)
        # a tuned model has seen the labels: what they say of it is nothing
        is_tuned = tuned_number(name) is not None
        compared = (
            RecipesCompared(is_done=True) if is_tuned else self._compared(name, row.challenger.id)
        )
        opened = self._board.open(replace(row, folds=compared.folds, replayed=compared.replayed))
        self._carrier.complete(opened)
        return opened

    def _fed(self, name: str) -> None:
        try:
            self._feed(name)
        except ModelMissing as fault:
            # only what may be a name on the hub can be downloaded
            if name in SHORT_NAMES or ("/" in name and is_model_name(name)):
                raise
            raise ModelMissing(
                fault.message, remedy="Name seed, taste or a model of: tasted models list"
            ) from fault

    def _row(self, prepared: TrialPrepared, reason: str) -> TrialRow:
        _refuse(prepared.refused)
        if prepared.in_force is None or prepared.challenger is None:
            raise EngineFailed("The engine did not say what decides.", remedy="Try again.")
        if was_tried(self._board.rows(), prepared.challenger, prepared.labels_digest):
            raise TrialConflict(
                "This recipe was tried on exactly these likes and rejects.",
                remedy="Judge a few more pictures, and try it again.",
            )
        return TrialRow(
            number=0,
            in_force=prepared.in_force,
            challenger=prepared.challenger,
            opened_at="",
            after_seq=0,
            reason=reason,
            labels_digest=prepared.labels_digest,
        )

    def _compared(self, name: str, recipe: str) -> RecipesCompared:
        request = CompareRecipes(name, recipe)
        compared = _answer_of(self._ask(request), _STEP_SECONDS)
        while not compared.is_done:
            compared = _answer_of(self._ask(request), _STEP_SECONDS)
        if compared.verdict in _REFUSED and compared.folds is not None:
            labels = counted(compared.folds.labels, "like and reject", "likes and rejects")
            raise TrialConflict(
                f"On your {labels} it is no better, so it is not tried.",
                remedy="Judge more pictures, and try it again: tasted review",
            )
        return compared

    def _number(self, order: TrialOrder) -> int:
        if order.number is not None:
            return order.number
        newest = self._board.newest()
        if newest is None:
            raise NotFound(
                "Nothing was ever on trial.",
                remedy="Begin with one of: tasted trial start seed, tasted trial start MODEL",
            )
        return newest.number


def _refuse(refused: TrialRefused | None) -> None:
    if refused is None:
        return
    kinds: dict[str, type[CommandError]] = {"unknown_recipe": NotFound}
    raise kinds.get(refused.code, TrialConflict)(refused.message, remedy=refused.remedy)


def _answer_of(future: "Future[AnswerT]", seconds: float) -> AnswerT:
    try:
        return future.result(seconds)
    except (TimeoutError, CancelledError) as error:
        future.cancel()
        raise EngineFailed("The engine did not answer in time.", remedy="Try again.") from error
