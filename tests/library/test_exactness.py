"""LanceDB's answers against numpy over the same vectors: neighbours, sums, means."""

import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kit.memories import FINGERPRINT, content, learned, random_units
from tasted.library.library import Library
from tasted.records import Label, Origin


@settings(max_examples=15, deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    count=st.integers(1, 120),
    dimensions=st.sampled_from([2, 7, 64, 512]),
    limit=st.integers(1, 12),
    batches=st.integers(1, 4),
)
def test_neighbours_are_those_of_numpy(
    seed: int, count: int, dimensions: int, limit: int, batches: int
) -> None:
    """Same neighbours in the same order, the same cosines, for each label, over any fragments."""
    rows = random_units(count, seed=seed, dimensions=dimensions)
    query = random_units(1, seed=seed + 1, dimensions=dimensions)[0]
    folders = np.random.default_rng(seed).choice(["liked", "rejected"], size=count)
    items = [learned(f"{folders[n]}/{n}.png", rows[n]) for n in range(count)]
    with tempfile.TemporaryDirectory() as folder:
        library = Library.open(Path(folder), fingerprint=FINGERPRINT, dimensions=dimensions)
        for batch in range(batches):
            library.learn(items[batch::batches])
        for label in Label:
            chosen = [item for item in items if item.reference.label is label]
            found = library.nearest(query, label, limit=limit, exclude=None)
            cosines = {
                item.reference.path: float(item.vector.astype(np.float64) @ query)
                for item in chosen
            }
            best = sorted(cosines.values(), reverse=True)[:limit]
            assert [near.similarity for near in found] == pytest.approx(best, abs=2e-6)
            for neighbour in found:
                expected = cosines[neighbour.reference.path]
                assert neighbour.similarity == pytest.approx(expected, abs=2e-6)
                assert -1 <= neighbour.similarity <= 1


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), count=st.integers(1, 60))
def test_means_from_sums_are_the_full_scan(seed: int, count: int) -> None:
    """One dot product with sum / count is the mean of all cosines, with and without a content."""
    random = np.random.default_rng(seed)
    rows = random_units(count, seed=seed)
    query = random_units(1, seed=seed + 1)[0].astype(np.float64)
    items = [
        learned(
            f"{random.choice(['liked', 'rejected'])}/{n}.png",
            rows[n],
            name=f"c{n}",
            origin=Origin(random.choice([possible.value for possible in Origin])),
        )
        for n in range(count)
    ]
    with tempfile.TemporaryDirectory() as folder:
        library = Library.open(Path(folder), fingerprint=FINGERPRINT, dimensions=rows.shape[1])
        library.learn(items)
        for left_out in (None, content("c0")):
            sums = library.sums() if left_out is None else library.sums().without(left_out)
            for label in Label:
                for origin in (None, *Origin):
                    cosines = [
                        item.vector.astype(np.float64) @ query
                        for item in items
                        if item.reference.label is label
                        and origin in {None, item.reference.origin}
                        and item.reference.content_id != left_out
                    ]
                    vector, number = sums.total(label, origin)
                    assert number == len(cosines)
                    if number:
                        assert vector @ query / number == pytest.approx(np.mean(cosines), abs=1e-6)
                    else:
                        assert not vector.any()
