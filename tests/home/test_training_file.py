"""What is told of a training, by whom, and when it is believed."""

import json
from dataclasses import replace
from pathlib import Path

from tasted.home.layout import Home
from tasted.home.training_file import GateTold, TrainingFolder, TrainingPlan, TrainingState

NOW = "2026-11-30T08:00:00.000+00:00"
STATE = TrainingState(3, "training", "pocket", NOW, NOW, step=7, steps_max=20, loss=0.5)


def test_a_run_is_read_as_it_was_told(tmp_path: Path) -> None:
    """While its process holds the lock it is under way."""
    folder = TrainingFolder(Home(tmp_path))
    gate = GateTold("gain", is_passed=True, figure=0.1, limit=0.02, sentence="It says more.")
    assert folder.read() is None
    with folder.held() as is_free:
        assert is_free
        folder.write(replace(STATE, gates=(gate,)))
        assert folder.is_running()
        assert folder.read() == replace(STATE, gates=(gate,))


def test_a_run_whose_process_is_gone_was_interrupted(tmp_path: Path) -> None:
    """Whatever it said last; one that ended stays as it ended."""
    folder = TrainingFolder(Home(tmp_path))
    with folder.held():
        folder.write(STATE)
    found = folder.read()
    assert found is not None
    assert found.state == "interrupted"
    folder.write(replace(STATE, state="refused"))
    found = folder.read()
    assert found is not None
    assert found.state == "refused"


def test_only_one_process_trains(tmp_path: Path) -> None:
    """The second is told that the lock is taken."""
    folder = TrainingFolder(Home(tmp_path))
    with folder.held() as first, folder.held() as second:
        assert first
        assert not second
    assert not folder.is_running()


def test_a_wish_to_end_needs_somebody_who_can(tmp_path: Path) -> None:
    """Without a run nothing is left behind that would end the next one."""
    folder = TrainingFolder(Home(tmp_path))
    assert not folder.ask_to_cancel()
    with folder.held():
        assert folder.ask_to_cancel()
        assert folder.is_to_end
        folder.forget_cancel()
        assert not folder.is_to_end


def test_numbers_of_runs_are_never_used_twice(tmp_path: Path) -> None:
    """By what is archived, and by the last that was told."""
    folder = TrainingFolder(Home(tmp_path))
    assert folder.next_run() == 1
    folder.archive(replace(STATE, run=7, state="refused"))
    folder.write(STATE)
    assert folder.next_run() == 8
    assert [state.run for state in folder.ended()] == [7]


def test_what_others_wrote_is_not_believed(tmp_path: Path) -> None:
    """A plan and a state of another shape are none; files are private."""
    folder = TrainingFolder(Home(tmp_path))
    plan = TrainingPlan(3, "0" * 64, ("a" * 64,), ())
    folder.write_plan(plan)
    assert folder.read_plan() == plan
    file = folder.folder / "plan.json"
    assert file.stat().st_mode & 0o077 == 0
    file.write_text(json.dumps({"run": "3"}))
    assert folder.read_plan() is None
    (folder.folder / "state.json").write_text("[")
    assert folder.read() is None
