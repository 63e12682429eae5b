"""Connections of the web child: how many there may be, and how slowly they may begin.

Built on uvicorn's HTTP/1.1 protocol. A client that connects and then says nothing, or one byte a
second, is cut off; one too many is closed at once.
"""

import asyncio
from typing import Any

from uvicorn.protocols.http.h11_impl import H11Protocol

CONNECTIONS_MAX = 32
HEADER_SECONDS = 10.0
HEADER_BYTES_MAX = 16_384


class BoundedConnection(H11Protocol):
    """One connection."""

    header_seconds = HEADER_SECONDS

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._header_deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Take a connection, if it is not one too many."""
        super().connection_made(transport)
        if len(self.connections) > CONNECTIONS_MAX:
            transport.abort()
            return
        self._expect_headers()

    def connection_lost(self, exc: Exception | None) -> None:
        """Let go of it."""
        self._forget_deadline()
        super().connection_lost(exc)

    def handle_events(self) -> None:
        """Take what came; the first whole head ends the wait for it."""
        former = self.cycle
        super().handle_events()
        if self.cycle is not former:
            self._forget_deadline()

    def data_received(self, data: bytes) -> None:
        """Take bytes; those of a further request have to become a head in time, too."""
        cycle: Any = self.cycle
        is_between = cycle is None or cycle.response_complete
        if is_between and self._header_deadline is None:
            self._expect_headers()
        super().data_received(data)

    def _expect_headers(self) -> None:
        self._header_deadline = self.loop.call_later(self.header_seconds, self._too_slow)

    def _forget_deadline(self) -> None:
        if self._header_deadline is not None:
            self._header_deadline.cancel()
            self._header_deadline = None

    def _too_slow(self) -> None:
        self._header_deadline = None
        if not self.transport.is_closing():
            self.transport.abort()
