"""Looks at the login item: its file, its manager, and whether its Python starts with nothing set.

Asks launchd or systemd, and starts that Python.
"""

import os
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from tasted.doctor.facts import ServiceFacts
from tasted.errors import ServiceRefused, TastedError
from tasted.platform import FileSystem
from tasted.service.checks import Ground, refuse_bare_failure, refuse_ground
from tasted.service.definition import Definition
from tasted.service.keeper import Keeper
from tasted.service.programs import Run
from tasted.service.report import look
from tasted.status import FaultReport


def gather_service(
    keeper: Keeper,
    ground: Ground,
    definition: Definition,
    *,
    now: datetime,
    run: Run,
    file_system: Callable[[Path], FileSystem],
) -> ServiceFacts:
    """Look at the login item.

    Args:
        keeper: of this system.
        ground: what it would stand on if it were installed now.
        definition: what would be started then.
        now: with a time zone.
        run: runs a program to its end.
        file_system: tells on what a folder lies.
    """
    installed = keeper.installed()
    used = Path(installed[0]) if installed else ground.interpreter
    return ServiceFacts(
        report=look(keeper, now),
        written=_text_of(keeper.file),
        rendered=keeper.plan(definition).text,
        refusals=_refusals(lambda: refuse_ground(ground, file_system)),
        bare_failure=next(
            iter(_refusals(lambda: refuse_bare_failure(replace(ground, interpreter=used), run))),
            None,
        ),
        interpreter=os.path.realpath(used) if used.exists() else None,
    )


def _refusals(refuse: Callable[[], None]) -> tuple[FaultReport, ...]:
    try:
        refuse()
    except ServiceRefused as error:
        return (reported(error),)
    return ()


def reported(error: TastedError) -> FaultReport:
    """Return the words of an error as a fact."""
    return FaultReport(error.code, error.message, error.remedy)


def _text_of(file: Path) -> str | None:
    try:
        return file.read_bytes().decode("utf-8", "replace")
    except OSError:
        # what cannot be read is told of as not installed, or by its manager
        return None
