"""Looks at a home: settings, folders, model, library, logs. Reads; changes nothing.

The library is read by another process: importing LanceDB would make every command slow.
"""

import contextlib
import json
import os
import shlex
import shutil
import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from functools import reduce
from pathlib import Path
from typing import Any

from tasted.config import Settings, load_settings
from tasted.config.sections import EmbedderSettings
from tasted.doctor.facts import (
    CaptureFacts,
    Facts,
    FeedbackFacts,
    FolderLocation,
    LibraryFacts,
    ModelFacts,
    ServiceFacts,
)
from tasted.doctor.page_facts import gather_page
from tasted.doctor.service_facts import reported
from tasted.embedding.models.in_force import model_in_force
from tasted.embedding.models.weights import (
    choose_runtime,
    expected_sha256,
    find_model,
    weights_sha256,
)
from tasted.errors import ConfigError, ServiceFailed, ServiceFault
from tasted.feedback.reading import examine
from tasted.home.crash_reports import recent_crashes
from tasted.home.layout import Home
from tasted.home.lock import lock_owner
from tasted.home.status import FaultReport, read_current, read_status
from tasted.home.switch_file import read_switches
from tasted.home.switch_words import remedy, sentence
from tasted.inbox.access import try_access
from tasted.notify.hook_program import why_not_runnable
from tasted.reading.choosing import Machine, choose
from tasted.service.capture import Capture
from tasted.service.definitions.definition import user_home
from tasted.service.managers.programs import Run
from tasted.system.clock import from_epoch
from tasted.system.files import real_path
from tasted.system.platform import DARWIN, FileSystem, guarded_place, is_removable

_EXAMINE = ("-I", "-m", "tasted.library.examining")
_LOAD_LIBVIPS = ("-I", "-m", "tasted.native.libvips")
_VARIABLE_ORIGIN = "environment "
_MEGABYTE = 1e6


def gather_facts(
    home: Home,
    environment: Mapping[str, str],
    system: str,
    *,
    service: ServiceFacts | None,
    now: datetime,
    run: Run,
    file_system: Callable[[Path], FileSystem],
) -> Facts:
    """Collect everything that the checks look at.

    Args:
        home: an existing home.
        environment: of this command.
        system: `sys.platform`.
        service: as `gather_service` returned it; None on a system without login items.
        now: with a time zone.
        run: runs a program to its end.
        file_system: tells on which file system a folder is.
    """
    settings, fault, shell_only = _settings(home, environment)
    return Facts(
        home=home.root,
        system=system,
        now=now,
        settings=settings,
        settings_fault=fault,
        shell_only=shell_only,
        service=service,
        owner=lock_owner(home),
        status=read_status(home.status_file),
        here=try_access(home.inbox),
        places=tuple(_places(home, environment, system, file_system)),
        model=None if settings is None else _model(home, settings),
        library=_library(home, run),
        reading=None
        if settings is None
        else choose(
            settings.reading.engine, settings.reading.languages, replace(Machine(), system=system)
        ),
        free_mb=shutil.disk_usage(home.root).free / _MEGABYTE,
        newest=_newest(home),
        crashes=recent_crashes(home.crashes_file, now=now),
        log_files=_log_files(home),
        capture=_capture(home, environment) if system == DARWIN else None,
        feedback=_feedback(home),
        page=gather_page(home),
        hook_missing=None if settings is None else why_not_runnable(settings.hooks.on_match),
        libvips_missing=run((sys.executable, *_LOAD_LIBVIPS)).output.strip() or None,
    )


def _settings(
    home: Home, environment: Mapping[str, str]
) -> tuple[Settings | None, FaultReport | None, tuple[tuple[str, str], ...]]:
    """Load the settings, and find the variables of this shell that change them."""
    try:
        loaded = load_settings(home, environment=environment)
    except ConfigError as error:
        return None, reported(error), ()
    named = {name: environment[name] for name in ("HOME",) if name in environment}
    try:
        bare = load_settings(home, environment=named).settings
    except ConfigError as error:
        # a variable of this shell hides a mistake in the files
        return None, reported(error), ()
    differing = tuple(
        (origin.removeprefix(_VARIABLE_ORIGIN), key)
        for key, origin in loaded.origins.items()
        if origin.startswith(_VARIABLE_ORIGIN) and _value(loaded.settings, key) != _value(bare, key)
    )
    return loaded.settings, None, differing


def _value(settings: Settings, key: str) -> Any:
    return reduce(getattr, key.split("."), settings)


def _places(
    home: Home,
    environment: Mapping[str, str],
    system: str,
    file_system: Callable[[Path], FileSystem],
) -> list[FolderLocation]:
    user = real_path(user_home(environment))
    places = []
    for what, folder in (("home", home.root), ("inbox", home.inbox), ("outbox", home.outbox)):
        real = real_path(folder)
        if what != "home" and real.is_relative_to(home.root):
            # it is on the same disk as the home
            continue
        found = file_system(real)
        places.append(
            FolderLocation(
                what,
                real,
                guarded_place(real, user, system=system),
                is_removable(real, system=system),
                found.kind or "network" if found.is_remote else None,
            )
        )
    return places


def _model(home: Home, settings: Settings) -> ModelFacts:
    """Look at the model in force, and at how far a change of it is."""
    wished, current = settings.embedder.model, read_current(home.current_file)
    switches = read_switches(home.switch_file)
    found = model_in_force(home, settings, current)
    switch = switches.switch
    return replace(
        _files_of_model(home, found.settings.embedder),
        change=sentence(switches, current, wished=wished, lost=found.lost),
        change_remedy=remedy(switches, wished=wished),
        is_change_stopped=switch is not None and switch.is_stopped,
    )


def _files_of_model(home: Home, chosen: EmbedderSettings) -> ModelFacts:
    name = chosen.model
    try:
        model = find_model(name, models_file=home.models_file, home_root=home.root)
        choice = choose_runtime(
            model, runtime=chosen.runtime, device=chosen.device, dtype=chosen.dtype
        )
        # computed again: the remembered sum would hide a damaged disk
        found = weights_sha256(replace(model, hashes_file=None))
    except ServiceFault as fault:
        return ModelFacts(name, fault=reported(fault))
    except OSError as error:
        return ModelFacts(
            name,
            fault=FaultReport(
                "model_unusable",
                f"{error.filename} cannot be read: {error.strerror}.",
                "Check who owns it, or download the model again with: tasted models pull",
            ),
        )
    return ModelFacts(
        model.name,
        model.weights_file,
        found,
        expected_sha256(model),
        slower_because=choice.reason,
    )


def _library(home: Home, run: Run) -> LibraryFacts:
    if not home.library.exists():
        return LibraryFacts({})
    outcome = run((sys.executable, *_EXAMINE, str(home.library)))
    try:
        said = json.loads(outcome.output)
        if "rows" in said:
            return LibraryFacts(said["rows"])
        return LibraryFacts({}, FaultReport(said["code"], said["message"], said["remedy"]))
    except (ValueError, KeyError, TypeError):
        return LibraryFacts(
            {},
            FaultReport(
                "library_unusable",
                f"The library {home.library} could not be read: {outcome.words}",
                "Try again; if it happens again: tasted rebuild",
            ),
        )


def _feedback(home: Home) -> FeedbackFacts:
    try:
        return FeedbackFacts(examine(home.feedback))
    except OSError as error:
        return FeedbackFacts(
            fault=FaultReport(
                "feedback_unreadable",
                f"The history of your answers {home.feedback} cannot be read: {error.strerror}.",
                f"Check who owns it: ls -la {shlex.quote(str(home.feedback))}",
            )
        )


def _newest(home: Home) -> tuple[Path, datetime] | None:
    files = (home.status_file, home.current_file, home.blocked_file, home.logs / "tasted.log")
    times = []
    for file in files:
        with contextlib.suppress(OSError):
            times.append((from_epoch(file.stat().st_mtime), file))
    return None if not times else (max(times)[1], max(times)[0])


def _log_files(home: Home) -> dict[str, int]:
    sizes = {}
    with contextlib.suppress(FileNotFoundError), os.scandir(home.logs) as entries:
        for entry in entries:
            with contextlib.suppress(FileNotFoundError):
                sizes[entry.name] = entry.stat(follow_symlinks=False).st_size
    return sizes


def _capture(home: Home, environment: Mapping[str, str]) -> CaptureFacts | None:
    capture = Capture.of(home, environment)
    try:
        kept = capture.kept()
        if kept is None:
            return None
        return CaptureFacts(kept.inbox, capture.location())
    except ServiceFailed as error:
        return CaptureFacts(str(home.inbox), None, reported(error))
