"""The columns of evidence beside looks, for a fit and for a history. Pure."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tasted.scoring.interests.interests import NO_INTERESTS, InterestEvidence
from tasted.scoring.taste.centring import centred_items, checked
from tasted.scoring.taste.model import Taste, evidence_columns
from tasted.scoring.traits.personality import NO_PERSONALITY, PersonalityEvidence
from tasted.scoring.unit_rows import Vectors

COLUMNS = ("personality_picture", "personality_bio", "interests")
"""The columns that a taste is fitted to, in this order."""
PARTS = 1 + len(COLUMNS)
"""Looks, and the columns."""

Array = NDArray[np.float64]


def columns(personality: PersonalityEvidence | None, interests: InterestEvidence | None) -> Array:
    """Return the evidence of one item as `fit_taste` takes it, shape (3,), NaN where missing."""
    seen, named = personality or NO_PERSONALITY, interests or NO_INTERESTS
    return np.array([seen.picture_column, seen.bio_column, named.column], dtype=np.float64)


def history_parts(taste: Taste, history: Vectors, history_columns: ArrayLike | None) -> Array:
    """Return the parts that a history is ranked by, before the user's weights: looks and columns.

    They are kept with a taste: without them, ranks use looks only.

    Args:
        taste: fitted to this history.
        history: (h, d) unit rows, or h arrays (k, d) of views.
        history_columns: (h, 3), NaN where missing.

    Returns:
        Shape (h, 4), in log-odds, in the order of the history.

    Raises:
        ValueError: as `Taste.logit`.
    """
    rows = checked(history, "history", dimensions=len(taste.mean))
    evidence = evidence_columns(history_columns, len(rows), len(COLUMNS))
    looks = centred_items(rows, taste.mean) @ taste.weights
    return np.concatenate([looks[:, None], evidence * column_weights(taste)], axis=1)


def column_weights(taste: Taste) -> Array:
    """Return the weights of the three columns; 0 for a taste without columns."""
    if not len(taste.column_weights):
        return np.zeros(len(COLUMNS))
    if len(taste.column_weights) != len(COLUMNS):
        raise ValueError(f"the taste has {len(taste.column_weights)} columns, not {len(COLUMNS)}")
    return taste.column_weights
