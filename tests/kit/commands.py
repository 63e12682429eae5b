"""Commands run in the process of the tests, and what a command imports in its own."""

from pathlib import Path

from kit.children import python
from tasted.cli.context import Context
from tasted.cli.main import main
from tasted.home.layout import Home


def run(home: Home, *words: str, working_folder: Path | None = None) -> int:
    """Run one command line on a home and return its exit status."""
    context = Context(
        environment={}, working_folder=working_folder or home.root, named_home=home.root
    )
    return main(words, context)


def imported_by(*words: str) -> set[str]:
    """Return the top-level packages that a command imports in a process of its own."""
    child = python("-X", "importtime", "-m", "tasted", *words)
    assert child.returncode == 0, child.stderr
    lines = [line for line in child.stderr.splitlines() if line.startswith("import time:")]
    return {line.rsplit("|", 1)[1].strip().split(".")[0] for line in lines}
