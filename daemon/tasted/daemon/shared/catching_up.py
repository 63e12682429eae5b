"""Takes into the feedback log what others did: commands, hands in the folders, a killed process.

Touches the log, the intents and the inbox. The scanner's thread calls it, under the label lock for
as long as it changes anything; where a command holds that lock, the next turn tries again.
"""

from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import replace
from pathlib import Path

import structlog

from tasted.daemon.shared.folder_follower import FolderFollower
from tasted.daemon.shared.label_carrier import JudgedThing, LabelCarrier
from tasted.daemon.shared.standing_log import StandingLog
from tasted.errors import HomeLocked, TastedError
from tasted.feedback.carried_out import Mark
from tasted.feedback.events import EventKind, FeedbackEvent
from tasted.feedback.intents import (
    Intent,
    drop_intent,
    incoming,
    is_anything_incoming,
    waiting_intents,
)
from tasted.feedback.standing import ANSWERS
from tasted.home.label_lock import hold_labels
from tasted.home.layout import Home
from tasted.outbox.ledger import Ledger
from tasted.records import FileStamp
from tasted.system.faultpoints import reach
from tasted.system.sweeping import sweep_temporary

_WAIT_SECONDS = 0.2
_CARRIED_OUT = "carried_out"

log = structlog.get_logger("tasted.feedback")


class CatchingUp:
    """Keeps the log in step with what happens beside it.

    Args:
        home: whose log it is.
        standing: the log.
        ledger: of the outbox.
        carrier: changes the label folders.
        wake: lets the scanner come again soon.
    """

    def __init__(
        self,
        home: Home,
        standing: StandingLog,
        ledger: Ledger,
        carrier: LabelCarrier,
        *,
        wake: Callable[[], None] = lambda: None,
    ) -> None:
        self._home = home
        self._standing = standing
        self._ledger = ledger
        self._carrier = carrier
        self._wake = wake
        self._unfinished: list[FeedbackEvent] = []
        """Events whose folders a killed process may not have changed yet."""
        self._never_copied: set[str] = set()
        """Ids of answers whose pictures were gone before they could be copied."""
        self._mark = Mark(home.feedback / _CARRIED_OUT)
        self._folders = FolderFollower(home, standing, ledger, self._never_copied)

    # ---- a killed process, and commands ---------------------------------------------------

    def recover(self) -> None:
        """Complete what a killed process began. Called at the start, before anything else."""
        try:
            carried_out = self._mark.read(self._standing.log.last_seq)
            self._never_copied.update(carried_out.never_copied)
            self._unfinished = [
                event
                for event in self._standing.log.after(carried_out.seq)
                if event.kind in ANSWERS or event.kind is EventKind.UNDO
            ]
            if self._unfinished or waiting_intents(self._home.feedback):
                # no scan has read what lies where
                self._ledger.refresh()
        except (OSError, TastedError) as error:
            # without its history the daemon still scores; `tasted doctor` says what is wrong
            log.warning("feedback_waits", error=str(error))
            return
        self.settle()

    def settle(self) -> None:
        """Take in the intents that wait, and complete what is unfinished. Quick without any."""
        try:
            if self._unfinished or is_anything_incoming(self._home.feedback):
                with hold_labels(self._home, wait_seconds=_WAIT_SECONDS):
                    self.take_intents()
                    self._complete()
            if not self._unfinished:
                self._home.check()
                self._mark.write(self._standing.log.last_seq, self._never_copied)
        except HomeLocked:
            # a command is changing labels: the next turn finds what it did
            self._wake()
        except (OSError, TastedError) as error:
            log.warning("feedback_waits", error=str(error))

    def take_intents(self) -> None:
        """Log what commands answered. The caller holds the label lock.

        Raises:
            OSError: when they cannot be listed.
            CommandError: when the log cannot be written; they wait.
        """
        if not is_anything_incoming(self._home.feedback):
            return
        intents = waiting_intents(self._home.feedback, on_malformed=_remove)
        # who holds the label lock is alone: these were left by killed commands
        sweep_temporary(incoming(self._home.feedback), older_than_seconds=0)
        done: list[Intent] = []
        killed: list[FeedbackEvent] = []
        for intent in intents:
            if intent.is_carried_out or self._can_be_carried_out(intent.event):
                done.append(intent)
                killed += [] if intent.is_carried_out else [intent.event]
            else:
                # its command was killed before anything was done or told
                drop_intent(intent)
        self._standing.append([self._with_guess(intent.event) for intent in done])
        reach("feedback.taken")
        self._unfinished += killed
        for intent in done:
            drop_intent(intent)
        self._complete()

    def _can_be_carried_out(self, event: FeedbackEvent) -> bool:
        is_undo = event.kind is EventKind.UNDO
        return is_undo or self._carrier.place_of(_thing(event)) is not None

    def _with_guess(self, event: FeedbackEvent) -> FeedbackEvent:
        if event.before is not None or event.kind is not EventKind.JUDGE:
            return event
        place = self._carrier.place_of(_thing(event))
        return replace(event, before=self._standing.guess_before(place))

    def follow(
        self, present: Mapping[str, FileStamp], digest: str, *, missed: AbstractSet[str]
    ) -> None:
        """Log the answers that the label folders give and no event does.

        Args:
            present: the files that count as labels, with their stamps.
            digest: of the labels: as long as it is the same, they are.
            missed: those among them that the last look missed.
        """
        try:
            if not self._folders.is_due(present, digest):
                return
            with hold_labels(self._home, wait_seconds=_WAIT_SECONDS):
                self.take_intents()
                is_finished = not self._unfinished
                self._folders.follow(present, digest, missed=missed, is_finished=is_finished)
        except HomeLocked:
            # a command is changing labels: the next turn tries again
            self._wake()
        except (OSError, TastedError) as error:
            log.warning("labels_not_followed", error=str(error))

    def last_seq(self) -> int | None:
        """Return the number of the last event; None when the log cannot be read."""
        try:
            return self._standing.log.last_seq
        except (OSError, TastedError):
            # whoever needs the log says what is wrong with it
            return None

    def forget(self) -> None:
        """Keep nothing in memory of what was erased. The caller holds the label lock."""
        self._unfinished = []
        self._never_copied.clear()
        self._folders.forget()

    def _complete(self) -> None:
        if not self._unfinished:
            return
        if not self._home.inbox.is_dir():
            # on a disk that is not connected: as long as it is missing nothing can be said
            return
        unfinished, self._unfinished = self._unfinished, []
        for event in unfinished:
            try:
                self.carry_out(event)
            except TastedError as error:
                log.warning("answer_not_carried_out", answer=event.id, error=error.message)

    def carry_out(self, event: FeedbackEvent, *, place: str | None = None) -> str | None:
        """Make the folders say what stands for what an event is about; return where the copy lies.

        The caller holds the label lock. Doing it again changes nothing.

        Args:
            event: an answer, or one that took others back.
            place: where it was shown.

        Raises:
            ItemError, CommandError, ServiceFault: when the folders cannot be changed.
        """
        thing = _thing(event)
        wanted = {picture: self._standing.of(picture) for picture in event.judged}
        answers = {None if one is None else one.answer for one in wanted.values()}
        if len(answers) == 1:
            return self._make_so(thing, place)
        found = None
        for picture in wanted:
            found = self._make_so(JudgedThing(picture), None) or found
        return found

    def _make_so(self, thing: JudgedThing, place: str | None) -> str | None:
        picture = thing.photos[0] if thing.photos else thing.content
        judgement = self._standing.of(picture)
        place = self._carrier.place_of(thing, place)
        if judgement is None:
            return self._carrier.unlabel(thing, place)
        if place is not None:
            return self._carrier.label(thing, judgement.answer, place)
        if thing.photos:
            # its folder is gone: each photo may be somewhere else
            for photo in thing.photos:
                self._make_so(JudgedThing(photo), None)
        else:
            # the answer stands, though it is no label
            self._never_copied.add(judgement.event_id)
        return None


def _thing(event: FeedbackEvent) -> JudgedThing:
    return JudgedThing(event.content or "", event.photos)


def _remove(file: Path) -> None:
    log.warning("malformed_intent_removed", file=file.name)
    file.unlink(missing_ok=True)
