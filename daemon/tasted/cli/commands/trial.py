"""`tasted trial`: a recipe against the one that decides; how it stands, and what to do about it."""

from collections.abc import Mapping
from typing import Any

import click

from tasted.cli.context import Context, printable
from tasted.cli.owner import ask_owner
from tasted.home.layout import Home
from tasted.home.status import deciding_recipe
from tasted.system.clock import local_time, parse_time
from tasted.trials.bodies import trial_body
from tasted.trials.reading import read_standings

_PAST_SHOWN = 5
_NOTHING = "Nothing is on trial."


@click.group(invoke_without_command=True)
@click.pass_context
def trial(ctx: click.Context) -> None:
    """Try another recipe beside the one that decides, and see how it stands.

    Both guess every answer before you give it. When yours prove the challenger better, it decides
    by itself; you can also decide, and you can go back.
    """
    if ctx.invoked_subcommand is not None:
        return
    context: Context = ctx.obj
    home = context.home()
    found = [
        trial_body(standing)
        for standing in read_standings(
            home.trials, home.feedback, decides=deciding_recipe(home.current_file)
        )
    ]
    context.answer({"trials": found})
    if not found or not (found[0]["is_running"] or found[0]["news"]):
        context.show(_NOTHING)
        context.say("Begin with one of: tasted trial start seed, tasted trial start MODEL")
    elif found:
        _show(context, found[0])
    past = found[1:] if found and (found[0]["is_running"] or found[0]["news"]) else found
    if past:
        context.show("Earlier:")
        for body in past[:_PAST_SHOWN]:
            context.show(f"  {printable(_past(body))}")


@trial.command()
@click.argument("recipe", metavar="RECIPE")
@click.pass_obj
def start(context: Context, *, recipe: str) -> None:
    """Put a recipe on trial: seed (the fixed formula), taste, or the name of a model.

    It guesses each answer beside the one that decides, and changes nothing until it is proven
    better. A recipe that is no better on your likes and rejects so far is not tried.
    """
    body = _ask(context, "start", name=recipe)
    context.answer(body)
    context.show(printable(body["sentence"]))
    context.say("Judge as usual: tasted review. How it stands: tasted trial")


@trial.command()
@click.argument("number", type=click.IntRange(min=1), required=False, metavar="[NUMBER]")
@click.pass_obj
def promote(context: Context, *, number: int | None) -> None:
    """Let the challenger decide now; after a promotion: keep it for good."""
    _change(context, "promote", number)


@trial.command()
@click.argument("number", type=click.IntRange(min=1), required=False, metavar="[NUMBER]")
@click.pass_obj
def dismiss(context: Context, *, number: int | None) -> None:
    """End the trial; after a promotion: let decide again what decided before."""
    _change(context, "dismiss", number)


def _change(context: Context, action: str, number: int | None) -> None:
    body = _ask(context, action, number=number)
    context.answer(body)
    context.show(printable(_changed(body)))


def _ask(context: Context, action: str, **fields: Any) -> dict[str, Any]:
    home = context.home()
    answer = ask_owner(home, "trial", action=action, **fields)
    if answer is None:
        answer = _alone(context, home, action, fields)
    body: dict[str, Any] = answer["trial"]
    return body


def _alone(context: Context, home: Home, action: str, fields: Mapping[str, Any]) -> dict[str, Any]:
    from tasted.daemon.one_shot import trial_now  # noqa: PLC0415 - pydantic takes 0.2 s
    from tasted.daemon.shared.trial_order import TrialOrder  # noqa: PLC0415 - as above

    home.make_folders()
    context.start_logs()
    return trial_now(home, context.settings(), TrialOrder(action, **fields))


# ---- words ----------------------------------------------------------------------------


def _show(context: Context, body: Mapping[str, Any]) -> None:
    challenger, former = body["challenger"]["name"], body["in_force"]["name"]
    since = local_time(parse_time(body["opened_at"])).strftime("%d %b %Y %H:%M")
    context.show(printable(f"Trial {body['id']}: {challenger} against {former}, since {since}"))
    news = body["news"]
    lines = [news["text"] if news is not None else body["sentence"], body["watch"]]
    for line in filter(None, lines):
        context.show(printable(line))
    if news is not None and news["is_question"]:
        context.say("Use it now: tasted trial promote. Or let the trial go on.")
    if body["is_running"]:
        widest = max(len(fact["name"]) for fact in body["how"])
        for fact in body["how"]:
            context.show(f"  {fact['name'].ljust(widest)}  {fact['value']}")
    if body["state"] == "promoted":
        context.say("Keep it: tasted trial promote. Go back: tasted trial dismiss")
    elif body["state"] == "open":
        context.say("Let it decide now: tasted trial promote. End it: tasted trial dismiss")


def _past(body: Mapping[str, Any]) -> str:
    when = local_time(parse_time(body["ended_at"] or body["decided_at"] or body["opened_at"]))
    return f"{when:%d %b %Y}  {body['sentence']}"


def _changed(body: Mapping[str, Any]) -> str:
    challenger, former = body["challenger"]["name"], body["in_force"]["name"]
    is_other_model = body["challenger"]["model"] != body["in_force"]["model"]
    if is_other_model and body["state"] in {"promoted", "taken_back"}:
        model = challenger if body["state"] == "promoted" else former
        return f"Changing the model to {model}. How far it is: tasted status"
    return {
        "promoted": f"Now decides: {challenger}. Go back: tasted trial dismiss",
        "settled": f"Kept: {challenger}.",
        "taken_back": f"Now decides again: {former}.",
        "dismissed": f"The trial of {challenger} is over; {former} decides as before.",
    }.get(body["state"], f"Trial {body['id']}: {body['state']}")
