"""Events of the feedback log, for tests; ids and contents are made of numbers."""

from dataclasses import replace
from typing import Any

from hypothesis import strategies as st

from tasted.feedback.events import (
    Answer,
    ChosenBy,
    EventKind,
    FeedbackEvent,
    GuessBefore,
    TrialGuess,
    Via,
)

_MS = 1_700_000_000_000


def event_id(number: int) -> str:
    """Return the id of an event."""
    return f"{number:08x}-0000-7000-8000-{number:012x}"


def content(number: int) -> str:
    """Return the sha256 of a picture that was never made."""
    return f"{number:064x}"


def judged(number: int, picture: int, answer: Answer = Answer.LIKE, **fields: Any) -> FeedbackEvent:
    """Return an answer on the page, one second after the one of the number before."""
    event = FeedbackEvent(
        id=event_id(number),
        at_ms=_MS + 1_000 * number,
        kind=EventKind.JUDGE,
        via=Via.PAGE,
        content=content(picture),
        answer=answer,
        session="s1",
        window="w1",
        chosen_by=ChosenBy.EXPLORE,
        propensity=0.01,
        blind=True,
        shown_ms=900,
        before=GuessBefore("v3", "r1", 0.75, "match", 0.9),
    )
    return replace(event, **fields)


def taken_back(number: int, event: FeedbackEvent, **fields: Any) -> FeedbackEvent:
    """Return the event that takes another one back."""
    undo = FeedbackEvent(
        id=event_id(number),
        at_ms=_MS + 1_000 * number,
        kind=EventKind.UNDO,
        via=Via.PAGE,
        content=event.content,
        photos=event.photos,
        session="s1",
        window="w1",
        undoes=event.id,
    )
    return replace(undo, **fields)


_shares = st.floats(0, 1)
_tokens = st.from_regex(r"[A-Za-z0-9_.:-]{1,64}", fullmatch=True)
_contents = st.from_regex(r"[0-9a-f]{64}", fullmatch=True)
_ids = st.uuids().map(str)
_counts = st.integers(0, 2**63 - 1)


@st.composite
def any_event(draw: st.DrawFn) -> FeedbackEvent:
    """Draw any event that the log may hold."""

    def perhaps(values: st.SearchStrategy[Any]) -> Any:
        return draw(st.none() | values)

    kind = draw(st.sampled_from(EventKind))
    is_answer = kind in {EventKind.JUDGE, EventKind.IMPORTED}
    return FeedbackEvent(
        id=draw(_ids),
        at_ms=draw(_counts),
        kind=kind,
        via=draw(st.sampled_from(Via)),
        seq=draw(st.integers(1, 10**9)),
        content=draw(_contents),
        photos=tuple(draw(st.lists(_contents, max_size=12))),
        answer=draw(st.sampled_from(Answer)) if is_answer else None,
        session=perhaps(_tokens),
        window=perhaps(_tokens),
        chosen_by=perhaps(st.sampled_from(ChosenBy)),
        propensity=perhaps(_shares),
        blind=perhaps(st.booleans()),
        shown_ms=perhaps(_counts),
        before=perhaps(
            st.builds(GuessBefore, _tokens, _tokens, _shares, st.just("match"), _shares)
        ),
        trial=perhaps(st.builds(TrialGuess, _tokens, _shares)),
        undoes=perhaps(_ids),
        note=perhaps(_tokens),
    )
