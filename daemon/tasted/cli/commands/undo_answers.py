"""`tasted undo --event`, `--last` and `--session`: whoever owns the home takes the answers back."""

from pathlib import PurePath
from typing import Any

from tasted.amounts import counted
from tasted.cli.commands.answer_history import AnswerHistory, short_id
from tasted.cli.commands.label import RETURNED
from tasted.cli.context import Context, printable
from tasted.cli.owner import ask_owner
from tasted.daemon.one_shot import undo_now
from tasted.daemon.shared.undo_order import UndoOrder
from tasted.errors import NotFound
from tasted.feedback.history import sessions
from tasted.home.layout import Home

_STANDS = {
    "like": "{name} counts as liked again.",
    "reject": "{name} counts as rejected again.",
    None: "{name} is no longer a like or a reject.",
}


def undo_answers(context: Context, *, event: str | None, last: int | None) -> None:
    """Take back one answer, the last ones, or those of the last session (neither is given).

    Raises:
        NotFound: when there is nothing to take back.
        TastedError: when one cannot be taken back.
    """
    home = context.home()
    history = AnswerHistory.of(home)
    if event is not None:
        order = UndoOrder(event=history.named(event).id)
    elif last is not None:
        order = UndoOrder(last=last)
    else:
        order = UndoOrder(session=_latest(history))
    undone: list[dict[str, Any]] = _carried_out(context, home, order)["undone"]
    for done in undone:
        # a daemon of an older version says nothing of copies
        moved_to, copy = done.get("moved_to"), done.get("copy")
        known = done["path"] or (PurePath(copy).name if copy is not None else None)
        name = printable(known or f"A picture that is gone ({short_id(done['event'])})")
        if done["is_new"] and moved_to is not None:
            place = PurePath("inbox", moved_to)
            context.show(printable(RETURNED.format(name=place.name, path=place)))
        elif done["is_new"]:
            context.show(_STANDS[done["judgement"]].format(name=name))
        else:
            context.show(f"{name}: this answer was taken back before.")
        context.answer(done)
    if not undone:
        raise NotFound("There is no answer to take back.", remedy="List them: tasted history")
    if len(undone) > 1:
        context.say(f"{counted(len(undone), 'answer')} taken back.")


def _latest(history: AnswerHistory) -> str:
    found = [session for session in sessions(history.events) if session.standing]
    if not found:
        raise NotFound("There is no session to take back.", remedy="List them: tasted history")
    return found[-1].id


def _carried_out(context: Context, home: Home, order: UndoOrder) -> dict[str, Any]:
    answer = ask_owner(home, "undo", **order.to_json())
    if answer is not None:
        return answer
    context.start_logs()
    return undo_now(home, context.settings(), order)
