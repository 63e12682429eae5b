"""How much a request may send, and how slowly. Wraps the receiving side of ASGI; no I/O of its own.

Both the announced length and what really comes are counted. A body that stops coming ends its
request: a client that holds a connection open for nothing would keep others out.
"""

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

Event = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Event]]

FORM_BYTES_MAX = 65_536
"""Of a form, and of a JSON body."""
MULTIPART_EXTRA_BYTES = 300_000
"""What may come around the file of an upload: boundaries, and four fields of 64 kB."""


class GateRefusedError(Exception):
    """A request is refused for what it is, whoever sends it.

    Args:
        code: of `api.problems`.
        sentence: what happened.
    """

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence


class BodyTooLargeError(GateRefusedError):
    """More came than was allowed.

    Args:
        bytes_max: what would have been allowed.
    """

    def __init__(self, bytes_max: int) -> None:
        super().__init__("too_large", f"More than {bytes_max} bytes were sent.")


class BodyTooSlowError(GateRefusedError):
    """The rest of a body did not come."""

    def __init__(self) -> None:
        super().__init__("too_slow", "The rest of the request did not come in time.")


class BodyLimit:
    """The receiving side of one request.

    Args:
        receive: of the server.
        bytes_max: of the whole body.
        pause_seconds: the longest wait for the next part.
        all_seconds: the longest time for the whole body.
    """

    def __init__(
        self, receive: Receive, *, bytes_max: int, pause_seconds: float, all_seconds: float
    ) -> None:
        self._receive = receive
        self._bytes_max = bytes_max
        self._pause_seconds = pause_seconds
        self._ends = asyncio.get_running_loop().time() + all_seconds
        self._received = 0
        self._is_whole = False

    async def __call__(self) -> Event:
        """Return the next part.

        Raises:
            BodyTooLargeError: when more came than is allowed.
            BodyTooSlowError: when it did not come in time.
        """
        if self._is_whole:
            # what follows a body is the client's leaving, which may take as long as it likes
            return await self._receive()
        left = self._ends - asyncio.get_running_loop().time()
        try:
            async with asyncio.timeout(max(0.0, min(self._pause_seconds, left))):
                event = await self._receive()
        except TimeoutError as error:
            raise BodyTooSlowError from error
        if event["type"] == "http.request":
            self._received += len(event.get("body", b""))
            if self._received > self._bytes_max:
                raise BodyTooLargeError(self._bytes_max)
            self._is_whole = not event.get("more_body", False)
        return event


async def whole_body(receive: Receive) -> bytes:
    """Return everything that a request sends; what came when the client left early.

    Raises:
        BodyTooLargeError, BodyTooSlowError: as `BodyLimit` does.
    """
    parts: list[bytes] = []
    while True:
        event = await receive()
        if event["type"] != "http.request":
            return b"".join(parts)
        parts.append(event.get("body", b""))
        if not event.get("more_body", False):
            return b"".join(parts)


def replayed(body: bytes, receive: Receive) -> Receive:
    """Return a receiving side that gives a body that was read before, and then what follows."""
    is_given = False

    async def give() -> Event:
        nonlocal is_given
        if not is_given:
            is_given = True
            return {"type": "http.request", "body": body, "more_body": False}
        return await receive()

    return give
