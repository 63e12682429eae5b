"""How well a scorer tells the user's own references apart, each judged by all the others. Pure.

left_out            one scorer, one judgement per picture
figures_of          what those are worth: see `measures`
has_signal          whether that is more than luck

Texts are left out for all scorers alike. Probabilities are told among the references: without the
part that leads from curated references to the stream, for the references are what they are held
against. Verdicts are those that the judge gives, with that part.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from tasted.records import Verdict
from tasted.scoring.centring import Rows, Vectors
from tasted.scoring.conformal import MAX_ERROR_RATE, left_out_verdicts
from tasted.scoring.labelled import gather
from tasted.scoring.logistic import sigmoid
from tasted.scoring.measures import (
    Bin,
    auc,
    base_log_loss,
    brier,
    calibration_error,
    chance_auc,
    mean_log_loss,
    reliability,
)
from tasted.scoring.scorer import FittedName, FittedScorer, fit_scorer
from tasted.scoring.seed import MATCH_THRESHOLD
from tasted.scoring.seed_left_out import seed_left_out

ScorerName = FittedName | Literal["seed"]
SCORER_NAMES: tuple[ScorerName, ...] = ("taste", "seed", "knn", "centroid")

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Known:
    """n references of one embedder, and what surrounds them."""

    views: Sequence[Rows]
    """n arrays (k, d) of unit rows."""
    whole: NDArray[np.float32]
    """Shape (n, d): one unit row for each picture as a whole, which is what `seed` looks at."""
    liked: NDArray[np.bool_]
    curated: NDArray[np.bool_]
    """Shape (n,): brought by the user, not judged after it was scored."""
    history: Vectors | None = None

    def only(self, chosen: NDArray[np.intp]) -> "Known":
        """Return some of the references, by index, before the same history."""
        return Known(
            [self.views[index] for index in chosen],
            self.whole[chosen],
            self.liked[chosen],
            self.curated[chosen],
            self.history,
        )

    def fitted(self, scorer: FittedName) -> FittedScorer:
        """Fit a scorer to all of them."""
        return fit_scorer(
            scorer, self.given, self.liked, curated=self.curated, history=self.history
        )

    @property
    def given(self) -> Vectors:
        """The views, in a form that also says the dimensions of none."""
        return self.views or self.whole


@dataclass(frozen=True, slots=True, eq=False)
class LeftOut:
    """One judgement for each picture that has one label, by all other pictures."""

    references: NDArray[np.intp]
    """Shape (g,): the index of the first reference that shows it."""
    liked: NDArray[np.bool_]
    """Shape (g,)."""
    scores: Array
    """Shape (g,), higher is better: logits, or the confidence of `seed`."""
    probabilities: Array | None
    """Shape (g,); None where the labels identify none. The confidence of `seed` is taken for one,
    though it is none."""
    verdicts: tuple[Verdict, ...]
    are_logits: bool
    """Whether the scores are log-odds."""


@dataclass(frozen=True, slots=True)
class Figures:
    """What the judgements of one scorer are worth; None where the labels do not say."""

    liked: int
    rejected: int
    auc: float | None
    chance_auc: float | None
    """What shuffled labels stay below in 99 of 100 cases."""
    brier: float | None
    base_brier: float | None
    """Of who knows the share of likes and nothing else."""
    calibration_error: float | None
    log_loss: float | None
    """In nats; None for `seed`, whose confidence reaches 0 and 1."""
    base_log_loss: float | None
    decided: float
    """Share of the pictures that got a verdict other than unsure."""
    right: float | None
    """Share of those verdicts that agree with the label."""
    bins: tuple[Bin, ...]
    """The reliability diagram; empty without probabilities."""

    @property
    def has_signal(self) -> bool | None:
        """Whether likes and rejects are told apart better than by luck; None: cannot be said.

        The ranking must be above that of shuffled labels, and probabilities must say more than the
        share of likes does.
        """
        if self.auc is None or self.chance_auc is None:
            return None
        says_more = (
            self.log_loss is None
            or self.base_log_loss is None
            or self.log_loss < self.base_log_loss
        )
        return self.auc > self.chance_auc and says_more


def left_out(
    scorer: ScorerName,
    known: Known,
    *,
    max_error_rate: float = MAX_ERROR_RATE,
    match_threshold: float = MATCH_THRESHOLD,
) -> LeftOut:
    """Judge each picture by all others.

    Args:
        scorer: which formula or fit.
        known: the references.
        max_error_rate: of the verdicts of fitted scorers, per class.
        match_threshold: of the verdicts of `seed`.

    Raises:
        ValueError: on vectors that are no unit rows; see `fit_taste`.
    """
    if scorer == "seed":
        return _seed(known, match_threshold)
    fitted = known.fitted(scorer)
    first = np.unique(fitted.pictures, return_index=True)[1]
    clear = [index for index in first if _has_one_label(fitted.pictures, known.liked, index)]
    places = np.array(clear, dtype=np.intp)
    logits, liked = fitted.leave_one_out[places] - fitted.offset, known.liked[places]
    return LeftOut(
        references=places,
        liked=liked,
        scores=logits,
        probabilities=sigmoid(logits) if fitted.is_identified else None,
        verdicts=left_out_verdicts(
            fitted.leave_one_out[places], liked, max_error_rate=max_error_rate
        ),
        are_logits=True,
    )


def _seed(known: Known, match_threshold: float) -> LeftOut:
    gathered = gather(known.given, known.liked, history=known.history)
    first = np.unique(gathered.groups, return_index=True)[1]
    places = first[gathered.clear]
    scores = seed_left_out(
        known.whole,
        known.liked,
        known.curated,
        gathered.groups,
        places,
        match_threshold=match_threshold,
    )
    # without another like there is nothing to compare with
    confidences = np.array([score.confidence or 0.0 for score in scores], dtype=np.float64)
    return LeftOut(
        references=places,
        liked=known.liked[places],
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


def figures_of(judged: LeftOut) -> Figures:
    """Return what the judgements are worth."""
    liked, scores, probabilities = judged.liked, judged.scores, judged.probabilities
    count, likes = len(liked), int(liked.sum())
    has_both = 0 < likes < count
    tells = has_both and probabilities is not None
    decided = np.array([verdict is not Verdict.UNSURE for verdict in judged.verdicts], np.bool_)
    is_match = np.array([verdict is Verdict.MATCH for verdict in judged.verdicts], np.bool_)
    share = likes / count if count else 0.0
    return Figures(
        liked=likes,
        rejected=count - likes,
        auc=auc(scores, liked) if has_both else None,
        chance_auc=chance_auc(scores, liked) if has_both else None,
        brier=brier(probabilities, liked) if tells and probabilities is not None else None,
        base_brier=share * (1 - share) if has_both else None,
        calibration_error=(
            calibration_error(probabilities, liked) if tells and probabilities is not None else None
        ),
        log_loss=mean_log_loss(scores, liked) if tells and judged.are_logits else None,
        base_log_loss=base_log_loss(liked) if has_both else None,
        decided=float(decided.mean()) if count else 0.0,
        right=float((is_match == liked)[decided].mean()) if decided.any() else None,
        bins=reliability(probabilities, liked) if tells and probabilities is not None else (),
    )
