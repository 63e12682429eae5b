"""`tasted run`: the daemon in the foreground, as launchd, systemd or a person starts it."""

import os

import click

from tasted.cli.context import Context


@click.command()
@click.option("--once", is_flag=True, help="Stop when nothing is left to do.")
@click.pass_obj
def run(context: Context, *, once: bool) -> None:
    """Watch the inbox and score what arrives, until stopped.

    Stop it with Ctrl-C or SIGTERM; it finishes the picture in hand and ends with exit status 0.
    """
    from tasted.config import load_settings  # noqa: PLC0415 - pydantic takes 0.2 s to import
    from tasted.daemon.supervisor import run_daemon  # noqa: PLC0415 - as above

    home = context.home()
    settings = context.settings()
    context.start_logs(terminal=True)
    run_daemon(
        home,
        settings,
        reload=lambda: load_settings(home, environment=context.environment).settings,
        until_idle=once,
        on_start=lambda: context.say(
            f"tasted watches {home.inbox} (pid {os.getpid()}). Stop it with Ctrl-C."
        ),
    )
