"""The web child as a process: takes the socket, serves, and leaves when nobody looks.

Requests of the light process come on descriptor 0, its own leave on what was descriptor 1; whatever
a library prints goes to stderr. It opens no file of the home, and gives up what it does not need.
"""

import asyncio
import contextlib
import ctypes
import os
import resource
import signal
import socket
import sys
import time
from collections.abc import Iterator, MutableMapping
from typing import Any

import structlog
from uvicorn import Config, Server

from tasted.review.api.events import EventFeed
from tasted.review.application import make_application
from tasted.review.light_process import LightProcess
from tasted.review.page.rendering import problem_page
from tasted.review.page.routes import Pages
from tasted.review.security.connections import HEADER_BYTES_MAX, BoundedConnection
from tasted.rpc import framing
from tasted.rpc.review_encoding import review_answer_from
from tasted.rpc.review_messages import Happened, ReviewHello
from tasted.system.platform import LINUX, end_with_parent

_HELLO_SECONDS = 30.0
_MOMENT_SECONDS = 0.01
_GRACE_SECONDS = 2
_WRITTEN_BYTES_MAX = 1_000_000
_PR_SET_NO_NEW_PRIVS = 38

log = structlog.get_logger("tasted.review")


class _QuietServer(Server):
    """A server that leaves signals to the light process."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Handle none: Ctrl-C reaches the whole group, and the pipe tells when to go."""
        yield


class Attendance:
    """Whether anybody is there: a request or an event stream, or lately one.

    Args:
        application: what answers.
    """

    def __init__(self, application: Any) -> None:
        self._application = application
        self._under_way = 0
        self._last = time.monotonic()

    async def __call__(self, scope: MutableMapping[str, Any], receive: Any, send: Any) -> None:
        """Answer, and take note."""
        self._under_way += 1
        try:
            await self._application(scope, receive, send)
        finally:
            self._under_way -= 1
            self._last = time.monotonic()

    def idle_seconds(self) -> float:
        """Return for how long nobody was there."""
        return 0.0 if self._under_way else time.monotonic() - self._last


async def serve(listener: socket.socket, hello: ReviewHello, answers: int, calls: int) -> None:
    """Serve until the light process says so, or nobody was there for a while.

    Args:
        listener: the listening socket.
        hello: what the light process said first.
        answers: the descriptor to read from it.
        calls: the descriptor to write to it.
    """
    feeds: list[EventFeed] = []
    servers: list[_QuietServer] = []

    def leave() -> None:
        for feed in feeds:
            feed.end()
        for server in servers:
            server.should_exit = True

    def tell(happened: Happened) -> None:
        for feed in feeds:
            feed.tell(happened)

    light = LightProcess(answers, calls, on_event=tell, on_end=leave)
    feed = EventFeed(light)
    feeds.append(feed)
    attendance = Attendance(
        make_application(
            hello,
            light,
            feed,
            pages=Pages(light, inbox=hello.inbox).routes(),
            problem_page=problem_page,
        )
    )
    server = _QuietServer(
        Config(
            attendance,
            http=BoundedConnection,
            ws="none",
            loop="asyncio",
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            date_header=True,
            proxy_headers=False,
            timeout_keep_alive=30,
            timeout_graceful_shutdown=_GRACE_SECONDS,
            h11_max_incomplete_event_size=HEADER_BYTES_MAX,
        )
    )
    servers.append(server)
    light.start()
    watching = asyncio.create_task(_leave_when_idle(attendance, hello.idle_seconds, leave))
    try:
        await server.serve(sockets=[listener])
    finally:
        watching.cancel()


async def _leave_when_idle(attendance: Attendance, idle_seconds: float, leave: Any) -> None:
    while True:
        left = idle_seconds - attendance.idle_seconds()
        if left <= 0:
            leave()
            return
        # not before then: whoever comes meanwhile makes it later
        await asyncio.sleep(left + _MOMENT_SECONDS)


def _give_up_rights() -> None:
    """Give up what a web server does not need: programs with more rights, large files, cores."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (_WRITTEN_BYTES_MAX, _WRITTEN_BYTES_MAX))
    if sys.platform == LINUX:
        ctypes.CDLL(None).prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)


def main() -> None:
    """Be the web child."""
    # the light process decides when this one goes, by closing the pipe
    for ignored in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGUSR1):
        signal.signal(ignored, signal.SIG_IGN)
    os.umask(0o077)
    # a stray print of any library must not land between two frames
    calls = os.dup(1)
    os.dup2(2, 1)
    hello = review_answer_from(framing.read(0, deadline=time.monotonic() + _HELLO_SECONDS))
    if not isinstance(hello, ReviewHello):
        raise framing.FrameError(f"{type(hello).__name__} came before ReviewHello")
    end_with_parent(hello.parent)
    _give_up_rights()
    listener = socket.socket(fileno=int(sys.argv[1]))
    asyncio.run(serve(listener, hello, 0, calls))
