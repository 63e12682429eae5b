"""How much of the cores' time a full load spends in decoding and in the model. Linux; runs py-spy.

Between two moments amid a backlog, the engine's processor time is taken from the kernel, thread by
thread (proc(5)). That of each thread of Python is shared out by what py-spy sees on its stack; the
others are of libvips, oneTBB, OpenMP and the like, which do nothing but decode and infer; what the
libraries of LanceDB start is named, and counts as the rest.
"""

import json
import os
import re
import subprocess
import time
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import psutil
from numpy.typing import NDArray

from bench.homes import until
from bench.peers.daemon_runs import Daemon, Variant, running, taught_home
from bench.peers.environments import environment

_AWAKE_SECONDS = 60.0
_RATE = 50
_DUMPS = 20
_THREAD = re.compile(r"thread \((\d+)\)")
_FOREIGN_THREADS = ("lance", "tokio", "rayon", "jemalloc")
"""How the threads are named that neither decode nor infer."""
_STEPS = {
    "decode": ("tasted/decoding/", "tasted/native/libvips"),
    "model": ("tasted/embedding/", "tasted/native/openvino"),
}


def step_of(stack: str) -> str:
    """Return which step a stack of py-spy, outermost frame first, belongs to: the innermost."""
    for frame in reversed(stack.split(";")):
        for step, places in _STEPS.items():
            if any(place in frame for place in places):
                return step
    return "rest"


def shares(stacks: Iterable[str]) -> dict[int, dict[str, float]]:
    """Return the share of each step in the stacks of each thread that was seen at work.

    Args:
        stacks: lines of py-spy, each a thread's number, its stack and how often that was seen.
    """
    seen: dict[int, Counter[str]] = {}
    for line in stacks:
        stack, _blank, count = line.rpartition(" ")
        thread = _THREAD.match(stack)
        if thread is None:
            raise ValueError(f"py-spy names no thread: {stack}")
        seen.setdefault(int(thread[1]), Counter())[step_of(stack)] += int(count)
    return {
        thread: {step: count / steps.total() for step, count in steps.items()}
        for thread, steps in seen.items()
    }


def load_shares(
    variant: Variant, checkpoint: Path, files: Sequence[Path], cache: Path
) -> dict[str, Any]:
    """Move files into a daemon that is awake, and watch its engine amid them.

    Returns:
        Shares of the time that all cores in use have: `busy`, `decode`, `model`, `rest` of the
        engine, and `light` for the process that watches. Apart from them `system`, the share of
        the kernel in what the engine used, and its `page_faults` for each picture.
    """
    spy = environment("profile", cache).parent / "py-spy"
    first, *others = files
    with (
        taught_home(variant, checkpoint, idle_seconds=_AWAKE_SECONDS) as home,
        running(variant, home) as daemon,
    ):
        staged = daemon.stage(files)
        daemon.drop(staged[:1])
        daemon.await_sidecars([first])
        daemon.drop(staged[1:])
        _await_share(daemon, others, 0.1)
        engine = daemon.engine()
        assert engine is not None
        raw = cache / "load.txt"
        command = [
            str(spy), "record", "--pid", str(engine.pid), "--rate", str(_RATE), "--full-filenames",
            "--threads", "--format", "raw", "--output", str(raw), "--duration", "600",
            "--nonblocking",
        ]  # fmt: skip
        profiler = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        python_threads = _python_threads(spy, engine.pid)
        started, before = time.monotonic(), _thread_seconds(engine.pid)
        light, own = sum(daemon.light.cpu_times()[:2]), time.process_time()
        kernel = _kernel(engine.pid)
        _await_share(daemon, others, 0.9)
        kernel = _kernel(engine.pid) - kernel
        after, wall = _thread_seconds(engine.pid), time.monotonic() - started
        # bulk work has threads of its own, which begin later
        python_threads |= _python_threads(spy, engine.pid)
        light = sum(daemon.light.cpu_times()[:2]) - light
        own = time.process_time() - own + sum(psutil.Process(profiler.pid).cpu_times()[:2])
        profiler.send_signal(2)
        profiler.wait(60)
        spent = {
            thread: (name, seconds - before.get(thread, ("", 0.0))[1])
            for thread, (name, seconds) in after.items()
        }
    seen = shares(raw.read_text(encoding="utf-8").splitlines())
    # what looks on takes time from what it looks at
    available = wall * len(os.sched_getaffinity(0)) - own
    user, system, faults = (float(number) for number in kernel)
    return {
        **shared_out(spent, python_threads, seen, available=available),
        "light": light / available,
        "system": system / (user + system),
        "page_faults": faults / (0.8 * len(others)),
    }


def median_shares(rounds: Sequence[dict[str, float]]) -> dict[str, float]:
    """Return the median of each share over several runs: fifty looks a second are few for one."""
    parts = dict.fromkeys(part for shares in rounds for part in shares)
    return {part: median(shares.get(part, 0.0) for shares in rounds) for part in parts}


def shared_out(
    spent: Mapping[int, tuple[str, float]],
    python_threads: Collection[int],
    seen: Mapping[int, Mapping[str, float]],
    *,
    available: float,
) -> dict[str, float]:
    """Return the share of each step, and of all of them, `busy`, in the time that was available.

    Args:
        spent: name and processor time in seconds of each thread.
        python_threads: those of Python.
        seen: the share of each step in each thread that was seen at work.
        available: processor time in seconds.
    """
    found: Counter[str] = Counter()
    for thread, (name, seconds) in spent.items():
        is_rest = thread in python_threads or name.lower().startswith(_FOREIGN_THREADS)
        for step, share in seen.get(thread, {"rest" if is_rest else "native": 1.0}).items():
            found[step] += share * seconds
    busy = sum(found.values())
    return {"busy": busy / available, **{step: part / available for step, part in found.items()}}


def _await_share(daemon: Daemon, files: Sequence[Path], share: float) -> None:
    sidecars = [daemon.home.outbox / f"{file.name}.json" for file in files]
    until(
        lambda: sum(map(Path.exists, sidecars)) >= share * len(files),
        f"{share:.0%} of the sidecars",
        seconds=600,
        pause_seconds=0.05,
    )


def _python_threads(spy: Path, pid: int) -> set[int]:
    command = [str(spy), "dump", "--pid", str(pid), "--json", "--nonblocking"]
    for _try in range(_DUMPS):
        # it reads a process that goes on meanwhile, and stumbles now and then
        done = subprocess.run(command, check=False, capture_output=True, text=True)
        if done.returncode == 0:
            return {thread["os_thread_id"] for thread in json.loads(done.stdout)}
    raise RuntimeError(f"py-spy cannot see the threads of {pid}: {done.stderr}")


def _kernel(pid: int) -> NDArray[np.int64]:
    """Return user time and system time in ticks, and the pages that a process had to be given."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return np.array([fields[11], fields[12], fields[7]], np.int64)


def _thread_seconds(pid: int) -> dict[int, tuple[str, float]]:
    """Return the name and the processor time of each thread."""
    ticks = os.sysconf("SC_CLK_TCK")
    found: dict[int, tuple[str, float]] = {}
    for task in Path(f"/proc/{pid}/task").iterdir():
        name, _bracket, fields = (task / "stat").read_text(encoding="utf-8").rpartition(")")
        user, system = fields.split()[11:13]
        found[int(task.name)] = (name.partition("(")[2], (int(user) + int(system)) / ticks)
    return found
