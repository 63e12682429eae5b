"""A door with a real web child, for tests: the light process behind it is played by the test.

`WebVisit` has the address and the secrets of one home's page, and clients for it: a script with the
token, a browser with a cookie, and bare sockets for what no client would send.
"""

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx

from kit.waiting import eventually
from tasted.config import Settings
from tasted.daemon.reviewing.door import Door, Knock
from tasted.errors import TastedError
from tasted.home.layout import Home
from tasted.home.web_files import WebFiles
from tasted.review.security.sessions import Sessions
from tasted.rpc.review_messages import (
    BeginUpload,
    CallDone,
    CallRefused,
    ExcludePicture,
    GiveAnswer,
    PictureGiven,
    ReviewAnswer,
    ReviewCall,
    SkipCard,
    SpendStartToken,
    TakeBack,
)

Answers = Callable[[ReviewCall], dict[str, Any] | PictureGiven | CallRefused]


@dataclass
class PlayedLight:
    """Answers calls as the test says, and keeps them."""

    files: WebFiles
    answers: Answers
    calls: list[ReviewCall] = field(default_factory=list)
    left: threading.Event = field(default_factory=threading.Event)

    def is_order(self, call: ReviewCall) -> bool:
        """Tell what changes something."""
        return isinstance(call, GiveAnswer | SkipCard | ExcludePicture | TakeBack)

    def carry_out(
        self, number: int, call: ReviewCall, send: Callable[[ReviewAnswer], None]
    ) -> None:
        """Answer one call."""
        self.calls.append(call)
        answer: dict[str, Any] | PictureGiven | CallRefused
        if isinstance(call, SpendStartToken):
            answer = {"good": self.files.spend(call.token)}
        elif isinstance(call, BeginUpload):
            answer = {"upload": "a" * 32}
        else:
            answer = self.answers(call)
        if isinstance(answer, dict):
            send(CallDone(number, answer))
        elif isinstance(answer, PictureGiven):
            send(PictureGiven(number, answer.media_type, answer.data))
        else:
            send(CallRefused(number, answer.code, answer.message, answer.remedy))

    def child_left(self) -> None:
        """Take note."""
        self.left.set()


@dataclass
class WebVisit:
    """One page that can be reached."""

    home: Home
    door: Door
    light: PlayedLight
    port: int

    @property
    def origin(self) -> str:
        """Of our own pages."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def files(self) -> WebFiles:
        """Port and secrets."""
        return self.light.files

    def script(self, **headers: str) -> httpx.Client:
        """Return a client that has the token."""
        given = {"authorization": f"Bearer {self.files.bearer()}", **headers}
        return httpx.Client(base_url=self.origin, headers=given, timeout=60)

    def stranger(self, **headers: str) -> httpx.Client:
        """Return a client that has nothing."""
        return httpx.Client(base_url=self.origin, headers=headers, timeout=60)

    def cookie(self) -> tuple[str, str]:
        """Return name and value of a cookie that a start link would give."""
        sessions = Sessions(self.files.secret(), self.port)
        return sessions.cookie_name, sessions.begin()

    def browser(self, **headers: str) -> tuple[httpx.Client, str]:
        """Return a client that has a cookie and says what browsers say, and its token of forms."""
        name, value = self.cookie()
        session = Sessions(self.files.secret(), self.port).read(f"{name}={value}")
        assert session is not None
        said = {"origin": self.origin, "sec-fetch-site": "same-origin", "sec-fetch-mode": "cors"}
        client = httpx.Client(
            base_url=self.origin,
            headers={**said, **headers},
            cookies={name: value},
            timeout=60,
        )
        return client, session.csrf

    def connected(self) -> socket.socket:
        """Return a bare connection."""
        return socket.create_connection(("127.0.0.1", self.port), timeout=60)

    def raw(self, request: bytes) -> bytes:
        """Send bytes, and return everything that comes back until the connection ends."""
        with self.connected() as connection:
            connection.sendall(request)
            said = b""
            with contextlib.suppress(ConnectionResetError):
                while part := connection.recv(65_536):
                    said += part
            return said


def knocked(door: Door, **how: bool) -> dict[str, Any] | TastedError:
    """Knock, and wait for the answer."""
    answers: list[dict[str, Any] | TastedError] = []
    door.knock(Knock(answers.append, **how))
    eventually(lambda: answers)
    return answers[0]


@contextlib.contextmanager
def visited(
    home: Home,
    answers: Answers,
    *,
    settings: Mapping[str, Any] | None = None,
    **named: Any,
) -> Iterator[WebVisit]:
    """Keep a door while the block runs; its child is gone afterwards."""
    files = WebFiles(home.root, home.web)
    light = PlayedLight(files, answers)
    stop = threading.Event()
    chosen = Settings.model_validate(settings or {})
    door = Door(home, files, light, settings=lambda: chosen, version="1", stop=stop, **named)
    thread = threading.Thread(target=door.run)
    thread.start()
    try:
        answer = knocked(door)
        assert isinstance(answer, dict), answer
        yield WebVisit(home, door, light, answer["port"])
    finally:
        stop.set()
        door.wake()
        thread.join(30)
    assert not thread.is_alive()
