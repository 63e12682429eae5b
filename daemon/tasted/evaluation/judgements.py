"""How well a scorer separates the user's own references, each judged by all the others. Pure.

judge_leave_one_out   one scorer, one judgement per picture
figures_of            the quality of those judgements: see `metrics`
has_signal            whether that is more than luck

Texts are not used, for any scorer. Probabilities lack the part that leads from curated references
to the stream, because they are compared with the references. Verdicts include it, as the daemon's
verdicts do.
"""

from collections.abc import Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from tasted.evaluation.baselines.registry import FittedName, fit_scorer
from tasted.evaluation.metrics import (
    Bin,
    auc,
    base_log_loss,
    brier,
    calibration_error,
    chance_auc,
    mean_log_loss,
    reliability,
)
from tasted.evaluation.seed_leave_one_out import seed_leave_one_out
from tasted.plain_dataclass import dataclass
from tasted.records import Verdict
from tasted.scoring.seed.formula import MATCH_THRESHOLD
from tasted.scoring.taste.conformal import MAX_ERROR_RATE, left_out_verdicts
from tasted.scoring.taste.fitted_scorer import FittedScorer
from tasted.scoring.taste.held_out import with_held_out
from tasted.scoring.taste.labelled import gather
from tasted.scoring.taste.logistic import sigmoid
from tasted.scoring.taste.model import Taste
from tasted.scoring.taste.shrinking import constant_brier
from tasted.scoring.unit_rows import Rows, Vectors

ScorerName = Literal["taste", "seed", "knn", "centroid"]

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class ReferenceVectors:
    """n references as vectors of one embedder, with their labels and the history."""

    views: Sequence[Rows]
    """n arrays (k, d) of unit rows."""
    whole: NDArray[np.float32]
    """Shape (n, d): one unit row for each whole picture, which is what `seed` uses."""
    liked: NDArray[np.bool_]
    curated: NDArray[np.bool_]
    """Shape (n,): chosen by hand, not judged after it was scored."""
    history: Vectors | None = None
    copies: NDArray[np.intp] | None = None
    """Shape (n,): equal numbers for copies of one picture, see `fit_taste`."""
    held_out: Array | None = None
    """Shape (n,), of an embedder that was trained on labels; see `scoring.taste.held_out`."""

    def only(self, chosen: NDArray[np.intp]) -> "ReferenceVectors":
        """Return some of the references, by index, with the same history."""
        return ReferenceVectors(
            [self.views[index] for index in chosen],
            self.whole[chosen],
            self.liked[chosen],
            self.curated[chosen],
            self.history,
            self.copies[chosen] if self.copies is not None else None,
            self.held_out[chosen] if self.held_out is not None else None,
        )

    def fitted(self, scorer: FittedName) -> FittedScorer:
        """Fit a scorer to all references."""
        fitted = fit_scorer(
            scorer,
            self.given,
            self.liked,
            curated=self.curated,
            history=self.history,
            copies=self.copies,
        )
        if self.held_out is not None and isinstance(fitted, Taste):
            return with_held_out(fitted, self.held_out)
        return fitted

    @property
    def given(self) -> Vectors:
        """The views, in a form that has dimensions even without references."""
        return self.views or self.whole


@dataclass(frozen=True, slots=True, eq=False)
class LeaveOneOutJudgements:
    """One judgement for each picture that has one label, by all other pictures."""

    references: NDArray[np.intp]
    """Shape (g,): the index of the first reference that shows it."""
    liked: NDArray[np.bool_]
    """Shape (g,)."""
    scores: Array
    """Shape (g,), higher is better: logits, or the confidence of `seed`."""
    probabilities: Array | None
    """Shape (g,); None where the labels identify none. The confidence of `seed` is used as one,
    although it is not a probability."""
    verdicts: tuple[Verdict, ...]
    are_logits: bool
    """Whether the scores are log-odds."""


@dataclass(frozen=True, slots=True)
class Figures:
    """The quality of one scorer's judgements; None where the labels do not determine it."""

    liked: int
    rejected: int
    auc: float | None
    chance_auc: float | None
    """The 99th percentile of the AUC with shuffled labels."""
    brier: float | None
    base_brier: float | None
    """Of the constant predictor that says the share of likes among the other pictures."""
    calibration_error: float | None
    log_loss: float | None
    """In nats; None for `seed`, whose confidence reaches 0 and 1."""
    base_log_loss: float | None
    """Of the constant base-rate predictor, which knows all labels: a little harder to beat."""
    decided: float
    """Share of the pictures that got a verdict other than unsure."""
    right: float | None
    """Share of those verdicts that agree with the label."""
    bins: tuple[Bin, ...]
    """The reliability diagram; empty without probabilities."""

    @property
    def has_signal(self) -> bool | None:
        """Whether likes and rejects are separated better than by luck; None: not known.

        The ranking must beat shuffled labels, and the probabilities the constant base rate.
        """
        if self.auc is None or self.chance_auc is None:
            return None
        says_more = (
            self.log_loss is None
            or self.base_log_loss is None
            or self.log_loss < self.base_log_loss
        )
        return self.auc > self.chance_auc and says_more


def judge_leave_one_out(
    scorer: ScorerName,
    references: ReferenceVectors,
    *,
    max_error_rate: float = MAX_ERROR_RATE,
    match_threshold: float = MATCH_THRESHOLD,
) -> LeaveOneOutJudgements:
    """Judge each picture by all others.

    Args:
        scorer: which formula or fit.
        references: with their labels.
        max_error_rate: of the verdicts of fitted scorers, per class.
        match_threshold: of the verdicts of `seed`.

    Raises:
        ValueError: on vectors that are not unit rows; see `fit_taste`.
    """
    if scorer == "seed":
        return _seed(references, match_threshold)
    fitted = references.fitted(scorer)
    first = np.unique(fitted.pictures, return_index=True)[1]
    clear = [index for index in first if _has_one_label(fitted.pictures, references.liked, index)]
    places = np.array(clear, dtype=np.intp)
    logits, liked = fitted.leave_one_out[places] - fitted.offset, references.liked[places]
    return LeaveOneOutJudgements(
        references=places,
        liked=liked,
        scores=logits,
        probabilities=sigmoid(logits) if fitted.is_identified else None,
        verdicts=left_out_verdicts(
            fitted.leave_one_out[places], liked, max_error_rate=max_error_rate
        ),
        are_logits=True,
    )


def _seed(references: ReferenceVectors, match_threshold: float) -> LeaveOneOutJudgements:
    gathered = gather(
        references.given, references.liked, history=references.history, copies=references.copies
    )
    first = np.unique(gathered.groups, return_index=True)[1]
    places = first[gathered.clear]
    scores = seed_leave_one_out(
        references.whole,
        references.liked,
        references.curated,
        gathered.groups,
        places,
        match_threshold=match_threshold,
    )
    # without another like there is nothing to compare with
    confidences = np.array([score.confidence or 0.0 for score in scores], dtype=np.float64)
    return LeaveOneOutJudgements(
        references=places,
        liked=references.liked[places],
        scores=confidences,
        probabilities=confidences,
        verdicts=tuple(score.verdict for score in scores),
        are_logits=False,
    )


def _has_one_label(
    pictures: NDArray[np.int64], liked: NDArray[np.bool_], reference: np.intp
) -> bool:
    labels = liked[pictures == pictures[reference]]
    return bool(labels.all() or not labels.any())


def figures_of(judged: LeaveOneOutJudgements) -> Figures:
    """Return the quality of the judgements."""
    liked, scores, probabilities = judged.liked, judged.scores, judged.probabilities
    count, likes = len(liked), int(liked.sum())
    has_both = 0 < likes < count
    has_probabilities = has_both and probabilities is not None
    decided = np.array([verdict is not Verdict.UNSURE for verdict in judged.verdicts], np.bool_)
    is_match = np.array([verdict is Verdict.MATCH for verdict in judged.verdicts], np.bool_)
    return Figures(
        liked=likes,
        rejected=count - likes,
        auc=auc(scores, liked) if has_both else None,
        chance_auc=chance_auc(scores, liked) if has_both else None,
        brier=brier(probabilities, liked)
        if has_probabilities and probabilities is not None
        else None,
        base_brier=constant_brier(liked.astype(np.float64)) if has_both else None,
        calibration_error=(
            calibration_error(probabilities, liked)
            if has_probabilities and probabilities is not None
            else None
        ),
        log_loss=mean_log_loss(scores, liked) if has_probabilities and judged.are_logits else None,
        base_log_loss=base_log_loss(liked) if has_both else None,
        decided=float(decided.mean()) if count else 0.0,
        right=float((is_match == liked)[decided].mean()) if decided.any() else None,
        bins=reliability(probabilities, liked)
        if has_probabilities and probabilities is not None
        else (),
    )
