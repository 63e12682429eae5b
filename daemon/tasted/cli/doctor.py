"""`tasted doctor`: looks at everything that can be wrong, and mends what a login item needs."""

import time
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from tasted.cli.context import Context, printable
from tasted.errors import ServiceRefused
from tasted.platform import file_system_of

if TYPE_CHECKING:
    from tasted.doctor.facts import Facts
    from tasted.doctor.finding import Finding

_FOUND_WRONG = 1
_LIBRARY_SECONDS = 120.0


@click.command()
@click.option("--fix", is_flag=True, help="Install the login item anew if that mends something.")
@click.option("--notify", is_flag=True, help="Show a test notification, too.")
@click.pass_context
def doctor(ctx: click.Context, *, fix: bool, notify: bool) -> None:
    """Find out what is wrong, why it matters, and what mends it.

    Looks at settings, login item, folders, model, library, text recognition, disk, clock and logs,
    with and without a running daemon. The exit status is 1 when something is wrong.
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
    for finding in sorted(findings, key=lambda each: list(Level).index(each.level)):
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

    from tasted.doctor.gathering import gather  # noqa: PLC0415 - as above
    from tasted.doctor.service_facts import gather_service  # noqa: PLC0415 - as above
    from tasted.service.grounds import definition_of, ground_of  # noqa: PLC0415 - as above
    from tasted.service.opening import open_keeper  # noqa: PLC0415 - as above
    from tasted.service.programs import run_program  # noqa: PLC0415 - as above

    home, now = context.home(), datetime.now(UTC)
    ground = ground_of(home, context.environment, context.system, temporary=context.temporary)
    try:
        service = gather_service(
            open_keeper(context.environment, context.system),
            ground,
            definition_of(home, ground),
            now=now,
            run=run_program,
            file_system=file_system_of,
        )
    except ServiceRefused:
        # a system without login items that are known: everything else can be looked at
        service = None
    return gather(
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
    from tasted.doctor.mending import mend, why_not  # noqa: PLC0415 - when asked
    from tasted.service.checks import refuse_session  # noqa: PLC0415 - as above
    from tasted.service.grounds import definition_of, ground_of  # noqa: PLC0415 - as above
    from tasted.service.opening import open_keeper  # noqa: PLC0415 - as above

    why = why_not(facts, findings)
    if why is not None:
        context.say(why)
        return False
    refuse_session(context.environment)
    home = context.home()
    definition = definition_of(
        home, ground_of(home, context.environment, context.system, temporary=context.temporary)
    )
    keeper = open_keeper(context.environment, context.system)
    context.say("Installing the login item anew, and waiting for what it may read...")
    for note in mend(keeper, definition, home, pause=time.sleep):
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
