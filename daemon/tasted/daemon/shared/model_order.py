"""What `tasted models use` and the page ask the owner of a home for, as it travels. Pure."""

from typing import Any, Protocol

from tasted.plain_dataclass import dataclass
from tasted.rpc.model_messages import ModelChecked

MODEL = "model"
_ACTIONS = frozenset({"use", "back", "cancel", "show", "measure"})
_NAME_MAX = 1_000


@dataclass(frozen=True, slots=True)
class ModelOrder:
    """A model is to decide, or a change of it is to end."""

    action: str
    """`use`, `back` (to the former one), `cancel`, `show`, or `measure` (how quick it is)."""
    model: str | None = None
    """Of `use` and `measure`: as the settings name it."""
    force: bool = False
    """Whatever the answers say."""
    via: str = "command"
    """`command`, `page` or `api`: who asks. Over HTTP only known names are taken."""


class FollowsModel(Protocol):
    """As `switch_orders.ModelOrders`; the scanner's thread."""

    def follow(self) -> float | None:
        """Follow the wish, and return the seconds after which to do so again."""
        ...

    def at_once(self, order: ModelOrder) -> dict[str, Any]:
        """Carry out an order, and return what is told of it.

        Raises:
            TastedError: why it cannot be.
        """
        ...


def parse_model_order(value: dict[str, Any]) -> ModelOrder | None:
    """Parse the fields of a request; None when they are not such an order. Never raises."""
    if value.get("kind") != MODEL:
        return None
    action, model, force = value.get("action"), value.get("model"), value.get("force", False)
    if not isinstance(action, str) or action not in _ACTIONS or not isinstance(force, bool):
        return None
    is_named = isinstance(model, str) and 0 < len(model) <= _NAME_MAX
    if action in {"use", "measure"} and not is_named:
        return None
    return ModelOrder(action, model if isinstance(model, str) else None, force)


def measured_body(answer: ModelChecked) -> dict[str, Any]:
    """Return as JSON for a command how quick a model is."""
    return {"name": answer.name, "seconds_each": answer.seconds_each}
