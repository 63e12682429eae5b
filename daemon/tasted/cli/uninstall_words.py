"""What `tasted uninstall` lists: each trace, its size, and what becomes of it. Reads the disk."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from tasted.cli.context import Context, printable
from tasted.home import DEFAULT_HOME, HOME_VARIABLE, Home

if TYPE_CHECKING:
    from tasted.removal.trace import Trace

# what becomes of a trace; asked is whoever sits at the terminal
GOES, ASKED, STAYS = "goes", "asked", "stays"


def fate_of(trace: "Trace", *, purge: bool, pictures: bool, yes: bool) -> str:
    """Return what becomes of a trace under the options that were given."""
    from tasted.removal.trace import Reach  # noqa: PLC0415 - when asked

    if trace.reach is Reach.PICTURES and not pictures:
        return STAYS
    if not yes:
        return ASKED
    return STAYS if trace.reach is Reach.DATA and not purge else GOES


def list_traces(
    context: Context, home: Home | None, traces: Sequence["Trace"], fates: Mapping[str, str]
) -> None:
    """Show every trace; `fates` says by name what becomes of it."""
    if not traces:
        context.show(printable(_nothing(context, home)))
    for each in traces:
        begin = f"{fates[each.name]:<6} {each.name:<12} {size_words(each.size_bytes):>9}  "
        context.show(printable(f"{begin}{each.place}"))
        for line in filter(None, (each.what, each.note)):
            context.show(printable(f"{'':<{len(begin)}}{line}"))


def _nothing(context: Context, home: Home | None) -> str:
    named = context.environment.get(HOME_VARIABLE) or DEFAULT_HOME
    root = Path(named).expanduser() if home is None else home.root
    if not root.is_dir():
        return "tasted left nothing on this machine."
    # without its settings it is no home any more: nothing tells what in it is ours
    count = sum(len(names) for _parent, _folders, names in os.walk(root))
    files = "1 file" if count == 1 else f"{count} files"
    return f"Nothing is left that tasted would remove. {root} is still there, with {files}."


def size_words(size: int) -> str:
    """Return bytes as such as "2.0 MB"."""
    for unit, name in ((1e9, "GB"), (1e6, "MB"), (1e3, "kB")):
        if size >= unit:
            return f"{size / unit:.1f} {name}"
    return f"{size} B"
