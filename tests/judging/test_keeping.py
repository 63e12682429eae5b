"""Which taste versions are kept whole, within a budget."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from tasted.home.taste_versions import (
    REFITTABLE,
    WHOLE,
    Recipe,
    TimeInForce,
    VersionFigures,
    VersionLabels,
    VersionRow,
)
from tasted.judging.keeping import StoredSizes, keeping

NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)
PLENTY = 10**9


def row(
    number: int,
    *,
    hours_ago: float = 0.0,
    features: str = "",
    decided_hours: float | None = None,
    kept: str = WHOLE,
) -> VersionRow:
    """Return a version that was made so long ago, and decided for so long from then on."""
    at = NOW - timedelta(hours=hours_ago)
    spans = ()
    if decided_hours is not None:
        spans = (TimeInForce(at.isoformat(), (at + timedelta(hours=decided_hours)).isoformat()),)
    return VersionRow(
        number=number,
        recipe=Recipe("taste", "pocket", "e1", features, "1"),
        labels=VersionLabels("", 1, 1),
        fitted_to="",
        reason="answers",
        figures=VersionFigures(0),
        minted_at=at.isoformat(),
        in_force=spans,
        kept=kept,
    )


def kept_whole(
    rows: Sequence[VersionRow], *, budget: int = PLENTY, chosen: Sequence[int] = ()
) -> set[int]:
    """Return which stay whole; each takes 100 bytes, and 10 as what it was fitted to."""
    sizes = {each.number: StoredSizes(100, 10) for each in rows}
    plan = keeping(rows, sizes, chosen=chosen, budget_bytes=budget, now=NOW)
    return {each.number for each in rows} - {*plan.refittable, *plan.erased}


def test_the_ten_newest_stay_whole() -> None:
    """All made within one hour, so that no other rule speaks for them."""
    rows = [row(number) for number in range(15, 0, -1)]
    assert kept_whole(rows) == set(range(6, 16))


def test_those_that_decided_for_an_hour_and_the_last_of_each_day_stay() -> None:
    """And the last of every recipe, and what a person chose."""
    newest = [row(number) for number in range(40, 30, -1)]
    older = [
        row(20, hours_ago=24 * 3),
        row(19, hours_ago=24 * 3 + 1),
        row(18, hours_ago=24 * 3 + 2, decided_hours=1.5),
        row(17, hours_ago=24 * 3 + 3, decided_hours=0.5),
        row(16, hours_ago=24 * 30),
        row(15, hours_ago=24 * 31, features="other traits"),
        row(14, hours_ago=24 * 32),
    ]
    expected = {*range(31, 41), 20, 18, 15}
    assert kept_whole([*newest, *older]) == expected
    assert kept_whole([*newest, *older], chosen=[14]) == {*expected, 14}


def test_what_does_not_fit_is_kept_as_what_it_was_fitted_to() -> None:
    """The newest are worth most; and when not even that fits, the oldest go."""
    rows = [row(number) for number in range(5, 0, -1)]
    assert kept_whole(rows, budget=5 * 10 + 2 * 90) == {5, 4}
    sizes = {each.number: StoredSizes(100, 10) for each in rows}
    plan = keeping(rows, sizes, chosen=[1], budget_bytes=35, now=NOW)
    assert plan.erased == (2, 3)
    assert plan.refittable == (5, 4)


@given(
    ages=st.lists(st.floats(0, 1000), min_size=1, max_size=30),
    budget=st.integers(0, 5000),
    refittable=st.sets(st.integers(1, 30)),
)
def test_the_budget_holds_but_for_what_decides(
    ages: list[float], budget: int, refittable: set[int]
) -> None:
    """Nothing is demoted that is not whole, and no version is in two places."""
    ages.sort()
    count = len(ages)
    rows = [
        row(
            count - index,
            hours_ago=age,
            kept=REFITTABLE if count - index in refittable else WHOLE,
        )
        for index, age in enumerate(ages)
    ]
    sizes = {
        each.number: StoredSizes(10, 10) if each.kept == REFITTABLE else StoredSizes(100, 10)
        for each in rows
    }
    plan = keeping(rows, sizes, chosen=[1], budget_bytes=budget, now=NOW)
    assert set(plan.refittable).isdisjoint({*plan.erased, *refittable})
    assert 1 not in {*plan.refittable, *plan.erased}
    taken = sum(
        10 if each.number in plan.refittable else sizes[each.number].whole
        for each in rows
        if each.number not in {*plan.erased, 1}
    )
    assert taken <= budget
