"""Has a taste published for the references that are present: the light side of a label change.

One request learns and publishes. Where references are missing the engine names them instead, they
are learnt in batches like any other files, and the request is sent again. So the process can stop
between two batches, a reference that ends the engine is found, and sidecars have one writer; a
taste of half the references is never published.
"""

from collections.abc import Callable, Collection, Iterator, Sequence

import structlog

from tasted.daemon.shared.labels_request import labels_request
from tasted.daemon.shared.shared_state import SharedState
from tasted.daemon.shared.work_queue import PresentLabels
from tasted.errors import EngineFailed, ServiceFault
from tasted.inbox.people import photo_id
from tasted.inbox.profiles import folder_of
from tasted.inbox.reconcile import Reason, Task
from tasted.inbox.unlike_photos import UnlikePhotos
from tasted.records import Current, InboxFile
from tasted.rpc.client import Ask, EngineDiedError
from tasted.rpc.messages import ReferencesMissing, TastePublished

# a taste of thousands of references takes a minute to fit, and new traits a hundred bios to embed
_DEADLINES = 10

log = structlog.get_logger("tasted.worker")


class TasteUpdater:
    """Has tastes published by the engine of a worker.

    Args:
        shared: what is shared with the scanner.
        unlike: keeps which photos the engine found unlike.
        ask: sends the engine a request.
        learn: has a batch of references learnt, and their sidecars written.
        file_of: returns the file of a path of the inbox; None when it is gone.
        engine_pid: returns the pid of the engine; None when it does not run.
        batch_size: of the references that are learnt at a time.
        is_stopping: tells whether the process is ending.
        not_by_chance: returns the content ids of pictures that were judged for what they are.
    """

    def __init__(
        self,
        shared: SharedState,
        unlike: UnlikePhotos,
        *,
        ask: Ask,
        learn: Callable[[Sequence[Task]], None],
        file_of: Callable[[str], InboxFile | None],
        engine_pid: Callable[[], int | None],
        batch_size: int,
        is_stopping: Callable[[], bool],
        not_by_chance: Callable[[], Collection[str]] = tuple,
    ) -> None:
        self._shared = shared
        self._unlike = unlike
        self._ask = ask
        self._learn = learn
        self._file_of = file_of
        self._engine_pid = engine_pid
        self._batch_size = batch_size
        self._is_stopping = is_stopping
        self._not_by_chance = not_by_chance

    def publish(self, update: PresentLabels) -> frozenset[str] | None:
        """Have everything learnt that can be, and a taste published by that.

        Returns:
            The paths that could not be learnt; None when the process was asked to stop meanwhile,
            and nothing was published.

        Raises:
            ServiceFault: when the engine cannot read or write the library.
        """
        with self._shared.taste.publishing(update):
            return self._publish(update)

    def _publish(self, update: PresentLabels) -> frozenset[str] | None:
        tried: set[str] = set()
        while isinstance(answer := self._answer(update, tried), ReferencesMissing):
            tried |= set(answer.paths)
            for batch in self._batches(answer.paths):
                if self._is_stopping():
                    return None
                self._learn(batch)
        self._take_apart(update, answer.unlike)
        self._try_failed_again(self._shared.taste.current, answer.current)
        self._shared.taste.published(answer.current, engine_pid=self._engine_pid())
        self._shared.wakeups.wake_scanner()
        return frozenset(answer.unlearnt)

    def _answer(self, update: PresentLabels, tried: set[str]) -> TastePublished | ReferencesMissing:
        try:
            request = labels_request(
                update,
                self._shared.ledger.entries,
                without=tried,
                not_by_chance=self._chosen(),
            )
            return self._ask(request, deadlines=_DEADLINES)
        except EngineDiedError as error:
            raise EngineFailed(
                f"The engine ended while it learned from your likes and rejects: {error}.",
                remedy="Close other programs if memory is short; tasted keeps trying. If it ends "
                "each time, see what is wrong with: tasted doctor",
            ) from error

    def _chosen(self) -> Collection[str]:
        try:
            return self._not_by_chance()
        except OSError as error:
            raise ServiceFault(
                f"The log of your answers cannot be read: {error.strerror}.",
                remedy="Check who owns .tasted/feedback; see what is wrong with: tasted doctor",
            ) from error

    def _batches(self, paths: Sequence[str]) -> Iterator[list[Task]]:
        tasks = [
            Task(file, Reason.REFERENCE)
            for path in paths
            if (file := self._learnable(path)) is not None
        ]
        for start in range(0, len(tasks), self._batch_size):
            yield tasks[start : start + self._batch_size]

    def _learnable(self, path: str) -> InboxFile | None:
        """Return the file of a reference, unless it is gone or its failure is already on record."""
        file, entry = self._file_of(path), self._shared.ledger.entry_of(path)
        is_known_bad = (
            file is not None
            and entry is not None
            and entry.status == "error"
            and entry.stamp.agrees(file.stamp)
        )
        return None if is_known_bad else file

    def is_learnt(self, file: InboxFile) -> bool:
        """Tell whether a reference is learnt in its present state with the current embedder."""
        entry, current = self._shared.ledger.entry_of(file.path), self._shared.taste.current
        return (
            entry is not None
            and current is not None
            and entry.status == "learnt"
            and entry.stamp.agrees(file.stamp)
            and entry.embedder_fingerprint == current.embedder_fingerprint
        )

    def _take_apart(self, update: PresentLabels, folders: Sequence[str]) -> None:
        """Keep that label folders are not of one person; the next look publishes again by that."""
        entries = self._shared.ledger.entries
        for folder in folders:
            photos = {
                photo_id(entry.content_id, entry.text_id)
                for path in update.paths
                if folder_of(path) == folder
                and (entry := entries.get(path)) is not None
                and entry.content_id is not None
            }
            self._unlike.keep(photos, entries)
            log.info("photos_unlike", path=folder, photos=len(photos))

    def _try_failed_again(self, former: Current | None, current: Current) -> None:
        """After a change of settings or model a failed file may be within its limits."""
        if former is None or former.config_digest == current.config_digest:
            return
        entries = self._shared.ledger.entries
        self._shared.forced.add(path for path in entries if entries[path].status == "error")
