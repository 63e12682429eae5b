"""`tasted uninstall`: lists what tasted put on this computer, and removes what is confirmed.

Pictures are removed only with an option of their own.
"""

import contextlib
import os
import shlex
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tasted.amounts import counted, file_size
from tasted.cli.context import Context, printable
from tasted.errors import (
    CommandError,
    HomeInvalid,
    HomeLocked,
    ServiceFault,
    ServiceRefused,
    UsageError,
)
from tasted.home.layout import DEFAULT_HOME, HOME_VARIABLE, Home
from tasted.home.lock import hold_lock, lock_owner
from tasted.system.platform import DARWIN

if TYPE_CHECKING:
    from tasted.removal.trace import Trace

_SHELLS = ("bash", "zsh", "fish")
# what happens to a trace
_GOES, _ASKED, _STAYS = "goes", "asked", "stays"


@click.command()
@click.option("--purge", is_flag=True, help="Remove everything except your pictures.")
@click.option("--delete-pictures", is_flag=True, help="Also delete your pictures in the inbox.")
@click.option("--dry-run", is_flag=True, help="List everything and remove nothing.")
@click.option("--yes", is_flag=True, help="Do not ask; for scripts.")
@click.pass_obj
def uninstall(
    context: Context, *, purge: bool, delete_pictures: bool, dry_run: bool, yes: bool
) -> None:
    """Remove what tasted put on this computer.

    Asks before it removes anything. --purge removes everything except your pictures, which need
    --delete-pictures. --yes alone removes only what is outside the tasted folder: login item,
    setting for screenshots, quick actions, shell completion and lock files.
    """
    from tasted.service.preflight import refuse_session  # noqa: PLC0415 - when asked

    home = _home(context)
    traces = _traces(context, home)
    fates = {
        trace.name: _fate(trace, purge=purge, pictures=delete_pictures, yes=yes) for trace in traces
    }
    _list_traces(context, home, traces, fates)
    chosen: list[Trace] = []
    if not dry_run:
        refuse_session(context.environment)
        chosen = _chosen(context, traces, purge=purge, pictures=delete_pictures, yes=yes)
        _refuse_while_it_runs(home, chosen, traces)
        _remove(context, home, chosen, traces)
    staying = [trace.name for trace in traces if trace not in chosen]
    _say_the_rest(context, home, fates.get("pictures") if dry_run else _STAYS, staying)
    context.answer(
        {
            "dry_run": dry_run,
            "home": None if home is None else str(home.root),
            "traces": [
                {
                    "name": trace.name,
                    "what": trace.what,
                    "place": str(trace.place),
                    "bytes": trace.size_bytes,
                    "note": trace.note,
                    "fate": fates[trace.name],
                    "removed": trace in chosen,
                }
                for trace in traces
            ],
            "package": _package(),
        }
    )


def _home(context: Context) -> Home | None:
    try:
        return context.home()
    except HomeInvalid:
        if context.named_home is not None:
            raise
        # it was deleted by hand; what is outside it may still be there
        return None


def _traces(context: Context, home: Home | None) -> list["Trace"]:
    from tasted.cli.commands.completion import COMPLETE_VARIABLE, script_file  # noqa: PLC0415 - when asked
    from tasted.cli.commands.init import NOTICES  # noqa: PLC0415 - as above
    from tasted.removal import home_files, outside  # noqa: PLC0415 - as above
    from tasted.service.capture import Capture  # noqa: PLC0415 - as above
    from tasted.service.definitions.definition import user_home  # noqa: PLC0415 - as above
    from tasted.service.managers.choosing import open_service_manager  # noqa: PLC0415 - as above
    from tasted.service.quick_actions import installed_actions  # noqa: PLC0415 - as above

    found: list[Trace | None] = []
    with contextlib.suppress(ServiceRefused):
        # a system without login items has none of ours
        manager = open_service_manager(context.environment, context.system)
        found.append(outside.login_item(manager, home))
        if found == [None] and manager.installed() is not None:
            context.say(printable(f"{manager.file} belongs to another tasted folder, and stays."))
    if home is not None and context.system == DARWIN:
        found.append(outside.capture_place(home, Capture.of(home, context.environment)))
    if context.system == DARWIN:
        found += outside.quick_actions(installed_actions(context.environment), home)
    if context.environment.get("HOME"):
        scripts = [script_file(shell, context.environment) for shell in _SHELLS]
        found += outside.completion(scripts, COMPLETE_VARIABLE)
    if home is not None:
        notices = {home.root / name: text.encode("utf-8") for name, text in NOTICES.items()}
        found += _readable(context, lambda: outside.fetched_weights(home))
        found += _readable(context, lambda: [home_files.results(home, notices)])
        found.append(home_files.backfills(home))
        found += [
            home_files.settings(home, notices),
            home_files.pictures(home),
            # last: it records where the weights are, and has the lock
            home_files.state(home),
        ]
    found.append(outside.lock_files(user_home(context.environment)))
    return [trace for trace in found if trace is not None]


def _readable(
    context: Context, look: Callable[[], Sequence["Trace | None"]]
) -> Sequence["Trace | None"]:
    """Look for traces; damage in one place does not stop the removal of the others."""
    try:
        return look()
    except ServiceFault as fault:
        message = f"{fault.message} Files that depend on it are not listed."
        context.show_error(type(fault)(message, remedy=fault.remedy))
        return []


def _chosen(
    context: Context, traces: Sequence["Trace"], *, purge: bool, pictures: bool, yes: bool
) -> list["Trace"]:
    from tasted.removal.trace import Reach  # noqa: PLC0415 - when asked

    fates = [_fate(trace, purge=purge, pictures=pictures, yes=yes) for trace in traces]
    chosen = [trace for trace, fate in zip(traces, fates, strict=True) if fate == _GOES]
    candidates = [trace for trace, fate in zip(traces, fates, strict=True) if fate == _ASKED]
    if not candidates:
        return chosen
    ask = context.ask
    if ask is None:
        raise UsageError(
            "This needs your consent, and there is no terminal to ask you.",
            remedy="Run it in a terminal, or add --dry-run, --yes, or --yes --purge.",
        )
    if not purge:
        return [trace for trace in candidates if ask(f"Remove {trace.name}, {trace.place}?")]
    together = [trace for trace in candidates if trace.reach is not Reach.PICTURES]
    size = file_size(sum(trace.size_bytes for trace in together))
    chosen = (
        together if together and ask(f"Remove all of this except your pictures, {size}?") else []
    )
    own = [trace for trace in candidates if trace.reach is Reach.PICTURES]
    return chosen + [trace for trace in own if ask(f"Also delete {trace.what}, {trace.place}?")]


def _refuse_while_it_runs(
    home: Home | None, chosen: Sequence["Trace"], traces: Sequence["Trace"]
) -> None:
    """Refuse to remove files of a daemon that keeps running without the login item."""
    if home is None or not any(trace.needs_home for trace in chosen):
        return
    owner = lock_owner(home)
    served = any(trace.name == "login item" for trace in traces)
    ends = any(trace.name == "login item" for trace in chosen)
    if owner is None or ends:
        return
    raise HomeLocked(
        f"tasted is running (pid {owner}) in {home.root}.",
        remedy="Remove the login item too." if served else f"Stop it first: kill {owner}",
    )


def _remove(
    context: Context, home: Home | None, chosen: Sequence["Trace"], traces: Sequence["Trace"]
) -> None:
    from tasted.removal.home_files import remove_empty_folders  # noqa: PLC0415 - when asked
    from tasted.removal.outside import remove_free_locks  # noqa: PLC0415 - as above
    from tasted.service.definitions.definition import user_home  # noqa: PLC0415 - as above

    inside = [trace for trace in chosen if trace.needs_home]
    before = [trace for trace in chosen if not trace.needs_home and trace.name != "lock files"]
    after = [trace for trace in chosen if trace.name == "lock files"]
    for trace in before:
        _remove_one(context, trace)
    if home is not None and inside:
        with hold_lock(home):
            for trace in inside:
                _remove_one(context, trace)
            remove_empty_folders(home)
        if all(trace.name != "lock files" for trace in traces):
            # there were none before this command created its own
            remove_free_locks(user_home(context.environment))
    for trace in after:
        _remove_one(context, trace)


def _remove_one(context: Context, trace: "Trace") -> None:
    try:
        trace.remove()
    except OSError as error:
        raise CommandError(
            f"Cannot remove {error.filename or trace.place}: {error.strerror}.",
            remedy="Check who owns it, then run this again. It continues where it stopped.",
        ) from error
    # a folder may stay with files that are not ours
    link = " from" if trace.place.is_dir() else ":"
    context.show(printable(f"Removed {trace.name}{link} {trace.place}"))


def _say_the_rest(
    context: Context, home: Home | None, fate: str | None, staying: Sequence[str]
) -> None:
    if home is not None and "pictures" in staying and fate == _STAYS:
        context.say(printable(f"Your pictures stay in {home.inbox}."))
    context.say(printable(f"To remove the program itself: {_package()}"))


def _package() -> str:
    """Return the command that removes the package that runs."""
    prefix = Path(sys.prefix)
    if "uv/tools/" in prefix.as_posix():
        return "uv tool uninstall tasted"
    if "pipx/venvs/" in prefix.as_posix():
        return "pipx uninstall tasted"
    return f"{shlex.quote(sys.executable)} -m pip uninstall tasted, or delete {prefix}"


def _fate(trace: "Trace", *, purge: bool, pictures: bool, yes: bool) -> str:
    """Return what happens to a trace with these options."""
    from tasted.removal.trace import Reach  # noqa: PLC0415 - when asked

    if trace.reach is Reach.PICTURES and not pictures:
        return _STAYS
    if not yes:
        return _ASKED
    return _STAYS if trace.reach is Reach.DATA and not purge else _GOES


def _list_traces(
    context: Context, home: Home | None, traces: Sequence["Trace"], fates: Mapping[str, str]
) -> None:
    """Show every trace, and what happens to it by its name in `fates`."""
    if not traces:
        context.show(printable(_nothing(context, home)))
    for trace in traces:
        begin = f"{fates[trace.name]:<6} {trace.name:<12} {file_size(trace.size_bytes):>9}  "
        context.show(printable(f"{begin}{trace.place}"))
        for line in filter(None, (trace.what, trace.note)):
            context.show(printable(f"{'':<{len(begin)}}{line}"))


def _nothing(context: Context, home: Home | None) -> str:
    named = context.environment.get(HOME_VARIABLE) or DEFAULT_HOME
    root = Path(named).expanduser() if home is None else home.root
    if not root.is_dir():
        return "There is nothing of tasted on this computer."
    # without its settings it is not a home, so it is unknown which files are ours
    count = sum(len(names) for _parent, _folders, names in os.walk(root))
    return f"Nothing left to remove. {root} still has {counted(count, 'file')}."
