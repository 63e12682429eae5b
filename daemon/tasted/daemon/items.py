"""How the light process tells the engine of a file or profile; `intake` reads it. Pure."""

from collections.abc import Mapping
from dataclasses import astuple

from tasted import frames
from tasted.inbox.reconcile import Reason, Task
from tasted.outbox.profiles import photo_parts
from tasted.records import InboxFile, Standing


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


def profile_request(
    task: Task, standings: Mapping[str, Standing | None], *, is_bulk: bool = False
) -> frames.Message:
    """Return the request to score the profile of a task.

    Args:
        task: of a profile.
        standings: what the sidecars of its photos say, by path.
        is_bulk: whether nobody waits for it.
    """
    folder = task.file
    return {
        "type": "profile",
        "is_bulk": is_bulk,
        "path": folder.path,
        "stamp": astuple(folder.stamp),
        "companion": folder.companion.path if folder.companion is not None else None,
        "attempts": task.attempts,
        "parts": [part.model_dump(mode="json") for part in photo_parts(task.parts, standings)],
        "items": [
            item_of(Task(photo, Reason.UNSCORED, content_id=part.content_id))
            for photo, part in zip(task.photos, task.parts, strict=True)
            if part.content_id is not None
        ],
    }
