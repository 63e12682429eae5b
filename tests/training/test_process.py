"""The real process on a small home: begun, ended by a command, gone on with, refused."""

from dataclasses import replace
from pathlib import Path

import pytest

from kit.commands import run
from kit.labelled_homes import labelled_home
from kit.waiting import eventually
from tasted.config import load_settings
from tasted.home.training_file import TrainingFolder
from tasted.rpc.training_process import TrainingRuns, cancel_training, start_training
from tasted.training.process import train
from tasted.training.run_options import RunOptions

STEPS = "[training]\nmax_steps = 60\n"


def test_a_run_is_ended_within_a_moment_and_gone_on_with(tmp_path: Path) -> None:
    """Checkpoints stay, pictures do not; labels by lot are refused, and nothing is left of them."""
    home = labelled_home(tmp_path, 24, STEPS)
    folder = TrainingFolder(home)
    start_training(home, environment={}, is_forced=True)
    with pytest.raises(TrainingRuns):
        start_training(home, environment={}, is_forced=True)
    eventually(lambda: (state := folder.read()) is not None and state.adapter > 1)
    assert cancel_training(home)

    state = folder.read()
    assert state is not None
    assert state.state == "cancelled"
    assert not (folder.run / "views").exists()
    first = [*(folder.run / "adapter-1").rglob("state.json")]
    made_at = first[0].stat().st_mtime_ns

    start_training(home, environment={}, is_forced=True, resumes=True)
    eventually(lambda: (state := folder.read()) is not None and state.adapter > 1)
    assert first[0].stat().st_mtime_ns == made_at
    eventually(lambda: not folder.is_running())

    state = folder.read()
    assert state is not None
    assert state.run == 2
    assert state.state == "refused", state.message
    assert {gate.name for gate in state.gates} == {"gain", "forward", "drift", "traits", "spread"}
    assert not folder.run.exists()
    assert folder.read_plan() is None
    assert folder.ended() == (state,)
    names = {file.name for file in folder.folder.rglob("*") if file.is_file()}
    assert names == {"lock", "state.json", "0002.json"}


def test_it_is_not_offered_with_few_labels(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What is missing is said, and how to go on all the same."""
    home = labelled_home(tmp_path, 6)
    settings = load_settings(home, environment={}).settings
    assert train(home.taken(), settings, RunOptions()) == 0

    state = TrainingFolder(home).read()
    assert state is not None
    assert state.state == "not_offered"
    assert "500 labels are needed, and there are 6." in (state.message or "")
    assert run(home, "train", "--status") == 0
    shown = capsys.readouterr().out
    assert "500 labels are needed" in shown
    assert "tasted train --force" in shown


def test_whoever_insists_still_needs_something_to_divide(tmp_path: Path) -> None:
    """With three likes there is nothing that could judge."""
    home = labelled_home(tmp_path, 6)
    settings = load_settings(home, environment={}).settings
    train(home.taken(), settings, RunOptions(is_forced=True))

    state = TrainingFolder(home).read()
    assert state is not None
    assert state.state == "not_offered"
    assert "8 of each" in (state.message or "")
    assert state == replace(state, liked=3, rejected=3)
