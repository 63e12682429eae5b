"""What `tasted undo --event`, `--last` and `--session` ask of the owner of a home, and its answer.

A request holds event ids or a count; the owner takes the answers back and says what stands now.
"""

from collections.abc import Iterable
from typing import Any

from tasted.daemon.shared.feedback import FeedbackRecorder, RecordedAnswer
from tasted.feedback.events import Via, is_event_id, is_token
from tasted.inbox.naming import label_of
from tasted.plain_dataclass import dataclass

LAST_MAX = 1_000


@dataclass(frozen=True, slots=True)
class UndoOrder:
    """Which answers are to be taken back: exactly one of the three."""

    event: str | None = None
    """Id of the one."""
    last: int | None = None
    """How many of the newest that stand."""
    session: str | None = None
    """Id of the session whose answers are meant."""

    def to_json(self) -> dict[str, Any]:
        """Return the fields of a request."""
        return {"event": self.event, "last": self.last, "session": self.session}

    def carry_out(self, recorder: FeedbackRecorder) -> dict[str, Any]:
        """Take the answers back, and return what a command is answered.

        Raises:
            TastedError: when one cannot be taken back; those before it stay taken back.
        """
        if self.event is not None:
            return _answer(recorder, [recorder.undo(self.event, via=Via.CLI)])
        count = self.last if self.last is not None else LAST_MAX
        return _answer(recorder, recorder.undo_last(count, session=self.session, via=Via.CLI))


def parse_undo(value: dict[str, Any]) -> UndoOrder | None:
    """Parse the fields of a request; None when they are not an order. Never raises."""
    event, last, session = (value.get(name) for name in ("event", "last", "session"))
    given = [field for field in (event, last, session) if field is not None]
    fits = (
        (event is None or is_event_id(event))
        and (last is None or (type(last) is int and 1 <= last <= LAST_MAX))
        and (session is None or is_token(session))
    )
    return UndoOrder(event, last, session) if fits and len(given) == 1 else None


def _answer(recorder: FeedbackRecorder, undone: Iterable[RecordedAnswer]) -> dict[str, Any]:
    return {"undone": [_undone(recorder, done) for done in undone]}


def _undone(recorder: FeedbackRecorder, done: RecordedAnswer) -> dict[str, Any]:
    there = done.copied_to
    # what lay in a label folder alone was moved out of it, and no sidecar tells of its new place
    moved_to = there if there is not None and label_of(there) is None else None
    return {
        "event": done.event.undoes or done.event.id,
        "content": done.event.content,
        "path": recorder.place_of(done.event) or moved_to,
        "moved_to": moved_to,
        "copy": there,
        "judgement": None if done.judgement is None else done.judgement.value,
        "is_new": done.is_new,
    }
