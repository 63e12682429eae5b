"""What the system says of a process: memory, processor time, descriptors, threads, wake-ups."""

import contextlib
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil

_SAMPLE_SECONDS = 0.25


@dataclass(frozen=True, slots=True)
class Sample:
    """A process at one moment."""

    resident_bytes: int
    descriptors: int
    threads: int


def sample(process: psutil.Process) -> Sample:
    """Look at a process once."""
    with process.oneshot():
        return Sample(process.memory_info().rss, process.num_fds(), process.num_threads())


def processor_seconds(process: psutil.Process) -> float:
    """Return the processor time that a process has used so far, without its children."""
    times = process.cpu_times()
    return times.user + times.system


def wake_ups_by_thread(pid: int) -> dict[int, int]:
    """Return the voluntary context switches of each thread (proc(5)); none without a /proc."""
    found: dict[int, int] = {}
    for task in Path(f"/proc/{pid}/task").glob("*/status"):
        for line in task.read_text(encoding="ascii").splitlines():
            if line.startswith("voluntary_ctxt_switches"):
                found[int(task.parent.name)] = int(line.split()[1])
    return found


@dataclass(slots=True)
class Peak:
    """The most that a process was seen to have, and the processor time that it used."""

    resident_bytes: int = 0
    processor_seconds: float = 0.0

    def look(self, process: psutil.Process | None) -> None:
        """Take in a process as it is now; one that is gone changes nothing."""
        with contextlib.suppress(psutil.NoSuchProcess):
            if process is not None:
                self.resident_bytes = max(self.resident_bytes, process.memory_info().rss)
                self.processor_seconds = processor_seconds(process)


@contextlib.contextmanager
def watched(*finders: Callable[[], psutil.Process | None]) -> Iterator[list[Peak]]:
    """Sample processes four times a second while the block runs; one peak for each."""
    peaks = [Peak() for _find_process in finders]
    over = threading.Event()

    def watch() -> None:
        while not over.wait(_SAMPLE_SECONDS):
            for find_process, peak in zip(finders, peaks, strict=True):
                peak.look(find_process())

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield peaks
    finally:
        over.set()
        thread.join()
