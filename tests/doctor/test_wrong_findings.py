"""What is wrong is told with its remedy, and whether `--fix` mends it.

Each time a healthy home is made ill in one way.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from kit.doctor_facts import (
    ALONE,
    FAULT,
    HEALTHY,
    HOME,
    NOW,
    PID,
    PYTHON,
    SERVICE,
    reading_by,
    what_is_ill,
    with_access,
    with_report,
    with_service,
)
from kit.pages import status_of
from tasted.config import Settings
from tasted.config.sections import HooksSettings
from tasted.doctor.diagnosis import diagnose
from tasted.doctor.facts import Facts, FolderLocation, LibraryFacts, ModelFacts
from tasted.doctor.finding import Level
from tasted.doctor.repair import why_no_repair
from tasted.home.crash_reports import CrashReport
from tasted.home.status import AccessReport, FaultReport, Heartbeat
from tasted.service.managers.condition import Condition, ServiceState
from tasted.service.problems import ServiceProblem

_FUTURE = (HOME / ".tasted" / "status.json", NOW + timedelta(hours=2))
_WRONG: dict[str, tuple[Facts, str, str, bool]] = {
    "settings": (
        replace(HEALTHY, settings=None, settings_fault=FAULT, model=None, reading=None),
        "Something is so.",
        "Do this.",
        False,
    ),
    "crash": (
        with_report(HEALTHY, findings=[ServiceProblem("crash_looping", "It keeps ending.", "x")]),
        "It keeps ending.",
        "x",
        True,
    ),
    "tasted itself": (
        replace(
            HEALTHY,
            crashes=(
                CrashReport(NOW.isoformat(), "labels", "KeyError", ("tasted.x:1 y",), "0.1.0", 2),
            ),
        ),
        "tasted itself failed 2 times in the last day, last at 12:00 UTC; your pictures are fine.",
        "Report it with the lines above",
        False,
    ),
    "blocked": (
        with_report(HEALTHY, findings=[ServiceProblem("blocked", "It waits.", "y")]),
        "It waits.",
        "y",
        False,
    ),
    "refused": (
        with_report(
            HEALTHY,
            findings=[ServiceProblem("blocked", "It may not.", "Allow it.")],
            beat=Heartbeat(
                PID, "blocked", NOW, NOW, FaultReport("not_permitted", "It may not.", "Allow it.")
            ),
        ),
        "It may not.",
        "Allow it.",
        True,
    ),
    "foreign file": (
        with_report(HEALTHY, home=None, state=ServiceState(Condition.STOPPED)),
        "was not written by tasted",
        "tasted service install --replace",
        False,
    ),
    "reload": (
        with_report(HEALTHY, state=ServiceState(Condition.RUNNING, pid=PID, needs_reload=True)),
        "still uses an older definition",
        "tasted doctor --fix",
        True,
    ),
    "throttled": (
        with_report(HEALTHY, state=ServiceState(Condition.RUNNING, pid=PID, kind="background (5)")),
        "as background (5), not as interactive",
        "tasted doctor --fix",
        True,
    ),
    "edited plist": (
        with_service(HEALTHY, written="<plist>old</plist>"),
        "differs from what tasted would write",
        "tasted doctor --fix",
        True,
    ),
    "bare": (with_service(HEALTHY, bare_failure=FAULT), "Something is so.", "Do this.", True),
    "ground": (with_service(HEALTHY, refusals=(FAULT,)), "Something is so.", "Do this.", False),
    "upgraded": (
        with_service(HEALTHY, interpreter=PYTHON.replace("9", "10")),
        "Python was replaced while tasted was running",
        "tasted doctor --fix",
        True,
    ),
    "shell": (
        replace(HEALTHY, shell_only=(("TASTED_EMBEDDER__MODEL", "embedder.model"),)),
        "TASTED_EMBEDDER__MODEL (embedder.model)",
        "tasted config edit",
        False,
    ),
    "privacy": (
        with_access(HEALTHY, "EPERM"),
        "The service may not read /Users/maya/Tasted/inbox, though this command may: macOS",
        f"Files and Folders (or Full Disk Access) and allow {PYTHON}, then: tasted doctor --fix",
        True,
    ),
    "mode": (with_access(HEALTHY, "EACCES"), "(EACCES)", "chmod -R u+rwX", False),
    "gone": (with_access(HEALTHY, "ENOENT", "/x y"), "does not find /x y", "mkdir '/x y'", False),
    "other": (with_access(HEALTHY, "EIO"), "(EIO)", "ls -la", False),
    "model": (
        replace(HEALTHY, model=ModelFacts("clip", fault=FAULT)),
        "Something is so.",
        "Do this.",
        False,
    ),
    "hash": (
        replace(
            HEALTHY, model=ModelFacts("clip", Path("/m/model.safetensors"), "b" * 64, "a" * 64)
        ),
        f"its sha256 is {'b' * 64}, not {'a' * 64}",
        "rm /m/model.safetensors, then: tasted models pull clip",
        False,
    ),
    "library": (
        replace(HEALTHY, library=LibraryFacts({}, FAULT)),
        "Something is so.",
        "Do this.",
        False,
    ),
    "ocr": (
        reading_by("rapidocr"),
        "not installed",
        f"{PYTHON} -m pip install 'rapidocr>=3.10'",
        False,
    ),
    "vision elsewhere": (
        reading_by("vision"),
        "only available on a Mac",
        "tasted config edit",
        False,
    ),
    "disk": (replace(HEALTHY, free_mb=3.0), "3 MB free", "Free some space", False),
    "clock": (
        replace(HEALTHY, newest=_FUTURE),
        "120 minutes in the future",
        "Date & Time",
        False,
    ),
    "clock on Linux": (
        replace(HEALTHY, newest=_FUTURE, system="linux"),
        "120 minutes in the future",
        "timedatectl",
        False,
    ),
    "logs": (
        replace(HEALTHY, log_files={"tasted.log": 1, "launchd.err.log": 90_000_000}),
        "The logs take 90 MB",
        "launchd.err.log",
        False,
    ),
    "desktop": (
        replace(
            HEALTHY,
            places=(FolderLocation("home", HOME, guarded="the Desktop"),),
            status=status_of(pid=PID),
        ),
        "is in the Desktop",
        "~/Tasted",
        False,
    ),
    "network home": (
        replace(HEALTHY, places=(FolderLocation("home", HOME, remote_kind="smbfs"),)),
        "network drive (smbfs)",
        "an internal disk",
        False,
    ),
    "held daemon": (
        replace(ALONE, owner=7, status=status_of(pid=7, state="blocked", fault=FAULT)),
        "Something is so.",
        "Do this.",
        False,
    ),
}


@pytest.mark.parametrize("ailment", _WRONG)
def test_what_is_wrong_is_told_with_its_remedy(ailment: str) -> None:
    """One ailment is one wrong finding, with what, why and remedy."""
    facts, what, remedy, fix = _WRONG[ailment]
    (finding,) = [one for one in diagnose(facts) if one.level is Level.WRONG]
    assert what in finding.what
    assert finding.why
    assert remedy in finding.remedy
    assert finding.is_fixable is fix


def test_a_refusal_of_this_command_counts_where_no_daemon_runs() -> None:
    """There is nobody else to ask."""
    facts = replace(ALONE, here=AccessReport(PYTHON, "EACCES", str(HOME / "inbox")))
    (finding,) = [one for one in diagnose(facts) if one.level is Level.WRONG]
    assert finding.what.startswith("This command may not read")


def test_a_program_for_matches_that_cannot_be_run_is_told() -> None:
    """It would be logged once, and matches would go by; without one there is nothing to tell."""
    settings = Settings(hooks=HooksSettings.model_validate({"on_match": ["/usr/bin/tell"]}))
    hooked = replace(HEALTHY, settings=settings)
    assert not what_is_ill(hooked)
    assert "/usr/bin/tell" in str([finding.what for finding in diagnose(hooked)])
    (found,) = what_is_ill(replace(hooked, hook_missing="There is no file /usr/bin/tell."))
    assert found.level is Level.WRONG
    assert "no file" in found.what
    assert "config edit" in found.remedy


def _service(condition: Condition) -> Callable[[Facts], Facts]:
    finding = ServiceProblem("deaf", "It is deaf.", "x")
    return lambda facts: with_report(facts, state=ServiceState(condition), findings=[finding])


def test_fix_is_for_what_a_new_login_item_repairs() -> None:
    """Not for other faults, nor against the user's own choice, nor where it would be refused."""

    def answer(facts: Facts) -> str | None:
        return why_no_repair(facts, diagnose(facts))

    assert answer(_service(Condition.STOPPED)(HEALTHY)) is None
    assert "There is nothing that installing" in (answer(HEALTHY) or "")
    assert "There is nothing that installing" in (answer(replace(HEALTHY, free_mb=1.0)) or "")
    assert "switched the login item off" in (answer(_service(Condition.DISABLED)(HEALTHY)) or "")
    refused = with_service(HEALTHY, written="old", refusals=(FAULT,))
    assert "cannot be installed as things are" in (answer(refused) or "")
    bare = replace(ALONE, service=replace(ALONE.service or SERVICE, bare_failure=FAULT))
    assert "No login item serves this tasted folder" in (answer(bare) or "")
