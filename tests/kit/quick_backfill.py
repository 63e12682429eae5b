"""A backfill with the engine that has no model, here or as a process of its own.

`python -m kit.quick_backfill HOME FOLDER... [--workers N]` ends in order at SIGTERM, and prints how
far it came.
"""

import argparse
import dataclasses
import json
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

from kit import quick_engine
from kit.children import bound_by_modes
from tasted.backfill.run import BackfillOutcome, BackfillRun
from tasted.backfill.starting import find_backfill, taste_of_backfill
from tasted.config import Settings
from tasted.home.layout import Home

TESTS = Path(__file__).parents[1]


def backfilled(
    home: Home,
    *folders: Path,
    workers: int = 1,
    again: bool = False,
    stop: threading.Event | None = None,
    settings: Settings | None = None,
) -> BackfillOutcome:
    """Run a backfill in this process, as the command does."""
    home = home.taken()
    settings = settings or Settings()
    place = find_backfill(home, folders, None)
    with place.held():
        taste = taste_of_backfill(place, settings, is_again=again, command=quick_engine.COMMAND)
        state = place.read()
        assert state is not None
        run = BackfillRun(
            place,
            state,
            taste,
            settings,
            workers=workers,
            retries=again,
            command=quick_engine.COMMAND,
        )
        return run.run(stop or threading.Event())


def started(
    home: Home,
    *folders: Path,
    workers: int = 1,
    environment: dict[str, str] | None = None,
    modes_bind: bool = False,
) -> subprocess.Popen[str]:
    """Start one as a process of its own, if need be one that permission bits bind."""
    words = [str(home.root), *map(str, folders), "--workers", str(workers)]
    return subprocess.Popen(
        [
            *(bound_by_modes() if modes_bind else ()),
            *(sys.executable, "-m", "kit.quick_backfill", *words),
        ],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=TESTS,
        env={"PATH": "/usr/bin:/bin", "PYTHONPATH": str(TESTS), **(environment or {})},
    )


def main() -> None:
    """Run one until it is done, or SIGTERM comes."""
    parser = argparse.ArgumentParser()
    parser.add_argument("home", type=Path)
    parser.add_argument("folders", type=Path, nargs="+")
    parser.add_argument("--workers", type=int, default=1)
    given: Any = parser.parse_args()
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda _number, _frame: stop.set())
    home = Home(given.home)
    outcome = backfilled(home, *given.folders, workers=given.workers, stop=stop)
    sys.stdout.write(json.dumps(dataclasses.asdict(outcome)))


if __name__ == "__main__":
    main()
