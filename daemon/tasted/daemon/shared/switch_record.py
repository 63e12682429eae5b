"""The change of the model that is going on, in memory and on disk. Writes `.tasted/switch.json`.

Several threads use it: the scanner's begins and cancels, the worker's goes on. What cannot be
written stays in memory: after a kill the change goes on from an earlier state, which does no harm.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import structlog

from tasted.daemon.shared.shared_state import SharedState
from tasted.errors import HomeGone
from tasted.home.layout import Home
from tasted.home.switch_file import (
    KeptModel,
    ModelSwitch,
    Switches,
    SwitchReason,
    read_switches,
    write_switches,
)

_PAUSES_SECONDS = (2.0, 10.0, 30.0, 120.0, 600.0)
_PROGRESS_SECONDS = 1.0
_PROGRESS = {"done", "total", "seconds_each"}

log = structlog.get_logger("tasted.switching")


class SwitchRecord:
    """What the threads of one daemon know of a change of the model.

    Args:
        home: whose file it is.
        shared: shows it to whoever tells of it.
        clock: monotonic seconds.
    """

    def __init__(
        self, home: Home, shared: SharedState, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._home = home
        self._shared = shared
        self._clock = clock
        self._guard = threading.RLock()
        self._written_at = float("-inf")
        self._failures = 0
        self._resume_at = 0.0
        shared.switches = read_switches(home.switch_file)

    @property
    def switch(self) -> ModelSwitch | None:
        """The change that is going on, or went last."""
        return self._shared.switches.switch

    @property
    def kept(self) -> tuple[KeptModel, ...]:
        """The former models that can be gone back to."""
        return self._shared.switches.kept

    def begin(self, switch: ModelSwitch) -> None:
        """Take up another change; the last one is forgotten."""
        with self._guard:
            self._failures, self._resume_at = 0, 0.0
            self._replace(replace(self._shared.switches, switch=switch))
        log.info("model_change", model=switch.model, state=switch.state, asked_by=switch.asked_by)

    def change(self, switch: ModelSwitch, **fields: Any) -> ModelSwitch | None:
        """Change fields of a change that is still open.

        Args:
            switch: as the caller knows it.
            fields: of `ModelSwitch`.

        Returns:
            It as it is now; None when it was cancelled, or is another one by now.
        """
        with self._guard:
            now = self.switch
            if now is None or now.id != switch.id or not (now.is_open or now.state == switch.state):
                return None
            changed = replace(now, **fields)
            is_news = changed.state != now.state
            if is_news:
                self._failures, self._resume_at = 0, 0.0
                log.info("model_change", model=changed.model, state=changed.state)
            is_progress = not is_news and fields.keys() <= _PROGRESS
            self._replace(replace(self._shared.switches, switch=changed), is_progress=is_progress)
            return changed

    def keep(self, kept: tuple[KeptModel, ...]) -> None:
        """Say which former models can be gone back to."""
        with self._guard:
            self._replace(replace(self._shared.switches, kept=kept))

    def wait(self, switch: ModelSwitch, reason: SwitchReason) -> None:
        """Wait a growing while for what may mend itself, and say why."""
        with self._guard:
            if self.change(switch, reason=reason) is None:
                return
            pause = _PAUSES_SECONDS[min(self._failures, len(_PAUSES_SECONDS) - 1)]
            self._failures += 1
            self._resume_at = self._clock() + pause
        log.warning("model_change_waits", code=reason.code, message=reason.message)

    @property
    def seconds_to_wait(self) -> float:
        """For how long nothing is to be tried."""
        return max(0.0, self._resume_at - self._clock())

    def resume(self) -> None:
        """Try again at once."""
        self._resume_at = 0.0

    def _replace(self, switches: Switches, *, is_progress: bool = False) -> None:
        self._shared.switches = switches
        now = self._clock()
        if is_progress and now - self._written_at < _PROGRESS_SECONDS:
            return
        self._written_at = now
        try:
            self._home.check()
            write_switches(self._home.switch_file, switches)
        except (OSError, HomeGone) as error:
            log.warning("model_change_not_written", error=str(error))


def time_now() -> str:
    """Return the time as the file has it."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")
