"""What the references say, from sums and from the near ones, is what a scan of all of them says."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from kit.tastes import drawn
from kit.weighings import ReferenceScan
from tasted.scoring.taste.centring import centred_items
from tasted.scoring.taste.duplicates import group_means
from tasted.scoring.taste.fit import Taste, fit_taste
from tasted.scoring.weighing.looks import (
    CLOSE_COSINE,
    NEAR_MIN,
    Looks,
    Near,
    References,
)

HISTORY = drawn(60, seed=98).vectors
NEW = drawn(40, seed=99).vectors
SCALE = 0.7


def _taste(count: int, *, seed: int, with_history: bool) -> Taste:
    """Fit a taste with pictures that were saved twice, some of them with both labels."""
    known = drawn(count, seed=seed)
    random = np.random.default_rng(seed)
    return fit_taste(
        known.vectors,
        known.liked,
        history=HISTORY if with_history else None,
        copies=random.integers(0, max(1, 2 * count // 3), count).astype(np.intp),
    )


def _scanned(
    taste: Taste, item: NDArray[np.float64], reference: int | None
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return part and cosine of every reference."""
    rows = taste.references.astype(np.float64)
    products = rows @ item
    parts = SCALE * taste.coefficients * products
    if reference is not None:
        parts[taste.pictures == taste.pictures[reference]] = 0.0
    lengths = np.linalg.norm(rows, axis=1) * np.linalg.norm(item)
    return parts, products / np.maximum(lengths, 1e-9)


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 2**31),
    count=st.integers(1, 80),
    views=st.integers(1, 3),
    with_history=st.booleans(),
    as_reference=st.booleans(),
)
def test_they_say_what_a_full_scan_says(
    seed: int, count: int, views: int, *, with_history: bool, as_reference: bool
) -> None:
    """Sums over all, near references of either label, and near pictures whose copies are far."""
    taste = _taste(count, seed=seed, with_history=with_history)
    reference = seed % count if as_reference else None
    (item,) = centred_items([NEW[seed % 30 :][:views]], taste.mean)
    search = ReferenceScan(taste.references, taste.liked)
    looks, plain = References(taste, search).looks(item, scale=SCALE, reference=reference)
    parts, cosines = _scanned(taste, item, reference)
    assert looks.part == pytest.approx(parts.sum(), abs=1e-9)
    assert plain == pytest.approx(parts.sum() / SCALE, abs=1e-9)
    for liked, near in ((True, looks.liked), (False, looks.rejected)):
        _check_near(near, taste.liked == liked, parts, cosines, reference)
    _check_pictures(looks, taste, parts, cosines)


def _check_near(
    near: Near,
    of_label: NDArray[np.bool_],
    parts: NDArray[np.float64],
    cosines: NDArray[np.float64],
    reference: int | None,
) -> None:
    places = np.flatnonzero(of_label)
    places = places[places != (-1 if reference is None else reference)]
    order = places[np.argsort(-cosines[places], kind="stable")]
    wanted = order[: max(NEAR_MIN, int((cosines[order] >= CLOSE_COSINE).sum()))]
    assert near.cosines == pytest.approx(cosines[wanted], abs=1e-6)
    assert near.cosines == pytest.approx(cosines[near.references], abs=1e-6)
    assert near.parts == pytest.approx(parts[near.references], abs=1e-9)
    assert len(set(near.references.tolist())) == len(wanted)


def _check_pictures(
    looks: Looks, taste: Taste, parts: NDArray[np.float64], cosines: NDArray[np.float64]
) -> None:
    labels = group_means(taste.liked.astype(np.float64), taste.pictures)
    sums = np.bincount(taste.pictures, weights=parts)
    means = group_means(cosines, taste.pictures)
    for label in (0.0, 1.0):
        near = looks.pictures.labels == label
        counts = (labels == label) & (sums != 0)
        close = counts & (means >= CLOSE_COSINE)
        is_close = near & (looks.pictures.cosines >= CLOSE_COSINE) & (looks.pictures.parts != 0)
        assert is_close.sum() == close.sum()
        assert looks.pictures.parts[is_close].sum() == pytest.approx(sums[close].sum(), abs=1e-9)
        if counts.any() and not looks.is_centred:
            # then a sentence names the nearest picture, however far it is
            nearest = looks.pictures.cosines[near & (looks.pictures.parts != 0)].max()
            assert nearest == pytest.approx(means[counts].max(), abs=1e-9)
    likes, rejects = (means[(labels == label) & (sums != 0)] for label in (1.0, 0.0))
    assert looks.has_likes == bool(len(likes))
    assert (looks.lead is None) == (not len(likes) or not len(rejects))
    if looks.lead is not None:
        assert looks.lead == pytest.approx(likes.mean() - rejects.mean(), abs=1e-9)


def test_what_has_no_direction_is_near_nothing_and_far_from_nothing() -> None:
    """A reference that is the very mean, and an item that is: cosine 0, in their order."""
    taste = _taste(20, seed=3, with_history=True)
    taste.references[[4, 9]] = 0.0
    references = References(taste, ReferenceScan(taste.references, taste.liked))
    looks, _plain = references.looks(np.zeros(len(taste.mean)), scale=SCALE, reference=None)
    assert not looks.speaks
    for liked, near in ((True, looks.liked), (False, looks.rejected)):
        assert near.references.tolist() == np.flatnonzero(taste.liked == liked)[:NEAR_MIN].tolist()
        assert not near.cosines.any()
    (item,) = centred_items(NEW[:1], taste.mean)
    looks, _plain = references.looks(item, scale=SCALE, reference=None)
    cosines = dict(zip(looks.liked.references, looks.liked.cosines, strict=True))
    cosines |= dict(zip(looks.rejected.references, looks.rejected.cosines, strict=True))
    assert all(cosines.get(place, 0.0) == 0.0 for place in (4, 9))


def test_weights_of_0_silence_them() -> None:
    """Nothing is said, and nothing is nearer to likes than to rejects."""
    taste = _taste(30, seed=4, with_history=True)
    references = References(taste, ReferenceScan(taste.references, taste.liked))
    (item,) = centred_items(NEW[:1], taste.mean)
    looks, plain = references.looks(item, scale=0.0, reference=None)
    assert plain
    assert (looks.part, looks.lead, looks.has_likes, looks.speaks) == (0.0, None, False, False)
