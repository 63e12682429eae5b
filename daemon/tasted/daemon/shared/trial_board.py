"""The trials of a home, as its owner decides them. Touches `.tasted/trials`; reads the log.

The log is the truth: evidence is computed from it, so that a daemon that was killed finds the same
again. A decision is written before anything follows from it, and is written once. Several threads
use a board; nothing is waited for while its lock is held, but for the disk.
"""

import errno
import threading
from collections import deque
from collections.abc import Callable, Collection
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from tasted.daemon.shared.trial_conflict import TrialConflict, already_running
from tasted.errors import DiskFull, NotFound, ServiceFault
from tasted.feedback.events import FeedbackEvent
from tasted.feedback.log import FeedbackLog
from tasted.home.taste_versions import Recipe
from tasted.plain_dataclass import dataclass
from tasted.records import Current
from tasted.system.faultpoints import reach
from tasted.trials.differences import CountedAnswers
from tasted.trials.identity import trial_event_id
from tasted.trials.rules import (
    TrialFigures,
    TrialStep,
    WatchStep,
    next_step,
    next_watch_step,
)
from tasted.trials.standing import (
    TrialStanding,
    counted_answers,
    counted_figures,
    standing_of,
)
from tasted.trials.trial_file import (
    BY_PERSON,
    BY_TEST,
    DISMISSED,
    OPEN,
    PROMOTED,
    SETTLED,
    TAKEN_BACK,
    WITHDRAWN,
    TrialRow,
    next_number,
    read_trials,
    write_trial,
)

_OTHER_RECIPE = (
    "Another recipe decides now, because the model, traits, interests or readers were changed."
)


@dataclass(slots=True)
class _Count:
    """What was counted for the trial that runs."""

    number: int
    state: str
    answers: CountedAnswers
    upto: int
    figures: TrialFigures


class TrialBoard:
    """The trials of one home.

    Args:
        folder: of the trials.
        log: of answers.
        check: called before every write; raises when the home is another one now.
        now: returns the time in UTC.
        knows_all: tells whether a recipe knows every label, so that it could decide.
        decides: returns the id of the recipe whose scores are in the outbox; None: not known.
    """

    def __init__(
        self,
        folder: Path,
        log: FeedbackLog,
        *,
        check: Callable[[], None] = lambda: None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        knows_all: Callable[[Recipe], bool] = lambda _recipe: True,
        decides: Callable[[], str | None] = lambda: None,
    ) -> None:
        self._folder = folder
        self._log = log
        self._check = check
        self._now = now
        self._knows_all = knows_all
        self._decides = decides
        self._guard = threading.RLock()
        self._rows: dict[int, TrialRow] | None = None
        self._count: _Count | None = None
        self._news: deque[FeedbackEvent] = deque()
        """Events since the last look; the log's own lock is held when one comes."""
        log.listen(self._news.append)

    # ---- what there is ----------------------------------------------------------------------

    def rows(self) -> tuple[TrialRow, ...]:
        """Return all trials, oldest first."""
        with self._guard:
            return tuple(self._loaded().values())

    def newest(self) -> TrialRow | None:
        """Return the last trial; None: there was none."""
        rows = self.rows()
        return rows[-1] if rows else None

    def running(self) -> TrialRow | None:
        """Return the trial in which two recipes predict; None: there is none."""
        row = self.newest()
        return row if row is not None and row.is_running else None

    def standing(self, row: TrialRow) -> TrialStanding:
        """Return how a trial stands after all answers so far.

        Raises:
            OSError: when the log cannot be read.
        """
        with self._guard:
            counted = self._counted(row) if row.is_running else None
            knows_all, decides = self._knows_all(row.challenger), self._decides()
            return standing_of(row, counted, knows_all=knows_all, decides=decides)

    def reload(self) -> None:
        """Read everything anew when it is next needed: the log or a trial was rewritten."""
        with self._guard:
            self._rows = self._count = None

    def _loaded(self) -> dict[int, TrialRow]:
        if self._rows is None:
            self._rows = {row.number: row for row in read_trials(self._folder)}
        return self._rows

    # ---- evidence ---------------------------------------------------------------------------

    def _counted(self, row: TrialRow) -> TrialFigures:
        """Return the figures of a trial that runs; of its watch once it was promoted."""
        count = self._count
        if count is None or (count.number, count.state) != (row.number, row.state):
            count = self._count = self._begin(row)
        before = count.answers.counted
        for event in self._new_events(count.upto):
            count.answers.take(event)
            count.upto = event.seq
        if count.answers.counted != before:
            count.figures = counted_figures(row, count.answers)
        return count.figures

    def _begin(self, row: TrialRow) -> _Count:
        self._news.clear()
        answers, upto = counted_answers(row), 0
        for event in self._log.events():
            answers.take(event)
            upto = event.seq
        return _Count(row.number, row.state, answers, upto, counted_figures(row, answers))

    def _new_events(self, upto: int) -> list[FeedbackEvent]:
        found = []
        while self._news:
            event = self._news.popleft()
            if event.seq > upto:
                found.append(event)
        return found

    # ---- decisions --------------------------------------------------------------------------

    def decide(self, current: Current | None) -> TrialRow | None:
        """Decide what the evidence says; return the row when something was decided, else None.

        While a version is held nothing is decided, and before anything is published neither.

        Raises:
            ServiceFault: when it cannot be written: it is decided again the next time.
        """
        with self._guard:
            row = self.running()
            if row is None:
                self._news.clear()
                return None
            if current is None or current.recipe is None or current.is_held:
                return None
            if row.state == OPEN:
                return self._decided_open(row, current)
            # what was decided is to act first
            return self._decided_after(row, current) if self.is_carried_out(row) else None

    def _decided_open(self, row: TrialRow, current: Current) -> TrialRow | None:
        if current.recipe == row.challenger.id:
            # by a way of its own, as `tasted versions use`
            return self._write(self._promoted(row, BY_PERSON, None))
        if current.recipe != row.in_force.id:
            return self._write(self._closed(row, WITHDRAWN, BY_TEST, note=_OTHER_RECIPE))
        figures = self._counted(row)
        step = next_step(figures, has_all_references=self._knows_all(row.challenger))
        if step is TrialStep.PROMOTE:
            return self._write(self._promoted(row, BY_TEST, current.taste))
        if step is TrialStep.DISMISS:
            return self._write(self._closed(row, DISMISSED, BY_TEST))
        return None

    def _decided_after(self, row: TrialRow, current: Current) -> TrialRow | None:
        if current.recipe == row.in_force.id:
            return self._write(self._ended(row, TAKEN_BACK, BY_PERSON))
        if current.recipe != row.challenger.id:
            return self._write(self._ended(row, SETTLED, BY_TEST, note=_OTHER_RECIPE))
        watch = next_watch_step(self._counted(row))
        if watch is WatchStep.WATCH:
            return None
        state = TAKEN_BACK if watch is WatchStep.TAKE_BACK else SETTLED
        return self._write(self._ended(row, state, BY_TEST))

    def open(self, row: TrialRow) -> TrialRow:
        """Begin a trial; its number, times and first event are set here.

        Raises:
            TrialConflict: when another one runs.
            ServiceFault: when it cannot be written.
        """
        with self._guard:
            running = self.running()
            if running is not None:
                raise already_running(running)
            opened = replace(
                row,
                number=next_number(self._folder),
                opened_at=self._time(),
                after_seq=self._log.last_seq,
            )
            return self._write(opened)

    def promote(self, number: int, *, taste: str | None) -> TrialRow:
        """Let the challenger decide because a person wants it; after a promotion: let it stay.

        Args:
            number: of the trial.
            taste: the version that decides now: the way back.

        Raises:
            NotFound, TrialConflict: when there is no such trial, or it is over.
            ServiceFault: when it cannot be written.
        """
        with self._guard:
            row = self._of(number)
            if row.state == OPEN:
                return self._write(self._promoted(row, BY_PERSON, taste))
            return self._write(self._ended(row, SETTLED, BY_PERSON))

    def dismiss(self, number: int) -> TrialRow:
        """End a trial because a person wants it; after a promotion: let the former decide again.

        Raises:
            As `promote`.
        """
        with self._guard:
            row = self._of(number)
            if row.state == OPEN:
                return self._write(self._closed(row, DISMISSED, BY_PERSON))
            return self._write(self._ended(row, TAKEN_BACK, BY_PERSON))

    def seen(self, number: int) -> TrialRow:
        """Take in that a person knows what was told, and lets an offer go on.

        Raises:
            NotFound: when there is no such trial.
            ServiceFault: when it cannot be written.
        """
        with self._guard:
            row = self._known(number)
            told = replace(
                row,
                is_told=row.is_told or row.state != OPEN,
                offer_is_declined=row.offer_is_declined or self.standing(row).is_offered,
            )
            return row if told == row else self._write(told)

    def _of(self, number: int) -> TrialRow:
        row = self._known(number)
        if not row.is_running:
            raise TrialConflict(
                f"Trial {number} is over: {row.state.replace('_', ' ')}.",
                remedy="See what was tried: tasted trial",
            )
        return row

    def _known(self, number: int) -> TrialRow:
        row = self._loaded().get(number)
        if row is None:
            raise NotFound(f"There is no trial {number}.", remedy="List them: tasted trial")
        return row

    def _promoted(self, row: TrialRow, by: str, taste: str | None) -> TrialRow:
        return replace(self._closed(row, PROMOTED, by), former_version=taste)

    def _closed(self, row: TrialRow, state: str, by: str, *, note: str | None = None) -> TrialRow:
        return replace(
            row,
            state=state,
            decided_by=by,
            decided_at=self._time(),
            decided_seq=self._log.last_seq,
            figures=self._counted(row),
            note=note,
        )

    def _ended(self, row: TrialRow, state: str, by: str, *, note: str | None = None) -> TrialRow:
        return replace(
            row,
            state=state,
            ended_by=by,
            ended_at=self._time(),
            reverse_figures=self._counted(row),
            # it was told that it decides; that it does no longer is news
            is_told=row.is_told and state != TAKEN_BACK,
            note=note or row.note,
        )

    def _write(self, row: TrialRow) -> TrialRow:
        self._check()
        try:
            write_trial(self._folder, row)
        except OSError as error:
            kind = DiskFull if error.errno in {errno.ENOSPC, errno.EDQUOT} else ServiceFault
            raise kind(
                f"Cannot write {self._folder}: {error.strerror}.",
                remedy="Free some space, or check who owns the folder.",
            ) from error
        reach("trials.written")
        self._loaded()[row.number] = row
        if self._count is not None and self._count.number == row.number:
            self._count = self._count if self._count.state == row.state else None
        return row

    def _time(self) -> str:
        return self._now().isoformat(timespec="milliseconds")

    # ---- what follows from a decision -------------------------------------------------------

    def is_carried_out(self, row: TrialRow) -> bool:
        """Return whether the log says what became of a trial, which is the last that follows."""
        with self._guard:
            return self._log.find(trial_event_id(row)) is not None

    def withdraw(self, number: int, note: str) -> TrialRow:
        """Take in that what was decided cannot be: a recipe is no more.

        Args:
            number: of the trial.
            note: why, as a sentence.

        Raises:
            ServiceFault: when it cannot be written.
        """
        with self._guard:
            row = self._known(number)
            state = SETTLED if row.state == TAKEN_BACK else WITHDRAWN
            return self._write(replace(row, state=state, note=note, is_told=False))

    # ---- forgetting -------------------------------------------------------------------------

    def count(self, contents: Collection[str]) -> int:
        """Return how many trials name one of some pictures."""
        return sum(row.without(contents) != row for row in self.rows())

    def erase(self, contents: Collection[str]) -> int:
        """Take pictures out of what was replayed; return of how many trials. Figures stay.

        Raises:
            HomeGone: when the home is another one now.
            OSError: when a trial cannot be written.
        """
        with self._guard:
            changed = [left for row in self.rows() if (left := row.without(contents)) != row]
            for row in changed:
                self._check()
                write_trial(self._folder, row)
            self.reload()
            return len(changed)
