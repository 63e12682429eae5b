"""What one machine of several does: groups of files in, answers out. Touches a folder of its own.

Nothing here knows how groups and answers travel: `ray_run` does. Both are JSON, a group as
`packed_group` makes it, an answer as the engine's own: `FileScored` for each file, or one `Fault`
for the group. The taste comes once, as bytes. What lies in an object store is fetched into a
private folder while the files before it are scored, and is gone when its group is done.
"""

import dataclasses
import json
import socket
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Self

from tasted import __version__
from tasted.backfill.fetching import ObjectFetcher
from tasted.backfill.object_store import ObjectStore, is_object_store
from tasted.backfill.scoring import TreeScoring, tree_task
from tasted.backfill.shipped_taste import ShippedTaste
from tasted.config import Settings
from tasted.errors import EngineFailed, InboxUnavailable, ItemError, ServiceFault
from tasted.home.json_records import record_from
from tasted.inbox.reconcile import Reason, Task
from tasted.outbox.failures import error_sidecar
from tasted.outbox.sidecar import Sidecar, source_part
from tasted.plain_dataclass import dataclass
from tasted.records import InboxFile
from tasted.rpc.encoding import answer_from, to_json
from tasted.rpc.engine_start import COMMAND
from tasted.rpc.messages import EngineAnswer, Fault, FileResult, FileScored
from tasted.system.scratch import Scratch


@dataclass(frozen=True, slots=True)
class RemoteOrder:
    """What every machine is told at its start."""

    version: str
    """Of the tasted that asks."""
    roots: dict[str, str]
    """As in `ScoreTree`, or `s3://` places."""
    probes: tuple[str, ...] = ()
    """A few files of the tree: whoever sees none of them sees another tree."""
    threads: int = 0
    """For the model; 0 means half of the cores."""

    def to_json(self) -> str:
        """Return it as text."""
        return json.dumps(dataclasses.asdict(self))

    @classmethod
    def of(cls, text: str) -> Self:
        """Return what `to_json` wrote.

        Raises:
            EngineFailed: when another version of tasted wrote it.
        """
        order = record_from(cls, json.loads(text))
        if order is None or order.version != __version__:
            raise EngineFailed(
                f"tasted {__version__} is installed on {machine_name()}, and another version asks.",
                remedy="Install the same version on every machine, with the extra `ray`.",
            )
        return order


@dataclass(frozen=True, slots=True)
class GroupTask:
    """A file as it travels; what is not here is the same for all files of a tree."""

    file: InboxFile
    reason: str
    attempts: int

    def task(self) -> Task:
        """Return it as the scoring takes it."""
        return tree_task(self.file, reason=Reason(self.reason), attempts=self.attempts)


def packed_group(tasks: Sequence[Task]) -> str:
    """Return tasks as JSON; names that are not UTF-8 stay what they are."""
    packed = (GroupTask(task.file, task.reason.value, task.attempts) for task in tasks)
    return json.dumps([dataclasses.asdict(task) for task in packed])


def unpacked_group(text: str) -> list[Task]:
    """Return the tasks that `packed_group` packed.

    Raises:
        ValueError: when it is something else.
    """
    value = json.loads(text)
    found = [record_from(GroupTask, item) for item in value] if isinstance(value, list) else [None]
    tasks = [packed.task() for packed in found if packed is not None]
    if len(tasks) != len(found):
        raise ValueError("not a group of files")
    return tasks


def packed_answers(answers: Iterable[EngineAnswer]) -> str:
    """Return answers as JSON."""
    return json.dumps([to_json(answer) for answer in answers])


def unpacked_answers(text: str) -> list[EngineAnswer]:
    """Return the answers that `packed_answers` packed.

    Raises:
        FrameError, ValueError: when they are something else.
    """
    return [answer_from(message) for message in json.loads(text)]


def machine_name() -> str:
    """Return what people call this machine."""
    return socket.gethostname()


class RemoteScoring:
    """One engine on this machine, which starts with the first group; used by one thread at a time.

    Args:
        order: of `RemoteOrder.to_json`.
        taste: of `ShippedTaste.to_bytes`.
        place: where its folder is made; None: where the system keeps temporary files.
        command: starts the engine; tests pass one of their own.
    """

    def __init__(
        self,
        order: str,
        taste: bytes,
        *,
        place: Path | None = None,
        command: tuple[str, ...] = COMMAND,
    ) -> None:
        self._order = order
        self._taste = taste
        self._place = place
        self._command = command
        self._opened: _OpenedTree | None = None

    def score(self, group: str) -> str:
        """Score a group of files.

        Args:
            group: from `packed_group`.

        Returns:
            The answers as JSON; see `unpacked_answers`. After a fault no file of the group counts.
        """
        answers: Sequence[EngineAnswer]
        try:
            results = self._tree().score(unpacked_group(group))
        except ServiceFault as fault:
            where = type(fault)(f"{machine_name()}: {fault.message}", remedy=fault.remedy)
            answers = [Fault.of(where)]
        else:
            answers = [FileScored(result) for result in results]
        return packed_answers(answers)

    def _tree(self) -> "_OpenedTree":
        if self._opened is None:
            order = RemoteOrder.of(self._order)
            scratch = Scratch(self._place)
            try:
                self._opened = _OpenedTree(order, self._taste, scratch, self._command)
            except BaseException:
                scratch.close()
                raise
        return self._opened

    def close(self) -> None:
        """Let the engine leave, and remove its folder."""
        if self._opened is not None:
            self._opened.close()
            self._opened = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.close()


class _OpenedTree:
    """A tree that this machine sees, and the engine that scores it."""

    def __init__(
        self, order: RemoteOrder, taste: bytes, scratch: Scratch, command: tuple[str, ...]
    ) -> None:
        self._scratch = scratch
        shipped = ShippedTaste.unpacked(taste, scratch.folder / "taste")
        self._fetcher = ObjectFetcher(
            {name: ObjectStore(at) for name, at in order.roots.items() if is_object_store(at)},
            scratch.folder / "objects",
            max_bytes=shipped.facts.full_settings().limits.max_bytes,
        )
        self._folders = {
            name: Path(at) for name, at in order.roots.items() if not is_object_store(at)
        }
        self._scoring = TreeScoring(
            shipped,
            {**self._fetcher.roots, **self._folders},
            working=scratch.folder / "engine",
            machine=_machine_settings(shipped, order.threads),
            command=command,
        )
        self._check_seen(order.probes)

    def _check_seen(self, probes: Sequence[str]) -> None:
        """Refuse a tree of which this machine sees nothing: every file would seem to be gone."""
        meant = [probe for probe in probes if not self._fetcher.is_of_store(probe)]
        if not meant or any(self._scoring.find(probe) is not None for probe in meant):
            return
        named = ", ".join(str(folder) for folder in self._folders.values())
        raise InboxUnavailable(
            f"the pictures of {named} are not to be seen there.",
            remedy="Mount the folder on every machine of the cluster, at the same path and readable"
            " for the user of Ray; or keep the pictures in an object store (s3://).",
        )

    def score(self, tasks: Sequence[Task]) -> list[FileResult]:
        """Score files, and return what became of each.

        Raises:
            ServiceFault: when no file is at fault.
        """
        results: list[FileResult] = []

        def take(task: Task, result: FileResult) -> None:
            results.append(_restamped(task, result))

        def there() -> Iterator[Task]:
            for task, error in self._fetcher.fetched(tasks):
                if error is None:
                    yield task
                else:
                    results.append(FileResult(task.file.path, _failed(task, error)))

        size = self._scoring.settings.engine.batch_size
        try:
            fetched = there()
            while batch := list(islice(fetched, size)):
                self._scoring.score(batch, take)
        finally:
            self._fetcher.clear()
        return results

    def close(self) -> None:
        """Let the engine leave, and remove every file."""
        self._fetcher.close()
        self._scoring.close()
        self._scratch.close()


def _machine_settings(shipped: ShippedTaste, threads: int) -> Settings:
    """Return the settings that the taste came with, but for the threads of this machine."""
    settings = shipped.facts.full_settings()
    engine = settings.engine.model_copy(update={"threads": threads})
    return settings.model_copy(update={"engine": engine})


def _restamped(task: Task, result: FileResult) -> FileResult:
    """Return a result with the stamps that whoever asks sees.

    A share shows other inodes to every machine, and a fetched object has those of a passing file.
    """
    document, file = result.document, task.file
    if document is None:
        return result
    found = source_part(file.path, file.stamp, file.companion, content_id=None)
    return dataclasses.replace(result, document=document.restamped(found))


def _failed(task: Task, error: ItemError) -> Sidecar:
    file = task.file
    return error_sidecar(
        source_part(file.path, file.stamp, file.companion, content_id=None),
        error,
        label=None,
        attempts=task.attempts + 1,
        now=datetime.now(UTC),
        version=__version__,
    )
