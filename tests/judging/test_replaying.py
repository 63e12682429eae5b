"""Past answers as evidence for a challenger that never saw them."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kit.feedback_events import content, judged, taken_back
from kit.learners import Knowing
from tasted.feedback.events import Answer, ChosenBy, FeedbackEvent
from tasted.judging.recipe_learner import KnownLabel
from tasted.judging.replaying import EVENTS_AT_ONCE, Replay, replay


def numbered(*events: FeedbackEvent) -> list[FeedbackEvent]:
    """Return events as a log would have them."""
    return [event.numbered(seq) for seq, event in enumerate(events, 1)]


def test_both_guess_what_was_answered_to_drawn_cards() -> None:
    """Blind and by chance; a duel card was drawn for two others, and the rest by one side."""
    events = numbered(
        judged(1, 1),
        judged(2, 2, Answer.REJECT),
        judged(3, 3, chosen_by=ChosenBy.DUEL),
        judged(4, 4, chosen_by=ChosenBy.ASK),
        judged(5, 5, blind=False),
        judged(6, 6),
        taken_back(7, judged(6, 6)),
        judged(8, 7),
    )
    found = replay(Knowing({}, otherwise=0.5), Knowing({content(1): 0.9, content(2): 0.3}), events)
    assert [(each.seq, each.content, each.liked) for each in found] == [
        (1, content(1), True),
        (2, content(2), False),
    ]
    assert [each.value for each in found] == pytest.approx([0.24, 0.16])
    assert all(each.is_drawn for each in found)


@settings(max_examples=50)
@given(
    st.lists(
        st.tuples(
            st.integers(1, 40),
            st.sampled_from(Answer),
            st.sampled_from([ChosenBy.EXPLORE, ChosenBy.ASK, ChosenBy.DUEL, ChosenBy.BEST]),
        ),
        max_size=45,
    )
)
def test_nobody_is_shown_the_answer_before_the_guess(
    answered: list[tuple[int, Answer, ChosenBy]],
) -> None:
    """Every prefix holds the answers of before it alone, and all but the last nine of those."""
    events = numbered(
        *(
            judged(number, picture, answer, chosen_by=chosen_by)
            for number, (picture, answer, chosen_by) in enumerate(answered, 1)
        )
    )
    in_force, challenger = Knowing({}, otherwise=0.5), Knowing({}, otherwise=0.4)
    replaying = Replay(in_force, challenger, events)
    told = 0
    while not replaying.is_done:
        replaying.step()
        new = replaying.differences[told:]
        told += len(new)
        shown = in_force.shown[-1]
        assert shown == challenger.shown[-1]
        first = new[0].seq
        begin = (first - 1) // EVENTS_AT_ONCE * EVENTS_AT_ONCE
        known = {event.content: event.answer is Answer.LIKE for event in events[:begin]}
        assert {key: label.liked for key, label in shown.items()} == known
        assert not shown.keys() & {each.content for each in new}
    firsts = {event.content: event for event in reversed(events)}
    wanted = sorted(event.seq for event in firsts.values() if event.chosen_by is ChosenBy.EXPLORE)
    assert [each.seq for each in replaying.differences] == wanted


def test_labels_without_an_event_were_always_known() -> None:
    """As those of before there was a log."""
    in_force = Knowing({}, otherwise=0.5)
    replay(in_force, in_force, numbered(judged(1, 1)), always={content(9): False})
    assert in_force.shown[0] == {content(9): KnownLabel(content(9), liked=False)}


def test_labels_that_were_chosen_by_score_say_so() -> None:
    """They tell nothing of the share of likes in the stream."""
    asked = judged(1, 1, chosen_by=ChosenBy.ASK)
    drawn = [judged(number, number) for number in range(2, 12)]
    in_force = Knowing({}, otherwise=0.5)
    replay(in_force, in_force, numbered(asked, *drawn))
    shown = in_force.shown[-1]
    assert not shown[content(1)].is_drawn
    assert shown[content(2)].is_drawn


def test_a_profile_is_one_label() -> None:
    """Its photos are not labels beside it; one that was judged otherwise is."""
    photos = (content(5), content(6), content(7))
    profile = replace(judged(1, 4), photos=photos)
    other = judged(2, 6, Answer.REJECT)
    rest = [judged(number, 20 + number) for number in range(3, 13)]
    in_force = Knowing({}, otherwise=0.5)
    replay(in_force, in_force, numbered(profile, other, *rest))
    shown = {key: label.liked for key, label in in_force.shown[-1].items()}
    assert shown[content(4)] is True
    assert shown[content(6)] is False
    assert not shown.keys() & {content(5), content(7)}


def test_what_has_no_vectors_is_not_asked() -> None:
    """It was removed since, or forgotten."""
    in_force = Knowing({}, otherwise=0.5)
    found = replay(in_force, in_force, numbered(judged(1, 1), judged(2, 2)), known={content(2)})
    assert [each.content for each in found] == [content(2)]
