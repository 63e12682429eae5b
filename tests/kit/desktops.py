"""Programs that stand for osascript and notify-send: they note how they were called."""

import json
import sys
from pathlib import Path

_SOURCE = """\
#!{python}
import json, pathlib, sys, time
with open({calls!r}, "a", encoding="utf-8") as stream:
    stream.write(json.dumps(sys.argv[1:]) + "\\n")
time.sleep({sleeps})
sys.stderr.write({says!r})
raise SystemExit({status})
"""


class FakeDesktop:
    """A folder for PATH with both programs in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(exist_ok=True)
        self.behave()

    @property
    def path(self) -> str:
        """What PATH is to be, for nothing but these programs to be found."""
        return str(self.folder)

    def behave(self, *, says: str = "", status: int = 0, sleeps: float = 0) -> None:
        """Say on stderr, end and hang like this from now on."""
        source = _SOURCE.format(
            python=sys.executable,
            calls=str(self.folder / "calls"),
            says=says,
            status=status,
            sleeps=sleeps,
        )
        for name in ("osascript", "notify-send"):
            made = self.folder / f"{name}.new"
            made.write_text(source, encoding="utf-8")
            made.chmod(0o700)
            # a program that is being run cannot be written to
            made.replace(self.folder / name)

    def calls(self) -> list[list[str]]:
        """Return the arguments of every call so far."""
        file = self.folder / "calls"
        lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
        return [json.loads(line) for line in lines]

    def sentences(self) -> list[str]:
        """Return the texts that notify-send was to show."""
        return [arguments[-1] for arguments in self.calls()]
