"""What the label folders say that no event has said. Pure.

The folders are the labels. A picture that was put there by hand is an answer, and so is one that
was taken out. One that lies in both folders counts for neither, and is no answer.
"""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet

from tasted.feedback.events import Answer
from tasted.feedback.standing import StandingAnswers
from tasted.plain_dataclass import dataclass
from tasted.records import Label

_ANSWERS = {Label.LIKED: Answer.LIKE, Label.REJECTED: Answer.REJECT}


@dataclass(frozen=True, slots=True)
class FolderAnswers:
    """What was done by hand."""

    given: tuple[tuple[str, Answer], ...]
    """Content and answer."""
    taken_back: tuple[str, ...]
    """Contents that have no label any more."""


def folder_answers(
    seen: Mapping[str, AbstractSet[Label]],
    standing: StandingAnswers,
    *,
    is_complete: bool,
    never_copied: AbstractSet[str],
) -> FolderAnswers:
    """Compare the folders with the answers that stand.

    Args:
        seen: each content that lies in a label folder, with the labels it has there.
        standing: what the log says.
        is_complete: whether the content of every label is known; else one that is missing may be
            one that was renamed.
        never_copied: ids of answers whose pictures were gone before they could be copied: they
            stand, for no label was removed.
    """
    given = []
    for content, labels in seen.items():
        if len(labels) > 1:
            continue
        answer = _ANSWERS[next(iter(labels))]
        judgement = standing.of(content)
        if judgement is None or judgement.answer is not answer:
            given.append((content, answer))
    taken_back: list[str] = []
    if is_complete:
        taken_back = [
            content
            for content, judgement in standing.pictures()
            if content not in seen and judgement.event_id not in never_copied
        ]
    return FolderAnswers(tuple(given), tuple(taken_back))
