"""How the light process tells the engine of a file; `intake.item_from` reads it. Pure."""

from dataclasses import astuple

from tasted import frames
from tasted.inbox.reconcile import Reason, Task
from tasted.records import InboxFile


def asked_item(path: str, file: InboxFile | None, *, inside: bool) -> frames.Message:
    """Return the item of a file that a command asked for by name: scored even if it was ignored.

    Args:
        path: relative to the inbox when `inside`, else absolute.
        file: what is there, if anything.
        inside: whether it lies in the inbox.
    """
    text = file.companion.path if file is not None and file.companion is not None else None
    if inside and file is not None:
        return {**item_of(Task(file, Reason.UNSCORED)), "asked": True}
    companion = f"/{text}" if text is not None else None
    return {"path": path, "foreign": not inside, "companion": companion, "attempts": 0}


def item_of(task: Task) -> frames.Message:
    """Return the item of a task."""
    file = task.file
    return {
        "path": file.path,
        "foreign": False,
        "companion": file.companion.path if file.companion is not None else None,
        "attempts": task.attempts,
        "proven": astuple(task.proven) if task.proven is not None else None,
        "known": [task.content_id, *astuple(file.stamp)] if task.content_id is not None else None,
    }
