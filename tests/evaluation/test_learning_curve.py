"""What more labels would bring: few labels cannot tell, and the advice does not change its mind."""

import numpy as np

from kit.tastes import drawn
from tasted.evaluation.judgements import ReferenceVectors
from tasted.evaluation.learning_curve import LearningCurve, learning_curve


def curve_of(count: int, seed: int) -> LearningCurve:
    """Draw so many labels of one person, and look what they were worth."""
    world = drawn(count, seed=seed, sharpness=6.0)
    curve = learning_curve(
        "taste",
        ReferenceVectors(
            views=[row[None] for row in world.vectors],
            whole=world.vectors,
            liked=world.liked,
            curated=np.zeros(count, np.bool_),
        ),
    )
    assert curve is not None
    return curve


def test_its_error_is_that_of_other_labels_not_of_other_halvings() -> None:
    """Other pictures of the same person move the gain about as much as it says."""
    curves = [curve_of(40, seed) for seed in range(12)]
    gains = np.array([curve.half_auc - curve.quarter_auc for curve in curves])
    claimed = np.mean([curve.half_se for curve in curves])

    assert 0.7 * gains.std(ddof=1) < claimed < 4 * gains.std(ddof=1)
