"""`tasted doctor`: checks the installation, and fixes the login item if asked."""

import time
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from tasted.cli.context import Context, printable
from tasted.errors import ServiceRefused
from tasted.system.platform import file_system_of

if TYPE_CHECKING:
    from tasted.doctor.facts import Facts
    from tasted.doctor.finding import Finding

_FOUND_WRONG = 1
_LIBRARY_SECONDS = 120.0


@click.command()
@click.option("--fix", is_flag=True, help="Reinstall the login item if that fixes something.")
@click.option("--notify", is_flag=True, help="Also show a test notification.")
@click.pass_context
def doctor(ctx: click.Context, *, fix: bool, notify: bool) -> None:
    """Check everything and show how to fix what is wrong.

    Checks settings, login item, folders, model, library, text recognition, disk, clock and logs.
    The exit status is 1 if something is wrong.
    """
    from tasted.doctor.diagnosis import diagnose  # noqa: PLC0415 - pydantic takes 0.2 s
    from tasted.doctor.finding import Level  # noqa: PLC0415 - as above

    context: Context = ctx.obj
    facts = _facts(context)
    findings = diagnose(facts)
    fixed = None
    if fix:
        fixed = _fixed(context, facts, findings)
        findings = diagnose(_facts(context)) if fixed else findings
    if notify:
        findings = [*findings, _notification(context)]
    wrongs = sum(finding.level is Level.WRONG for finding in findings)
    for finding in sorted(findings, key=lambda finding: list(Level).index(finding.level)):
        _show(context, finding)
    context.show(_summary(wrongs))
    context.answer(
        {
            "home": str(facts.home),
            "wrong": wrongs,
            "fixed": fixed,
            "findings": [finding.to_json() for finding in findings],
        }
    )
    if wrongs:
        ctx.exit(_FOUND_WRONG)


def _facts(context: Context) -> "Facts":
    from functools import partial  # noqa: PLC0415 - when asked

    from tasted.doctor.home_facts import gather_facts  # noqa: PLC0415 - as above
    from tasted.doctor.service_facts import gather_service  # noqa: PLC0415 - as above
    from tasted.service.installation import definition_of, installation_of  # noqa: PLC0415 - as above
    from tasted.service.managers.choosing import open_service_manager  # noqa: PLC0415 - as above
    from tasted.service.managers.programs import run_program  # noqa: PLC0415 - as above

    home, now = context.home(), datetime.now(UTC)
    installation = installation_of(
        home, context.environment, context.system, temporary=context.temporary
    )
    try:
        service = gather_service(
            open_service_manager(context.environment, context.system),
            installation,
            definition_of(home, installation),
            now=now,
            run=run_program,
            file_system=file_system_of,
        )
    except ServiceRefused:
        # a system without login items: everything else can be checked
        service = None
    return gather_facts(
        home,
        context.environment,
        context.system,
        service=service,
        now=now,
        run=partial(run_program, timeout_seconds=_LIBRARY_SECONDS),
        file_system=file_system_of,
    )


def _notification(context: Context) -> "Finding":
    from tasted.doctor.notification import look_at_notification  # noqa: PLC0415 - when asked
    from tasted.notify.desktop import Desktop  # noqa: PLC0415 - as above

    path = context.environment.get("PATH")
    return look_at_notification(Desktop(system=context.system, path=path))


def _fixed(context: Context, facts: "Facts", findings: Sequence["Finding"]) -> bool:
    from tasted.doctor.repair import reinstall, why_no_repair  # noqa: PLC0415 - when asked
    from tasted.service.installation import definition_of, installation_of  # noqa: PLC0415 - as above
    from tasted.service.managers.choosing import open_service_manager  # noqa: PLC0415 - as above
    from tasted.service.preflight import refuse_session  # noqa: PLC0415 - as above

    why = why_no_repair(facts, findings)
    if why is not None:
        context.say(why)
        return False
    refuse_session(context.environment)
    home = context.home()
    definition = definition_of(
        home,
        installation_of(home, context.environment, context.system, temporary=context.temporary),
    )
    manager = open_service_manager(context.environment, context.system)
    context.say("Reinstalling the login item, and waiting until it has checked the inbox...")
    for note in reinstall(manager, definition, home, pause=time.sleep):
        context.say(note)
    return True


def _show(context: Context, finding: "Finding") -> None:
    first, *others = finding.what.splitlines() or [""]
    context.show(printable(f"{finding.level:<6} {finding.check:<12} {first}"))
    lines = [*others, finding.why, f"→ {finding.remedy}" if finding.remedy else ""]
    for line in filter(None, lines):
        context.show(printable(f"{'':<19} {line}"))


def _summary(wrongs: int) -> str:
    if wrongs == 0:
        return "Nothing is wrong."
    return "One thing is wrong." if wrongs == 1 else f"{wrongs} things are wrong."
