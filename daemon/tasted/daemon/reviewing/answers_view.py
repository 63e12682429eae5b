"""The answers that stand, as the API tells them. Pure but for the log behind it."""

from tasted.daemon.reviewing.bodies import JUDGED
from tasted.daemon.shared.standing_log import StandingLog


class AnswersView:
    """What stands for each content.

    Args:
        standing: of the home's log.
    """

    def __init__(self, standing: StandingLog) -> None:
        self._standing = standing

    def judgement(self, content: str) -> str | None:
        """Return what stands for a content: `liked`, `rejected` or None."""
        found = self._standing.of(content)
        return JUDGED[found.answer] if found is not None else None

    def etag(self, content: str) -> str:
        """Return what names the answer that stands for a content."""
        found = self._standing.of(content)
        return f'"{found.seq}"' if found is not None else '"none"'
