"""Lets the model of a recipe that was promoted decide: by a change of models, begun once.

Everything that a change needs was done for the trial already, so it is short. The scanner's thread
alone begins one.
"""

from tasted.daemon.shared.model_order import ModelOrder
from tasted.daemon.shared.shared_state import SharedState
from tasted.daemon.shared.switch_orders import ModelOrders
from tasted.errors import TastedError
from tasted.system.clock import parse_time

_STOPPED = "The change of the model was stopped."


class TrialModel:
    """Changes the model of one home for a trial.

    Args:
        shared: how far a change is.
        orders: begin one.
    """

    def __init__(self, shared: SharedState, orders: ModelOrders) -> None:
        self._shared = shared
        self._orders = orders

    def use(self, model: str, since: str) -> str | None:
        """Let a model decide, unless a change to it is under way.

        Args:
            model: as the settings name it.
            since: when that was decided, as ISO 8601: what failed before was another change.

        Returns:
            Why it cannot be, as a sentence; None while it goes on.
        """
        switch = self._shared.switches.switch
        if switch is not None and switch.model == model:
            if switch.is_open:
                return None
            if switch.is_stopped and parse_time(switch.began_at) >= parse_time(since):
                return switch.reason.message if switch.reason is not None else _STOPPED
        try:
            self._orders.at_once(ModelOrder("use", model, force=True))
        except TastedError as refused:
            return refused.message
        return None
