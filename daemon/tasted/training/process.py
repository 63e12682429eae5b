"""The process that trains: behind everything else, with one run, and an end that is always told.

Holds `.tasted/training/lock` while it runs. It survives the command or the daemon that started it,
writes nothing but `.tasted/training`, `.tasted/models`, `.tasted/models.json` and its log, and
reads the inbox beside a running daemon.
"""

import argparse
import contextlib
import os
import shutil
import signal
import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import structlog

from tasted import __version__
from tasted.config import Settings, load_settings
from tasted.daemon.shared.requests import leave_request
from tasted.embedding.models.folder import ModelFolder
from tasted.embedding.models.tuned import read_learned_from
from tasted.embedding.models.weights import canonical_name, find_model
from tasted.errors import ModelMissing, TastedError
from tasted.home.crash_reports import CrashLog
from tasted.home.layout import Home
from tasted.home.lock import lock_owner
from tasted.home.status import read_current
from tasted.home.training_file import TrainingFolder, TrainingState
from tasted.home.training_needs import NotOffered
from tasted.system.logs import set_up_logs
from tasted.system.machine_faults import machine_fault
from tasted.system.priority import stand_back_wholly
from tasted.training.progress import RunProgress, reasons_to_wait
from tasted.training.recipe import TrainingRecipe
from tasted.training.run_options import RunOptions

if TYPE_CHECKING:
    from tasted.training.session import TrainingSession

_PRIVATE_UMASK = 0o077
_MEGABYTE = 1_000_000
_DOING = "trained an adapter"
_THEN = "then train again"

log = structlog.get_logger("tasted.training")


def main(arguments: Sequence[str] | None = None) -> None:
    """Be the training process."""
    # the command that started it may be interrupted: `tasted train --cancel` ends it
    for ignored in (signal.SIGINT, signal.SIGHUP):
        signal.signal(ignored, signal.SIG_IGN)
    os.umask(_PRIVATE_UMASK)
    stand_back_wholly()
    given = _parsed(arguments)
    home = Home(Path(given.home)).taken()
    settings = load_settings(home, environment=os.environ).settings
    set_up_logs(
        home.logs / "training.log",
        level=settings.log.level,
        max_bytes=int(settings.log.max_mb * _MEGABYTE),
        keep=settings.log.keep,
    )
    options = RunOptions(is_forced=given.force, resumes=given.resume, keeps=given.keep)
    sys.exit(train(home, settings, options))


def train(
    home: Home, settings: Settings, options: RunOptions, recipe: TrainingRecipe | None = None
) -> int:
    """Run once, unless another process does; return the exit status.

    Args:
        home: with its identity.
        settings: as they are in force.
        options: of whoever started it.
        recipe: None: the usual one.
    """
    folder = TrainingFolder(home)
    with folder.held() as is_free:
        if not is_free:
            return 0
        folder.forget_cancel()
        now = datetime.now(UTC).isoformat(timespec="milliseconds")
        state = TrainingState(
            folder.next_run(), "starting", settings.embedder.model, now, now, pid=os.getpid()
        )
        progress = RunProgress(
            home,
            folder,
            state,
            reason_to_wait=reasons_to_wait(home),
            max_memory_mb=settings.training.max_memory_mb,
        )
        progress.tell()
        progress.watch()
        try:
            base = frozen_base(home, settings)
            progress.tell(base=base.name)
            chosen = recipe or TrainingRecipe(max_steps=settings.training.max_steps)
            _session(home, settings, base, chosen, options, folder, progress).run()
            _put_on_trial(home, progress.state.model)
        except TastedError as error:
            _told(home, folder, progress, error)
        except Exception as error:
            fault: TastedError | None = machine_fault(error, then=_THEN)
            if fault is None:
                CrashLog(home.crashes_file, version=__version__, check=home.check).note(
                    error, _DOING
                )
                fault = _unforeseen()
            log.exception("training_failed")
            _told(home, folder, progress, fault)
            return 1
        finally:
            progress.end()
    return 0


def _session(
    home: Home,
    settings: Settings,
    base: ModelFolder,
    recipe: TrainingRecipe,
    options: RunOptions,
    folder: TrainingFolder,
    progress: RunProgress,
) -> "TrainingSession":
    # torch and peft take seconds to import, and it was told already that something goes on
    from transformers.utils import logging  # noqa: PLC0415 - as above

    from tasted.training.session import TrainingSession  # noqa: PLC0415 - as above

    logging.disable_progress_bar()
    logging.set_verbosity_error()
    return TrainingSession(home, settings, base, recipe, options, folder=folder, progress=progress)


def frozen_base(home: Home, settings: Settings) -> ModelFolder:
    """Return the model that is trained: never one that was trained here, but what it was made of.

    Raises:
        ModelMissing, ModelUnusable: when it is not there or cannot be used.
    """
    found = _in_force(home, settings)
    learned = read_learned_from(found.folder)
    if learned is None:
        return found
    return find_model(learned.base, models_file=home.models_file, home_root=home.root)


def _in_force(home: Home, settings: Settings) -> ModelFolder:
    """Return the model that decides; that of the settings may still be on its way to that."""
    current = read_current(home.current_file)
    if current is not None and current.embedder != canonical_name(settings.embedder.model):
        # one that was named by its folder cannot be found by its name
        with contextlib.suppress(ModelMissing):
            return find_model(current.embedder, models_file=home.models_file, home_root=home.root)
    return find_model(settings.embedder.model, models_file=home.models_file, home_root=home.root)


def _put_on_trial(home: Home, model: str | None) -> None:
    """Ask the daemon to try a new model; without a daemon a person may begin that at any time."""
    if model is not None and lock_owner(home) is not None:
        # nobody waits for the answer, which is swept
        leave_request(home.requests, "trial", action="start", name=model)


def _told(home: Home, folder: TrainingFolder, progress: RunProgress, error: TastedError) -> None:
    home.check()
    shutil.rmtree(folder.run / "views", ignore_errors=True)
    folder.give_room()
    state = "not_offered" if isinstance(error, NotOffered) else "failed"
    progress.tell(
        state=state,
        message=error.message,
        remedy=error.remedy,
        waiting=None,
        seconds_left=None,
    )
    if state == "failed":
        # what was trained so far stays, and can be gone on from
        folder.archive(replace(progress.state, missing=()))


def _unforeseen() -> TastedError:
    return TastedError(
        "Training failed for a reason that nobody foresaw.",
        remedy="The log .tasted/logs/training.log says more. What to report: tasted doctor",
    )


def _parsed(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="tasted.training")
    parser.add_argument("--home", required=True)
    for flag in ("--force", "--resume", "--keep"):
        parser.add_argument(flag, action="store_true")
    return parser.parse_args(arguments)
