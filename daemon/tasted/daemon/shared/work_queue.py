"""What needs work, in the order in which it is served. Pure but for its lock.

Orders to forget come first, for they need nothing that may hold the rest; then what the page asks
of the engine, which takes moments. References come next, so that nothing is scored before they are
learnt; then what a person waits for; then new files, newest first, by their looks; then the texts
in those pictures; then profiles that have no document of their photos, which are there only when
those are done; then the backlog, newest first; then failures; then re-scores, a profile before the
files, for it waits until its own photos were scored again; then the texts of the backlog, all of
which was looked at by then.

The backlog is what lay there when the daemon began, and what arrived in greater numbers than a
person waits for: of more than `NEW_MAX` new files the oldest become backlog, and stay it.
The scanner replaces the whole content after every scan, for it is derived from the disk; what the
worker is doing is left out until it is done.
"""

import sys
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from dataclasses import field
from typing import Any

from tasted.daemon.shared.engine_lane import AnswerT, EngineCall, EngineLane
from tasted.daemon.shared.forget_order import Order
from tasted.daemon.shared.transfer_order import Transfer
from tasted.daemon.shared.turns import OF_BACKLOG, Turn, backlog_until, oldest_first, turn_of
from tasted.inbox.reconcile import Task
from tasted.plain_dataclass import dataclass
from tasted.rpc.messages import EngineAnswer, EngineRequest

RESCORES_PER_FILE = 16
"""What is scored again from what is known takes about this part of the time of a new file."""

TEXTS_TOGETHER = 2
"""Each takes as long as several pictures take to be looked at, and a new file waits for a batch."""
BATCH_BYTES_MAX = 128_000_000
"""Of the files of a batch together, beyond its first: the engine holds what it reads."""


FLOWING = frozenset({Turn.NEW, Turn.BACKLOG})
"""What is looked at file by file: a batch goes on with what has arrived meanwhile."""
_READ = frozenset({Turn.NEW_TEXT, Turn.BACKLOG_TEXT, Turn.RETRY})
"""Of what may be read for its text in the same turn few are taken together."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Files that a command waits for."""

    request_id: str
    paths: tuple[str, ...]
    """Relative to the inbox when `inside`, else absolute."""
    inside: bool
    deliver: Callable[[dict[str, Any]], None] | None = None
    """Handed the answer, by the worker's thread; None: it is left in the requests of the home."""


@dataclass(frozen=True, slots=True)
class Rebuild:
    """A command wants the library rebuilt."""

    request_id: str


@dataclass(frozen=True, slots=True)
class Forget:
    """Pictures that a command wants erased."""

    request_id: str
    order: Order


@dataclass(frozen=True, slots=True)
class Batch:
    """Files, or profiles, of one turn, to be done together."""

    turn: Turn
    tasks: tuple[Task, ...]


@dataclass(frozen=True, slots=True)
class PresentLabels:
    """Which references are present; the engine drops the others and publishes what is current."""

    paths: tuple[str, ...]
    labels_digest: str
    config_digest: str
    texts: frozenset[str] = frozenset()
    """Folders that have a text, which speaks for one person."""
    marked: frozenset[str] = frozenset()
    """Folders that the user says are not of one person."""
    unlike: frozenset[frozenset[str]] = frozenset()
    """Photos of one folder that the engine found unlike, see `inbox.people`."""
    upto_seq: int | None = field(default=None, compare=False)
    """The last event of the feedback log whose answers they show. It is not compared."""


@dataclass(frozen=True, slots=True)
class ModelStep:
    """The model is being changed: one small step, between other work."""


@dataclass(frozen=True, slots=True)
class Foreseen:
    """A picture is settling: the engine may start meanwhile. It is served when nothing else is."""


Wanted = Asked | Rebuild | Forget | Transfer
"""What a command waits for."""
Work = Batch | PresentLabels | Wanted | ModelStep
Taken = Work | Foreseen | EngineCall[EngineAnswer]


class WorkQueue:
    """Thread-safe; one thread replaces, one takes, and any may ask the engine.

    Args:
        wake: ends a pause of the one that takes; called when something is asked of the engine.
    """

    def __init__(self, wake: Callable[[], None] = lambda: None) -> None:
        self._changed = threading.Condition()
        self.calls = EngineLane(self._changed, wake)
        self._turns: dict[Turn, list[Task]] = {}
        self._labels: PresentLabels | None = None
        self._asked: list[Wanted] = []
        self._in_hand: frozenset[str] = frozenset()
        self._turn_in_hand: Turn | None = None
        self._is_foreseen = False
        self._is_busy = False
        self._is_look_due = False
        self._is_backlog_held = False
        self._is_step_wanted = False
        self._was_step = False
        """Whether the last work was a step: the backlog takes turns with them."""
        self._backlog_until = 0
        self._closed = False

    def replace(
        self,
        tasks: Iterable[Task],
        *,
        labels: PresentLabels | None,
        arrivals: dict[str, int],
        is_due: Callable[[Task], bool] = lambda _task: True,
    ) -> None:
        """Replace what waits.

        Args:
            tasks: everything that needs work; what is in hand is left out, for the scan that made
                this list saw it undone. A scan after `done` brings it back if it still needs work.
            labels: set when the engine must learn which references are present.
            arrivals: a growing number for each path that arrived since the daemon began; paths
                without one were there before and are backlog.
            is_due: returns whether a task that is not in hand is still as the scan saw it: it may
                have been done since then. Quick; takes no lock under which the queue is asked.
        """
        waiting = sorted(tasks, key=lambda task: oldest_first(task, arrivals))
        self._backlog_until = backlog_until(waiting, arrivals, former=self._backlog_until)
        turns: dict[Turn, list[Task]] = {}
        for task in waiting:
            turns.setdefault(turn_of(task, arrivals, self._backlog_until), []).append(task)
        with self._changed:
            self._turns = {
                turn: [
                    task for task in waiting if task.file.path not in self._in_hand and is_due(task)
                ]
                for turn, waiting in turns.items()
            }
            self._labels = labels
            self._changed.notify_all()

    def ask(self, asked: Wanted) -> None:
        """Add what a command waits for."""
        with self._changed:
            self._asked.append(asked)
            self._changed.notify_all()

    def ask_engine(self, request: EngineRequest[AnswerT]) -> Future[AnswerT]:
        """Have the engine asked as soon as it has a moment, whatever else waits; any thread.

        Returns:
            Its answer, or the `ServiceFault` that says why there is none: also when pictures were
            forgotten before it came, for it might show them. Callbacks run on the thread that asks
            the engine, and must be quick.
        """
        return self.calls.ask(request)

    @property
    def is_to_forget(self) -> bool:
        """Whether pictures are to be forgotten as soon as the worker gets to it."""
        with self._changed:
            return any(
                isinstance(asked, Forget) and not asked.order.is_dry for asked in self._asked
            )

    def want_model_step(self, *, is_wanted: bool) -> None:
        """Say whether there is something to do for a change of the model."""
        with self._changed:
            self._is_step_wanted = is_wanted
            self._changed.notify_all()

    @property
    def is_step_wanted(self) -> bool:
        """Whether a step of a change of the model waits; it waits for power as the backlog does."""
        with self._changed:
            return self._is_step_wanted

    def foresee(self) -> None:
        """Take in that a picture has arrived that will be work when it is settled."""
        with self._changed:
            self._is_foreseen = True
            self._changed.notify_all()

    def take(self, limit: int, *, timeout: float | None) -> Taken | None:
        """Wait for work and take it in hand; `done` must be called when it is done.

        Args:
            limit: the largest batch of new files; new scores come in larger ones.
            timeout: seconds to wait; None waits forever.

        Returns:
            None when the time passed or the queue was closed.
        """
        with self._changed:
            self._changed.wait_for(
                lambda: self._closed or self.has_work or self._is_foreseen or self.calls.is_waiting,
                timeout,
            )
            work: Taken | None = None if self._closed else self._next(limit)
            if isinstance(work, EngineCall):
                # no work: whoever waits until nothing is left to do need not wait for this
                return work
            if work is None and self._is_foreseen and not self._closed:
                work = Foreseen()
            # whatever is served starts the engine
            self._is_foreseen = False
            self._is_busy = work is not None
            return work

    def take_more(self, most: int) -> tuple[Task, ...]:
        """Take more files of the turn that is in hand, unless something else comes before them.

        Args:
            most: how many at most.

        Returns:
            None of them where the turn is not one in which every file is answered by itself.
        """
        with self._changed:
            turn = self._turn_in_hand
            comes_first = self._is_overtaken() or self.calls.is_waiting or self._is_look_due
            if turn not in FLOWING or self._closed or comes_first:
                return ()
            if self._is_step_now(turn, was_step=False):
                return ()
            batch = self._taken_of(turn, most)
            return batch.tasks if batch is not None else ()

    def hold_backlog(self, *, is_held: bool) -> None:
        """Hold or release the backlog; everything else is served as before."""
        with self._changed:
            self._is_backlog_held = is_held
            self._changed.notify_all()

    @property
    def has_work(self) -> bool:
        """Whether anything waits that would be served."""
        with self._changed:
            return self._has_work()

    def _has_work(self) -> bool:
        return bool(self._labels or self._asked or self._has_step or any(map(self._served, Turn)))

    @property
    def _has_step(self) -> bool:
        return self._is_step_wanted and not self._is_backlog_held

    def _served(self, turn: Turn) -> list[Task]:
        is_held = turn in OF_BACKLOG and self._is_backlog_held
        return [] if is_held else self._turns.get(turn, [])

    def _next(self, limit: int) -> Work | EngineCall[EngineAnswer] | None:
        forget = next((asked for asked in self._asked if isinstance(asked, Forget)), None)
        if forget is not None:
            self._asked.remove(forget)
            return forget
        if (call := self.calls.take()) is not None:
            return call
        was_step, self._was_step = self._was_step, False
        for turn in Turn:
            if self._is_step_now(turn, was_step=was_step):
                self._was_step, self._is_step_wanted = True, False
                return ModelStep()
            if turn is Turn.LABELS and self._labels is not None:
                labels, self._labels = self._labels, None
                return labels
            if turn is Turn.ASKED and self._asked:
                return self._asked.pop(0)
            if (taken := self._taken_of(turn, limit)) is not None:
                return taken
        return None

    def _taken_of(self, turn: Turn, limit: int) -> Batch | None:
        waiting = self._served(turn)
        if turn is Turn.RESCORE:
            # no file is read for it
            taken = _taken(waiting, limit * RESCORES_PER_FILE, bytes_max=sys.maxsize)
        else:
            most = min(limit, TEXTS_TOGETHER) if turn in _READ else limit
            taken = _taken(waiting, most, bytes_max=BATCH_BYTES_MAX)
        if not taken:
            return None
        self._in_hand |= {task.file.path for task in taken}
        self._turn_in_hand = turn
        return Batch(turn, taken)

    def _is_step_now(self, turn: Turn, *, was_step: bool) -> bool:
        """Tell whether a step comes before a turn: the backlog and re-scores take turns with it."""
        if not self._has_step:
            return False
        return turn is Turn.BACKLOG_TEXT or (turn is Turn.BACKLOG and not was_step)

    def look_after(self) -> None:
        """Have a scan follow what is in hand: an earlier one would leave out what is left of it."""
        with self._changed:
            self._is_look_due = True

    def done_with(self, path: str) -> None:
        """Let go of one file of the batch that is in hand: it is done, and may change again."""
        with self._changed:
            self._in_hand -= {path}

    def done(self) -> bool:
        """Let go of what was in hand; tell whether a scan is to follow at once."""
        with self._changed:
            is_look_due, self._is_look_due = self._is_look_due, False
            self._in_hand = frozenset()
            self._turn_in_hand = None
            self._is_busy = False
            return is_look_due

    @property
    def is_busy(self) -> bool:
        """Whether work of any kind was taken and is not done."""
        with self._changed:
            return self._is_busy

    @property
    def is_overtaken(self) -> bool:
        """Whether something waits that is served before the batch that is in hand."""
        with self._changed:
            return self._is_overtaken()

    def _is_overtaken(self) -> bool:
        turn = self._turn_in_hand
        if turn is None:
            return False
        is_asked = self._asked and turn > Turn.ASKED
        is_to_learn = self._labels is not None and turn > Turn.LABELS
        is_later = any(self._served(earlier) for earlier in Turn if earlier < turn)
        is_to_forget = any(isinstance(asked, Forget) for asked in self._asked)
        return bool(is_asked or is_to_learn or is_to_forget or is_later)

    @property
    def in_hand(self) -> frozenset[str]:
        """The paths that the worker is working on."""
        with self._changed:
            return self._in_hand

    def counts(self) -> dict[Turn, int]:
        """Return how much waits for each turn, what is in hand not counted."""
        with self._changed:
            counts = {turn: len(self._turns.get(turn, [])) for turn in Turn}
            counts[Turn.LABELS] = int(self._labels is not None)
            counts[Turn.ASKED] = len(self._asked)
            return counts

    def close(self) -> None:
        """Wake whoever waits, and serve nothing more."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        self.calls.close()


def _taken(waiting: list[Task], most: int, *, bytes_max: int) -> tuple[Task, ...]:
    """Take from the end of a list: at least one task, and no more than fit."""
    taken: list[Task] = []
    left = bytes_max
    while waiting and len(taken) < most:
        left -= waiting[-1].file.stamp.size_bytes
        if taken and left < 0:
            break
        taken.append(waiting.pop())
    return tuple(taken)
