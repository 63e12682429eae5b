"""`tasted uninstall`: lists every trace with its size, and removes what is confirmed.

Pictures go only when they are named by an option of their own.
"""

import contextlib
import shlex
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tasted.cli.context import Context, printable
from tasted.cli.uninstall_words import ASKED, GOES, STAYS, fate_of, list_traces, size_words
from tasted.errors import (
    CommandError,
    HomeInvalid,
    HomeLocked,
    ServiceFault,
    ServiceRefused,
    UsageError,
)
from tasted.home import Home
from tasted.lock import hold_lock, lock_owner
from tasted.platform import DARWIN

if TYPE_CHECKING:
    from tasted.removal.trace import Trace

_SHELLS = ("bash", "zsh", "fish")


@click.command()
@click.option("--purge", is_flag=True, help="Everything but your pictures.")
@click.option("--delete-pictures", is_flag=True, help="Your pictures in the inbox as well.")
@click.option("--dry-run", is_flag=True, help="List everything, and remove nothing.")
@click.option("--yes", is_flag=True, help="Do not ask; for scripts.")
@click.pass_obj
def uninstall(
    context: Context, *, purge: bool, delete_pictures: bool, dry_run: bool, yes: bool
) -> None:
    """Remove what tasted left on this machine.

    Without an option you are asked about each trace. --purge takes all of them but your pictures,
    which go only with --delete-pictures. --yes alone removes what lies outside the home: login
    item, place of screenshots, shell completion, lock files.
    """
    from tasted.service.checks import refuse_session  # noqa: PLC0415 - when asked

    home = _home(context)
    traces = _traces(context, home)
    fates = {
        each.name: fate_of(each, purge=purge, pictures=delete_pictures, yes=yes) for each in traces
    }
    list_traces(context, home, traces, fates)
    chosen: list[Trace] = []
    if not dry_run:
        refuse_session(context.environment)
        chosen = _chosen(context, traces, purge=purge, pictures=delete_pictures, yes=yes)
        _refuse_while_it_runs(home, chosen, traces)
        _remove(context, home, chosen, traces)
    staying = [each.name for each in traces if each not in chosen]
    _say_the_rest(context, home, fates.get("pictures") if dry_run else STAYS, staying)
    context.answer(
        {
            "dry_run": dry_run,
            "home": None if home is None else str(home.root),
            "traces": [
                {
                    "name": each.name,
                    "what": each.what,
                    "place": str(each.place),
                    "bytes": each.size_bytes,
                    "note": each.note,
                    "fate": fates[each.name],
                    "removed": each in chosen,
                }
                for each in traces
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
        # somebody deleted it by hand: what lies outside of it is still there
        return None


def _traces(context: Context, home: Home | None) -> list["Trace"]:
    from tasted.cli.completion import COMPLETE_VARIABLE, script_file  # noqa: PLC0415 - when asked
    from tasted.cli.new_home import NOTICES  # noqa: PLC0415 - as above
    from tasted.removal import home_files, outside, weights  # noqa: PLC0415 - as above
    from tasted.service.capture import Capture  # noqa: PLC0415 - as above
    from tasted.service.opening import open_keeper  # noqa: PLC0415 - as above
    from tasted.service.places import user_home  # noqa: PLC0415 - as above

    found: list[Trace | None] = []
    with contextlib.suppress(ServiceRefused):
        # a system without login items that are known has none of ours
        keeper = open_keeper(context.environment, context.system)
        found.append(outside.login_item(keeper, home))
        if found == [None] and keeper.installed() is not None:
            context.say(printable(f"{keeper.file} is not this home's, and stays."))
    if home is not None and context.system == DARWIN:
        found.append(outside.capture_place(home, Capture.of(home, context.environment)))
    if context.environment.get("HOME"):
        scripts = [script_file(shell, context.environment) for shell in _SHELLS]
        found += outside.completion(scripts, COMPLETE_VARIABLE)
    if home is not None:
        notices = {home.root / name: text.encode("utf-8") for name, text in NOTICES.items()}
        found += _readable(context, lambda: weights.fetched_weights(home))
        found += _readable(context, lambda: [home_files.results(home, notices)])
        found += [
            home_files.settings(home, notices),
            home_files.pictures(home),
            # last: it says where the weights are, and holds the lock
            home_files.state(home),
        ]
    found.append(outside.lock_files(user_home(context.environment)))
    return [each for each in found if each is not None]


def _readable(
    context: Context, look: Callable[[], Sequence["Trace | None"]]
) -> Sequence["Trace | None"]:
    """Look for traces; what is damaged keeps nobody from removing the others."""
    try:
        return look()
    except ServiceFault as fault:
        context.say(printable(f"{fault.message} What hangs on it is not listed."))
        return []


def _chosen(
    context: Context, traces: Sequence["Trace"], *, purge: bool, pictures: bool, yes: bool
) -> list["Trace"]:
    from tasted.removal.trace import Reach  # noqa: PLC0415 - when asked

    fates = [fate_of(each, purge=purge, pictures=pictures, yes=yes) for each in traces]
    chosen = [each for each, fate in zip(traces, fates, strict=True) if fate == GOES]
    candidates = [each for each, fate in zip(traces, fates, strict=True) if fate == ASKED]
    if not candidates:
        return chosen
    ask = context.ask
    if ask is None:
        raise UsageError(
            "Nobody is here to confirm what shall go.",
            remedy="Call it in a terminal; or say --dry-run, or --yes with or without --purge.",
        )
    if not purge:
        return [each for each in candidates if ask(f"Remove {each.name}, {each.place}?")]
    together = [each for each in candidates if each.reach is not Reach.PICTURES]
    size = size_words(sum(each.size_bytes for each in together))
    chosen = together if together and ask(f"Remove all of this but your pictures, {size}?") else []
    own = [each for each in candidates if each.reach is Reach.PICTURES]
    return chosen + [each for each in own if ask(f"Delete {each.what}, {each.place}, too?")]


def _refuse_while_it_runs(
    home: Home | None, chosen: Sequence["Trace"], traces: Sequence["Trace"]
) -> None:
    """Refuse to take files away under a daemon that the removal of the login item will not end."""
    if home is None or not any(each.needs_home for each in chosen):
        return
    owner = lock_owner(home)
    served = any(each.name == "login item" for each in traces)
    ends = any(each.name == "login item" for each in chosen)
    if owner is None or ends:
        return
    raise HomeLocked(
        f"A process of tasted (pid {owner}) works with {home.root}.",
        remedy="Let the login item go as well." if served else f"Stop it first: kill {owner}",
    )


def _remove(
    context: Context, home: Home | None, chosen: Sequence["Trace"], traces: Sequence["Trace"]
) -> None:
    from tasted.removal.home_files import remove_empty_folders  # noqa: PLC0415 - when asked
    from tasted.removal.outside import remove_free_locks  # noqa: PLC0415 - as above
    from tasted.service.places import user_home  # noqa: PLC0415 - as above

    inside = [each for each in chosen if each.needs_home]
    before = [each for each in chosen if not each.needs_home and each.name != "lock files"]
    after = [each for each in chosen if each.name == "lock files"]
    for each in before:
        _remove_one(context, each)
    if home is not None and inside:
        with hold_lock(home):
            for each in inside:
                _remove_one(context, each)
            remove_empty_folders(home)
        if all(each.name != "lock files" for each in traces):
            # there were none before this command made its own
            remove_free_locks(user_home(context.environment))
    for each in after:
        _remove_one(context, each)


def _remove_one(context: Context, trace: "Trace") -> None:
    try:
        trace.remove()
    except OSError as error:
        raise CommandError(
            f"{error.filename or trace.place} cannot be removed: {error.strerror}.",
            remedy="Check who owns it, then run this again: it goes on where it stopped.",
        ) from error
    # what is not ours stays, and its folder with it
    link = " from" if trace.place.is_dir() else ":"
    context.show(printable(f"Removed {trace.name}{link} {trace.place}"))


def _say_the_rest(
    context: Context, home: Home | None, fate: str | None, staying: Sequence[str]
) -> None:
    if home is not None and "pictures" in staying and fate == STAYS:
        context.say(printable(f"Your pictures stay in {home.inbox}."))
    context.say(printable(f"The program itself goes with: {_package()}"))


def _package() -> str:
    """Return the command that removes the package that runs."""
    prefix = Path(sys.prefix)
    if "uv/tools/" in prefix.as_posix():
        return "uv tool uninstall tasted"
    if "pipx/venvs/" in prefix.as_posix():
        return "pipx uninstall tasted"
    return f"{shlex.quote(sys.executable)} -m pip uninstall tasted, or delete {prefix}"
