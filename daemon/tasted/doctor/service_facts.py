"""Looks at the login item: its file, its manager, and whether its Python starts without a shell.

Asks launchd or systemd, and starts that Python.
"""

import os
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from tasted.doctor.facts import ServiceFacts
from tasted.errors import ServiceRefused, TastedError
from tasted.home.status import FaultReport
from tasted.service.definitions.definition import Definition
from tasted.service.installation import Installation
from tasted.service.managers.programs import Run
from tasted.service.managers.service_manager import ServiceManager
from tasted.service.preflight import refuse_bare_failure, refuse_unreliable
from tasted.service.report import look
from tasted.system.platform import FileSystem


def gather_service(
    manager: ServiceManager,
    installation: Installation,
    definition: Definition,
    *,
    now: datetime,
    run: Run,
    file_system: Callable[[Path], FileSystem],
) -> ServiceFacts:
    """Look at the login item.

    Args:
        manager: of this system.
        installation: what a service installed now would run.
        definition: what that service would start.
        now: with a time zone.
        run: runs a program to its end.
        file_system: tells on which file system a folder is.
    """
    installed = manager.installed()
    used = Path(installed[0]) if installed else installation.interpreter
    bare = replace(installation, interpreter=used)
    return ServiceFacts(
        report=look(manager, now),
        written=_text_of(manager.file),
        rendered=manager.plan(definition).text,
        refusals=_refusals(lambda: refuse_unreliable(installation, file_system)),
        bare_failure=next(iter(_refusals(lambda: refuse_bare_failure(bare, run))), None),
        interpreter=os.path.realpath(used) if used.exists() else None,
    )


def _refusals(refuse: Callable[[], None]) -> tuple[FaultReport, ...]:
    try:
        refuse()
    except ServiceRefused as error:
        return (reported(error),)
    return ()


def reported(error: TastedError) -> FaultReport:
    """Return an error as a fact."""
    return FaultReport(error.code, error.message, error.remedy)


def _text_of(file: Path) -> str | None:
    try:
        return file.read_bytes().decode("utf-8", "replace")
    except OSError:
        # a file that cannot be read shows as not installed, or in the manager's answer
        return None
