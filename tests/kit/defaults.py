"""A `defaults` and a `killall` on PATH that know of one key: where screenshots are saved.

The answer about a key that is not set is a recorded one; the rest is ours.
"""

import sys
from dataclasses import dataclass
from pathlib import Path

_DEFAULTS = """\
#!{python} -IS
import json, pathlib, sys
folder = pathlib.Path({folder!r})
value, fails = folder / "location", folder / "fails"
with open(folder / "asked", "a") as asked:
    asked.write(json.dumps(sys.argv[1:]) + "\\n")
verb, domain, key, *rest = sys.argv[1:]
assert (domain, key) == ("com.apple.screencapture", "location"), sys.argv
if fails.exists() and fails.read_text() == verb:
    sys.exit("Could not write domain com.apple.screencapture; exiting")
if verb in ("read", "delete") and not value.exists():
    sys.exit("The domain/default pair of (com.apple.screencapture, location) does not exist")
if verb == "read":
    print(value.read_text())
elif verb == "delete":
    value.unlink()
else:
    kind, text = rest
    assert kind == "-string"
    value.write_text(text)
"""
_KILLALL = "#!/bin/sh\nexit 0\n"


@dataclass(frozen=True)
class FakeDefaults:
    """The user's choice, as the fake program keeps it.

    Args:
        bin: the folder to put the programs into.
        folder: where the choice is kept.
    """

    bin: Path
    folder: Path

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        script = _DEFAULTS.format(python=sys.executable, folder=str(self.folder))
        for name, text in (("defaults", script), ("killall", _KILLALL)):
            file = self.bin / name
            file.write_text(text, "utf-8")
            file.chmod(0o755)

    @property
    def location(self) -> str | None:
        """Where screenshots are saved."""
        file = self.folder / "location"
        return file.read_text("utf-8") if file.exists() else None

    def choose(self, location: str | None) -> None:
        """Choose a place as the user does in the system's own dialog."""
        file = self.folder / "location"
        file.unlink(missing_ok=True)
        if location is not None:
            file.write_text(location, "utf-8")

    def fail(self, verb: str) -> None:
        """Fail at a verb from now on."""
        (self.folder / "fails").write_text(verb, "utf-8")
