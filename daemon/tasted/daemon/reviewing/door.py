"""The door of the page: one thread that waits for visitors, and keeps the web child.

Touches the listening socket and `.tasted/web`. While nobody looks there is no child, and the thread
sleeps until a connection comes. The child accepts the connection itself; this process never does,
but where no child can be started, which visitors are told.
"""

import contextlib
import errno
import os
import select
import socket
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

import structlog

from tasted.config import Settings
from tasted.daemon.reviewing.lanes import Lane
from tasted.daemon.reviewing.listening import listen, port_of
from tasted.daemon.reviewing.web_child import COMMAND, WebChild
from tasted.errors import CommandError, HomeGone, TastedError
from tasted.home.layout import Home
from tasted.home.web_files import WebFiles
from tasted.plain_dataclass import dataclass
from tasted.rpc.framing import FrameError, PipeClosed
from tasted.rpc.review_encoding import UnknownCallError, call_from
from tasted.rpc.review_messages import (
    CallRefused,
    Happened,
    ReviewAnswer,
    ReviewCall,
    ReviewHello,
)
from tasted.system.faultpoints import reach

IDLE_SECONDS = 600.0
_PAUSES_SECONDS = (0.5, 1.0, 2.0, 5.0, 10.0, 30.0)
_YOUNG_SECONDS = 10.0
"""A child that ends by itself before this counts as one that could not be started."""
_LOOKING_THREADS = 3
_VISITOR_SECONDS = 0.2
_UNAVAILABLE = (
    b"HTTP/1.1 503 Service Unavailable\r\nContent-Type: text/plain; charset=utf-8\r\n"
    b"Retry-After: 10\r\nConnection: close\r\nContent-Length: 63\r\n\r\n"
    b"The page cannot be shown just now. See why with: tasted status\n"
)

log = structlog.get_logger("tasted.reviewing")


class Answering(Protocol):
    """What carries out the calls of the child."""

    def is_order(self, call: ReviewCall) -> bool:
        """Tell whether a call changes something, so that its order counts."""
        ...

    def carry_out(
        self, number: int, call: ReviewCall, send: Callable[[ReviewAnswer], None]
    ) -> None:
        """Carry out a call, and send what came of it, now or later. Raises nothing."""
        ...

    def child_left(self) -> None:
        """Take in that whatever a child had under way is of no use to anybody."""
        ...


@dataclass(frozen=True, slots=True)
class Knock:
    """A command wants the page to be reachable."""

    answer: Callable[[dict[str, Any] | TastedError], None]
    ends_visits: bool = False
    """Whether everybody who is in is to leave: secrets were renewed, or pictures are erased."""
    opens: bool = True
    """Whether the page is to be reachable; False: as it is."""


class Door:
    """One thread of the daemon.

    Args:
        home: whose page it is.
        files: port and secrets.
        service: carries out the calls.
        settings: returns those in force.
        version: of this tasted.
        stop: set when the daemon is ending; `wake` follows.
        command: what is started as the child.
        idle_seconds: how long the child stays when nobody looks.
    """

    def __init__(
        self,
        home: Home,
        files: WebFiles,
        service: Answering,
        *,
        settings: Callable[[], Settings],
        version: str,
        stop: threading.Event,
        command: tuple[str, ...] = COMMAND,
        idle_seconds: float = IDLE_SECONDS,
    ) -> None:
        self._home = home
        self._files = files
        self._service = service
        self._settings = settings
        self._version = version
        self._stop = stop
        self._command = command
        self._idle_seconds = idle_seconds
        self._woken, self._wake = os.pipe()
        os.set_blocking(self._woken, False)
        os.set_blocking(self._wake, False)
        self._guard = threading.Lock()
        self._knocks: list[Knock] = []
        self._listener: socket.socket | None = None
        self._chosen: int | None = None
        """The port of the settings for which the listener was opened, or could not be."""
        self._child: WebChild | None = None
        self._started = 0.0
        self._failures = 0
        self._not_before = 0.0
        self._orders: Lane | None = None
        self._looks: Lane | None = None

    # ---- called by other threads ------------------------------------------------------

    def wake(self) -> None:
        """Let the thread look around now: it is to stop, or settings changed."""
        with contextlib.suppress(OSError):
            # a full pipe wakes it as well, and a closed one has nobody to wake
            os.write(self._wake, b"\0")

    def knock(self, knock: Knock) -> None:
        """Have the page made reachable; the answer names its port."""
        with self._guard:
            self._knocks.append(knock)
        self.wake()

    def tell(self, happened: Happened) -> None:
        """Tell whoever looks what happened; quick while nobody does."""
        child = self._child
        looks = self._looks
        if child is not None and looks is not None:
            looks.do(lambda: child.send(happened))

    @property
    def is_open(self) -> bool:
        """Whether the page can be reached."""
        return self._listener is not None

    @property
    def has_child(self) -> bool:
        """Whether somebody may be looking."""
        return self._child is not None

    # ---- the thread -------------------------------------------------------------------

    def run(self) -> None:
        """Keep the door until stopped; no child outlives this thread."""
        try:
            if self._settings().web.always or self._files.port() is not None:
                self._open_or_log()
            while not self._stop.is_set():
                self._turn()
        finally:
            self._end_child()
            self._close()
            # a thread that wakes this one now must not write into another's file
            with self._guard:
                woken, self._woken = self._woken, -1
                wake, self._wake = self._wake, -1
            os.close(woken)
            os.close(wake)

    def _turn(self) -> None:
        waited: list[Any] = [self._woken]
        pause: float | None = None
        if self._child is not None:
            waited.append(self._child)
        elif self._listener is not None:
            pause = max(0.0, self._not_before - time.monotonic())
            # a visitor who came during the pause waits for its end
            waited += [self._listener] if pause == 0.0 else []
            pause = pause or None
        ready = select.select(waited, [], [], pause)[0]
        if self._woken in ready:
            self._look_around()
        if self._child is not None and self._child in ready:
            self._take_call(self._child)
        elif self._listener is not None and self._listener in ready and self._child is None:
            self._start_child()

    def _look_around(self) -> None:
        with contextlib.suppress(BlockingIOError):
            os.read(self._woken, 4_096)
        with self._guard:
            knocks, self._knocks = self._knocks, []
        web = self._settings().web
        if self._listener is not None and web.port != self._chosen:
            # tabs of the former port are told by their browser
            self._end_child()
            self._close()
            self._open_or_log()
        elif self._listener is None and web.always and web.port != self._chosen:
            self._open_or_log()
        for knock in knocks:
            if knock.ends_visits:
                self._end_child()
            self._answer(knock)

    def _answer(self, knock: Knock) -> None:
        if not knock.opens:
            knock.answer({})
            return
        try:
            listener = self._listener or self._open()
        except TastedError as error:
            knock.answer(error)
        except OSError as error:
            knock.answer(_unreachable(error))
        else:
            knock.answer({"port": port_of(listener)})

    def _open_or_log(self) -> None:
        try:
            self._open()
        except (TastedError, OSError) as error:
            log.warning("page_not_reachable", error=str(error))

    def _open(self) -> socket.socket:
        self._chosen = self._settings().web.port
        listener = listen(self._chosen, self._files.port())
        try:
            if self._files.port() != port_of(listener):
                self._files.remember_port(port_of(listener))
        except (OSError, HomeGone):
            listener.close()
            raise
        self._listener = listener
        log.info("page_reachable", port=port_of(listener))
        return listener

    def _close(self) -> None:
        if self._listener is not None:
            self._listener.close()
            self._listener = None

    def _start_child(self) -> None:
        if self._listener is None:
            return
        try:
            hello = ReviewHello(
                port=port_of(self._listener),
                secret=self._files.secret().hex(),
                bearer=self._files.bearer(),
                version=self._version,
                parent=os.getpid(),
                upload_bytes_max=self._settings().limits.max_bytes,
                idle_seconds=self._idle_seconds,
                inbox=shown_folder(self._home.inbox),
            )
            child = WebChild(
                self._listener,
                hello,
                stderr_file=self._home.logs / "web.stderr",
                command=self._command,
            )
        except (OSError, ValueError, TastedError) as error:
            self._cannot_start(str(error))
            return
        self._orders, self._looks = Lane("review orders", 1), Lane("review", _LOOKING_THREADS)
        self._child, self._started = child, time.monotonic()
        log.info("page_opened", pid=child.pid)

    def _cannot_start(self, why: str) -> None:
        """Tell who waits, and try again with growing pauses."""
        pause = _PAUSES_SECONDS[min(self._failures, len(_PAUSES_SECONDS) - 1)]
        self._failures += 1
        self._not_before = time.monotonic() + pause
        log.warning("page_failed", error=why, again_in_seconds=pause)
        while self._listener is not None:
            try:
                visitor, _address = self._listener.accept()
            except OSError:
                # nobody waits any more
                return
            with visitor, contextlib.suppress(OSError):
                visitor.settimeout(_VISITOR_SECONDS)
                visitor.recv(65_536)
                visitor.sendall(_UNAVAILABLE)

    def _take_call(self, child: WebChild) -> None:
        try:
            message = child.read()
            number, call = call_from(message)
        except UnknownCallError as error:
            child.send(
                CallRefused(
                    error.number,
                    "updated",
                    "tasted was updated while it ran.",
                    "Start it again: tasted service restart",
                )
            )
        except PipeClosed:
            self._left(child)
        except (FrameError, OSError, TimeoutError) as error:
            log.warning("page_not_understood", error=str(error))
            self._left(child)
        else:
            reach("review.asked")
            self._hand_on(child, number, call)

    def _hand_on(self, child: WebChild, number: int, call: ReviewCall) -> None:
        lane = self._orders if self._service.is_order(call) else self._looks
        if lane is not None:
            lane.do(lambda: self._service.carry_out(number, call, child.send))

    def _left(self, child: WebChild) -> None:
        age = time.monotonic() - self._started
        self._close_lanes()
        self._child = None
        words = child.bury()
        self._service.child_left()
        if age < _YOUNG_SECONDS < self._idle_seconds:
            self._cannot_start(words)
        else:
            self._failures = 0
            log.info("page_left", how=words)

    def _end_child(self) -> None:
        child, self._child = self._child, None
        if child is None:
            return
        # answers that are under way are kept and acknowledged before the pipe closes
        self._close_lanes(wait_seconds=2.0)
        child.end()
        self._service.child_left()

    def _close_lanes(self, *, wait_seconds: float = 0.0) -> None:
        orders, self._orders = self._orders, None
        looks, self._looks = self._looks, None
        for lane, seconds in ((orders, wait_seconds), (looks, 0.0)):
            if lane is not None:
                lane.close(wait_seconds=seconds)


def _unreachable(error: OSError) -> CommandError:
    remedy = "Check the free space, and who owns .tasted/web in the tasted folder."
    if error.errno == errno.EAFNOSUPPORT:
        # a login item of a version that opened no port
        remedy = "Write the login item anew: tasted service install"
    return CommandError(f"The page cannot be reached: {error.strerror or error}.", remedy=remedy)


def shown_folder(folder: Path) -> str:
    """Return the path of a folder as people write it: from their own folder on, where it is there.

    Bytes that are not UTF-8 are shown as U+FFFD.
    """
    try:
        own = Path.home()
    except RuntimeError:
        # a service may run as a user without one
        own = folder
    is_inside = folder != own and folder.is_relative_to(own)
    shown = f"~/{folder.relative_to(own)}" if is_inside else str(folder)
    return os.fsencode(shown).decode("utf-8", "replace")
