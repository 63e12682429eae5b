"""The client of the API, against a real server that does what the test says."""

import contextlib
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from tasted.terminal_review.api_client import ApiClient, NotReachable, Refused, path_of


class _Server(ThreadingHTTPServer):
    """Keeps what it was asked, and answers in turn."""

    asked: list[tuple[str, str, dict[str, str], bytes]]
    answers: list[tuple[int, bytes]]
    daemon_threads = True


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def _answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        self.server.asked.append((self.command, self.path, dict(self.headers), body))
        status, data = self.server.answers.pop(0)
        if status == 0:
            # a child that ends in the middle of a request
            self.close_connection = True
            return
        self.send_response(status)
        self.send_header("content-length", str(len(data)))
        if status == 204:
            self.close_connection = True
        self.end_headers()
        self.wfile.write(data)

    do_GET = do_POST = _answer  # noqa: N815 - the names that the class looks for

    def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002 - its signature
        """Say nothing."""


@pytest.fixture
def server() -> Iterator[_Server]:
    """A server on a free port."""
    made = _Server(("127.0.0.1", 0), _Handler)
    made.asked, made.answers = [], []
    thread = threading.Thread(target=made.serve_forever, args=(0.05,))
    thread.start()
    yield made
    made.shutdown()
    thread.join()
    made.server_close()


@pytest.fixture
def client(server: _Server) -> Iterator[ApiClient]:
    """A client of it."""
    with contextlib.closing(ApiClient(server.server_address[1], lambda: "secret")) as made:
        yield made


def _said(**value: Any) -> bytes:
    return json.dumps(value).encode()


def test_every_request_says_who_asks(server: _Server, client: ApiClient) -> None:
    """With the token, through the terminal, and an order with its id."""
    server.answers = [(200, _said(cards=[])), (200, _said(event=None)), (200, b"\x89PNG")]
    assert client.get("/api/queue", count=3, window="a b") == {"cards": []}
    assert client.post(
        path_of("queue", "a/../b", "skip"), {"how": "later", "n": None}, key="k"
    ) == {"event": None}
    assert client.picture("/api/pictures/1/whole?size=png160") == b"\x89PNG"
    (_get, path, headers, _body), (_post, second, ordered, body), _picture = server.asked
    assert path == "/api/queue?count=3&window=a+b"
    assert headers["Authorization"] == "Bearer secret"
    assert headers["X-Tasted-Via"] == "terminal"
    assert second == "/api/queue/a%2F..%2Fb/skip"
    assert ordered["Idempotency-Key"] == "k"
    assert json.loads(body) == {"how": "later"}


def test_a_connection_that_was_lost_is_opened_again(server: _Server, client: ApiClient) -> None:
    """A child that left while nothing was asked is no reason to tell anybody."""
    server.answers = [(200, _said(a=1)), (0, b""), (200, _said(a=2))]
    assert client.get("/api/status") == {"a": 1}
    assert client.get("/api/status") == {"a": 2}


def test_nobody_there_is_told_apart_from_a_refusal(server: _Server, client: ApiClient) -> None:
    """What was sent may be sent again; what was refused may not."""
    problem = _said(type="urn:tasted:not_found", detail="There is none.", remedy="Look again.")
    server.answers = [(404, problem), (503, problem), (500, b"<html>"), (200, b"[]"), (0, b"")]
    with pytest.raises(Refused, match="There is none") as refused:
        client.get("/api/results/1")
    assert (refused.value.remedy, refused.value.status) == ("Look again.", 404)
    for _time in range(4):
        with pytest.raises(NotReachable):
            client.get("/api/status")
        client.close()
    port = server.server_address[1]
    server.shutdown()
    server.server_close()
    with pytest.raises(NotReachable):
        ApiClient(port, lambda: "secret").get("/api/status")
