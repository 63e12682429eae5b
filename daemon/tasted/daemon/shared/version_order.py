"""What `tasted versions` asks the owner of a home for, as it travels, and the answer. Pure."""

import re
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from tasted.feedback.events import EventKind, is_token
from tasted.home.taste_versions import held_sentence
from tasted.plain_dataclass import dataclass
from tasted.records import LedgerEntry
from tasted.rpc.messages import EngineAnswer, EngineRequest
from tasted.rpc.version_messages import (
    CompareVersions,
    GoBack,
    UseVersion,
    VersionChosen,
    VersionsCompared,
)

VERSIONS = "versions"
COMPARED_MAX = 1_000
"""So many pictures are scored by both versions at most, the newest ones."""
_ACTIONS = frozenset({"use", "follow", "back", "compare"})
_NUMBER = re.compile(r"[1-9][0-9]{0,8}")


@dataclass(frozen=True, slots=True)
class VersionOrder:
    """A version is to decide, or two are to be compared."""

    action: str
    """`use`, `follow`, `back` or `compare`."""
    a: int | None = None
    """The version to use, or one of those to compare."""
    b: int | None = None
    hold: bool = False


def parse_versions(value: dict[str, Any]) -> VersionOrder | None:
    """Parse the fields of a request; None when they are not such an order. Never raises."""
    if value.get("kind") != VERSIONS:
        return None
    action, hold = value.get("action"), value.get("hold", False)
    a, b = value.get("a"), value.get("b")
    if not isinstance(action, str) or action not in _ACTIONS or not isinstance(hold, bool):
        return None
    if not all(number is None or _is_number(number) for number in (a, b)):
        return None
    needed = {"use": (a,), "compare": (a, b)}.get(action, ())
    return None if None in needed else VersionOrder(action, a, b, hold)


def _is_number(value: object) -> bool:
    return type(value) is int and _NUMBER.fullmatch(str(value)) is not None


def version_request(
    order: VersionOrder, ledger: Mapping[str, LedgerEntry]
) -> EngineRequest[EngineAnswer]:
    """Return what the engine is asked.

    Args:
        order: of a command.
        ledger: what the sidecars prove: they tell which pictures to compare on.
    """
    if order.action == "compare" and order.a is not None and order.b is not None:
        return CompareVersions(order.a, order.b, tuple(newest_scored(ledger)))
    if order.action == "back":
        return GoBack()
    return UseVersion(order.a if order.action == "use" else None, hold=order.hold)


def newest_scored(ledger: Mapping[str, LedgerEntry], most: int = COMPARED_MAX) -> list[str]:
    """Return the contents of the pictures that were scored last, newest first."""
    times: dict[str, float] = {}
    for entry in ledger.values():
        facts = entry.ranking_facts
        is_picture = entry.status == "scored" and not (entry.is_profile or entry.is_gone)
        if is_picture and facts is not None and entry.content_id is not None:
            first = facts.first_scored_at or facts.scored_at
            times[entry.content_id] = max(first, times.get(entry.content_id, first))
    return sorted(times, key=lambda content: times[content], reverse=True)[:most]


def version_answer(answer: EngineAnswer, ledger: Mapping[str, LedgerEntry]) -> dict[str, Any]:
    """Return the answer of the engine as JSON for a command.

    Args:
        answer: to `version_request`.
        ledger: tells where the pictures lie.
    """
    match answer:
        case VersionChosen(refused=refused) | VersionsCompared(refused=refused) if refused:
            return {"refused": asdict(refused)}
        case VersionChosen(current=current):
            return {
                "in_force": current.taste if current is not None else None,
                "scorer": current.scorer if current is not None else None,
                "is_held": current is not None and current.is_held,
                "held": held_sentence(current),
                "before": answer.before,
                "was_held": answer.was_held,
            }
        case VersionsCompared():
            return _comparison(answer, ledger)
    return {}


def event_of_choice(order: VersionOrder, answer: Mapping[str, Any]) -> tuple[EventKind, str] | None:
    """Return what the log keeps of a choice, and the version's name; None when none was made.

    Args:
        order: of the command.
        answer: that the command is given.
    """
    name = answer.get("in_force")
    if order.action == "compare" or not isinstance(name, str) or not is_token(name):
        return None
    if answer.get("is_held"):
        return EventKind.HOLD, name
    return EventKind.FOLLOW if order.action == "follow" else EventKind.ACTIVATE, name


def _comparison(answer: VersionsCompared, ledger: Mapping[str, LedgerEntry]) -> dict[str, Any]:
    wanted = {changed.content_id for changed in answer.changed}
    paths = {
        entry.content_id: entry.path
        for entry in ledger.values()
        if entry.content_id in wanted and not entry.is_gone
    }
    return {
        "changed": [
            {**asdict(changed), "path": paths.get(changed.content_id)} for changed in answer.changed
        ],
        "compared": answer.compared,
        "a": asdict(answer.figures_a) if answer.figures_a is not None else None,
        "b": asdict(answer.figures_b) if answer.figures_b is not None else None,
    }
