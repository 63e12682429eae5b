"""Tells systemd that the daemon is ready, alive or stopping: sd_notify(3). Touches a local socket.

Where nobody listens, as under launchd and in a terminal, every call does nothing.
"""

import contextlib
import os
import socket
from collections.abc import MutableMapping
from typing import Self

_ADDRESS = "NOTIFY_SOCKET"
_WATCHDOG = "WATCHDOG_USEC"
_WATCHDOG_PROCESS = "WATCHDOG_PID"
_PATIENCE_SECONDS = 1.0
_MICROSECONDS = 1_000_000


class SystemdNotifier:
    """Sends notifications to systemd.

    Args:
        address: of its socket; a leading `@` stands for the abstract namespace; None sends nothing.
        watchdog_seconds: how long it waits for a sign of life; None when it waits for none.
    """

    def __init__(self, address: str | None = None, watchdog_seconds: float | None = None) -> None:
        self._address = address
        self.watchdog_seconds = watchdog_seconds

    @classmethod
    def taken_from(cls, environment: MutableMapping[str, str]) -> Self:
        """Take the address out of an environment, so that no child inherits it."""
        address = environment.pop(_ADDRESS, None)
        period = environment.pop(_WATCHDOG, "")
        process = environment.pop(_WATCHDOG_PROCESS, None)
        is_meant = process is None or process == str(os.getpid())
        seconds = int(period) / _MICROSECONDS if is_meant and period.isdigit() else 0
        return cls(address, seconds or None)

    @property
    def ping_seconds(self) -> float | None:
        """How often `ping` is to be called; None when nobody waits for it."""
        return None if self.watchdog_seconds is None else self.watchdog_seconds / 2

    def ready(self) -> None:
        """Say that the start is over."""
        self._tell("READY=1")

    def ping(self) -> None:
        """Give a sign of life."""
        self._tell("WATCHDOG=1")

    def stopping(self) -> None:
        """Say that the end has begun."""
        self._tell("STOPPING=1")

    def _tell(self, text: str) -> None:
        if self._address is None:
            return
        address = f"\0{self._address[1:]}" if self._address[:1] == "@" else self._address
        # systemd is gone or busy: nothing here depends on it
        with (
            contextlib.suppress(OSError),
            socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as line,
        ):
            line.settimeout(_PATIENCE_SECONDS)
            line.sendto(text.encode("ascii"), address)
