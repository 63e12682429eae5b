"""START HERE: one engine that scores files of a tree by a taste that was shipped.

Touches the engine's pipes, a folder of its own, and trees by what the engine reads there. It needs
no home, no lock and no daemon, so that many of them work at a time, on one machine or on several.
A file over which the engine ends twice, alone, gets the error; the others go on.
"""

import contextlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

import structlog

from tasted import __version__
from tasted.backfill.shipped_taste import ShippedTaste, engine_of
from tasted.config import Settings
from tasted.home.layout import Home
from tasted.inbox.listing import find_file
from tasted.inbox.reconcile import Reason, Task
from tasted.outbox.sidecar import Sidecar
from tasted.plain_dataclass import dataclass
from tasted.records import InboxFile
from tasted.rpc.backfill_messages import WHOLE_TREE, ScoreTree, TreeFile
from tasted.rpc.client import EngineDiedError
from tasted.rpc.crash_attribution import CrashAttribution, crash_sidecar
from tasted.rpc.engine_start import COMMAND
from tasted.rpc.messages import FileResult
from tasted.system.files import private_folder, remove_whole

Take = Callable[[Task, FileResult], None]
"""Called with a file and what became of it, as soon as that is known, in the middle of a request.
"""

log = structlog.get_logger("tasted.backfill")


def tree_task(file: InboxFile, *, reason: Reason = Reason.UNSCORED, attempts: int = 0) -> Task:
    """Return the task to score a file of a tree, where no folder is a label.

    Args:
        file: its path is relative to the tree.
        reason: why it needs work.
        attempts: how often it failed before, with this content.
    """
    return Task(unlabelled(file), reason, attempts=attempts)


def unlabelled(file: InboxFile) -> InboxFile:
    """Return a file without the label that its folder would be in an inbox."""
    return file if file.label is None else replace(file, label=None)


@dataclass(frozen=True, slots=True)
class _UndoneFiles:
    """What was not answered when the engine ended."""

    tasks: list[Task]
    death: EngineDiedError


class TreeScoring:
    """Scores files of one tree with one engine, which starts with the first; used by one thread.

    Args:
        taste: by which they are scored.
        roots: the folders of the tree, absolute, by the first part of the paths in it; one folder
            alone is under `WHOLE_TREE`, and its paths have no such part.
        working: a folder of its own, made when it is missing; `close` removes it.
        machine: settings for threads, memory and logs; None: those that were shipped.
        logs: folder for the engine's log; None: in `working`, and removed with it.
        command: starts the engine; tests pass one of their own.
    """

    def __init__(
        self,
        taste: ShippedTaste,
        roots: Mapping[str, Path],
        *,
        working: Path,
        machine: Settings | None = None,
        logs: Path | None = None,
        command: tuple[str, ...] = COMMAND,
    ) -> None:
        self._taste = taste
        self._roots = dict(roots)
        self._working = working
        self._is_over = False
        self._crash_attribution = CrashAttribution()
        self.settings = taste.facts.full_settings(machine)
        home = Home(working)
        self._logs = logs or home.logs
        self.engine = engine_of(home, self.settings, logs=self._logs, command=command)

    def find(self, path: str) -> InboxFile | None:
        """Look at one path of the tree: its stamp, and the text beside it; None: no picture."""
        if WHOLE_TREE in self._roots:
            return find_file(self._roots[WHOLE_TREE], path)
        first, _slash, rest = path.partition("/")
        found = find_file(self._roots[first], rest) if first in self._roots and rest else None
        return renamed(found, f"{first}/") if found is not None else None

    def documents(self, paths: Sequence[str]) -> dict[str, Sidecar | None]:
        """Score files, and return their sidecars by path; None for what is gone or was forgotten.

        Args:
            paths: relative to the tree.

        Raises:
            ServiceFault: when no file is at fault.
        """
        found = {path: self.find(path) for path in paths}
        documents: dict[str, Sidecar | None] = dict.fromkeys(paths)

        def take(task: Task, result: FileResult) -> None:
            documents[task.file.path] = result.document

        tasks = [tree_task(file) for file in found.values() if file is not None]
        size = self.settings.engine.batch_size
        for start in range(0, len(tasks), size):
            self.score(tasks[start : start + size], take)
        return documents

    def score(
        self,
        tasks: Sequence[Task],
        take: Take,
        *,
        is_overtaken: Callable[[], bool] = lambda: False,
    ) -> None:
        """Score files; each is answered as soon as it is done.

        Args:
            tasks: from `tree_task`.
            take: called with each; one over which the engine ended has an error.
            is_overtaken: asked after each file: whether the rest is to be left.

        Raises:
            ServiceFault: when no file is at fault; those that were taken are done.
        """
        undone = self._score(tasks, take, is_overtaken)
        if undone is None or self._is_over:
            return
        if len(tasks) > 1:
            for task in undone.tasks:
                if is_overtaken():
                    return
                self.score([task], take, is_overtaken=is_overtaken)
            return
        for task in undone.tasks:
            if not self._crash_attribution.is_culprit(task):
                self.score([task], take, is_overtaken=is_overtaken)
                return
            document = crash_sidecar(
                task,
                for_memory=undone.death.for_memory,
                now=datetime.now(UTC),
                version=__version__,
            )
            take(task, FileResult(task.file.path, document))

    def _score(
        self, tasks: Sequence[Task], take: Take, is_overtaken: Callable[[], bool]
    ) -> _UndoneFiles | None:
        """Ask the engine; return what a death of it left."""
        waiting = {task.file.path: task for task in tasks}

        def keep(result: FileResult) -> None:
            task = waiting.pop(result.path)
            self._crash_attribution.survived(task)
            take(task, result)

        # the engine makes nothing above the folder of its logs
        private_folder(self._working / ".tasted")
        private_folder(self._logs.parent)
        request = ScoreTree(
            str(self._taste.folder),
            {name: str(root) for name, root in self._roots.items()},
            tuple(_requested(task) for task in tasks),
        )
        try:
            self.engine.score(request, keep, is_overtaken=is_overtaken)
        except EngineDiedError as error:
            log.warning("engine_died", files=len(waiting), error=str(error))
            return _UndoneFiles(list(waiting.values()), error)
        return None

    def interrupt(self) -> None:
        """End the engine at once, from another thread, for good."""
        self._is_over = True
        self.engine.interrupt()

    def close(self) -> None:
        """Let the engine leave, and remove its folder."""
        self.engine.stop()
        # the next run begins by removing what is left
        with contextlib.suppress(OSError):
            remove_whole(self._working)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.close()


def renamed(file: InboxFile, before: str) -> InboxFile:
    """Return a file, and the text beside it, with something before its path."""
    companion = file.companion
    if companion is not None:
        companion = replace(companion, path=f"{before}{companion.path}")
    return replace(file, path=f"{before}{file.path}", companion=companion)


def _requested(task: Task) -> TreeFile:
    file = task.file
    return TreeFile(
        file.path,
        companion=file.companion.path if file.companion is not None else None,
        attempts=task.attempts,
    )
