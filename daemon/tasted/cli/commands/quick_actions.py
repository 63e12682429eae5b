"""`tasted init --quick-actions`: Like and Reject in Finder. Writes to `~/Library/Services`."""

from tasted.cli.context import Context, printable
from tasted.errors import CommandError, UsageError
from tasted.home.layout import Home
from tasted.system.platform import DARWIN

_TOLD = """\
In Finder: right-click pictures or a folder, then Quick Actions > {titles}.
If they are not there: Quick Actions > Customize, and switch them on.
They have not been tried on a Mac yet.
To undo this: tasted uninstall (it asks about each thing)"""


def refuse_elsewhere(context: Context) -> None:
    """Refuse on a system without Finder.

    Raises:
        UsageError: on anything but macOS.
    """
    if context.system != DARWIN:
        raise UsageError(
            "Quick actions are part of Finder, so they exist only on macOS.",
            remedy="Use tasted like and tasted reject, or your file manager's own scripts.",
        )


def add_quick_actions(context: Context, home: Home) -> None:
    """Write both quick actions for a home, and say where they are.

    Raises:
        ServiceRefused: when the Python that runs is not there to stay, or a name is taken.
        CommandError: when a file cannot be written.
    """
    from tasted.service.definitions.workflow import QUICK_ACTIONS  # noqa: PLC0415 - when asked
    from tasted.service.installation import installation_of  # noqa: PLC0415 - as above
    from tasted.service.preflight import refuse_interpreter, refuse_session  # noqa: PLC0415 - as above
    from tasted.service.quick_actions import install_actions  # noqa: PLC0415 - as above

    refuse_session(context.environment)
    installation = installation_of(
        home, context.environment, context.system, temporary=context.temporary
    )
    refuse_interpreter(installation, then="tasted init --quick-actions")
    try:
        folders = install_actions(
            context.environment, interpreter=installation.interpreter, home=home.root
        )
    except OSError as error:
        raise CommandError(
            f"Cannot write {error.filename or 'the quick actions'}: {error.strerror}.",
            remedy="Check who owns ~/Library/Services, and run this again.",
        ) from error
    for folder in folders:
        context.show(printable(f"Wrote {folder}"))
    titles = " or ".join(action.title for action in QUICK_ACTIONS)
    context.show(_TOLD.format(titles=titles))
    context.answer({"quick_actions": [str(folder) for folder in folders]})
