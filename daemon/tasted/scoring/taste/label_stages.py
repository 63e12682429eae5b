"""What a taste can say with how many labels, and what the user can do for more. Pure."""

from enum import StrEnum

from tasted.amounts import counted
from tasted.scoring.taste.conformal import MAX_ERROR_RATE, labels_needed

PROBABILITY_MIN = 3
VERDICTS_MIN = 10
CALIBRATED_MIN = 30
CALIBRATED_PER_CLASS_MIN = 9
ANCHOR_HISTORY_MIN = 30
"""The least history to anchor labels of one class on."""


class Stage(StrEnum):
    """The stages of a cold start, from nothing to calibrated."""

    TEXT_ONLY = "text_only"
    """No references: only texts count, and there is no probability."""
    RANK_ONLY = "rank_only"
    """One or two references: an order, but no probability."""
    SHRUNK = "shrunk"
    """A cautious probability, mostly without a verdict."""
    VERDICTS = "verdicts"
    """10 references or more, enough of each class to rule the other out."""
    CALIBRATED = "calibrated"
    """30 references or more, 9 or more of each class: probabilities are reliable."""


def stage(liked: int, rejected: int, *, max_error_rate: float = MAX_ERROR_RATE) -> Stage:
    """Return the stage of this many different liked and rejected pictures."""
    total, fewest = liked + rejected, min(liked, rejected)
    if total == 0:
        return Stage.TEXT_ONLY
    if total < PROBABILITY_MIN:
        return Stage.RANK_ONLY
    if total < VERDICTS_MIN or fewest < labels_needed(max_error_rate):
        return Stage.SHRUNK
    if total < CALIBRATED_MIN or fewest < CALIBRATED_PER_CLASS_MIN:
        return Stage.VERDICTS
    return Stage.CALIBRATED


def is_identified(liked: int, rejected: int, history: int) -> bool:
    """Tell whether labels, or labels of one class and a history, determine a probability."""
    if liked + rejected < PROBABILITY_MIN:
        return False
    return min(liked, rejected) > 0 or history >= ANCHOR_HISTORY_MIN


def next_step(liked: int, rejected: int, *, max_error_rate: float = MAX_ERROR_RATE) -> str | None:
    """Say what verdicts need and how much of it there is, without full stop; None: all of it."""
    needed = labels_needed(max_error_rate)
    total = max(VERDICTS_MIN, 2 * needed)
    if liked >= needed and rejected >= needed and liked + rejected >= total:
        return None
    have = f"{counted(liked, 'like')} and {counted(rejected, 'reject')}"
    return (
        f"To get verdicts: {total} labels, at least {needed} likes and {needed} rejects. "
        f"You have {have if liked + rejected else 0}"
    )
