"""What is said of the model in force and of a change of it: by status, doctor, page and commands.

Pure; stdlib only.
"""

import shlex
from typing import Any

from tasted.amounts import counted, file_size
from tasted.home.switch_file import KeptModel, ModelSwitch, Switches, SwitchState
from tasted.records import Current

_MINUTE_SECONDS = 60
_OVER = frozenset({SwitchState.DONE})


def change_body(
    switches: Switches,
    current: Current | None,
    *,
    wished: str,
    lost: str | None = None,
    others: int = 0,
) -> dict[str, Any]:
    """Return model and change as JSON values.

    Args:
        switches: as `.tasted/switch.json` has them.
        current: what is published.
        wished: the model of the settings.
        lost: the model that was in force and whose files are gone.
        others: how many results are still scored by the former model.
    """
    switch = switches.switch
    name = current.embedder if current is not None else wished
    return {
        "in_force": name,
        "wished": wished,
        "change": _change(switch) if switch is not None and _is_told(switch, wished) else None,
        "sentence": sentence(switches, current, wished=wished, lost=lost, others=others),
        "remedy": remedy(switches, wished=wished),
        "former_results": others,
        "back_to": _back(switches.kept, current),
    }


def sentence(
    switches: Switches,
    current: Current | None,
    *,
    wished: str,
    lost: str | None = None,
    others: int = 0,
) -> str | None:
    """Return what is to be said of the model; None while there is nothing to say."""
    switch = switches.switch
    if lost is not None:
        return f"The files of {lost} are gone, so {wished} decides, as the settings ask."
    if switch is None or not _is_told(switch, wished):
        return None
    name = current.embedder if current is not None else switch.former
    if switch.is_stopped:
        why = switch.reason.message if switch.reason is not None else "the change was cancelled."
        return f"The settings ask for {switch.model}, and {name} decides: {_lower(why)}"
    if switch.state == SwitchState.RESCORING:
        return former_sentence(others)
    if switch.state in _OVER:
        return None
    words = f"Changing the model to {switch.model}: {progress(switch)}."
    if switch.reason is not None:
        words += f" It waits: {_lower(switch.reason.message)}"
    if switch.state == SwitchState.ASKING:
        return f"{words} {name} decides until you say so."
    return f"{words} {name} decides until then."


def former_sentence(others: int) -> str | None:
    """Return how many results are still to be scored by the model in force; None: all are."""
    if not others:
        return None
    are = "older one is" if others == 1 else "older ones are"
    return f"{others:,} {are} still scored by the former model."


def remedy(switches: Switches, *, wished: str) -> str | None:
    """Return what a person can do about a change; None when there is nothing.

    Args:
        switches: as `.tasted/switch.json` has them.
        wished: the model of the settings.
    """
    switch = switches.switch
    if switch is None or not _is_told(switch, wished):
        return None
    model = shlex.quote(switch.model)
    if switch.state == SwitchState.ASKING:
        return (
            f"To use it all the same: tasted models use {model} --force. To keep the model "
            "of now: tasted models use --cancel"
        )
    if switch.is_stopped:
        again = (
            f"To try again: tasted models use {model}. To stay with {switch.former}: tasted models "
            f"use {shlex.quote(switch.former_setting or switch.former)}"
        )
        return f"{switch.reason.remedy} {again}" if switch.reason is not None else again
    if switch.is_running:
        known = switch.reason.remedy if switch.reason is not None else ""
        return f"{known} To stop it: tasted models use --cancel".strip()
    return None


def progress(switch: ModelSwitch) -> str:
    """Return how far a change is, as in `62 of 340 pictures, about 2 minutes left`."""
    match switch.state:
        case SwitchState.FETCHING if switch.total:
            return f"{file_size(switch.done)} of {file_size(switch.total)} downloaded"
        case SwitchState.FETCHING:
            return "its files are not here yet"
        case SwitchState.EMBEDDING:
            left = seconds_left(switch)
            span = f", {about(left)} left" if left is not None and left >= 1 else ""
            return f"{switch.done:,} of {counted(switch.total, 'picture')}{span}"
        case SwitchState.ASKING:
            return f"your answers speak against it ({proof_words(switch)})"
        case SwitchState.FITTING | SwitchState.PROVING:
            return "it learns from your likes and rejects"
        case SwitchState.SWITCHING:
            return "it takes over"
    return "its files are checked"


def proof_words(switch: ModelSwitch) -> str:
    """Return what the answers say of both models, in a few words."""
    proof = switch.proof
    if proof is None or proof.auc is None or proof.former_auc is None:
        return "too few answers to tell"
    answers = counted(proof.answers, "answer")
    wanted, former = round(100 * proof.auc), round(100 * proof.former_auc)
    return f"on your {answers} it puts a like first in {wanted} of 100 pairs, against {former}"


def seconds_left(switch: ModelSwitch) -> float | None:
    """Return how long embedding still takes, by the measured rate; None when it is not known."""
    if switch.seconds_each is None or switch.state != SwitchState.EMBEDDING:
        return None
    return max(0.0, (switch.total - switch.done) * switch.seconds_each)


def about(seconds: float) -> str:
    """Return a span in words: `about 20 seconds`, `about 3 minutes`."""
    if seconds < _MINUTE_SECONDS:
        return f"about {counted(max(1, round(seconds)), 'second')}"
    if seconds < 120 * _MINUTE_SECONDS:
        return f"about {counted(round(seconds / _MINUTE_SECONDS), 'minute')}"
    return f"about {counted(round(seconds / 60 / _MINUTE_SECONDS), 'hour')}"


def _is_told(switch: ModelSwitch, wished: str) -> bool:
    # what was cancelled by setting the wish back is of no interest any more
    return not switch.is_stopped or switch.model == wished


def _change(switch: ModelSwitch) -> dict[str, Any]:
    proof, reason = switch.proof, switch.reason
    return {
        "model": switch.model,
        "former": switch.former,
        "state": switch.state,
        "done": switch.done,
        "total": switch.total,
        "seconds_left": seconds_left(switch),
        "progress": progress(switch),
        "proof": {"answers": proof.answers, "auc": proof.auc, "former_auc": proof.former_auc}
        if proof is not None
        else None,
        "reason": reason.message if reason is not None else None,
        "remedy": reason.remedy if reason is not None else None,
        "is_open": switch.is_open,
    }


def _back(kept: tuple[KeptModel, ...], current: Current | None) -> str | None:
    fingerprint = current.embedder_fingerprint if current is not None else None
    return next((model.name for model in kept if model.fingerprint != fingerprint), None)


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:] if text[1:2].islower() else text
