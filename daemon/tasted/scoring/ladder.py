"""What a taste may say by the number of its labels, and what the user can do for more. Pure."""

from enum import StrEnum

from tasted.scoring.conformal import MAX_ERROR_RATE, labels_needed

PROBABILITY_MIN = 3
VERDICTS_MIN = 10
CALIBRATED_MIN = 30
CALIBRATED_PER_CLASS_MIN = 9
ANCHOR_HISTORY_MIN = 30
"""Pictures of history from which labels of one class alone can be anchored."""


class Stage(StrEnum):
    """The steps of a cold start, from nothing to calibrated."""

    TEXT_ONLY = "text_only"
    """No references: only what texts say; never a probability."""
    RANK_ONLY = "rank_only"
    """One or two references: an order, and no probability."""
    SHRUNK = "shrunk"
    """A cautious probability, mostly without a verdict."""
    VERDICTS = "verdicts"
    """10 references or more, enough of each class to rule the other out."""
    CALIBRATED = "calibrated"
    """30 references or more, 9 or more of each class: probabilities can be taken at their word."""


def stage(liked: int, rejected: int, *, max_error_rate: float = MAX_ERROR_RATE) -> Stage:
    """Return where that many different liked and rejected pictures stand."""
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
    """Tell whether the labels, or labels of one class and a history, say how probable a like is."""
    if liked + rejected < PROBABILITY_MIN:
        return False
    return min(liked, rejected) > 0 or history >= ANCHOR_HISTORY_MIN


def next_step(liked: int, rejected: int, *, max_error_rate: float = MAX_ERROR_RATE) -> str | None:
    """Return what to do for verdicts, such as "Reject 4 to get verdicts"; None when there are."""
    needed = labels_needed(max_error_rate)
    likes, rejects = max(0, needed - liked), max(0, needed - rejected)
    either = max(0, VERDICTS_MIN - liked - rejected - likes - rejects)
    if not likes and not rejects:
        return f"Like or reject {either} more to get verdicts" if either else None
    each = [*([f"like {likes}"] if likes else []), *([f"reject {rejects}"] if rejects else [])]
    sentence = " and ".join(each)
    whatever = f", and {either} more of either," if either else ""
    return f"{sentence[:1].upper()}{sentence[1:]}{whatever} to get verdicts"
