"""The trials of a home that this process owns, put together. Starts a thread for each request.

A daemon follows them with every turn of its scanner; a command that found no daemon once.
"""

import threading
from typing import Any

import structlog

from tasted import __version__
from tasted.daemon.shared.engine_lane import AskEngine
from tasted.daemon.shared.feedback import FeedbackRecorder
from tasted.daemon.shared.requests import Request, answer_request, failure
from tasted.daemon.shared.shared_state import SharedState
from tasted.daemon.shared.switch_orders import ModelOrders
from tasted.daemon.shared.trial_board import TrialBoard
from tasted.daemon.shared.trial_carrier import TrialCarrier
from tasted.daemon.shared.trial_feeding import TrialFeeding
from tasted.daemon.shared.trial_model import TrialModel
from tasted.daemon.shared.trial_office import TrialOffice
from tasted.daemon.shared.trial_order import TrialOrder
from tasted.errors import InternalFault, ServiceFault, TastedError
from tasted.home.crash_reports import CrashLog
from tasted.home.layout import Home
from tasted.records import Current
from tasted.trials.trial_file import TrialRow

log = structlog.get_logger("tasted.trials")


class HomeTrials:
    """Trials of one home.

    Args:
        home: with its lock held.
        shared: the taste in force.
        recorder: logs what became of a trial.
        ask: hands a request to the engine.
        models: change the model; None: that is left to `tasted models use`.
    """

    def __init__(
        self,
        home: Home,
        shared: SharedState,
        recorder: FeedbackRecorder,
        *,
        ask: AskEngine,
        models: ModelOrders | None = None,
    ) -> None:
        self._home = home
        self._shared = shared
        self._feeding = feeding = TrialFeeding(
            shared,
            ask=ask,
            running=self._running,
            on_failed=self._withdraw,
        )
        self.board = TrialBoard(
            home.trials,
            recorder.log,
            check=home.check,
            knows_all=feeding.knows_all,
            decides=self._deciding,
        )
        self.carrier = TrialCarrier(
            self.board,
            current=self._current,
            ask=ask,
            note=recorder.note,
            use_model=TrialModel(shared, models).use if models is not None else None,
        )
        self.office = TrialOffice(self.carrier, ask=ask, taste=self._taste, feed=feeding.feed)

    def follow(self) -> float | None:
        """Decide, carry on with what was decided, and feed a model on trial; see the parts."""
        self._feeding.follow()
        return self.carrier.follow()

    def _running(self) -> TrialRow | None:
        return self.board.running()

    def _withdraw(self, number: int, note: str) -> None:
        self.board.withdraw(number, note)
        self._shared.wakeups.wake_scanner()

    def _current(self) -> Current | None:
        return self._shared.taste.current

    def _deciding(self) -> str | None:
        current = self._current()
        return current.recipe if current is not None else None

    def _taste(self) -> str | None:
        current = self._current()
        return current.taste if current is not None else None

    def take_request(self, request: Request) -> None:
        """Answer a command on a thread of its own; quick."""
        order = request.trial
        if order is not None:
            work = threading.Thread(
                target=self._answer, args=(request.id, order), name="trial", daemon=True
            )
            work.start()

    def _answer(self, request_id: str, order: TrialOrder) -> None:
        answer_request(self._home, request_id, self._answered(order))
        self._shared.wakeups.wake_scanner()

    def _answered(self, order: TrialOrder) -> dict[str, Any]:
        try:
            return {"trial": self.office.carry_out(order)}
        except TastedError as error:
            return failure(error)
        except OSError as error:
            text = f"The trials cannot be read or written: {error.strerror}."
            return failure(ServiceFault(text, remedy="See what is wrong: tasted doctor"))
        except Exception as error:
            log.exception("trial_order_failed", action=order.action)
            crashes = CrashLog(self._home.crashes_file, version=__version__, check=self._home.check)
            crashes.note(error, "trial")
            text = f"tasted itself failed ({type(error).__name__})."
            return failure(InternalFault(text, remedy="Try again. To report it: tasted doctor"))
