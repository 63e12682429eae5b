"""The `seed` scorer: the fixed formula that tasted began with. Pure; cosines are used raw.

    physical      0.7 · max + 0.3 · mean of the cosines to the liked references of origin
                  `reference` (of any origin when there are none);
                  mean cosine to liked feedback > 0.65:  0.6 · physical + 0.4 · that mean;
                  mean cosine to all rejected > 0.65:    0.7 · physical; clipped to [0, 1]
    personality   cosine of the bio (without one, of the picture) to "A person who is {traits}",
                  clipped to [0, 1]; 0.5 without traits
    interests     share of the interests that the bio names; 0.3 when it names none; 0.5 without a
                  bio or without interests
    confidence    0.6 · physical + 0.3 · personality + 0.1 · interests

`match` from 0.6 on, `strong` from 0.85 on. With nothing liked the verdict is `unsure`.

With an embedder that reads no text there is no personality: the component is absent, and the other
weights are divided by their sum. (Missing traits, in contrast, count as 0.5.) The confidence of
this scorer is never calibrated: it is not a probability.
"""

import math
from collections.abc import Mapping
from typing import Literal

from tasted.plain_dataclass import dataclass
from tasted.records import Verdict
from tasted.scoring.interests.interests import distinct_interests, named_interests
from tasted.scoring.seed.evidence import Mean, SeedEvidence, cosine

SEED_VERSION = 1
"""Part of the taste fingerprint: a change of the formula makes every score stale. 1: the first."""
SEED_WEIGHTS: Mapping[str, float] = {"physical": 0.6, "personality": 0.3, "interests": 0.1}
MATCH_THRESHOLD = 0.6
STRONG_MATCH_THRESHOLD = 0.85
CLOSE_SIMILARITY = 0.65
"""The cosine above which the formula calls pictures close."""

UnsureBecause = Literal["needs_labels", "between", "no_evidence"]
NEEDS_LABELS: Literal["needs_labels"] = "needs_labels"
NO_EVIDENCE: Literal["no_evidence"] = "no_evidence"
_NEXT: Mapping[UnsureBecause, str] = {
    NEEDS_LABELS: "Put pictures you like into inbox/liked",
    NO_EVIDENCE: "Set a weight for physical or interests in config/tasted.toml",
}
_NO_TEXT = "This model cannot read text: personality is left out, and the other weights count more."
_WEIGHTS_TOLERANCE = 1e-9


@dataclass(frozen=True, slots=True)
class Score:
    """A score by the formula; every number in [0, 1] or None."""

    verdict: Verdict
    confidence: float | None
    """None when the verdict is `unsure`."""
    strong: bool
    physical: float | None
    personality: float | None
    interests: float | None
    weights: Mapping[str, float]
    """As they were used: they sum to 1; personality has 0 when the embedder reads no text."""
    unsure_because: UnsureBecause | None = None
    next: str | None = None
    """What the user can do for a verdict."""
    interests_named: tuple[str, ...] = ()
    """Interests in the bio, as the user wrote them."""
    is_near_feedback: bool = False
    """Whether liked feedback raised or lowered the score."""
    is_near_rejected: bool = False
    """Whether rejected pictures lowered the score."""
    notes: tuple[str, ...] = ()
    """Sentences for the sidecar: what was left out, and why."""


def score_seed(
    evidence: SeedEvidence,
    *,
    weights: Mapping[str, float] = SEED_WEIGHTS,
    match_threshold: float = MATCH_THRESHOLD,
    strong_match_threshold: float = STRONG_MATCH_THRESHOLD,
) -> Score:
    """Weigh the evidence with the formula above.

    Args:
        evidence: of one screenshot.
        weights: of `physical`, `personality` and `interests`, none below 0.
        match_threshold: smallest confidence of a match.
        strong_match_threshold: smallest confidence of a strong match.

    Raises:
        ValueError: when a weight is missing, negative or not finite, or when there are traits, the
            embedder reads text, and the traits were not embedded.
    """
    named = named_interests(evidence.bio or "", evidence.interests)
    feedback = _mean_similarity(evidence, evidence.means.feedback)
    rejected = _mean_similarity(evidence, evidence.means.rejected)
    parts = {
        "physical": _physical(evidence, feedback, rejected),
        "personality": _personality(evidence),
        "interests": _interests(evidence, named),
    }
    used = _used_weights(weights, reads_text=evidence.reads_text)
    confidence, unsure_because = _confidence(parts, used)
    return Score(
        verdict=_verdict(confidence, match_threshold),
        confidence=confidence,
        strong=confidence is not None
        and confidence >= max(match_threshold, strong_match_threshold),
        physical=parts["physical"],
        personality=parts["personality"],
        interests=parts["interests"],
        weights=used,
        unsure_because=unsure_because,
        next=_NEXT[unsure_because] if unsure_because is not None else None,
        interests_named=named,
        is_near_feedback=feedback > CLOSE_SIMILARITY,
        is_near_rejected=rejected > CLOSE_SIMILARITY,
        notes=() if evidence.reads_text else (_NO_TEXT,),
    )


def next_step(liked: int, weights: Mapping[str, float], *, reads_text: bool) -> str | None:
    """Return what the user can do to get verdicts; None when there are verdicts.

    Args:
        liked: number of different liked pictures.
        weights: of `physical`, `personality` and `interests`, none below 0.
        reads_text: whether the embedder does.

    Raises:
        ValueError: when a weight is missing, negative or not finite.
    """
    if not liked:
        return _NEXT[NEEDS_LABELS]
    used = _used_weights(weights, reads_text=reads_text)
    return None if any(used.values()) else _NEXT[NO_EVIDENCE]


def _mean_similarity(evidence: SeedEvidence, mean: Mean | None) -> float:
    return mean.similarity(evidence.vector) if mean is not None else 0.0


def _physical(evidence: SeedEvidence, feedback: float, rejected: float) -> float | None:
    mean = evidence.means.reference or evidence.means.liked
    best = evidence.best_liked_similarity
    if mean is None or best is None:
        return None
    physical = 0.7 * best + 0.3 * mean.similarity(evidence.vector)
    if feedback > CLOSE_SIMILARITY:
        physical = 0.6 * physical + 0.4 * feedback
    if rejected > CLOSE_SIMILARITY:
        physical *= 0.7
    return _clip(physical)


def _personality(evidence: SeedEvidence) -> float | None:
    if not evidence.reads_text:
        return None
    if not evidence.traits:
        return 0.5
    if evidence.trait_text_vector is None:
        raise ValueError("there are traits, but no vector of their sentence")
    said = evidence.bio_vector if evidence.bio_vector is not None else evidence.vector
    return _clip(cosine(said, evidence.trait_text_vector))


def _interests(evidence: SeedEvidence, named: tuple[str, ...]) -> float:
    wanted = distinct_interests(evidence.interests)
    if not wanted or not (evidence.bio or "").strip():
        return 0.5
    return len(named) / len(wanted) if named else 0.3


def _used_weights(weights: Mapping[str, float], *, reads_text: bool) -> dict[str, float]:
    """Leave out what the embedder cannot give, and scale the rest to sum to 1, unless all are 0."""
    if not all(math.isfinite(weights[name]) and weights[name] >= 0 for name in SEED_WEIGHTS):
        raise ValueError(f"weights must be finite and not negative: {dict(weights)}")
    used = {name: float(weights[name]) for name in SEED_WEIGHTS}
    if not reads_text:
        used["personality"] = 0.0
    total = math.fsum(used.values())
    # weights that sum to 1 stay exactly as they are
    if total == 0 or abs(total - 1) <= _WEIGHTS_TOLERANCE:
        return used
    return {name: weight / total for name, weight in used.items()}


def _confidence(
    parts: Mapping[str, float | None], used: Mapping[str, float]
) -> tuple[float | None, UnsureBecause | None]:
    if parts["physical"] is None:
        return None, NEEDS_LABELS
    if not any(used.values()):
        return None, NO_EVIDENCE
    total = math.fsum(used[name] * value for name, value in parts.items() if value is not None)
    return _clip(total), None


def _verdict(confidence: float | None, match_threshold: float) -> Verdict:
    if confidence is None:
        return Verdict.UNSURE
    return Verdict.MATCH if confidence >= match_threshold else Verdict.NO_MATCH


def _clip(value: float) -> float:
    return min(1.0, max(0.0, value))
