"""Reloads the settings files of a home when they are saved, and reports broken ones. Uses stat."""

import time
from collections.abc import Callable
from pathlib import Path

import structlog

from tasted.config import Settings
from tasted.daemon.shared.shared_state import SharedState
from tasted.embedding.models.in_force import model_in_force
from tasted.errors import ConfigError
from tasted.home.layout import Home

# editors truncate a file and write it again: a stamp must stand this long before it is believed
QUIET_SECONDS = 0.2

log = structlog.get_logger("tasted.live_settings")

_Stamps = tuple[tuple[int, int] | None, ...]


class LiveSettings:
    """Puts saved settings into the shared state.

    Args:
        home: whose files are followed.
        shared: where settings and their errors go.
        reload: loads them; raises ConfigError.
    """

    def __init__(self, home: Home, shared: SharedState, reload: Callable[[], Settings]) -> None:
        self._home = home
        self._files = (home.config_file, home.environment_file)
        self._shared = shared
        self._reload = reload
        self._loaded = self._stamps()
        self._seen = self._loaded
        self._since = 0.0

    def follow(self) -> float | None:
        """Reload after a change that has settled; return the seconds until that is known."""
        stamps, now = self._stamps(), time.monotonic()
        if stamps != self._seen:
            self._seen, self._since = stamps, now
        if stamps == self._loaded:
            return None
        left = self._since + QUIET_SECONDS - now
        if left > 0:
            return left
        self._loaded = stamps
        self._take()
        return None

    def _take(self) -> None:
        try:
            settings = self._reloaded()
        except ConfigError as error:
            self._shared.settings_error = error
            log.warning("settings_kept", error=error.message)
            return
        self._shared.wish = settings
        # another model does not act at once
        current = self._shared.taste.current
        in_force = model_in_force(self._home, settings, current).settings
        if in_force != self._shared.settings:
            # else the engine need not be another one
            self._shared.settings = in_force
        self._shared.settings_error = None
        self._shared.wakeups.wake_worker()
        log.info("settings_reloaded")

    def _reloaded(self) -> Settings:
        if _is_gone(self._files[0]):
            # without this the defaults would apply, and with them perhaps another model
            raise ConfigError(
                f"{self._files[0]} is missing; the last settings stay in effect.",
                remedy="Restore it, or create a new one: tasted init",
            )
        return self._reload()

    def _stamps(self) -> _Stamps:
        return tuple(map(_stamp_or_none, self._files))


def _stamp_or_none(file: Path) -> tuple[int, int] | None:
    try:
        status = file.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size


def _is_gone(file: Path) -> bool:
    try:
        return not file.exists()
    except OSError:
        # the system refuses access, and whoever reads the file reports that
        return False
