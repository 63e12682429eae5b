"""Server-sent events: what happens, to every window that is open.

A stream begins with what was missed since `Last-Event-ID`, or the number that a page was made with,
from the feedback log; events of the log carry their number as id. A stream that does not take what
it is sent is closed, and its window asks again with the last number that it has.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

from starlette.responses import Response, StreamingResponse

from tasted.review.api.problems import RefusedRequest
from tasted.review.api.queries import EventsQuery
from tasted.review.api.route_table import ApiEntry, Asking
from tasted.review.light_process import LightProcess
from tasted.rpc.review_messages import Happened, ListFeedback

STREAMS_MAX = 4
PING_SECONDS = 15.0
_WAITING_MAX = 200
_REPLAYED_MAX = 200
_RETRY = b"retry: 1000\n\n"
_PING = b": still there\n\n"

_Stream = asyncio.Queue[Happened | None]


class EventFeed:
    """All open streams.

    Args:
        light: has the events of before.
        ping_seconds: how often a stream without news gives a sign of life.
    """

    def __init__(self, light: LightProcess, *, ping_seconds: float = PING_SECONDS) -> None:
        self._light = light
        self._ping_seconds = ping_seconds
        self._streams: set[_Stream] = set()
        self._is_over = False

    @property
    def streams(self) -> int:
        """How many are open."""
        return len(self._streams)

    def entries(self) -> list[ApiEntry]:
        """Return the request that begins a stream."""
        return [
            ApiEntry(
                "GET",
                "/api/events",
                "follow_events",
                "What happens, as server-sent events; Last-Event-ID gives what was missed.",
                self._begin,
                None,
                query=EventsQuery,
                problems=("busy", "no_answer"),
                media_types=("text/event-stream",),
            )
        ]

    def tell(self, happened: Happened) -> None:
        """Send something to every stream."""
        for stream in list(self._streams):
            if stream.qsize() >= _WAITING_MAX:
                self._streams.discard(stream)
                _close(stream)
            else:
                stream.put_nowait(happened)

    def end(self) -> None:
        """Close all streams, and begin no other: the child is leaving."""
        self._is_over = True
        for stream in list(self._streams):
            stream.put_nowait(None)

    async def _begin(self, asking: Asking) -> Response:
        if len(self._streams) >= STREAMS_MAX or self._is_over:
            raise RefusedRequest(
                "busy",
                f"{len(self._streams)} event streams are open already.",
                "Close a window, or poll GET /api/changes?after=NUMBER.",
            )
        query: EventsQuery = asking.query
        # a browser that connects again asks for the same address, and knows more by then
        last = asking.request.headers.get("last-event-id") or query.after or ""
        after = int(last) if last.isdecimal() and last.isascii() and len(last) <= 18 else None  # noqa: PLR2004 - digits of a 64-bit number
        # listening begins before the log is read, so that nothing falls between the two
        stream: _Stream = asyncio.Queue()
        self._streams.add(stream)
        try:
            # without a number nothing was missed, but the log is followed from here on
            missed = await self._missed(after)
        except BaseException:
            self._streams.discard(stream)
            raise
        return _EventResponse(
            self._lines(stream, missed, after or 0), lambda: self._streams.discard(stream)
        )

    async def _missed(self, after: int | None) -> list[dict[str, Any]]:
        limit = _REPLAYED_MAX if after is not None else 1
        call = ListFeedback(after=after, limit=limit, oldest_first=True)
        events: list[dict[str, Any]] = (await self._light.ask(call)).body["events"]
        return events if after is not None else []

    async def _lines(
        self, stream: _Stream, missed: list[dict[str, Any]], after: int
    ) -> AsyncIterator[bytes]:
        yield _RETRY
        told = after
        for event in missed:
            told = max(told, event["seq"])
            yield _line(Happened(_kind_of(event), {"event": event}, event["seq"]))
        while True:
            try:
                async with asyncio.timeout(self._ping_seconds):
                    happened = await stream.get()
            except TimeoutError:
                yield _PING
                continue
            if happened is None:
                return
            if happened.seq is None or happened.seq > told:
                yield _line(happened)


class _EventResponse(StreamingResponse):
    """A stream that is forgotten however it ends."""

    def __init__(self, lines: AsyncIterator[bytes], forget: Callable[[], None]) -> None:
        super().__init__(lines, media_type="text/event-stream")
        self._forget = forget

    async def __call__(
        self, scope: Any, receive: Callable[[], Awaitable[Any]], send: Callable[[Any], Any]
    ) -> None:
        """Send the stream until either side ends it."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._forget()


def _close(stream: _Stream) -> None:
    while not stream.empty():
        stream.get_nowait()
    stream.put_nowait(None)


def _kind_of(event: dict[str, Any]) -> str:
    kind = str(event["kind"])
    return {"judge": "judged", "undo": "undone"}.get(kind, kind)


def _line(happened: Happened) -> bytes:
    number = f"id: {happened.seq}\n" if happened.seq is not None else ""
    # ASCII, so that no line break but those of the format is in it
    data = json.dumps(happened.data, separators=(",", ":"))
    return f"{number}event: {happened.kind}\ndata: {data}\n\n".encode("ascii")
