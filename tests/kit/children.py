"""Child processes for what cannot be tried in the process of the tests: kills, limits, rights."""

import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

_RIGHTS_OF_ROOT = "-dac_override,-dac_read_search"
SECONDS_MAX = 60


def bound_by_modes() -> list[str]:
    """Return what stands before a command so that permission bits bind it, root or not."""
    if os.geteuid() != 0:
        return []
    return ["setpriv", f"--bounding-set={_RIGHTS_OF_ROOT}", f"--inh-caps={_RIGHTS_OF_ROOT}"]


def python(
    *arguments: str,
    modes_bind: bool = False,
    environment: Mapping[str, str] | None = None,
    cwd: Path | None = None,
) -> subprocess.CompletedProcess[str]:
    """Run this Python to its end and return what it said."""
    return subprocess.run(
        [*(bound_by_modes() if modes_bind else []), sys.executable, *arguments],
        capture_output=True,
        text=True,
        errors="surrogateescape",
        check=False,
        timeout=SECONDS_MAX,
        env={**os.environ, **(environment or {})},
        cwd=cwd,
    )


@contextlib.contextmanager
def running_python(code: str, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    """Run code in this Python while the block runs; whatever happens, it is gone afterwards."""
    with subprocess.Popen(
        [sys.executable, "-c", code, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield process
        finally:
            process.kill()
