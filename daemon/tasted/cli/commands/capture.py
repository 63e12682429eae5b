"""`tasted init --capture-here` and `--capture-restore`: macOS saves screenshots in the inbox.

Asks first. Runs `defaults`; keeps the old folder in `.tasted`.
"""

import shlex
from typing import TYPE_CHECKING

from tasted.cli.context import Context, printable
from tasted.errors import HomeInvalid, UsageError
from tasted.home.layout import Home
from tasted.system.platform import DARWIN

if TYPE_CHECKING:
    from tasted.service.capture import Capture

_DESKTOP = "the Desktop"
_CONSENT = """
This Mac will save every screenshot you take in {inbox}, not {before} as now.
- tasted reads ALL of them, also screenshots of letters, chats and bank accounts.
  It keeps the text it finds in {outbox} and {state},
  on this computer only. The setting `reading.keep_text` keeps less of it.
- A screenshot arrives after its preview in the corner disappears, some seconds after you took it.
  Swipe the preview away to be quicker.
To undo this at any time: tasted init --capture-restore{option}
"""


def capture_here(context: Context, home: Home, *, consents: bool) -> None:
    """Make macOS save screenshots in the inbox, if the person agrees.

    Args:
        context: of the command.
        home: whose inbox it is.
        consents: whether `--yes` was given, so that nothing is asked.

    Raises:
        UsageError: on another system, or where nobody can be asked.
        ServiceFailed: when macOS refuses.
        HomeInvalid: when the old folder cannot be kept.
    """
    capture = _capture(context, home)
    before = capture.location()
    if before == str(home.inbox):
        context.show(printable(f"Screenshots are already saved in {home.inbox}."))
        context.answer({"capture": str(home.inbox), "changed": False})
        return
    option = "" if context.named_home is None else f" --home {shlex.quote(str(home.root))}"
    words = _CONSENT.format(
        inbox=home.inbox,
        before=f"in {before}" if before else f"on {_DESKTOP}",
        outbox=home.outbox,
        state=home.state,
        option=option,
    )
    context.say("\n".join(map(printable, words.split("\n"))))
    if not consents:
        if context.ask is None:
            raise UsageError(
                "This needs your consent, and there is no terminal to ask you.",
                remedy="Run it in a terminal, or add --yes if you agree.",
            )
        if not context.ask("Save all screenshots there?"):
            context.show("Nothing was changed.")
            context.answer({"capture": before, "changed": False})
            return
    try:
        capture.point_at(home.inbox)
    except OSError as error:
        raise HomeInvalid(
            f"Cannot write {home.capture_file}: {error.strerror}. Nothing was changed.",
            remedy="Check who owns its folder, and whether the disk is full.",
        ) from error
    context.show(printable(f"Screenshots are now saved in {home.inbox}."))
    context.answer({"capture": str(home.inbox), "before": before, "changed": True})


def capture_restore(context: Context, home: Home) -> None:
    """Make macOS save screenshots where it did before `--capture-here`.

    Raises:
        UsageError: on another system.
        ServiceFailed: when macOS refuses, or the old folder is unknown.
        HomeInvalid: when the record of the old folder cannot be removed.
    """
    capture = _capture(context, home)
    was_kept = capture.kept() is not None
    try:
        kept = capture.restore()
    except OSError as error:
        raise HomeInvalid(
            f"Cannot remove {home.capture_file}: {error.strerror}.",
            remedy="Check who owns its folder.",
        ) from error
    if kept is not None:
        where = f"in {kept.before}" if kept.before else f"on {_DESKTOP}"
        context.show(printable(f"Screenshots are saved {where} again."))
    elif was_kept:
        context.show("You chose another folder since then; it stays.")
    else:
        context.show("Nothing to undo: tasted did not change where screenshots are saved.")
    context.answer(
        {
            "restored": kept is not None,
            "capture": kept.before if kept is not None else capture.location(),
        }
    )


def refuse_elsewhere(context: Context, home: Home) -> None:
    """Refuse on a system where the program that saves screenshots is unknown.

    Raises:
        UsageError: on anything but macOS.
    """
    if context.system != DARWIN:
        raise UsageError(
            "tasted can set where screenshots are saved only on macOS.",
            remedy=f"Set your screenshot program to save in {home.inbox}.",
        )


def _capture(context: Context, home: Home) -> "Capture":
    refuse_elsewhere(context, home)
    from tasted.service.capture import Capture  # noqa: PLC0415 - when asked

    return Capture.of(home, context.environment)
