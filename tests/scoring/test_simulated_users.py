"""The promises of the taste on a few simulated users; `python -m bench.taste` asks 240 of them."""

from functools import cache

import numpy as np
import pytest

from bench.taste.simulation import Cells, Coverage, pooled, run


@cache
def _simulated() -> tuple[Cells, Coverage]:
    """Run two users of each kind of taste and like rate, twelve in all, always the same."""
    return run(2, (30, 100))


@pytest.mark.parametrize("count", [30, 100])
@pytest.mark.parametrize("other", ["seed", "knn"])
def test_taste_is_ahead(other: str, count: int) -> None:
    """It orders better and its probabilities are nearer to the truth, on the mean of the users."""
    cells, _coverage = _simulated()
    (area, score, _error), (other_area, other_score, _other_error) = (
        pooled(cells, name, count).means() for name in ("taste", other)
    )
    assert area > other_area
    assert score < other_score


def test_verdicts_cover_each_class() -> None:
    """At an error rate of 0.2, few of the likes are called no match, and few rejects a match."""
    _cells, coverage = _simulated()
    assert np.mean(coverage.likes_kept) >= 0.75
    assert np.mean(coverage.rejects_kept) >= 0.75
    # saying nothing would cover everything
    assert np.mean(coverage.decided) >= 0.5
