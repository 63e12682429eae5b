"""Puts together what changes the model of a daemon, for the supervisor. Starts nothing."""

from tasted import __version__
from tasted.daemon.shared.feedback import FeedbackRecorder
from tasted.daemon.shared.shared_state import SharedState
from tasted.daemon.shared.switch_orders import ModelOrders
from tasted.daemon.shared.switch_record import SwitchRecord
from tasted.daemon.shared.switching import ModelSwitching
from tasted.daemon.working.switch_steps import SwitchSteps
from tasted.daemon.working.worker import Worker
from tasted.home.layout import Home


class ModelChange:
    """The model of one home, seen from its daemon.

    Args:
        home: with its lock held.
        shared: what the threads share.
        feedback: logs that the model was changed.
    """

    def __init__(self, home: Home, shared: SharedState, feedback: FeedbackRecorder) -> None:
        record = SwitchRecord(home, shared)
        switching = ModelSwitching(home, shared, record, feedback)
        self._switching = switching
        self.orders = ModelOrders(home, shared, record, switching)
        """What commands and the page ask for; followed by the scanner's thread."""
        self._steps = SwitchSteps(
            home,
            shared,
            record,
            version=__version__,
            on_published=switching.published,
            not_by_chance=feedback.standing.not_by_chance,
        )

    def step(self, worker: Worker) -> bool:
        """Take one step of a change, and tell whether there is another; the worker's thread."""
        self._steps.step(worker.ask, engine_pid=lambda: worker.engine.pid)
        return self._switching.has_step
