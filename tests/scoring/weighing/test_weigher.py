"""Evidence is added in log-odds: parts sum to the logit, weights scale, nothing is ever NaN."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kit.tastes import DIMENSIONS, drawn
from kit.weighings import (
    HISTORY,
    TasteWeigher,
    drawn_columns,
    drawn_weigher,
    interests,
    personality,
)
from tasted.records import Verdict
from tasted.scoring.interests.interests import NO_INTERESTS
from tasted.scoring.taste.centring import centred_items
from tasted.scoring.taste.fit import fit_taste
from tasted.scoring.taste.label_stages import Stage
from tasted.scoring.taste.logistic import sigmoid
from tasted.scoring.weighing.weigher import (
    DEALBREAKER_LOG_ODDS,
    DEFAULT_WEIGHTS,
    Weighed,
    WeightFactors,
    columns,
    history_parts,
    weight_factors,
)

NEW = drawn(40, seed=99)
few = settings(max_examples=25, deadline=None)
SEEDS = st.integers(0, 2**31)
WEIGHTS = st.fixed_dictionaries(
    {name: st.floats(1e-6, 10) | st.just(0.0) for name in DEFAULT_WEIGHTS}
).filter(lambda weights: max(weights.values()) > 1e-3)
KIND = personality({"kind": 1.2, "calm": -0.4}, {"kind": 0.5})
OUTDOORS = interests({"hiking": 1.1, "jazz": -0.3})


def _sum(weighed: Weighed) -> float:
    return math.fsum(
        [
            weighed.bias,
            weighed.looks.part,
            *(trait.part for trait in weighed.traits),
            *(interest.part for interest in weighed.interests),
            weighed.left_out,
            weighed.ruled_out,
        ]
    )


def _numbers(weighed: Weighed) -> list[float]:
    numbers = [
        weighed.probability,
        weighed.percentile,
        weighed.physical,
        weighed.personality,
        weighed.interests_score,
    ]
    return [number for number in numbers if number is not None]


@few
@given(
    seed=SEEDS,
    count=st.integers(0, 60),
    weights=WEIGHTS,
    with_history=st.booleans(),
    label=st.sampled_from([None, True, False]),
    as_reference=st.booleans(),
    views=st.integers(1, 3),
)
def test_parts_sum_to_the_logit_and_nothing_is_nan(
    seed: int,
    count: int,
    weights: dict[str, float],
    label: bool | None,
    views: int,
    *,
    with_history: bool,
    as_reference: bool,
) -> None:
    """Whatever is known, missing, switched off or of one class."""
    weigher = drawn_weigher(
        count, seed=seed, weights=weights, with_history=with_history, label=label
    )
    reference = seed % count if as_reference and count else None
    weighed = weigher.weigh(NEW.vectors[:views], KIND, OUTDOORS, reference=reference)
    assert abs(_sum(weighed) - weighed.logit) <= 1e-9
    assert math.isfinite(weighed.logit)
    for near in (weighed.looks.liked, weighed.looks.rejected):
        assert np.isfinite(near.parts).all()
        assert (np.abs(near.cosines) <= 1).all()
    assert all(0 <= number <= 1 for number in _numbers(weighed))
    assert (weighed.verdict is Verdict.UNSURE) == (weighed.unsure_because is not None)
    assert (weighed.probability is None) == (not weigher.taste.is_identified)
    assert (weighed.percentile is None) or with_history


@few
@given(seed=SEEDS, count=st.integers(0, 60), with_history=st.booleans())
def test_default_weights_are_the_fitted_taste(seed: int, count: int, *, with_history: bool) -> None:
    """They scale nothing: logit, verdict and leave-one-out are those of the taste."""
    weigher = drawn_weigher(count, seed=seed, with_history=with_history)
    taste = weigher.taste
    column_values = columns(KIND, OUTDOORS)
    weighed = weigher.weigh(NEW.vectors[0], KIND, OUTDOORS)
    assert weighed.logit == pytest.approx(
        taste.logit(NEW.vectors[:1], column_values[None, :])[0], abs=1e-9
    )
    if count:
        own = weigher.weigh(NEW.vectors[0], KIND, OUTDOORS, reference=0)
        assert own.logit == pytest.approx(taste.leave_one_out[0], abs=1e-9)
    (verdict,) = taste.conformal.verdicts(taste.logit(NEW.vectors[:1], column_values[None, :]))
    assert weighed.verdict is verdict


@few
@given(seed=SEEDS, count=st.integers(0, 60), weights=WEIGHTS)
def test_many_at_once_are_weighed_as_each(seed: int, count: int, weights: dict[str, float]) -> None:
    """Logit, verdict and rank of a whole pool are those that the sidecars say."""
    plain = drawn_weigher(count, seed=seed, weights=weights)
    weigher = TasteWeigher(
        plain.taste,
        weight_factors(weights),
        reference_columns=drawn_columns(plain.taste.liked, seed=seed),
        history=history_parts(plain.taste, HISTORY, None),
    )
    items = centred_items(NEW.vectors, weigher.taste.mean)
    evidence = np.full((len(items), 3), np.nan)
    evidence[::2] = columns(KIND, OUTDOORS)
    logits = weigher.logits(items, evidence)
    alone = [
        weigher.weigh(vector, *((KIND, OUTDOORS) if place % 2 == 0 else (None, None)))
        for place, vector in enumerate(NEW.vectors)
    ]
    np.testing.assert_allclose(logits, [weighed.logit for weighed in alone], atol=1e-9)
    assert weigher.percentiles(logits) == tuple(weighed.percentile for weighed in alone)
    told = [
        weighed.verdict if weighed.unsure_because != "no_evidence" else None for weighed in alone
    ]
    for verdict, expected in zip(weigher.verdicts(logits), told, strict=True):
        assert expected in {verdict, None}


@given(weights=WEIGHTS, factor=st.floats(1e-3, 1e3))
def test_only_proportions_of_weights_matter(weights: dict[str, float], factor: float) -> None:
    """Nothing is inflated, and what counts most keeps all that it is worth."""
    one = weight_factors(weights)
    other = weight_factors({name: factor * weight for name, weight in weights.items()})
    values = [one.physical, one.personality, one.interests]
    assert values == pytest.approx([other.physical, other.personality, other.interests], abs=1e-9)
    assert max(values) == 1
    assert min(values) >= 0
    for name, value in zip(DEFAULT_WEIGHTS, values, strict=True):
        assert (value == 0) == (weights[name] == 0)


def test_default_weights_scale_nothing() -> None:
    """Each component counts as far as it has proven reliable."""
    assert weight_factors(DEFAULT_WEIGHTS) == WeightFactors(1, 1, 1)
    assert weight_factors({"physical": 6, "personality": 3, "interests": 1}) == WeightFactors(
        1, 1, 1
    )
    half = weight_factors({"physical": 0.6, "personality": 0.15, "interests": 0.1})
    assert half == WeightFactors(1, pytest.approx(0.5), 1)


@pytest.mark.parametrize(
    "weights",
    [
        {"physical": 0.0, "personality": 0.0, "interests": 0.0},
        {"physical": 0.6, "personality": 0.3},
        {"physical": -1.0, "personality": 0.3, "interests": 0.1},
        {"physical": math.nan, "personality": 0.3, "interests": 0.1},
        {"physical": math.inf, "personality": 0.3, "interests": 0.1},
    ],
)
def test_weights_that_mean_nothing_are_refused(weights: dict[str, float]) -> None:
    """The message says what a weight may be."""
    with pytest.raises(ValueError, match="weights must be"):
        weight_factors(weights)


@few
@given(seed=SEEDS, weights=WEIGHTS)
def test_a_weight_of_0_is_a_component_that_is_absent(seed: int, weights: dict[str, float]) -> None:
    """It moves nothing: the score is the same with and without that evidence."""
    silent = {**weights, "personality": 0.0, "physical": weights["physical"] + 0.1}
    weigher = drawn_weigher(25, seed=seed, weights=silent)
    with_traits = weigher.weigh(NEW.vectors[0], KIND, OUTDOORS)
    without = weigher.weigh(NEW.vectors[0], None, OUTDOORS)
    assert with_traits.logit == without.logit
    assert all(trait.part == 0 for trait in with_traits.traits)
    text_alone = drawn_weigher(25, seed=seed, weights={**weights, "physical": 0.0, "interests": 1})
    one, other = (text_alone.weigh(vector, KIND, OUTDOORS).logit for vector in NEW.vectors[:2])
    assert one == other


def test_missing_evidence_adds_nothing() -> None:
    """Without a bio or traits a score is that of looks; it is not pulled to any middle."""
    weigher = drawn_weigher(40, seed=3)
    weighed = weigher.weigh(NEW.vectors[0], None, NO_INTERESTS)
    assert weighed.traits == weighed.interests == ()
    assert weighed.logit == pytest.approx(weigher.taste.logit(NEW.vectors[:1])[0], abs=1e-9)
    assert weighed.personality is None
    assert weighed.interests_score is None


@pytest.mark.parametrize(
    "weights",
    [
        {"physical": 0.6, "personality": 0.0, "interests": 0.0},
        {"physical": 0.1, "personality": 0.3, "interests": 0.1},
        {"physical": 0.0, "personality": 0.3, "interests": 0.1},
    ],
)
def test_probabilities_stay_honest_under_weights(weights: dict[str, float]) -> None:
    """Scaled evidence is calibrated anew, and no label vouches for itself."""
    brier, covered, apart = [], [], []
    for seed in range(6):
        known, new = drawn(100, seed=seed), drawn(100, seed=1000 + seed)
        column_values, seen = (
            drawn_columns(known.liked, seed=seed),
            drawn_columns(new.liked, seed=-seed % 99),
        )
        taste = fit_taste(known.vectors, known.liked, history=HISTORY, columns=column_values)
        weigher = TasteWeigher(taste, weight_factors(weights), reference_columns=column_values)
        scored = [
            weigher.weigh(vector, personality({"kind": one[0]} if one[0] == one[0] else {}))
            for vector, one in zip(new.vectors, seen, strict=True)
        ]
        probabilities = np.array([weighed.probability for weighed in scored])
        brier.append(np.mean((probabilities - new.liked) ** 2))
        wrong = [weighed.verdict is Verdict.NO_MATCH for weighed in scored]
        covered.append(1 - np.mean(np.array(wrong)[new.liked]))
        own = np.array(
            [
                weigher.weigh(vector, reference=index).logit
                for index, vector in enumerate(known.vectors)
            ]
        )
        apart.append((own[known.liked][:, None] > own[~known.liked]).mean())
    assert np.mean(brier) < 0.24
    assert np.mean(covered) > 0.75
    # a fit that knows its labels would put nearly all of them apart
    assert 0.55 < np.mean(apart) < 0.97


def test_a_dealbreaker_rules_out() -> None:
    """The user's own rule stands outside of what is learnt, and needs no label."""
    for count in (0, 2, 40):
        weigher = drawn_weigher(count, seed=5)
        plain = weigher.weigh(NEW.vectors[0], KIND, OUTDOORS)
        met = weigher.weigh(
            NEW.vectors[0],
            KIND,
            interests({"hiking": 1.1, "jazz": -0.3}, dealbreakers=("smoking",)),
        )
        assert met.verdict is Verdict.NO_MATCH
        assert met.unsure_because is None
        assert met.ruled_out == DEALBREAKER_LOG_ODDS
        assert met.logit == pytest.approx(plain.logit - 6, abs=1e-9)


def test_the_stages_of_a_cold_start() -> None:
    """From text alone over ranks to verdicts, each step says what is missing."""
    text = drawn_weigher(0, seed=1).weigh(NEW.vectors[0], KIND, OUTDOORS)
    assert text.stage is Stage.TEXT_ONLY
    assert (text.probability, text.verdict, text.unsure_because) == (
        None,
        Verdict.UNSURE,
        "needs_labels",
    )
    assert text.physical is None
    assert text.percentile is None
    assert text.next == "To get verdicts: 10 labels, at least 4 likes and 4 rejects. You have 0"
    assert text.logit != drawn_weigher(0, seed=1).weigh(NEW.vectors[0]).logit
    one = drawn_weigher(1, seed=1).weigh(NEW.vectors[0])
    assert one.stage is Stage.RANK_ONLY
    assert one.probability is None
    assert one.physical == one.percentile
    assert one.history_count == 60
    many = drawn_weigher(80, seed=1)
    scored = [many.weigh(vector) for vector in NEW.vectors]
    assert {weighed.unsure_because for weighed in scored} == {None, "between"}
    assert {Verdict.MATCH, Verdict.NO_MATCH} <= {weighed.verdict for weighed in scored}
    assert all(weighed.calibrated and weighed.next is None for weighed in scored)


def test_physical_tells_of_looks_alone() -> None:
    """Neither weights nor text change it."""
    weights = {"physical": 0.1, "personality": 0.3, "interests": 0.1}
    weighed = drawn_weigher(40, seed=3, weights=weights).weigh(NEW.vectors[0], KIND, OUTDOORS)
    taste = drawn_weigher(40, seed=3).taste
    assert weighed.physical == pytest.approx(sigmoid(taste.logit(NEW.vectors[:1]))[0])


def test_without_any_evidence_there_is_no_verdict() -> None:
    """A user who counts only interests learns nothing of a picture without a bio."""
    weights = {"physical": 0.0, "personality": 0.0, "interests": 1.0}
    weigher = drawn_weigher(40, seed=3, weights=weights)
    weighed = weigher.weigh(NEW.vectors[0], KIND, None)
    assert (weighed.verdict, weighed.unsure_because) == (Verdict.UNSURE, "no_evidence")
    assert weigher.weigh(NEW.vectors[0], KIND, OUTDOORS).unsure_because != "no_evidence"


def test_ranks_count_columns_once_the_history_has_them() -> None:
    """Without them looks are compared with looks; with them the whole logit with the like."""
    known = drawn(20, seed=4)
    column_values = drawn_columns(known.liked, seed=4)
    taste = fit_taste(known.vectors, known.liked, history=HISTORY, columns=column_values)
    without = TasteWeigher(taste, reference_columns=column_values)
    looks = (taste.history_logits < taste.logit(NEW.vectors[:1])).mean()
    assert without.weigh(NEW.vectors[0], KIND, OUTDOORS).percentile == pytest.approx(looks)
    seen = drawn_columns(drawn(60, seed=98).liked, seed=7)
    parts = history_parts(taste, HISTORY, seen)
    assert parts.shape == (60, 4)
    ranked = TasteWeigher(taste, reference_columns=column_values, history=parts)
    logits = taste.logit(HISTORY, np.nan_to_num(seen))
    weighed = ranked.weigh(NEW.vectors[0], KIND, OUTDOORS)
    assert weighed.percentile == pytest.approx((logits < weighed.logit).mean())
    text = fit_taste(np.zeros((0, DIMENSIONS), np.float32), np.zeros(0, bool), history=HISTORY)
    assert TasteWeigher(text).weigh(NEW.vectors[0]).percentile is None


def test_labels_of_one_class_stay_anchored_under_weights() -> None:
    """The mean probability of the history is the assumed rate, whatever counts."""
    weights = {"physical": 0.1, "personality": 0.3, "interests": 0.1}
    weigher = drawn_weigher(10, seed=2, weights=weights, label=True)
    assert weigher.taste.rejected_count == 0
    scored = [weigher.weigh(vector).probability for vector in HISTORY]
    assert np.mean(
        [probability for probability in scored if probability is not None]
    ) == pytest.approx(0.4, abs=1e-6)


@pytest.mark.parametrize(
    "weights", [dict(DEFAULT_WEIGHTS), {"physical": 0.2, "personality": 0.3, "interests": 0.1}]
)
def test_odd_references_give_numbers(weights: dict[str, float]) -> None:
    """Identical, contradicting, one, and five thousand: always finite, and no hasty verdict."""
    pool = drawn(5000, seed=8)
    same = np.repeat(pool.vectors[:1], 12, axis=0)
    flags = np.arange(12) % 2 == 0
    cases = [
        (same, np.ones(12, bool)),
        (same, flags),
        (np.repeat(pool.vectors[:6], 2, axis=0), flags),
        (pool.vectors[:1], pool.liked[:1]),
        (pool.vectors, pool.liked),
    ]
    for vectors, liked in cases:
        column_values = drawn_columns(liked, seed=1)
        taste = fit_taste(vectors, liked, columns=column_values)
        weigher = TasteWeigher(taste, weight_factors(weights), reference_columns=column_values)
        for reference in (None, 0):
            weighed = weigher.weigh(vectors[0], KIND, OUTDOORS, reference=reference)
            assert abs(_sum(weighed) - weighed.logit) <= 1e-9
            assert all(0 <= number <= 1 for number in _numbers(weighed))
            assert len(vectors) > 12 or weighed.verdict is Verdict.UNSURE


def test_wrong_shapes_are_refused() -> None:
    """The message names what does not fit."""
    known = drawn(6, seed=1)
    taste = fit_taste(known.vectors, known.liked, columns=np.zeros((6, 2)))
    with pytest.raises(ValueError, match="not 3"):
        TasteWeigher(taste)
    weigher = drawn_weigher(6, seed=1)
    with pytest.raises(ValueError, match="columns must have shape"):
        TasteWeigher(weigher.taste, reference_columns=np.zeros((5, 3)))
    with pytest.raises(ValueError, match="history must be finite"):
        TasteWeigher(weigher.taste, history=np.zeros((5, 3)))
    with pytest.raises(ValueError, match="max_error_rate"):
        TasteWeigher(weigher.taste, max_error_rate=1.0)
    with pytest.raises(ValueError, match="must have a length above 0"):
        weigher.weigh(np.zeros(DIMENSIONS, np.float32))
