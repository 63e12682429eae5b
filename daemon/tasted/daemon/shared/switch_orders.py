"""What commands and the page ask of the model: use this one, go back, cancel. Any thread asks.

Writes `embedder.model` into the settings file, where the wish is, and has it followed.
"""

from concurrent.futures import Future
from queue import Empty, SimpleQueue
from typing import Any

import structlog

from tasted import __version__
from tasted.config.model_setting import write_model_setting
from tasted.daemon.shared.model_order import ModelOrder
from tasted.daemon.shared.shared_state import SharedState
from tasted.daemon.shared.switch_record import SwitchRecord
from tasted.daemon.shared.switching import ModelSwitching
from tasted.embedding.models.in_force import find_folder
from tasted.embedding.models.weights import known_models
from tasted.errors import (
    CommandError,
    EngineFailed,
    InternalFault,
    NotFound,
    ServiceFault,
    TastedError,
)
from tasted.home.crash_reports import CrashLog
from tasted.home.layout import Home
from tasted.home.switch_file import SwitchState
from tasted.home.switch_words import change_body

_ORDER_SECONDS = 20.0

log = structlog.get_logger("tasted.switching")


class UnknownModel(NotFound):
    """A name over HTTP that is not on the list."""

    code = "unknown_model"


class NotChanging(CommandError):
    """There is no change of the model that could be called off, or no model to go back to."""

    code = "conflict"


class ModelOrders:
    """Carries out orders on the scanner's thread, which calls `follow`.

    Args:
        home: whose model it is.
        shared: settings, and what is published.
        record: how far a change is.
        switching: begins and ends changes.
    """

    def __init__(
        self, home: Home, shared: SharedState, record: SwitchRecord, switching: ModelSwitching
    ) -> None:
        self._home = home
        self._shared = shared
        self._record = record
        self._switching = switching
        self._orders: SimpleQueue[tuple[ModelOrder, Future[dict[str, Any]]]] = SimpleQueue()
        self._crashes = CrashLog(home.crashes_file, version=__version__, check=home.check)
        self._is_stopped = False

    def follow(self) -> float | None:
        """Carry out what was asked for, and follow the wish; see `ModelSwitching.follow`."""
        self._switching.take_settings()
        self._take_orders()
        return self._switching.follow()

    def stop(self) -> None:
        """Refuse orders from now on, and end a download."""
        self._is_stopped = True
        self._switching.stop()
        self._take_orders()

    def carry_out(self, order: ModelOrder) -> dict[str, Any]:
        """Have an order carried out by the scanner's thread, and return what is told; any thread.

        Raises:
            TastedError: why it cannot be.
        """
        if order.action == "show":
            return self.body()
        done: Future[dict[str, Any]] = Future()
        self._orders.put((order, done))
        self._shared.wakeups.wake_scanner()
        try:
            return done.result(_ORDER_SECONDS)
        except TimeoutError as error:
            raise EngineFailed("tasted is busy.", remedy="Try again in a moment.") from error

    def at_once(self, order: ModelOrder) -> dict[str, Any]:
        """Carry out an order on the scanner's own thread.

        Raises:
            TastedError: why it cannot be.
        """
        self._switching.take_settings()
        self._carried_out(order)
        self._switching.follow()
        return self.body()

    def _take_orders(self) -> None:
        while True:
            try:
                order, done = self._orders.get_nowait()
            except Empty:
                return
            if self._is_stopped:
                ending = ServiceFault("tasted is ending.", remedy="Start it again: tasted run")
                done.set_exception(ending)
                continue
            try:
                done.set_result(self._carried_out(order))
            except TastedError as error:
                done.set_exception(error)
            except Exception as error:
                log.exception("model_order_failed", action=order.action)
                self._crashes.note(error, "model")
                text = f"tasted itself failed ({type(error).__name__})."
                remedy = "Try again. To report it: tasted doctor"
                done.set_exception(InternalFault(text, remedy=remedy))

    def _carried_out(self, order: ModelOrder) -> dict[str, Any]:
        if order.action == "cancel":
            self._cancel()
        elif order.action == "back":
            self._use(ModelOrder("use", self._former(), force=True, via=order.via))
        elif order.action == "use":
            self._use(order)
        return self.body()

    def _former(self) -> str:
        current = self._shared.taste.current
        for kept in self._record.kept:
            if current is None or kept.fingerprint != current.embedder_fingerprint:
                return kept.model
        raise NotChanging(
            "There is no former model to go back to.",
            remedy="Choose one: tasted models list",
        )

    def _cancel(self) -> None:
        switch = self._record.switch
        if switch is None or not switch.is_open:
            raise NotChanging(
                "The model is not being changed.", remedy="See what decides: tasted models list"
            )
        self._switching.cancel(switch)

    def _use(self, order: ModelOrder) -> None:
        model = order.model or ""
        if order.via != "command" and model not in known_models(self._home.models_file):
            raise UnknownModel(
                "There is no model of that name on the list.",
                remedy="List them: tasted models list",
            )
        current, switch = self._shared.taste.current, self._record.switch
        if self._shared.wish.embedder.model != model:
            write_model_setting(self._home, model)
            self._shared.wish = self._shared.wish.with_model(model)
        self._switching.take_settings()
        found = self._switching.in_force
        if current is None or found is None or found.is_wish:
            # nothing to change, or what is going on is called off
            return
        if switch is not None and switch.is_open and self._switching.is_for(switch, model):
            if order.force and not switch.is_forced:
                is_asking = switch.state == SwitchState.ASKING
                state = SwitchState.SWITCHING if is_asking else switch.state
                self._record.change(switch, state=state, is_forced=True)
            elif switch.state == SwitchState.FETCHING and order.via != "command":
                self._record.change(switch, may_fetch=True)
            self._record.resume()
            return
        self._switching.begin(
            model,
            current,
            asked_by=order.via,
            is_forced=order.force,
            may_fetch=order.via != "command",
        )

    def body(self) -> dict[str, Any]:
        """Return what is told of the model in force and of a change of it."""
        shared = self._shared
        return change_body(
            shared.switches,
            shared.taste.current,
            wished=shared.wish.embedder.model,
            lost=shared.lost_model,
            others=shared.former_results,
        )

    def list_models(self) -> list[dict[str, Any]]:
        """Return the models that may be asked for over HTTP."""
        return [
            {"name": name, "is_here": find_folder(self._home, name) is not None}
            for name in known_models(self._home.models_file)
        ]
