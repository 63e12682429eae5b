"""Has profiles scored, one at a time, when their photos are done. Touches the outbox.

The photos' own sidecars say what a profile is made of. When a photo has changed meanwhile nothing
is kept: it is scored again first.
"""

import os
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

import structlog

from tasted import frames
from tasted.daemon.blaming import Blaming
from tasted.daemon.desk import Desk
from tasted.daemon.items import profile_request
from tasted.engine_process import EngineDiedError
from tasted.errors import EngineDied
from tasted.faultpoints import reach
from tasted.files import stamp_of
from tasted.home import Home
from tasted.inbox.reconcile import Task
from tasted.outbox.failures import source_part
from tasted.outbox.profiles import photo_parts, profile_error
from tasted.outbox.sidecar import Sidecar, encoded_path
from tasted.outbox.writer import Writer
from tasted.records import Standing
from tasted.status import LastError

Ask = Callable[..., frames.Message]

log = structlog.get_logger("tasted.profiling")


class Profiling:
    """Does tasks of profiles with the engine of a worker.

    Args:
        home: whose inbox is scored.
        desk: what is shared with the scout.
        writer: the outbox.
        ask: sends the engine a request; takes `parts`, how many deadlines that may take.
        is_stopping: tells whether the process is ending.
        version: of this tasted.
        on_score: handed each score of other photos than before.
    """

    def __init__(
        self,
        home: Home,
        desk: Desk,
        writer: Writer,
        *,
        ask: Ask,
        is_stopping: Callable[[], bool],
        version: str,
        on_score: Callable[[Sidecar], None] = lambda _sidecar: None,
    ) -> None:
        self._home = home
        self._desk = desk
        self._writer = writer
        self._ask = ask
        self._is_stopping = is_stopping
        self._version = version
        self._on_score = on_score
        self._blaming = Blaming()

    def do(self, tasks: Sequence[Task], *, is_bulk: bool = False) -> None:
        """Have profiles scored and keep their documents.

        Args:
            tasks: of profiles.
            is_bulk: let the engine stand back behind whatever else the machine does.

        Raises:
            ServiceFault: when no profile is to blame; what is not written is found again.
        """
        for task in tasks:
            if self._is_stopping():
                return
            self._do(task, is_bulk=is_bulk)
        self._desk.wake_scout()

    def _do(self, task: Task, *, is_bulk: bool) -> None:
        request = profile_request(task, self._standings(task), is_bulk=is_bulk)
        try:
            answer = self._ask(request, parts=1 + len(task.photos))
        except EngineDiedError as error:
            log.warning("engine_died", profile=task.file.path, error=str(error))
            if not self._is_stopping() and self._blaming.is_to_blame(task):
                self._keep(task, self._blamed(task))
            return
        reach("worker.answered")
        self._blaming.survived(task)
        if answer["document"] is not None:
            self._keep(task, Sidecar.model_validate(answer["document"]))

    def _standings(self, task: Task) -> dict[str, Standing | None]:
        with self._desk.lock:
            entries = self._desk.ledger.entries
            return {
                part.path: entries[part.path].standing
                for part in task.parts
                if part.path in entries
            }

    def _keep(self, task: Task, sidecar: Sidecar) -> None:
        entry = sidecar.ledger_entry()
        if not self._is_unchanged(task):
            return
        with self._desk.lock:
            former = self._desk.ledger.entries.get(entry.path)
            is_new = former is None or former.parts != entry.parts
            self._writer.write(sidecar, durable=is_new)
            log.debug(
                "kept",
                path=entry.path,
                status=entry.status,
                content=entry.content_id,
                text=entry.text_id,
                taste=entry.taste_fingerprint,
                embedder=entry.embedder_fingerprint,
            )
            reach("worker.kept")
            self._desk.forced.discard(entry.path)
        if sidecar.error is not None:
            error = sidecar.error
            self._desk.last_error = LastError(entry.path, error.code, error.message, error.remedy)
            log.warning("not_scored", path=entry.path, code=error.code, remedy=error.remedy)
        else:
            self._desk.last_scored = entry.path
            log.info(sidecar.verdict or "scored", path=entry.path, photos=len(entry.parts))
        if is_new:
            self._on_score(sidecar)

    def _is_unchanged(self, task: Task) -> bool:
        try:
            return all(
                stamp_of(os.lstat(self._home.inbox / photo.path)) == photo.stamp
                for photo in task.photos
            )
        except OSError:
            # one of them is gone: the next look decides anew
            return False

    def _blamed(self, task: Task) -> Sidecar:
        folder = task.file
        error = EngineDied(
            f"{encoded_path(folder.path).path} ended the engine each time it was tried.",
            remedy="Its photos have their own sidecars; leave out the one that is unlike the rest.",
        )
        return profile_error(
            source_part(folder.path, folder.stamp, folder.companion, content_id=None),
            photo_parts(task.parts, self._standings(task)),
            error,
            attempts=task.attempts + 1,
            now=datetime.now(UTC),
            version=self._version,
        )
