"""What is fine, and what is worth knowing: a healthy home that differs in one way."""

from dataclasses import replace
from pathlib import Path

import pytest

from kit.doctor_facts import (
    ALONE,
    FAULT,
    HEALTHY,
    PYTHON,
    SERVICE,
    reading_by,
    what_is_ill,
    with_report,
)
from kit.pages import status_of
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
from tasted.doctor.finding import Level
from tasted.feedback.reading import DamagedLine, LogHealth
from tasted.home.status import AccessReport
from tasted.reading.choosing import OcrChoice
from tasted.service.problems import ServiceProblem

_NO_LIBVIPS = "libvips cannot be loaded (ImportError: no module)."


def test_a_healthy_home_has_only_fine_findings() -> None:
    """Every check says that it looked, or had nothing to look at."""
    found = diagnose(HEALTHY)
    assert {finding.level for finding in found} == {Level.FINE}
    # screenshots that were never sent to the inbox, and a program for matches that is not set
    assert len(found) >= len(CHECKS) - 2
    assert all(not finding.why and not finding.remedy for finding in found)


@pytest.mark.parametrize(
    "facts",
    [
        reading_by("companion"),
        reading_by("none"),
        replace(HEALTHY, library=LibraryFacts({})),
        replace(HEALTHY, newest=None),
        replace(HEALTHY, capture=CaptureFacts("/i", "/i")),
        replace(HEALTHY, model=ModelFacts("x", Path("/m"), "a" * 64, None)),
        replace(HEALTHY, system="freebsd14", service=None),
    ],
)
def test_other_healthy_ways_to_live(facts: Facts) -> None:
    """What was chosen, what is new, and what nobody can compare."""
    assert what_is_ill(facts) == []


@pytest.mark.parametrize("system", ["linux", "darwin"])
def test_macos_is_blamed_on_a_mac_alone(system: str) -> None:
    """Why a service has to try by itself what it may read is said in words of the system."""
    inbox = next(one for one in what_is_ill(replace(ALONE, system=system)) if one.check == "inbox")
    assert inbox.why.startswith("macOS" if system == "darwin" else "A service may have other")


def test_without_libvips_there_is_a_note() -> None:
    """All works without it, and takes longer."""
    (ill,) = what_is_ill(replace(HEALTHY, libvips_missing=_NO_LIBVIPS))
    assert (ill.level, ill.check, ill.what) == (Level.NOTE, "decoding", _NO_LIBVIPS)
    assert "twice the time" in ill.why


def test_without_daemon_and_login_item_there_are_only_notes() -> None:
    """Nothing is wrong with whoever starts it by hand."""
    ill = what_is_ill(ALONE)
    assert {finding.level for finding in ill} == {Level.NOTE}
    assert {finding.check for finding in ill} == {"login item", "daemon", "inbox"}
    # what is not installed cannot be started
    assert not any("tasted service start" in finding.remedy for finding in ill)


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
        replace(ALONE, service=replace(ALONE.service or SERVICE, refusals=(FAULT,))),
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
    "no ocr": (reading_by("auto"), "No text recognition is installed"),
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
    ill = what_is_ill(facts)
    assert {finding.level for finding in ill} == {Level.NOTE}
    (finding,) = [one for one in ill if what in one.what]
    assert finding.why
    assert finding.remedy


def test_a_model_that_torch_has_to_run_is_a_note() -> None:
    """It works, and is slower than it could be."""
    model = replace(HEALTHY.model or ModelFacts("clip"), slower_because="it has a .bin")
    (finding,) = [one for one in diagnose(replace(HEALTHY, model=model)) if one.level is Level.NOTE]
    assert "it has a .bin" in finding.what
    assert finding.remedy == "tasted models pull clip"


def test_damaged_answers_are_named() -> None:
    """Their labels are not affected, so it is a note; a log that cannot be read is wrong."""
    damaged = (DamagedLine("0001.jsonl", 2, "the checksum is wrong"),) * 2
    health = LogHealth(events=7, damaged=damaged)
    (finding,) = what_is_ill(replace(HEALTHY, feedback=FeedbackFacts(health)))
    assert finding.level is Level.NOTE
    assert "2 lines of the history of your answers cannot be read" in finding.what
    assert "first line 2 of 0001.jsonl: the checksum is wrong" in finding.what
    (finding,) = what_is_ill(replace(HEALTHY, feedback=FeedbackFacts(fault=FAULT)))
    assert finding.level is Level.WRONG


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
