"""What shows the same thing is always on one side; the newest labels are on no side of training."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from tasted.training.dividing import divide, near_groups, watched_of


@settings(max_examples=40, deadline=None)
@given(st.integers(12, 80), st.integers(1, 40), st.integers(0, 1000))
def test_every_label_is_somewhere_once_and_groups_stay_together(
    count: int, group_count: int, seed: int
) -> None:
    """Folds, and the newest labels; whatever the groups are."""
    random = np.random.default_rng(seed)
    groups = random.integers(0, group_count, count).astype(np.intp)
    liked = random.random(count) < 0.4
    order = random.permutation(count).tolist()
    sides = divide(groups, liked, order, newest_share=0.3, folds=3, seed=seed)

    parts = [*sides.folds, sides.newest]
    assert sorted(np.concatenate(parts).tolist()) == list(range(count))
    for one, part in enumerate(parts):
        others = np.concatenate([other for two, other in enumerate(parts) if two != one])
        assert set(groups[part]).isdisjoint(groups[others])
    assert len(sides.newest) <= 0.3 * count
    trained, watched = watched_of(sides.older, groups, liked, 0.15, seed)
    assert set(groups[trained]).isdisjoint(groups[watched])
    assert sorted([*trained, *watched]) == sides.older.tolist()


def test_the_newest_are_the_newest_and_in_their_order() -> None:
    """A group is as old as its oldest label: what is known of it is known from then on."""
    groups = np.array([0, 1, 2, 3, 4, 5, 6, 7, 8, 0], np.intp)
    liked = np.arange(10) % 2 == 0
    sides = divide(groups, liked, range(10), newest_share=0.3, folds=3, seed=0)

    # the last one shows what the first one shows
    assert sides.newest.tolist() == [6, 7, 8]
    assert 9 in sides.older


def test_folds_have_about_as_many_likes_and_rejects() -> None:
    """So that no adapter learns from rejects alone."""
    random = np.random.default_rng(1)
    liked = random.random(300) < 0.3
    sides = divide(np.arange(300), liked, range(300), newest_share=0.3, folds=3, seed=2)

    likes = [int(liked[fold].sum()) for fold in sides.folds]
    assert max(likes) - min(likes) <= 2
    assert max(map(len, sides.folds)) - min(map(len, sides.folds)) <= 2


def test_near_pictures_and_copies_are_one_group() -> None:
    """By their vectors, and by what `copies` found."""
    random = np.random.default_rng(3)
    items = random.normal(size=(40, 16))
    items[1] = items[0] + 0.05 * random.normal(size=16)
    copies = np.arange(40)
    copies[7] = 6
    groups = near_groups(items, copies)

    assert groups[0] == groups[1]
    assert groups[6] == groups[7]
    assert len(np.unique(groups)) == 38


def test_a_model_to_which_everything_looks_alike_still_gives_sides() -> None:
    """The limit rises until no group is a large part of all labels."""
    random = np.random.default_rng(4)
    common = random.normal(size=16)
    items = common + 0.16 * random.normal(size=(60, 16))
    groups = near_groups(items, np.arange(60))

    assert np.bincount(groups).max() <= 6


def test_kinds_of_pictures_are_no_copies() -> None:
    """Where most are like many others the limit rises, and a burst of real copies stays one."""
    random = np.random.default_rng(5)
    kinds = random.normal(size=(12, 64))
    items = kinds[np.arange(120) % 12] + 0.18 * random.normal(size=(120, 64))
    burst = kinds[0] + 0.001 * random.normal(size=(8, 64))
    groups = near_groups(np.concatenate([items, burst]), np.arange(128))

    assert len(np.unique(groups[:120])) >= 60
    assert len(np.unique(groups[120:])) == 1
