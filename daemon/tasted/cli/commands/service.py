"""`tasted service`: the login item, with which launchd or systemd runs tasted."""

import shlex
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tasted.cli.context import Context, printable
from tasted.errors import ServiceFailed, UsageError
from tasted.home.layout import Home
from tasted.system.platform import DARWIN, file_system_of

if TYPE_CHECKING:
    from tasted.service.definitions.definition import Definition
    from tasted.service.managers.service_manager import ServiceManager
    from tasted.service.report import ServiceReport

_LINES = 40
_ON_MAC = """\
macOS {will} announce a background item named after Python, not after tasted. That is expected.
You {can} switch it off in System Settings > General > Login Items & Extensions.
To undo this: tasted service uninstall
"""
_ON_LINUX = """\
systemd {will} start tasted whenever you log in. To undo this: tasted service uninstall
"""


@click.group()
def service() -> None:
    """Start tasted automatically when you log in."""


@service.command()
@click.option("--replace", is_flag=True, help="Replace the login item of another tasted folder.")
@click.option("--dry-run", is_flag=True, help="Show what would be done, and do nothing.")
@click.pass_obj
def install(context: Context, *, replace: bool, dry_run: bool) -> None:
    """Start tasted now, at every login, and after a crash."""
    from tasted.service.preflight import refuse_other_service, refuse_session  # noqa: PLC0415 - when asked

    home = context.home()
    manager = _service_manager(context)
    refuse_session(context.environment)
    definition = _checked(context, home)
    if not replace:
        refuse_other_service(manager.installed(), home.root, manager.file)
    announced = _ON_MAC if context.system == DARWIN else _ON_LINUX
    context.say(
        announced.format(will="would" if dry_run else "will", can="could" if dry_run else "can")
    )
    if dry_run:
        plan = manager.plan(definition)
        context.show(f"Would write {manager.file}:\n\n{_printable_lines(plan.text)}\nWould run:")
        for command in plan.commands:
            context.show(f"  {printable(command)}")
        context.answer(
            {"dry_run": True, "file": str(manager.file), "text": plan.text, "run": plan.commands}
        )
        return
    notes = manager.install(definition)
    for note in notes:
        context.say(note)
    context.show(f"Installed: {manager.file}")
    _tell(context, manager)


@service.command()
@click.option("--dry-run", is_flag=True, help="Show what would be removed, and do nothing.")
@click.pass_obj
def uninstall(context: Context, *, dry_run: bool) -> None:
    """Stop tasted and remove the login item; your files stay."""
    from tasted.service.report import remove_service_files  # noqa: PLC0415 - when asked

    manager, root = _acting(context)
    if dry_run:
        there = manager.installed() is not None
        context.show(
            f"Would stop it and remove {manager.file}."
            if there
            else "The service is not installed."
        )
        context.answer({"dry_run": True, "removed": [str(manager.file)] if there else []})
        return
    removed = manager.uninstall()
    if root is not None:
        removed += remove_service_files(root)
    for file in removed:
        context.show(printable(f"Removed {file}"))
    context.show(
        "Removed the service. Your tasted folder stays."
        if removed
        else "The service was not installed."
    )
    context.answer({"removed": removed})


@service.command()
@click.pass_obj
def start(context: Context) -> None:
    """Start the installed service and wait until it responds."""
    manager, _root = _acting(context)
    manager.start()
    _tell(context, manager)


@service.command()
@click.pass_obj
def stop(context: Context) -> None:
    """Stop the service until the next login or `start`."""
    manager, _root = _acting(context)
    if manager.installed() is None:
        raise ServiceFailed(
            "The service is not installed.", remedy="Install it: tasted service install"
        )
    manager.stop()
    _tell(context, manager)


@service.command()
@click.pass_obj
def restart(context: Context) -> None:
    """Stop the service and start it again."""
    manager, _root = _acting(context)
    manager.restart()
    _tell(context, manager)


@service.command()
@click.pass_obj
def status(context: Context) -> None:
    """Show whether the service runs, since when, and what is wrong."""
    _tell(context, _service_manager(context))


@service.command()
@click.option("--lines", "-n", default=_LINES, show_default=True, type=click.IntRange(1))
@click.pass_obj
def logs(context: Context, *, lines: int) -> None:
    """Print the last lines of the service's logs."""
    from tasted.service.definitions.definition import home_in  # noqa: PLC0415 - when asked
    from tasted.service.definitions.plist import ERRORS_NAME  # noqa: PLC0415 - when asked

    manager = _service_manager(context)
    root = home_in(manager.installed() or ())
    home = context.home() if root is None else Home(root)
    for name in (ERRORS_NAME, "tasted.log"):
        file = home.logs / name
        found = _last_lines(file, lines)
        context.answer({"file": str(file), "lines": found})
        if found:
            context.show(f"==> {file}")
            for line in found:
                context.show(printable(line))
    if manager.name == "systemd":
        context.say("For systemd's own log: journalctl --user --unit tasted")


def _service_manager(context: Context) -> "ServiceManager":
    from tasted.service.managers.choosing import open_service_manager  # noqa: PLC0415 - when asked

    return open_service_manager(context.environment, context.system)


def _acting(context: Context) -> tuple["ServiceManager", Path | None]:
    """Return the service manager and the home of its service, which must be the one named."""
    from tasted.service.definitions.definition import home_in  # noqa: PLC0415 - when asked
    from tasted.service.preflight import refuse_session  # noqa: PLC0415 - when asked

    refuse_session(context.environment)
    manager = _service_manager(context)
    root = home_in(manager.installed() or ())
    if root is not None and context.named_home is not None and context.home().root != root:
        raise UsageError(
            f"The service runs for {root}, not for {context.home().root}.",
            remedy=f"Leave out --home, or use --home {shlex.quote(str(root))}",
        )
    return manager, root


def _checked(context: Context, home: Home) -> "Definition":
    from tasted.service.installation import definition_of, installation_of  # noqa: PLC0415 - when asked
    from tasted.service.managers.programs import run_program  # noqa: PLC0415 - when asked
    from tasted.service.preflight import (  # noqa: PLC0415 - when asked
        refuse_bare_failure,
        refuse_linked_folders,
        refuse_unreliable,
    )

    installation = installation_of(
        home, context.environment, context.system, temporary=context.temporary
    )
    refuse_unreliable(installation, file_system_of)
    refuse_linked_folders(installation, {"inbox": home.inbox, "outbox": home.outbox})
    refuse_bare_failure(installation, run_program)
    return definition_of(home, installation)


def _tell(context: Context, manager: "ServiceManager") -> None:
    from tasted.service.report import look  # noqa: PLC0415 - when asked

    report = look(manager, datetime.now(UTC))
    context.answer(report.to_json())
    for line in _lines(report):
        context.show(printable(line))


def _lines(report: "ServiceReport") -> list[str]:
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
        lines.append(f"Problem    {finding.message}")
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
    """Return a text of several lines that cannot control a terminal."""
    return "\n".join(printable(line.replace("\t", "    ")) for line in text.split("\n"))
