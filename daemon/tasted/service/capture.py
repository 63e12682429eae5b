"""Where macOS saves its screenshots: switches that to the inbox, and back to where it was before.

Runs `defaults` and `killall`; remembers the old folder in `.tasted/capture.json`. Never run on a
Mac yet.
"""

import json
import os
from collections.abc import Mapping
from pathlib import Path

from tasted.errors import ServiceFailed
from tasted.home.layout import Home
from tasted.plain_dataclass import dataclass
from tasted.service.managers.programs import ProgramResult, Run, find_program, run_program
from tasted.system.files import private_folder, read_regular_file, write_atomically

_DEFAULTS = "/usr/bin/defaults"
_KILLALL = "/usr/bin/killall"
_KEY = ("com.apple.screencapture", "location")
_UNSET = 1
_VERSION = 1
_BYTES_MAX = 100_000


@dataclass(frozen=True, slots=True)
class SavedLocation:
    """Where screenshots were saved before, and where they are saved instead.

    Attributes:
        before: the folder as `defaults` said it; None if none was set, which means the Desktop.
        inbox: what was set instead.
    """

    before: str | None
    inbox: str


class Capture:
    """The folder in which macOS saves the screenshots of this user.

    Args:
        file: where the old folder is remembered.
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
        """Return it for this system's own programs."""
        searched = environment.get("PATH", os.defpath)
        return cls(
            home.capture_file,
            defaults=find_program(searched, _DEFAULTS),
            killall=find_program(searched, _KILLALL),
        )

    def location(self) -> str | None:
        """Return where screenshots are saved; None if nothing is set, which means the Desktop.

        Raises:
            ServiceFailed: when `defaults` does not answer.
        """
        outcome = self._run((self._defaults, "read", *_KEY))
        if outcome.status == _UNSET:
            return None
        if outcome.status != 0:
            raise _failed("say where screenshots are saved", outcome)
        return outcome.output.removesuffix("\n")

    def kept(self) -> SavedLocation | None:
        """Return the remembered folders; None if there are none.

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
            raise self._not_understood("it was written by another version of tasted")
        return SavedLocation(before, str(inbox))

    def point_at(self, inbox: Path) -> None:
        """Save screenshots in the inbox from now on, and remember where they were saved before.

        Raises:
            ServiceFailed: when macOS does not accept it.
            OSError: when the old folder cannot be remembered; nothing is changed then.
        """
        before = self.location()
        if before == str(inbox):
            return
        # remembered first: after an interruption here the old folder is still known
        self._keep(SavedLocation(before, str(inbox)))
        # -string: the path is never taken for a property list
        self._ask("save screenshots there", "write", *_KEY, "-string", str(inbox))
        if self.location() != str(inbox):
            raise _failed(
                "save screenshots there", ProgramResult(0, "it still names another folder")
            )
        self._tell()

    def restore(self) -> SavedLocation | None:
        """Save screenshots where they were saved before; return what was undone.

        None if there is nothing to undo, or if the user has chosen another folder in the meantime:
        that one stays.

        Raises:
            ServiceFailed: when macOS does not accept it, or the old folder is not known.
            OSError: when the file cannot be removed.
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
            f"{self._file} cannot be read, so the old folder is not known: {why}",
            remedy="Choose a folder with Cmd-Shift-5 > Options, then delete the file.",
        )

    def _keep(self, kept: SavedLocation) -> None:
        value = {"version": _VERSION, "before": kept.before, "inbox": kept.inbox}
        private_folder(self._file.parent)
        write_atomically(self._file, f"{json.dumps(value, indent=2)}\n".encode("ascii"))

    def _ask(self, what: str, *words: str) -> None:
        outcome = self._run((self._defaults, *words))
        if outcome.status != 0:
            raise _failed(what, outcome)

    def _tell(self) -> None:
        # older versions of macOS read the setting when this process starts; newer ones have none
        self._run((self._killall, "SystemUIServer"))


def _failed(what: str, outcome: ProgramResult) -> ServiceFailed:
    return ServiceFailed(
        f"`defaults` did not {what}: {outcome.words}",
        remedy="Choose the folder by hand: press Cmd-Shift-5, then Options > Other Location.",
    )
