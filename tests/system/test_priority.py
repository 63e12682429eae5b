"""Where bulk work runs, and that nothing else is ever slowed by it. A Mac is forged."""

import ctypes
import os
import platform
import subprocess
import sys
import threading

import pytest
from structlog.testing import capture_logs

from tasted.system.priority import NICENESS, Bulk, thread_count

_IOPRIO_GET = {"x86_64": 252, "aarch64": 31}
_IDLE_CLASS = 3


def _niceness() -> int:
    return os.getpriority(os.PRIO_PROCESS, threading.get_native_id())


def _of_a_child_thread() -> int:
    found: list[int] = []
    child = threading.Thread(target=lambda: found.append(_niceness()))
    child.start()
    child.join()
    return found[0]


def _disk_class() -> int:
    number = _IOPRIO_GET[platform.machine()]
    found: int = ctypes.CDLL(None).syscall(number, 1, threading.get_native_id())
    return found >> 13


@pytest.mark.skipif(sys.platform != "linux", reason="threads of other systems have no niceness")
def test_bulk_work_stands_back_and_urgent_work_never_did() -> None:
    """On Linux, where the way back is closed: a thread for each, and threads of theirs alike."""
    before, bulk = _niceness(), Bulk()
    behind = min(before + NICENESS, 19)
    for _time in range(2):
        assert bulk.run(_niceness) == behind
        assert bulk.run(_of_a_child_thread) == behind
        assert bulk.run(_disk_class) == _IDLE_CLASS
        assert (_niceness(), _of_a_child_thread()) == (before, before)
    assert _disk_class() != _IDLE_CLASS


def test_what_others_share_is_opened_where_nothing_stands_back() -> None:
    """A part of bulk work can step out, with its result or failure; elsewhere it is just done."""
    bulk, here = Bulk(), threading.get_ident()
    assert bulk.step_out(threading.get_ident) == here
    where = bulk.run(lambda: (bulk.step_out(threading.get_ident), threading.get_ident()))
    assert where[0] == here
    assert (where[1] != here) == (sys.platform == "linux")

    def fail() -> None:
        raise LookupError("nothing to open")

    with pytest.raises(LookupError, match="nothing to open"):
        bulk.run(lambda: bulk.step_out(fail))
    with pytest.raises(LookupError, match="nothing to open"):
        bulk.run(fail)
    assert bulk.run(lambda: 7) == 7


class ForgedMac:
    """The two calls of libc, noted; the way back may be refused."""

    def __init__(self, *, refuses: bool = False) -> None:
        self.calls: list[object] = []
        self._refuses = refuses

    def setpriority(self, *call: int) -> int:
        """Note it."""
        self.calls.append(call)
        return -1 if self._refuses and call[2] == 0 else 0

    def syscall(self, *_call: int) -> int:
        """Fail the test: no Mac has these numbers."""
        raise AssertionError


def test_a_mac_sends_the_whole_process_back_and_fetches_it() -> None:
    """PRIO_DARWIN_PROCESS and PRIO_DARWIN_BG, as <sys/resource.h> has them; failures included."""
    mac = ForgedMac()
    bulk = Bulk(system="darwin", kernel=mac)

    def work() -> int:
        mac.calls.append("work")
        return threading.get_ident()

    assert bulk.run(work) == threading.get_ident()
    assert mac.calls == [(4, 0, 0x1000), "work", (4, 0, 0)]
    with pytest.raises(ZeroDivisionError):
        bulk.run(lambda: 1 // 0)
    assert mac.calls[-1] == (4, 0, 0)


def test_a_mac_that_does_not_let_it_return_is_logged() -> None:
    """The work was done all the same."""
    with capture_logs() as logs:
        assert Bulk(system="darwin", kernel=ForgedMac(refuses=True)).run(lambda: 7) == 7
    assert [line["event"] for line in logs] == ["stays_in_background"]


def test_half_of_the_cores_compute_unless_the_settings_name_a_number() -> None:
    """One at least; on Linux only those count that this process may use."""
    assert thread_count(3) == 3
    assert thread_count(0) == max(1, len(os.sched_getaffinity(0)) // 2)
    one = "import os; os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})\n"
    code = f"{one}from tasted.system.priority import thread_count\nprint(thread_count(0))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "1\n"
