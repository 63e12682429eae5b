"""Commands as a Mac user types them, in the process of the tests: the system is passed in."""

import json
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from tasted.cli.context import Context
from tasted.cli.main import main
from tasted.home.layout import Home


class Login:
    """A user who is logged in at a forged Mac.

    Args:
        home: that the commands work on.
        user_home: home folder of the user.
        searched: the folder in which launchctl is found.
        capsys: to read what a command says.
    """

    def __init__(
        self, home: Home, user_home: Path, searched: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        self.home = home
        self.system = "darwin"
        self.environment = {
            "HOME": str(user_home),
            "PATH": os.pathsep.join([str(searched), os.environ["PATH"]]),
        }
        self.ask: Callable[[str], bool] | None = None
        """What the user answers; None when nobody sits at the terminal."""
        self._capsys = capsys

    def types(
        self, words: str | Sequence[str], *, names_home: bool = True, **environment: str
    ) -> tuple[int, str, str]:
        """Run a command; return exit status, stdout and stderr."""
        context = Context(
            environment={**self.environment, **environment},
            working_folder=self.home.root,
            named_home=self.home.root if names_home else None,
            system=self.system,
            ask=self.ask,
            temporary=(),
        )
        self._capsys.readouterr()
        status = main(words.split() if isinstance(words, str) else words, context)
        said = self._capsys.readouterr()
        return status, said.out, said.err

    def asks(self, words: str) -> Any:
        """Run a command with --json and return its answer."""
        status, out, errors = self.types(f"{words} --json")
        assert status == 0, errors
        return json.loads(out)
