"""`tasted token`: the token with which scripts use the programming interface."""

import sys

import click

from tasted.cli.commands.review import reachable_port
from tasted.cli.context import Context
from tasted.errors import CommandError
from tasted.home.layout import Home
from tasted.home.lock import lock_owner


@click.command()
@click.option("--renew", is_flag=True, help="Make a new one; every browser and script is out.")
@click.pass_obj
def token(context: Context, *, renew: bool) -> None:
    """Print the token with which scripts use the programming interface.

    Whoever has it can judge in your name. It lies in the tasted folder, where only you can read it.
    """
    home = context.home()
    bearer = _bearer(home, renew=renew)
    port = _port(home, renew=renew)
    context.answer({"token": bearer, "port": port})
    context.show(bearer)
    if sys.stdout.isatty():
        # not in a script that only wants the token
        where = f"at http://127.0.0.1:{port}/api" if port is not None else "while tasted runs"
        context.say(f'Use it {where}: curl -H "Authorization: Bearer $(tasted token)" ...')


def _bearer(home: Home, *, renew: bool) -> str:
    from tasted.home.web_files import WebFiles  # noqa: PLC0415 - 20 ms

    files = WebFiles(home.root, home.web)
    try:
        return files.renew() if renew else files.bearer()
    except OSError as error:
        raise CommandError(
            f"Cannot write to {home.web}: {error.strerror}.",
            remedy="Check who owns it, and whether the disk is full.",
        ) from error


def _port(home: Home, *, renew: bool) -> int | None:
    return reachable_port(home, renews=renew) if lock_owner(home) is not None else None
