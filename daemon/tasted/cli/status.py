"""`tasted status`: what tasted is doing, and why if it is not. Works with and without a daemon."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

import click

from tasted.cli.context import Context, printable
from tasted.embedding.weights import find_model
from tasted.errors import ConfigError, ServiceFault
from tasted.files import folder_bytes
from tasted.home import FoundHome
from tasted.lock import lock_owner, process_exists
from tasted.status import Heartbeat, Status, read_heartbeats, read_status

_WHY_PLAIN = {
    "too_large": "holds more than 12 pictures, so it is no profile; each counts on its own",
    "nested": "lies in another folder, so it is no profile; each picture counts on its own",
}


@click.command()
@click.pass_obj
def status(context: Context) -> None:
    """Say what tasted is doing, and why if it is not."""
    found = context.found()
    owner = lock_owner(found.home)
    snapshot = read_status(found.home.status_file)
    running = owner is not None and snapshot is not None and snapshot.pid == owner
    blocked = _blocked_service(found)
    report = {
        "home": str(found.home.root),
        "home_because": found.because,
        "running": running,
        "pid": owner,
        "page": str(found.home.page_file) if found.home.page_file.is_file() else None,
        "model": _model(context, found),
        "status": asdict(snapshot) if snapshot is not None else None,
        "blocked_service": None
        if blocked is None or blocked.fault is None
        else {"pid": blocked.pid, "state": blocked.state, **asdict(blocked.fault)},
        "bytes": {
            "library": folder_bytes(found.home.library),
            "outbox": folder_bytes(found.home.outbox),
            "logs": folder_bytes(found.home.logs),
        },
    }
    if context.json:
        context.answer(report)
        return
    for line in _lines(found, snapshot, report, running=running):
        context.show(printable(line))


def _blocked_service(found: FoundHome) -> Heartbeat | None:
    """Return what a service says that waits for a person; one that was killed waits no more."""
    beats = read_heartbeats(found.home.blocked_file)
    return next((beat for beat in beats if process_exists(beat.pid)), None)


def _model(context: Context, found: FoundHome) -> dict[str, Any]:
    try:
        wanted = context.settings().embedder.model
        model = find_model(wanted, models_file=found.home.models_file, home_root=found.home.root)
    except (ServiceFault, ConfigError) as fault:
        return {"ready": False, "message": fault.message, "remedy": fault.remedy}
    return {"ready": True, "name": model.name, "message": f"{model.name} is ready.", "remedy": ""}


def _lines(
    found: FoundHome, snapshot: Status | None, report: dict[str, Any], *, running: bool
) -> list[str]:
    lines = [f"Home     {found.home.root} ({found.because})"]
    if snapshot is None:
        lines.append("Daemon   never ran here. Start it with: tasted run")
    elif running:
        lines.append(f"Daemon   {snapshot.state}, pid {snapshot.pid}, {_heartbeat(snapshot)}")
    else:
        lines.append("Daemon   not running. Start it with: tasted run")
    blocked = report["blocked_service"]
    if blocked is not None:
        first, *others = blocked["message"].splitlines() or [""]
        lines.append(f"Service  blocked, pid {blocked['pid']}: {first}")
        lines += [f"         {line}" for line in (*others, f"→ {blocked['remedy']}")]
    model = report["model"]
    lines += [f"Model    {line}" for line in model["message"].splitlines()[:1]]
    if model["remedy"]:
        lines.append(f"         → {model['remedy']}")
    if snapshot is not None:
        lines += _snapshot_lines(snapshot, running=running)
    if report["page"] is not None:
        lines.append(f"Page     {report['page']}")
    sizes = report["bytes"]
    lines.append(
        f"Sizes    library {_megabytes(sizes['library'])}, outbox {_megabytes(sizes['outbox'])}, "
        f"logs {_megabytes(sizes['logs'])}"
    )
    return lines


def _snapshot_lines(snapshot: Status, *, running: bool) -> list[str]:
    lines = [
        f"Taste    {snapshot.liked} liked, {snapshot.rejected} rejected",
        *([f"Next     {snapshot.next}"] if snapshot.next is not None else []),
        _outbox(snapshot.counts),
        *_plain_lines(snapshot),
    ]
    if running:
        engine = snapshot.engine_pid
        lines.append(f"Engine   {'asleep' if engine is None else f'awake, pid {engine}'}")
        lines.append(f"Queue    {_queue(snapshot)}")
        lines += _saving_lines(snapshot)
        lines += [
            f"Waiting  {path} has been changing for over a minute; it is read when it rests"
            for path in snapshot.restless
        ]
        if snapshot.watch.how != "events" or snapshot.watch.why:
            lines.append(f"Watching by {snapshot.watch.how}: {snapshot.watch.why}")
        if snapshot.fault is not None:
            lines.append(f"Blocked  {snapshot.fault.message}")
            lines.append(f"         → {snapshot.fault.remedy}")
        if snapshot.settings_error is not None:
            lines.append("Settings invalid; the last good ones are used:")
            lines += [f"         {line}" for line in snapshot.settings_error.message.splitlines()]
            lines.append(f"         → {snapshot.settings_error.remedy}")
    if snapshot.contradictions:
        lines.append(
            f"Labels   liked and rejected at once, so they count for neither: "
            f"{', '.join(snapshot.contradictions)}"
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
    return lines


def _saving_lines(snapshot: Status) -> list[str]:
    if snapshot.saving is None:
        return []
    return [
        f"Saving   the backlog waits, for {snapshot.saving}; new pictures do not wait",
        "         → It goes on with a charger, or with save_power = false in config/tasted.toml",
    ]


def _outbox(counts: Mapping[str, int]) -> str:
    profiles = counts.get("profiles", 0)
    together = f"; {profiles} profile{'s' * (profiles > 1)} of several photos" if profiles else ""
    return (
        f"Outbox   {counts.get('scored', 0)} scored, {counts.get('learnt', 0)} learnt, "
        f"{counts.get('error', 0)} failed, {counts.get('orphaned', 0)} whose picture is gone"
        f"{together}"
    )


def _plain_lines(snapshot: Status) -> list[str]:
    lines = [f"Plain    {each.folder} {_WHY_PLAIN.get(each.why, '')}" for each in snapshot.plain]
    more = snapshot.plain_count - len(snapshot.plain)
    folders = "folder" if more == 1 else "folders"
    return [*lines, f"         and {more} more {folders}"] if more > 0 else lines


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
        f"{queue.settling} still arriving",
    ]
    text = ", ".join(part for part in parts if not part.startswith("0 "))
    if queue.per_minute is not None:
        text += f"; {queue.per_minute:.0f} a minute"
    if queue.seconds_left is not None:
        text += f", {queue.seconds_left:.0f} s left"
    return text


def _heartbeat(snapshot: Status) -> str:
    age = (datetime.now(UTC) - datetime.fromisoformat(snapshot.heartbeat_at)).total_seconds()
    return f"looked {max(age, 0):.0f} s ago"


def _megabytes(size: int) -> str:
    return f"{size / 1e6:.1f} MB"
