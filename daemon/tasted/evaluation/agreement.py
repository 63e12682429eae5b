"""On how many pictures taste and user agree, and on which they do not. Pure."""

from tasted.evaluation.evaluate import Evaluation
from tasted.plain_dataclass import dataclass
from tasted.records import Verdict


@dataclass(frozen=True, slots=True)
class Disagreement:
    """A picture whose label contradicts the verdict of all the others."""

    path: str
    is_liked: bool
    """The user's label."""
    probability: float | None
    """Of a like, by all the other pictures."""
    lookalikes: int
    """Pictures with the other label that look more like it than any with its own."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """How the verdicts of the current scorer compare with the labels."""

    decided: int
    """How many pictures got a verdict other than unsure."""
    undecided: int
    wrong: tuple[Disagreement, ...]
    """The clearest contradiction first."""

    @property
    def agreed(self) -> int:
        """How many verdicts match the label."""
        return self.decided - len(self.wrong)


def agreement(evaluation: Evaluation) -> Agreement:
    """Compare the verdicts of the current scorer with the labels.

    Args:
        evaluation: of at least one reference.
    """
    judged = evaluation.main.judgements
    doubts = {doubt.reference: doubt for doubt in evaluation.doubts}
    wrong: list[Disagreement] = []
    decided = 0
    for place, reference in enumerate(judged.references):
        verdict, is_liked = judged.verdicts[place], bool(judged.liked[place])
        if verdict is Verdict.UNSURE:
            continue
        decided += 1
        if (verdict is Verdict.MATCH) is is_liked:
            continue
        doubt = doubts.get(int(reference))
        wrong.append(
            Disagreement(
                path=evaluation.items[int(reference)].path,
                is_liked=is_liked,
                probability=(
                    float(judged.probabilities[place]) if judged.probabilities is not None else None
                ),
                lookalikes=doubt.lookalikes if doubt is not None else 0,
            )
        )
    wrong.sort(key=_distance, reverse=True)
    return Agreement(decided, len(judged.references) - decided, tuple(wrong))


def _distance(wrong: Disagreement) -> float:
    if wrong.probability is None:
        return 0.0
    return 1 - wrong.probability if wrong.is_liked else wrong.probability
