"""What a command or the page wants of trials, as it travels. Pure."""

from typing import Any

from tasted.plain_dataclass import dataclass

TRIAL = "trial"
START, PROMOTE, DISMISS, SEEN = "start", "promote", "dismiss", "seen"
_ACTIONS = frozenset({START, PROMOTE, DISMISS, SEEN})
_NAME_MAX = 1_000
_NUMBER_MAX = 10**9


@dataclass(frozen=True, slots=True)
class TrialOrder:
    """Something is to be done about a trial."""

    action: str
    """`start`, `promote`, `dismiss`, or `seen`: what was told is known."""
    name: str | None = None
    """Of `start`: `seed`, `taste`, or the name of a model."""
    number: int | None = None
    """Of the others: which trial; None: the last."""


def parse_trial(value: dict[str, Any]) -> TrialOrder | None:
    """Parse the fields of a request; None when they are not such an order. Never raises."""
    if value.get("kind") != TRIAL:
        return None
    action, name, number = value.get("action"), value.get("name"), value.get("number")
    if not isinstance(action, str) or action not in _ACTIONS:
        return None
    # any name that a model can have; what is none is refused in words by whoever looks for it
    if name is not None and not (isinstance(name, str) and 0 < len(name) <= _NAME_MAX):
        return None
    if number is not None and not (type(number) is int and 0 < number < _NUMBER_MAX):
        return None
    return None if action == START and name is None else TrialOrder(action, name, number)
