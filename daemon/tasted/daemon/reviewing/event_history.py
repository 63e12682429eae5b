"""The events of the log while somebody looks: in memory, in their order, and as bodies.

Read from the log when the first page asks for them, kept in step by the log itself, and dropped
with the web child: nobody pays for a history that is not looked at.
"""

import threading
from collections.abc import Callable, Iterator

from tasted.daemon.reviewing.bodies import Body, NameOf, event_body, session_body
from tasted.feedback.events import FeedbackEvent
from tasted.feedback.history import Guessed, answers_since, guesses, sessions, undone
from tasted.feedback.log import FeedbackLog
from tasted.rpc.review_messages import ListFeedback

_SESSIONS_SHOWN = 50


class EventHistory:
    """The events of one log.

    Args:
        log: read once, then followed.
        name_of: returns the name of the file of a content.
        on_event: handed every new event and its body, while somebody looks.
    """

    def __init__(
        self,
        log: FeedbackLog,
        *,
        name_of: NameOf,
        on_event: Callable[[FeedbackEvent, Body], None],
    ) -> None:
        self._log = log
        self.name_of = name_of
        self._on_event = on_event
        self._following = threading.Lock()
        """Held by the one thread that begins or ends."""
        self._guard = threading.Lock()
        self._events: list[FeedbackEvent] | None = None
        self._early: list[FeedbackEvent] = []
        self._end: Callable[[], None] = _nothing

    def follow(self) -> None:
        """Begin to keep them, if they are not kept yet.

        Raises:
            OSError: when the log cannot be read.
        """
        with self._following:
            if self._events is not None:
                return
            # what is appended while the log is read comes by this way, and may be in both
            self._end = self._log.listen(self._take)
            events = list(self._log.events())
            with self._guard:
                last = events[-1].seq if events else 0
                events += [event for event in self._early if event.seq > last]
                self._early = []
                self._events = events

    def forget(self) -> None:
        """Keep them no longer."""
        with self._following:
            self._end()
            self._end = _nothing
            with self._guard:
                self._events, self._early = None, []

    def _take(self, event: FeedbackEvent) -> None:
        # the log calls this with its own lock held: nothing here waits for the log
        with self._guard:
            held = self._events if self._events is not None else self._early
            if not held or held[-1].seq < event.seq:
                held.append(event)
        self._on_event(event, self.body(event))

    def events(self) -> list[FeedbackEvent]:
        """Return all of them, the oldest first; not to be changed."""
        self.follow()
        with self._guard:
            return list(self._events or ())

    def body(self, event: FeedbackEvent, taken_back: frozenset[str] = frozenset()) -> Body:
        """Return a `RecordedEvent`."""
        name = self.name_of(event.content) if event.content is not None else None
        return event_body(event, name=name, undone=event.id in taken_back)

    def page(self, call: ListFeedback) -> Body:
        """Return a `HistoryAnswer`."""
        events = self.events()
        taken_back = undone(events)
        wanted = list(_wanted(events, call))
        shown = wanted[: call.limit] if call.oldest_first else wanted[::-1][: call.limit]
        more = len(wanted) > len(shown) and shown
        found = sessions(events)[-_SESSIONS_SHOWN:]
        return {
            "events": [self.body(event, taken_back) for event in shown],
            "sessions": [
                session_body(session)
                for session in reversed(found)
                if call.session in {None, session.id}
            ],
            "next": str(shown[-1].seq) if more else None,
        }

    def about(self, content: str) -> list[Body]:
        """Return the events about a content, newest first."""
        call = ListFeedback(content=content, limit=100)
        events: list[Body] = self.page(call)["events"]
        return events

    def guessed(self) -> Guessed:
        """Return how many of the last fifty answers were guessed."""
        return guesses(self.events())

    def answers_since(self, seq: int) -> int:
        """Return of how many pictures the answer is another one than after an event."""
        return answers_since(self.events(), seq)


def _nothing() -> None:
    return


def _wanted(events: list[FeedbackEvent], call: ListFeedback) -> Iterator[FeedbackEvent]:
    in_session = None
    if call.session is not None:
        in_session = {
            event.id
            for session in sessions(events)
            if session.id == call.session
            for event in session.events
        }
    for event in events:
        is_wanted = (
            (call.after is None or event.seq > call.after)
            and (call.before is None or event.seq < call.before)
            and (call.content is None or call.content in event.contents)
            and (in_session is None or event.id in in_session)
        )
        if is_wanted:
            yield event
