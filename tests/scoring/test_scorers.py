"""`knn` and `centroid`, and what all fitted scorers have in common with `taste`."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kit.tastes import drawn
from tasted.records import Verdict
from tasted.scoring.centring import centred_rows
from tasted.scoring.centroid import CentroidTaste, fit_centroid, left_out_scores
from tasted.scoring.knn import KnnTaste, fit_knn, left_out_votes, vote_weights, votes
from tasted.scoring.labelled import gather
from tasted.scoring.ladder import Stage
from tasted.scoring.scorer import FITTED_NAMES, FittedName, fit_scorer, scorer_from_bytes
from tasted.scoring.taste import Taste
from tasted.scoring.taste_file import TasteUnreadable, pack

HISTORY = drawn(60, seed=98).vectors
NEW = drawn(40, seed=99).vectors
MEAN = HISTORY.mean(axis=0)
OWN: tuple[FittedName, ...] = ("knn", "centroid")
every = pytest.mark.parametrize("name", FITTED_NAMES)
own = pytest.mark.parametrize("name", OWN)


@every
def test_scores_follow_the_taste(name: FittedName) -> None:
    """With 60 labels new likes rank above new rejects, and a calibrated scorer decides most."""
    known, new = drawn(60, seed=1), drawn(200, seed=2)
    scorer = fit_scorer(name, known.vectors, known.liked, history=HISTORY)
    logits = scorer.logit(new.vectors)
    assert (logits[new.liked][:, None] > logits[~new.liked]).mean() > 0.75
    assert scorer.is_calibrated
    assert scorer.next_step() is None
    decided = [verdict for verdict in scorer.verdict(new.vectors) if verdict is not Verdict.UNSURE]
    assert len(decided) > 80
    assert scorer.percentile(new.vectors)[logits.argmax()] > scorer.percentile(NEW).mean()


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
    """None, one, equal, contradicting references: numbers, an exact sum, and bytes that keep it."""
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
    told = scorer.explain(NEW[0])
    assert told.bias + told.references.sum() == pytest.approx(told.logit, abs=1e-9)
    if scorer.stage not in {Stage.VERDICTS, Stage.CALIBRATED}:
        assert scorer.doubts == ()
    read = scorer_from_bytes(scorer.to_bytes())
    assert type(read) is type(scorer)
    assert read.to_bytes() == scorer.to_bytes()
    assert (read.logit(NEW) == scorer.logit(NEW)).all()


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
        told = repeated.explain(known.vectors[0])
        assert told.references[0] == pytest.approx(told.references[-1])
        views = fit_scorer(name, [row[None] for row in known.vectors], known.liked, history=HISTORY)
        np.testing.assert_allclose(views.logit([row[None] for row in NEW]), plain.logit(NEW))


def test_left_out_votes_are_those_of_refits() -> None:
    """Before calibration, exactly: each vote is cast by the others, with their share of likes."""
    known = gather(drawn(24, seed=6).vectors, drawn(24, seed=6).liked, shipped_mean=MEAN)
    told = left_out_votes(known.items, known.targets, known.own_rates_without)
    for index in range(24):
        rest = np.arange(24) != index
        rate = float(known.own_rates_without[index])
        item, voters = known.items[index : index + 1], known.items[rest]
        assert votes(item, voters, known.targets[rest], rate) == pytest.approx(told[index])


def test_left_out_differences_are_those_of_refits() -> None:
    """Before calibration, exactly: the own picture is in no mean, also when it is alone there."""
    for count in (2, 3, 24):
        drawn_ones = drawn(count, seed=7)
        liked = np.arange(count) % 5 == 0
        known = gather(drawn_ones.vectors, liked, shipped_mean=MEAN)
        told = left_out_scores(known)
        for index in range(count):
            rest = np.arange(count) != index
            means = [
                known.items[rest & side].mean(axis=0) if (rest & side).any() else 0.0 * MEAN
                for side in (liked, ~liked)
            ]
            expected = float(known.items[index] @ (means[0] - means[1]))
            assert told[index] == pytest.approx(expected, abs=1e-9)


@own
@pytest.mark.parametrize("count", [12, 30])
def test_left_out_logits_are_near_refits(name: FittedName, count: int) -> None:
    """With their calibration: nearly in line with fits that never saw the picture."""
    closed, true = [], []
    for seed in range(3):
        known = drawn(count, seed=seed)
        closed.append(fit_scorer(name, known.vectors, known.liked, shipped_mean=MEAN).leave_one_out)
        for index in range(count):
            rest = np.arange(count) != index
            fitted = fit_scorer(name, known.vectors[rest], known.liked[rest], shipped_mean=MEAN)
            true.append(fitted.logit(known.vectors[index : index + 1])[0])
    assert np.corrcoef(np.concatenate(closed), true)[0, 1] > 0.99


def test_the_seven_nearest_vote() -> None:
    """The nearest weighs 1, the eighth nothing, and what ties for the last place votes as well."""
    weights = vote_weights(np.array([[0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.3, -np.inf]]))[0]
    assert weights[0] == 1
    assert weights[1] == pytest.approx(np.exp(-1))
    assert (weights > 0).tolist() == [True] * 7 + [False, True, False]


def test_an_explained_vote_adds_up_by_sides() -> None:
    """Likes only ever speak for, rejects against, and who is no neighbour says nothing."""
    known = drawn(40, seed=8)
    scorer = fit_knn(known.vectors, known.liked, history=HISTORY)
    told = scorer.explain(NEW[0])
    assert (told.references[known.liked] >= 0).all()
    assert (told.references[~known.liked] <= 0).all()
    assert 7 <= np.count_nonzero(told.references) <= 8


def test_an_explained_difference_is_every_reference() -> None:
    """A part is the reference's product with the picture, by the size of its class."""
    known = drawn(40, seed=8)
    scorer = fit_centroid(known.vectors, known.liked, history=HISTORY)
    products = scorer.references @ centred_rows(NEW[:1], scorer.mean)[0]
    ratios = scorer.explain(NEW[0]).references / products
    assert np.ptp(ratios[known.liked]) < 1e-6
    assert ratios[known.liked][0] * known.liked.sum() == pytest.approx(
        -ratios[~known.liked][0] * (~known.liked).sum(), rel=1e-5
    )


@own
def test_curated_labels_say_nothing_of_the_stream(name: FittedName) -> None:
    """Many brought likes move the order not at all, and the probabilities down."""
    known = drawn(40, seed=10)
    plain = fit_scorer(name, known.vectors, known.liked, history=HISTORY)
    brought = fit_scorer(
        name, known.vectors, known.liked, history=HISTORY, curated=np.ones(40, np.bool_)
    )
    np.testing.assert_allclose(brought.logit(NEW) - plain.logit(NEW), brought.offset)
    np.testing.assert_allclose(brought.leave_one_out - plain.leave_one_out, brought.offset)
    assert brought.offset != 0


@own
def test_columns_are_refused(name: FittedName) -> None:
    """A scorer of pictures alone does not ignore other evidence in silence."""
    known = drawn(12, seed=1)
    scorer = fit_scorer(name, known.vectors, known.liked)
    with pytest.raises(ValueError, match=f"the scorer {name} weighs pictures alone"):
        scorer.logit(NEW, np.zeros((len(NEW), 1)))
    with pytest.raises(ValueError, match="weighs pictures alone"):
        scorer.explain(NEW[0], np.zeros(1))


def test_bytes_of_another_kind_are_refused() -> None:
    """A taste is no vote, and an unknown kind is none of ours."""
    known = drawn(12, seed=1)
    votes_of = fit_knn(known.vectors, known.liked)
    with pytest.raises(TasteUnreadable):
        Taste.from_bytes(votes_of.to_bytes())
    with pytest.raises(TasteUnreadable, match="other arrays"):
        CentroidTaste.from_bytes(votes_of.to_bytes())
    with pytest.raises(TasteUnreadable, match="no scorer 'oracle'"):
        scorer_from_bytes(pack({"kind": "oracle"}, {}))
    with pytest.raises(TasteUnreadable, match="not a taste"):
        scorer_from_bytes(b"noise")


@pytest.mark.parametrize("changed", [{"rate": 1.0}, {"temperature": -1.0}])
def test_numbers_that_no_fit_gives_are_refused(changed: dict[str, float]) -> None:
    """A share of 1 or a slope below 0 would turn the order round or give no number."""
    known = drawn(12, seed=1)
    fitted = fit_knn(known.vectors, known.liked)
    with pytest.raises(TasteUnreadable, match="out of range"):
        KnnTaste.from_bytes(replace(fitted, **changed).to_bytes())
