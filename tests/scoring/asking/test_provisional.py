"""Answers move the scores as the next fit will, undo takes them back, and order does not matter."""

from collections.abc import Hashable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from kit.tastes import drawn
from tasted.scoring.asking.provisional import SOLVED_UP_TO, LabelRow, ProvisionalFit
from tasted.scoring.taste.centring import centred_items
from tasted.scoring.taste.fit import fit_taste
from tasted.scoring.taste.model import Taste

few = settings(max_examples=15, deadline=None)
HISTORY = drawn(60, seed=7).vectors
POOL = drawn(80, seed=9)
FACTORS = np.ones(4)


class Reviewed:
    """A fit, and what is answered about a pool."""

    def __init__(self, labels: int, seed: int = 1) -> None:
        self.known = drawn(labels, seed=seed)
        self.taste = self.fit([], [])
        self.working = ProvisionalFit(self.taste, np.full((labels, 3), np.nan))
        self.items = centred_items(POOL.vectors, self.taste.mean)
        self.columns = np.full((len(self.items), 3), np.nan)
        self.rows = self.working.features(self.items, self.columns)

    def fit(self, places: list[int], liked: list[bool]) -> Taste:
        """Fit these answers, too."""
        vectors = np.concatenate([self.known.vectors, POOL.vectors[places]])
        return fit_taste(
            vectors,
            np.concatenate([self.known.liked, np.array(liked, np.bool_)]),
            history=HISTORY,
            columns=np.full((len(vectors), 3), np.nan),
        )

    def changes(self) -> NDArray[np.float64]:
        """Return by how much the pool's logits differ from the fit."""
        return self.working.logit_changes(self.items, self.columns, factors=FACTORS)

    def answers(self, liked: dict[int, bool]) -> dict[Hashable, LabelRow | None]:
        """Return answers about pictures of the pool."""
        return {f"p{place}": LabelRow(self.rows[place], said) for place, said in liked.items()}


@pytest.mark.parametrize("labels", [12, 40])
@pytest.mark.parametrize("answered", [1, 6, 25])
def test_scores_follow_as_in_a_fit_of_all(labels: int, answered: int) -> None:
    """The order of the pool is that of the next fit, much more than that of the last one."""
    review = Reviewed(labels)
    said = {place: bool(POOL.liked[place]) for place in range(answered)}
    for count in range(1, answered + 1):
        review.working.follow(review.answers({place: said[place] for place in range(count)}))
    before = review.taste.logit(POOL.vectors[answered:])
    after = before + review.changes()[answered:]
    again = review.fit(list(said), list(said.values())).logit(POOL.vectors[answered:])
    agreement, former = (np.corrcoef(logits, again)[0, 1] for logits in (after, before))
    assert agreement > 0.97
    assert agreement >= former


def test_an_answer_moves_its_own_picture_most() -> None:
    """Towards what was said."""
    review = Reviewed(30)
    for is_liked, sign in ((True, 1), (False, -1)):
        review.working.follow(review.answers({3: is_liked}))
        moved = sign * review.changes()
        assert moved[3] > 0
        assert np.argmax(moved) == 3


@few
@given(
    said=st.dictionaries(st.integers(0, 78), st.booleans(), max_size=14),
    undone=st.sets(st.integers(0, 78)),
)
def test_undo_gives_what_was_without_the_answer(said: dict[int, bool], undone: set[int]) -> None:
    """Whatever was said in between."""
    review, other = Reviewed(20), Reviewed(20)
    left = {place: liked for place, liked in said.items() if place not in undone}
    review.working.follow(review.answers({**said, 79: True}))
    review.working.follow(review.answers(left))
    other.working.follow(other.answers({79: False}))
    other.working.follow(other.answers(left))
    np.testing.assert_allclose(review.changes(), other.changes(), atol=1e-5)
    review.working.follow({})
    assert not review.changes().any()
    assert review.working.counts == (
        int(review.known.liked.sum()),
        int((~review.known.liked).sum()),
    )


def test_a_label_of_the_fit_can_be_taken_back_or_turned() -> None:
    """As in a fit without it, or with the other label."""
    review = Reviewed(40)
    picture = int(np.flatnonzero(review.known.liked)[0])
    others = np.arange(40) != picture
    columns = np.full((39, 3), np.nan)
    without = fit_taste(
        review.known.vectors[others], review.known.liked[others], history=HISTORY, columns=columns
    )
    review.working.follow({picture: None})
    gone = review.changes()
    expected = without.logit(POOL.vectors) - review.taste.logit(POOL.vectors)
    assert np.corrcoef(gone, expected)[0, 1] > 0.6
    row = review.working.features(
        centred_items(review.known.vectors[[picture]], review.taste.mean), np.full((1, 3), np.nan)
    )[0]
    review.working.follow({picture: LabelRow(row, liked=False)})
    turned = review.changes()
    assert float(row[:-4] @ (turned @ review.items)) < float(row[:-4] @ (gone @ review.items))
    assert review.working.counts[1] == int((~review.known.liked).sum()) + 1


def test_many_labels_take_steps_alone() -> None:
    """Above a thousand nothing is solved again, and undo comes back to the fit all the same."""
    labels = SOLVED_UP_TO + 20
    review = Reviewed(labels)
    said = {place: bool(POOL.liked[place]) for place in range(15)}
    review.working.follow(review.answers(said))
    again = review.fit(list(said), list(said.values())).logit(POOL.vectors)
    moved = review.taste.logit(POOL.vectors) + review.changes()
    assert np.corrcoef(moved, again)[0, 1] > 0.99
    del said[4]
    review.working.follow(review.answers(said))
    assert np.isfinite(review.changes()).all()
    review.working.follow({})
    assert not review.changes().any()


@few
@given(said=st.dictionaries(st.integers(0, 79), st.booleans(), min_size=1, max_size=30))
def test_a_taste_begins_with_the_first_answer(said: dict[int, bool]) -> None:
    """Without any label before; every number is finite, and likes rise above rejects."""
    empty = fit_taste(
        np.zeros((0, POOL.vectors.shape[1]), np.float32),
        np.zeros(0, np.bool_),
        history=HISTORY,
        columns=np.zeros((0, 3)),
    )
    working = ProvisionalFit(empty, np.zeros((0, 3)))
    items = centred_items(POOL.vectors, empty.mean)
    columns = np.full((len(items), 3), np.nan)
    rows = working.features(items, columns)
    changes: dict[Hashable, LabelRow | None] = {}
    for place, liked in said.items():
        changes[place] = LabelRow(rows[place], liked)
        working.follow(changes)
    moved = working.logit_changes(items, columns, factors=FACTORS)
    assert np.isfinite(moved).all()
    likes, rejects = (
        moved[[place for place, liked in said.items() if liked is label]] for label in (True, False)
    )
    if len(likes) and len(rejects):
        assert likes.mean() > rejects.mean()


def test_weights_of_the_user_scale_the_changes() -> None:
    """What the user leaves out moves nothing."""
    review = Reviewed(30)
    review.working.follow(review.answers({3: True, 4: False}))
    full = review.changes()
    halved = review.working.logit_changes(
        review.items, review.columns, factors=np.array([0.5, 1, 1, 1])
    )
    none = review.working.logit_changes(
        review.items, review.columns, factors=np.array([0.0, 1, 1, 1])
    )
    np.testing.assert_allclose(halved, (full + none) / 2)
    assert np.ptp(none) < 1e-12
    hotter = review.working.logit_changes(
        review.items, review.columns, factors=FACTORS, temperature=2.0
    )
    np.testing.assert_allclose(hotter, 2 * full)
