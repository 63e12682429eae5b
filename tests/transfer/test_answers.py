"""The feedback log as it travels: labels for the other home, and evidence for none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasted.feedback.events import (
    Answer,
    ChosenBy,
    EventKind,
    FeedbackEvent,
    GuessBefore,
    Via,
    new_event_id,
)
from tasted.feedback.history import evidence, judgements
from tasted.records import Label
from tasted.transfer.answers import (
    answer_lines,
    answers_in,
    imported_answers,
    travelling_answers,
)

A, B, C = ("a" * 64, "b" * 64, "c" * 64)


def _event(kind: EventKind, content: str | None, answer: Answer | None = None) -> FeedbackEvent:
    return FeedbackEvent(
        id=new_event_id(1_000),
        at_ms=1_000,
        kind=kind,
        via=Via.PAGE,
        seq=7,
        content=content,
        answer=answer,
        chosen_by=ChosenBy.EXPLORE,
        propensity=0.1,
        blind=True,
        shown_ms=900,
        before=GuessBefore(version="v3", probability=0.7),
    )


def test_imported_answers_are_labels_and_no_evidence() -> None:
    """Whatever they were at home: here nobody judged, so no guess was right or wrong."""
    at_home = [_event(EventKind.JUDGE, A, Answer.LIKE), _event(EventKind.JUDGE, B, Answer.REJECT)]
    assert len(evidence(at_home)) == 2
    travelling = travelling_answers(
        at_home, {A: Label.LIKED, B: Label.REJECTED, C: Label.LIKED}, now_ms=5_000
    )
    here = imported_answers(travelling, without=())
    assert {event.kind for event in here} == {EventKind.IMPORTED}
    assert [event.id for event in here[:2]] == [event.id for event in at_home]
    assert not evidence(here)
    assert {content: judged.answer for content, judged in judgements(here).items()} == {
        A: Answer.LIKE,
        B: Answer.REJECT,
        C: Answer.LIKE,
    }


def test_the_folders_are_the_truth() -> None:
    """A log that says otherwise, or nothing, is completed; twice exported it is the same event."""
    at_home = [_event(EventKind.JUDGE, A, Answer.LIKE)]
    labels = {A: Label.REJECTED, B: Label.LIKED}
    first = travelling_answers(at_home, labels, now_ms=5_000)
    again = travelling_answers(at_home, labels, now_ms=9_000)
    assert [event.id for event in first] == [event.id for event in again]
    found = judgements(imported_answers(first, without=()))
    assert (found[A].answer, found[B].answer) == (Answer.REJECT, Answer.LIKE)


def test_what_concerns_other_pictures_or_this_home_stays() -> None:
    """Answers whose picture does not travel, skips, and which version was in force."""
    at_home = [
        _event(EventKind.JUDGE, C, Answer.LIKE),
        _event(EventKind.SKIP, A),
        _event(EventKind.ACTIVATE, None),
        _event(EventKind.EXCLUDE, C),
    ]
    kinds = [event.kind for event in travelling_answers(at_home, {}, now_ms=1)]
    assert kinds == [EventKind.EXCLUDE]


def test_an_answer_of_this_home_stands() -> None:
    """The other home's word about that picture is left out, with what took it back."""
    one = _event(EventKind.JUDGE, A, Answer.LIKE)
    events = [one, _event(EventKind.UNDO, A), _event(EventKind.JUDGE, B, Answer.LIKE)]
    assert [event.content for event in imported_answers(events, without={A})] == [B]


def test_lines_come_back() -> None:
    """Each field of each event."""
    events = [_event(EventKind.JUDGE, A, Answer.LIKE), _event(EventKind.UNDO, B)]
    assert answers_in(answer_lines(events)) == events


@given(st.binary(max_size=200) | st.text(max_size=200).map(lambda text: text.encode()))
def test_any_bytes_are_answers_or_a_value_error(data: bytes) -> None:
    """They come from a file of somebody."""
    try:
        answers_in(data)
    except ValueError:
        return
    assert not data.strip()


@pytest.mark.parametrize("line", [b"[]", b"[" * 100_000, b'{"kind":"judge"}', b"x" * 20_000])
def test_other_lines_are_refused(line: bytes) -> None:
    """Lists, depths, half events, and what is too long."""
    with pytest.raises(ValueError, match=r"."):
        answers_in(line)
