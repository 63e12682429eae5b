"""Each check on a healthy home that was made ill in one way."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from kit.doctor_facts import (
    FAULT,
    HEALTHY,
    HOME,
    NOW,
    PID,
    PYTHON,
    REPORT,
    SERVICE,
    with_access,
    with_report,
    with_service,
)
from kit.pages import status_of
from tasted.config import Settings
from tasted.config.sections import HooksSettings
from tasted.doctor.checks_home import check_model
from tasted.doctor.diagnosis import CHECKS, diagnose
from tasted.doctor.facts import (
    CaptureFacts,
    Facts,
    FeedbackFacts,
    FolderLocation,
    LibraryFacts,
    ModelFacts,
)
from tasted.doctor.finding import Finding, Level
from tasted.doctor.repair import why_no_repair
from tasted.feedback.reading import DamagedLine, LogHealth
from tasted.home.crash_reports import CrashReport
from tasted.home.status import AccessReport, FaultReport, Heartbeat
from tasted.reading.choosing import Machine, OcrChoice, Wanted, choose
from tasted.service.managers.condition import Condition, ServiceState
from tasted.service.problems import ServiceProblem

_ALONE = replace(
    HEALTHY,
    owner=None,
    status=None,
    service=replace(
        SERVICE,
        report=replace(REPORT, home=None, state=ServiceState(Condition.NOT_INSTALLED)),
        written=None,
    ),
)
_NO_LIBVIPS = "libvips cannot be loaded (ImportError: no module)."
_FUTURE = (HOME / ".tasted" / "status.json", NOW + timedelta(hours=2))


def _ill(facts: Facts) -> list[Finding]:
    return [finding for finding in diagnose(facts) if finding.level is not Level.FINE]


def _reading(engine: Wanted, system: str = "linux") -> Facts:
    settings = Settings.model_validate({"reading": {"engine": engine}})
    machine = Machine(system, {"pip"}.__contains__, program=lambda _name: None, interpreter=PYTHON)
    choice = choose(engine, (), machine)
    return replace(HEALTHY, system=system, settings=settings, reading=choice)


def test_a_healthy_home_has_only_fine_findings() -> None:
    """Every check says that it looked, or had nothing to look at."""
    found = diagnose(HEALTHY)
    assert {finding.level for finding in found} == {Level.FINE}
    # screenshots that were never sent to the inbox, and a program for matches that is not set
    assert len(found) >= len(CHECKS) - 2
    assert all(not finding.why and not finding.remedy for finding in found)


@pytest.mark.parametrize("system", ["linux", "darwin"])
def test_macos_is_blamed_on_a_mac_alone(system: str) -> None:
    """Why a service has to try by itself what it may read is said in words of the system."""
    inbox = next(one for one in _ill(replace(_ALONE, system=system)) if one.check == "inbox")
    assert inbox.why.startswith("macOS" if system == "darwin" else "A service may have other")


def test_without_libvips_there_is_a_note() -> None:
    """All works without it, and takes longer."""
    (ill,) = _ill(replace(HEALTHY, libvips_missing=_NO_LIBVIPS))
    assert (ill.level, ill.check, ill.what) == (Level.NOTE, "decoding", _NO_LIBVIPS)
    assert "twice the time" in ill.why


def test_without_daemon_and_login_item_there_are_only_notes() -> None:
    """Nothing is wrong with whoever starts it by hand."""
    ill = _ill(_ALONE)
    assert {finding.level for finding in ill} == {Level.NOTE}
    assert {finding.check for finding in ill} == {"login item", "daemon", "inbox"}
    # what is not installed cannot be started
    assert not any("tasted service start" in finding.remedy for finding in ill)


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
        _reading("rapidocr"),
        "not installed",
        f"{PYTHON} -m pip install 'rapidocr>=3.10'",
        False,
    ),
    "vision elsewhere": (
        _reading("vision"),
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
        replace(_ALONE, owner=7, status=status_of(pid=7, state="blocked", fault=FAULT)),
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


_NOTES: dict[str, tuple[Facts, str]] = {
    "other home": (
        with_report(HEALTHY, home=Path("/Users/maya/Other")),
        "another tasted folder: /Users",
    ),
    "restarts": (
        with_report(HEALTHY, findings=[ServiceProblem("restarted", "5 times.", "x")]),
        "5 times.",
    ),
    "unwanted installation": (
        replace(_ALONE, service=replace(_ALONE.service or SERVICE, refusals=(FAULT,))),
        "Something is so.",
    ),
    "terminal": (
        replace(HEALTHY, owner=7, status=status_of(pid=7, access=AccessReport(PYTHON))),
        "started from elsewhere (pid 7) may read",
    ),
    "allowed desktop": (
        replace(HEALTHY, places=(FolderLocation("inbox", Path("/i"), guarded="Downloads"),)),
        "in Downloads",
    ),
    "stick": (
        replace(HEALTHY, places=(FolderLocation("inbox", Path("/i"), is_removable=True),)),
        "may not be connected at login",
    ),
    "network inbox": (
        replace(HEALTHY, places=(FolderLocation("inbox", Path("/i"), remote_kind="nfs4"),)),
        "network drive (nfs4)",
    ),
    "network outbox": (
        replace(HEALTHY, places=(FolderLocation("outbox", Path("/o"), remote_kind="nfs4"),)),
        "network drive (nfs4)",
    ),
    "no ocr": (_reading("auto"), "No text recognition is installed"),
    "languages": (
        replace(HEALTHY, reading=OcrChoice("rapidocr", "", None, lacking=("ru", "ar"))),
        "reading.languages asks for ru, ar, which rapidocr cannot read",
    ),
    "data": (
        replace(HEALTHY, reading=OcrChoice("tesseract", "", None, lacking=("uk",))),
        "reading.languages asks for uk, which tesseract cannot read",
    ),
    "other place": (
        replace(HEALTHY, capture=CaptureFacts("/i", None)),
        "Screenshots are now saved in the Desktop folder",
    ),
    "unknown place": (
        replace(HEALTHY, capture=CaptureFacts("/i", None, FAULT)),
        "Something is so.",
    ),
}


@pytest.mark.parametrize("ailment", _NOTES)
def test_what_is_worth_knowing_is_a_note(ailment: str) -> None:
    """Everything that was asked for works; what to do is told all the same."""
    facts, what = _NOTES[ailment]
    ill = _ill(facts)
    assert {finding.level for finding in ill} == {Level.NOTE}
    (finding,) = [one for one in ill if what in one.what]
    assert finding.why
    assert finding.remedy


@pytest.mark.parametrize(
    "facts",
    [
        _reading("companion"),
        _reading("none"),
        replace(HEALTHY, library=LibraryFacts({})),
        replace(HEALTHY, newest=None),
        replace(HEALTHY, capture=CaptureFacts("/i", "/i")),
        replace(HEALTHY, model=ModelFacts("x", Path("/m"), "a" * 64, None)),
        replace(HEALTHY, system="freebsd14", service=None),
    ],
)
def test_other_healthy_ways_to_live(facts: Facts) -> None:
    """What was chosen, what is new, and what nobody can compare."""
    assert _ill(facts) == []


def test_a_model_that_torch_has_to_run_is_a_note() -> None:
    """It works, and is slower than it could be."""
    model = replace(HEALTHY.model or ModelFacts("clip"), slower_because="it has a .bin")
    (finding,) = [one for one in diagnose(replace(HEALTHY, model=model)) if one.level is Level.NOTE]
    assert "it has a .bin" in finding.what
    assert finding.remedy == "tasted models pull clip"


def test_a_refusal_of_this_command_counts_where_no_daemon_runs() -> None:
    """There is nobody else to ask."""
    facts = replace(_ALONE, here=AccessReport(PYTHON, "EACCES", str(HOME / "inbox")))
    (finding,) = [one for one in diagnose(facts) if one.level is Level.WRONG]
    assert finding.what.startswith("This command may not read")


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
    bare = replace(_ALONE, service=replace(_ALONE.service or SERVICE, bare_failure=FAULT))
    assert "No login item serves this tasted folder" in (answer(bare) or "")


def test_damaged_answers_are_named() -> None:
    """Their labels are not affected, so it is a note; a log that cannot be read is wrong."""
    damaged = (DamagedLine("0001.jsonl", 2, "the checksum is wrong"),) * 2
    health = LogHealth(events=7, damaged=damaged)
    (finding,) = _ill(replace(HEALTHY, feedback=FeedbackFacts(health)))
    assert finding.level is Level.NOTE
    assert "2 lines of the history of your answers cannot be read" in finding.what
    assert "first line 2 of 0001.jsonl: the checksum is wrong" in finding.what
    (finding,) = _ill(replace(HEALTHY, feedback=FeedbackFacts(fault=FAULT)))
    assert finding.level is Level.WRONG


def test_a_program_for_matches_that_cannot_be_run_is_told() -> None:
    """It would be logged once, and matches would go by; without one there is nothing to tell."""
    settings = Settings(hooks=HooksSettings.model_validate({"on_match": ["/usr/bin/tell"]}))
    hooked = replace(HEALTHY, settings=settings)
    assert not _ill(hooked)
    assert "/usr/bin/tell" in str([finding.what for finding in diagnose(hooked)])
    (found,) = _ill(replace(hooked, hook_missing="There is no file /usr/bin/tell."))
    assert found.level is Level.WRONG
    assert "no file" in found.what
    assert "config edit" in found.remedy


def test_a_change_of_the_model_that_was_stopped_is_a_note() -> None:
    """One that goes on is told, and nothing is wrong."""
    model = HEALTHY.model or ModelFacts("clip")
    stopped = replace(
        model, change="pocket decides.", change_remedy="Try again.", is_change_stopped=True
    )
    *_files, found = check_model(replace(HEALTHY, model=stopped))
    assert (found.level, found.what, found.remedy) == (
        Level.NOTE,
        "pocket decides.",
        "Try again.",
    )
    *_files, told = check_model(replace(HEALTHY, model=replace(model, change="62 of 340.")))
    assert (told.level, told.what) == (Level.FINE, "62 of 340.")
