"""`tasted run`: the daemon in the foreground, as launchd, systemd or a person starts it."""

import os
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

import click

from tasted.cli.context import Context, printable
from tasted.errors import UsageError
from tasted.home import Home

if TYPE_CHECKING:
    from tasted.daemon.bell import Bell
    from tasted.daemon.notifier import Notifier
    from tasted.status import Status


@click.command()
@click.option("--once", is_flag=True, help="Stop when nothing is left to do.")
@click.option(
    "--service",
    is_flag=True,
    help="For launchd and systemd: wait for what a person has to mend, instead of ending.",
)
@click.pass_obj
def run(context: Context, *, once: bool, service: bool) -> None:
    """Watch the inbox and score what arrives, until stopped.

    Stop it with Ctrl-C or SIGTERM; it finishes the picture in hand and ends with exit status 0.
    """
    if not service:
        _watch(context, until_idle=once)
        return
    from tasted.daemon.notifier import Notifier  # noqa: PLC0415 - when asked
    from tasted.daemon.service_mode import cut_output, serve, unblock  # noqa: PLC0415 - when asked

    if once or context.named_home is None:
        raise UsageError(
            "--service runs until it is stopped, and needs the home by name.",
            remedy="Leave out --once, and add --home DIR.",
        )
    cut_output(os.environ)
    notifier = Notifier.taken_from(os.environ)
    home = Home(context.named_home.absolute())

    def attempt(bell: "Bell") -> None:
        _watch(
            # the home may have gone since it was found
            replace(context, _found=None),
            until_idle=False,
            bell=bell,
            notifier=notifier,
            unblock=lambda: unblock(home),
        )

    serve(attempt, home, notifier=notifier, say=context.say)


def _watch(
    context: Context,
    *,
    until_idle: bool,
    bell: "Bell | None" = None,
    notifier: "Notifier | None" = None,
    unblock: Callable[[], None] = lambda: None,
) -> None:
    from tasted.config import load_settings  # noqa: PLC0415 - pydantic takes 0.2 s to import
    from tasted.daemon.supervisor import run_daemon  # noqa: PLC0415 - as above

    home = context.home()
    settings = context.settings()
    context.start_logs(terminal=True)

    def begin() -> None:
        unblock()
        context.say(f"tasted watches {home.inbox} (pid {os.getpid()}). Stop it with Ctrl-C.")

    run_daemon(
        home,
        settings,
        reload=lambda: load_settings(home, environment=context.environment).settings,
        until_idle=until_idle,
        on_start=begin,
        # with `--once` what stands in the way ends the command, and is its error
        on_status=(lambda _status: None) if until_idle else _tell_of_faults(context),
        bell=bell,
        notifier=notifier,
    )


def _tell_of_faults(context: Context) -> Callable[["Status"], None]:
    """Return what says why nothing is scored when that begins; each reason once."""
    told: set[tuple[str, str]] = set()

    def follow(status: "Status") -> None:
        fault = status.fault
        if fault is not None and (fault.code, fault.message) not in told:
            told.add((fault.code, fault.message))
            for line in f"blocked: {fault.message}".splitlines():
                context.say(f"tasted: {printable(line)}")
            context.say(f"  → {printable(fault.remedy)}")

    return follow
