"""Weighs one item: looks, personality and interests as parts of one logit. Pure.

    logit = bias + looks + Σ traits + Σ interests (+ left_out) (- 6 for a dealbreaker)

The fitted taste says how reliable each part is; then the user's weights scale the parts. Missing
evidence adds nothing. Weights scale the leave-one-out logits too, and temperature, shift, shrinking
and verdicts are learnt again from those, so probabilities and error rates apply to the final score.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tasted.records import Verdict
from tasted.scoring.interests.interests import NO_INTERESTS, InterestEvidence
from tasted.scoring.taste.centring import centred_items, checked
from tasted.scoring.taste.conformal import MAX_ERROR_RATE, labels_needed
from tasted.scoring.taste.label_stages import Stage, next_step, stage
from tasted.scoring.taste.logistic import sigmoid
from tasted.scoring.taste.model import Taste, evidence_columns
from tasted.scoring.traits.personality import NO_PERSONALITY, PersonalityEvidence
from tasted.scoring.unit_rows import Rows
from tasted.scoring.weighing.columns import COLUMNS, PARTS, column_weights, columns, history_parts
from tasted.scoring.weighing.leave_one_out import LeaveOneOutLogits
from tasted.scoring.weighing.looks import References, ReferenceSearch
from tasted.scoring.weighing.user_weights import (
    DEFAULT_FACTORS,
    DEFAULT_WEIGHTS,
    WeightFactors,
    weight_factors,
)
from tasted.scoring.weighing.weighed import (
    ROUNDING,
    InterestPart,
    LogitParts,
    TraitPart,
    UnsureBecause,
    Weighed,
)

__all__ = [
    "COLUMNS",
    "DEALBREAKER_LOG_ODDS",
    "DEFAULT_WEIGHTS",
    "InterestPart",
    "TraitPart",
    "Weighed",
    "Weigher",
    "WeightFactors",
    "columns",
    "history_parts",
    "weight_factors",
]

DEALBREAKER_LOG_ODDS = -6.0
"""What a dealbreaker in the bio adds: the user's own rule, not learnt."""
_WITH_VERDICTS = frozenset({Stage.VERDICTS, Stage.CALIBRATED})

Array = NDArray[np.float64]


class Weigher:
    """Weighs items by one taste and one set of weights.

    Args:
        taste: fitted with the columns of `COLUMNS`, or with none.
        user_factors: see `weight_factors`.
        search: finds references near an item.
        reference_columns: (n, 3), as the taste was fitted with; None: all missing.
        history: (h, 4), see `history_parts`; None: ranks use looks only.
        max_error_rate: of verdicts, per class.

    Raises:
        ValueError: on shapes that do not fit together, or an error rate that is not between 0 and
            1.
    """

    def __init__(
        self,
        taste: Taste,
        user_factors: WeightFactors = DEFAULT_FACTORS,
        *,
        search: ReferenceSearch,
        reference_columns: ArrayLike | None = None,
        history: Array | None = None,
        max_error_rate: float = MAX_ERROR_RATE,
    ) -> None:
        self.weight_factors = user_factors
        self.stage = stage(taste.liked_count, taste.rejected_count, max_error_rate=max_error_rate)
        self._max_error_rate = max_error_rate
        self.next_step = next_step(
            taste.liked_count, taste.rejected_count, max_error_rate=max_error_rate
        )
        """What the user can do to get verdicts; None when there are verdicts."""
        self._column_weights = column_weights(taste)
        self._factors = np.array(
            [
                user_factors.physical,
                user_factors.personality,
                user_factors.personality,
                user_factors.interests,
            ]
        )
        # everything of the taste but the vectors of its references
        self._references = References(taste, search)
        self._mean = taste.mean
        self._weights = taste.weights
        self._bias = taste.bias
        self._is_identified = taste.is_identified
        self._ranks_columns = history is not None
        looks = taste.history_logits - taste.bias
        parts = np.pad(looks[:, None], ((0, 0), (0, PARTS - 1))) if history is None else history
        if parts.shape[1:] != (PARTS,) or not np.isfinite(parts).all():
            raise ValueError(f"history must be finite, of shape (h, {PARTS}), not {parts.shape}")
        weighed = taste.bias + parts @ self._factors
        evidence = evidence_columns(reference_columns, len(self._references), len(COLUMNS))
        evidence = evidence * self._column_weights
        self._leave_one_out = LeaveOneOutLogits.of(taste, self._factors, evidence, weighed)
        self._conformal = self._leave_one_out.conformal()
        self._history = np.sort(self._leave_one_out.calibrated(weighed))
        self._history_looks = np.sort(parts[:, 0])

    def weigh(
        self,
        vector: Rows,
        personality: PersonalityEvidence | None = None,
        interests: InterestEvidence | None = None,
        *,
        reference: int | None = None,
    ) -> Weighed:
        """Weigh one item.

        Args:
            vector: (d,), or (k, d) for k views; unit rows.
            personality: None: missing.
            interests: None: missing.
            reference: its index, if the picture is itself a reference: then all other pictures
                judge it.

        Raises:
            ValueError: on a wrong shape, or a row that is not of length 1 or not finite.
        """
        parts = self._parts(
            vector, personality or NO_PERSONALITY, interests or NO_INTERESTS, reference
        )
        learnt, left_out, looks = parts.sum(), 0.0, parts.plain_looks
        if reference is not None:
            # exactly what the others say about it
            left_out = float(self._leave_one_out.logits[reference]) - learnt
            looks = float(self._leave_one_out.looks[reference])
        is_met = bool(parts.interests.dealbreakers)
        ruled_out = DEALBREAKER_LOG_ODDS if is_met else 0.0
        verdict, unsure_because = self._verdict(learnt + left_out, reference, parts, is_met=is_met)
        total = learnt + left_out + ruled_out
        by_looks = self._bias + self.weight_factors.physical * looks
        ranked = total if self._ranks_columns else self._calibrated(by_looks) + ruled_out
        return Weighed(
            logit=total,
            probability=_probability(total) if self._is_identified else None,
            verdict=verdict,
            unsure_because=unsure_because,
            percentile=_share_below(ranked, self._history),
            history_count=len(self._history),
            stage=self.stage,
            calibrated=self.stage is Stage.CALIBRATED,
            next=self.next_step,
            bias=parts.bias,
            looks=parts.looks,
            traits=parts.trait_parts,
            interests=parts.interest_parts,
            left_out=left_out,
            dealbreakers=parts.interests.dealbreakers,
            ruled_out=ruled_out,
            physical=self._physical(looks),
            personality=parts.personality.score,
            interests_score=parts.interests.score,
        )

    @property
    def factors(self) -> Array:
        """Shape (4,): by which looks and the columns are weighed."""
        return self._factors

    @property
    def temperature(self) -> float:
        """By which the weights of the user scale a weighed logit, see `leave_one_out`."""
        return self._leave_one_out.calibration.temperature

    @property
    def history_count(self) -> int:
        """How many pictures a rank is among."""
        return len(self._history)

    def logits(self, items: Array, evidence: Array) -> Array:
        """Return the logits of many pictures at once, shape (m,): those that `weigh` gives each.

        Neither references nor dealbreakers are told apart: a reference judges itself here.

        Args:
            items: (m, d), centred.
            evidence: (m, 3) columns, NaN where missing, see `columns`.
        """
        looks = self._factors[0] * (items @ self._weights)
        parts = np.nan_to_num(evidence) @ (self._factors[1:] * self._column_weights)
        return self._leave_one_out.calibrated(self._bias + looks + parts)

    def verdicts(self, logits: Array) -> tuple[Verdict, ...]:
        """Return the verdicts that logits of pictures mean that are no references, (m,)."""
        return self._conformal.verdicts(logits, max_error_rate=self._max_error_rate)

    def percentiles(self, logits: Array) -> tuple[float | None, ...]:
        """Return the share of the history below each logit, (m,); None without a history."""
        return tuple(_share_below(logit, self._history) for logit in logits.tolist())

    def physical_of_views(self, views: Rows) -> tuple[float | None, ...]:
        """Return the physical score of each of k views, (k, d) unit rows, on its own.

        Raises:
            ValueError: on a wrong shape, or a row that is not of length 1 or not finite.
        """
        rows = centred_items(checked(views, "views", dimensions=len(self._mean)), self._mean)
        return tuple(self._physical(float(looks)) for looks in rows @ self._weights)

    def _parts(
        self,
        vector: Rows,
        personality: PersonalityEvidence,
        interests: InterestEvidence,
        reference: int | None,
    ) -> LogitParts:
        views = [np.atleast_2d(np.asarray(vector))]
        (item,) = centred_items(checked(views, "vector", dimensions=len(self._mean)), self._mean)
        temperature = self._leave_one_out.calibration.temperature
        by_picture, by_bio, by_interest = (
            temperature * self._factors[1:] * self._column_weights
        ).tolist()
        scale = temperature * self.weight_factors.physical
        looks, plain_looks = self._references.looks(item, scale=scale, reference=reference)
        return LogitParts(
            bias=self._calibrated(self._bias),
            looks=looks,
            plain_looks=plain_looks,
            personality=personality,
            trait_parts=tuple(
                TraitPart(
                    trait=measure.trait,
                    picture_z=measure.picture,
                    bio_z=measure.bio,
                    picture=by_picture * measure.picture_share,
                    bio=by_bio * measure.bio_share,
                )
                for measure in personality.traits
            ),
            interests=interests,
            interest_parts=tuple(
                InterestPart(share.interest, share.mention, by_interest * share.share)
                for share in interests.shares
            ),
        )

    def _calibrated(self, logit: float) -> float:
        return float(self._leave_one_out.calibrated(np.array([logit]))[0])

    def _verdict(
        self, logit: float, reference: int | None, parts: LogitParts, *, is_met: bool
    ) -> tuple[Verdict, UnsureBecause | None]:
        if is_met:
            return Verdict.NO_MATCH, None
        known = self._conformal if reference is None else self._leave_one_out.conformal(reference)
        if not parts.speaks:
            needs_labels = self.stage not in _WITH_VERDICTS
            return Verdict.UNSURE, "needs_labels" if needs_labels else "no_evidence"
        rate = self._max_error_rate
        (verdict,) = known.verdicts(np.array([logit]), max_error_rate=rate)
        if verdict is not Verdict.UNSURE:
            return verdict, None
        fewest = min(len(known.liked), len(known.rejected))
        if self.stage not in _WITH_VERDICTS or fewest < labels_needed(rate):
            return verdict, "needs_labels"
        return verdict, "between"

    def _physical(self, looks: float) -> float | None:
        if not len(self._references):
            return None
        if self._is_identified:
            return _probability(self._bias + looks)
        return _share_below(looks, self._history_looks)


def _probability(logit: float) -> float:
    return float(sigmoid(np.array([logit]))[0])


def _share_below(value: float, history: Array) -> float | None:
    """Return the share of a sorted history below a value; None where it has no order."""
    # equal values differ by rounding
    if not len(history) or history[-1] - history[0] <= ROUNDING:
        return None
    return float(np.searchsorted(history, value - ROUNDING) / len(history))
