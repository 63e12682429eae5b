"""What the sidecar of a file says that ended the engine whenever it was tried."""

from datetime import UTC, datetime

import pytest

from tasted.inbox.reconcile import Reason, Task
from tasted.records import FileStamp, InboxFile
from tasted.rpc.crash_attribution import crash_sidecar

NOW = datetime(2026, 11, 29, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize("for_memory", [False, True])
@pytest.mark.parametrize("attempts", range(4))
def test_it_says_that_it_is_tried_again_when_it_is(attempts: int, *, for_memory: bool) -> None:
    """For want of memory that is for ever, else a person has to do something in the end."""
    file = InboxFile("a.png", FileStamp(1, 2, 3), None, None)
    task = Task(file, Reason.RETRY, attempts)
    error = crash_sidecar(task, for_memory=for_memory, now=NOW, version="0").error
    assert error is not None
    is_tried_again = error.retry_at is not None
    assert ("by itself" in error.remedy) == is_tried_again
    assert is_tried_again or "save it again as PNG" in error.remedy
