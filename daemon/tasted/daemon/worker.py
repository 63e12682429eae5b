"""What is done with work: ask the engine, keep the answers in the outbox.

Used by one thread, and by one of its own that writes re-scores.

Touches the engine's pipes, the outbox, and the inbox by lstat. It is the only writer of sidecars;
the engine is the only writer of the library.
"""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import structlog

from tasted import frames
from tasted.config import Settings
from tasted.daemon.acting import Acting
from tasted.daemon.blaming import Blaming, blamed_sidecar
from tasted.daemon.desk import Desk
from tasted.daemon.ground import check_ground
from tasted.daemon.ignoring import Ignoring
from tasted.daemon.items import asked_item, item_of
from tasted.daemon.keeping import Keeping
from tasted.daemon.profiling import Profiling
from tasted.daemon.work_queue import LabelsUpdate
from tasted.engine_process import EngineDiedError, EngineProcess
from tasted.errors import (
    SERVICE_FAULTS,
    EngineFailed,
)
from tasted.faultpoints import reach
from tasted.home import Home
from tasted.inbox.listing import find_file
from tasted.inbox.reconcile import Reason, Task
from tasted.outbox.sidecar import Sidecar
from tasted.outbox.writer import Writer
from tasted.records import Current, InboxFile, LedgerEntry
from tasted.status import current_from

_BATCHES_IN_PART = 4
"""Of a re-score: how much is in the engine's hands at once."""

# a taste of thousands of references takes a minute to fit, and new traits a hundred bios to embed
_LABELS_PARTS = 10

log = structlog.get_logger("tasted.worker")


class Worker:
    """Does tasks with one engine.

    Args:
        home: whose inbox is scored.
        desk: what is shared with the scout.
        writer: the outbox.
        engine: started when it is first asked.
        settings: that the engine was made with.
        stop: set when the process is ending; nothing is tried again then.
        version: of this tasted.
        on_score: handed each score of a picture or profile that had none of its present content.
    """

    def __init__(
        self,
        home: Home,
        desk: Desk,
        writer: Writer,
        engine: EngineProcess,
        settings: Settings,
        *,
        stop: threading.Event,
        version: str,
        on_score: Callable[[Sidecar], None] = lambda _sidecar: None,
    ) -> None:
        self.engine = engine
        self.settings = settings
        self._home = home
        self._desk = desk
        self._stop = stop
        self._version = version
        self._acting = Acting(home, version=version)
        self._ignoring = Ignoring(home.ignored_file)
        self._synced_pid: int | None = None
        self._blaming = Blaming()
        self.profiles = Profiling(
            home,
            desk,
            writer,
            ask=self._ask,
            is_stopping=stop.is_set,
            version=version,
            on_score=on_score,
        )
        self._keeping = Keeping(home, desk, writer, self._ignoring, on_score=on_score)

    def check_ground(self) -> None:
        """Refuse to begin when the result could not be kept, or the model is not there.

        Raises:
            ServiceFault: saying which.
        """
        check_ground(self._home, min_free_mb=self.settings.limits.min_free_mb)
        self._acting.model(self.settings)

    def _ask(self, message: frames.Message, *, parts: int = 1) -> frames.Message:
        answer = self.engine.ask(message, parts=parts)
        self._desk.engine_pid = self.engine.pid
        if answer.get("type") == "fault":
            kind = SERVICE_FAULTS.get(answer["code"], EngineFailed)
            raise kind(answer["message"], remedy=answer["remedy"])
        return answer

    def update_labels(self, update: LabelsUpdate) -> set[str] | None:
        """Tell the engine which references are present, and let it learn those that it lacks.

        What is current is published when everything is learnt, and not before: by a taste of half
        the references all sidecars would be stale.

        Returns:
            The paths that could not be learnt; None when the process was asked to stop meanwhile.

        Raises:
            ServiceFault: when the engine cannot read or write the library.
        """
        unlearnt = set(self._tell_labels(update, publish=False)["unlearnt"])
        tasks = [
            Task(file, Reason.REFERENCE)
            for path in sorted(unlearnt)
            if (file := self._learnable(path)) is not None
        ]
        size = self.settings.engine.batch_size
        for start in range(0, len(tasks), size):
            if self._stop.is_set():
                return None
            self.do(tasks[start : start + size], durable=True)
        answer = self._tell_labels(update, publish=True)
        current = current_from(answer["current"])
        if current is None:
            raise EngineFailed("The engine answered in another version's words.")
        self._try_failed_again(self._desk.current, current)
        self._desk.has_learnt = False
        self._desk.current = current
        self._synced_pid = self.engine.pid
        self._desk.wake_scout()
        return set(answer["unlearnt"])

    @property
    def synced(self) -> bool:
        """Whether the running engine knows which references are present."""
        return self.engine.pid is not None and self.engine.pid == self._synced_pid

    def _tell_labels(self, update: LabelsUpdate, *, publish: bool) -> frames.Message:
        try:
            return self._ask(
                {
                    "type": "labels",
                    "publish": publish,
                    "paths": list(update.paths),
                    "acting_digest": update.acting_digest,
                    "labels_digest": update.labels_digest,
                },
                parts=_LABELS_PARTS,
            )
        except EngineDiedError as error:
            raise EngineFailed(
                f"The engine ended while it read the library {self._home.library}: {error}.",
                remedy="If this goes on, make it again with: tasted rebuild",
            ) from error

    def _try_failed_again(self, former: Current | None, current: Current) -> None:
        """After a change of settings or model a failed file may be within its limits."""
        if former is None or former.acting_digest == current.acting_digest:
            return
        with self._desk.lock:
            entries = self._desk.ledger.entries
            self._desk.forced |= {path for path in entries if entries[path].status == "error"}

    def _learnable(self, path: str) -> InboxFile | None:
        """Return the file of a reference, unless it is gone or its failure is already on record."""
        file = self._file(path, inside=True)
        entry = self._entry(path)
        known_bad = (
            file is not None
            and entry is not None
            and entry.status == "error"
            and entry.stamp == file.stamp
        )
        return None if known_bad else file

    def has_learnt(self, file: InboxFile) -> bool:
        """Tell whether a reference is learnt in its present state with the current embedder."""
        entry, current = self._entry(file.path), self._desk.current
        return (
            entry is not None
            and current is not None
            and entry.status == "learnt"
            and entry.stamp == file.stamp
            and entry.embedder_fingerprint == current.embedder_fingerprint
        )

    def _entry(self, path: str) -> LedgerEntry | None:
        with self._desk.lock:
            return self._desk.ledger.entries.get(path)

    def do(self, tasks: Sequence[Task], *, durable: bool, is_bulk: bool = False) -> None:
        """Have a batch done and keep its documents; a file that ends the engine gets the blame.

        Args:
            tasks: the batch.
            durable: wait until the disk has the documents.
            is_bulk: let the engine stand back behind whatever else the machine does.

        Raises:
            ServiceFault: when no file is to blame; what is not written is found again.
        """
        if not tasks:
            return
        answer = self._answer_to(tasks, is_bulk=is_bulk)
        if answer is None:
            self._after_death(tasks, durable=durable)
        else:
            self._keep_all(tasks, answer, durable=durable)

    def do_again(self, tasks: Sequence[Task]) -> None:
        """Have a large batch scored anew: the engine scores one part while another is written.

        What is written can be made again, so no disk is waited for.

        Raises:
            ServiceFault: as `do`.
        """
        size = self.settings.engine.batch_size * _BATCHES_IN_PART
        # the engine is asked by this thread alone, for it dies with the thread that started it
        with ThreadPoolExecutor(1, "keeper") as keeper:
            kept: Future[None] | None = None
            for start in range(0, len(tasks), size):
                part = tasks[start : start + size]
                answer = self._answer_to(part, is_bulk=True)
                if kept is not None:
                    kept.result()
                    kept = None
                if answer is None:
                    self._after_death(part, durable=False)
                else:
                    kept = keeper.submit(self._keep_all, part, answer, durable=False)
            if kept is not None:
                kept.result()

    def _answer_to(self, tasks: Sequence[Task], *, is_bulk: bool) -> frames.Message | None:
        """Return what the engine makes of a batch; None when that ended it."""
        items = [item_of(task) for task in tasks]
        try:
            return self._ask(
                {"type": "batch", "items": items, "is_bulk": is_bulk}, parts=len(items)
            )
        except EngineDiedError as error:
            log.warning("engine_died", files=len(tasks), error=str(error))
            return None

    def _keep_all(self, tasks: Sequence[Task], answer: frames.Message, *, durable: bool) -> None:
        reach("worker.answered")
        by_path = {task.file.path: task for task in tasks}
        if answer.get("is_outgrown") or any(task.file.label is not None for task in tasks):
            self._desk.has_learnt = True
        for result in answer["answers"]:
            task = by_path[result["path"]]
            self._blaming.survived(task)
            self._keeping.keep(task, result, durable=durable)
        self._desk.finished(len(tasks))

    def _after_death(self, tasks: Sequence[Task], *, durable: bool) -> None:
        """Find out whose fault it was: each file of the batch goes alone."""
        if self._stop.is_set():
            # killed by the supervisor: the files are found again at the next start
            return
        if len(tasks) > 1:
            for task in tasks:
                self.do([task], durable=durable)
            return
        (task,) = tasks
        if not self._blaming.is_to_blame(task):
            self.do([task], durable=durable)
            return
        sidecar = blamed_sidecar(task, now=datetime.now(UTC), version=self._version)
        self._keeping.write(task.file, sidecar, durable=durable)

    def score_paths(self, paths: Sequence[str], *, inside: bool) -> dict[str, Any]:
        """Score files that a command waits for, and return their documents as JSON, by path.

        Args:
            paths: relative to the inbox when `inside`, else absolute; nothing is stored for those.
            inside: whether they lie in the inbox; their sidecars are written as well.

        Raises:
            ServiceFault: when no file is to blame, or one of the files ended the engine.
        """
        documents: dict[str, Any] = {}
        size = self.settings.engine.batch_size
        for start in range(0, len(paths), size):
            files = {path: self._file(path, inside=inside) for path in paths[start : start + size]}
            items = [asked_item(path, file, inside=inside) for path, file in files.items()]
            try:
                answer = self._ask({"type": "batch", "items": items}, parts=len(items))
            except EngineDiedError as error:
                raise EngineFailed(
                    f"The engine ended over one of the files: {error}.",
                    remedy="Try the files one at a time.",
                ) from error
            for result in answer["answers"]:
                path, document = result["path"], result["document"]
                documents[path] = document
                file = files[path]
                if inside and file is not None and document is not None:
                    sidecar = Sidecar.model_validate(document)
                    self._ignoring.asked_again(file, sidecar.source.sha256)
                    self._keeping.write(file, sidecar, durable=True)
        self._desk.finished(len(paths))
        return documents

    def _file(self, path: str, *, inside: bool) -> InboxFile | None:
        if not inside:
            return find_file(Path("/"), path.lstrip("/"))
        settled = self._desk.sight.settled.get(path)
        return settled if settled is not None else find_file(self._home.inbox, path)
