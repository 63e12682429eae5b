"""One item weighed: looks, personality and interests as parts of one logit. Pure.

    logit = bias + Σ references + Σ traits + Σ interests (+ left_out) (- 6 for a dealbreaker)

The fitted taste says how reliable each part is; the user's weights scale the parts after that.
Missing evidence adds nothing. Where weights scale, they scale the leave-one-out logits too, and
temperature, shift and verdicts are learnt from those anew: so probabilities and promised error
rates hold for what is really told.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tasted.records import Verdict
from tasted.scoring.centring import Rows, centred_items, checked
from tasted.scoring.columns import COLUMNS, PARTS, column_weights, columns, history_parts
from tasted.scoring.conformal import MAX_ERROR_RATE, labels_needed
from tasted.scoring.fitted import Taste, evidence_columns
from tasted.scoring.interests import NO_INTERESTS, InterestEvidence
from tasted.scoring.ladder import Stage, next_step, stage
from tasted.scoring.left_out import LeftOut
from tasted.scoring.logistic import sigmoid
from tasted.scoring.parts import NOTHING, Parts
from tasted.scoring.personality import NO_PERSONALITY, PersonalityEvidence
from tasted.scoring.scales import DEFAULT_WEIGHTS, UNSCALED, Scales, scales
from tasted.scoring.weighed import InterestPart, TraitPart, UnsureBecause, Weighed

__all__ = [
    "COLUMNS",
    "DEALBREAKER_LOG_ODDS",
    "DEFAULT_WEIGHTS",
    "InterestPart",
    "Scales",
    "TraitPart",
    "Weighed",
    "Weigher",
    "columns",
    "history_parts",
    "scales",
]

DEALBREAKER_LOG_ODDS = -6.0
"""What a dealbreaker in the bio adds: the user's own rule, outside of what is learnt."""
_WITH_VERDICTS = frozenset({Stage.VERDICTS, Stage.CALIBRATED})

Array = NDArray[np.float64]


class Weigher:
    """Weighs items by one taste and one set of weights.

    Args:
        taste: fitted with the columns of `COLUMNS`, or with none.
        user_scales: see `scales`.
        reference_columns: (n, 3), as the taste was fitted with; None: all missing.
        history: (h, 4), see `history_parts`; None: ranks are told by looks alone.
        max_error_rate: of verdicts, per class.

    Raises:
        ValueError: on shapes that do not fit together, or an error rate that is not between 0 and
            1.
    """

    def __init__(
        self,
        taste: Taste,
        user_scales: Scales = UNSCALED,
        *,
        reference_columns: ArrayLike | None = None,
        history: Array | None = None,
        max_error_rate: float = MAX_ERROR_RATE,
    ) -> None:
        self.taste = taste
        self.scales = user_scales
        self.stage = stage(taste.liked_count, taste.rejected_count, max_error_rate=max_error_rate)
        self._max_error_rate = max_error_rate
        self.next_step = next_step(
            taste.liked_count, taste.rejected_count, max_error_rate=max_error_rate
        )
        """What the user can do to get verdicts; None when there are verdicts."""
        self._column_weights = column_weights(taste)
        self._factors = np.array(
            [
                user_scales.physical,
                user_scales.personality,
                user_scales.personality,
                user_scales.interests,
            ]
        )
        self._references = taste.references.astype(np.float64)
        self._lengths = np.linalg.norm(self._references, axis=1)
        self._ranks_columns = history is not None
        looks = taste.history_logits - taste.bias
        parts = np.pad(looks[:, None], ((0, 0), (0, PARTS - 1))) if history is None else history
        if parts.shape[1:] != (PARTS,) or not np.isfinite(parts).all():
            raise ValueError(f"history must be finite, of shape (h, {PARTS}), not {parts.shape}")
        weighed = taste.bias + parts @ self._factors
        told = evidence_columns(reference_columns, len(self._references), len(COLUMNS))
        told = told * self._column_weights
        self._left_out = LeftOut.of(taste, self._factors, told, weighed)
        self._conformal = self._left_out.conformal()
        self._history = np.sort(self._left_out.calibrated(weighed))
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
            reference: its index, when the picture is itself a reference: it is then judged by all
                other pictures.

        Raises:
            ValueError: on a wrong shape, or a row that is not of length 1 or not finite.
        """
        parts = self._parts(
            vector, personality or NO_PERSONALITY, interests or NO_INTERESTS, reference
        )
        learnt, left_out, looks = parts.sum(), 0.0, float(parts.looks.sum())
        if reference is not None:
            # what the others say of it, to the last digit
            left_out = float(self._left_out.logits[reference]) - learnt
            looks = float(self._left_out.looks[reference])
        is_met = bool(parts.interests.dealbreakers)
        ruled_out = DEALBREAKER_LOG_ODDS if is_met else 0.0
        verdict, unsure_because = self._verdict(learnt + left_out, reference, parts, is_met=is_met)
        total = learnt + left_out + ruled_out
        by_looks = self.taste.bias + self.scales.physical * looks
        ranked = total if self._ranks_columns else self._calibrated(by_looks) + ruled_out
        return Weighed(
            logit=total,
            probability=_probability(total) if self.taste.is_identified else None,
            verdict=verdict,
            unsure_because=unsure_because,
            percentile=_share_below(ranked, self._history),
            history_count=len(self._history),
            stage=self.stage,
            calibrated=self.stage is Stage.CALIBRATED,
            next=self.next_step,
            bias=parts.bias,
            references=parts.references,
            cosines=parts.cosines,
            traits=parts.trait_parts,
            interests=parts.interest_parts,
            left_out=left_out,
            dealbreakers=parts.interests.dealbreakers,
            ruled_out=ruled_out,
            physical=self._physical(looks),
            personality=parts.personality.score,
            interests_score=parts.interests.score,
        )

    def physical_of_views(self, views: Rows) -> tuple[float | None, ...]:
        """Return what each of k views, (k, d) unit rows, would be given for its looks alone.

        Raises:
            ValueError: on a wrong shape, or a row that is not of length 1 or not finite.
        """
        taste = self.taste
        rows = centred_items(checked(views, "views", dimensions=len(taste.mean)), taste.mean)
        return tuple(self._physical(float(looks)) for looks in rows @ taste.weights)

    def _parts(
        self,
        vector: Rows,
        personality: PersonalityEvidence,
        interests: InterestEvidence,
        reference: int | None,
    ) -> Parts:
        taste = self.taste
        views = [np.atleast_2d(np.asarray(vector))]
        (item,) = centred_items(checked(views, "vector", dimensions=len(taste.mean)), taste.mean)
        # a product of matrices would wake the threads of BLAS, which on a busy machine wait for
        # each other ten times as long as one of them computes
        products = np.vecdot(self._references, item)
        looks = taste.coefficients * products
        if reference is not None:
            looks[taste.pictures == taste.pictures[reference]] = 0.0
        temperature = self._left_out.calibration.temperature
        by_picture, by_bio, by_interest = (
            temperature * self._factors[1:] * self._column_weights
        ).tolist()
        lengths = self._lengths * np.linalg.norm(item)
        return Parts(
            bias=self._calibrated(taste.bias),
            looks=looks,
            references=temperature * self.scales.physical * looks,
            cosines=np.clip(products / np.maximum(lengths, NOTHING), -1, 1),
            personality=personality,
            trait_parts=tuple(
                TraitPart(
                    trait=each.trait,
                    picture_z=each.picture,
                    bio_z=each.bio,
                    picture=by_picture * each.picture_share,
                    bio=by_bio * each.bio_share,
                )
                for each in personality.traits
            ),
            interests=interests,
            interest_parts=tuple(
                InterestPart(each.interest, each.mention, by_interest * each.share)
                for each in interests.shares
            ),
        )

    def _calibrated(self, logit: float) -> float:
        return float(self._left_out.calibrated(np.array([logit]))[0])

    def _verdict(
        self, logit: float, reference: int | None, parts: Parts, *, is_met: bool
    ) -> tuple[Verdict, UnsureBecause | None]:
        if is_met:
            return Verdict.NO_MATCH, None
        known = self._conformal if reference is None else self._left_out.conformal(reference)
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
        if self.taste.is_identified:
            return _probability(self.taste.bias + looks)
        return _share_below(looks, self._history_looks)


def _probability(logit: float) -> float:
    return float(sigmoid(np.array([logit]))[0])


def _share_below(value: float, history: Array) -> float | None:
    """Return the share of a sorted history below a value; None where it has no order."""
    # equal values differ by rounding
    if not len(history) or history[-1] - history[0] <= NOTHING:
        return None
    return float(np.searchsorted(history, value - NOTHING) / len(history))
