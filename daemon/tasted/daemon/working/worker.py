"""Does work: asks the engine, and writes the answers to the outbox.

Used by one thread, and by one of its own that writes what was answered.

Touches the engine's pipes, the outbox, and the inbox by lstat. It is the only writer of sidecars;
the engine is the only writer of the library.
"""

import shutil
import threading
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import structlog

from tasted.config import Settings
from tasted.daemon.shared.config_digest import ConfigDigest
from tasted.daemon.shared.ignored_files import IgnoredFiles
from tasted.daemon.shared.shared_state import SharedState
from tasted.daemon.shared.work_queue import PresentLabels
from tasted.daemon.working.answer_writer import AnswerWriter
from tasted.daemon.working.asked_batch import AskedBatch
from tasted.daemon.working.engine_requests import named_file
from tasted.daemon.working.page_answers import PageAnswers
from tasted.daemon.working.profiles import ProfileWorker
from tasted.daemon.working.publish_taste import TasteUpdater
from tasted.daemon.working.results import ResultWriter
from tasted.errors import DiskFull, EngineFailed, OutboxUnwritable
from tasted.home.layout import Home
from tasted.inbox.listing import find_file
from tasted.inbox.reconcile import Task
from tasted.inbox.unlike_photos import UnlikePhotos
from tasted.outbox.sidecar import Sidecar
from tasted.outbox.sidecar_writer import Writer
from tasted.plain_dataclass import dataclass
from tasted.records import InboxFile
from tasted.rpc.client import AnswerT, EngineDiedError, EngineProcess
from tasted.rpc.crash_attribution import CrashAttribution, crash_sidecar
from tasted.rpc.messages import (
    BatchScored,
    EngineRequest,
    FileResult,
    RequestedFile,
    ScoreBatch,
    WarmUp,
)
from tasted.system.faultpoints import reach

_MEGABYTE = 1e6
_BATCHES_IN_PART = 2
"""How many batches of a re-score the engine is asked for at a time."""
_BATCHES_IN_ROW = 8
"""So many of new files go over into each other, before it is looked after everything else."""

log = structlog.get_logger("tasted.worker")


@dataclass(frozen=True, slots=True)
class _Undone:
    """What was not answered when the engine ended."""

    tasks: list[Task]
    death: EngineDiedError


class Worker:
    """Does tasks with one engine.

    Args:
        home: whose inbox is scored.
        shared: what is shared with the scanner.
        writer: the outbox.
        engine: started when it is first asked.
        settings: that the engine was made with.
        stop: set when the process is ending; nothing is tried again then.
        version: of this tasted.
        on_score: handed every score of a picture or profile that had none of its present content.
        not_by_chance: returns the content ids of pictures that were judged for what they are.
    """

    def __init__(
        self,
        home: Home,
        shared: SharedState,
        writer: Writer,
        engine: EngineProcess,
        settings: Settings,
        *,
        stop: threading.Event,
        version: str,
        on_score: Callable[[Sidecar], None] = lambda _sidecar: None,
        not_by_chance: Callable[[], Collection[str]] = tuple,
    ) -> None:
        self.engine = engine
        self.settings = settings
        self._home = home
        self._shared = shared
        self._stop = stop
        self._version = version
        self._config_digest = ConfigDigest(home, version=version)
        self._ignored_files = IgnoredFiles(home.ignored_file, check=home.check)
        self._crash_attribution = CrashAttribution()
        self._writing = ThreadPoolExecutor(1, "writer")
        unlike = UnlikePhotos(home.unlike_file, check=home.check)
        self.labels = TasteUpdater(
            shared,
            unlike,
            ask=self.ask,
            learn=lambda tasks: self.score_or_learn(tasks, durable=True),
            file_of=lambda path: self._file(path, inside=True),
            engine_pid=lambda: engine.pid,
            batch_size=settings.engine.batch_size,
            is_stopping=stop.is_set,
            not_by_chance=not_by_chance,
        )
        self._page_answers = PageAnswers(
            shared, ask=self.ask, engine_pid=lambda: engine.pid, is_stopping=stop.is_set
        )
        self.profiles = ProfileWorker(
            home,
            shared,
            writer,
            unlike,
            ask=self.ask,
            is_stopping=stop.is_set,
            version=version,
            on_score=on_score,
        )
        self._result_writer = ResultWriter(
            home, shared, writer, self._ignored_files, on_score=on_score
        )

    def preflight(self) -> None:
        """Refuse to begin when the result could not be kept, or the model is not there.

        Raises:
            HomeGone: when the home is not at its place.
            OutboxUnwritable: when the outbox is gone, or has become a link.
            DiskFull: when there is less room than the setting asks for.
            ModelMissing, ModelUnusable: when there is no such model.
        """
        home, min_free_mb = self._home, self.settings.limits.min_free_mb
        home.check_outbox()
        if not home.outbox.is_dir():
            raise OutboxUnwritable(
                f"The outbox {home.outbox} is gone.",
                remedy="Make the folder again; scoring goes on by itself.",
            )
        free_mb = shutil.disk_usage(home.root).free / _MEGABYTE
        if free_mb < min_free_mb:
            raise DiskFull(
                f"Only {free_mb:.0f} MB are free on the disk of {home.root}, "
                f"and limits.min_free_mb is {min_free_mb}.",
                remedy="Free some space; scoring goes on by itself.",
            )
        self._config_digest.model(self.settings)

    def ask(self, request: EngineRequest[AnswerT], *, deadlines: int = 1) -> AnswerT:
        """Ask the engine; see `EngineProcess.ask`."""
        try:
            return self.engine.ask(request, deadlines=deadlines)
        finally:
            self._shared.engine_pid = self.engine.pid

    def _engine_scores(
        self,
        batch: ScoreBatch,
        take: Callable[[FileResult], None],
        *,
        is_overtaken: Callable[[], bool] = lambda: False,
        more: Callable[[int], Sequence[RequestedFile]] = lambda _most: (),
    ) -> BatchScored:
        try:
            return self.engine.score(batch, take, is_overtaken=is_overtaken, more=more)
        finally:
            self._shared.engine_pid = self.engine.pid

    def update_labels(self, update: PresentLabels) -> frozenset[str] | None:
        """Have a taste published for the references that are present; see `TasteUpdater.publish`.

        Raises:
            ServiceFault: when the engine cannot read or write the library.
        """
        return self.labels.publish(update)

    def warm_up(self, labels: PresentLabels | None) -> None:
        """Have the engine load the model and know the references, before there is work for it.

        Args:
            labels: as the last scan saw them; None before the first one.

        Raises:
            ServiceFault: when it cannot be started, or cannot read or write the library.
        """
        try:
            self.ask(WarmUp())
        except EngineDiedError as error:
            raise EngineFailed(f"The engine ended while it started: {error}.") from error
        if labels is not None:
            self.update_labels(labels)

    def answer_page(
        self,
        request: EngineRequest[AnswerT],
        *,
        prepare: Callable[[], object] = lambda: None,
    ) -> AnswerT:
        """Ask the engine for somebody who waits; see `PageAnswers.answer`."""
        return self._page_answers.answer(request, prepare=prepare)

    def score_or_learn(
        self,
        tasks: Sequence[Task],
        *,
        durable: bool,
        is_bulk: bool = False,
        between: Callable[[], None] | None = None,
        goes_on: bool = False,
    ) -> None:
        """Have a batch done and keep its documents; a file that ends the engine has an error.

        Args:
            tasks: the batch.
            durable: wait until the disk has the documents.
            is_bulk: let the engine yield to whatever else the machine does.
            between: called between two files when something is asked of the engine; None leaves
                that until the batch is done.
            goes_on: whether to take more such files from the queue, before the engine is done.

        Raises:
            ServiceFault: when no file is at fault; what is not written is found again.
        """
        if not tasks:
            return
        with self._writer_of(durable=durable) as writer:
            more = partial(self._more, writer) if goes_on else lambda _most: ()
            batch = AskedBatch(tasks, more=more)
            undone = self._score(batch, writer, is_bulk=is_bulk, between=between)
            writer.wait()
        self._after_death(batch, undone, durable=durable)

    def _more(self, writer: AnswerWriter, most: int) -> Sequence[Task]:
        """Take what a batch goes on with, unless something has to be looked at before that."""
        is_to_end = writer.has_failed or self._shared.settings is not self.settings
        is_long = writer.given >= self.settings.engine.batch_size * _BATCHES_IN_ROW
        return () if is_to_end or is_long else self._shared.queue.take_more(most)

    def rescore(self, tasks: Sequence[Task], *, between: Callable[[], None] | None = None) -> None:
        """Have a large batch scored again, part by part.

        What is written can be made again, so no disk is waited for.

        Args:
            tasks: the batch.
            between: as in `score_or_learn`.

        Raises:
            ServiceFault: as `score_or_learn`.
        """
        size = self.settings.engine.batch_size * _BATCHES_IN_PART
        with self._writer_of(durable=False) as writer:
            for start in range(0, len(tasks), size):
                if self._is_overtaken():
                    self._shared.queue.look_after()
                    break
                part = AskedBatch(tasks[start : start + size])
                undone = self._score(part, writer, is_bulk=True, between=between)
                writer.check()
                if undone is not None:
                    writer.wait()
                    self._after_death(part, undone, durable=False)
            writer.wait()

    def _writer_of(self, *, durable: bool) -> AnswerWriter:
        return AnswerWriter(partial(self._keep, durable=durable), self._writing)

    def _score(
        self,
        batch: AskedBatch,
        writer: AnswerWriter,
        *,
        is_bulk: bool,
        between: Callable[[], None] | None,
    ) -> _Undone | None:
        """Have a batch scored and its answers written; return what a death of the engine left."""

        # the engine is asked by this thread alone, for it dies with the thread that started it
        def take(result: FileResult) -> None:
            task = batch.take(result)
            if task.file.label is not None:
                self._shared.taste.outgrown()
            self._crash_attribution.survived(task)
            writer.write(task, result)

        while batch.waiting:
            try:
                self._ask_for(batch, take, is_bulk=is_bulk, may_pause=between is not None)
            except EngineDiedError as error:
                log.warning("engine_died", files=len(batch.waiting), error=str(error))
                return _Undone(batch.waiting, error)
            if batch.waiting and (between is None or self._is_overtaken()):
                # the next scan brings back what is left
                self._shared.queue.look_after()
                break
            if between is not None:
                between()
        return None

    def _ask_for(
        self,
        batch: AskedBatch,
        take: Callable[[FileResult], None],
        *,
        is_bulk: bool,
        may_pause: bool,
    ) -> None:
        answer = self._engine_scores(
            ScoreBatch(batch.files, is_bulk=is_bulk),
            take,
            is_overtaken=lambda: self._is_overtaken() or (may_pause and self._has_calls()),
            more=batch.go_on,
        )
        if answer.is_taste_outgrown:
            self._shared.taste.outgrown()

    def _has_calls(self) -> bool:
        return self._shared.queue.calls.is_waiting

    def _is_overtaken(self) -> bool:
        return self._shared.queue.is_overtaken

    def _keep(self, task: Task, result: FileResult, *, durable: bool) -> None:
        reach("worker.answered")
        self._result_writer.keep(task, result, durable=durable)
        self._shared.queue.done_with(task.file.path)
        self._shared.throughput.finished(1)

    def _after_death(self, batch: AskedBatch, undone: _Undone | None, *, durable: bool) -> None:
        """Find out whose fault it was: the files that were not answered go one by one."""
        if undone is None or self._stop.is_set():
            # killed by the supervisor: the files are found again at the next start
            return
        if batch.count > 1:
            for task in undone.tasks:
                self.score_or_learn([task], durable=durable)
            return
        for task in undone.tasks:
            if not self._crash_attribution.is_culprit(task):
                self.score_or_learn([task], durable=durable)
                return
            sidecar = crash_sidecar(
                task,
                for_memory=undone.death.for_memory,
                now=datetime.now(UTC),
                version=self._version,
            )
            self._result_writer.write(task.file, sidecar, durable=durable)

    def score_paths(self, paths: Sequence[str], *, inside: bool) -> dict[str, Any]:
        """Score files that a command waits for, and return their documents as JSON, by path.

        Args:
            paths: relative to the inbox when `inside`, else absolute; nothing is stored for those.
            inside: whether they lie in the inbox; their sidecars are written as well.

        Raises:
            ServiceFault: when no file is at fault, or one of the files ended the engine.
        """
        documents: dict[str, Any] = {}
        size = self.settings.engine.batch_size
        for start in range(0, len(paths), size):
            found = {path: self._file(path, inside=inside) for path in paths[start : start + size]}
            files = tuple(named_file(path, file, inside=inside) for path, file in found.items())
            results: list[FileResult] = []
            try:
                self._engine_scores(ScoreBatch(files), results.append)
            except EngineDiedError as error:
                raise EngineFailed(
                    f"The engine ended over one of the files: {error}.",
                    remedy="Try the files one at a time.",
                ) from error
            for result in results:
                sidecar, file = result.document, found[result.path]
                documents[result.path] = sidecar and sidecar.model_dump(mode="json")
                if inside and file is not None and sidecar is not None:
                    self._ignored_files.asked_again(file, sidecar.source.sha256)
                    self._result_writer.write(file, sidecar, durable=True)
        self._shared.throughput.finished(len(paths))
        return documents

    def _file(self, path: str, *, inside: bool) -> InboxFile | None:
        if not inside:
            return find_file(Path("/"), path.lstrip("/"))
        settled = self._shared.last_scan.settled.get(path)
        return settled if settled is not None else find_file(self._home.inbox, path)
