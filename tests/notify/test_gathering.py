"""When something is told, in which words, and that nothing is told twice or lost."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasted.notify.gathering import (
    FAULT_SECONDS,
    PATIENCE_SECONDS,
    PAUSE_SECONDS,
    QUIET_SECONDS,
    Gathering,
)
from tasted.notify.news import News


def test_a_burst_of_thirty_is_told_once() -> None:
    """Thirty matches within a few seconds come to one notification, when they are over."""
    gathering = Gathering()
    for index in range(30):
        gathering.matched(is_strong=index % 10 == 0, now=index / 10)
        assert not gathering.take(now=index / 10)
    assert gathering.due_at() == 2.9 + QUIET_SECONDS
    assert gathering.take(now=2.9 + QUIET_SECONDS) == News(matches=30, strong=3)
    assert gathering.due_at() is None


def test_a_burst_without_an_end_is_told_after_a_minute() -> None:
    """Whoever waits for the first match need not wait for the last."""
    gathering = Gathering()
    for second in range(int(PATIENCE_SECONDS)):
        gathering.matched(is_strong=False, now=second)
        assert not gathering.take(now=second)
    assert gathering.take(now=PATIENCE_SECONDS).matches == PATIENCE_SECONDS


def test_a_fault_that_stays_is_told_once_and_one_that_goes_is_not() -> None:
    """A disk that is away for a moment is no news; a second block within minutes waits."""
    gathering = Gathering()
    gathering.blocked(now=0)
    gathering.unblocked()
    assert gathering.due_at() is None
    for second in range(100, 200):
        gathering.blocked(now=second)
    assert gathering.due_at() == 100 + FAULT_SECONDS
    assert gathering.take(now=200) == News(is_blocked=True)
    gathering.blocked(now=201)
    assert gathering.due_at() is None
    gathering.unblocked()
    gathering.blocked(now=300)
    assert gathering.due_at() == 200 + PAUSE_SECONDS


def test_a_pause_after_matches_holds_no_block_up() -> None:
    """What keeps everything from being scored is told although something was told just now."""
    gathering = Gathering()
    gathering.matched(is_strong=False, now=0)
    assert gathering.take(now=QUIET_SECONDS).matches == 1
    gathering.matched(is_strong=False, now=20)
    gathering.blocked(now=20)
    assert gathering.take(now=20 + FAULT_SECONDS) == News(is_blocked=True)
    assert gathering.due_at() == QUIET_SECONDS + PAUSE_SECONDS


@given(
    st.lists(
        st.tuples(
            st.floats(0, 300), st.sampled_from(["match", "strong", "block", "unblock", "look"])
        ),
        max_size=60,
    )
)
def test_every_match_is_told_once_and_never_two_notifications_soon(
    events: list[tuple[float, str]],
) -> None:
    """Whatever happens when, whenever it is looked at: nothing lost, doubled, or told too often."""
    gathering, now, count, strong = Gathering(), 0.0, 0, 0
    sent: list[tuple[float, News]] = []
    for pause, event in events:
        now += pause
        if event in {"match", "strong"}:
            gathering.matched(is_strong=event == "strong", now=now)
            count, strong = count + 1, strong + (event == "strong")
        elif event == "block":
            gathering.blocked(now=now)
        elif event == "unblock":
            gathering.unblocked()
        due_at, news = gathering.due_at(), gathering.take(now=now)
        assert bool(news) == (due_at is not None and due_at <= now)
        if news:
            sent.append((now, news))
    rest = gathering.take_matches()
    assert sum(news.matches for _at, news in sent) + rest.matches == count
    assert sum(news.strong for _at, news in sent) + rest.strong == strong
    for kind in ("matches", "is_blocked"):
        times = [at for at, news in sent if getattr(news, kind)]
        # in whole seconds, for sums of floats are a little off
        assert all(later - at > PAUSE_SECONDS - 1 for at, later in pairwise(times))
    assert all(0 <= news.strong <= news.matches for _at, news in sent)


@pytest.mark.parametrize(
    ("news", "sentence"),
    [
        (News(1), "1 new match."),
        (News(30), "30 new matches."),
        (News(30, 2), "30 new matches, 2 of them strong."),
        (News(1, 1), "1 new strong match."),
        (News(2, 2), "2 new strong matches."),
        (News(is_blocked=True), "Scoring has stopped and needs your help: run tasted status."),
        (
            News(2, is_blocked=True),
            "Scoring has stopped and needs your help: run tasted status. 2 new matches.",
        ),
    ],
)
def test_what_is_told_is_made_of_counts(news: News, sentence: str) -> None:
    """All sentences there are: no name, no text and no file finds a place in them."""
    assert news.sentence() == sentence
