"""How commands record an answer: as an intent for the owner of the log. Touches nothing itself."""

import time

from tasted.feedback.events import (
    Answer,
    ChosenBy,
    EventKind,
    FeedbackEvent,
    Via,
    new_event_id,
)
from tasted.feedback.intents import Recording
from tasted.home.layout import Home
from tasted.records import Label

_ANSWERS = {Label.LIKED: Answer.LIKE, Label.REJECTED: Answer.REJECT}


def recording_of(home: Home, label: Label | None) -> Recording:
    """Return what records that a picture gets a label, or has none any more (None).

    What the taste had said of it is added by whoever takes the intent in: reading it here would
    make every command slower.
    """

    def event(content: str, photos: tuple[str, ...]) -> FeedbackEvent:
        now_ms = time.time_ns() // 1_000_000
        return FeedbackEvent(
            id=new_event_id(now_ms),
            at_ms=now_ms,
            kind=EventKind.UNDO if label is None else EventKind.JUDGE,
            via=Via.CLI,
            content=content,
            photos=photos,
            answer=None if label is None else _ANSWERS[label],
            chosen_by=ChosenBy.NAMED,
        )

    return Recording(home.feedback, event)
