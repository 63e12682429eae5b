"""`tasted review --terminal`: judges pictures in the terminal, by the API of a running daemon."""

import contextlib
import shlex
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from tasted.cli.commands.open import open_on_desktop
from tasted.cli.commands.review import reachable_port
from tasted.cli.context import Context, printable
from tasted.errors import CommandError, NotFound, UsageError
from tasted.home.layout import Home
from tasted.system.files import real_path

if TYPE_CHECKING:
    from tasted.terminal_review.api_client import ApiClient
    from tasted.terminal_review.drawing import Drawing
    from tasted.terminal_review.prefetching import PicturePrefetcher
    from tasted.terminal_review.session import GivenAnswer, ReviewSession

_COMMANDS = frozenset({"like", "reject"})


def review_in_terminal(context: Context, *, pictures: str, kinds: str | None) -> None:
    """Show cards until the person ends it, and say what the session came to.

    Args:
        context: of the command.
        pictures: how to show them: `auto`, or the value of a `Drawing`.
        kinds: which cards; None: all.

    Raises:
        UsageError: without a terminal.
        CommandError: when no daemon runs, or answers could not be sent.
    """
    from tasted.terminal_review.drawing import Drawing, drawing_for, has_many_colours  # noqa: PLC0415 - when asked
    from tasted.terminal_review.review import TerminalReview  # noqa: PLC0415 - as above
    from tasted.terminal_review.session import ReviewSession  # noqa: PLC0415 - as above
    from tasted.terminal_review.terminal import Terminal  # noqa: PLC0415 - as above

    if context.json or not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise UsageError(
            "--terminal needs a terminal to judge in.",
            remedy="For scripts: tasted like FILE, tasted reject FILE, and the API: tasted token",
        )
    home = context.home()
    make_client = _clients(home)
    drawing = drawing_for(context.environment) if pictures == "auto" else Drawing(pictures)
    terminal = Terminal(sys.stdin.fileno(), sys.stdout.fileno())
    session = ReviewSession(make_client())
    sys.stdout.flush()
    with _ready_pictures(make_client, drawing) as ready:
        shown = TerminalReview(
            terminal,
            session,
            ready,
            drawing=drawing,
            many_colours=has_many_colours(context.environment),
            kinds=kinds,
            inbox=home.inbox,
            open_picture=lambda name: _open(context, home, name),
            printable=printable,
        )
        try:
            with terminal.in_use():
                shown.run()
        finally:
            unsent = shown.end()
            _tell_end(context, session, unsent)
    if unsent:
        raise CommandError(
            "Not all answers were saved.", remedy="Start tasted, then judge those again."
        )


def _clients(home: Home) -> "Callable[[], ApiClient]":
    from tasted.home.web_files import WebFiles  # noqa: PLC0415 - when asked
    from tasted.terminal_review.api_client import ApiClient  # noqa: PLC0415 - as above

    port = reachable_port(home)
    # read each time: it may be renewed meanwhile
    token = WebFiles(home.root, home.web).bearer
    return lambda: ApiClient(port, token)


@contextlib.contextmanager
def _ready_pictures(
    make_client: "Callable[[], ApiClient]", drawing: "Drawing"
) -> "Iterator[PicturePrefetcher | None]":
    from tasted.terminal_review.prefetching import PicturePrefetcher  # noqa: PLC0415 - when asked
    from tasted.terminal_review.review import SIZES  # noqa: PLC0415 - as above

    if drawing not in SIZES:
        yield None
        return
    with contextlib.closing(PicturePrefetcher(make_client(), SIZES[drawing])) as ready:
        yield ready


def _open(context: Context, home: Home, name: str) -> None:
    file = home.inbox / Path(name)
    if not real_path(file).is_relative_to(real_path(home.inbox)) or not file.exists():
        raise NotFound(f"{name} is gone.", remedy="Judge the next one: space")
    open_on_desktop(file, environment=context.environment, system=context.system)


def _tell_end(context: Context, session: "ReviewSession", unsent: "list[GivenAnswer]") -> None:
    from tasted.terminal_review import words  # noqa: PLC0415 - when asked

    for line in words.session_lines(session.counts, session.guesses, session.seconds):
        context.show(line)
    told = words.guessed_line(session.progress) if session.progress else None
    if told is not None:
        context.show(told)
    if unsent:
        context.say(words.unsent_line(len(unsent)))
    for given in unsent:
        if given.answer in _COMMANDS:
            context.say(printable(f"  tasted {given.answer} {shlex.quote(given.name)}"))
