"""What backfills there are, and how far each is: for `tasted backfill`. Reads small files."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from tasted.amounts import counted
from tasted.cli.context import Context, printable
from tasted.home.backfill_files import BackfillState, backfill_places
from tasted.home.layout import Home

_WHY = {
    "link": "link",
    "special": "special file",
    "in_the_cloud": "file in the cloud",
    "being_copied": "file that is being copied",
    "bundle": "library of a program",
    "unfinished": "unfinished download",
    "too_deep": "folder that lies too deep",
    "odd_name": "object whose name no folder can have",
    "unreadable_folder": "folder that cannot be read",
}
_SEVERAL = {
    "in_the_cloud": "files in the cloud",
    "being_copied": "files that are being copied",
    "bundle": "libraries of programs",
    "too_deep": "folders that lie too deep",
    "odd_name": "objects whose names no folder can have",
    "unreadable_folder": "folders that cannot be read",
}
"""What a person may have meant to be scored; hidden and other files are none."""


def list_backfills(context: Context, home: Home) -> None:
    """Print the backfills of a home."""
    found = [(place, place.read()) for place in backfill_places(home)]
    for place, state in found:
        if state is None:
            context.show(f"@{place.name}: {place.state_file} cannot be read")
            context.show(f"  → Remove it: tasted backfill --forget {place.name}")
            continue
        is_running = place.is_held()
        context.answer({**state_value(state), "is_running": is_running})
        context.show(printable(backfill_line(state, is_running=is_running)))
        for root in state.roots:
            context.show(printable(f"  {root.path}"))
    if not found:
        context.say("No backfills yet. Score a folder where it is: tasted backfill FOLDER")


def backfill_line(state: BackfillState, *, is_running: bool = False) -> str:
    """Return how far a backfill is, and by which version."""
    if is_running:
        how = "running"
    elif state.ended_at is not None:
        how = "done"
    else:
        how = f"to continue: tasted backfill --name {state.name}"
    figures = f"{state.scored:,} of {counted(state.found, 'picture')} scored"
    if state.failed:
        figures += f", {state.failed:,} failed"
    by = f", by {state.taste}" if state.taste is not None else ""
    return f"@{state.name}: {figures}{by}; {how}"


def state_value(state: BackfillState) -> dict[str, Any]:
    """Return a state for `--json`."""
    value = asdict(state)
    value["folders"] = [root["path"] for root in value.pop("roots")]
    return {**value, "in": f"@{state.name}", "left": state.left}


def passed_over_words(passed_over: Mapping[str, int]) -> str:
    """Return what was passed over that may have been meant: `2 links, 1 file in the cloud`."""
    return ", ".join(
        counted(passed_over[why], one, _SEVERAL.get(why))
        for why, one in _WHY.items()
        if passed_over.get(why)
    )
