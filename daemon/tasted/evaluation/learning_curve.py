"""What more labels would bring, estimated from fewer labels. Pure.

Pictures are split in half at random, likes and rejects separately, with a fixed seed. The scorer is
fitted to all or part of one half, and ranks the other half:

    half            all of the first half
    quarter         half of it: what more labels were worth
    fewer likes     half of its likes, all its rejects: what likes are worth
    fewer rejects   half of its rejects, all its likes: what rejects are worth
"""

import numpy as np
from numpy.typing import NDArray

from tasted.evaluation.baselines.registry import FittedName
from tasted.evaluation.judgements import ReferenceVectors
from tasted.evaluation.metrics import auc
from tasted.plain_dataclass import dataclass
from tasted.scoring.taste.labelled import gather

LABELS_PER_CLASS_MIN = 4
"""A quarter of these is one picture."""
_MANY, _VERY_MANY = 300, 1000


@dataclass(frozen=True, slots=True)
class LearningCurve:
    """Mean AUC on pictures outside the fit, over the halvings."""

    quarter_labels: int
    quarter_auc: float
    half_labels: int
    half_auc: float
    half_se: float
    """Standard error of the gain from a quarter to a half."""
    cost_of_fewer_likes: float
    """AUC lost with half of the likes."""
    cost_of_fewer_rejects: float
    """AUC lost with half of the rejects."""
    cost_se: float
    """Standard error of the difference of the two costs."""
    halvings: int


def learning_curve(scorer: FittedName, references: ReferenceVectors) -> LearningCurve | None:
    """Fit to fewer labels; None with fewer than 4 pictures of a label.

    Raises:
        ValueError: on vectors that are not unit rows; see `fit_taste`.
    """
    gathered = gather(
        references.given,
        references.liked,
        history=references.history,
        copies=references.copies,
    )
    first = np.unique(gathered.groups, return_index=True)[1]
    pictures = references.only(first[gathered.clear])
    likes, rejects = np.flatnonzero(pictures.liked), np.flatnonzero(~pictures.liked)
    if min(len(likes), len(rejects)) < LABELS_PER_CLASS_MIN:
        return None
    count = len(pictures.liked)
    halvings = 20 if count <= _MANY else 8 if count <= _VERY_MANY else 3
    random = np.random.default_rng(0)
    rows = [_areas(scorer, pictures, likes, rejects, random) for _halving in range(halvings)]
    areas = np.array(rows)
    half, quarter, fewer_likes, fewer_rejects = areas.mean(axis=0)
    # halvings share their pictures, so that their mean is not as sure as one of so many draws: the
    # corrected variance of Nadeau and Bengio, Inference for the Generalization Error, 2003, with
    # as many pictures fitted as ranked
    spread = np.sqrt(1 / halvings + 1)
    return LearningCurve(
        quarter_labels=len(likes) // 4 + len(rejects) // 4,
        quarter_auc=float(quarter),
        half_labels=len(likes) // 2 + len(rejects) // 2,
        half_auc=float(half),
        half_se=float((areas[:, 0] - areas[:, 1]).std(ddof=1) * spread),
        cost_of_fewer_likes=float(half - fewer_likes),
        cost_of_fewer_rejects=float(half - fewer_rejects),
        cost_se=float((areas[:, 2] - areas[:, 3]).std(ddof=1) * spread),
        halvings=halvings,
    )


def _areas(
    scorer: FittedName,
    pictures: ReferenceVectors,
    likes: NDArray[np.intp],
    rejects: NDArray[np.intp],
    random: np.random.Generator,
) -> tuple[float, ...]:
    """Return the AUC on one half when fitted to: the other, half of it, fewer of either label."""
    likes, rejects = random.permutation(likes), random.permutation(rejects)
    half_likes, half_rejects = len(likes) // 2, len(rejects) // 2
    tested = np.concatenate([likes[half_likes:], rejects[half_rejects:]])
    given = [pictures.views[index] for index in tested]
    found = []
    for liked_count, rejected_count in (
        (half_likes, half_rejects),
        (half_likes // 2, half_rejects // 2),
        (half_likes // 2, half_rejects),
        (half_likes, half_rejects // 2),
    ):
        chosen = np.concatenate([likes[:liked_count], rejects[:rejected_count]])
        fitted = pictures.only(chosen).fitted(scorer)
        found.append(auc(fitted.logit(given), pictures.liked[tested]))
    return tuple(found)
