"""`tasted review`: opens the page on which pictures are judged."""

import click

from tasted.cli.commands.open import open_on_desktop
from tasted.cli.context import Context, printable
from tasted.cli.owner import ask_owner
from tasted.errors import CommandError
from tasted.home.layout import Home
from tasted.home.lock import lock_owner


@click.command()
@click.option("--no-open", is_flag=True, help="Print the link instead of opening a browser.")
@click.option("--terminal", "in_terminal", is_flag=True, help="Judge in this terminal instead.")
@click.option(
    "--pictures",
    type=click.Choice(["auto", "kitty", "iterm2", "blocks", "none"]),
    default="auto",
    help="With --terminal: how to show pictures.",
)
@click.option(
    "--kinds", metavar="KINDS", help="With --terminal: only some cards: ask, explore, best."
)
@click.pass_obj
def review(
    context: Context, *, no_open: bool, in_terminal: bool, pictures: str, kinds: str | None
) -> None:
    """Judge pictures in your browser, and see the taste follow.

    The link works once and for a minute; your browser stays signed in for thirty days. The page can
    be reached from this computer only.

    With --terminal you judge in the terminal, with the same cards and keys; ? lists them.
    """
    if in_terminal:
        from tasted.cli.commands.review_in_terminal import review_in_terminal  # noqa: PLC0415 - asked

        review_in_terminal(context, pictures=pictures, kinds=kinds)
        return
    from tasted.home.web_files import WebFiles  # noqa: PLC0415 - 20 ms

    home = context.home()
    port = reachable_port(home)
    try:
        start = WebFiles(home.root, home.web).leave_start_link(port)
    except OSError as error:
        raise CommandError(
            f"Cannot write to {home.web}: {error.strerror}.",
            remedy="Check who owns it, and whether the disk is full.",
        ) from error
    context.answer({"link": start.link, "page": str(start.page)})
    if no_open or context.json:
        context.show(start.link)
        return
    try:
        # a file, so that the link is in no list of processes
        open_on_desktop(start.page, environment=context.environment, system=context.system)
    except CommandError as error:
        raise CommandError(
            f"There is no browser to open. The page is at: {start.link}",
            remedy="Open this link on this computer within a minute.",
        ) from error
    context.show(f"Opened {printable(f'http://127.0.0.1:{port}/review')}")


def reachable_port(home: Home, *, renews: bool = False) -> int:
    """Have the daemon make the page reachable, and return its port.

    Args:
        home: whose page it is.
        renews: whether everybody who is in is to leave.

    Raises:
        CommandError: when no daemon runs, or the page cannot be reached.
        ServiceFault: when the daemon does not answer.
    """
    answer = ask_owner(home, "review", renews=renews) if lock_owner(home) is not None else None
    if answer is None:
        raise CommandError(
            "tasted is not running, so there is no page.",
            remedy="Start it: tasted service install; or in another terminal: tasted run",
        )
    return int(answer["port"])
