"""The table of attacks, each row with a real client against a real web child.

What a browser does by itself is tried in a real one, in `test_attacks_by_browser.py`.
"""

import json
import socket
import time
from pathlib import Path

import pytest

from kit.attacked_pages import CONTENT
from kit.waiting import eventually
from kit.web_visits import WebVisit
from tasted.review.security.sessions import Sessions


@pytest.mark.parametrize(
    "path",
    ["/api/status", "/api/openapi.json", "/api/events", "/review", "/", f"/api/results/{CONTENT}"],
)
def test_row_59_nobody_gets_anything_without_token_or_cookie(visit: WebVisit, path: str) -> None:
    """Not the description of the API, either."""
    with visit.stranger() as client:
        assert client.get(path).status_code == 401
        assert client.post(path).status_code == 401


@pytest.mark.parametrize(
    "header",
    [
        "Bearer",
        "Bearer \t x",
        "Bearer x",
        "bearer {secret}",
        "Basic {token}",
        "{token}",
        "Bearer {token}x",
    ],
)
def test_a_wrong_token_lets_nobody_in(visit: WebVisit, header: str) -> None:
    """Whole, of this scheme, and this token and no other."""
    value = header.format(token=visit.files.bearer(), secret=visit.files.secret().hex())
    with visit.stranger(authorization=value) as client:
        response = client.get("/api/feedback")
    assert response.status_code == 401
    assert response.headers["www-authenticate"].startswith("Bearer")


def test_a_wrong_token_is_not_made_good_by_a_cookie(visit: WebVisit) -> None:
    """A request that names a token is a script's, whatever a browser added."""
    client, _csrf = visit.browser(authorization="Bearer wrong")
    with client:
        assert client.get("/api/feedback").status_code == 401


def test_two_tokens_are_none(visit: WebVisit) -> None:
    """The right one beside a wrong one lets nobody in."""
    good = visit.files.bearer()
    said = visit.raw(
        f"GET /api/feedback HTTP/1.1\r\nHost: 127.0.0.1:{visit.port}\r\nConnection: close\r\n"
        f"Authorization: Bearer {good}\r\nAuthorization: Bearer x\r\n\r\n".encode()
    )
    assert said.startswith(b"HTTP/1.1 401 ")


def test_a_cookie_of_another_secret_port_or_day_lets_nobody_in(visit: WebVisit) -> None:
    """It is signed with the secret of this home, for this port, and lasts thirty days."""
    secret, port = visit.files.secret(), visit.port
    name = f"tasted-{port}"
    old = time.time() - 31 * 24 * 3600
    future = time.time() + 3600
    forged = {
        "another secret": Sessions(b"\1" * 32, port).begin(),
        "another port": Sessions(secret, port + 1).begin(),
        "expired": Sessions(secret, port, now=lambda: old).begin(),
        "of the future": Sessions(secret, port, now=lambda: future).begin(),
        "half of one": Sessions(secret, port).begin()[:-1],
        "nothing": "",
    }
    for why, value in forged.items():
        with visit.stranger(cookie=f"{name}={value}") as client:
            assert client.get("/api/feedback").status_code == 401, why
    good = Sessions(secret, port).begin()
    with visit.stranger(cookie=f"other=1; {name}={good}") as client:
        assert client.get("/api/feedback").status_code == 200


def test_a_range_is_not_served(visit: WebVisit) -> None:
    """Thousands of ranges would be thousands of answers in one: there is one, whole."""
    with visit.script(range="bytes=" + ",".join(f"{n}-" for n in range(1_000))) as client:
        response = client.get("/api/openapi.json")
    assert response.status_code == 200
    assert json.loads(response.text)["openapi"] == "3.1.0"
    assert "accept-ranges" not in response.headers


def test_a_long_head_is_cut_off(visit: WebVisit) -> None:
    """Sixteen kilobytes of headers are enough for anybody."""
    said = visit.raw(
        f"GET /api/feedback HTTP/1.1\r\nHost: 127.0.0.1:{visit.port}\r\n".encode()
        + b"".join(b"X-%d: %s\r\n" % (number, b"y" * 1_000) for number in range(100))
        + b"\r\n"
    )
    assert said[:12] in {b"HTTP/1.1 431", b"HTTP/1.1 400"}


def test_a_protocol_of_another_kind_is_refused(visit: WebVisit) -> None:
    """There are no WebSockets, and what is not HTTP is answered as such."""
    said = visit.raw(
        f"GET /api/events HTTP/1.1\r\nHost: 127.0.0.1:{visit.port}\r\nConnection: Upgrade\r\n"
        "Upgrade: websocket\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
        "Sec-WebSocket-Version: 13\r\n\r\n".encode()
    )
    assert b" 101 " not in said
    assert visit.raw(b"\x16\x03\x01\x00\xa5\x01\x00\x00\xa1\x03\x03").startswith(b"HTTP/1.1 400")


def test_connections_are_bounded_and_free_again(visit: WebVisit) -> None:
    """Who holds a hundred of them keeps nobody out for longer than he holds them."""
    held = [socket.create_connection(("127.0.0.1", visit.port)) for _ in range(100)]
    try:

        def cut_off() -> int:
            count = 0
            for connection in held:
                connection.setblocking(False)  # noqa: FBT003 - as socket has it
                try:
                    count += connection.recv(1) == b""
                except ConnectionResetError:
                    count += 1
                except BlockingIOError:
                    pass
            return count

        eventually(lambda: cut_off() >= 60)
    finally:
        for connection in held:
            connection.close()
    with visit.script() as client:
        assert eventually(lambda: client.get("/api/feedback").status_code == 200)


def test_nothing_dangerous_can_be_asked_for(visit: WebVisit) -> None:
    """No forgetting, no settings, no export, no model by address, no reading of files."""
    with visit.script() as client:
        paths = set(client.get("/api/openapi.json").json()["paths"])
    words = {"forget", "config", "settings", "export", "import", "uninstall", "delete", "file"}
    assert not [path for path in paths if words & set(path.replace("/", " ").split())]


def test_a_token_is_in_no_list_of_processes_and_in_no_log(visit: WebVisit) -> None:
    """Neither the arguments nor the surroundings of the child hold a secret, nor what it logs."""
    with visit.script() as client:
        client.get("/api/feedback?session=abcdef")
    start = visit.files.leave_start_link(visit.port)
    with visit.stranger() as client:
        client.get(start.link.removeprefix(visit.origin))
    child = visit.door._child
    assert child is not None
    secrets = (visit.files.bearer(), visit.files.secret().hex(), start.link.partition("=")[2])
    seen = [(visit.home.logs / "web.stderr").read_bytes()]
    if Path("/proc").is_dir():
        seen += [Path(f"/proc/{child.pid}/{name}").read_bytes() for name in ("cmdline", "environ")]
    for secret in secrets:
        assert all(secret.encode() not in text for text in seen)
