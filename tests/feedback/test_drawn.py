"""Only answers to what chance chose tell of the stream."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from kit.feedback_events import content, judged, taken_back
from tasted.feedback.drawn import DRAWN_ENOUGH, ChosenPictures
from tasted.feedback.events import ChosenBy, EventKind, FeedbackEvent


def shown(number: int, chosen_by: ChosenBy | None, *, blind: bool | None = True) -> FeedbackEvent:
    """Return an answer to a card that was chosen like this."""
    return replace(judged(number, number), chosen_by=chosen_by, blind=blind)


DRAWN = [shown(number, ChosenBy.EXPLORE) for number in range(100, 100 + DRAWN_ENOUGH)]


def test_what_was_asked_tells_nothing() -> None:
    """Nor do best guesses, nor what was answered after a look at the score."""
    asked = [
        shown(1, ChosenBy.ASK),
        shown(2, ChosenBy.BEST),
        shown(3, ChosenBy.TYPICAL),
        shown(4, ChosenBy.BROWSE, blind=False),
        shown(5, ChosenBy.EXPLORE, blind=False),
        shown(6, ChosenBy.EXPLORE, blind=None),
    ]
    chosen = ChosenPictures([*asked, shown(7, ChosenBy.EXPLORE)]).not_by_chance
    assert chosen == {content(number) for number in range(1, 7)}


def test_what_people_named_counts_until_enough_was_drawn() -> None:
    """Somebody who never judges cards has a stream as well."""
    named = [shown(1, ChosenBy.NAMED), shown(2, ChosenBy.FOLDER), shown(3, None)]
    assert ChosenPictures(named).not_by_chance == frozenset()
    assert ChosenPictures([*named, *DRAWN[:-1]]).not_by_chance == frozenset()
    assert ChosenPictures([*named, *DRAWN]).not_by_chance == {content(n) for n in (1, 2, 3)}


def test_how_a_picture_was_chosen_stays_so() -> None:
    """A drawn one that is asked again was drawn; photos count for their profile."""
    first = shown(1, ChosenBy.EXPLORE)
    again = replace(shown(2, ChosenBy.RECHECK), content=first.content)
    assert not ChosenPictures([first, again, taken_back(3, again)]).not_by_chance
    photos = (content(50), content(51))
    profile = replace(shown(4, ChosenBy.ASK), photos=photos)
    assert ChosenPictures([profile]).not_by_chance == set(photos)
    imported = replace(shown(5, ChosenBy.ASK), kind=EventKind.IMPORTED)
    assert ChosenPictures([imported]).not_by_chance == {content(5)}
    skipped = replace(shown(6, ChosenBy.ASK), kind=EventKind.SKIP, answer=None)
    assert not ChosenPictures([skipped]).not_by_chance


def test_what_was_taken_back_was_never_judged() -> None:
    """Neither how it was chosen nor that enough was drawn stays; what stood before counts again."""
    named = [shown(1, ChosenBy.NAMED), shown(2, ChosenBy.NAMED)]
    undone = [taken_back(500 + number, event) for number, event in enumerate(DRAWN)]
    assert not ChosenPictures([*named, *DRAWN, undone[0]]).not_by_chance
    assert not ChosenPictures([*named, *DRAWN, *undone]).not_by_chance
    asked = replace(shown(3, ChosenBy.ASK), content=named[0].content)
    assert ChosenPictures([*named, asked]).not_by_chance == {content(1)}
    assert not ChosenPictures([*named, asked, taken_back(600, asked)]).not_by_chance
    everything = replace(taken_back(601, asked), undoes=None)
    assert not ChosenPictures([*named, asked, everything]).not_by_chance


@given(
    st.lists(st.tuples(st.integers(1, 30), st.sampled_from([None, *ChosenBy]), st.booleans())),
    st.lists(st.integers(1, 30)),
)
def test_a_log_tells_what_one_without_undone_answers_tells(
    given_events: list[tuple[int, ChosenBy | None, bool]], undone: list[int]
) -> None:
    """Whichever of many answers to few pictures are taken back, and in whatever order."""
    events = [
        replace(shown(number, kind, blind=blind), content=content(picture % 15))
        for number, (picture, kind, blind) in enumerate(given_events)
    ]
    numbers = [number for number in undone if number < len(events)]
    undos = [taken_back(100 + place, events[number]) for place, number in enumerate(numbers)]
    standing = [event for number, event in enumerate(events) if number not in numbers]
    assert ChosenPictures([*events, *undos]).not_by_chance == (
        ChosenPictures(standing).not_by_chance
    )


@given(
    st.lists(st.tuples(st.integers(1, 30), st.sampled_from([None, *ChosenBy]), st.booleans())),
    st.integers(0, 40),
)
def test_events_may_come_one_by_one(
    given_events: list[tuple[int, ChosenBy | None, bool]], split: int
) -> None:
    """The log is read once, and followed."""
    events = [shown(number, kind, blind=blind) for number, kind, blind in given_events]
    followed = ChosenPictures(events[:split])
    for event in events[split:]:
        followed.take(event)
    assert followed.not_by_chance == ChosenPictures(events).not_by_chance
