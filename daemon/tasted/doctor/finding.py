"""What one check found. Pure."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Level(StrEnum):
    """How much a finding matters."""

    WRONG = "wrong"
    """Something does not work, or will not: the exit status is 1."""
    NOTE = "note"
    """Worth knowing; everything that was asked for works."""
    FINE = "fine"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing, and how it is.

    Attributes:
        check: stable name of what was looked at.
        level: how much it matters.
        what: how it is, as a sentence.
        why: what depends on it; empty when it is fine.
        remedy: the command, or the page of the settings, that mends it.
        is_mended_by_fix: whether installing the login item anew may mend it.
    """

    check: str
    level: Level
    what: str
    why: str = ""
    remedy: str = ""
    is_mended_by_fix: bool = False

    def to_json(self) -> dict[str, Any]:
        """Return the finding as a JSON value."""
        return {
            "check": self.check,
            "level": self.level.value,
            "what": self.what,
            "why": self.why,
            "remedy": self.remedy,
            "fixable": self.is_mended_by_fix,
        }


def fine(check: str, what: str) -> Finding:
    """Return that something is as it should be."""
    return Finding(check, Level.FINE, what)


def note(check: str, what: str, why: str, remedy: str) -> Finding:
    """Return something that is worth knowing."""
    return Finding(check, Level.NOTE, what, why, remedy)


def wrong(check: str, what: str, why: str, remedy: str, *, fix: bool = False) -> Finding:
    """Return something that has to be mended; `fix`: by installing the login item anew."""
    return Finding(check, Level.WRONG, what, why, remedy, fix)
