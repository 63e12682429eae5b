"""`tasted versions`: lists taste versions, chooses which one decides, compares two."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

import click

from tasted.amounts import counted, decimal, percent
from tasted.cli.context import Context, printable
from tasted.cli.owner import ask_owner
from tasted.errors import CommandError, UsageError
from tasted.feedback.history import Guessed, guesses_by_version
from tasted.feedback.reading import read_events
from tasted.home.layout import Home
from tasted.home.status import read_current
from tasted.home.taste_versions import (
    ERASED,
    REFITTABLE,
    Estimate,
    VersionRow,
    held_sentence,
    read_version_rows,
    version_number,
)
from tasted.records import Current
from tasted.system.clock import local_time, parse_time

_SHOWN = 20
_CHANGED_SHOWN = 20
_DIGITS = 3


@click.group(invoke_without_command=True)
@click.option("--all", "shows_all", is_flag=True, help=f"Also those before the last {_SHOWN}.")
@click.pass_context
def versions(ctx: click.Context, *, shows_all: bool) -> None:
    """List the versions of your taste, and choose which one decides.

    A version is what tasted had learnt at one time. A new one is made when you have answered and
    paused for a few seconds.
    """
    if ctx.invoked_subcommand is not None:
        return
    context: Context = ctx.obj
    home = context.home()
    rows, current = read_version_rows(home.tastes), read_current(home.current_file)
    guessed = guesses_by_version(read_events(home.feedback))
    listed = [{**_facts(row, guessed.get(row.name))} for row in rows]
    held = held_sentence(current)
    context.answer(
        {
            "versions": listed,
            "in_force": current.taste if current is not None else None,
            "held": held,
            "set_aside": current.set_aside if current is not None else None,
        }
    )
    if not rows:
        context.say("No versions yet. The first is made when tasted runs: tasted run")
        return
    shown = rows if shows_all else rows[:_SHOWN]
    for line in _table([_cells(row, guessed.get(row.name), current) for row in shown]):
        context.show(printable(line))
    for remark in _remarks(rows, shown, current):
        context.say(remark)


@versions.command()
@click.argument("version", metavar="VERSION")
@click.option("--hold", is_flag=True, help="Exactly this version; newer answers are not used.")
@click.pass_obj
def use(context: Context, *, version: str, hold: bool) -> None:
    """Let a version decide.

    With --hold exactly this version decides: newer likes and rejects are kept and not used, until
    `tasted versions follow`. Without --hold every answer counts, with what the version was made
    with; v1 is a fixed formula that only compares pictures.
    """
    answer = _ask(context, "use", a=_number(version), hold=hold)
    context.show(chosen_words(answer, wanted=None if hold else version))
    context.answer(answer)


@versions.command()
@click.pass_obj
def follow(context: Context) -> None:
    """Let the newest version decide, with every like and reject."""
    answer = _ask(context, "follow")
    context.show(chosen_words(answer))
    context.answer(answer)


@versions.command()
@click.pass_obj
def back(context: Context) -> None:
    """Let the version decide that decided before."""
    answer = _ask(context, "back")
    context.show(chosen_words(answer))
    context.answer(answer)


@versions.command()
@click.argument("a", metavar="A")
@click.argument("b", metavar="B")
@click.pass_obj
def compare(context: Context, *, a: str, b: str) -> None:
    """Show what would change from version A to version B.

    Both are tried on the same labels, each without the label itself, and on the newest pictures.
    """
    answer = _ask(context, "compare", a=_number(a), b=_number(b))
    context.answer(answer)
    for line in comparison_lines(a, b, answer):
        context.show(printable(line))


def _number(version: str) -> int:
    number = version_number(version)
    if number is None:
        raise UsageError(
            f"{printable(version)} is not a version; versions are named v1, v2, v3.",
            remedy="List them: tasted versions",
        )
    return number


def _ask(context: Context, action: str, **fields: Any) -> dict[str, Any]:
    home = context.home()
    answer = ask_owner(home, "versions", action=action, **fields)
    if answer is None:
        answer = _alone(context, home, action, fields)
    refused = answer.get("refused")
    if refused is not None:
        raise CommandError(refused["message"], remedy=refused["remedy"])
    return answer


def _alone(context: Context, home: Home, action: str, fields: Mapping[str, Any]) -> dict[str, Any]:
    from tasted.daemon.one_shot import versions_now  # noqa: PLC0415 - pydantic takes 0.2 s
    from tasted.daemon.shared.version_order import VersionOrder  # noqa: PLC0415 - as above

    home.make_folders()
    context.start_logs()
    return versions_now(home, context.settings(), VersionOrder(action, **fields))


# ---- the list -------------------------------------------------------------------------


def _facts(row: VersionRow, guessed: Guessed | None) -> dict[str, Any]:
    return {
        **asdict(row),
        "name": row.name,
        "is_in_force": row.is_in_force,
        "recipe_id": row.recipe.id,
        "guessed": asdict(guessed) if guessed is not None else None,
    }


def _cells(row: VersionRow, guessed: Guessed | None, current: Current | None) -> tuple[str, ...]:
    figures = row.figures
    base = figures.base_brier
    brier = decimal(figures.brier.value, _DIGITS) if figures.brier is not None else "-"
    total = guessed.right + guessed.wrong if guessed is not None else 0
    return (
        row.name,
        local_time(parse_time(row.minted_at)).strftime("%d %b %Y %H:%M"),
        "fixed formula"
        if row.is_seed
        else f"{row.labels.liked} liked, {row.labels.rejected} rejected",
        _in_a_hundred(figures.auc),
        f"{brier} ({decimal(base, _DIGITS)})" if base is not None else "-",
        f"{guessed.right} of {total}" if guessed is not None and total else "-",
        _state(row, current),
    )


def _in_a_hundred(estimate: Estimate | None) -> str:
    if estimate is None:
        return "-"
    value, low, high = (
        percent(share).removesuffix(" %") for share in (estimate.value, estimate.low, estimate.high)
    )
    return f"{value} in 100 ({low}-{high})"


def _state(row: VersionRow, current: Current | None) -> str:
    if row.is_in_force:
        is_held = current is not None and current.is_held and current.taste == row.name
        return "held" if is_held else "in force"
    if row.kept == ERASED:
        return f"gone: {row.note}" if row.note else "gone"
    return "fitted again when used" if row.kept == REFITTABLE else ""


_HEADINGS = ("", "Since", "Taught by", "Likes above rejects", "Brier (none)", "Guessed", "")


def _table(rows: Sequence[tuple[str, ...]]) -> list[str]:
    every = [_HEADINGS, *rows]
    widths = [max(map(len, column)) for column in zip(*every, strict=True)]
    return [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in every
    ]


def _remarks(
    rows: Sequence[VersionRow], shown: Sequence[VersionRow], current: Current | None
) -> list[str]:
    remarks = []
    if len(rows) > len(shown):
        more = counted(len(rows) - len(shown), "older version")
        remarks.append(f"And {more}: tasted versions --all")
    remarks.append(
        "Likes above rejects: in how many of 100 pairs the like scores higher, and what so few "
        "labels leave open. Brier: lower is better; in brackets what always saying your share of "
        "likes would get. Guessed: of your last 50 answers."
    )
    held = held_sentence(current)
    if held is not None:
        remarks.append(f"{held} To use them: tasted versions follow")
    if current is not None and current.set_aside is not None:
        remarks.append(f"{current.set_aside} The newest decides. To say so: tasted versions follow")
    return remarks


# ---- words ----------------------------------------------------------------------------


def chosen_words(answer: Mapping[str, Any], *, wanted: str | None = None) -> str:
    """Return what decides now, and the way back.

    Args:
        answer: of the owner of the home.
        wanted: the version that was named, where it was not to be held.
    """
    now, before = answer["in_force"], answer["before"]
    was = f" (was {before})" if before is not None and before != now else ""
    if answer["is_held"]:
        return f"{now} decides now{was}. {answer['held']} To use them: tasted versions follow"
    if answer["scorer"] == "seed":
        return f"{now}, the fixed formula, decides now{was}. To go back: tasted versions follow"
    newest = f"{now}, the newest version, decides{was}, and learns from every like and reject."
    if wanted is not None and wanted != now:
        return f"{newest} To stay with {wanted}: tasted versions use {wanted} --hold"
    return newest


def comparison_lines(a: str, b: str, answer: Mapping[str, Any]) -> list[str]:
    """Return both versions side by side, and what would change from one to the other."""
    one, other = answer["a"], answer["b"]
    rows = [("", a, b)]
    if one is not None and other is not None:
        rows += [
            ("Likes above rejects", _hundred_of(one), _hundred_of(other)),
            ("Brier", _brier_of(one), _brier_of(other)),
        ]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]
    if one is not None:
        base = one["base_brier"]
        none = (
            f"; always saying your share of likes: Brier {decimal(base, _DIGITS)}" if base else ""
        )
        lines.append(f"On the same {counted(one['answers'], 'label')}{none}.")
    changed = answer["changed"]
    many = counted(len(changed), "picture")
    lines.append(f"{many} of {answer['compared']} would change verdict.")
    kinds = Counter((each["verdict_a"], each["verdict_b"]) for each in changed)
    lines += [
        f"  {count}  {_word(before)} to {_word(after)}"
        for (before, after), count in kinds.most_common()
    ]
    lines += [
        f"  {each['path'] or each['content_id'][:12]}: {_word(each['verdict_a'])} to "
        f"{_word(each['verdict_b'])}"
        for each in changed[:_CHANGED_SHOWN]
    ]
    if len(changed) > _CHANGED_SHOWN:
        lines.append("  All of them: tasted versions compare --json")
    return lines


def _hundred_of(figures: Mapping[str, Any]) -> str:
    estimate = figures["auc"]
    return _in_a_hundred(Estimate(**estimate) if estimate is not None else None)


def _brier_of(figures: Mapping[str, Any]) -> str:
    estimate = figures["brier"]
    if estimate is None:
        return "-"
    low, high = (decimal(estimate[name], _DIGITS) for name in ("low", "high"))
    return f"{decimal(estimate['value'], _DIGITS)} ({low}-{high})"


def _word(verdict: str) -> str:
    return verdict.replace("_", " ")
