"""How soon changed labels become a taste, by the times at which they changed."""

from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasted.daemon.shared.publishing_pace import (
    BURST_QUIET_SECONDS,
    LABELS_QUIET_SECONDS,
    SITTING_CHANGES,
    SITTING_PAUSE_SECONDS,
    PublishingPace,
)


def tastes(changes: Sequence[float]) -> list[float]:
    """Return when tastes are published by a daemon that looks all the time."""
    pace, published = PublishingPace(), []
    waiting = False
    for at in [*sorted(changes), float("inf")]:
        if waiting and pace.due_at <= at:
            due = pace.due_at
            pace.published(due)
            published.append(due)
            waiting = False
        if at < float("inf"):
            pace.changed(at)
            waiting = True
    return published


def test_a_single_answer_shows_after_a_quiet_second() -> None:
    """And the next one, some seconds later, as well."""
    assert tastes([100.0, 110.0]) == [101.0, 111.0]


def test_a_reject_of_what_was_liked_is_one_answer() -> None:
    """The copy that counted before must be missing twice."""
    assert tastes([100.0, 102.0]) == [101.0, 102.0 + BURST_QUIET_SECONDS]
    assert tastes([100.0, 100.9, 101.8]) == [102.8]


def test_two_hundred_answers_in_a_row_are_two_tastes_at_most() -> None:
    """The first answer shows at once; the others when nobody has answered for five seconds."""
    answers = [1.5 * number for number in range(200)]
    assert tastes(answers) == [LABELS_QUIET_SECONDS, answers[-1] + BURST_QUIET_SECONDS]
    at_once = [0.1 * number for number in range(200)]
    assert tastes(at_once) == [at_once[-1] + BURST_QUIET_SECONDS]


def test_who_goes_on_judging_gets_a_taste_a_minute() -> None:
    """Pauses of six seconds are no reason to write all sidecars again."""
    answers = [20.0 * round_ + 1.0 * number for round_ in range(15) for number in range(14)]
    first, *steady = tastes(answers)
    assert first == LABELS_QUIET_SECONDS
    pauses = [later - earlier for earlier, later in pairwise(steady)]
    assert min(pauses) >= SITTING_PAUSE_SECONDS
    assert len(steady) <= 2 + answers[-1] / SITTING_PAUSE_SECONDS


def test_after_a_minute_of_rest_an_answer_shows_at_once_again() -> None:
    """However many there were before."""
    burst = [0.2 * number for number in range(SITTING_CHANGES)]
    after = burst[-1] + SITTING_PAUSE_SECONDS
    assert tastes([*burst, after])[-1] == after + LABELS_QUIET_SECONDS


@pytest.mark.parametrize("pause", [2.0, 6.0, 10.0])
def test_a_person_who_thinks_for_long_does_not_thrash_either(pause: float) -> None:
    """A handful of tastes come at once, and then one a minute."""
    answers = [pause * number for number in range(200)]
    minutes = answers[-1] / SITTING_PAUSE_SECONDS
    assert len(tastes(answers)) <= 4 + minutes + 1


def test_labels_that_were_taken_back_wait_for_nothing() -> None:
    """What comes then is the first change after a rest."""
    pace = PublishingPace()
    pace.changed(0.0)
    pace.taken_back()
    pace.changed(30.0)
    assert pace.due_at == 30.0 + LABELS_QUIET_SECONDS


def test_the_quiet_time_begins_when_all_is_learnt() -> None:
    """A taste of half the references would make all sidecars stale."""
    pace = PublishingPace()
    pace.changed(0.0)
    pace.learning(40.0)
    assert pace.due_at == 40.0 + LABELS_QUIET_SECONDS


@given(gaps=st.lists(st.floats(0.01, 90.0), min_size=1, max_size=60))
def test_every_answer_is_published_within_about_a_minute(gaps: list[float]) -> None:
    """Or when the person pauses for five seconds, whichever is later; and never before it."""
    times = [sum(gaps[: index + 1]) for index in range(len(gaps))]
    published = tastes(times)
    last = times[-1]
    assert last < published[-1] <= last + SITTING_PAUSE_SECONDS + BURST_QUIET_SECONDS
    assert published == sorted(published)
