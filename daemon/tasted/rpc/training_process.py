"""Starts the process that trains, and asks it to end. The door of `subprocess` for it.

It is nobody's child for long: it goes on when the command or the daemon that started it has gone.
How it gets on is in `home.training_file`.
"""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping

from tasted.errors import CommandError, EngineFailed
from tasted.home.layout import Home
from tasted.home.training_file import TrainingFolder
from tasted.rpc.child_environment import OFFLINE
from tasted.system.files import open_anew, private_folder
from tasted.system.installation import EXTRAS, has_module, how_to_add

COMMAND = (sys.executable, "-I", "-m", "tasted.training")
_START_SECONDS = 120.0
_END_SECONDS = 10.0
_PAUSE_SECONDS = 0.05
_TAIL_BYTES = 2_000


class ExtraMissing(CommandError):
    """What training needs is not installed."""

    code = "extra_missing"


class TrainingRuns(CommandError):
    """An adapter is being trained already."""

    code = "running"


def has_extra() -> bool:
    """Return whether what training needs is installed, without importing it."""
    return has_module(EXTRAS["train"])


def start_training(
    home: Home,
    *,
    environment: Mapping[str, str],
    is_forced: bool = False,
    resumes: bool = False,
    keeps: bool = False,
    command: tuple[str, ...] = COMMAND,
    is_installed: Callable[[], bool] = has_extra,
) -> None:
    """Start a run, and return when it tells how it gets on.

    Args:
        home: whose labels it learns from.
        environment: of the process.
        is_forced: whether it goes on whatever is missing.
        resumes: whether it goes on from the checkpoints of the last run.
        keeps: whether the adapter of a refused run stays.
        command: what is started.
        is_installed: tells whether the extra is.

    Raises:
        ExtraMissing: when peft is not installed.
        TrainingRuns: when one runs already.
        CommandError: when its folder is a link, through which pictures would be kept elsewhere.
        EngineFailed: when the process cannot be started, or ends at once.
    """
    if not is_installed():
        raise ExtraMissing(
            "Training needs the extra `train`, which is not installed.",
            remedy=how_to_add("train"),
        )
    folder = TrainingFolder(home)
    _refuse_links(folder)
    if folder.is_running():
        raise TrainingRuns(
            "An adapter is being trained already.",
            remedy="How far it is: tasted train --status. To end it: tasted train --cancel",
        )
    before = folder.read()
    flags = {"--force": is_forced, "--resume": resumes, "--keep": keeps}
    arguments = [flag for flag, is_set in flags.items() if is_set]
    words = home.logs / "training.stderr"
    try:
        private_folder(home.logs, below=home.root)
        with open_anew(words) as stderr:
            process = subprocess.Popen(
                (*command, "--home", str(home.root), *arguments),
                stdin=subprocess.DEVNULL,
                stdout=stderr,
                stderr=stderr,
                env={**os.environ, **environment, **OFFLINE},
                cwd="/",
                start_new_session=True,
            )
    except OSError as error:
        raise _not_started(str(error)) from error
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline:
        state = folder.read()
        if state is not None and (before is None or state.run > before.run):
            # a daemon is its parent for hours: somebody has to hear that it ended
            threading.Thread(target=process.wait, name="training", daemon=True).start()
            return
        if process.poll() is not None:
            last = words.read_bytes()[-_TAIL_BYTES:].decode("utf-8", "replace").splitlines()
            raise _not_started(last[-1] if last else f"exit status {process.returncode}")
        time.sleep(_PAUSE_SECONDS)
    process.kill()
    raise _not_started("it did not answer in time")


def _refuse_links(folder: TrainingFolder) -> None:
    for kept in (folder.folder, folder.run):
        if kept.is_symlink():
            raise CommandError(f"{kept} is a link.", remedy="Remove it; links are not used there.")


def cancel_training(home: Home) -> bool:
    """Ask the run to end, and wait until it has; return whether there was one.

    Raises:
        EngineFailed: when it does not end.
    """
    folder = TrainingFolder(home)
    if not folder.ask_to_cancel():
        return False
    deadline = time.monotonic() + _END_SECONDS
    while folder.is_running():
        if time.monotonic() > deadline:
            raise EngineFailed(
                "The training did not end in time.",
                remedy="Try again, or end the process tasted.training.",
            )
        time.sleep(_PAUSE_SECONDS)
    return True


def _not_started(why: str) -> EngineFailed:
    return EngineFailed(
        f"The training cannot be started: {why}.",
        remedy="The log .tasted/logs/training.stderr says more.",
    )
