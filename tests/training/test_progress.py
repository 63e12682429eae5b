"""A run waits while somebody judges or the machine saves power, and ends when it holds too much."""

import os
from dataclasses import replace
from pathlib import Path

import pytest

from kit.homes import pocket_home
from tasted.daemon.shared.training_words import training_summary
from tasted.errors import MemoryCeilingTooLow
from tasted.home.layout import Home
from tasted.home.training_file import TrainingFolder, TrainingState
from tasted.training.progress import RunProgress, judged_lately, reasons_to_wait
from tasted.training.run_options import StepTold

NOW = "2026-11-30T14:10:00.000+00:00"
STATE = TrainingState(1, "training", "pocket", NOW, NOW, adapters=4)


class Ticking:
    """A clock on which every look takes 20 seconds."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        """Go on."""
        self.now += 20.0
        return self.now


def progress_of(
    home: Home, reasons: list[str | None] | None = None, *, max_memory_mb: int = 100_000
) -> RunProgress:
    """Return a progress that finds these reasons to wait, one after the other."""
    left = reasons or []
    return RunProgress(
        home,
        TrainingFolder(home),
        STATE,
        reason_to_wait=lambda: left.pop(0) if left else None,
        max_memory_mb=max_memory_mb,
        clock=Ticking(),
    )


def test_it_waits_as_long_as_there_is_a_reason(tmp_path: Path) -> None:
    """And says which; afterwards it says that it goes on."""
    home = pocket_home(tmp_path)
    folder = TrainingFolder(home)
    told: list[tuple[str, str | None]] = []
    left: list[str | None] = ["somebody is judging", "somebody is judging", None]

    def reason() -> str | None:
        state = folder.read()
        if state is not None:
            told.append((state.state, state.waiting))
        return left.pop(0)

    progress = RunProgress(
        home, folder, STATE, reason_to_wait=reason, max_memory_mb=100_000, clock=Ticking()
    )
    with folder.held():
        progress.tell()
        progress.breathe()
        state = folder.read()
    assert told == [
        ("training", None),
        ("paused", "somebody is judging"),
        ("paused", "somebody is judging"),
    ]
    assert state is not None
    assert (state.state, state.waiting) == ("training", None)


def test_steps_tell_loss_and_how_long_it_takes_at_most(tmp_path: Path) -> None:
    """The rest of this adapter and all others, at the pace of the steps so far."""
    home = pocket_home(tmp_path)
    progress = progress_of(home)
    progress.step(1, StepTold(1, 10, 0.6, 0.7))
    progress.step(1, StepTold(2, 10, 0.5, 0.7))
    state = progress.state

    assert (state.adapter, state.step, state.steps_max) == (1, 2, 10)
    assert (state.loss, state.frozen_loss) == (0.5, 0.7)
    assert state.seconds_left is not None
    # 8 steps of this adapter and 30 of the others, none quicker than a look at the clock
    assert state.seconds_left >= 38 * 20.0


def test_too_much_memory_ends_it(tmp_path: Path) -> None:
    """By the process's own size."""
    with pytest.raises(MemoryCeilingTooLow):
        progress_of(pocket_home(tmp_path), max_memory_mb=1).breathe()


def test_an_answer_of_the_last_minute_counts_as_judging(tmp_path: Path) -> None:
    """By the log of answers, whoever wrote it; without one nobody judges."""
    assert not judged_lately(tmp_path / "feedback")
    log = tmp_path / "feedback" / "0001.jsonl"
    log.parent.mkdir()
    log.write_text("{}\n")
    os.utime(log, (1_000, 1_000))
    assert judged_lately(log.parent, now=lambda: 1_030.0)
    assert not judged_lately(log.parent, now=lambda: 1_100.0)


def test_after_one_answer_it_says_until_when_it_waits(tmp_path: Path) -> None:
    """One `tasted like` is enough, so nobody need be judging: it says when it goes on."""
    home = pocket_home(tmp_path)
    home.feedback.mkdir(exist_ok=True)
    (home.feedback / "0001.jsonl").write_text("{}\n")
    reason = reasons_to_wait(home)()
    assert reason == "it goes on a minute after your last answer"
    waiting = replace(STATE, state="paused", waiting=reason)
    assert (
        training_summary(waiting) == "Training waits: it goes on a minute after your last answer."
    )
