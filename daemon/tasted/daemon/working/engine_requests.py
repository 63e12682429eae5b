"""Builds the requests that `worker` and its parts send to the engine. Pure."""

from collections.abc import Collection, Mapping

from tasted.daemon.shared.work_queue import PresentLabels
from tasted.inbox.profiles import details_in_sidecars, label_folders_apart
from tasted.inbox.reconcile import Reason, Task
from tasted.outbox.sidecar import photo_parts
from tasted.packing.entries import contents_there
from tasted.records import InboxFile, LedgerEntry, RankingFacts
from tasted.rpc.messages import KnownContent, PublishTaste, RequestedFile, ScoreProfile


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


def labels_request(
    update: PresentLabels,
    ledger: Mapping[str, LedgerEntry],
    *,
    without: Collection[str],
    not_by_chance: Collection[str] = (),
) -> PublishTaste:
    """Return the request to publish a taste for the references that are present.

    Args:
        update: what the scanner saw.
        ledger: what the sidecars prove: they tell which pictures are in the inbox, and which label
            folders are not of one person.
        without: paths of references that need not be learnt first.
        not_by_chance: content ids of pictures that were judged for what they are.
    """
    contents = contents_there(ledger)
    apart = label_folders_apart(
        update.paths,
        details_of=details_in_sidecars(ledger),
        texts=update.texts,
        marked=update.marked,
        unlike=update.unlike,
    )
    return PublishTaste(
        paths=update.paths,
        without=frozenset(without),
        apart=tuple(sorted(apart)),
        present=tuple(sorted(contents)),
        config_digest=update.config_digest,
        labels_digest=update.labels_digest,
        not_by_chance=tuple(sorted(not_by_chance)),
        upto_seq=update.upto_seq,
    )
