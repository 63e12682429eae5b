"""`tasted train` in words, and what it says when there is nothing to say."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from kit.commands import run
from kit.homes import pocket_home
from tasted.daemon.shared.training_words import training_lines, training_summary
from tasted.home.training_file import GateTold, TrainingFolder, TrainingState

Captured = pytest.CaptureFixture[str]
NOW = "2026-11-30T14:10:00.000+00:00"
STATE = TrainingState(1, "training", "pocket", NOW, NOW, adapter=2, adapters=4)
GATES = (
    GateTold("gain", is_passed=True, figure=0.1, limit=0.02, sentence="It says more."),
    GateTold("drift", is_passed=False, figure=0.7, limit=0.85, sentence="It moved too far."),
)


def test_without_a_run_there_is_nothing_to_show_or_end(tmp_path: Path, capsys: Captured) -> None:
    """Neither is an error of the program; a wish to end nothing is one of the command."""
    home = pocket_home(tmp_path)
    assert run(home, "train", "--status") == 0
    assert "Nothing was trained yet." in capsys.readouterr().out
    assert run(home, "train", "--cancel") == 3
    assert "Nothing is being trained." in capsys.readouterr().err
    assert run(home, "--json", "train", "--status") == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["run"] is None
    assert answer["is_running"] is False
    assert "500 labels are needed, and there are 0." in answer["needs"]
    assert run(home, "train", "--status", "--cancel") == 2


def test_a_run_that_ended_is_told_with_every_gate(tmp_path: Path, capsys: Captured) -> None:
    """Which passed, which did not, and that nothing was changed."""
    home = pocket_home(tmp_path)
    TrainingFolder(home).write(replace(STATE, state="refused", gates=GATES))
    assert run(home, "train", "--status") == 0
    shown = capsys.readouterr().out
    assert "✓ It says more." in shown
    assert "✕ It moved too far." in shown
    assert "Nothing was changed." in shown


def test_how_far_it_is_in_a_sentence() -> None:
    """Step, loss against the frozen model, time left; or why it waits."""
    under_way = replace(
        STATE, step=120, steps_max=1500, loss=0.4012, frozen_loss=0.5, seconds_left=5400.0
    )
    assert training_summary(under_way) == (
        "Training adapter 2 of 4: step 120 of at most 1,500, loss 0.401 (frozen 0.500), "
        "at most 1.5 hours left."
    )
    waiting = replace(STATE, state="paused", waiting="somebody is judging")
    assert training_summary(waiting) == "Training waits: somebody is judging."
    looking = replace(STATE, state="looking", step=20, steps_max=600)
    assert training_summary(looking) == "Training looks at your pictures: 20 of 600."
    ready = replace(STATE, state="ready", model="tuned-1", agreement={"float32": 0.99998})
    lines = training_lines(ready)
    assert lines[0] == "tuned-1 was trained from pocket and passed every gate."
    assert "smallest cosine: float32 0.99998" in lines[1]
    assert "trial" in lines[-1]
