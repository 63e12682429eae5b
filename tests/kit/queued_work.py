"""Work for the queue between scanner and worker, and its paths as they are taken out again."""

from kit.inbox_files import inbox_file
from tasted.daemon.shared.work_queue import Asked, Batch, PresentLabels, WorkQueue
from tasted.inbox.reconcile import Reason, Task
from tasted.records import Label

LABELS = PresentLabels(("liked/a.png",), labels_digest="l", config_digest="a")
ASKED = Asked("1", ("a.png",), inside=True)


def task(
    path: str, reason: Reason = Reason.UNSCORED, number: int = 1, label: Label | None = None
) -> Task:
    """Return a task for a file whose age follows from its number."""
    return Task(inbox_file(path, number, label=label), reason)


def taken_paths(queue: WorkQueue, limit: int = 1) -> list[str]:
    """Take one batch and return its paths."""
    batch = queue.take(limit, timeout=0)
    queue.done()
    return [task.file.path for task in batch.tasks] if isinstance(batch, Batch) else []


def drained(queue: WorkQueue, limit: int = 1) -> list[str]:
    """Take everything and return the paths in order."""
    order: list[str] = []
    while paths := taken_paths(queue, limit):
        order += paths
    return order
