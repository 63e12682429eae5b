"""`tasted trial`: how a trial stands, read from the home; orders without a daemon."""

import json
from dataclasses import replace

import pytest

from kit.commands import run
from kit.trials import counted, trial_row
from kit.tried_homes import NEW, OLD
from tasted.home.layout import Home
from tasted.trials.rules import figures_of
from tasted.trials.trial_file import write_trial

ANSWERS = tuple(
    counted(number, 0.5, 0.8 if number % 2 == 0 else 0.2, liked=number % 2 == 0)
    for number in range(1, 31)
)


def test_without_a_trial_it_says_how_to_begin_one(
    home: Home, capsys: pytest.CaptureFixture[str]
) -> None:
    """And the status has no line about it."""
    assert run(home, "trial") == 0
    said = capsys.readouterr()
    assert said.out == "Nothing is on trial.\n"
    assert "tasted trial start seed" in said.err
    assert run(home, "status") == 0
    assert "Trial" not in capsys.readouterr().out


def test_one_that_runs_is_told_with_its_figures(
    home: Home, capsys: pytest.CaptureFixture[str]
) -> None:
    """As text and as JSON; those before it in one line each."""
    row = trial_row(in_force=OLD, challenger=NEW, replayed=ANSWERS, number=2)
    past = replace(
        row,
        number=1,
        state="dismissed",
        decided_by="person",
        decided_at="2026-11-28T09:00:00+00:00",
        figures=figures_of(ANSWERS),
    )
    for one in (past, row):
        write_trial(home.trials, one)
    assert run(home, "trial") == 0
    text = capsys.readouterr().out
    assert "Trial 2: the learnt taste against the fixed formula, since 30 Nov 2026" in text
    assert "On trial: the learnt taste. 30 answers counted." in text
    assert "Counted answers" in text
    assert "Earlier:" in text
    assert "you stopped its trial" in text
    assert run(home, "--json", "trial") == 0
    trials = json.loads(capsys.readouterr().out)["trials"]
    assert [trial["id"] for trial in trials] == [2, 1]
    assert trials[0]["figures"]["answers"] == 30
    assert run(home, "status") == 0
    assert "Trial    On trial: the learnt taste." in capsys.readouterr().out


def test_what_decides_now_and_how_to_go_back_is_told_until_it_was_seen(
    home: Home, capsys: pytest.CaptureFixture[str]
) -> None:
    """In the status, with the command."""
    row = trial_row(
        in_force=OLD,
        challenger=NEW,
        state="promoted",
        decided_by="test",
        decided_at="2026-11-28T09:00:00+00:00",
        figures=figures_of(ANSWERS),
    )
    write_trial(home.trials, row)
    assert run(home, "status") == 0
    text = capsys.readouterr().out
    assert "the learnt taste decides instead of the fixed formula." in text
    assert "→ Go back: tasted trial dismiss; see more: tasted trial" in text
    write_trial(home.trials, replace(row, is_told=True))
    assert run(home, "status") == 0
    assert "the fixed formula predicts silently" in capsys.readouterr().out


def test_without_a_daemon_the_command_does_it_itself(
    home: Home, capsys: pytest.CaptureFixture[str]
) -> None:
    """With an engine of its own; what cannot be tried is refused in words."""
    assert run(home, "trial", "start", "taste") == 1
    assert "That is what decides now." in capsys.readouterr().err
    assert run(home, "trial", "dismiss") == 3
    assert "Nothing was ever on trial." in capsys.readouterr().err
