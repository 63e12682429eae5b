"""Keeps what the engine answered: a sidecar for each file, if the file is still what was scored.

Touches the outbox, the list of ignored pictures, and the inbox by lstat.
"""

import os
from collections.abc import Callable
from typing import Any

import structlog

from tasted.daemon.desk import Desk
from tasted.daemon.ignoring import Ignoring
from tasted.faultpoints import reach
from tasted.files import stamp_of
from tasted.home import Home
from tasted.inbox.profiles import folder_of
from tasted.inbox.reconcile import Reason, Task
from tasted.outbox.sidecar import Sidecar, Source
from tasted.outbox.writer import Writer
from tasted.records import InboxFile
from tasted.status import LastError

log = structlog.get_logger("tasted.worker")


class Keeping:
    """Writes the sidecars of one worker.

    Args:
        home: whose inbox is scored.
        desk: what is shared with the scout.
        writer: the outbox.
        ignoring: the list of ignored pictures.
        on_score: handed each score of a picture that had none of its present content.
    """

    def __init__(
        self,
        home: Home,
        desk: Desk,
        writer: Writer,
        ignoring: Ignoring,
        *,
        on_score: Callable[[Sidecar], None],
    ) -> None:
        self._home = home
        self._desk = desk
        self._writer = writer
        self._ledger = desk.ledger
        self._ignoring = ignoring
        self._on_score = on_score

    def keep(self, task: Task, result: dict[str, Any], *, durable: bool) -> None:
        """Keep what the engine answered for the file of a task; nothing, if that is gone.

        Args:
            task: what the engine was asked for.
            result: its answer.
            durable: wait until the disk has it.

        Raises:
            ServiceFault: when the outbox cannot be written.
        """
        sidecar: Sidecar | None = None
        if result.get("ignored") is not None:
            self._ignoring.met(task.file, result["ignored"])
        elif result["document"] is not None:
            sidecar = Sidecar.model_validate(result["document"])
        elif result.get("unchanged") is not None:
            former = self._ledger.sidecar_of(task.file.path)
            new_stamps = Source.model_validate(result["unchanged"])
            sidecar = former.restamped(new_stamps) if former is not None else None
        if sidecar is None:
            # gone, or changed while it was read: the scout's next look decides anew
            self._desk.wake_scout()
            return
        kept = self.write(task.file, sidecar, durable=durable)
        is_known = result["document"] is None or task.reason is Reason.STALE
        # a photo of a profile is told of by the profile
        if kept and not is_known and folder_of(task.file.path) not in self._desk.sight.profiles:
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
            self._desk.wake_scout()
            return False
        with self._desk.lock:
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
            self._desk.forced.discard(file.path)
        self._tell(file, sidecar, is_new=durable)
        return True

    def _tell(self, file: InboxFile, sidecar: Sidecar, *, is_new: bool) -> None:
        if sidecar.error is not None:
            error = sidecar.error
            self._desk.last_error = LastError(file.path, error.code, error.message, error.remedy)
            log.warning("not_scored", path=file.path, code=error.code, remedy=error.remedy)
        elif sidecar.status == "learnt":
            log.info("learnt", path=file.path)
        else:
            self._desk.last_scored = file.path
            # ten thousand lines for one like would push all others out of the log
            tell = log.info if is_new else log.debug
            tell(
                sidecar.verdict or "scored",
                path=file.path,
                confidence=_rounded(sidecar.confidence_score),
                took_ms=sidecar.timing_ms.get("total"),
            )


def _rounded(confidence: float | None) -> float | None:
    return None if confidence is None else round(confidence, 3)
