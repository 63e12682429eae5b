"""`tasted open`: opens the page, a folder or the settings on the desktop. Starts a program."""

import shutil
from collections.abc import Mapping
from pathlib import Path

import click

from tasted.cli.context import Context, printable
from tasted.errors import CommandError, NotFound
from tasted.system.platform import DARWIN

_DISPLAYS = ("DISPLAY", "WAYLAND_DISPLAY")


@click.command("open")
@click.argument(
    "what", type=click.Choice(["page", "inbox", "outbox", "config"]), default="page", required=False
)
@click.pass_obj
def open_(context: Context, *, what: str) -> None:
    """Open the page of results, the inbox, the outbox or the settings file.

    The page opens in your browser, a folder in your file manager, the settings file in your editor.
    """
    home = context.home()
    places = {
        "page": (home.page_file, "tasted writes it while running. Start it: tasted run"),
        "inbox": (home.inbox, f"Create it: tasted init {home.root}"),
        "outbox": (home.outbox, f"Create it: tasted init {home.root}"),
        "config": (home.config_file, f"Create it: tasted init {home.root}"),
    }
    place, remedy = places[what]
    if not place.exists():
        raise NotFound(f"{place} does not exist yet.", remedy=remedy)
    open_on_desktop(place, environment=context.environment, system=context.system)
    context.show(f"Opened {printable(str(place))}")
    context.answer({"opened": str(place)})


def open_on_desktop(place: Path, *, environment: Mapping[str, str], system: str) -> None:
    """Open a file or folder with `open` on macOS and `xdg-open` elsewhere, without waiting.

    Args:
        place: what to open.
        environment: PATH, and whether there is a display.
        system: `sys.platform`.

    Raises:
        CommandError: when there is no desktop, or the program is missing.
    """
    # not waited for: some programs run until the picture is closed
    if system != DARWIN and not any(environment.get(name) for name in _DISPLAYS):
        raise CommandError(
            f"There is no desktop to open it on. It is here: {place}",
            remedy="In a terminal, use: tasted results. On a desktop, set DISPLAY.",
        )
    program = "open" if system == DARWIN else "xdg-open"
    if shutil.which(program, path=environment.get("PATH")) is None or click.launch(str(place)):
        raise CommandError(
            f"The program {program}, which opens files, is missing. The file is here: {place}",
            remedy="On Linux, install the package xdg-utils.",
        )
