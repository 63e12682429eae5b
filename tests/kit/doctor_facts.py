"""What a doctor knows of a healthy home on a Mac, to be made ill one fact at a time."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from kit.pages import status_of
from tasted.config import Settings
from tasted.doctor.diagnosis import diagnose
from tasted.doctor.facts import Facts, FolderLocation, LibraryFacts, ModelFacts, ServiceFacts
from tasted.doctor.finding import Finding, Level
from tasted.home.status import AccessReport, FaultReport
from tasted.reading.choosing import Machine, OcrChoice, Wanted, choose
from tasted.service.managers.condition import Condition, ServiceState
from tasted.service.report import ServiceReport

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
HOME = Path("/Users/maya/Tasted")
PYTHON = "/Users/maya/.local/share/uv/python/cpython-3.11.9/bin/python3.11"
PID = 501
READABLE = AccessReport(PYTHON, opened_file=True)
FAULT = FaultReport("some_code", "Something is so.", "Do this.")
REPORT = ServiceReport(
    manager="launchd",
    file=Path("/Users/maya/Library/LaunchAgents/io.github.tasted.plist"),
    home=HOME,
    state=ServiceState(Condition.RUNNING, pid=PID, starts=1, kind="interactive (4)"),
    beat=None,
    findings=[],
    seen_at=NOW,
)
SERVICE = ServiceFacts(REPORT, written="<plist/>", rendered="<plist/>", interpreter=PYTHON)
HEALTHY = Facts(
    home=HOME,
    system="darwin",
    now=NOW,
    settings=Settings(),
    settings_fault=None,
    shell_only=(),
    service=SERVICE,
    owner=PID,
    status=status_of(pid=PID, access=READABLE),
    here=READABLE,
    places=(FolderLocation("home", HOME),),
    model=ModelFacts("clip", Path("/m/model.safetensors"), "a" * 64, "a" * 64),
    library=LibraryFacts({"references_1": 3, "vectors_1": 4}),
    reading=OcrChoice("vision", "vision", None),
    free_mb=5000.0,
    newest=(HOME / ".tasted" / "status.json", NOW - timedelta(seconds=5)),
    log_files={"tasted.log": 100_000},
    capture=None,
)
# no daemon runs, and no login item is installed
ALONE = replace(
    HEALTHY,
    owner=None,
    status=None,
    service=replace(
        SERVICE,
        report=replace(REPORT, home=None, state=ServiceState(Condition.NOT_INSTALLED)),
        written=None,
    ),
)


def with_service(facts: Facts, **changed: Any) -> Facts:
    """Change what is known of the login item."""
    return replace(facts, service=replace(facts.service or SERVICE, **changed))


def with_report(facts: Facts, **changed: Any) -> Facts:
    """Change what its manager says."""
    return with_service(facts, report=replace(REPORT, **changed))


def with_access(facts: Facts, refused: str, path: str | None = None) -> Facts:
    """Let the daemon be refused when it reads the inbox."""
    access = AccessReport(PYTHON, refused, path or str(facts.home / "inbox"))
    return replace(facts, status=status_of(pid=PID, access=access))


def reading_by(engine: Wanted, system: str = "linux") -> Facts:
    """Return a healthy home that asks for this reader, on a machine that has none."""
    settings = Settings.model_validate({"reading": {"engine": engine}})
    machine = Machine(system, {"pip"}.__contains__, program=lambda _name: None, interpreter=PYTHON)
    choice = choose(engine, (), machine)
    return replace(HEALTHY, system=system, settings=settings, reading=choice)


def what_is_ill(facts: Facts) -> list[Finding]:
    """Return what a doctor finds that is not fine."""
    return [finding for finding in diagnose(facts) if finding.level is not Level.FINE]
