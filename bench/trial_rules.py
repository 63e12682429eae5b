"""How often trials are wrong, and what they can prove, see `bench.trials`. A quarter of an hour.

In a process of its own: it has one core, and the others here must not.
"""

import subprocess
import sys

from bench.table import Row


def measure() -> list[Row]:
    """Let `python -m bench.trials` print its own tables."""
    subprocess.run([sys.executable, "-m", "bench.trials"], check=True)
    return []
