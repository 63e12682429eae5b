"""When it is worth training an adapter: what there must be first. Pure."""

from tasted.amounts import counted, file_size
from tasted.errors import CommandError

LABELS_MIN = 500
EACH_MIN = 100
EACH_LEAST = 8
"""Likes and rejects: with fewer there is nothing that could be divided, whoever insists."""
CURVE_GAIN = 0.01
"""Of the share of pairs in order, from half of the labels to all: below it the curve is flat."""


class NotOffered(CommandError):
    """Training is not worth it yet, and nobody insisted."""

    code = "not_enough_labels"


def forcing(*, resumes: bool, can_go_on: bool) -> str:
    """Return how to insist.

    Args:
        resumes: whether what was trained before is to be gone on with.
        can_go_on: whether anything of that is kept.
    """
    if resumes:
        return "To go on all the same: tasted train --resume --force"
    if can_go_on:
        return (
            "To go on with what was trained before: tasted train --resume. To start over all the "
            "same: tasted train --force"
        )
    return "To train all the same: tasted train --force"


def refuse_too_few(liked: int, rejected: int) -> None:
    """Refuse what nobody can insist on.

    Raises:
        NotOffered: when there is nothing to divide.
    """
    if min(liked, rejected) < EACH_LEAST:
        raise NotOffered(
            f"There are {liked} likes and {rejected} rejects; {EACH_LEAST} of each are the least "
            "that can be divided.",
            remedy="Judge more pictures: tasted review",
        )


def refuse_labels(
    liked: int, rejected: int, *, is_forced: bool, resumes: bool, can_go_on: bool
) -> None:
    """Refuse to train on so few labels.

    Args:
        liked: how many likes there are.
        rejected: how many rejects.
        is_forced: whether somebody insists.
        resumes: whether a run is to be gone on with.
        can_go_on: whether anything of one is kept.

    Raises:
        NotOffered: when labels are missing.
    """
    missing = missing_labels(liked, rejected)
    if missing and not is_forced:
        raise NotOffered(" ".join(missing), remedy=forcing(resumes=resumes, can_go_on=can_go_on))
    refuse_too_few(liked, rejected)


def missing_labels(liked: int, rejected: int) -> tuple[str, ...]:
    """Return which labels are missing, as sentences; empty when there are enough."""
    found = []
    if liked + rejected < LABELS_MIN:
        found.append(f"{LABELS_MIN} labels are needed, and there are {liked + rejected}.")
    for name, count in (("likes", liked), ("rejects", rejected)):
        if count < EACH_MIN:
            found.append(f"{EACH_MIN} {name} are needed, and there are {count}.")
    return tuple(found)


def missing_machine(*, saving: str | None, free_bytes: int, needed_bytes: int) -> tuple[str, ...]:
    """Return what the machine lacks for hours of work, as sentences.

    Args:
        saving: why it saves power, as part of a sentence; None when it does not.
        free_bytes: on the disk of the home.
        needed_bytes: for the tuned model and what is kept meanwhile.
    """
    found = []
    if saving is not None:
        found.append(f"It takes long, and {saving}.")
    if free_bytes < needed_bytes:
        found.append(
            f"{file_size(needed_bytes)} on the disk are needed, and {file_size(free_bytes)} are "
            "free."
        )
    return tuple(found)


def missing_flatness(gain: float | None) -> tuple[str, ...]:
    """Return that more labels would help by themselves, as a sentence.

    Args:
        gain: of the AUC from half of the labels to all; None where that is not known.
    """
    if gain is None:
        return ("There are too few labels to tell whether more of them would help by themselves.",)
    if gain < CURVE_GAIN:
        return ()
    pairs = counted(round(1000 * gain), "more pair")
    return (f"More labels still help by themselves: twice as many put {pairs} in 1,000 in order.",)
