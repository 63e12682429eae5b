"""What every command is handed: the home, the settings, and how to print. Touches stdout, stderr.

With `--json`, stdout has only the answer and stderr only errors, one JSON object per line. Without,
the answer goes to stdout and everything else to stderr, in words.
"""

import json
import sys
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tasted.cli.terminal import say_on_stderr, stdout_columns, wants_colour
from tasted.errors import TastedError, UsageError
from tasted.home.layout import FoundHome, Home, find_home
from tasted.plain_dataclass import dataclass

if TYPE_CHECKING:
    from tasted.config import Settings


def _asker() -> Callable[[str], bool] | None:
    """Return what asks the person at the terminal; None without a terminal."""
    if sys.stdin is None or not sys.stdin.isatty():
        return None
    return lambda question: click.confirm(question, default=False, err=True)


@dataclass(slots=True)
class Context:
    """The collaborators of a command.

    Attributes:
        environment: the process environment, passed in once.
        working_folder: where the command was called.
        named_home: the value of `--home`.
        json: whether `--json` was given.
        system: `sys.platform`; tests of the login item name another.
        ask: asks a person, and returns whether the answer is yes; None where nobody can answer.
        columns: the width of the terminal that stdout is; None when it is a pipe or a file.
        temporary: folders that are emptied now and then; None: those of the system. Tests pass
            none, because a checkout may be in one.
    """

    environment: Mapping[str, str]
    working_folder: Path
    named_home: Path | None = None
    json: bool = False
    system: str = sys.platform
    ask: Callable[[str], bool] | None = field(default_factory=_asker)
    columns: int | None = field(default_factory=stdout_columns)
    temporary: tuple[Path, ...] | None = None
    _found: FoundHome | None = field(default=None, repr=False)

    def found(self, *, near: Path | None = None) -> FoundHome:
        """Return the home and why it is this one; `near` is a file that the command names.

        Raises:
            HomeInvalid: when there is none.
        """
        if self._found is None:
            from tasted.system.plain_structlog import drop_until_set_up  # noqa: PLC0415 - 0.1 s

            drop_until_set_up()
            self._found = find_home(
                self.named_home, self.environment, self.working_folder, near=near
            )
        return self._found

    def output_path(self, path: Path) -> Path:
        """Return where a file or folder is to be made that was named on the command line.

        Raises:
            UsageError: when it is relative to a working folder that was removed: making it would
                create that folder again.
        """
        if not path.is_absolute() and not self.working_folder.is_dir():
            raise UsageError(
                f"The working folder {self.working_folder} was removed.",
                remedy="Change to another folder, or give the full path.",
            )
        return self.working_folder / path

    def home(self, *, near: Path | None = None) -> Home:
        """Return the home. Raises HomeInvalid as `found` does."""
        return self.found(near=near).home

    def settings(self) -> "Settings":
        """Load the settings of the home.

        Raises:
            ConfigError: when a value is unknown, misspelt or out of range.
        """
        from tasted.config import load_settings  # noqa: PLC0415 - pydantic takes 0.2 s to import

        return load_settings(self.home(), environment=self.environment).settings

    @property
    def has_colour(self) -> bool:
        """Whether stdout is a terminal that may be sent colours."""
        return self.columns is not None and wants_colour(self.environment)

    def start_logs(self, *, terminal: bool = False) -> None:
        """Send logs to the home's log file, and with `terminal` also to stderr if it is one.

        Raises:
            ConfigError: as `settings` does.
            HomeInvalid: when a folder of the home cannot be made.
        """
        from tasted.system.logs import set_up_logs, terminal_or_none  # noqa: PLC0415 - 0.1 s

        chosen = self.settings().log
        # names a file that is where a folder should be
        self.home().make_folders()
        set_up_logs(
            self.home().logs / "tasted.log",
            level=chosen.level,
            max_bytes=int(chosen.max_mb * 1_000_000),
            keep=chosen.keep,
            terminal=terminal_or_none() if terminal else None,
        )

    def say(self, text: str) -> None:
        """Print a remark for a person on stderr; with `--json` nothing."""
        if not self.json:
            say_on_stderr(text)

    def show_error(self, error: TastedError, *, file: str | None = None) -> None:
        """Print an error on stderr: what happened and what to do; with `--json` as an object.

        Args:
            error: of the command, or of one of its files.
            file: which file, as it was typed; None for the command as a whole.
        """
        if self.json:
            report = {"code": error.code, "message": error.message, "remedy": error.remedy}
            value = {"error": report} if file is None else {"file": file, "error": report}
            # ASCII as in `answer`
            say_on_stderr(json.dumps(value))
            return
        for line in error.message.splitlines():
            say_on_stderr(f"tasted: {printable(line)}")
        if error.remedy:
            say_on_stderr(f"  → {printable(error.remedy)}")

    def show(self, text: str) -> None:
        """Print an answer for a person on stdout; with `--json` nothing."""
        if not self.json:
            click.echo(text)

    def answer(self, value: Mapping[str, Any]) -> None:
        """Print one JSON object on a line of stdout, if `--json` was given."""
        if self.json:
            # ASCII holds every file name, also those that no encoding of stdout can
            click.echo(json.dumps(value))


def printable(text: str) -> str:
    """Return text that cannot control a terminal: control and bidi characters are escaped.

    File names and texts of screenshots come from others. Spaces of every width are kept: macOS puts
    U+202F before AM and PM.
    """
    return "".join(
        character if _is_shown(character) else repr(character)[1:-1] for character in text
    )


def _is_shown(character: str) -> bool:
    return character.isprintable() or unicodedata.category(character) == "Zs"
