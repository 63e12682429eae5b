"""One event of the feedback log, as pages tell it. Pure."""

from datetime import datetime
from typing import NamedTuple

from tasted.review.api.schemas import RecordedEvent
from tasted.review.page import words


class ToldEvent(NamedTuple):
    """One event of the history, in words."""

    id: str
    at: datetime
    clock: str
    how: str
    sign: str
    before: str
    name: str
    after: str
    notes: str
    words: str
    undone: bool
    can_undo: bool
    href: str


def told_event(event: RecordedEvent, now: datetime) -> ToldEvent:
    """Return an event of the log in words."""
    how = words.how_of(event)
    phrase = words.event_phrase(event)
    return ToldEvent(
        id=event.id,
        at=event.at,
        clock=words.day_and_time(event.at, now),
        how=how,
        sign=words.SIGNS.get(how, ""),
        **phrase._asdict(),
        words=str(phrase),
        undone=event.undone,
        can_undo=bool(how) and event.kind != "imported",
        href=f"/results/{event.content}" if event.content and event.name else "",
    )
