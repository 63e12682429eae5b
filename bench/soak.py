"""A quarter of an hour of files that come and go while engines start and leave: is memory flat?

`SOAK_SECONDS=60 python -m bench soak` tries it for a shorter time.
"""

import os
import random
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from bench.homes import POCKET, is_at_rest, mosaic, status_of, taught_daemon, until
from bench.processes import Sample, sample
from bench.table import Row, megabytes
from tasted.home.layout import Home
from tasted.outbox.sidecar_files import sidecars

SECONDS = float(os.environ.get("SOAK_SECONDS", "900"))
IDLE_SECONDS = 0.5
"""The engine leaves after this, so that every round of changes starts one."""
_CHANGES_IN_ROUND = 12
_FILES_KEPT = 200
_SLOPE_SHARE = 0.25
_HOUR_SECONDS = 3600.0


@dataclass(slots=True)
class _Soak:
    """One run: what was changed, and what the light process looked like after each round."""

    home: Home
    chance: random.Random = field(default_factory=lambda: random.Random(0))
    made: int = 0
    changes: int = 0
    times: list[float] = field(default_factory=list)
    samples: list[Sample] = field(default_factory=list)
    engines: set[int] = field(default_factory=set)

    def stir(self) -> None:
        """Drop, change, rename and delete files."""
        for _change in range(_CHANGES_IN_ROUND):
            self.changes += 1
            files = sorted(self.home.inbox.glob("*.png"))
            if len(files) < _FILES_KEPT // 2:
                self._drop()
            else:
                self._change(self.chance.choice(files))
        for file in sorted(self.home.inbox.glob("*.png"))[_FILES_KEPT:]:
            file.unlink()

    def _change(self, file: Path) -> None:
        match self.chance.randrange(4):
            case 0:
                self._drop()
            case 1:
                file.write_bytes(self._content())
            case 2:
                file.rename(file.with_name(f"renamed-{self._number()}.png"))
            case _:
                file.unlink()

    def _drop(self) -> None:
        (self.home.inbox / f"{self._number()}.png").write_bytes(self._content())

    def _number(self) -> int:
        self.made += 1
        return self.made

    def _content(self) -> bytes:
        return mosaic(self._number())

    def note(self, light: psutil.Process) -> None:
        """Look at the light process while it has no engine."""
        self.times.append(time.monotonic())
        self.samples.append(sample(light))


def measure() -> list[Row]:
    """Stir, wait until all is scored and the engine has left, look, and so on."""
    with taught_daemon(f"{POCKET}[engine]\nidle_seconds = {IDLE_SECONDS}\n") as (home, light):
        soak = _Soak(home)
        end = time.monotonic() + SECONDS
        while time.monotonic() < end or len(soak.samples) < 3:
            soak.stir()
            _await_rest(soak, light)
            soak.note(light)
            # what is scored once has served; the outbox would grow with every rename otherwise
            _clear_orphans(home)
        return _rows(soak)


def _await_rest(soak: _Soak, light: psutil.Process) -> None:
    def is_over() -> bool:
        status = status_of(soak.home, light)
        if status is not None and status.engine_pid is not None:
            soak.engines.add(status.engine_pid)
        return is_at_rest(soak.home, light) and not light.children() and _is_scored(soak.home)

    try:
        until(is_over, "all scored and the engine gone", pause_seconds=0.05)
    except TimeoutError as error:
        error.add_note(f"the daemon says: {status_of(soak.home, light)}")
        raise


def _is_scored(home: Home) -> bool:
    return all((home.outbox / f"{file.name}.json").exists() for file in home.inbox.glob("*.png"))


def _clear_orphans(home: Home) -> None:
    for place, _sidecar in sidecars(home.outbox):
        if not (home.inbox / str(place).removesuffix(".json")).exists():
            (home.outbox / place).unlink()


def _rows(soak: _Soak) -> list[Row]:
    # the first rounds fill caches and pools; what is flat is flat after them
    warm = max(1, len(soak.samples) // 10)
    times, samples = soak.times[warm:], soak.samples[warm:]
    moments = (samples[0], samples[len(samples) // 2], samples[-1])
    slope = statistics.linear_regression(times, [usage.resident_bytes for usage in samples]).slope
    quarter = max(1, int(len(samples) * _SLOPE_SHARE))
    first, last = (
        statistics.mean(usage.resident_bytes for usage in part)
        for part in (samples[:quarter], samples[-quarter:])
    )
    minutes = (soak.times[-1] - soak.times[0]) / 60
    remark = f"{soak.changes} changes, {len(soak.engines)} engines came and went"
    return [
        Row("soak", f"{minutes:.1f} min", remark),
        Row(
            "light process at start, middle, end",
            _three(moments, lambda usage: megabytes(usage.resident_bytes)),
            f"{slope * _HOUR_SECONDS / 1e6:+.1f} MB/h over all; "
            f"last quarter {(last - first) / 1e6:+.1f} MB to the first",
        ),
        Row("open descriptors", _three(moments, lambda usage: f"{usage.descriptors}"), "flat"),
        Row("threads", _three(moments, lambda usage: f"{usage.threads}"), "flat"),
    ]  # fmt: skip


def _three(samples: tuple[Sample, ...], show: Callable[[Sample], str]) -> str:
    return ", ".join(map(show, samples))
