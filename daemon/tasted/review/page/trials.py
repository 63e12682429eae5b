"""The trial that runs and those before, from the bodies of the API. Pure."""

from collections.abc import Sequence

from tasted.plain_dataclass import dataclass
from tasted.review.api.trial_schemas import TrialAnswer

_PAST_SHOWN = 5
_ACTIONS = {
    "open": (("promote", "Use it now"), ("dismiss", "Stop the trial")),
    "promoted": (("promote", "Keep it"), ("dismiss", "Go back")),
}
_PROMISE = (
    "Counted are answers that you gave before you saw a score, to cards that were drawn. Between "
    "equals, evidence of 20 ever comes up in at most 1 of 20 trials, however often one looks."
)


@dataclass(frozen=True, slots=True)
class TrialsPart:
    """What `versions.html.j2` shows of trials."""

    trials: Sequence[TrialAnswer]
    """Newest first."""
    promise: str = _PROMISE

    def __bool__(self) -> bool:
        """Whether there is any."""
        return bool(self.trials)

    @property
    def now(self) -> TrialAnswer | None:
        """The one that runs."""
        return next((trial for trial in self.trials if trial.is_running), None)

    @property
    def title(self) -> str:
        """What this part is about."""
        if self.now is None:
            return "Trials"
        return "On trial" if self.now.state == "open" else "Still checked"

    @property
    def counted(self) -> int:
        """How many answers count for it so far."""
        trial = self.now
        if trial is None:
            return 0
        if trial.state == "promoted":
            return trial.reverse.answers if trial.reverse is not None else 0
        return trial.figures.answers

    @property
    def wanted(self) -> int:
        """How many are needed at least."""
        return self.now.answers_needed if self.now is not None else 0

    @property
    def at_least(self) -> str:
        """Whether more may be needed."""
        return "at least " if self.now is not None and self.now.state == "open" else ""

    @property
    def actions(self) -> tuple[tuple[str, str], ...]:
        """What can be done about it, and the words of it."""
        return _ACTIONS.get(self.now.state, ()) if self.now is not None else ()

    @property
    def facts(self) -> list[tuple[str, str]]:
        """All figures."""
        return [(fact.name, fact.value) for fact in self.now.how] if self.now is not None else []

    @property
    def past(self) -> list[str]:
        """What became of those that are over."""
        return [trial.sentence for trial in self.trials if not trial.is_running][:_PAST_SHOWN]
