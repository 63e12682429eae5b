"""Writes what the engine answered: one sidecar for a file that is still what was scored.

Touches the outbox, the list of ignored pictures, and the inbox by lstat.
"""

import os
from collections.abc import Callable

import structlog

from tasted.daemon.shared.ignored_files import IgnoredFiles
from tasted.daemon.shared.shared_state import SharedState
from tasted.home.layout import Home
from tasted.home.status import LastError
from tasted.inbox.profiles import folder_of
from tasted.inbox.reconcile import Reason, Task
from tasted.outbox.sidecar import Sidecar
from tasted.outbox.sidecar_writer import Writer
from tasted.outbox.succession import completes, succeeding
from tasted.records import InboxFile
from tasted.rpc.messages import FileResult
from tasted.system.faultpoints import reach
from tasted.system.files import stamp_of

log = structlog.get_logger("tasted.worker")


class ResultWriter:
    """Writes the sidecars of one worker.

    Args:
        home: whose inbox is scored.
        shared: what is shared with the scanner.
        writer: the outbox.
        ignored_files: the list of ignored pictures.
        on_score: handed every score of a picture that had none of its present content.
    """

    def __init__(
        self,
        home: Home,
        shared: SharedState,
        writer: Writer,
        ignored_files: IgnoredFiles,
        *,
        on_score: Callable[[Sidecar], None],
    ) -> None:
        self._home = home
        self._shared = shared
        self._writer = writer
        self._ledger = shared.ledger
        self._ignored_files = ignored_files
        self._on_score = on_score

    def keep(self, task: Task, result: FileResult, *, durable: bool) -> None:
        """Keep what the engine answered for the file of a task; nothing, if that is gone.

        Args:
            task: what the engine was asked for.
            result: its answer.
            durable: wait until the disk has it.

        Raises:
            ServiceFault: when the outbox cannot be written.
        """
        sidecar: Sidecar | None = None
        if result.ignored is not None:
            self._ignored_files.met(task.file, result.ignored)
        elif result.document is not None:
            sidecar = result.document
        elif result.unchanged is not None:
            former = self._ledger.sidecar_of(task.file.path)
            if former is None:
                # somebody removed or edited it, and no event told the ledger
                self._shared.wakeups.doubt()
                self._shared.queue.look_after()
                return
            sidecar = former.restamped(result.unchanged)
        if sidecar is None:
            # gone, or changed while it was read: the next scan decides again
            self._look_again_at(task.file.path)
            return
        kept = self.write(task.file, sidecar, durable=durable)
        is_known = result.document is None or task.reason is Reason.STALE
        # news is what is not to change in a moment; and the profile speaks for its photos
        if (
            kept
            and not is_known
            and not sidecar.text_pending
            and folder_of(task.file.path) not in self._shared.last_scan.profiles
        ):
            self._on_score(sidecar)

    def write(self, file: InboxFile, sidecar: Sidecar, *, durable: bool) -> bool:
        """Write the sidecar of a file, unless it has changed; tell whether it was written.

        Raises:
            ServiceFault: when the outbox cannot be written.
        """
        entry = sidecar.ledger_entry()
        try:
            unchanged = stamp_of(os.lstat(self._home.inbox / file.path)) == entry.stamp
        except OSError:
            unchanged = False
        if not unchanged:
            self._look_again_at(file.path)
            return False
        former = self._former(sidecar, file.path)
        is_completed = completes(sidecar, former)
        sidecar = succeeding(sidecar, former)
        self._writer.write(sidecar, durable=durable)
        log.debug(
            "kept",
            path=entry.path,
            status=entry.status,
            content=entry.content_id,
            text=sidecar.source.text_sha256,
            taste=entry.taste_fingerprint,
            embedder=entry.embedder_fingerprint,
        )
        reach("worker.kept")
        self._shared.forced.remove({file.path})
        if not is_completed and folder_of(file.path) not in self._shared.last_scan.profiles:
            self._shared.note_verdict(sidecar)
        self._report(file, sidecar, is_new=durable)
        return True

    def _look_again_at(self, path: str) -> None:
        self._shared.wakeups.hint(path)
        # the scan that the hint wakes leaves out what is still in hand
        self._shared.queue.look_after()

    def _former(self, sidecar: Sidecar, path: str) -> Sidecar | None:
        """Return the document before this one: of the path, or of the name that it had before."""
        place = self._ledger.place_of(path)
        if place is None and sidecar.status == "scored" and not sidecar.timing_ms:
            # its content was known, and did not have to be looked at
            renamed = self._name_before(sidecar.source.sha256)
            place = self._ledger.place_of(renamed) if renamed is not None else None
        return self._writer.read(place) if place is not None else None

    def _name_before(self, content_id: str | None) -> str | None:
        for path in self._ledger.paths_of_content(content_id) if content_id is not None else ():
            entry = self._ledger.entry_of(path)
            is_scored = entry is not None and entry.status == "scored"
            if is_scored and not os.path.lexists(self._home.inbox / path):
                return path
        return None

    def _report(self, file: InboxFile, sidecar: Sidecar, *, is_new: bool) -> None:
        if sidecar.error is not None:
            error = sidecar.error
            self._shared.last_error = LastError(file.path, error.code, error.message, error.remedy)
            log.warning("not_scored", path=file.path, code=error.code, remedy=error.remedy)
        elif sidecar.status == "learnt":
            log.info("learnt", path=file.path)
        else:
            self._shared.last_scored = file.path
            # ten thousand lines for one like would push all others out of the log
            write = log.info if is_new else log.debug
            write(
                sidecar.verdict or "scored",
                path=file.path,
                confidence=_rounded(sidecar.confidence_score),
                took_ms=(sidecar.rescore_timing_ms or sidecar.timing_ms).get("total"),
            )


def _rounded(confidence: float | None) -> float | None:
    return None if confidence is None else round(confidence, 3)
