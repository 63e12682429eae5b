"""Answers of trials, for tests."""

from dataclasses import replace
from typing import Any

from kit.feedback_events import judged
from tasted.feedback.events import Answer, ChosenBy, FeedbackEvent, GuessBefore, TrialGuess
from tasted.home.taste_versions import Recipe
from tasted.trials.differences import CountedDifference
from tasted.trials.trial_file import TrialRow

IN_FORCE, CHALLENGER = "r1", "r2"


def tried(
    number: int,
    picture: int,
    in_force: float,
    challenger: float,
    answer: Answer = Answer.LIKE,
    **fields: Any,
) -> FeedbackEvent:
    """Return an answer to a duel card that both recipes had guessed; its `seq` is its number."""
    event = judged(
        number,
        picture,
        answer,
        chosen_by=ChosenBy.DUEL,
        before=GuessBefore("v3", IN_FORCE, in_force, "match", 0.9),
        trial=TrialGuess(CHALLENGER, challenger),
    ).numbered(number)
    return replace(event, **fields)


def counted(
    number: int, in_force: float, challenger: float, *, liked: bool, is_drawn: bool = False
) -> CountedDifference:
    """Return what an answer said."""
    return CountedDifference(number, f"{number:064x}", liked, is_drawn, in_force, challenger)


def recipe(name: str, method: str = "taste") -> Recipe:
    """Return a recipe with an embedder of that name."""
    return Recipe(method, name, f"{name}-fingerprint", "features", "1")


def trial_row(**fields: Any) -> TrialRow:
    """Return a trial of one model against another."""
    row = TrialRow(
        number=1,
        in_force=recipe("small"),
        challenger=recipe("large"),
        opened_at="2026-11-30T12:00:00+00:00",
        after_seq=7,
        labels_digest="digest",
    )
    return replace(row, **fields)
