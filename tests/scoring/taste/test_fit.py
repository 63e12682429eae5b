"""A fitted taste: what it promises of itself, on small drawn worlds."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.taste.costs import before_shrinking
from kit.tastes import DIMENSIONS, drawn, sum_of_references
from tasted.records import Verdict
from tasted.scoring.taste.fit import Taste, fit_taste
from tasted.scoring.taste.label_stages import Stage

SEEDS = st.integers(0, 2**31)
COUNTS = st.integers(1, 60)
few = settings(max_examples=20, deadline=None)
NEW = drawn(200, seed=99)
HISTORY = drawn(100, seed=98).vectors


def _balanced(likes: int, rejects: int, *, seed: int = 1) -> Taste:
    pool = drawn(400, seed=seed)
    chosen = [*np.flatnonzero(pool.liked)[:likes], *np.flatnonzero(~pool.liked)[:rejects]]
    return fit_taste(pool.vectors[chosen], pool.liked[chosen], history=HISTORY)


def test_it_learns() -> None:
    """From 100 labels it tells likes from rejects, and its probabilities are about right."""
    known = drawn(100, seed=1)
    taste = fit_taste(known.vectors, known.liked, history=HISTORY)
    logits, probabilities = taste.logit(NEW.vectors), taste.probability(NEW.vectors)
    order = logits[NEW.liked][:, None] > logits[~NEW.liked][None, :]
    assert order.mean() > 0.8
    assert np.mean((probabilities - NEW.liked) ** 2) < 0.18
    assert probabilities.dtype == np.float64
    assert probabilities.shape == (200,)
    np.testing.assert_allclose(probabilities, 1 / (1 + np.exp(-logits)))


@few
@given(seed=SEEDS, count=COUNTS, with_history=st.booleans())
def test_the_order_of_references_does_not_matter(
    seed: int, count: int, *, with_history: bool
) -> None:
    """References that come in another order give the same taste."""
    known, history = drawn(count, seed=seed), HISTORY if with_history else None
    order = np.random.default_rng(seed).permutation(count)
    one = fit_taste(known.vectors, known.liked, history=history)
    other = fit_taste(known.vectors[order], known.liked[order], history=history)
    np.testing.assert_allclose(
        one.logit(NEW.vectors), other.logit(NEW.vectors), atol=1e-6, rtol=1e-6
    )
    np.testing.assert_allclose(one.leave_one_out[order], other.leave_one_out, atol=1e-5, rtol=1e-5)


@few
@given(seed=SEEDS, count=st.integers(3, 60))
def test_swapped_labels_are_the_opposite_taste(seed: int, count: int) -> None:
    """Who rejects all that another likes has the opposite of each probability."""
    known = drawn(count, seed=seed)
    one = fit_taste(known.vectors, known.liked, history=HISTORY, stream_like_rate=0.4)
    other = fit_taste(known.vectors, ~known.liked, history=HISTORY, stream_like_rate=0.6)
    np.testing.assert_allclose(one.logit(NEW.vectors), -other.logit(NEW.vectors), atol=1e-6)
    opposite = {
        Verdict.MATCH: Verdict.NO_MATCH,
        Verdict.NO_MATCH: Verdict.MATCH,
        Verdict.UNSURE: Verdict.UNSURE,
    }
    assert one.verdict(NEW.vectors) == tuple(
        opposite[verdict] for verdict in other.verdict(NEW.vectors)
    )


@few
@given(seed=SEEDS, count=st.integers(0, 60), views=st.integers(1, 4), width=st.integers(0, 2))
def test_a_logit_is_a_sum_of_parts(seed: int, count: int, views: int, width: int) -> None:
    """Bias, references and columns add up, for items of several views of any weights."""
    random = np.random.default_rng(seed)
    many = drawn(count * views, seed=seed).vectors.reshape(count, views, DIMENSIONS)
    many[:, 1:] *= random.uniform(0.05, 1, size=(count, views - 1, 1)).astype(np.float32)
    columns = random.normal(size=(count, width))
    liked = random.random(count) < 0.5
    given_vectors = list(many) if count else many.reshape(0, DIMENSIONS)
    taste = fit_taste(given_vectors, liked, history=HISTORY, columns=columns)
    item, evidence = drawn(views, seed=seed + 1).vectors, random.normal(size=width)
    assert taste.coefficients.shape == (count,)
    assert taste.column_weights.shape == (width,)
    looks = sum_of_references(taste, item)
    total = taste.bias + looks + float(taste.column_weights @ evidence)
    assert total == pytest.approx(taste.logit([item], evidence[None])[0], abs=1e-9)


def test_likes_speak_for_and_rejects_against() -> None:
    """A reference pulls a picture of its own kind towards its label."""
    taste = _balanced(10, 10)
    assert (taste.coefficients[taste.liked] > 0).all()
    assert (taste.coefficients[~taste.liked] < 0).all()


@pytest.mark.parametrize(("count", "least"), [(12, 0.995), (30, 0.999)])
def test_left_out_logits_are_those_of_refits(count: int, least: float) -> None:
    """The closed form leaves the label out of everything: weights, evidence, calibration, prior."""
    closed, true = [], []
    for seed in range(3):
        known = drawn(count, seed=seed)
        taste = fit_taste(known.vectors, known.liked, history=HISTORY)
        closed.append(before_shrinking(taste, taste.leave_one_out))
        for index in range(count):
            others = np.arange(count) != index
            without = fit_taste(known.vectors[others], known.liked[others], history=HISTORY)
            logits = without.logit(known.vectors[index : index + 1])
            true.append(before_shrinking(without, logits)[0])
    assert np.corrcoef(np.concatenate(closed), true)[0, 1] >= least


@few
@given(seed=SEEDS, count=COUNTS, copies=st.integers(1, 5))
def test_a_picture_counts_once(seed: int, count: int, copies: int) -> None:
    """Copies of references change nothing but that they share their parts."""
    known = drawn(count, seed=seed)
    again = np.random.default_rng(seed).integers(count, size=copies)
    more = np.concatenate([np.arange(count), again])
    one = fit_taste(known.vectors, known.liked, history=HISTORY)
    other = fit_taste(known.vectors[more], known.liked[more], history=HISTORY)
    np.testing.assert_allclose(one.logit(NEW.vectors), other.logit(NEW.vectors), atol=1e-6)
    assert (one.liked_count, one.rejected_count) == (other.liked_count, other.rejected_count)
    assert other.leave_one_out.shape == (count + copies,)


@few
@given(seed=SEEDS, count=st.integers(3, 40), views=st.integers(2, 5))
def test_the_same_view_again_is_one_view(seed: int, count: int, views: int) -> None:
    """A reference counts once whatever its number of views."""
    known = drawn(count, seed=seed)
    one = fit_taste(known.vectors, known.liked, history=HISTORY)
    many = [np.repeat(row[None], views, axis=0) for row in known.vectors]
    other = fit_taste(many, known.liked, history=HISTORY)
    np.testing.assert_allclose(one.logit(NEW.vectors), other.logit(NEW.vectors), atol=1e-6)


@few
@given(seed=SEEDS, count=st.integers(3, 40))
def test_another_like_of_a_picture_never_lowers_it(seed: int, count: int) -> None:
    """What is liked now scores higher than when it was unlabelled or rejected."""
    known = drawn(count, seed=seed)
    new = drawn(1, seed=seed + 1).vectors
    vectors = np.concatenate([known.vectors, new])
    liked = fit_taste(vectors, np.append(known.liked, True), history=HISTORY)
    rejected = fit_taste(vectors, np.append(known.liked, False), history=HISTORY)
    own = liked.logit(new)[0] - rejected.logit(new)[0]
    assert own > 0


def test_views_that_agree_count_most() -> None:
    """One of four photographs shows something else: it does not drown the others."""
    taste = _balanced(60, 60)
    liked = NEW.vectors[np.argsort(-taste.logit(NEW.vectors))[:1]]
    other = NEW.vectors[np.argsort(taste.logit(NEW.vectors))[:1]]
    item = np.concatenate([liked, liked, liked, other])
    pooled, alone = taste.logit([item])[0], taste.logit(item)
    assert alone.min() < alone.mean() < pooled < alone.max()


@pytest.mark.parametrize(
    ("likes", "rejects", "stage", "has_probability", "labels"),
    [
        (0, 0, Stage.TEXT_ONLY, False, "0"),
        (1, 0, Stage.RANK_ONLY, False, "1 like and 0 rejects"),
        (1, 1, Stage.RANK_ONLY, False, "1 like and 1 reject"),
        (3, 0, Stage.SHRUNK, True, "3 likes and 0 rejects"),
        (5, 3, Stage.SHRUNK, True, "5 likes and 3 rejects"),
        (12, 0, Stage.SHRUNK, True, "12 likes and 0 rejects"),
        (0, 12, Stage.SHRUNK, True, "0 likes and 12 rejects"),
        (6, 4, Stage.VERDICTS, True, None),
        (40, 8, Stage.VERDICTS, True, None),
        (21, 9, Stage.CALIBRATED, True, None),
    ],
)
def test_a_cold_start_goes_through_stages(
    likes: int, rejects: int, stage: Stage, *, has_probability: bool, labels: str | None
) -> None:
    """What may be said grows with the labels; an order is there from the start."""
    if likes + rejects:
        taste = _balanced(likes, rejects)
    else:
        taste = fit_taste(NEW.vectors[:0], NEW.liked[:0], history=HISTORY)
    assert taste.stage is stage
    needed = "To get verdicts: 10 labels, at least 4 likes and 4 rejects. You have"
    assert taste.next_step() == (f"{needed} {labels}" if labels is not None else None)
    assert np.isfinite(taste.logit(NEW.vectors)).all()
    probabilities = taste.probability(NEW.vectors)
    assert np.isfinite(probabilities).all() if has_probability else np.isnan(probabilities).all()
    decided = set(taste.verdict(NEW.vectors)) - {Verdict.UNSURE}
    assert bool(decided) is (min(likes, rejects) >= 4)


def test_stricter_verdicts_ask_for_more_labels() -> None:
    """An error rate of 0.1 takes nine of each class."""
    step = _balanced(20, 8).next_step(0.1) or ""
    assert step.startswith(
        "To get verdicts: 18 labels, at least 9 likes and 9 rejects. You have 20"
    )
    assert set(_balanced(20, 8).verdict(NEW.vectors, 0.1)) == {Verdict.UNSURE}
    taste = _balanced(20, 9)
    assert set(taste.verdict(NEW.vectors, 0.1)) > {Verdict.UNSURE}
    loose, strict = taste.verdict(NEW.vectors, 0.2), taste.verdict(NEW.vectors, 0.1)
    assert strict.count(Verdict.UNSURE) >= loose.count(Verdict.UNSURE)
    with pytest.raises(ValueError, match="max_error_rate"):
        taste.verdict(NEW.vectors, 0)


def test_likes_alone_are_an_order_until_there_is_a_history() -> None:
    """Nothing says how probable a like is; a history anchors the mean at the like rate."""
    likes = drawn(60, seed=5)
    vectors = likes.vectors[likes.liked][:10]
    labels = np.ones(10, dtype=np.bool_)
    alone = fit_taste(vectors, labels, history=HISTORY[:29])
    assert np.isnan(alone.probability(NEW.vectors)).all()
    assert set(alone.verdict(NEW.vectors)) == {Verdict.UNSURE}
    anchored = fit_taste(vectors, labels, history=HISTORY, curated=labels, stream_like_rate=0.3)
    assert anchored.probability(HISTORY).mean() == pytest.approx(0.3, abs=1e-6)
    # that nothing was rejected yet says nothing of the stream, whoever brought the likes
    feedback = fit_taste(vectors, labels, history=HISTORY, stream_like_rate=0.3)
    np.testing.assert_allclose(feedback.logit(NEW.vectors), anchored.logit(NEW.vectors), atol=1e-9)
    order = anchored.logit(NEW.vectors)
    assert order[NEW.liked].mean() > order[~NEW.liked].mean()


def test_the_share_of_likes_among_curated_pictures_says_nothing_about_the_stream() -> None:
    """Nine of ten curated pictures are liked; probabilities follow the assumed rate."""
    pool = drawn(400, seed=6)
    chosen = [*np.flatnonzero(pool.liked)[:45], *np.flatnonzero(~pool.liked)[:5]]
    vectors, liked = pool.vectors[chosen], pool.liked[chosen]
    stream = fit_taste(vectors, liked, history=HISTORY)
    curated = fit_taste(vectors, liked, history=HISTORY, curated=np.ones(50, dtype=np.bool_))
    assert curated.offset < 0
    np.testing.assert_allclose(
        curated.logit(NEW.vectors), stream.logit(NEW.vectors) + curated.offset, atol=1e-9
    )
    assert curated.probability(NEW.vectors).mean() < stream.probability(NEW.vectors).mean() - 0.1
    # the ranks of references move along: verdicts differ only where they would be against the odds
    of_curated, plain = curated.verdict(NEW.vectors), stream.verdict(NEW.vectors)
    assert all(
        one is other or Verdict.UNSURE in {one, other}
        for one, other in zip(of_curated, plain, strict=True)
    )
    probabilities = curated.probability(NEW.vectors)
    assert all(
        (probability >= 0.5) == (verdict is Verdict.MATCH)
        for probability, verdict in zip(probabilities, of_curated, strict=True)
        if verdict is not Verdict.UNSURE
    )


def test_columns_speak_before_there_are_references() -> None:
    """A text that fits ranks higher, and missing evidence counts nothing."""
    empty = fit_taste(NEW.vectors[:0], NEW.liked[:0], columns=np.zeros((0, 2)))
    three = NEW.vectors[:3]
    columns = np.array([[2.0, np.nan], [np.nan, np.nan], [-1.0, 0.0]])
    with_text, without = empty.logit(three, columns), empty.logit(three)
    np.testing.assert_allclose(with_text - without, [1.0, 0.0, -0.5])
    assert np.isnan(empty.probability(three)).all()


def test_a_column_that_does_not_help_is_dropped() -> None:
    """Leave-one-out keeps the column that tells, and drops noise."""
    known, random = drawn(60, seed=7), np.random.default_rng(7)
    telling = np.where(known.liked, 1.0, -1.0) + 0.5 * random.normal(size=60)
    misleading = -telling + 2 * random.normal(size=60)
    columns = np.stack([telling, misleading], axis=1)
    taste = fit_taste(known.vectors, known.liked, history=HISTORY, columns=columns[:, [0, 1]])
    assert taste.column_weights[0] > 0.5
    noise = fit_taste(
        known.vectors, known.liked, history=HISTORY, columns=random.normal(size=(60, 1))
    )
    assert noise.column_weights[0] == 0


@pytest.mark.parametrize("value_count", [0, 2, 19])
def test_a_column_that_few_pictures_have_is_kept(value_count: int) -> None:
    """However they speak: of so few, leave-one-out would tell by chance."""
    known, random = drawn(60, seed=7), np.random.default_rng(7)
    columns = np.full((60, 1), np.nan)
    columns[:value_count, 0] = random.normal(size=value_count) - 0.3 * known.liked[:value_count]
    taste = fit_taste(known.vectors, known.liked, history=HISTORY, columns=columns)
    assert taste.column_weights[0] != 0


def test_a_label_that_all_others_contradict_is_reported() -> None:
    """One liked picture among those that the user rejects."""
    known = drawn(120, seed=8, sharpness=50)
    strong = fit_taste(known.vectors, known.liked, history=HISTORY)
    wrong = int(np.argmin(strong.logit(known.vectors)))
    assert wrong not in {doubt.reference for doubt in strong.doubts}
    liked = known.liked.copy()
    liked[wrong] = True
    doubts = fit_taste(known.vectors, liked, history=HISTORY).doubts
    assert doubts[0].reference == wrong
    assert doubts[0].is_liked
    assert doubts[0].probability < 0.05
    assert doubts[0].lookalikes > 0
    assert len(doubts) < 6
    assert _balanced(2, 2).doubts == ()


def test_verdicts_keep_their_promise() -> None:
    """At an error rate of 0.2 at least 0.77 of each class is not given the wrong verdict."""
    kept: dict[bool, list[float]] = {True: [], False: []}
    for seed in range(20):
        known, new = drawn(100, seed=1000 + seed), drawn(300, seed=2000 + seed)
        verdicts = np.array(
            fit_taste(known.vectors, known.liked, history=HISTORY).verdict(new.vectors)
        )
        kept[True].append(float((verdicts[new.liked] != Verdict.NO_MATCH).mean()))
        kept[False].append(float((verdicts[~new.liked] != Verdict.MATCH).mean()))
    assert 0.77 <= np.mean(kept[True]) < 0.95
    assert 0.77 <= np.mean(kept[False]) < 0.95


def test_an_earlier_taste_is_a_start_and_no_more() -> None:
    """Above 2,000 pictures the search may begin anywhere and ends at the same place."""
    known = drawn(2100, seed=9)
    first = fit_taste(known.vectors[:2050], known.liked[:2050], history=HISTORY)
    assert first.amplitudes.shape == (1,)
    fresh = fit_taste(known.vectors, known.liked, history=HISTORY)
    again = fit_taste(known.vectors, known.liked, history=HISTORY, previous=first.start)
    assert fresh.amplitudes == again.amplitudes
    np.testing.assert_allclose(
        fresh.logit(NEW.vectors), again.logit(NEW.vectors), atol=1e-6, rtol=1e-6
    )
    foreign = fit_taste(*_other_dimensions())
    assert (
        fit_taste(known.vectors[:5], known.liked[:5], previous=foreign.start).stage is Stage.SHRUNK
    )


def _other_dimensions() -> tuple[np.ndarray, np.ndarray]:
    other = drawn(5, seed=1, dimensions=7)
    return other.vectors, other.liked
