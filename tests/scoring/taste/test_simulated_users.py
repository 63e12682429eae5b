"""The promises of the taste on a few simulated users; `python -m bench.taste` asks 240 of them."""

from functools import cache

import numpy as np
import pytest

from bench.taste.simulation import Simulated, pooled, run


@cache
def _simulated() -> Simulated:
    """Run two users of each kind of taste and like rate, twelve in all, always the same."""
    return run(2, (30, 100))


@pytest.mark.parametrize("count", [30, 100])
@pytest.mark.parametrize("other", ["seed", "knn"])
def test_taste_is_ahead(other: str, count: int) -> None:
    """It orders better and its probabilities are nearer to the truth, on the mean of the users."""
    cells = _simulated().cells
    (area, score, _error), (other_area, other_score, _other_error) = (
        pooled(cells, name, count).means() for name in ("taste", other)
    )
    assert area > other_area
    assert score < other_score


def test_verdicts_cover_each_class() -> None:
    """At an error rate of 0.2, few of the likes are called no match, and few rejects a match."""
    coverage = _simulated().coverage[100, 0.2]
    assert np.mean(coverage.likes_kept) >= 0.75
    assert np.mean(coverage.rejects_kept) >= 0.75
    # saying nothing would cover everything
    assert np.mean(coverage.decided) >= 0.5


def test_half_the_rate_keeps_the_promise_for_nearly_every_user() -> None:
    """At 0.2 one user in a few has more than one in five wrong; at 0.1 hardly one has."""
    found = _simulated()
    for count in (30, 100):
        at_half = found.coverage[count, 0.1]
        assert max(at_half.share_below(0.8)) <= 1 / 12
        assert np.mean(at_half.decided) < np.mean(found.coverage[count, 0.2].decided)


def test_what_is_shown_is_never_worse_than_the_share_of_likes() -> None:
    """Of no user, from 10 labels on."""
    found = _simulated()
    assert found.worse_than_constant == {10: 0, 30: 0, 100: 0}
    for count in (30, 100):
        ours, constant = (pooled(found.cells, name, count) for name in ("taste", "constant"))
        assert np.mean(ours.brier) < np.mean(constant.brier)
