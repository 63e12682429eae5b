"""`tasted run`: the daemon in the foreground, started by launchd, systemd or a person."""

import os
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

import click

from tasted.cli.context import Context
from tasted.errors import UsageError, recreated_error
from tasted.home.layout import Home

if TYPE_CHECKING:
    from tasted.daemon.main_wakeup import MainWakeup
    from tasted.daemon.sd_notify import SystemdNotifier
    from tasted.home.status import Status


@click.command()
@click.option("--once", is_flag=True, help="Stop when nothing is left to do.")
@click.option(
    "--service",
    is_flag=True,
    help="For launchd and systemd: wait for a person to fix an error, instead of ending.",
)
@click.pass_obj
def run(context: Context, *, once: bool, service: bool) -> None:
    """Watch the inbox and score new pictures until stopped.

    Stop it with Ctrl-C or SIGTERM. It finishes the current picture and ends with exit status 0.
    """
    if not service:
        _watch(context, until_idle=once)
        return
    from tasted.daemon.sd_notify import SystemdNotifier  # noqa: PLC0415 - when asked
    from tasted.daemon.service_mode import cut_output, serve, unblock  # noqa: PLC0415 - when asked

    if once or context.named_home is None:
        raise UsageError(
            "--service needs --home DIR, and cannot be used with --once.",
            remedy="Leave out --once, and add --home DIR.",
        )
    cut_output(os.environ)
    notifier = SystemdNotifier.taken_from(os.environ)
    home = Home(context.named_home.absolute())

    def attempt(wakeup: "MainWakeup") -> None:
        _watch(
            # the home may be gone by now
            replace(context, _found=None),
            until_idle=False,
            wakeup=wakeup,
            notifier=notifier,
            unblock=lambda: unblock(home),
        )

    serve(attempt, home, notifier=notifier, say=context.say)


def _watch(
    context: Context,
    *,
    until_idle: bool,
    wakeup: "MainWakeup | None" = None,
    notifier: "SystemdNotifier | None" = None,
    unblock: Callable[[], None] = lambda: None,
) -> None:
    from tasted.config import load_settings  # noqa: PLC0415 - pydantic takes 0.2 s to import
    from tasted.daemon.starting import run_daemon  # noqa: PLC0415 - as above

    home = context.home()
    settings = context.settings()
    context.start_logs(terminal=True)

    def begin() -> None:
        unblock()
        context.say(f"Watching {home.inbox} (pid {os.getpid()}). Stop with Ctrl-C.")

    run_daemon(
        home,
        settings,
        reload=lambda: load_settings(home, environment=context.environment).settings,
        until_idle=until_idle,
        on_start=begin,
        # with `--once` a fault ends the command, and is its error
        on_status=(lambda _status: None) if until_idle else _show_faults(context),
        wakeup=wakeup,
        notifier=notifier,
    )


def _show_faults(context: Context) -> Callable[["Status"], None]:
    """Return what shows why scoring stops, when it does; every reason once."""
    known: set[tuple[str, str]] = set()

    def follow(status: "Status") -> None:
        fault = status.fault
        if fault is not None and (fault.code, fault.message) not in known:
            known.add((fault.code, fault.message))
            context.show_error(
                recreated_error(fault.code, f"blocked: {fault.message}", fault.remedy)
            )

    return follow
