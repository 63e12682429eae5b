"""Writes what an engine said of a file of a tree: into the outbox of its backfill, and only there.

Touches that outbox, and the tree by lstat.
"""

import threading

import structlog

from tasted.backfill.progress import ProgressMeter
from tasted.backfill.tree import Tree
from tasted.home.ignored import IgnoredList
from tasted.inbox.reconcile import Task
from tasted.outbox.ledger import Ledger
from tasted.outbox.sidecar import Sidecar
from tasted.outbox.sidecar_writer import Writer
from tasted.outbox.succession import succeeding
from tasted.rpc.messages import FileResult
from tasted.system.faultpoints import reach

_MAY_BE_THE_DISK = frozenset({"unreadable", "internal", "empty", "truncated"})

log = structlog.get_logger("tasted.backfill")


class DocumentKeeper:
    """Keeps the documents of one backfill; several threads use it.

    Args:
        tree: whose files they are about.
        writer: its outbox.
        ledger: of that.
        ignored: the pictures that were forgotten, as of now.
        meter: counts them.
    """

    def __init__(
        self, tree: Tree, writer: Writer, ledger: Ledger, ignored: IgnoredList, meter: ProgressMeter
    ) -> None:
        self._tree = tree
        self._writer = writer
        self._ledger = ledger
        self._ignored = ignored
        self._meter = meter
        self._reading = threading.Lock()
        self.changed = 0
        """How many files were gone or changed when their answer came."""

    def keep(self, task: Task, result: FileResult) -> None:
        """Keep what became of a file, if it is still what was scored.

        Raises:
            TreeUnavailable: when the whole folder is gone.
            ServiceFault: when the outbox cannot be written.
        """
        reach("backfill.answered")
        document = result.document
        if document is None or self._is_forgotten(document):
            if result.ignored is None and document is None:
                self._miss()
            self._meter.answered(is_failed=None)
            return
        if document.error is not None and document.error.code in _MAY_BE_THE_DISK:
            self._tree.check()
        if not self._tree.is_still(task.file.path, document.ledger_entry().stamp):
            self._miss()
            self._meter.answered(is_failed=None)
            return
        former = self._ledger.sidecar_of(task.file.path)
        # what a power failure loses is done again
        self._writer.write(succeeding(document, former), durable=False)
        reach("backfill.kept")
        is_failed = document.error is not None
        log.debug("kept", path=task.file.path, content=document.source.sha256)
        if document.error is not None:
            log.warning("not_scored", path=task.file.path, code=document.error.code)
        self._meter.answered(is_failed=is_failed)

    def _miss(self) -> None:
        self._tree.check()
        self.changed += 1

    def _is_forgotten(self, document: Sidecar) -> bool:
        content = document.source.sha256
        with self._reading:
            listed = self._ignored.current
        return content is not None and listed is not None and listed.has_content(content)
