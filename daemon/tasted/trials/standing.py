"""How a trial stands after the answers so far. Pure.

While it is open the challenger predicts beside the recipe in force. After a promotion the two have
changed places: the former recipe predicts beside the one that decides now, and begins with nothing.
"""

from collections.abc import Iterable

from tasted.feedback.events import FeedbackEvent
from tasted.home.taste_versions import Recipe
from tasted.plain_dataclass import dataclass
from tasted.trials.differences import CountedAnswers
from tasted.trials.rules import TrialFigures, TrialStep, figures_of, next_step
from tasted.trials.trial_file import OPEN, PROMOTED, TrialRow


@dataclass(frozen=True, slots=True)
class TrialStanding:
    """A trial at one moment."""

    row: TrialRow
    figures: TrialFigures
    """Of the challenger; once something was decided, those that decided."""
    reverse: TrialFigures | None = None
    """Of the former recipe, after a promotion; None without one."""
    is_offered: bool = False
    """Whether a person is asked, and has not said to let it go on."""
    is_awaited: bool = False
    """Whether it was promoted, and the former recipe decides until it knows every label."""


def predicting(row: TrialRow) -> tuple[Recipe, Recipe]:
    """Return what decides, and what predicts beside it, while a trial runs."""
    pair = row.in_force, row.challenger
    return pair if row.state != PROMOTED else pair[::-1]


def counted_answers(row: TrialRow, events: Iterable[FeedbackEvent] = ()) -> CountedAnswers:
    """Return what counts for a trial that runs; after a promotion, for the watch.

    Args:
        row: of the trial.
        events: of the log, from its beginning.
    """
    in_force, beside = predicting(row)
    after_seq = row.after_seq
    if row.state == PROMOTED and row.decided_seq is not None:
        after_seq = row.decided_seq
    return CountedAnswers(beside.id, in_force.id, after_seq=after_seq, events=events)


def counted_figures(row: TrialRow, answers: CountedAnswers) -> TrialFigures:
    """Return the figures of a trial that runs; after a promotion those of the former recipe."""
    # the watch begins with nothing: what was replayed spoke for the other side
    return figures_of(answers.counted, () if row.state == PROMOTED else row.replayed)


def standing_of(
    row: TrialRow,
    counted: TrialFigures | None,
    *,
    knows_all: bool = True,
    decides: str | None = None,
) -> TrialStanding:
    """Return how a trial stands.

    Args:
        row: of the trial.
        counted: its figures while it runs, see `counted_figures`; None: it is over.
        knows_all: whether the challenger knows every label.
        decides: the id of the recipe whose scores are in the outbox; None: not known.
    """
    if row.state == OPEN:
        figures = counted or TrialFigures()
        step = next_step(figures, has_all_references=knows_all)
        is_asked = step is TrialStep.OFFER and not row.offer_is_declined
        return TrialStanding(row, figures, is_offered=is_asked)
    reverse = counted if row.state == PROMOTED else row.reverse_figures
    is_awaited = row.state == PROMOTED and decides == row.in_force.id
    return TrialStanding(row, row.figures or TrialFigures(), reverse, is_awaited=is_awaited)
