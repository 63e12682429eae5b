"""`tasted train` in words, and what it says when there is nothing to say."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from kit.commands import run
from kit.homes import pocket_home
from kit.labelled_homes import labelled_home
from tasted.config import load_settings
from tasted.daemon.shared.training_words import training_lines, training_summary
from tasted.home.lock import hold_lock
from tasted.home.status import write_current
from tasted.home.training_file import GateTold, TrainingFolder, TrainingPlan, TrainingState
from tasted.records import Current
from tasted.system.faultpoints import VARIABLE
from tasted.training.process import train
from tasted.training.run_options import RunOptions

Captured = pytest.CaptureFixture[str]
NOW = "2026-11-30T14:10:00.000+00:00"
STATE = TrainingState(1, "training", "pocket", NOW, NOW, adapter=2, adapters=4)
CURRENT = Current("pocket", "0" * 64, "taste", "v2", "1" * 64, "c", "l", 9, 10)
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


def test_with_few_labels_nothing_is_started(tmp_path: Path, capsys: Captured) -> None:
    """The reason is said once, with how to insist; it is known without any process."""
    home = labelled_home(tmp_path, 20)
    assert run(home, "train") == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.count("500 labels are needed, and there are 20.") == 1
    assert "tasted train --force" in said.err
    assert "It goes on without this command" not in said.err
    assert TrainingFolder(home).read() is None
    assert not (home.logs / "training.stderr").exists()


def test_a_run_that_was_insisted_on_is_gone_on_with(tmp_path: Path, capsys: Captured) -> None:
    """Whoever has to insist again keeps what was trained: the remedy names both."""
    home = labelled_home(tmp_path, 6)
    folder = TrainingFolder(home)
    assert run(home, "train", "--resume") == 1
    assert "To go on all the same: tasted train --resume --force" in capsys.readouterr().err
    folder.write_plan(TrainingPlan(1, "d", (), (), is_forced=True))
    (folder.run / "adapter-1" / "step-000050").mkdir(parents=True)
    assert run(home, "train") == 1
    assert (
        "To go on with what was trained before: tasted train --resume. "
        "To start over all the same: tasted train --force"
    ) in capsys.readouterr().err
    assert run(home, "train", "--resume") == 1
    # nobody can insist on three of each
    assert "8 of each" in capsys.readouterr().err


def test_a_run_that_is_killed_is_no_success(
    tmp_path: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever waits for it in a script hears of it, and how to go on."""
    home = labelled_home(tmp_path, 24, "[training]\nmax_steps = 60\n")
    monkeypatch.setenv(VARIABLE, "training.checkpoint_named:1")
    assert run(home, "train", "--force") == 1
    said = capsys.readouterr().err
    assert "Training was broken off, and can go on." in said
    assert "training.stderr" in said
    assert "To go on: tasted train --resume" in said


def test_labels_are_counted_in_one_way(tmp_path: Path, capsys: Captured) -> None:
    """By what the daemon counts while one runs, else by the folders; the run says the same."""
    home = labelled_home(tmp_path, 20)
    settings = load_settings(home, environment={}).settings

    def needed() -> tuple[list[str], list[str]]:
        train(home.taken(), settings, RunOptions())
        assert run(home, "--json", "train", "--status") == 0
        answer = json.loads(capsys.readouterr().out)
        return answer["needs"], answer["run"]["missing"]

    needs, missing = needed()
    assert needs[0] == "500 labels are needed, and there are 20."
    assert missing[: len(needs)] == needs
    write_current(home.current_file, replace(CURRENT, liked=9, rejected=10))
    with hold_lock(home):
        needs, missing = needed()
    assert needs[0] == "500 labels are needed, and there are 19."
    assert missing[: len(needs)] == needs


def test_what_was_missing_is_said(tmp_path: Path, capsys: Captured) -> None:
    """By the command that insists: once, before the steps."""
    home = labelled_home(tmp_path, 24, "[training]\nmax_steps = 1\n")
    assert run(home, "train", "--force") == 0
    said = capsys.readouterr().err
    assert said.count("It goes on although: 500 labels are needed, and there are 24.") == 1
    assert said.index("It goes on although") < said.index("Training adapter")


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
