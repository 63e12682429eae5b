"""Traits are measured along directions between texts, in standard deviations of the history."""

import dataclasses
import json
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from tasted.scoring.interests.interests import NO_INTERESTS
from tasted.scoring.traits.personality import (
    NO_PERSONALITY,
    PersonalityEvidence,
    Trait,
    TraitScales,
    direction,
    trait_texts,
)

WIDTH = 32
KIND, CALM = Trait("kind", "cruel"), Trait("calm")


def _rows(count: int, seed: int) -> NDArray[np.float32]:
    """Return unit rows that share a large mean."""
    rows = np.random.default_rng(seed).normal(size=(count, WIDTH)) / 6
    rows[:, 0] += 1
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


DIRECTIONS = np.array([direction(_rows(6, 1), _rows(6, 2)), direction(_rows(6, 3), _rows(6, 4))])
PICTURES, BIOS = _rows(200, 5), _rows(50, 6)
SCALES = TraitScales.fit([KIND, CALM], DIRECTIONS, pictures=PICTURES, bios=BIOS)


def test_texts_of_a_trait() -> None:
    """Several sentences on both sides; without an opposite, of anyone."""
    wanted, opposite = trait_texts(KIND)
    assert len(wanted) == len(opposite) == len(set(wanted + opposite)) / 2 >= 5
    assert all("kind" in text for text in wanted)
    assert all("cruel" in text for text in opposite)
    wanted, anyone = trait_texts(CALM)
    assert len(anyone) >= 5
    assert not any("calm" in text or "{" in text for text in anyone)
    assert "a photo of a {odd} person" in trait_texts(Trait("{odd}"))[0]


def test_a_direction_leaves_out_what_both_sides_share() -> None:
    """It has length 1, turns round with its sides, and is 0 between equal ones."""
    one, other = _rows(6, 1), _rows(6, 2)
    along = direction(one, other)
    assert np.linalg.norm(along) == pytest.approx(1)
    np.testing.assert_allclose(along, -direction(other, one))
    assert abs(along[0]) < 0.5
    assert not direction(one, one).any()


def test_the_baseline_has_mean_0_and_spread_1() -> None:
    """Over the history itself: traits, and their columns."""
    measures = [SCALES.measure(picture) for picture in PICTURES]
    for index in range(2):
        values = [measure.traits[index].picture for measure in measures]
        assert np.mean(values) == pytest.approx(0, abs=0.05)
        assert np.std(values) == pytest.approx(1, abs=0.05)
    columns = [measure.picture_column for measure in measures]
    assert np.mean(columns) == pytest.approx(0, abs=0.05)
    assert np.std(columns) == pytest.approx(1, abs=0.05)
    scores = [measure.score for measure in measures if measure.score is not None]
    assert np.mean(scores) == pytest.approx(0.5, abs=0.05)


def test_more_of_a_trait_is_a_higher_score() -> None:
    """In pictures and in bios, up to three standard deviations."""
    measures = []
    for share in (-3.0, -0.2, 0.0, 0.2, 3.0):
        row = PICTURES[:1].mean(axis=0) + share * DIRECTIONS.sum(axis=0)
        unit = row / np.linalg.norm(row)
        measures.append(SCALES.measure(unit, unit))
    columns = [measure.picture_column for measure in measures]
    assert columns == sorted(columns)
    assert columns[0] == pytest.approx(-3)
    assert columns[-1] == pytest.approx(3)
    assert [measure.bio_column for measure in measures] == sorted(
        measure.bio_column for measure in measures
    )
    scores = [measure.score or 0 for measure in measures]
    assert scores == sorted(scores)
    assert 0 < scores[0] < 0.01
    assert 0.99 < scores[-1] < 1


def test_views_count_as_their_mean() -> None:
    """Several views say what their mean says, each by its weight; in the history too."""
    views = PICTURES[:3]
    directions = views / np.linalg.norm(views, axis=1, keepdims=True)
    one, two = SCALES.measure(directions), SCALES.measure(np.repeat(directions, 2, axis=0))
    assert two.picture_column == pytest.approx(one.picture_column)
    halved = SCALES.measure(np.concatenate([directions[:2], 0.5 * directions[2:]] * 2))
    repeated = SCALES.measure(np.concatenate([directions[:2], directions]))
    assert halved.picture_column == pytest.approx(repeated.picture_column)
    doubled = [np.stack([row, row]) for row in PICTURES]
    other = TraitScales.fit([KIND, CALM], DIRECTIONS, pictures=doubled, bios=BIOS)
    one, two = SCALES.measure(PICTURES[0]), other.measure(PICTURES[0])
    assert two.picture_column == pytest.approx(one.picture_column)


@pytest.mark.parametrize("count", [0, 1, 29])
def test_a_short_history_tells_nothing(count: int) -> None:
    """Below 30 pictures or bios a trait is missing, each for itself."""
    scales = TraitScales.fit([KIND], DIRECTIONS[:1], pictures=PICTURES[:count], bios=BIOS)
    measure = scales.measure(PICTURES[0], BIOS[0])
    assert measure.traits[0].picture is None
    assert measure.picture_column is None
    assert measure.traits[0].bio is not None
    assert measure.score is not None
    assert scales.measure(PICTURES[0]).score is None
    exactly = TraitScales.fit([KIND], DIRECTIONS[:1], pictures=PICTURES[:30])
    assert exactly.measure(PICTURES[0], BIOS[0]).traits[0].picture is not None


def test_a_history_that_is_all_alike_tells_nothing() -> None:
    """As a trait does that equals its opposite; the other traits still count."""
    alike = TraitScales.fit([KIND], DIRECTIONS[:1], pictures=np.repeat(PICTURES[:1], 50, axis=0))
    assert alike.measure(PICTURES[1]).score is None
    mixed = TraitScales.fit(
        [KIND, CALM], np.stack([np.zeros(WIDTH), DIRECTIONS[1]]), pictures=PICTURES
    )
    measure = mixed.measure(PICTURES[1])
    assert measure.traits[0].picture is None
    assert measure.traits[0].picture_share == 0
    assert measure.picture_column == pytest.approx(measure.traits[1].picture)
    # two traits that cancel each other leave no column
    turned = TraitScales.fit(
        [KIND, CALM], np.stack([1, -1] * DIRECTIONS[:1].T).T, pictures=PICTURES
    )
    assert turned.measure(PICTURES[1]).picture_column is None


def test_without_traits_nothing_is_measured() -> None:
    """As without a reader of texts."""
    measure = TraitScales.fit([], np.zeros((0, WIDTH)), pictures=PICTURES).measure(PICTURES[0])
    assert (measure.traits, measure.score) == (NO_PERSONALITY.traits, None)
    assert measure.picture_column is None


@settings(deadline=None)
@given(
    seed=st.integers(0, 2**31),
    traits=st.integers(0, 5),
    with_picture=st.booleans(),
    with_bio=st.booleans(),
    seen=st.sampled_from([0, 29, 30, 60]),
)
def test_shares_sum_to_the_columns(
    seed: int, traits: int, seen: int, *, with_picture: bool, with_bio: bool
) -> None:
    """And a column is missing only where nothing is known."""
    random = np.random.default_rng(seed)
    rows = random.normal(size=(traits, WIDTH))
    scales = TraitScales.fit(
        [Trait(str(index)) for index in range(traits)],
        rows / np.linalg.norm(rows, axis=1, keepdims=True),
        pictures=_rows(seen, seed),
        bios=_rows(60, seed + 1),
    )
    measure = scales.measure(
        _rows(1, seed + 2)[0] if with_picture else None,
        _rows(1, seed + 3)[0] if with_bio else None,
    )
    has_picture = with_picture and traits > 0 and seen >= 30
    has_bio = with_bio and traits > 0
    assert (measure.picture_column is not None) == has_picture
    assert (measure.bio_column is not None) == has_bio
    assert (measure.score is not None) == (has_picture or has_bio)
    for column, shares in (
        (measure.picture_column, [trait.picture_share for trait in measure.traits]),
        (measure.bio_column, [trait.bio_share for trait in measure.traits]),
    ):
        assert math.fsum(shares) == pytest.approx(column or 0.0, abs=1e-12)
        assert abs(math.fsum(shares)) <= 3 + 1e-12


def _same(one: PersonalityEvidence, other: PersonalityEvidence) -> bool:
    return repr(one) == repr(other)


def test_scales_are_kept() -> None:
    """As JSON values and arrays, bit by bit, with what is missing."""
    for scales in (SCALES, TraitScales.fit([KIND, CALM], DIRECTIONS, bios=BIOS)):
        facts, arrays = scales.to_arrays()
        back = TraitScales.from_arrays(json.loads(json.dumps(facts, allow_nan=False)), arrays)
        assert back.traits == scales.traits
        assert _same(back.measure(PICTURES[3], BIOS[3]), scales.measure(PICTURES[3], BIOS[3]))


def test_other_things_are_no_scales() -> None:
    """Each is refused with a sentence."""
    facts, arrays = SCALES.to_arrays()
    wrong = [
        ({}, arrays),
        ({"traits": [["kind", 3], ["calm", None]]}, arrays),
        ({"traits": [["kind", None]]}, arrays),
        (facts, {**arrays, "directions": arrays["directions"][:1]}),
        (facts, {**arrays, "bio_mean": np.zeros(3)}),
        (facts, {**arrays, "bio_sd": np.zeros(2)}),
        (facts, {**arrays, "picture_mean": np.full(2, np.inf)}),
        (facts, {key: value for key, value in arrays.items() if key != "picture_sd"}),
    ]
    for odd_facts, odd_arrays in wrong:
        with pytest.raises(ValueError, match="trait"):
            TraitScales.from_arrays(odd_facts, odd_arrays)


def test_odd_vectors_are_refused() -> None:
    """Instead of turning into odd scores."""
    with pytest.raises(ValueError, match="not finite"):
        SCALES.measure(np.full(WIDTH, np.nan))
    with pytest.raises(ValueError, match="shape"):
        SCALES.measure(np.ones(WIDTH + 1))
    with pytest.raises(ValueError, match="a row each"):
        direction(_rows(0, 1), _rows(6, 1))
    with pytest.raises(ValueError, match="must have 1 rows"):
        TraitScales.fit([KIND], DIRECTIONS)
    with pytest.raises(ValueError, match="has no view"):
        TraitScales.fit([KIND], DIRECTIONS[:1], pictures=[PICTURES[:0]])


def test_evidence_that_is_found_again_is_equal() -> None:
    """What is missing is None: NaN is not equal to itself, and Python 3.13 takes that seriously."""
    for picture, bio in ((None, None), (PICTURES[0], None), (None, BIOS[0])):
        assert SCALES.measure(picture, bio) == SCALES.measure(picture, bio)
    assert dataclasses.replace(NO_PERSONALITY) == NO_PERSONALITY
    assert dataclasses.replace(NO_INTERESTS) == NO_INTERESTS
