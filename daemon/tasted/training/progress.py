"""What a run does now, told to whoever asks; and its end, when somebody wants that.

A thread of its own looks for the wish to end five times a second, and ends the process at once:
checkpoints are written whole, so nothing is lost that could be gone on from. The lock that it takes
is that of telling, so that the last word is `cancelled`.
"""

import contextlib
import math
import os
import shutil
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tasted.errors import MemoryCeilingTooLow, TastedError
from tasted.home.layout import Home
from tasted.home.training_file import TrainingFolder, TrainingState
from tasted.system.platform import resident_bytes
from tasted.system.power import saving_reason
from tasted.training.run_options import StepTold

_LOOK_SECONDS = 0.2
_WRITE_SECONDS = 0.5
_POWER_SECONDS = 10.0
_JUDGED_SECONDS = 60.0
_MEGABYTE = 1_000_000
_CANCELLED = 0


def judged_lately(feedback: Path, *, now: Callable[[], float] = time.time) -> bool:
    """Return whether an answer was given in the last minute, by the log of answers."""
    with contextlib.suppress(OSError):
        times = (file.stat().st_mtime for file in feedback.iterdir())
        return now() - max(times, default=0.0) < _JUDGED_SECONDS
    return False


class RunProgress:
    """Tells how a run gets on.

    Args:
        home: of the run.
        folder: where it is told.
        state: how it begins.
        reason_to_wait: returns why it should wait, as part of a sentence; None: it should not.
        max_memory_mb: more than this ends it.
        clock: monotonic seconds.
    """

    def __init__(
        self,
        home: Home,
        folder: TrainingFolder,
        state: TrainingState,
        *,
        reason_to_wait: Callable[[], str | None],
        max_memory_mb: int,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.state = state
        self._home = home
        self._folder = folder
        self._reason_to_wait = reason_to_wait
        self._max_memory_mb = max_memory_mb
        self._clock = clock
        self._telling = threading.Lock()
        self._is_over = threading.Event()
        self._written_at = -_WRITE_SECONDS
        self._asked_at = -_POWER_SECONDS
        self._steps_done = 0
        self._worked_seconds = 0.0
        self._step_at: float | None = None

    def watch(self) -> None:
        """Look from now on for the wish to end; it ends the process."""
        threading.Thread(target=self._watch, name="cancel", daemon=True).start()

    def end(self) -> None:
        """Look no longer: the run has ended by itself."""
        with self._telling:
            self._is_over.set()

    def tell(self, **changes: Any) -> None:
        """Change what is told, and write it."""
        with self._telling:
            self.state = replace(self.state, changed_at=_now(), **changes)
            self._folder.write(self.state)
            self._written_at = self._clock()

    def step(self, adapter: int, told: StepTold) -> None:
        """Tell of a step, at most twice a second; wait while there is a reason to.

        Raises:
            MemoryCeilingTooLow: when it holds more memory than it may.
        """
        now = self._clock()
        if self._step_at is not None:
            self._worked_seconds += now - self._step_at
            self._steps_done += 1
        if now - self._written_at >= _WRITE_SECONDS or told.step == told.steps_max:
            self.tell(
                state="training",
                adapter=adapter,
                step=told.step,
                steps_max=told.steps_max,
                loss=_finite(told.loss),
                frozen_loss=_finite(told.first_loss),
                seconds_left=self._seconds_left(adapter, told),
                waiting=None,
            )
        self.breathe()
        self._step_at = self._clock()

    def begin_adapter(self) -> None:
        """Say that what follows is no step: reading and fitting take a time of their own."""
        self._step_at = None

    def breathe(self) -> None:
        """Wait while the machine saves power or somebody judges; called between two steps.

        Raises:
            MemoryCeilingTooLow: when it holds more memory than it may.
        """
        now = self._clock()
        if now - self._asked_at < _POWER_SECONDS:
            return
        self._asked_at = now
        held = resident_bytes()
        if held > self._max_memory_mb * _MEGABYTE:
            raise MemoryCeilingTooLow(
                f"Training holds {held / _MEGABYTE:.0f} MB of memory, and "
                f"training.max_memory_mb is {self._max_memory_mb}.",
                remedy="Raise it, or choose a smaller model: tasted config set "
                "training.max_memory_mb NUMBER",
            )
        before = self.state.state
        while (reason := self._reason_to_wait()) is not None:
            if self.state.waiting != reason:
                self.tell(state="paused", waiting=reason)
            time.sleep(_LOOK_SECONDS)
        if self.state.waiting is not None:
            self.tell(state=before, waiting=None)

    def _seconds_left(self, adapter: int, told: StepTold) -> float | None:
        if not self._steps_done:
            return None
        later = max(0, self.state.adapters - adapter) * told.steps_max
        steps = told.steps_max - told.step + later
        return round(steps * self._worked_seconds / self._steps_done, 1)

    def _watch(self) -> None:
        while not self._folder.is_to_end and not self._is_homeless():
            if self._is_over.wait(_LOOK_SECONDS):
                return
        self._telling.acquire()
        if self._is_over.is_set():
            return
        with contextlib.suppress(OSError, TastedError):
            shutil.rmtree(self._folder.run / "views", ignore_errors=True)
            self._folder.give_room()
            ended = replace(
                self.state, state="cancelled", changed_at=_now(), waiting=None, seconds_left=None
            )
            self._folder.write(ended)
            self._folder.forget_cancel()
        # whatever the other threads compute, no step of it is needed any more
        os._exit(_CANCELLED)

    def _is_homeless(self) -> bool:
        try:
            self._home.check()
        except TastedError:
            return True
        return False


def reasons_to_wait(home: Home) -> Callable[[], str | None]:
    """Return what tells why a run of this home should wait."""

    def reason() -> str | None:
        if judged_lately(home.feedback):
            return "it goes on a minute after your last answer"
        return saving_reason()

    return reason


def _finite(loss: float) -> float | None:
    """Return a loss as JSON takes it; None for one that has left all bounds."""
    return round(loss, 5) if math.isfinite(loss) else None


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")
