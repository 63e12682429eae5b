"""The scorers on simulated users and on photographs, see `bench.taste`. Ten minutes.

In a process of its own: it has one core, and the others here must not.
"""

import subprocess
import sys

from bench.table import Row


def measure() -> list[Row]:
    """Let `python -m bench.taste` print its own tables."""
    subprocess.run([sys.executable, "-m", "bench.taste"], check=True)
    return []
