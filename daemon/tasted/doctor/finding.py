"""The result of one check. Pure."""

from enum import StrEnum
from typing import Any

from tasted.plain_dataclass import dataclass


class Level(StrEnum):
    """How much a finding matters."""

    WRONG = "wrong"
    """Something does not work, or will not: the exit status is 1."""
    NOTE = "note"
    """Worth knowing; everything works as set up."""
    FINE = "fine"


@dataclass(frozen=True, slots=True)
class Finding:
    """The state of one thing.

    Attributes:
        check: stable name of the thing.
        level: how much it matters.
        what: its state, as a sentence.
        why: what depends on it; empty if it is fine.
        remedy: the command, or the page of the system's settings, that fixes it.
        is_fixable: whether installing the login item again may fix it.
    """

    check: str
    level: Level
    what: str
    why: str = ""
    remedy: str = ""
    is_fixable: bool = False

    def to_json(self) -> dict[str, Any]:
        """Return the finding as a JSON value."""
        return {
            "check": self.check,
            "level": self.level.value,
            "what": self.what,
            "why": self.why,
            "remedy": self.remedy,
            "fixable": self.is_fixable,
        }


def fine(check: str, what: str) -> Finding:
    """Return a finding for something that is as it should be."""
    return Finding(check, Level.FINE, what)


def note(check: str, what: str, why: str, remedy: str) -> Finding:
    """Return a finding for something that is worth knowing."""
    return Finding(check, Level.NOTE, what, why, remedy)


def wrong(check: str, what: str, why: str, remedy: str, *, fix: bool = False) -> Finding:
    """Return a finding for a problem; `fix` if installing the login item again may solve it."""
    return Finding(check, Level.WRONG, what, why, remedy, fix)
