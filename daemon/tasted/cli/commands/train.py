"""`tasted train`: trains the model on likes and rejects; shows how that gets on, and ends it.

Starts a process of its own, which goes on when this command ends. Reads `.tasted/training`.
"""

import sys
import time

import click

from tasted.cli.context import Context, printable
from tasted.daemon.shared.training_words import (
    next_step,
    remarks,
    training_body,
    training_lines,
    training_summary,
)
from tasted.errors import CommandError, NotFound, UsageError
from tasted.home.layout import Home
from tasted.home.training_file import INTERRUPTED, TrainingFolder, TrainingState
from tasted.home.training_needs import refuse_labels
from tasted.rpc.training_process import cancel_training, has_extra, start_training

_LOOK_SECONDS = 0.3
_FAILED = frozenset({"failed", "not_offered", INTERRUPTED})
_STEPS_BETWEEN_LINES = 50


@click.command()
@click.option("--method", type=click.Choice(["lora"]), default="lora", help="How. Default: lora.")
@click.option("--force", is_flag=True, help="Train although something speaks against it.")
@click.option("--resume", is_flag=True, help="Go on where the last training was broken off.")
@click.option("--keep", is_flag=True, help="Keep the adapter of a training that is refused.")
@click.option("--status", "shows_status", is_flag=True, help="Only show how far it is.")
@click.option("--cancel", "cancels", is_flag=True, help="End the training that runs.")
@click.pass_obj
def train(
    context: Context,
    *,
    method: str,
    force: bool,
    resume: bool,
    keep: bool,
    shows_status: bool,
    cancels: bool,
) -> None:
    """Train the model on your likes and rejects.

    Needs 500 labels, and takes from minutes to a night. It runs behind everything else, and goes on
    when you close the terminal. What comes out is tried on pictures that it was not trained on, and
    decides nothing before it has won a trial.
    """
    if shows_status and cancels:
        raise UsageError("--status and --cancel do not go together.", remedy="Use one of them.")
    home = context.home()
    folder = TrainingFolder(home)
    if cancels:
        _cancel(context, home, folder)
        return
    if not shows_status:
        # the only method there is
        del method
        _begin(context, home, forces=force, resumes=resume, keeps=keep)
        _follow(context, folder)
    state = folder.read()
    if context.json:
        liked, rejected = _counts(context, home)
        context.answer(training_body(state, has_extra=has_extra(), liked=liked, rejected=rejected))
    if state is None:
        context.show("Nothing was trained yet.")
        return
    if not shows_status and state.state in _FAILED:
        raise _failed(home, state)
    for line in training_lines(state):
        context.show(printable(line))


def _failed(home: Home, state: TrainingState) -> CommandError:
    after = [state.remedy, next_step(state)]
    if state.state == INTERRUPTED:
        # killed, or without room for a word
        after.insert(0, f"If it could say why, that is in {home.logs / 'training.stderr'}.")
    return CommandError(
        printable(state.message or training_summary(state)),
        remedy=printable(" ".join(filter(None, after))),
    )


def _begin(context: Context, home: Home, *, forces: bool, resumes: bool, keeps: bool) -> None:
    folder = TrainingFolder(home)
    if not folder.is_running():
        refuse_labels(
            *_counts(context, home),
            is_forced=folder.is_forced(forces=forces, resumes=resumes),
            resumes=resumes,
            can_go_on=folder.has_checkpoints,
        )
    start_training(
        home,
        environment=context.environment,
        is_forced=forces,
        resumes=resumes,
        keeps=keeps,
    )
    context.say("It goes on without this command. To end it: tasted train --cancel")


def _counts(context: Context, home: Home) -> tuple[int, int]:
    """Return how many likes and rejects there are."""
    settings = context.settings()
    from tasted.evaluation.label_counts import label_counts  # noqa: PLC0415 - takes time to import

    return label_counts(home, settings)


def _cancel(context: Context, home: Home, folder: TrainingFolder) -> None:
    if not cancel_training(home):
        raise NotFound("Nothing is being trained.", remedy="To train: tasted train")
    state = folder.read()
    context.answer({"cancelled": True, "run": state.run if state is not None else None})
    if state is not None:
        for line in training_lines(state):
            context.show(printable(line))


def _follow(context: Context, folder: TrainingFolder) -> None:
    """Say how far it is until it ends, or until Ctrl-C, which ends only the saying."""
    told: tuple[object, ...] = ()
    remarked: set[str] = set()
    try:
        while (state := folder.read()) is not None and state.is_under_way:
            _say_new(context, state, remarked)
            now = _stage(state)
            if now != told:
                told = now
                context.say(printable(training_summary(state)))
            time.sleep(_LOOK_SECONDS)
        if state is not None and state.state not in _FAILED:
            _say_new(context, state, remarked)
    except KeyboardInterrupt:
        context.say("It goes on. How far it is: tasted train --status")
        sys.exit(0)


def _say_new(context: Context, state: TrainingState, remarked: set[str]) -> None:
    for remark in remarks(state):
        if remark not in remarked:
            remarked.add(remark)
            context.say(printable(remark))


def _stage(state: TrainingState) -> tuple[object, ...]:
    place = state.step // _STEPS_BETWEEN_LINES if state.state == "training" else 0
    return state.state, state.adapter, place, state.waiting
