"""Objects of a store as passing files, which an engine can read. Touches network and one folder.

Several are fetched at a time, while those before them are scored; all are gone when their group is.
"""

import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tasted.backfill.object_store import ObjectStore
from tasted.errors import InboxUnavailable, ItemError, UnreadableFile
from tasted.inbox.reconcile import Task
from tasted.outbox.sidecar import encoded_path
from tasted.rpc.backfill_messages import WHOLE_TREE
from tasted.system.files import PRIVATE_FILE, private_folder

_FETCHED_TOGETHER = 8
_FAILURES_MAX = 5


class ObjectFetcher:
    """Fetches the files of a tree that lie in object stores; the others are where they are.

    Args:
        stores: by the name of the root that they are.
        folder: gets the files, at their paths in the tree; made when it is missing.
        max_bytes: of the largest picture; a larger one is not fetched.
    """

    def __init__(self, stores: Mapping[str, ObjectStore], folder: Path, *, max_bytes: int) -> None:
        self._stores = dict(stores)
        self._folder = folder
        self._max_bytes = max_bytes
        self._threads = ThreadPoolExecutor(_FETCHED_TOGETHER) if stores else None

    @property
    def roots(self) -> dict[str, Path]:
        """Where an engine finds what was fetched, by the name of the root."""
        return {name: self._folder / name for name in self._stores}

    def is_of_store(self, path: str) -> bool:
        """Tell whether a file of the tree lies in a store."""
        return self._stored(path) is not None

    def fetched(self, tasks: Sequence[Task]) -> Iterator[tuple[Task, ItemError | None]]:
        """Yield files in their order as soon as each is there; with an error if it is not to be.

        An object that is gone is a file that is gone.

        Raises:
            InboxUnavailable: when so many could not be fetched that the store is to blame.
        """
        if self._threads is None:
            yield from ((task, None) for task in tasks)
            return
        # a text may serve several pictures, of which the first brings it
        texts: dict[str, str] = {}
        for task in tasks:
            if task.file.companion is not None:
                texts.setdefault(task.file.companion.path, task.file.path)
        brought = set(texts.values())
        failures = 0
        fetched = self._threads.map(
            lambda task: self._fetch(task, task.file.path in brought), tasks
        )
        for task, error in zip(tasks, fetched, strict=True):
            failures += error is not None
            if error is not None and failures >= min(_FAILURES_MAX, len(tasks)):
                raise InboxUnavailable(error.message, remedy=error.remedy)
            yield task, error

    def _fetch(self, task: Task, brings_text: bool) -> ItemError | None:
        file = task.file
        try:
            if file.companion is not None and brings_text:
                self._fetch_one(file.companion.path, file.companion.stamp.size_bytes)
            self._fetch_one(file.path, file.stamp.size_bytes)
        except ItemError as error:
            return error
        return None

    def _fetch_one(self, path: str, size_bytes: int) -> None:
        stored = self._stored(path)
        if stored is None:
            return
        store, key = stored
        target = self._folder / path
        private_folder(target.parent, below=self._folder.parent)
        try:
            descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE_FILE)
        except FileExistsError as error:
            shown = encoded_path(path).path
            raise UnreadableFile(
                f"{shown} has the same name as another object but for capitals.",
                remedy="Give one of the two another name.",
            ) from error
        with os.fdopen(descriptor, "wb") as file:
            if size_bytes > self._max_bytes:
                # the engine refuses it by its size, in its own words, and reads nothing
                file.truncate(size_bytes)
            elif not store.fetch(key, file.write):
                target.unlink()

    def _stored(self, path: str) -> tuple[ObjectStore, str] | None:
        if WHOLE_TREE in self._stores:
            return self._stores[WHOLE_TREE], path
        name, _slash, key = path.partition("/")
        return (self._stores[name], key) if name in self._stores else None

    def clear(self) -> None:
        """Remove everything that was fetched."""
        shutil.rmtree(self._folder, ignore_errors=True)

    def close(self) -> None:
        """Fetch nothing more, and remove what is there."""
        if self._threads is not None:
            self._threads.shutdown(cancel_futures=True)
        self.clear()
