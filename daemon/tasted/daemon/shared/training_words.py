"""How the training of an adapter gets on, in words, and as the page and `--json` tell it.

Pure, but for `training_now`, which reads `.tasted/training`.
"""

from dataclasses import asdict
from typing import Any

from tasted.amounts import counted, decimal
from tasted.home.layout import Home
from tasted.home.training_file import TrainingFolder, TrainingState
from tasted.home.training_needs import missing_labels

_MINUTE, _HOUR = 60, 3600
_DIGITS = 3

_SENTENCES = {
    "starting": "Training begins.",
    "proving": "Training: every gate is tried.",
    "merging": "Training: the model is written, and both runtimes are compared on it.",
}
_ENDED_EARLY = {
    "interrupted": "Training was broken off",
    "cancelled": "Training was ended by you",
}


def next_step(state: TrainingState) -> str | None:
    """Return what may be done next; None: nothing is to be done."""
    if state.state == "ready":
        begin = f"while tasted runs, that begins by itself, else: tasted trial start {state.model}"
        return f"It decides nothing yet. It has to win a trial first; {begin}"
    if state.state == "refused":
        return "Nothing was changed. With more labels it may be worth another try."
    if state.can_go_on:
        what = " with what was trained before" if state.state == "not_offered" else ""
        return f"To go on{what}: tasted train --resume"
    is_to_try = state.state in _ENDED_EARLY or state.state == "failed"
    return "To train: tasted train" if is_to_try else None


def training_summary(state: TrainingState) -> str:
    """Return one sentence about a run."""
    if state.state in _SENTENCES:
        return _SENTENCES[state.state]
    if state.state in _ENDED_EARLY:
        after = "can go on" if state.can_go_on else "nothing of it is kept"
        return f"{_ENDED_EARLY[state.state]}, and {after}."
    match state.state:
        case "looking":
            many = f": {state.step} of {state.steps_max}" if state.steps_max else ""
            return f"Training looks at your pictures{many}."
        case "paused":
            return f"Training waits: {state.waiting}."
        case "training":
            return _steps(state)
        case "ready":
            return f"{state.model} was trained from {state.base} and passed every gate."
        case "refused":
            failed = [gate for gate in state.gates if not gate.is_passed]
            return f"What was trained was refused: {' '.join(gate.sentence for gate in failed)}"
    return state.message or "Training failed."


def training_now(home: Home) -> str | None:
    """Return how far the training in a home is; None when nothing is trained."""
    state = TrainingFolder(home).read()
    return training_summary(state) if state is not None and state.is_under_way else None


def _steps(state: TrainingState) -> str:
    told = f"Training adapter {state.adapter or 1} of {state.adapters}: step {state.step:,}"
    told += f" of at most {state.steps_max:,}"
    if state.loss is not None and state.frozen_loss is not None:
        told += (
            f", loss {decimal(state.loss, _DIGITS)} (frozen {decimal(state.frozen_loss, _DIGITS)})"
        )
    if state.seconds_left is not None:
        told += f", at most {_duration(state.seconds_left)} left"
    return f"{told}."


def _duration(seconds: float) -> str:
    if seconds < _MINUTE:
        return counted(max(1, round(seconds)), "second")
    if seconds < _HOUR:
        return counted(round(seconds / _MINUTE), "minute")
    return f"{decimal(seconds / _HOUR, 1)} hours"


def training_lines(state: TrainingState) -> list[str]:
    """Return everything that is to be said of a run, for a terminal."""
    lines = [training_summary(state)]
    lines += [f"  {'✓' if gate.is_passed else '✕'} {gate.sentence}" for gate in state.gates]
    if state.agreement:
        cosines = ", ".join(
            f"{name} {decimal(cosine, 5)}" for name, cosine in state.agreement.items()
        )
        lines.append(f"  Both runtimes give the same vectors (smallest cosine: {cosines}).")
    if state.is_under_way or state.state == "ready":
        lines += [f"  {remark}" for remark in remarks(state)]
    if state.remedy and state.message:
        lines.append(f"  → {state.remedy}")
    after = next_step(state)
    return lines if after is None else [*lines, after]


def remarks(state: TrainingState) -> list[str]:
    """Return what is to be known of how a run began: that it starts over, and what is missing."""
    over = [state.starts_over] if state.starts_over is not None else []
    return [*over, *(f"It goes on although: {sentence}" for sentence in state.missing)]


def training_body(
    state: TrainingState | None, *, has_extra: bool, liked: int, rejected: int
) -> dict[str, Any]:
    """Return a `TrainingAnswer`.

    Args:
        state: of the run of now, or the last one; None: there was none.
        has_extra: whether what training needs is installed.
        liked: how many likes count.
        rejected: how many rejects count.
    """
    missing = missing_labels(liked, rejected)
    body: dict[str, Any] = {
        "is_running": state is not None and state.is_under_way,
        "is_installed": has_extra,
        "is_offered": has_extra and not missing,
        "needs": list(missing),
        "run": None,
    }
    if state is None:
        return body
    run = asdict(state)
    del run["pid"]
    run |= {"summary": training_summary(state), "next": next_step(state)}
    return body | {"run": run}
