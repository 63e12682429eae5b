"""Clients that take their time: each is cut off, and keeps nobody else waiting.

The application runs in this process, with limits that end soon; nothing hangs on how soon.
"""

import asyncio
import contextlib
import socket
import threading
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from uvicorn import Config, Server

from kit.waiting import eventually
from tasted.review.api.events import EventFeed
from tasted.review.api.problems import RefusedRequest
from tasted.review.application import make_application
from tasted.review.security.connections import BoundedConnection
from tasted.review.security.gate import Pace
from tasted.rpc.review_messages import CallDone, ReviewCall, ReviewHello

BEARER = "a-token"


class QuickConnection(BoundedConnection):
    """Waits less long."""

    header_seconds = 0.5


class NoLight:
    """A light process that has nothing."""

    async def ask(self, call: ReviewCall, **_seconds: float) -> CallDone:
        """Answer an empty list."""
        if type(call).__name__ == "ListFeedback":
            return CallDone(1, {"events": [], "sessions": [], "next": None})
        if type(call).__name__ == "BeginUpload":
            return CallDone(1, {"upload": "a" * 32})
        raise RefusedRequest("not_found", "There is none.")


class _Quiet(Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    """A server whose patience is short."""
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen()
    chosen: int = listener.getsockname()[1]
    hello = ReviewHello(chosen, "00" * 32, BEARER, "1", 0, 1_000_000, 600.0)
    servers: list[_Quiet] = []

    async def run() -> None:
        light: Any = NoLight()
        gate = make_application(hello, light, EventFeed(light), pace=Pace(0.5, 1.5))
        server = _Quiet(
            Config(gate, http=QuickConnection, ws="none", lifespan="off", log_config=None)
        )
        servers.append(server)
        await server.serve(sockets=[listener])

    thread = threading.Thread(target=lambda: asyncio.run(run()))
    thread.start()
    eventually(lambda: servers and servers[0].started)
    yield chosen
    servers[0].should_exit = True
    thread.join(30)


def _until_closed(connection: socket.socket) -> bytes:
    said = b""
    with contextlib.suppress(ConnectionResetError):
        while part := connection.recv(65_536):
            said += part
    return said


def _head(port: int, path: str, more: str) -> bytes:
    return (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAuthorization: Bearer {BEARER}\r\n"
        f"{more}\r\n"
    ).encode()


@pytest.mark.parametrize("begun", [b"", b"GET / HTTP/1.1\r\nHo", b"G"])
def test_a_head_that_does_not_come_ends_the_connection(port: int, begun: bytes) -> None:
    """Neither silence nor half a head holds a connection for ever."""
    with socket.create_connection(("127.0.0.1", port), timeout=60) as connection:
        connection.sendall(begun)
        assert b" 200 " not in _until_closed(connection)


def test_a_head_that_comes_byte_by_byte_ends_the_connection(port: int) -> None:
    """Each byte is no new beginning."""
    with socket.create_connection(("127.0.0.1", port), timeout=60) as connection:
        stop = threading.Event()

        def drip() -> None:
            with contextlib.suppress(OSError):
                for _ in range(600):
                    connection.sendall(b"x")
                    if stop.wait(0.1):
                        return

        dripping = threading.Thread(target=drip)
        dripping.start()
        assert b" 200 " not in _until_closed(connection)
        stop.set()
        dripping.join(30)


@pytest.mark.parametrize(
    ("path", "kind"),
    [("/api/feedback/undo", "application/json"), ("/api/classify/screenshot", "image/png")],
)
def test_a_body_that_stops_coming_is_told_and_cut_off(port: int, path: str, kind: str) -> None:
    """With the status that says so."""
    more = f"Content-Type: {kind}\r\nContent-Length: 1000\r\n"
    with socket.create_connection(("127.0.0.1", port), timeout=60) as connection:
        connection.sendall(_head(port, path, more) + b"{")
        said = _until_closed(connection)
    assert said.startswith(b"HTTP/1.1 408 "), said
    assert b"urn:tasted:too_slow" in said


def test_a_body_that_drips_is_cut_off_in_the_end(port: int) -> None:
    """Each part comes in time, the whole does not."""
    more = "Content-Type: application/json\r\nContent-Length: 1000\r\n"
    with socket.create_connection(("127.0.0.1", port), timeout=60) as connection:
        connection.sendall(_head(port, "/api/feedback/undo", more))
        stop = threading.Event()

        def drip() -> None:
            with contextlib.suppress(OSError):
                while not stop.wait(0.1):
                    connection.sendall(b" ")

        dripping = threading.Thread(target=drip)
        dripping.start()
        said = _until_closed(connection)
        stop.set()
        dripping.join(30)
    assert said.startswith(b"HTTP/1.1 408 "), said


def test_row_59_others_are_served_meanwhile(port: int) -> None:
    """Slow clients cost a connection each, and no more."""
    with contextlib.ExitStack() as held:
        for _ in range(20):
            slow = held.enter_context(socket.create_connection(("127.0.0.1", port)))
            slow.sendall(b"GET / HTTP/1.1\r\n")
        response = httpx.get(
            f"http://127.0.0.1:{port}/api/feedback",
            headers={"authorization": f"Bearer {BEARER}"},
            timeout=60,
        )
    assert response.status_code == 200
