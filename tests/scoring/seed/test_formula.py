"""The seed formula: against a plain reimplementation, and by its properties."""

import math
import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kit.evidences import evidence
from kit.memories import FINGERPRINT, content, learned, random_units, unit
from tasted.library.library import LearnedReference, Library
from tasted.records import Label, Origin, Verdict
from tasted.scoring.seed.evidence import Mean, ReferenceMeans
from tasted.scoring.seed.formula import SEED_WEIGHTS, next_step, score_seed

COSINES = st.floats(-1, 1)
VECTORS = st.integers(0, 2**32 - 1).map(lambda seed: random_units(1, seed=seed)[0])


def test_physical_of_likes_alone() -> None:
    """0.7 of the largest cosine and 0.3 of the mean."""
    score = score_seed(evidence(best=0.9, reference=0.5))
    assert score.physical == pytest.approx(0.7 * 0.9 + 0.3 * 0.5)


def test_the_mean_of_all_likes_stands_in_for_missing_references() -> None:
    """Where every like is feedback, the formula takes likes of any origin."""
    score = score_seed(evidence(best=0.8, liked=0.4))
    assert score.physical == pytest.approx(0.7 * 0.8 + 0.3 * 0.4)


def test_near_feedback_pulls_only_above_the_line() -> None:
    """0.65 itself is not above 0.65."""
    plain = 0.7 * 0.9 + 0.3 * 0.5
    near = score_seed(evidence(best=0.9, reference=0.5, feedback=0.7))
    assert near.physical == pytest.approx(0.6 * plain + 0.4 * 0.7)
    assert near.is_near_feedback
    far = score_seed(evidence(best=0.9, reference=0.5, feedback=0.6499))
    assert far.physical == pytest.approx(plain)
    assert not far.is_near_feedback


def test_near_rejects_take_three_tenths() -> None:
    """The penalty comes last, on top of the pull."""
    score = score_seed(evidence(best=0.9, reference=0.5, feedback=0.7, rejected=0.66))
    expected = 0.7 * (0.6 * (0.7 * 0.9 + 0.3 * 0.5) + 0.4 * 0.7)
    assert score.physical == pytest.approx(expected)
    assert score.is_near_rejected


@pytest.mark.parametrize(
    ("bio", "interests", "expected"),
    [
        ("I love hiking and jazz", ("hiking", "jazz", "chess", "tea"), 0.5),
        ("I love hiking", ("hiking",), 1.0),
        ("Nothing here", ("hiking", "jazz"), 0.3),
        (None, ("hiking",), 0.5),
        (" \n ", ("hiking",), 0.5),
        ("I love hiking", (), 0.5),
        ("I love hiking", (" ", ""), 0.5),
        ("I love hiking", ("hiking", "Hiking ", "jazz"), 0.5),
    ],
)
def test_interests(bio: str | None, interests: tuple[str, ...], expected: float) -> None:
    """The share that is named, 0.3 for none, 0.5 without a bio or interests."""
    assert score_seed(evidence(bio=bio, interests=interests)).interests == expected


def test_personality_is_read_from_the_bio_first() -> None:
    """The bio in text space where there is one, else the picture; 0.5 without traits."""
    picture = evidence(traits=("kind",), trait_text_vector=unit(0.6, 0.8))
    assert score_seed(picture).personality == pytest.approx(0.6)
    bio = evidence(
        traits=("kind",),
        trait_text_vector=unit(0.6, 0.8),
        bio="I am kind",
        bio_vector=unit(0, 1),
    )
    assert score_seed(bio).personality == pytest.approx(0.8)
    opposite = evidence(traits=("kind",), trait_text_vector=unit(-1))
    assert score_seed(opposite).personality == 0
    assert score_seed(evidence(bio="I am kind")).personality == 0.5


def test_a_model_without_text_has_no_personality() -> None:
    """The other weights are divided by their sum, and a note says so."""
    score = score_seed(evidence(best=0.9, reference=0.9, reads_text=False, traits=("kind",)))
    assert score.personality is None
    assert score.weights == pytest.approx(
        {"physical": 0.6 / 0.7, "personality": 0, "interests": 0.1 / 0.7}
    )
    assert score.confidence == pytest.approx((0.6 * 0.9 + 0.1 * 0.5) / 0.7)
    assert "cannot read text" in score.notes[0]


def test_the_weighted_sum_decides() -> None:
    """Match from 0.6 on, strong from 0.85 on, and the thresholds are settings."""
    known = evidence(best=0.9, reference=0.9)
    score = score_seed(known)
    assert score.confidence == pytest.approx(0.6 * 0.9 + 0.3 * 0.5 + 0.1 * 0.5)
    assert score.weights == dict(SEED_WEIGHTS)
    assert (score.verdict, score.strong) == (Verdict.MATCH, False)
    strict = score_seed(known, match_threshold=0.8)
    assert (strict.verdict, strict.strong) == (Verdict.NO_MATCH, False)
    loose = score_seed(known, match_threshold=0.5, strong_match_threshold=0.7)
    assert (loose.verdict, loose.strong) == (Verdict.MATCH, True)
    assert not score_seed(known, match_threshold=0.8, strong_match_threshold=0.7).strong


def test_all_parts_at_the_threshold_are_a_match() -> None:
    """Rounding of the weighted sum does not decide a verdict."""
    parts = evidence(
        best=0.6,
        reference=0.6,
        traits=("kind",),
        trait_text_vector=unit(0.6, 0.8),
        bio="a b c",
        interests=("a", "b", "c", "d", "e"),
    )
    assert score_seed(parts, match_threshold=0.6).confidence == pytest.approx(0.6, abs=1e-7)


def test_weights_need_not_sum_to_one() -> None:
    """They are divided by their sum, so a confidence stays in [0, 1]."""
    weights = {"physical": 3, "personality": 0, "interests": 1}
    score = score_seed(evidence(best=1.0, reference=1.0), weights=weights)
    assert score.weights == {"physical": 0.75, "personality": 0, "interests": 0.25}
    assert score.confidence == pytest.approx(0.875)


def test_without_any_like_there_is_no_verdict() -> None:
    """What can be scored without likes is, and `next` says what to do."""
    score = score_seed(evidence(best=None, rejected=0.9, bio="hiking", interests=("hiking",)))
    assert score.verdict is Verdict.UNSURE
    assert score.unsure_because == "needs_labels"
    assert score.confidence is None
    assert not score.strong
    assert score.next is not None
    assert score.next == next_step(0, SEED_WEIGHTS, reads_text=True)
    assert next_step(1, SEED_WEIGHTS, reads_text=True) is None
    assert (score.physical, score.personality, score.interests) == (None, 0.5, 1.0)
    assert score.weights == dict(SEED_WEIGHTS)


def test_weights_that_leave_nothing_give_no_verdict() -> None:
    """All weight on personality, and a model that reads no text."""
    weights = {"physical": 0, "personality": 1, "interests": 0}
    score = score_seed(evidence(best=0.9, reference=0.9, reads_text=False), weights=weights)
    assert score.next == next_step(1, weights, reads_text=False) is not None
    assert (score.verdict, score.unsure_because) == (Verdict.UNSURE, "no_evidence")


@pytest.mark.parametrize("weight", [-0.1, math.nan, math.inf])
def test_weights_that_are_none_are_refused(weight: float) -> None:
    """Settings are checked before; here it is a bug of the caller."""
    with pytest.raises(ValueError, match="weights"):
        score_seed(evidence(), weights={**SEED_WEIGHTS, "interests": weight})


def test_traits_must_have_been_embedded() -> None:
    """A forgotten vector is a bug, not a neutral personality."""
    with pytest.raises(ValueError, match="traits"):
        score_seed(evidence(traits=("kind",)))


@given(
    best=COSINES,
    reference=st.none() | COSINES,
    feedback=st.none() | COSINES,
    rejected=st.none() | COSINES,
    trait=VECTORS,
    bio=st.none() | st.text(max_size=200),
    interests=st.lists(st.text(max_size=12), max_size=6).map(tuple),
    reads_text=st.booleans(),
    weights=st.tuples(st.floats(0, 10), st.floats(0, 10), st.floats(0.01, 10)),
)
def test_every_number_is_in_the_unit_interval(
    best: float,
    reference: float | None,
    feedback: float | None,
    rejected: float | None,
    trait: np.ndarray,
    bio: str | None,
    interests: tuple[str, ...],
    reads_text: bool,
    weights: tuple[float, float, float],
) -> None:
    """Whatever the evidence: no NaN, nothing outside [0, 1], a verdict that fits the number."""
    known = evidence(
        best=best,
        reference=reference,
        liked=best if reference is None else None,
        feedback=feedback,
        rejected=rejected,
        traits=("kind",),
        trait_text_vector=trait,
        bio=bio,
        interests=interests,
        reads_text=reads_text,
    )
    score = score_seed(known, weights=dict(zip(SEED_WEIGHTS, weights, strict=True)))
    assert score.confidence is not None
    assert (score.personality is None) is not reads_text
    for value in (score.confidence, score.physical, score.personality, score.interests):
        assert value is None or 0 <= value <= 1
    assert sum(score.weights.values()) == pytest.approx(1)
    assert (score.verdict is Verdict.MATCH) == (score.confidence >= 0.6)
    assert score.strong == (score.confidence >= 0.85)


@given(
    bests=st.tuples(COSINES, COSINES),
    reference=COSINES,
    feedback=st.none() | COSINES,
    rejected=st.none() | COSINES,
)
def test_a_nearer_like_never_lowers_the_score(
    bests: tuple[float, float], reference: float, feedback: float | None, rejected: float | None
) -> None:
    """Physical and confidence are monotone in the best liked neighbour's similarity."""
    low, high = (
        score_seed(evidence(best=best, reference=reference, feedback=feedback, rejected=rejected))
        for best in sorted(bests)
    )
    assert low.physical is not None
    assert high.physical is not None
    assert low.confidence is not None
    assert high.confidence is not None
    assert low.physical <= high.physical
    assert low.confidence <= high.confidence


def _full_scan(query: np.ndarray, items: list[LearnedReference]) -> float | None:
    """Return physical by the formula's words: every cosine is computed."""

    def cosines(label: Label, origin: Origin | None = None) -> list[float]:
        return [
            float(item.vector.astype(np.float64) @ query.astype(np.float64))
            for item in items
            if item.reference.label is label and origin in {None, item.reference.origin}
        ]

    references = cosines(Label.LIKED, Origin.REFERENCE) or cosines(Label.LIKED)
    if not references:
        return None
    physical = 0.7 * max(references) + 0.3 * float(np.mean(references))
    feedback = cosines(Label.LIKED, Origin.FEEDBACK)
    if feedback and np.mean(feedback) > 0.65:
        physical = 0.6 * physical + 0.4 * float(np.mean(feedback))
    rejected = cosines(Label.REJECTED)
    if rejected and np.mean(rejected) > 0.65:
        physical *= 0.7
    return min(1.0, max(0.0, physical))


@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    count=st.integers(0, 40),
    closeness=st.sampled_from([0.0, 1.0, 3.0]),
)
def test_sums_and_one_search_are_the_full_scan(seed: int, count: int, closeness: float) -> None:
    """What the library and the seed make of references is the formula, in any order of learning."""
    random = np.random.default_rng(seed)
    rows = random.normal(size=(count + 1, 8)) + closeness
    rows = (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)
    items = [
        learned(
            f"{random.choice(['liked', 'liked', 'rejected'])}/{number}.png",
            rows[number],
            name=f"c{number}",
            origin=Origin(random.choice([origin.value for origin in Origin])),
        )
        for number in range(count)
    ]
    query = rows[count]
    shuffled = [items[number] for number in random.permutation(count)]
    with tempfile.TemporaryDirectory() as folder:
        library = Library.open(Path(folder), fingerprint=FINGERPRINT, dimensions=8)
        library.learn(shuffled)
        for left_out in ("none of them", "c0"):
            means = ReferenceMeans.from_sums(library.sums().without(content(left_out)))
            best = library.nearest(
                query,
                Label.LIKED,
                limit=1,
                exclude=content(left_out),
                origin=Origin.REFERENCE if means.reference is not None else None,
            )
            score = score_seed(
                evidence(vector=query, means=means, best=best[0].similarity if best else None)
            )
            kept = [item for item in items if item.reference.content_id != content(left_out)]
            expected = _full_scan(query, kept)
            assert score.physical == (
                None if expected is None else pytest.approx(expected, abs=2e-6)
            )


def test_a_mean_is_one_dot_product() -> None:
    """The cosine to a mean is the mean of cosines, so the mean is not scaled to length 1."""
    mean = Mean((unit(1).astype(np.float64) + unit(0, 1)) / 2, 2)
    assert mean.similarity(unit(1)) == pytest.approx(0.5)
