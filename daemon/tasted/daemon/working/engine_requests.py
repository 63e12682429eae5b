"""Builds the requests that `worker` and its parts send to the engine. Pure."""

from collections.abc import Mapping

from tasted.inbox.reconcile import Reason, Task
from tasted.outbox.sidecar import photo_parts
from tasted.records import InboxFile, RankingFacts
from tasted.rpc.messages import KnownContent, RequestedFile, ScoreProfile


def requested_file(task: Task, *, is_asked: bool = False) -> RequestedFile:
    """Return the file of a task as the engine is asked for it.

    Args:
        task: of a file.
        is_asked: whether a command asked for it by name: it is scored even if it was ignored.
    """
    file, content_id = task.file, task.content_id
    return RequestedFile(
        file.path,
        companion=file.companion.path if file.companion is not None else None,
        attempts=task.attempts,
        scored_inputs=task.scored_inputs,
        known=KnownContent(content_id, file.stamp) if content_id is not None else None,
        is_asked=is_asked,
        looks_first=task.looks_first,
    )


def named_file(path: str, file: InboxFile | None, *, inside: bool) -> RequestedFile:
    """Return a file that a command asks for by name.

    Args:
        path: relative to the inbox when `inside`, else absolute.
        file: what is there, if anything.
        inside: whether it lies in the inbox.
    """
    if inside and file is not None:
        return requested_file(Task(file, Reason.UNSCORED), is_asked=True)
    text = file.companion.path if file is not None and file.companion is not None else None
    companion = f"/{text}" if text is not None else None
    return RequestedFile(path, companion=companion, is_outside=not inside)


def profile_request(
    task: Task, ranking_facts: Mapping[str, RankingFacts | None], *, is_bulk: bool = False
) -> ScoreProfile:
    """Return the request to score the profile of a task.

    Args:
        task: of a profile.
        ranking_facts: what the sidecars of its photos say, by path.
        is_bulk: whether nobody waits for it.
    """
    folder = task.file
    return ScoreProfile(
        path=folder.path,
        stamp=folder.stamp,
        companion=folder.companion.path if folder.companion is not None else None,
        attempts=task.attempts,
        parts=tuple(photo_parts(task.parts, ranking_facts)),
        photos=tuple(
            requested_file(Task(photo, Reason.UNSCORED, content_id=part.content_id))
            for photo, part in zip(task.photos, task.parts, strict=True)
            if part.content_id is not None
        ),
        is_bulk=is_bulk,
    )
