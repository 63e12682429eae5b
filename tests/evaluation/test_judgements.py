"""Scorers held against the user's own references, each judged by all the others."""

from dataclasses import replace
from typing import get_args

import numpy as np
import pytest
from numpy.typing import NDArray

from kit.tastes import drawn
from tasted.evaluation.judgements import (
    ReferenceVectors,
    ScorerName,
    figures_of,
    judge_leave_one_out,
)
from tasted.evaluation.learning_curve import learning_curve
from tasted.records import Verdict
from tasted.scoring.seed.evidence import Mean, ReferenceMeans, SeedEvidence
from tasted.scoring.seed.formula import score_seed
from tasted.scoring.taste.conformal import Conformal, left_out_verdicts
from tasted.scoring.taste.logistic import sigmoid

HISTORY = drawn(60, seed=98).vectors
every = pytest.mark.parametrize("scorer", get_args(ScorerName))


def _known(vectors: NDArray[np.float32], liked: NDArray[np.bool_]) -> ReferenceVectors:
    curated = np.ones(len(liked), np.bool_)
    return ReferenceVectors(
        [row[None] for row in vectors], vectors, liked, curated, history=HISTORY
    )


def _labelled(count: int, *, seed: int = 1) -> ReferenceVectors:
    world = drawn(count, seed=seed)
    return _known(world.vectors, world.liked)


@every
def test_a_taste_that_is_there_is_found(scorer: ScorerName) -> None:
    """With 60 labels every scorer is above luck; verdicts are right more often than not."""
    figures = figures_of(judge_leave_one_out(scorer, _labelled(60)))
    assert figures.auc is not None
    assert figures.chance_auc is not None
    assert figures.right is not None
    assert figures.has_signal
    assert figures.auc > figures.chance_auc
    assert figures.right > 0.5
    assert sum(group.count for group in figures.bins) == 60


def test_labels_at_random_are_seldom_called_a_taste() -> None:
    """Of 60 users without a taste hardly one is told that there is one."""
    random = np.random.default_rng(3)
    found = 0
    for seed in range(60):
        liked = random.permutation(np.arange(24) < 12)
        figures = figures_of(
            judge_leave_one_out("taste", _known(drawn(24, seed=seed).vectors, liked))
        )
        found += figures.has_signal is True
    assert found <= 4


@every
@pytest.mark.parametrize("labels", [[], [True], [False], [True, True, True], [True, False]])
def test_few_labels_say_nothing(scorer: ScorerName, labels: list[bool]) -> None:
    """No figure is invented, and none is NaN."""
    known = _known(drawn(len(labels), seed=2).vectors, np.array(labels, np.bool_))
    figures = figures_of(judge_leave_one_out(scorer, known))
    assert not figures.has_signal
    assert (figures.auc is None) == (len(set(labels)) < 2)
    numbers = [figures.auc, figures.brier, figures.calibration_error, figures.log_loss]
    assert all(np.isfinite(number) for number in numbers if number is not None)


@every
def test_a_picture_saved_twice_does_not_judge_itself(scorer: ScorerName) -> None:
    """Its copy is left out with it, and the two are judged once; with both labels not at all."""
    plain = _labelled(30)
    twice = _known(
        np.concatenate([plain.whole, plain.whole[:2]]),
        np.append(plain.liked, [plain.liked[0], not plain.liked[1]]),
    )
    judged = judge_leave_one_out(scorer, twice)
    assert judged.references.tolist() == [0, *range(2, 30)]
    if scorer in {"knn", "centroid", "taste"}:
        without = np.arange(30) != 1
        alone = judge_leave_one_out(scorer, _known(plain.whole[without], plain.liked[without]))
        np.testing.assert_allclose(judged.scores, alone.scores, atol=1e-6)


def test_the_offset_to_the_stream_is_taken_off() -> None:
    """Brought references are held against their own share of likes, not that of the stream."""
    curated = _labelled(40)
    feedback = replace(curated, curated=~curated.curated)
    one, other = (
        judge_leave_one_out("taste", known).probabilities for known in (curated, feedback)
    )
    assert one is not None
    assert other is not None
    np.testing.assert_allclose(one, other)


def test_verdicts_are_given_by_the_others() -> None:
    """Each picture is held against a list that lacks its own logit."""
    random = np.random.default_rng(5)
    liked = np.arange(40) < 18
    logits = random.normal(size=40) + 2 * liked
    verdicts = left_out_verdicts(logits, liked, max_error_rate=0.2)
    for index in range(40):
        rest = np.arange(40) != index
        known = Conformal(np.sort(logits[rest & liked]), np.sort(logits[rest & ~liked]))
        assert known.verdicts(logits[index : index + 1], max_error_rate=0.2) == (verdicts[index],)
    assert {Verdict.MATCH, Verdict.NO_MATCH} <= set(verdicts)


@pytest.mark.parametrize("has_feedback", [False, True])
def test_the_seed_formula_without_each_picture(*, has_feedback: bool) -> None:
    """The same confidence as the formula on a library that lacks the picture."""
    known = _labelled(14)
    curated = np.arange(14) % 3 > 0 if has_feedback else known.curated
    judged = judge_leave_one_out("seed", replace(known, curated=curated))
    rows, liked = known.whole.astype(np.float64), known.liked

    def mean(chosen: NDArray[np.bool_]) -> Mean | None:
        return Mean(rows[chosen].mean(axis=0), int(chosen.sum())) if chosen.any() else None

    for place in range(14):
        others = np.arange(14) != place
        curated_likes = others & liked & curated
        compared = curated_likes if curated_likes.any() else others & liked
        evidence = SeedEvidence(
            vector=known.whole[place],
            liked=(),
            rejected=(),
            means=ReferenceMeans(
                mean(curated_likes),
                mean(others & liked & ~curated),
                mean(others & liked),
                mean(others & ~liked),
            ),
            best_liked_similarity=float((rows[compared] @ rows[place]).max()),
            bio=None,
            trait_text_vector=None,
            bio_vector=None,
            interests=(),
            traits=(),
            reads_text=True,
        )
        score = score_seed(evidence, weights={"physical": 1, "personality": 0, "interests": 0})
        assert judged.scores[place] == pytest.approx(score.confidence)
        assert judged.verdicts[place] is score.verdict


def test_probabilities_are_those_of_the_left_out_logits() -> None:
    """No picture is judged by what it taught: left out it is less sure than by heart."""
    known = _labelled(40)
    judged = judge_leave_one_out("taste", known)
    assert judged.probabilities is not None
    np.testing.assert_allclose(judged.probabilities, sigmoid(judged.scores))
    by_heart = known.fitted("taste").logit(known.views)
    assert np.abs(judged.scores).mean() < np.abs(by_heart).mean()


def test_more_labels_help_a_taste_that_is_there() -> None:
    """The curve rises, counts what it learnt from, and comes out the same again."""
    known = _labelled(80)
    curve = learning_curve("taste", known)
    assert curve == learning_curve("taste", known)
    assert curve is not None
    likes, rejects = int(known.liked.sum()), int((~known.liked).sum())
    assert curve.half_labels == likes // 2 + rejects // 2
    assert curve.half_auc > curve.quarter_auc > 0.5
    assert curve.cost_of_fewer_likes > -0.02
    assert curve.cost_of_fewer_rejects > -0.02


def test_rejects_that_are_rare_cost_the_most() -> None:
    """With 40 likes and 8 rejects, half of the rejects are missed more than half of the likes."""
    world = drawn(400, seed=11)
    chosen = np.concatenate([np.flatnonzero(world.liked)[:40], np.flatnonzero(~world.liked)[:8]])
    curve = learning_curve("taste", _known(world.vectors[chosen], world.liked[chosen]))
    assert curve is not None
    assert curve.cost_of_fewer_rejects > curve.cost_of_fewer_likes


@pytest.mark.parametrize("rejects", [0, 3])
def test_too_few_labels_have_no_curve(rejects: int) -> None:
    """With fewer than four of a label halves of halves are empty."""
    world = drawn(200, seed=12)
    chosen = np.concatenate(
        [np.flatnonzero(world.liked)[:20], np.flatnonzero(~world.liked)[:rejects]]
    )
    assert learning_curve("taste", _known(world.vectors[chosen], world.liked[chosen])) is None


def test_a_model_that_was_trained_on_labels_is_not_judged_by_them() -> None:
    """What models said that had not seen them counts in their place, for the taste."""
    known = _labelled(60)
    by_chance = np.random.default_rng(2).normal(size=60)
    trained = replace(known, held_out=by_chance)
    plain, honest = (figures_of(judge_leave_one_out("taste", one)) for one in (known, trained))

    assert plain.has_signal
    assert not honest.has_signal
    part = trained.only(np.arange(20))
    assert part.held_out is not None
    assert np.array_equal(part.held_out, by_chance[:20])
