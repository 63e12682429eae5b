"""Has profiles scored, one at a time, when their photos are done. Touches the outbox.

The photos' own sidecars say what a profile is made of. When a photo has changed meanwhile nothing
is kept: it is scored again first.
"""

import os
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

import structlog

from tasted.daemon.shared.shared_state import SharedState
from tasted.daemon.working.engine_requests import profile_request
from tasted.home.layout import Home
from tasted.home.status import LastError
from tasted.inbox.people import photo_id
from tasted.inbox.reconcile import Task
from tasted.inbox.unlike_photos import UnlikePhotos
from tasted.outbox.failures import profile_error
from tasted.outbox.sidecar import Sidecar, photo_parts, source_part
from tasted.outbox.sidecar_writer import Writer
from tasted.outbox.succession import succeeding
from tasted.records import RankingFacts
from tasted.rpc.client import Ask, EngineDiedError
from tasted.rpc.crash_attribution import CrashAttribution, crash_error
from tasted.system.faultpoints import reach
from tasted.system.files import stamp_of

log = structlog.get_logger("tasted.profiles")


class ProfileWorker:
    """Does tasks of profiles with the engine of a worker.

    Args:
        home: whose inbox is scored.
        shared: what is shared with the scanner.
        writer: the outbox.
        unlike: keeps which photos the engine found unlike.
        ask: sends the engine a request.
        is_stopping: tells whether the process is ending.
        version: of this tasted.
        on_score: handed every score of other photos than before.
    """

    def __init__(
        self,
        home: Home,
        shared: SharedState,
        writer: Writer,
        unlike: UnlikePhotos,
        *,
        ask: Ask,
        is_stopping: Callable[[], bool],
        version: str,
        on_score: Callable[[Sidecar], None] = lambda _sidecar: None,
    ) -> None:
        self._home = home
        self._shared = shared
        self._writer = writer
        self._ask = ask
        self._is_stopping = is_stopping
        self._version = version
        self._on_score = on_score
        self._crash_attribution = CrashAttribution()
        self._unlike = unlike

    def score(self, tasks: Sequence[Task], *, is_bulk: bool = False) -> None:
        """Have profiles scored and keep their documents.

        Args:
            tasks: of profiles.
            is_bulk: let the engine yield to whatever else the machine does.

        Raises:
            ServiceFault: when no profile is at fault; what is not written is found again.
        """
        for task in tasks:
            if self._is_stopping():
                return
            self._score(task, is_bulk=is_bulk)
        self._shared.queue.look_after()

    def _score(self, task: Task, *, is_bulk: bool) -> None:
        request = profile_request(task, self._ranking_facts(task), is_bulk=is_bulk)
        try:
            answer = self._ask(request, deadlines=1 + len(task.photos))
        except EngineDiedError as error:
            log.warning("engine_died", profile=task.file.path, error=str(error))
            if not self._is_stopping() and self._crash_attribution.is_culprit(task):
                self._keep(task, self._crashed(task, for_memory=error.for_memory))
            return
        reach("worker.answered")
        self._crash_attribution.survived(task)
        if answer.is_unlike:
            self._take_apart(task)
        elif answer.document is not None:
            self._keep(task, answer.document)

    def _take_apart(self, task: Task) -> None:
        """Keep that it is not a profile: the next look finds a plain folder."""
        photos = {
            photo_id(part.content_id, part.text_id)
            for part in task.parts
            if part.content_id is not None
        }
        self._unlike.keep(photos, self._shared.ledger.entries)
        self._shared.forced.remove({task.file.path})
        log.info("photos_unlike", path=task.file.path, photos=len(photos))

    def _ranking_facts(self, task: Task) -> dict[str, RankingFacts | None]:
        entries = self._shared.ledger.entries
        return {
            part.path: entries[part.path].ranking_facts
            for part in task.parts
            if part.path in entries
        }

    def _keep(self, task: Task, sidecar: Sidecar) -> None:
        entry = sidecar.ledger_entry()
        if not self._is_unchanged(task):
            for photo in task.photos:
                self._shared.wakeups.hint(photo.path)
            return
        former = self._shared.ledger.entry_of(entry.path)
        is_new = former is None or former.parts != entry.parts
        sidecar = succeeding(sidecar, self._shared.ledger.sidecar_of(entry.path))
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
        self._shared.forced.remove({entry.path})
        self._shared.note_verdict(sidecar)
        if sidecar.error is not None:
            error = sidecar.error
            self._shared.last_error = LastError(entry.path, error.code, error.message, error.remedy)
            log.warning("not_scored", path=entry.path, code=error.code, remedy=error.remedy)
        else:
            self._shared.last_scored = entry.path
            # of the same photos it is a re-score, and those are logged by their number
            write = log.info if is_new else log.debug
            write(sidecar.verdict or "scored", path=entry.path, photos=len(entry.parts))
        if is_new:
            self._on_score(sidecar)

    def _is_unchanged(self, task: Task) -> bool:
        try:
            return all(
                stamp_of(os.lstat(self._home.inbox / photo.path)) == photo.stamp
                for photo in task.photos
            )
        except OSError:
            # one of them is gone: the next scan decides again
            return False

    def _crashed(self, task: Task, *, for_memory: bool) -> Sidecar:
        folder = task.file
        error = crash_error(
            folder.path,
            for_memory=for_memory,
            remedy="Its photos have their own sidecars; leave out the one that is unlike the rest.",
        )
        return profile_error(
            source_part(folder.path, folder.stamp, folder.companion, content_id=None),
            photo_parts(task.parts, self._ranking_facts(task)),
            error,
            attempts=task.attempts + 1,
            now=datetime.now(UTC),
            version=self._version,
        )
