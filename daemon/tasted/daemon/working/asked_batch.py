"""A batch that the engine is asked for: what was answered of it, and what it goes on with."""

from collections.abc import Callable, Sequence

from tasted.daemon.working.engine_requests import requested_file
from tasted.inbox.reconcile import Task
from tasted.rpc.messages import FileResult, RequestedFile


class AskedBatch:
    """The tasks of one batch; used by one thread.

    Args:
        tasks: of the batch, in the order in which they are wanted.
        more: returns so many tasks, or fewer, that the batch goes on with before the engine rests.
    """

    def __init__(
        self,
        tasks: Sequence[Task],
        *,
        more: Callable[[int], Sequence[Task]] = lambda _most: (),
    ) -> None:
        self._more = more
        self._waiting = {task.file.path: task for task in tasks}
        self.count = len(self._waiting)
        """How many tasks there were, with those that came later."""

    @property
    def waiting(self) -> list[Task]:
        """What is not answered."""
        return list(self._waiting.values())

    @property
    def files(self) -> tuple[RequestedFile, ...]:
        """What the engine is asked for."""
        return tuple(map(requested_file, self._waiting.values()))

    def take(self, result: FileResult) -> Task:
        """Return the task that is answered."""
        return self._waiting.pop(result.path)

    def go_on(self, most: int) -> tuple[RequestedFile, ...]:
        """Return so many files, or fewer, that the engine is asked for as well."""
        tasks = self._more(most)
        self._waiting.update((task.file.path, task) for task in tasks)
        self.count += len(tasks)
        return tuple(map(requested_file, tasks))
