"""What somebody waits for who drops one screenshot, or twelve at once."""

import shutil
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bench.peers.corpus import Corpus
from bench.peers.daemon_runs import Daemon, Variant, peak_of, running, taught_home

SINGLES = 20
DOZEN = 12
_AWAKE_SECONDS = 60.0


def warm_latency(variant: Variant, checkpoint: Path, files: Sequence[Path]) -> dict[str, Any]:
    """Drop files one after the other into a daemon whose engine is awake.

    Returns:
        Seconds from each rename to the sidecar, and to the sidecar with its text.
    """
    with (
        taught_home(variant, checkpoint, idle_seconds=_AWAKE_SECONDS) as home,
        running(variant, home) as daemon,
    ):
        waking, *dropped = daemon.stage(files)
        _drop_and_wait(daemon, waking)
        waits = [_drop_and_wait(daemon, file) for file in dropped]
    return {
        "first_seconds": [first for first, _whole in waits],
        "whole_seconds": [whole for _first, whole in waits],
    }


def _drop_and_wait(daemon: Daemon, file: Path) -> tuple[float, float]:
    moved = daemon.drop([file])
    (first,) = daemon.await_sidecars([file])
    (whole,) = daemon.await_sidecars([file], whole=True)
    return first - moved, whole - moved


def dozen_from_sleep(variant: Variant, checkpoint: Path, corpus: Corpus) -> dict[str, Any]:
    """Drop one screenshot on a daemon whose engine has left, later twelve at once.

    Returns:
        Seconds from the rename to the sidecar of the one; to the first and the last of twelve, and
        to the last with its text.
    """
    alone, *dozen = corpus.extra[-DOZEN - 1 :]
    with taught_home(variant, checkpoint) as home, running(variant, home) as daemon:
        staged = daemon.stage([alone, *dozen])
        time.sleep(1)
        daemon.await_engine_gone()
        single, single_whole = _drop_and_wait(daemon, staged[0])
        daemon.await_engine_gone()
        moved = daemon.drop(staged[1:])
        seen = daemon.await_sidecars(dozen)
        whole = daemon.await_sidecars(dozen, whole=True)
    return {
        "one_seconds": single,
        "one_whole_seconds": single_whole,
        "dozen_first_seconds": seen[0] - moved,
        "dozen_last_seconds": seen[-1] - moved,
        "dozen_whole_seconds": whole[-1] - moved,
    }


def steady_rate(variant: Variant, checkpoint: Path, files: Sequence[Path]) -> dict[str, Any]:
    """Move files into a daemon whose engine is awake; return their rate and the engine's peak."""
    first, *others = files
    with (
        taught_home(variant, checkpoint, idle_seconds=_AWAKE_SECONDS) as home,
        running(variant, home) as daemon,
    ):
        shutil.copyfile(first, home.inbox / first.name)
        daemon.await_sidecars([first], whole=True)
        staged = daemon.stage(others)
        moved = daemon.drop(staged)
        seen = daemon.await_sidecars(others)[-1] - moved
        whole = daemon.await_sidecars(others, whole=True)[-1] - moved
        engine = daemon.engine()
        peak = 0 if engine is None else peak_of(engine)
    return {
        "files": len(others),
        "files_per_second": len(others) / seen,
        "whole_per_second": len(others) / whole,
        "peak_bytes": peak,
    }
