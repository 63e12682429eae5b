"""In which order kinds of work are served, and which turn a task has. Pure."""

from collections.abc import Iterable
from enum import IntEnum

from tasted.inbox.reconcile import Reason, Task

NEW_MAX = 50
"""How many new files count as dropped one by one; more of them are a delivery."""


class Turn(IntEnum):
    """The order in which kinds of work are served."""

    REFERENCE = 0
    LABELS = 1
    ASKED = 2
    NEW = 3
    NEW_TEXT = 4
    PROFILE = 5
    BACKLOG = 6
    RETRY = 7
    PROFILE_AGAIN = 8
    RESCORE = 9
    BACKLOG_TEXT = 10


BULK = frozenset({Turn.BACKLOG, Turn.RETRY, Turn.PROFILE_AGAIN, Turn.RESCORE, Turn.BACKLOG_TEXT})
"""What nobody waits for: it is done with what the machine has left."""
OF_BACKLOG = frozenset({Turn.BACKLOG, Turn.BACKLOG_TEXT})
"""What waits while the machine saves power."""


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
        # all that arrived is gone, and counting started again
        former = 0
    numbers = [
        arrivals[task.file.path]
        for task in tasks
        if task.reason is Reason.UNSCORED and arrivals.get(task.file.path, 0) > former
    ]
    return sorted(numbers)[-NEW_MAX - 1] if len(numbers) > NEW_MAX else former


def turn_of(task: Task, arrivals: dict[str, int], backlog_until: int) -> Turn:
    """Return when a task is served, by why it is due and when it arrived."""
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
            return Turn.NEW if _is_new(task, arrivals, backlog_until) else Turn.BACKLOG
        case Reason.TEXT:
            is_new = _is_new(task, arrivals, backlog_until)
            return Turn.NEW_TEXT if is_new else Turn.BACKLOG_TEXT


def _is_new(task: Task, arrivals: dict[str, int], backlog_until: int) -> bool:
    return arrivals.get(task.file.path, 0) > backlog_until


def oldest_first(task: Task, arrivals: dict[str, int]) -> tuple[int, int]:
    """Return a key that sorts the task to be taken first to the end."""
    # the end of the list is taken first: the newest arrival, else the youngest file
    return arrivals.get(task.file.path, 0), task.file.stamp.modified_ns
