"""What follows from the events: which answers stand, sessions, and guesses that came true."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.feedback_events import content, event_id, judged, taken_back
from tasted.feedback.events import Answer, ChosenBy, EventKind, FeedbackEvent, GuessBefore, Via
from tasted.feedback.history import (
    Guessed,
    LikeRate,
    answers_since,
    guesses,
    guesses_by_version,
    judgements,
    like_rate,
    sessions,
    undone,
)
from tasted.feedback.standing import StandingAnswers


def numbered(*events: FeedbackEvent) -> list[FeedbackEvent]:
    """Return events as a log would have them."""
    return [event.numbered(seq) for seq, event in enumerate(events, 1)]


def answers(events: Sequence[FeedbackEvent]) -> dict[str, Answer]:
    """Return what stands."""
    return {name: judgement.answer for name, judgement in judgements(events).items()}


LIKE = judged(1, 5)
REJECT = judged(2, 5, Answer.REJECT)


def test_answers_since_an_event_are_pictures_with_another_answer() -> None:
    """What is taken back, given again, or done in a folder by hand is not counted."""
    events = numbered(
        judged(1, 1),
        judged(2, 2),
        judged(3, 1, Answer.REJECT),
        judged(4, 2),
        judged(5, 3),
        taken_back(6, judged(5, 3)),
        judged(7, 4),
        judged(8, 5, via=Via.FOLDER),
    )
    assert [answers_since(events, seq) for seq in range(9)] == [3, 3, 2, 1, 1, 2, 1, 0, 0]


def test_of_two_answers_the_later_counts() -> None:
    """Both stay in the log."""
    assert answers(numbered(LIKE, REJECT)) == {content(5): Answer.REJECT}


def test_an_answer_that_is_taken_back_was_never_given() -> None:
    """The one before it counts again."""
    events = numbered(LIKE, REJECT, taken_back(3, REJECT))
    assert answers(events) == {content(5): Answer.LIKE}
    assert undone(events) == {event_id(2)}


def test_taking_back_an_answer_that_no_longer_counts_changes_nothing() -> None:
    """The later one still counts."""
    assert answers(numbered(LIKE, REJECT, taken_back(3, LIKE))) == {content(5): Answer.REJECT}


def test_taking_back_the_picture_leaves_it_without_an_answer() -> None:
    """As `tasted undo FILE` does: none of the earlier answers comes back."""
    cleared = taken_back(3, LIKE, undoes=None)
    events = numbered(LIKE, REJECT, cleared)
    assert answers(events) == {}
    assert undone(events) == {event_id(1), event_id(2)}
    again = judged(4, 5, Answer.REJECT)
    assert answers(numbered(LIKE, REJECT, cleared, again)) == {content(5): Answer.REJECT}
    assert answers(numbered(LIKE, REJECT, cleared, again, taken_back(5, again))) == {}


def test_the_answer_to_a_profile_counts_for_its_photos() -> None:
    """As long as it stands for one of them, it stands for the profile."""
    photos = (content(1), content(2))
    profile = judged(1, 500, photos=photos)
    assert answers(numbered(profile)) == dict.fromkeys((content(500), *photos), Answer.LIKE)
    one_gone = taken_back(2, judged(9, 1), undoes=None)
    left = dict.fromkeys((content(500), content(2)), Answer.LIKE)
    assert answers(numbered(profile, one_gone)) == left
    both_gone = taken_back(3, judged(9, 2), undoes=None)
    assert answers(numbered(profile, one_gone, both_gone)) == {}
    assert answers(numbered(profile, taken_back(2, profile))) == {}
    other = judged(2, 1, Answer.REJECT)
    events = numbered(profile, other)
    assert answers(events)[content(1)] is Answer.REJECT
    assert dict(StandingAnswers(events).pictures()).keys() == set(photos)


def test_what_is_not_for_judging_can_be_taken_back() -> None:
    """By its id, or for good."""
    exclude = judged(1, 5, kind=EventKind.EXCLUDE, answer=None)
    include = judged(2, 5, kind=EventKind.INCLUDE, answer=None)
    assert StandingAnswers(numbered(exclude)).excluded == {content(5)}
    assert StandingAnswers(numbered(exclude, taken_back(2, exclude))).excluded == frozenset()
    after = StandingAnswers(numbered(exclude, include))
    assert not after.is_excluded(content(5))
    assert after.is_undone(event_id(1))


@st.composite
def histories(draw: st.DrawFn) -> list[FeedbackEvent]:
    """Draw answers to a few pictures, some of them taken back later."""
    events: list[FeedbackEvent] = []
    for number in range(1, draw(st.integers(1, 14))):
        given_back = [event for event in events if event.kind is EventKind.JUDGE]
        if given_back and draw(st.booleans()):
            events.append(taken_back(number, draw(st.sampled_from(given_back))))
        else:
            picture, answer = draw(st.integers(0, 2)), draw(st.sampled_from(Answer))
            events.append(judged(number, picture, answer))
    return numbered(*events)


@given(histories())
def test_what_stands_is_the_history_without_what_was_taken_back(
    events: list[FeedbackEvent],
) -> None:
    """Any sequence of answers and undos equals the answers that were left alone, in their order."""
    gone = {event.undoes for event in events}
    left = [event for event in events if event.kind is EventKind.JUDGE and event.id not in gone]
    assert judgements(events) == judgements(left)
    step_by_step = StandingAnswers()
    for event in events:
        step_by_step.take(event)
    assert dict(step_by_step.all()) == judgements(events)
    assert step_by_step.last_seq == len(events)


# ---- sessions -------------------------------------------------------------------------


def test_a_session_is_what_its_window_says() -> None:
    """Two windows at once are two sessions; skips count, undone answers do not."""
    first = [judged(1, 1), judged(3, 3, Answer.REJECT), judged(5, 5, kind=EventKind.SKIP)]
    first[2] = replace(first[2], answer=None)
    second = [judged(2, 2, session="s2", window="w2")]
    events = numbered(first[0], second[0], first[1], first[2], taken_back(6, first[0]))
    other, one = sessions(events)
    assert (one.id, one.window, one.liked, one.rejected, one.skipped) == ("s1", "w1", 0, 1, 1)
    assert (one.ended_at_ms - one.began_at_ms, len(one.events)) == (5_000, 4)
    assert one.undone == {event_id(1)}
    assert (other.id, other.liked, other.rejected) == ("s2", 1, 0)


def test_commands_make_sessions_by_their_pauses() -> None:
    """Ten minutes without an answer begin another one; a clock that was set back does no harm."""
    times = [0, 60_000, 60_000 + 599_999, 60_000 + 599_999 + 600_000, 5]
    events = numbered(
        *(
            judged(number, number, at_ms=at_ms, via=Via.CLI, session=None, window=None)
            for number, at_ms in enumerate(times, 1)
        )
    )
    assert [len(session.events) for session in sessions(events)] == [3, 2]
    assert [session.id for session in sessions(events)] == [event_id(1), event_id(4)]
    assert all(session.began_at_ms <= session.ended_at_ms for session in sessions(events))


def test_what_folders_say_is_no_session() -> None:
    """A thousand labels that were there before the log are not judged in one sitting."""
    by_hand = judged(1, 1, via=Via.FOLDER, chosen_by=ChosenBy.FOLDER, session=None, window=None)
    assert sessions(numbered(by_hand)) == []


# ---- guesses --------------------------------------------------------------------------


def guessed(number: int, probability: float, answer: Answer, **fields: Any) -> FeedbackEvent:
    """Return an answer to a picture of its own, with what the taste had said."""
    return judged(number, number, answer, before=GuessBefore("v1", None, probability), **fields)


def test_guesses_are_compared_with_always_saying_the_same() -> None:
    """Of ten rejects and one like, whoever always says no is right ten times."""
    events = numbered(
        *(guessed(number, 0.2, Answer.REJECT) for number in range(1, 11)),
        guessed(11, 0.3, Answer.LIKE),
    )
    assert guesses(events) == Guessed(right=10, wrong=1, constant_right=10)
    assert guesses(events, last=2) == Guessed(right=1, wrong=1, constant_right=1)
    assert guesses([]) == Guessed(0, 0, 0)


@pytest.mark.parametrize(
    "fields",
    [
        {"blind": False},
        {"blind": None},
        {"shown_ms": 199},
        {"chosen_by": ChosenBy.RECHECK},
        {"kind": EventKind.IMPORTED},
    ],
)
def test_what_was_not_given_blind_is_no_evidence(fields: dict[str, Any]) -> None:
    """Nor what was not seen, what was asked again, and what comes from another home."""
    assert guesses(numbered(guessed(1, 0.9, Answer.LIKE, **fields))).of == 0
    assert like_rate(numbered(guessed(1, 0.9, Answer.LIKE, **fields))).judged == 0


def test_only_the_first_answer_to_a_picture_is_evidence() -> None:
    """The second was given by somebody who had seen the first; what was taken back is none."""
    first = guessed(1, 0.9, Answer.REJECT)
    second = judged(2, 1, Answer.LIKE, before=GuessBefore("v1", None, 0.9))
    assert guesses(numbered(first, second)) == Guessed(0, 1, 1)
    assert guesses(numbered(first, taken_back(2, first))).of == 0


def test_the_rate_of_likes_is_learnt_from_explored_cards_alone() -> None:
    """What was asked for, or shown as the best, is liked more often."""
    events = numbered(
        guessed(1, 0.9, Answer.LIKE),
        guessed(2, 0.9, Answer.REJECT),
        guessed(3, 0.9, Answer.REJECT),
        *(guessed(number, 0.9, Answer.LIKE, chosen_by=ChosenBy.ASK) for number in range(4, 9)),
        guessed(9, 0.9, Answer.LIKE, chosen_by=ChosenBy.BEST),
    )
    assert like_rate(events) == LikeRate(liked=1, judged=3)
    assert like_rate(events).share == pytest.approx(1 / 3)
    assert like_rate([]).share is None


def test_each_version_has_the_guesses_that_it_made() -> None:
    """The answers since a fit belong to it; what was taken back counts for none."""
    of_three = judged(1, 1, before=GuessBefore("v3", "r1", 0.9, "match", 0.9))
    since = judged(2, 2, Answer.REJECT, before=GuessBefore("v3 + 7 answers", "r1", 0.9, None, None))
    of_four = judged(3, 3, before=GuessBefore("v4", "r1", 0.8, "match", 0.9))
    taken = judged(4, 4, before=GuessBefore("v4", "r1", 0.8, "match", 0.9))
    unguessed = judged(5, 5, before=None)
    events = numbered(of_three, since, of_four, taken, taken_back(6, taken), unguessed)
    assert guesses_by_version(events) == {"v3": Guessed(1, 1, 1), "v4": Guessed(1, 0, 1)}
    assert guesses_by_version([]) == {}
