"""What every command is handed: the home, the settings, and where to speak. Touches stdout, stderr.

Machine output goes to stdout, one JSON object per line; everything for humans goes to stderr or,
when it is the answer itself and `--json` was not given, to stdout.
"""

import json
import sys
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tasted.home import FoundHome, Home, find_home

if TYPE_CHECKING:
    from tasted.config import Settings


def _asker() -> Callable[[str], bool] | None:
    """Return what puts a question to the person at the terminal; None where nobody sits."""
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
        ask: puts a question to a person, and tells whether the answer is yes; None where nobody is
            there to answer.
        temporary: folders that are emptied now and then; None: those of the system. Tests name
            none, for a checkout that lies in one is tested as well.
    """

    environment: Mapping[str, str]
    working_folder: Path
    named_home: Path | None = None
    json: bool = False
    system: str = sys.platform
    ask: Callable[[str], bool] | None = field(default_factory=_asker)
    temporary: tuple[Path, ...] | None = None
    _found: FoundHome | None = field(default=None, repr=False)

    def found(self, *, near: Path | None = None) -> FoundHome:
        """Return the home and why it is this one; `near` is a file that the command names.

        Raises:
            HomeInvalid: when there is none.
        """
        if self._found is None:
            self._found = find_home(
                self.named_home, self.environment, self.working_folder, near=near
            )
        return self._found

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

    def start_logs(self, *, terminal: bool = False) -> None:
        """Send logs to the home's log file, and with `terminal` to a person who looks at stderr.

        Raises:
            ConfigError: as `settings` does.
        """
        from tasted.logs import set_up_logs, terminal_or_none  # noqa: PLC0415 - 0.1 s

        chosen = self.settings().log
        set_up_logs(
            self.home().logs / "tasted.log",
            level=chosen.level,
            max_bytes=int(chosen.max_mb * 1_000_000),
            keep=chosen.keep,
            terminal=terminal_or_none() if terminal else None,
        )

    def say(self, text: str) -> None:
        """Tell a human, on stderr."""
        click.echo(text, err=True)

    def show(self, text: str) -> None:
        """Print an answer for a human on stdout; with `--json` nothing, the object says it."""
        if not self.json:
            click.echo(text)

    def answer(self, value: Mapping[str, Any]) -> None:
        """Print one JSON object on a line of stdout, if `--json` was given."""
        if self.json:
            # ASCII holds every file name, also those that no encoding of stdout can
            click.echo(json.dumps(value))


def printable(text: str) -> str:
    """Return text that cannot steer a terminal: control and bidi characters are escaped.

    File names and texts of screenshots are other people's words. Spaces of every width are shown as
    they are: macOS puts U+202F before AM and PM.
    """
    return "".join(
        character if _is_shown(character) else repr(character)[1:-1] for character in text
    )


def _is_shown(character: str) -> bool:
    return character.isprintable() or unicodedata.category(character) == "Zs"
