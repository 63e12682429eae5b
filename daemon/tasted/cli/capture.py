"""`tasted init --capture-here` and `--capture-restore`: the Mac saves its screenshots in the inbox.

Asks first. Runs `defaults`; keeps the old place in `.tasted`.
"""

import shlex
from typing import TYPE_CHECKING

from tasted.cli.context import Context, printable
from tasted.errors import HomeInvalid, UsageError
from tasted.home import Home
from tasted.platform import DARWIN

if TYPE_CHECKING:
    from tasted.service.capture import Capture

_DESKTOP = "the Desktop"
_CONSENT = """
This Mac would save every screenshot that you take in {inbox}, no longer {before}.
- tasted reads ALL of them, not only profiles: also those of letters, chats and bank accounts.
  The text it finds is kept in {outbox} and {state},
  on this machine alone. `reading.keep_text` in the settings keeps less of it.
- The floating preview in the corner delays them: a screenshot arrives when that has gone, some
  seconds after you took it. Swipe it away to be quicker.
Undo it at any time with: tasted init --capture-restore{option}
"""


def capture_here(context: Context, home: Home, *, consents: bool) -> None:
    """Let screenshots be saved in the inbox, if the person agrees.

    Args:
        context: of the command.
        home: whose inbox it is.
        consents: whether `--yes` was said, so that nobody is asked.

    Raises:
        UsageError: on another system, or where nobody can be asked.
        ServiceFailed: when macOS does not take it.
        HomeInvalid: when the old place cannot be kept.
    """
    capture = _capture(context, home)
    before = capture.location()
    if before == str(home.inbox):
        context.show(printable(f"Screenshots are saved in {home.inbox} already."))
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
                "Nobody is here to agree to that.",
                remedy="Call it in a terminal, or add --yes if you agree.",
            )
        if not context.ask("Shall all screenshots go there?"):
            context.show("Nothing was changed.")
            context.answer({"capture": before, "changed": False})
            return
    try:
        capture.point_at(home.inbox)
    except OSError as error:
        raise HomeInvalid(
            f"{home.capture_file} cannot be written: {error.strerror}. Nothing was changed.",
            remedy="Check who owns its folder, and whether the disk is full.",
        ) from error
    context.show(printable(f"Screenshots are saved in {home.inbox} from now on."))
    context.answer({"capture": str(home.inbox), "before": before, "changed": True})


def capture_restore(context: Context, home: Home) -> None:
    """Let screenshots be saved where they were before `--capture-here`.

    Raises:
        UsageError: on another system.
        ServiceFailed: when macOS does not take it, or the old place is not known.
        HomeInvalid: when what was kept cannot be removed.
    """
    capture = _capture(context, home)
    was_kept = capture.kept() is not None
    try:
        kept = capture.restore()
    except OSError as error:
        raise HomeInvalid(
            f"{home.capture_file} cannot be removed: {error.strerror}.",
            remedy="Check who owns its folder.",
        ) from error
    if kept is not None:
        where = f"in {kept.before}" if kept.before else f"on {_DESKTOP}"
        context.show(printable(f"Screenshots are saved {where} again."))
    elif was_kept:
        context.show("Another place was chosen since; it stays as it is.")
    else:
        context.show("Nothing was changed by this home: there is nothing to undo.")
    context.answer(
        {
            "restored": kept is not None,
            "capture": kept.before if kept is not None else capture.location(),
        }
    )


def refuse_elsewhere(context: Context, home: Home) -> None:
    """Refuse on a system whose screenshots are saved by nobody knows which program.

    Raises:
        UsageError: on anything but macOS.
    """
    if context.system != DARWIN:
        raise UsageError(
            "Where screenshots are saved can be set for macOS only.",
            remedy=f"Let your program for screenshots save them in {home.inbox}.",
        )


def _capture(context: Context, home: Home) -> "Capture":
    refuse_elsewhere(context, home)
    from tasted.service.capture import Capture  # noqa: PLC0415 - when asked

    return Capture.of(home, context.environment)
