"""Where macOS saves its screenshots: into the inbox, and back to where it was before.

Runs `defaults` and `killall`; keeps the old place in `.tasted/capture.json`. Not run on a Mac.
"""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tasted.errors import ServiceFailed
from tasted.files import private_folder, read_regular_file, write_atomically
from tasted.home import Home
from tasted.service.programs import Outcome, Run, find_program, run_program

_DEFAULTS = "/usr/bin/defaults"
_KILLALL = "/usr/bin/killall"
_KEY = ("com.apple.screencapture", "location")
_UNSET = 1
_VERSION = 1
_BYTES_MAX = 100_000


@dataclass(frozen=True, slots=True)
class Kept:
    """What was so before the inbox became the place.

    Attributes:
        before: the place as `defaults` said it; None when none was set, which means the Desktop.
        inbox: what was set instead.
    """

    before: str | None
    inbox: str


class Capture:
    """The place of screenshots, as macOS has it for this user.

    Args:
        file: where the old place is kept.
        defaults: the program, as an absolute path.
        killall: the program, as an absolute path.
        run: runs a program to its end.
    """

    def __init__(self, file: Path, *, defaults: str, killall: str, run: Run = run_program) -> None:
        self._file = file
        self._defaults = defaults
        self._killall = killall
        self._run = run

    @classmethod
    def of(cls, home: Home, environment: Mapping[str, str]) -> "Capture":
        """Return the place as the programs of this system tell it."""
        searched = environment.get("PATH", os.defpath)
        return cls(
            home.capture_file,
            defaults=find_program(searched, _DEFAULTS),
            killall=find_program(searched, _KILLALL),
        )

    def location(self) -> str | None:
        """Return where screenshots are saved; None when nothing is set: on the Desktop.

        Raises:
            ServiceFailed: when `defaults` does not answer.
        """
        outcome = self._run((self._defaults, "read", *_KEY))
        if outcome.status == _UNSET:
            return None
        if outcome.status != 0:
            raise _failed("say where screenshots are saved", outcome)
        return outcome.output.removesuffix("\n")

    def kept(self) -> Kept | None:
        """Return what is kept of the place before; None when nothing is.

        Raises:
            ServiceFailed: when the file cannot be understood.
        """
        try:
            data, _stamp = read_regular_file(self._file, max_bytes=_BYTES_MAX)
            value = json.loads(data)
            before, inbox, version = value["before"], value["inbox"], value["version"]
        except FileNotFoundError:
            return None
        except (OSError, ValueError, RecursionError, KeyError, TypeError) as error:
            raise self._not_understood(str(error)) from error
        if version != _VERSION or not isinstance(before, str | None):
            raise self._not_understood("it is of another version")
        return Kept(before, str(inbox))

    def point_at(self, inbox: Path) -> None:
        """Let screenshots be saved in the inbox, and keep where they were saved before.

        Raises:
            ServiceFailed: when macOS does not take it.
            OSError: when the old place cannot be kept; nothing is changed then.
        """
        before = self.location()
        if before == str(inbox):
            return
        # kept first: whoever is interrupted here can still go back
        self._keep(Kept(before, str(inbox)))
        # -string: whatever the path looks like, it is no property list
        self._ask("save screenshots there", "write", *_KEY, "-string", str(inbox))
        if self.location() != str(inbox):
            raise _failed("save screenshots there", Outcome(0, "it still names another place"))
        self._tell()

    def restore(self) -> Kept | None:
        """Let screenshots be saved where they were before; return what was done.

        None when there is nothing to undo, or somebody has chosen another place since: theirs
        stays.

        Raises:
            ServiceFailed: when macOS does not take it, or the old place is not known.
            OSError: when what was kept cannot be removed.
        """
        kept = self.kept()
        if kept is None:
            return None
        is_ours = self.location() == kept.inbox
        if is_ours and kept.before is None:
            self._ask("save screenshots on the Desktop again", "delete", *_KEY)
        elif is_ours:
            self._ask("save them there again", "write", *_KEY, "-string", str(kept.before))
        if is_ours:
            self._tell()
        self._file.unlink()
        return kept if is_ours else None

    def _not_understood(self, why: str) -> ServiceFailed:
        return ServiceFailed(
            f"{self._file} cannot be understood, so the old place is not known: {why}",
            remedy="Choose a place with Cmd-Shift-5 > Options, and delete the file.",
        )

    def _keep(self, kept: Kept) -> None:
        value = {"version": _VERSION, "before": kept.before, "inbox": kept.inbox}
        private_folder(self._file.parent)
        write_atomically(self._file, f"{json.dumps(value, indent=2)}\n".encode("ascii"))

    def _ask(self, what: str, *words: str) -> None:
        outcome = self._run((self._defaults, *words))
        if outcome.status != 0:
            raise _failed(what, outcome)

    def _tell(self) -> None:
        # older versions of macOS look only when this process begins; newer ones have none
        self._run((self._killall, "SystemUIServer"))


def _failed(what: str, outcome: Outcome) -> ServiceFailed:
    return ServiceFailed(
        f"`defaults` did not {what}: {outcome.words}",
        remedy="Choose the place by hand: press Cmd-Shift-5, then Options > Other Location.",
    )
