"""Whose fault it is: that of the picture, of the machine, or of tasted itself."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from kit.daemons import RunningDaemon, observing, read_sidecar, running, tasted
from kit.drawings import drawing, label_scenes
from kit.homes import quick_home
from kit.outboxes import picture
from kit.waiting import PATIENCE_SECONDS, eventually
from tasted.home.crash_reports import read_crash_reports
from tasted.home.layout import Home
from tasted.home.status import read_status

_INTERESTS = '\n[preferences]\ninterests = ["hiking"]\n'
_TRAITS = '\n[preferences]\ntraits = ["outdoorsy"]\n'


@pytest.fixture
def faults(tmp_path: Path) -> Path:
    """The folder whose files name the faults of the engine."""
    folder = tmp_path / "faults"
    folder.mkdir()
    return folder


@pytest.fixture
def quick(tmp_path: Path) -> Home:
    """A home that settles soon and asks for texts, with two labels and a screenshot."""
    home = quick_home(tmp_path / "quick", _TRAITS)
    (home.inbox / "liked" / "l.png").write_bytes(picture(1))
    (home.inbox / "rejected" / "r.png").write_bytes(picture(2))
    (home.inbox / "a.png").write_bytes(picture(3))
    return home


def _options(faults: Path) -> tuple[str, ...]:
    return "--engine", "faulty", "--engine-option", str(faults)


def _await_crashes(home: Home, count: int) -> None:
    def so_many() -> bool:
        return sum(report.count for report in read_crash_reports(home.crashes_file)) >= count

    eventually(so_many)


def test_row_48_a_picture_from_elsewhere_is_not_taken_for_the_inboxs(
    home: Home, tmp_path: Path
) -> None:
    """Scored where it lies, then liked: it teaches, and the next screenshot has its score.

    The engine once kept the path of what it had scored elsewhere, and looked for the text beside it
    below the inbox: every label sync failed until a restart.
    """
    label_scenes(home)
    with home.config_file.open("a", encoding="utf-8") as settings:
        settings.write(_INTERESTS)
    elsewhere = tmp_path / "elsewhere" / "x.png"
    elsewhere.parent.mkdir()
    elsewhere.write_bytes(drawing("mountain", seed=21))
    with running(home) as daemon:
        # the origins of the contents are asked for, and known from here on
        daemon.sidecar("liked/mountain-1.png", status="learnt")
        daemon.await_state("idle")
        assert tasted(home, "score", str(elsewhere)).returncode == 0
        assert tasted(home, "like", str(elsewhere)).returncode == 0
        learnt = daemon.sidecar("liked/x.png", status="learnt")
        (home.inbox / "new.png").write_bytes(drawing("mountain", seed=22))
        daemon.sidecar("new.png", status="scored")
        # it may have been scored before the like counted, and then it is scored again
        eventually(lambda: _taught_by(daemon, 7))
        status = daemon.await_state("idle", "blocked")
    assert status.fault is None
    assert status.liked == 7
    # no screenshot of this inbox was judged: it was brought to teach
    assert learnt.origin == "reference"


def _taught_by(daemon: RunningDaemon, liked: int) -> bool:
    scored = daemon.sidecar("new.png", status="scored")
    return scored.references is not None and scored.references.liked == liked


@pytest.mark.parametrize(
    ("what", "code"), [("torch", "program_damaged"), ("memory", "out_of_memory")]
)
def test_row_48_a_machine_that_cannot_load_the_model_is_waited_for(
    quick: Home, faults: Path, what: str, code: str
) -> None:
    """Nobody is blamed meanwhile; then likes are learnt and pictures scored, without a command."""
    (faults / what).touch()
    with observing(quick, "real", *_options(faults)) as daemon:
        status = daemon.await_state("blocked")
        assert status.fault is not None
        assert status.fault.code == code
        assert "tasted then continues" in status.fault.remedy
        assert not list(quick.outbox.rglob("*.json"))
        (faults / what).unlink()
        daemon.sidecar("liked/l.png", status="learnt")
        daemon.sidecar("rejected/r.png", status="learnt")
        daemon.sidecar("a.png", status="scored")
        status = daemon.await_state("idle")
    assert (status.fault, status.liked, status.rejected) == (None, 1, 1)
    assert read_crash_reports(quick.crashes_file) == []


def test_row_48_once_ends_with_the_fault_that_remains(quick: Home, faults: Path) -> None:
    """Of the machine, or of tasted itself over one picture: neither is success."""
    (faults / "torch").touch()
    with observing(quick, "real", *_options(faults), "--once") as daemon:
        assert daemon.process.wait(PATIENCE_SECONDS) == 1
    (faults / "torch").rename(faults / "pictures")
    with observing(quick, "real", *_options(faults), "--once") as daemon:
        assert daemon.process.wait(PATIENCE_SECONDS) == 3
    failed = read_sidecar(quick, "a.png")
    assert failed is not None
    assert failed.error is not None
    assert failed.error.code == "internal"


def _states(daemon: RunningDaemon) -> Iterator[str]:
    while True:
        status = daemon.status()
        if status is not None:
            yield status.state


def test_row_48_a_label_sync_that_fails_again_is_one_message(quick: Home, faults: Path) -> None:
    """It blocks until it is mended, says so once, and blames no picture."""
    (faults / "texts").touch()
    (quick.inbox / "a.png").unlink()
    with observing(quick, "real", *_options(faults)) as daemon:
        fault = daemon.await_state("blocked").fault
        assert fault is not None
        assert fault.message == (
            "tasted itself failed while it learned from your likes and rejects (KeyError); no "
            "picture is at fault."
        )
        (quick.inbox / "a.png").write_bytes(picture(3))
        seen = set()
        for state in _states(daemon):
            seen.add(state)
            if sum(report.count for report in read_crash_reports(quick.crashes_file)) > 2:
                break
        assert seen == {"blocked"}
        assert read_sidecar(quick, "a.png") is None
        (faults / "texts").unlink()
        daemon.sidecar("a.png", status="scored")
        assert daemon.await_state("idle").fault is None
    lines = map(json.loads, (quick.logs / "tasted.log").read_text("utf-8").splitlines())
    assert sum(line["event"] == "held" for line in lines) == 1


def test_row_48_a_failure_of_tasted_is_told_reported_and_tried_again(
    quick: Home, faults: Path
) -> None:
    """By `score` for one picture and by `rescore` for all, references too, once it is mended."""
    (faults / "pictures").touch()
    (quick.inbox / "b.png").write_bytes(picture(4))
    with observing(quick, "real", *_options(faults)) as daemon:
        for path in ("a.png", "b.png", "liked/l.png"):
            failed = daemon.sidecar(path, status="error")
            assert failed.error is not None
            assert failed.error.code == "internal"
            assert failed.error.retry_at is not None
            assert "not the picture's fault" in failed.error.message
        daemon.await_state("idle")
        said = tasted(quick, "status").stdout
        assert said.startswith("Internal tasted itself failed ")
        found = tasted(quick, "doctor")
        assert found.returncode == 1
        report = found.stdout.partition("What to report")[0]
        assert "kit.faulty_engine:" in report or "__main__:" in report
        assert "nobody's business" not in report
        (faults / "pictures").unlink()
        assert tasted(quick, "score", str(quick.inbox / "a.png")).returncode == 0
        daemon.sidecar("a.png", status="scored")
        again = tasted(quick, "rescore", "--json")
        assert again.returncode == 0, again.stderr
        assert json.loads(again.stdout) == {"rescored": 4, "failed": 0}
        daemon.sidecar("b.png", status="scored")
        daemon.sidecar("liked/l.png", status="learnt")
        status = eventually(lambda: _idle_with_labels(quick))
    assert status


def _idle_with_labels(home: Home) -> bool:
    status = read_status(home.status_file)
    return status is not None and (status.liked, status.rejected) == (1, 1)


def test_the_line_of_a_failure_goes_with_the_failure(tmp_path: Path) -> None:
    """When the file is mended, or gone; another file's failure does not bring it back."""
    home = quick_home(tmp_path / "home")

    def is_told(path: str | None) -> bool:
        status = read_status(home.status_file)
        error = status.last_error if status is not None else None
        return (error.path if error is not None else None) == path

    with observing(home) as daemon:
        for mend in (lambda file: file.write_bytes(picture(1)), Path.unlink):
            file = home.inbox / "holiday.png"
            file.write_bytes(b"")
            daemon.sidecar("holiday.png", status="error")
            eventually(lambda: is_told("holiday.png"))
            mend(file)
            eventually(lambda: is_told(None))
