"""`knn` and `centroid`, and what all fitted scorers have in common with `taste`."""

from typing import get_args

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.taste.costs import before_shrinking
from kit.tastes import drawn
from tasted.evaluation.baselines.centroid import fit_centroid, left_out_scores
from tasted.evaluation.baselines.knn import left_out_votes, vote_weights, votes
from tasted.evaluation.baselines.registry import FittedName, fit_scorer
from tasted.records import Verdict
from tasted.scoring.taste.label_stages import Stage
from tasted.scoring.taste.labelled import gather

HISTORY = drawn(60, seed=98).vectors
NEW = drawn(40, seed=99).vectors
OWN: tuple[FittedName, ...] = ("knn", "centroid")
every = pytest.mark.parametrize("name", get_args(FittedName))
own = pytest.mark.parametrize("name", OWN)


@every
def test_scores_follow_the_taste(name: FittedName) -> None:
    """With 60 labels new likes rank above new rejects, and a calibrated scorer decides most."""
    known, new = drawn(60, seed=1), drawn(200, seed=2)
    scorer = fit_scorer(name, known.vectors, known.liked, history=HISTORY)
    logits = scorer.logit(new.vectors)
    assert (logits[new.liked][:, None] > logits[~new.liked]).mean() > 0.75
    assert scorer.stage is Stage.CALIBRATED
    assert scorer.next_step() is None
    decided = [verdict for verdict in scorer.verdict(new.vectors) if verdict is not Verdict.UNSURE]
    assert len(decided) > 80


@every
@settings(max_examples=60, deadline=None)
@given(
    chosen=st.lists(st.tuples(st.integers(0, 5), st.booleans()), max_size=14),
    has_history=st.booleans(),
    is_curated=st.booleans(),
)
def test_nothing_is_ever_nan(
    name: FittedName, chosen: list[tuple[int, bool]], *, has_history: bool, is_curated: bool
) -> None:
    """None, one, equal, contradicting references: always numbers."""
    pictures = drawn(6, seed=5).vectors
    rows = pictures[[index for index, _liked in chosen]].reshape(-1, pictures.shape[1])
    scorer = fit_scorer(
        name,
        rows,
        np.array([liked for _index, liked in chosen], np.bool_),
        history=HISTORY if has_history else None,
        curated=np.full(len(chosen), is_curated),
    )
    assert np.isfinite(scorer.logit(NEW)).all()
    assert np.isfinite(scorer.leave_one_out).all()
    probabilities = scorer.probability(NEW)
    assert np.isfinite(probabilities).all() == scorer.is_identified
    assert not scorer.is_identified or ((probabilities > 0) & (probabilities < 1)).all()
    if scorer.stage not in {Stage.VERDICTS, Stage.CALIBRATED}:
        assert scorer.doubts == ()


@own
@pytest.mark.parametrize("count", [1, 5, 40])
def test_labels_of_one_class_give_an_order(name: FittedName, *, count: int) -> None:
    """Anchored on the history the mean probability is the like rate; alone there is none."""
    rows, liked = drawn(count, seed=3).vectors, np.ones(count, np.bool_)
    scorer = fit_scorer(name, rows, liked, history=HISTORY, stream_like_rate=0.3)
    assert set(scorer.verdict(NEW)) == {Verdict.UNSURE}
    if scorer.is_identified:
        assert scorer.probability(HISTORY).mean() == pytest.approx(0.3, abs=1e-6)
    assert np.isnan(fit_scorer(name, rows, liked).probability(NEW)).all()


def test_a_picture_counts_once() -> None:
    """The same like three times is one like, and views of equal content are one item."""
    known = drawn(20, seed=4)
    again = np.concatenate([known.vectors, known.vectors[:1], known.vectors[:1]])
    labels = np.concatenate([known.liked, known.liked[:1], known.liked[:1]])
    for name in OWN:
        plain = fit_scorer(name, known.vectors, known.liked, history=HISTORY)
        repeated = fit_scorer(name, again, labels, history=HISTORY)
        np.testing.assert_allclose(repeated.logit(NEW), plain.logit(NEW), atol=1e-6)
        views = fit_scorer(name, [row[None] for row in known.vectors], known.liked, history=HISTORY)
        np.testing.assert_allclose(views.logit([row[None] for row in NEW]), plain.logit(NEW))


def test_left_out_votes_are_those_of_refits() -> None:
    """Before calibration, exactly: each vote is cast by the others, with their share of likes."""
    known = gather(drawn(24, seed=6).vectors, drawn(24, seed=6).liked, history=HISTORY)
    left_out = left_out_votes(known.items, known.targets, known.own_rates_without)
    for index in range(24):
        rest = np.arange(24) != index
        rate = float(known.own_rates_without[index])
        item, voters = known.items[index : index + 1], known.items[rest]
        assert votes(item, voters, known.targets[rest], rate) == pytest.approx(left_out[index])


def test_left_out_differences_are_those_of_refits() -> None:
    """Before calibration, exactly: the own picture is in no mean, also when it is alone there."""
    for count in (2, 3, 24):
        drawn_ones = drawn(count, seed=7)
        liked = np.arange(count) % 5 == 0
        known = gather(drawn_ones.vectors, liked, history=HISTORY)
        left_out = left_out_scores(known)
        for index in range(count):
            rest = np.arange(count) != index
            means = [
                known.items[rest & side].mean(axis=0)
                if (rest & side).any()
                else np.zeros(HISTORY.shape[1])
                for side in (liked, ~liked)
            ]
            expected = float(known.items[index] @ (means[0] - means[1]))
            assert left_out[index] == pytest.approx(expected, abs=1e-9)


@own
@pytest.mark.parametrize("count", [12, 30])
def test_left_out_logits_are_near_refits(name: FittedName, count: int) -> None:
    """With their calibration: nearly in line with fits that never saw the picture."""
    closed, true = [], []
    for seed in range(3):
        known = drawn(count, seed=seed)
        scorer = fit_scorer(name, known.vectors, known.liked, history=HISTORY)
        closed.append(before_shrinking(scorer, scorer.leave_one_out))
        for index in range(count):
            rest = np.arange(count) != index
            fitted = fit_scorer(name, known.vectors[rest], known.liked[rest], history=HISTORY)
            logit = fitted.logit(known.vectors[index : index + 1])
            true.append(before_shrinking(fitted, logit)[0])
    assert np.corrcoef(np.concatenate(closed), true)[0, 1] > 0.99


def test_the_seven_nearest_vote() -> None:
    """The nearest weighs 1, the eighth nothing, and what ties for the last place votes as well."""
    weights = vote_weights(np.array([[0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.3, -np.inf]]))[0]
    assert weights[0] == 1
    assert weights[1] == pytest.approx(np.exp(-1))
    assert (weights > 0).tolist() == [True] * 7 + [False, True, False]


def test_a_class_weighs_the_same_whatever_its_size() -> None:
    """A reference weighs by the size of its class: likes together are worth as much as rejects."""
    known = drawn(40, seed=8)
    scorer = fit_centroid(known.vectors, known.liked, history=HISTORY)
    likes, rejects = scorer.coefficients[known.liked], scorer.coefficients[~known.liked]
    assert np.ptp(likes) < 1e-6
    assert likes.sum() == pytest.approx(-rejects.sum(), rel=1e-5)


@own
def test_curated_labels_say_nothing_of_the_stream(name: FittedName) -> None:
    """Many brought likes move the order not at all, and the probabilities down."""
    known = drawn(40, seed=10)
    plain = fit_scorer(name, known.vectors, known.liked, history=HISTORY)
    curated = fit_scorer(
        name, known.vectors, known.liked, history=HISTORY, curated=np.ones(40, np.bool_)
    )
    np.testing.assert_allclose(curated.logit(NEW) - plain.logit(NEW), curated.offset)
    np.testing.assert_allclose(curated.leave_one_out - plain.leave_one_out, curated.offset)
    assert curated.offset != 0
