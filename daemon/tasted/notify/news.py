"""The news that notifications announce, and their words. Pure."""

from enum import StrEnum

from tasted.plain_dataclass import dataclass

TITLE = "tasted"


class Kind(StrEnum):
    """What can be announced; the values are those of the setting `notify.on`."""

    MATCH = "match"
    STRONG_MATCH = "strong_match"
    BLOCKED = "blocked"


@dataclass(frozen=True, slots=True)
class News:
    """How much news of each kind there is.

    Attributes:
        matches: new matches, the strong ones among them.
        strong: how many of these are strong.
        is_blocked: whether nothing is scored until a person does something.
    """

    matches: int = 0
    strong: int = 0
    is_blocked: bool = False

    def __bool__(self) -> bool:
        return self.matches > 0 or self.is_blocked

    def sentence(self) -> str:
        """Return the notification's text: counts, and no word of a picture or its name."""
        parts = []
        if self.is_blocked:
            parts.append("Scoring has stopped and needs your help: run tasted status.")
        if self.matches:
            parts.append(f"{self._matches()}.")
        return " ".join(parts)

    def _matches(self) -> str:
        if self.strong == self.matches:
            return f"{self.strong} new strong match{'es' * (self.strong > 1)}"
        among = f", {self.strong} of them strong" if self.strong else ""
        return f"{self.matches} new match{'es' * (self.matches > 1)}{among}"
