"""What needs work, in the order in which it is served. Pure but for its lock.

What shall be forgotten comes before all, for it needs nothing that may hold the rest. References
come next, so that nothing is scored before they are learnt; then what a person waits for; then new
files, newest first; then profiles that have no document of their photos, which are there only when
those are done; then the backlog, newest first; then failures; then re-scores, a profile before the
files, for it waits until its own photos were scored again.

The backlog is what lay there when the daemon began, and what arrived in greater numbers than a
person waits for: of more than `NEW_MAX` new files the oldest become backlog, and stay it.
The scout replaces the whole content after each look, for it is derived from the disk; what the
scorer has in hand is left out until it is done.
"""

import threading
from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum

from tasted.daemon.forget_order import Order
from tasted.inbox.reconcile import Reason, Task

RESCORES_PER_FILE = 16
"""What is scored again from what is known takes about this part of the time of a new file."""

NEW_MAX = 50
"""How many new files may wait for what a person looks for; with more it is a delivery."""


class Turn(IntEnum):
    """The order in which kinds of work are served."""

    REFERENCE = 0
    LABELS = 1
    ASKED = 2
    NEW = 3
    PROFILE = 4
    BACKLOG = 5
    RETRY = 6
    PROFILE_AGAIN = 7
    RESCORE = 8


BULK = frozenset({Turn.BACKLOG, Turn.RETRY, Turn.PROFILE_AGAIN, Turn.RESCORE})
"""What nobody waits for: it is done with what the machine has left."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Files that a command waits for."""

    request_id: str
    paths: tuple[str, ...]
    """Relative to the inbox when `inside`, else absolute."""
    inside: bool


@dataclass(frozen=True, slots=True)
class Rebuild:
    """A command wants the library made anew."""

    request_id: str


@dataclass(frozen=True, slots=True)
class Forget:
    """Pictures that a command wants forgotten."""

    request_id: str
    order: Order


@dataclass(frozen=True, slots=True)
class Batch:
    """Files, or profiles, of one turn, to be done together."""

    turn: Turn
    tasks: tuple[Task, ...]


@dataclass(frozen=True, slots=True)
class LabelsUpdate:
    """Which references are present; the engine drops the others and publishes what is current."""

    paths: tuple[str, ...]
    labels_digest: str
    acting_digest: str


Work = Batch | LabelsUpdate | Asked | Rebuild | Forget


class WorkQueue:
    """Thread-safe; one thread replaces, one takes."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._turns: dict[Turn, list[Task]] = {}
        self._labels: LabelsUpdate | None = None
        self._asked: list[Asked | Rebuild | Forget] = []
        self._in_hand: frozenset[str] = frozenset()
        self._is_busy = False
        self._is_backlog_held = False
        self._backlog_until = 0
        self._closed = False

    def replace(
        self, tasks: Iterable[Task], *, labels: LabelsUpdate | None, arrivals: dict[str, int]
    ) -> None:
        """Replace what waits.

        Args:
            tasks: everything that needs work; what is in hand is left out, for the look that made
                this list saw it undone. A look after `done` brings it back if it still needs work.
            labels: set when the engine must be told which references are present.
            arrivals: a growing number for each path that arrived since the daemon began; paths
                without one were there before and are backlog.
        """
        waiting = sorted(tasks, key=lambda task: _oldest_first(task, arrivals))
        self._backlog_until = backlog_until(waiting, arrivals, former=self._backlog_until)
        turns: dict[Turn, list[Task]] = {}
        for task in waiting:
            turns.setdefault(_turn_of(task, arrivals, self._backlog_until), []).append(task)
        with self._changed:
            self._turns = {
                turn: [task for task in waiting if task.file.path not in self._in_hand]
                for turn, waiting in turns.items()
            }
            self._labels = labels
            self._changed.notify_all()

    def ask(self, asked: Asked | Rebuild | Forget) -> None:
        """Add what a command waits for."""
        with self._changed:
            self._asked.append(asked)
            self._changed.notify_all()

    def take(self, limit: int, *, timeout: float | None) -> Work | None:
        """Wait for work and take it in hand; `done` must be called when it is done.

        Args:
            limit: the largest batch of new files; new scores come in larger ones.
            timeout: seconds to wait; None waits for ever.

        Returns:
            None when the time passed or the queue was closed.
        """
        with self._changed:
            self._changed.wait_for(lambda: self._closed or self._has_work(), timeout)
            work = None if self._closed else self._next(limit)
            self._is_busy = work is not None
            return work

    def hold_backlog(self, *, is_held: bool) -> None:
        """Let the backlog wait, or let it go on; everything else is served as ever."""
        with self._changed:
            self._is_backlog_held = is_held
            self._changed.notify_all()

    @property
    def has_work(self) -> bool:
        """Whether anything waits that would be served."""
        with self._changed:
            return self._has_work()

    def _has_work(self) -> bool:
        return bool(self._labels or self._asked or any(map(self._served, Turn)))

    def _served(self, turn: Turn) -> list[Task]:
        is_held = turn is Turn.BACKLOG and self._is_backlog_held
        return [] if is_held else self._turns.get(turn, [])

    def _next(self, limit: int) -> Work | None:
        forget = next((asked for asked in self._asked if isinstance(asked, Forget)), None)
        if forget is not None:
            self._asked.remove(forget)
            return forget
        for turn in Turn:
            if turn is Turn.LABELS and self._labels is not None:
                labels, self._labels = self._labels, None
                return labels
            if turn is Turn.ASKED and self._asked:
                return self._asked.pop(0)
            waiting = self._served(turn)
            most = limit * RESCORES_PER_FILE if turn is Turn.RESCORE else limit
            taken = tuple(waiting.pop() for _ in range(min(most, len(waiting))))
            if taken:
                self._in_hand |= {task.file.path for task in taken}
                return Batch(turn, taken)
        return None

    def done(self) -> None:
        """Let go of what was in hand."""
        with self._changed:
            self._in_hand = frozenset()
            self._is_busy = False

    @property
    def is_busy(self) -> bool:
        """Whether work of any kind was taken and is not done."""
        with self._changed:
            return self._is_busy

    @property
    def in_hand(self) -> frozenset[str]:
        """The paths that the scorer is working on."""
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
        """Wake whoever waits, for good."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()


def backlog_until(tasks: Iterable[Task], arrivals: dict[str, int], *, former: int) -> int:
    """Return the number of the last arrival that counts as backlog; 0 when none does. Pure.

    It never falls while files are known, or the rest of a delivery would be new again as soon as
    its newest files are done.

    Args:
        tasks: all that waits.
        arrivals: a growing number for each path that arrived since the daemon began.
        former: what this returned last.
    """
    if arrivals and max(arrivals.values()) < former:
        # all that arrived is gone, and counting began anew
        former = 0
    numbers = [
        arrivals[task.file.path]
        for task in tasks
        if task.reason is Reason.UNSCORED and arrivals.get(task.file.path, 0) > former
    ]
    return sorted(numbers)[-NEW_MAX - 1] if len(numbers) > NEW_MAX else former


def _turn_of(task: Task, arrivals: dict[str, int], backlog_until: int) -> Turn:
    match task.reason:
        case Reason.REFERENCE:
            return Turn.REFERENCE
        case Reason.RETRY:
            return Turn.REFERENCE if task.file.label is not None else Turn.RETRY
        case Reason.STALE:
            return Turn.RESCORE
        case Reason.PROFILE:
            return Turn.PROFILE
        case Reason.PROFILE_AGAIN:
            return Turn.PROFILE_AGAIN
        case Reason.UNSCORED:
            is_new = arrivals.get(task.file.path, 0) > backlog_until
            return Turn.NEW if is_new else Turn.BACKLOG


def _oldest_first(task: Task, arrivals: dict[str, int]) -> tuple[int, int]:
    # the end of the list is taken first: the newest arrival, else the youngest file
    return arrivals.get(task.file.path, 0), task.file.stamp.modified_ns
