"""Label changes that something disturbs at one of their steps, and what an inbox lists then."""

import os
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tasted.errors import ItemError
from tasted.home.layout import Home
from tasted.inbox.change_label import remove_label, set_label
from tasted.inbox.listing import list_inbox
from tasted.inbox.moving import Mover
from tasted.records import Label

KILLED = 137
COMMANDS = ("like", "reject", "undo")


def listed(inbox: Path) -> dict[str, bytes]:
    """Return the bytes of every picture that a look at the inbox lists, by path."""
    return {path: (inbox / path).read_bytes() for path in list_inbox(inbox).files}


def counted(inbox: Path) -> Counter[bytes]:
    """Return how many listed files hold each content."""
    return Counter(listed(inbox).values())


def label_change(home: Home, command: str, picture: Path, mover: Mover | None = None) -> None:
    """Change a label as `tasted like`, `reject` or `undo` does."""
    if command == "undo":
        remove_label(home, picture, mover=mover)
    else:
        set_label(home, picture, Label.LIKED if command == "like" else Label.REJECTED, mover=mover)


@dataclass
class AtStep:
    """Lets something happen at the nth step of a label change; passed to a `Mover` as `reach`."""

    happens: Callable[[], None]
    step: int
    steps: Iterator[int] = field(default_factory=lambda: iter(range(1000)))

    def __call__(self, _name: str) -> None:
        """Pass one step."""
        if next(self.steps) == self.step:
            self.happens()


def killed_label_change(home: Home, command: str, picture: Path, *, step: int) -> bool:
    """Change a label in a process that ends at step n as by SIGKILL; return whether it did."""
    with warnings.catch_warnings():
        # the runner of the tests has threads; the child touches nothing of theirs, and ends soon
        warnings.simplefilter("ignore", DeprecationWarning)
        child = os.fork()
    if child == 0:
        # not one line of ours runs after the step: no handler, no `finally`
        status = 1
        try:
            label_change(home, command, picture, Mover(AtStep(lambda: os._exit(KILLED), step)))
            status = 0
        except ItemError:
            status = 0
        finally:
            os._exit(status)
    _pid, how = os.waitpid(child, 0)
    status = os.waitstatus_to_exitcode(how)
    assert status in {0, KILLED}, status
    return status == KILLED
