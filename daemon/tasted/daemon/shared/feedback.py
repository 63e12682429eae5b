"""Records answers: log → copy into the label folder → the scanner is woken.

Touches the feedback log and the inbox. The scanner, the worker and the lanes of the review page
share it. One answer is carried out before the next one is logged, under the label lock, so that the
folders are always what the log says, but for the last event of a process that was killed: at the
next start `daemon.shared.catching_up` completes that one.
"""

from collections.abc import Collection, Sequence
from typing import Any

import structlog

from tasted.daemon.shared.catching_up import CatchingUp
from tasted.daemon.shared.label_carrier import JudgedThing, LabelCarrier, gone
from tasted.daemon.shared.shared_state import SharedState
from tasted.daemon.shared.standing_log import StandingLog
from tasted.errors import NotFound, TastedError, UsageError
from tasted.feedback.events import Answer, ChosenBy, EventKind, FeedbackEvent, GuessBefore, Via
from tasted.feedback.history import FeedbackSession, sessions
from tasted.feedback.intents import erase_intents
from tasted.feedback.log import FeedbackLog
from tasted.feedback.standing import ANSWERS
from tasted.home.layout import Home
from tasted.home.taste_versions import RecipeNames
from tasted.inbox.change_label import in_one_step
from tasted.inbox.moving import Mover
from tasted.plain_dataclass import dataclass

UNDOABLE = ANSWERS | {EventKind.SKIP, EventKind.EXCLUDE}
"""What `undo` takes back; versions and models have ways of their own."""

log = structlog.get_logger("tasted.feedback")


@dataclass(frozen=True, slots=True)
class RecordedAnswer:
    """What became of an answer."""

    event: FeedbackEvent
    """As it was logged; of an id that was known, the first one."""
    is_new: bool
    copied_to: str | None
    """Where the copy lies, relative to the inbox; None where none was made, or not just now."""
    judgement: Answer | None
    """The answer that stands for the picture now."""


class FeedbackRecorder:
    """The one place that records answers in a home that this process owns.

    Args:
        home: with its lock held.
        shared: its ledger tells where pictures are, and its scanner is woken.
        mover: moves and removes files.
    """

    def __init__(self, home: Home, shared: SharedState, *, mover: Mover | None = None) -> None:
        self._home = home
        self._shared = shared
        self._mover = mover or Mover()
        self.log = FeedbackLog(home.feedback, check=home.check)
        self.standing = StandingLog(
            self.log, shared.ledger, recipe_of=RecipeNames(home.tastes).recipe_of
        )
        self._carrier = LabelCarrier(home, shared.ledger, mover=self._mover)
        self.catching_up = CatchingUp(
            home,
            self.standing,
            shared.ledger,
            self._carrier,
            wake=shared.wakeups.wake_scanner,
        )

    # ---- answers --------------------------------------------------------------------------

    def judge(
        self,
        content: str,
        path: str | None,
        answer: Answer,
        *,
        via: Via,
        event_id: str | None = None,
        before: GuessBefore | None = None,
        **how: Any,
    ) -> RecordedAnswer:
        """Like or reject a picture or a profile.

        Args:
            content: its id, as its sidecar has it.
            path: where it was shown, relative to the inbox; a profile's ends in a slash.
            answer: that is given.
            via: through what.
            event_id: made by the client: the same id again is the same answer, and is not carried
                out twice.
            before: what the taste had said; None: what its sidecar says now.
            how: `session`, `window`, `chosen_by`, `propensity`, `blind`, `shown_ms`, `trial`.

        Raises:
            NotFound: when the picture is gone; nothing was recorded.
            DiskFull: when there is no room for the copy; nothing was recorded.
            ItemError, CommandError, ServiceFault: when it cannot be recorded or copied; the answer
                does not stand.
        """
        with in_one_step(self._home, self._mover):
            self.catching_up.take_intents()
            known = self.log.find(event_id) if event_id is not None else None
            if known is not None:
                return self._known(known)
            thing = self._thing(content, path)
            place = self._carrier.place_of(thing, path)
            if place is None:
                raise gone(path or content[:8])
            self._carrier.check_room(place)
            event = self.standing.event(
                EventKind.JUDGE,
                id=event_id,
                via=via,
                content=content,
                photos=thing.photos,
                answer=answer,
                before=before or self.standing.guess_before(place),
                **how,
            )
            (event,) = self.standing.append([event])
            return self._carried_out(event, place)

    def withdraw(
        self,
        content: str,
        path: str | None = None,
        *,
        via: Via,
        event_id: str | None = None,
        **how: Any,
    ) -> RecordedAnswer | None:
        """Leave a picture or profile without any answer; None when it had none.

        Args:
            content: its id.
            path: where it was shown.
            via: through what.
            event_id: made by the client.
            how: as of `judge`.

        Raises:
            ItemError, CommandError, ServiceFault: when a copy cannot be removed; it still counts.
        """
        with in_one_step(self._home, self._mover):
            self.catching_up.take_intents()
            known = self.log.find(event_id) if event_id is not None else None
            if known is not None:
                return self._known(known)
            if self.standing.of(content) is None:
                return None
            thing = self._thing(content, path)
            event = self.standing.event(
                EventKind.UNDO, id=event_id, via=via, content=content, photos=thing.photos, **how
            )
            (event,) = self.standing.append([event])
            return self._carried_out(event, self._carrier.place_of(thing, path))

    def undo(
        self, undone_id: str, *, via: Via, event_id: str | None = None, **how: Any
    ) -> RecordedAnswer:
        """Take an event back, as if it had never been: an earlier answer counts again.

        Args:
            undone_id: of an answer, a skip, or one that said not to judge something.
            via: through what.
            event_id: made by the client.
            how: as of `judge`.

        Raises:
            NotFound: when there is no such event.
            UsageError: when it is not one of these.
            ItemError, CommandError, ServiceFault: when the folders cannot be changed.
        """
        with in_one_step(self._home, self._mover):
            self.catching_up.take_intents()
            known = self.log.find(event_id) if event_id is not None else None
            if known is not None:
                return self._known(known)
            undone = self.log.find(undone_id)
            if undone is None:
                raise NotFound(
                    f"There is no answer {undone_id}.", remedy="List them: tasted history"
                )
            if undone.kind not in UNDOABLE:
                raise UsageError(
                    f"{undone_id} is no answer ({undone.kind.value}), so it cannot be undone.",
                    remedy="An undo is undone by answering again.",
                )
            if self.standing.is_undone(undone_id):
                return self._known(self._undo_of(undone))
            event = self.standing.event(
                EventKind.UNDO,
                id=event_id,
                via=via,
                content=undone.content,
                photos=undone.photos,
                undoes=undone_id,
                **how,
            )
            (event,) = self.standing.append([event])
            if undone.kind not in ANSWERS:
                return self._known(event, is_new=True)
            return self._carried_out(event, None)

    def undo_last(
        self, count: int, *, via: Via, session: str | None = None, **how: Any
    ) -> list[RecordedAnswer]:
        """Take back the last answers that stand, the newest first; those of folders by hand not.

        Args:
            count: how many at most.
            session: only answers of this session.
            via: through what.
            how: as of `judge`.

        Raises:
            As `undo`; what was taken back until then stays so.
        """
        with in_one_step(self._home, self._mover):
            self.catching_up.take_intents()
        events = list(self.log.events())
        if session is not None:
            within = {
                event.id
                for found in sessions(events)
                if found.id == session
                for event in found.events
            }
            events = [event for event in events if event.id in within]
        standing = [
            event
            for event in events
            if event.kind in {EventKind.JUDGE, EventKind.EXCLUDE}
            and event.chosen_by is not ChosenBy.FOLDER
            and not self.standing.is_undone(event.id)
        ]
        return [self.undo(event.id, via=via, **how) for event in standing[: -count - 1 : -1]]

    def latest_session(self) -> FeedbackSession | None:
        """Return the session with the newest answer that stands; None without any."""
        found = sessions(list(self.log.events()))
        return next((session for session in reversed(found) if session.standing), None)

    # ---- cards ----------------------------------------------------------------------------

    def skip(self, content: str, *, via: Via, **how: Any) -> RecordedAnswer:
        """Put a card off; `how` may hold `event_id` and what `judge` takes.

        Raises:
            CommandError: when it cannot be written.
        """
        return self._noted(EventKind.SKIP, content, via, how)

    def exclude(self, content: str, *, via: Via, **how: Any) -> RecordedAnswer:
        """Say that something is not for judging; as `skip`."""
        return self._noted(EventKind.EXCLUDE, content, via, how)

    def include(self, content: str, *, via: Via, **how: Any) -> RecordedAnswer:
        """Say that something is for judging again; as `skip`."""
        return self._noted(EventKind.INCLUDE, content, via, how)

    def note(self, kind: EventKind, *, via: Via, note: str, **how: Any) -> RecordedAnswer:
        """Log what happened to versions and recipes, by the name of the one it concerns.

        Raises:
            CommandError: when it cannot be written.
        """
        return self._noted(kind, None, via, {**how, "note": note})

    def note_choice(self, choice: tuple[EventKind, str] | None, *, via: Via) -> None:
        """Log which version was put in force, if one was; it is so whether or not this is kept.

        Args:
            choice: what happened, and the name of the version that decides.
            via: through what.
        """
        if choice is None:
            return
        kind, name = choice
        try:
            self.note(kind, via=via, note=name)
        except (OSError, TastedError) as error:
            log.warning("choice_not_logged", version=name, error=str(error))

    def _noted(
        self, kind: EventKind, content: str | None, via: Via, how: dict[str, Any]
    ) -> RecordedAnswer:
        event_id = how.pop("event_id", None)
        photos = self._thing(content, None).photos if content is not None else ()
        event = self.standing.event(
            kind, id=event_id, via=via, content=content, photos=photos, **how
        )
        last = self.log.last_seq
        (event,) = self.standing.append([event])
        return self._known(event, is_new=event.seq > last)

    # ---- forgetting -----------------------------------------------------------------------

    def erase(self, contents: Collection[str]) -> int:
        """Erase the events about some pictures; return how many. The label lock is held.

        Raises:
            HomeGone: when the home is another one now.
            OSError: when a file cannot be read or written.
        """
        erased = self.log.erase(contents) + erase_intents(self._home.feedback, contents)
        self.standing.reload()
        self._carrier.forget()
        self.catching_up.forget()
        return erased

    def count(self, contents: Collection[str]) -> int:
        """Return how many events name one of some pictures."""
        return self.log.count(contents)

    def place_of(self, event: FeedbackEvent) -> str | None:
        """Return where what an event is about lies, relative to the inbox; None: nowhere."""
        if event.content is None:
            return None
        return self._carrier.place_of(JudgedThing(event.content, event.photos))

    # ---- parts ----------------------------------------------------------------------------

    def _thing(self, content: str, path: str | None) -> JudgedThing:
        """Return a picture, or a profile with what its photos contain."""
        paths = [path] if path is not None else []
        for place in (*paths, *self._shared.ledger.paths_of_content(content)):
            entry = self._shared.ledger.entry_of(place) if place.endswith("/") else None
            if entry is not None and entry.content_id == content:
                photos = {part.content_id for part in entry.parts if part.content_id is not None}
                return JudgedThing(content, tuple(sorted(photos)))
        return JudgedThing(content)

    def _carried_out(self, event: FeedbackEvent, place: str | None) -> RecordedAnswer:
        try:
            there = self.catching_up.carry_out(event, place=place)
        except (TastedError, OSError) as error:
            log.warning("answer_taken_back", answer=event.id, error=str(error))
            self._take_back(event)
            raise
        self._wake(place, there)
        judgement = self.standing.of(event.content or "")
        answer = None if judgement is None else judgement.answer
        return RecordedAnswer(event, is_new=True, copied_to=there, judgement=answer)

    def _take_back(self, event: FeedbackEvent) -> None:
        """Let an answer not stand whose copy could not be made: nobody is told that it does."""
        if event.kind not in ANSWERS:
            # what stands in the folders is found there, and logged
            return
        undo = self.standing.event(
            EventKind.UNDO,
            via=Via.DAEMON,
            content=event.content,
            photos=event.photos,
            undoes=event.id,
        )
        self.standing.append([undo])

    def _wake(self, *places: str | None) -> None:
        for place in places:
            if place is not None:
                self._shared.wakeups.hint(place)

    def _known(self, event: FeedbackEvent, *, is_new: bool = False) -> RecordedAnswer:
        judgement = self.standing.of(event.content) if event.content is not None else None
        answer = None if judgement is None else judgement.answer
        return RecordedAnswer(event, is_new=is_new, copied_to=None, judgement=answer)

    def _undo_of(self, undone: FeedbackEvent) -> FeedbackEvent:
        """Return the event that took another one back."""
        contents = frozenset(undone.contents)
        later: Sequence[FeedbackEvent] = [
            event
            for event in self.log.after(undone.seq)
            if event.kind in {EventKind.UNDO, EventKind.INCLUDE}
            and (event.undoes == undone.id or not contents.isdisjoint(event.contents))
        ]
        return later[0] if later else undone
