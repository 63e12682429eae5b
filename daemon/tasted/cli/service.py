"""`tasted service`: lets launchd or systemd run tasted from login to logout. Asks them to."""

import shlex
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tasted.cli.context import Context, printable
from tasted.errors import ServiceFailed, UsageError
from tasted.home import Home
from tasted.platform import DARWIN, file_system_of

if TYPE_CHECKING:
    from tasted.service.definition import Definition
    from tasted.service.keeper import Keeper
    from tasted.service.report import Report

_LINES = 40
_ON_MAC = """\
macOS {will} announce a background item, and name it after Python, not after tasted: that is
expected. It {will} be listed in System Settings > General > Login Items & Extensions, where you
can switch it off. Undo everything with: tasted service uninstall
"""
_ON_LINUX = """\
systemd {will} start tasted whenever you log in. Undo everything with: tasted service uninstall
"""


@click.group()
def service() -> None:
    """Let tasted run from login to logout."""


@service.command()
@click.option("--replace", is_flag=True, help="Put this home in the place of another one.")
@click.option("--dry-run", is_flag=True, help="Say what would be done, and do nothing.")
@click.pass_obj
def install(context: Context, *, replace: bool, dry_run: bool) -> None:
    """Start tasted now and at every login, and again when it crashes."""
    from tasted.service.checks import refuse_other, refuse_session  # noqa: PLC0415 - when asked

    home = context.home()
    keeper = _keeper(context)
    refuse_session(context.environment)
    definition = _checked(context, home)
    if not replace:
        refuse_other(keeper.installed(), home.root, keeper.file)
    announced = _ON_MAC if context.system == DARWIN else _ON_LINUX
    context.say(announced.format(will="would" if dry_run else "will"))
    if dry_run:
        plan = keeper.plan(definition)
        context.show(f"Would write {keeper.file}:\n\n{_printable_lines(plan.text)}\nWould run:")
        for command in plan.commands:
            context.show(f"  {printable(command)}")
        context.answer(
            {"dry_run": True, "file": str(keeper.file), "text": plan.text, "run": plan.commands}
        )
        return
    notes = keeper.install(definition)
    for note in notes:
        context.say(note)
    context.show(f"Installed: {keeper.file}")
    _tell(context, keeper)


@service.command()
@click.option("--dry-run", is_flag=True, help="Say what would be removed, and do nothing.")
@click.pass_obj
def uninstall(context: Context, *, dry_run: bool) -> None:
    """Stop tasted and take it out of the login; the home stays as it is."""
    from tasted.service.report import remove_leavings  # noqa: PLC0415 - when asked

    keeper, root = _acting(context)
    if dry_run:
        there = keeper.installed() is not None
        context.show(f"Would stop it and remove {keeper.file}." if there else "Nothing is there.")
        context.answer({"dry_run": True, "removed": [str(keeper.file)] if there else []})
        return
    removed = keeper.uninstall()
    if root is not None:
        removed += remove_leavings(root)
    for file in removed:
        context.show(printable(f"Removed {file}"))
    context.show("The service is gone; home and results stay." if removed else "Nothing was there.")
    context.answer({"removed": removed})


@service.command()
@click.pass_obj
def start(context: Context) -> None:
    """Start the installed service, and wait until its heart beats."""
    keeper, _root = _acting(context)
    keeper.start()
    _tell(context, keeper)


@service.command()
@click.pass_obj
def stop(context: Context) -> None:
    """Stop the service until the next login, or until `start`."""
    keeper, _root = _acting(context)
    if keeper.installed() is None:
        raise ServiceFailed(
            "The service is not installed.", remedy="Install it with: tasted service install"
        )
    keeper.stop()
    _tell(context, keeper)


@service.command()
@click.pass_obj
def restart(context: Context) -> None:
    """Stop the service and start it as its file has it now."""
    keeper, _root = _acting(context)
    keeper.restart()
    _tell(context, keeper)


@service.command()
@click.pass_obj
def status(context: Context) -> None:
    """Say whether it runs, since when, and what is wrong with it."""
    _tell(context, _keeper(context))


@service.command()
@click.option("--lines", "-n", default=_LINES, show_default=True, type=click.IntRange(1))
@click.pass_obj
def logs(context: Context, *, lines: int) -> None:
    """Print the last lines of what the service wrote."""
    from tasted.service.definition import home_in  # noqa: PLC0415 - when asked
    from tasted.service.launchd_plist import ERRORS_NAME  # noqa: PLC0415 - when asked

    keeper = _keeper(context)
    root = home_in(keeper.installed() or ())
    home = context.home() if root is None else Home(root)
    for name in (ERRORS_NAME, "tasted.log"):
        file = home.logs / name
        found = _last_lines(file, lines)
        context.answer({"file": str(file), "lines": found})
        if found:
            context.show(f"==> {file}")
            for line in found:
                context.show(printable(line))
    if keeper.name == "systemd":
        context.say("What systemd says of it: journalctl --user --unit tasted")


def _keeper(context: Context) -> "Keeper":
    from tasted.service.opening import open_keeper  # noqa: PLC0415 - when asked

    return open_keeper(context.environment, context.system)


def _acting(context: Context) -> tuple["Keeper", Path | None]:
    """Return the keeper, and the home that its service serves, if it is the one that is named."""
    from tasted.service.checks import refuse_session  # noqa: PLC0415 - when asked
    from tasted.service.definition import home_in  # noqa: PLC0415 - when asked

    refuse_session(context.environment)
    keeper = _keeper(context)
    root = home_in(keeper.installed() or ())
    if root is not None and context.named_home is not None and context.home().root != root:
        raise UsageError(
            f"The service serves {root}, not {context.home().root}.",
            remedy=f"Leave out --home, or name that one: --home {shlex.quote(str(root))}",
        )
    return keeper, root


def _checked(context: Context, home: Home) -> "Definition":
    from tasted.service.checks import (  # noqa: PLC0415 - when asked
        refuse_bare_failure,
        refuse_ground,
        refuse_linked,
    )
    from tasted.service.grounds import definition_of, ground_of  # noqa: PLC0415 - when asked
    from tasted.service.programs import run_program  # noqa: PLC0415 - when asked

    ground = ground_of(home, context.environment, context.system, temporary=context.temporary)
    refuse_ground(ground, file_system_of)
    refuse_linked(ground, {"inbox": home.inbox, "outbox": home.outbox})
    refuse_bare_failure(ground, run_program)
    return definition_of(home, ground)


def _tell(context: Context, keeper: "Keeper") -> None:
    from tasted.service.report import look  # noqa: PLC0415 - when asked

    report = look(keeper, datetime.now(UTC))
    context.answer(report.to_json())
    for line in _lines(report):
        context.show(printable(line))


def _lines(report: "Report") -> list[str]:
    state, beat = report.state, report.beat
    words = [str(state.condition)]
    words += [f"pid {state.pid}"] if state.pid is not None else []
    words += [f"up {_span(report.up_seconds)}"] if report.up_seconds is not None else []
    words += [f"started {state.starts} times"] if (state.starts or 0) > 1 else []
    lines = [f"Service    {', '.join(words)} ({report.manager})"]
    if report.home is not None:
        lines.append(f"Home       {report.home}")
    if beat is not None and report.silent_seconds is not None:
        whose = "" if beat.pid == state.pid else f" of process {beat.pid}"
        lines.append(f"Heartbeat  {beat.state}, {_span(report.silent_seconds)} ago{whose}")
    if state.last_exit is not None:
        lines.append(f"Last exit  {state.last_exit}")
    for finding in report.findings:
        lines.append(f"Look       {finding.message}")
        lines.append(f"           → {finding.remedy}")
    return lines


def _span(seconds: float) -> str:
    for size, unit in ((86_400, "days"), (3600, "h"), (60, "min")):
        if seconds >= 2 * size:
            return f"{seconds / size:.0f} {unit}"
    return f"{seconds:.0f} s"


def _last_lines(file: Path, count: int) -> list[str]:
    try:
        text = file.read_text("utf-8", "replace")
    except FileNotFoundError:
        return []
    return text.splitlines()[-count:]


def _printable_lines(text: str) -> str:
    """Return a text of several lines that cannot steer a terminal."""
    return "\n".join(printable(line.replace("\t", "    ")) for line in text.split("\n"))
