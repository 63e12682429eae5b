"""`tasted status`: what tasted is doing or waiting for. Works with or without a daemon."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from datetime import UTC, datetime
from typing import Any

import click

from tasted.amounts import counted, file_size
from tasted.cli.commands.model_words import model_change
from tasted.cli.context import Context, printable
from tasted.daemon.shared.training_words import training_now, training_summary
from tasted.embedding.models.in_force import find_deciding, settings_in_force
from tasted.embedding.models.weights import choose_runtime
from tasted.errors import ConfigError, InboxUnavailable, ServiceFault
from tasted.home.crash_reports import crash_summary, recent_crashes
from tasted.home.layout import FoundHome, Home
from tasted.home.lock import lock_owner, process_exists
from tasted.home.status import Heartbeat, Status, deciding_recipe, read_heartbeats, read_status
from tasted.home.training_file import TrainingFolder
from tasted.inbox.listing import list_inbox
from tasted.system.clock import parse_time
from tasted.system.files import folder_bytes
from tasted.trials.bodies import trial_body, trial_line
from tasted.trials.reading import read_standings

_WHY_PLAIN = {
    "names": "names several people",
    "ages": "mentions several ages",
    "looks": "has photos that do not look alike and texts that differ",
    "marked": "has a file .not-a-profile",
    "too_large": "has over 12 pictures",
    "nested": "is in another folder",
}
_WHY_IGNORED = {
    "other": "not a picture",
    "unfinished": "still being written",
    "bundle": "belongs to another program",
    "link": "links are not followed",
    "special": "not a file",
    "in_the_cloud": "its content is only in the cloud",
    "being_copied": "still being copied",
}

_LONELY = "text_without_picture"


@click.command()
@click.pass_obj
def status(context: Context) -> None:
    """Show what tasted is doing, or what it is waiting for."""
    found = context.found()
    owner = lock_owner(found.home)
    snapshot = read_status(found.home.status_file)
    if snapshot is not None:
        # the daemon writes it only now and then
        snapshot = replace(snapshot, training=training_now(found.home))
    running = owner is not None and snapshot is not None and snapshot.pid == owner
    blocked = _blocked_service(found)
    crashes = recent_crashes(found.home.crashes_file, now=datetime.now(UTC))
    report = {
        "home": str(found.home.root),
        "home_because": found.because,
        "running": running,
        "pid": owner,
        "page": str(found.home.page_file) if found.home.page_file.is_file() else None,
        "model": _model(context, found),
        "model_change": model_change(found.home, _wished(context), snapshot if running else None),
        "status": asdict(snapshot) if snapshot is not None else None,
        "blocked_service": None
        if blocked is None or blocked.fault is None
        else {"pid": blocked.pid, "state": blocked.state, **asdict(blocked.fault)},
        "crashes": [asdict(crash) for crash in crashes],
        "lonely_texts": _lonely_texts(found.home, snapshot),
        "training": _training(found.home),
        "trial": _trial(found.home),
        "bytes": {
            "library": folder_bytes(found.home.library),
            "outbox": folder_bytes(found.home.outbox),
            "logs": folder_bytes(found.home.logs),
        },
    }
    if context.json:
        context.answer(report)
        return
    if crashes:
        context.show(click.style(f"Internal {crash_summary(crashes)}", fg="red"))
        context.show("         → See what to report: tasted doctor")
    for line in _lines(found, snapshot, report, running=running):
        context.show(printable(line))


def _trial(home: Home) -> dict[str, Any] | None:
    """Return the last trial as it stands; None: there was none, or the log cannot be read."""
    try:
        standings = read_standings(
            home.trials, home.feedback, decides=deciding_recipe(home.current_file)
        )
    except OSError:
        # the daemon reports it
        return None
    return trial_body(standings[0]) if standings else None


def _training(home: Home) -> dict[str, Any] | None:
    """Return how a training gets on at this moment, or how the last one ended; None: none was."""
    state = TrainingFolder(home).read()
    if state is None:
        return None
    return {
        "is_running": state.is_under_way,
        "state": state.state,
        "summary": training_summary(state),
    }


def _blocked_service(found: FoundHome) -> Heartbeat | None:
    """Return the report of a running service that waits for a person to fix something."""
    beats = read_heartbeats(found.home.blocked_file)
    return next((beat for beat in beats if process_exists(beat.pid)), None)


def _model(context: Context, found: FoundHome) -> dict[str, Any]:
    try:
        chosen = settings_in_force(found.home, context.settings()).embedder
        model = find_deciding(found.home, chosen.model)
        choice = choose_runtime(
            model, runtime=chosen.runtime, device=chosen.device, dtype=chosen.dtype
        )
    except (ServiceFault, ConfigError) as fault:
        return {"ready": False, "message": fault.message, "remedy": fault.remedy}
    return {
        "ready": True,
        "name": model.name,
        "message": f"{model.name} is ready.",
        "remedy": "",
        "runtime": choice.runtime,
        "dtype": choice.computing,
        "slower_because": choice.reason,
    }


def _wished(context: Context) -> str | None:
    try:
        return context.settings().embedder.model
    except ConfigError:
        return None


def _change_lines(change: dict[str, Any]) -> list[str]:
    if change["sentence"] is None:
        return []
    return [
        f"         {change['sentence']}",
        *([f"         → {change['remedy']}"] if change["remedy"] else []),
    ]


def _lines(
    found: FoundHome, snapshot: Status | None, report: dict[str, Any], *, running: bool
) -> list[str]:
    lines = [f"Home     {found.home.root} ({found.because})"]
    if snapshot is None:
        lines.append("Daemon   has never run here. Start it: tasted run")
    elif running:
        lines.append(f"Daemon   {snapshot.state}, pid {snapshot.pid}, {_heartbeat(snapshot)}")
    else:
        lines.append("Daemon   not running. Start it: tasted run")
    blocked = report["blocked_service"]
    if blocked is not None:
        first, *others = blocked["message"].splitlines() or [""]
        lines.append(f"Service  blocked, pid {blocked['pid']}: {first}")
        lines += [f"         {line}" for line in (*others, f"→ {blocked['remedy']}")]
    model = report["model"]
    lines += [f"Model    {line}" for line in model["message"].splitlines()[:1]]
    if model["remedy"]:
        lines.append(f"         → {model['remedy']}")
    if model.get("slower_because"):
        lines.append(f"         run by torch, for openvino: {model['slower_because']}")
    lines += _change_lines(report["model_change"])
    if snapshot is not None:
        lines += _snapshot_lines(snapshot, running=running)
        lines += _text_lines(snapshot, report["lonely_texts"])
    lines += _training_lines(report["training"])
    lines += _trial_lines(report["trial"])
    if report["page"] is not None:
        lines.append(f"Page     {report['page']}")
    sizes = report["bytes"]
    lines.append(
        f"Sizes    library {file_size(sizes['library'])}, outbox {file_size(sizes['outbox'])}, "
        f"logs {file_size(sizes['logs'])}"
    )
    return lines


def _snapshot_lines(snapshot: Status, *, running: bool) -> list[str]:
    has_copies = bool(snapshot.labels.copies or snapshot.labels.twofold)
    lines = [
        f"Taste    {snapshot.liked} liked, {snapshot.rejected} rejected",
        *_version_lines(snapshot),
        *(f"Copies   {remark}" for remark in snapshot.labels.remarks),
        *(["         To see which: tasted evaluate"] if has_copies else []),
        *([f"Next     {snapshot.next}"] if snapshot.next is not None else []),
        _outbox(snapshot.counts),
        *_plain_lines(snapshot),
    ]
    if running:
        engine = snapshot.engine_pid
        lines.append(f"Engine   {'not running' if engine is None else f'running, pid {engine}'}")
        lines.append(f"Queue    {_queue(snapshot)}")
        lines += _saving_lines(snapshot)
        lines += [
            f"Waiting  {path} has been changing for over a minute; tasted waits until it stops"
            for path in snapshot.restless
        ]
        if snapshot.watch.how != "events" or snapshot.watch.why:
            lines.append(f"Watching by {snapshot.watch.how}: {snapshot.watch.why}")
        if snapshot.fault is not None:
            lines.append(f"Blocked  {snapshot.fault.message}")
            lines.append(f"         → {snapshot.fault.remedy}")
        if snapshot.settings_error is not None:
            lines.append("Settings invalid, so the last valid ones are used:")
            lines += [f"         {line}" for line in snapshot.settings_error.message.splitlines()]
            lines.append(f"         → {snapshot.settings_error.remedy}")
    if snapshot.contradictions:
        lines.append(
            f"Labels   liked and rejected, so not counted: {', '.join(snapshot.contradictions)}"
        )
    lines += [f"Doubtful {path}: {sentence}" for path, sentence in snapshot.suspects]
    if snapshot.last_error is not None:
        lines.append(f"Failed   {snapshot.last_error.message}")
        lines.append(f"         → {snapshot.last_error.remedy}")
    if snapshot.ignored:
        ignored = ", ".join(
            f"{count} {why.replace('_', ' ')}" for why, count in sorted(snapshot.ignored.items())
        )
        lines.append(f"Ignored  {ignored}")
        lines += [
            f"         {file.path} ({_WHY_IGNORED.get(file.why, file.why)})"
            for file in snapshot.ignored_newest
        ]
    return lines


def _training_lines(told: Mapping[str, Any] | None) -> list[str]:
    if told is None:
        return []
    first = f"Training {told['summary'].removeprefix('Training ').removeprefix('Training: ')}"
    if told["is_running"]:
        return [first]
    return [first, "         → See more: tasted train --status"]


def _version_lines(snapshot: Status) -> list[str]:
    if snapshot.held is not None:
        return [f"Version  {snapshot.held}", "         → To use them: tasted versions follow"]
    if snapshot.set_aside is not None:
        return [
            f"Version  {snapshot.set_aside} The newest decides instead.",
            "         → To say so: tasted versions follow",
        ]
    return []


def _trial_lines(trial: Mapping[str, Any] | None) -> list[str]:
    line = trial_line(trial) if trial is not None else None
    if trial is None or line is None:
        return []
    back = "Go back: tasted trial dismiss; see" if trial["state"] == "promoted" else "See"
    return [f"Trial    {line}", f"         → {back} more: tasted trial"]


def _lonely_texts(home: Home, snapshot: Status | None) -> list[str]:
    """Return the newest texts in the inbox that belong to no picture, if the daemon saw any.

    They are listed now, and not kept in the status file: there they would name a picture that was
    forgotten while its text stayed.
    """
    if snapshot is None or not snapshot.ignored.get(_LONELY):
        return []
    try:
        return list(list_inbox(home.inbox).lonely_texts)
    except InboxUnavailable:
        # the daemon reports it, or can read what this terminal cannot
        return []


def _text_lines(snapshot: Status, lonely: Sequence[str]) -> list[str]:
    if not lonely:
        return []
    more = snapshot.ignored.get(_LONELY, 0) - len(lonely)
    named = ", ".join(lonely) + (f" and {more} more" if more > 0 else "")
    return [
        f"Texts    without a picture: {named}",
        "         → Give each text the name of its picture: shot.txt for shot.png",
    ]


def _saving_lines(snapshot: Status) -> list[str]:
    if snapshot.saving is None:
        return []
    return [
        f"Saving   the backlog waits because {snapshot.saving}; new pictures do not wait",
        "         → Plug in a charger, or run: tasted config set save_power false",
    ]


def _outbox(counts: Mapping[str, int]) -> str:
    profiles = counts.get("profiles", 0)
    gone = counts.get("gone", 0)
    left = f"; {gone} gone (tasted results --gone)" if gone else ""
    together = f"; {counted(profiles, 'profile')} of several photos" if profiles else ""
    return (
        f"Outbox   {counts.get('scored', 0)} scored, {counts.get('learnt', 0)} learnt, "
        f"{counts.get('error', 0)} failed{together}{left}"
    )


def _plain_lines(snapshot: Status) -> list[str]:
    lines = [
        f"Folders  {plain.folder} {_WHY_PLAIN.get(plain.why, '')}, so its pictures are scored "
        "separately"
        for plain in snapshot.plain
    ]
    more = snapshot.plain_count - len(snapshot.plain)
    return [*lines, f"         and {counted(more, 'more folder')}"] if more > 0 else lines


def _queue(snapshot: Status) -> str:
    queue = snapshot.queue
    if queue.total == 0 and queue.settling == 0:
        return "empty"
    parts = [
        f"{queue.references} to learn",
        f"{queue.new} new",
        f"{queue.profiles} profiles",
        f"{queue.backlog} backlog",
        f"{queue.retries} retries",
        f"{queue.rescores} re-scores",
        f"{queue.texts} texts to read",
        f"{queue.settling} still arriving",
    ]
    text = ", ".join(part for part in parts if not part.startswith("0 "))
    if queue.per_minute is not None:
        text += f"; {queue.per_minute:.0f} a minute"
    if queue.seconds_left is not None:
        text += f", {queue.seconds_left:.0f} s left"
    return text


def _heartbeat(snapshot: Status) -> str:
    age = (datetime.now(UTC) - parse_time(snapshot.heartbeat_at)).total_seconds()
    return f"last checked {max(age, 0):.0f} s ago"
