"""How long a process imports what it is made of, with dataclasses of tasted and of Python."""

import statistics
import subprocess
import sys

from bench.table import Row

RUNS = 11
PROCESSES = {
    "engine": "tasted.engine.serving",
    "daemon": "tasted.daemon.supervisor",
    "tasted status": "tasted.cli.commands.status",
}
# the other decorator is put in its place before anybody takes it
_PROGRAM = """
import dataclasses, importlib, sys, time
import tasted.plain_dataclass as plain
if sys.argv[2] == "python":
    plain.dataclass = dataclasses.dataclass
started = time.perf_counter()
importlib.import_module(sys.argv[1])
print(time.perf_counter() - started)
"""


def measure() -> list[Row]:
    """Import each in processes of its own, with one decorator and the other in turn."""
    rows = []
    for name, module in PROCESSES.items():
        _seconds(module, "tasted")
        pairs = [(_seconds(module, "tasted"), _seconds(module, "python")) for _run in range(RUNS)]
        ours, others = (statistics.median(times) for times in zip(*pairs, strict=True))
        rows.append(
            Row(
                f"imports of {name}, median of {RUNS}",
                f"{ours * 1000:.0f} ms",
                f"{ours / others:.2f} of {others * 1000:.0f} ms with dataclasses of Python",
            )
        )
    return rows


def _seconds(module: str, decorator: str) -> float:
    command = [sys.executable, "-c", _PROGRAM, module, decorator]
    return float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
