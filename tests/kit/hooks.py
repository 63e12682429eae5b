"""A program of a user: it notes how it was called and what it could read."""

import json
import sys
from pathlib import Path
from typing import Any

_SOURCE = """\
#!{python}
import json, sys, time
with open({calls!r}, "a", encoding="utf-8") as stream:
    stream.write(json.dumps([sys.argv[1:], None if {deaf} else sys.stdin.read()]) + "\\n")
print("x" * {chatter})
time.sleep({sleeps})
raise SystemExit({status})
"""


class NotingProgram:
    """A program in a folder.

    Args:
        folder: for the program and its notes.
        status: its exit status.
        sleeps: how long it takes, in seconds.
        chatter: how many characters it writes.
        deaf: whether it leaves its standard input unread.
    """

    def __init__(
        self,
        folder: Path,
        *,
        status: int = 0,
        sleeps: float = 0,
        chatter: int = 0,
        deaf: bool = False,
    ) -> None:
        folder.mkdir(exist_ok=True)
        self.file = folder / "program"
        self._calls = folder / "calls"
        self.file.write_text(
            _SOURCE.format(
                python=sys.executable,
                calls=str(self._calls),
                status=status,
                sleeps=sleeps,
                chatter=chatter,
                deaf=deaf,
            ),
            encoding="utf-8",
        )
        self.file.chmod(0o700)

    @property
    def path(self) -> str:
        """Its path."""
        return str(self.file)

    def calls(self) -> list[tuple[list[str], Any]]:
        """Return arguments and message of every call so far."""
        text = self._calls.read_text(encoding="utf-8") if self._calls.exists() else ""
        calls = [json.loads(line) for line in text.splitlines()]
        return [(given, None if said is None else json.loads(said)) for given, said in calls]
