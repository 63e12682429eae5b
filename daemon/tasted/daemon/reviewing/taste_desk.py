"""Taste versions for the page and the API: listed, compared, put in force."""

from tasted.daemon.reviewing.bodies import Body
from tasted.daemon.shared.shared_state import SharedState
from tasted.errors import NotFound


class TasteDesk:
    """Shows and changes what decides.

    Args:
        shared: the taste in force.
    """

    def __init__(self, shared: SharedState) -> None:
        self._shared = shared

    def recipe(self) -> str | None:
        """Return the recipe of the version in force."""
        return None

    def held(self) -> str | None:
        """Return the sentence about a held version; None when none is."""
        return None

    def upto_seq(self) -> int | None:
        """Return the last event that the version in force knows."""
        return None

    def versions(self) -> Body:
        """Return a `VersionsAnswer`."""
        current = self._shared.taste.current
        name = current.taste if current is not None else None
        return {"versions": [], "in_force": name, "held": None}

    def version(self, number: int) -> Body:
        """Return a `TasteVersionAnswer`."""
        raise NotFound(f"There is no version v{number}.", remedy="List them: GET /api/versions")

    def compare(self, a: int, b: int) -> Body:
        """Return a `ComparisonAnswer`."""
        raise NotFound(f"There is no version v{a} or v{b}.")

    def activate(self, number: int, mode: str) -> Body:
        """Return an `ActivateAnswer`."""
        raise NotFound(f"There is no version v{number} to {mode}.")
