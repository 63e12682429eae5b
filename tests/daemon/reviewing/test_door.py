"""The door of the page: the socket stays, the child comes and goes."""

import contextlib
import errno
import socket
import sys
import threading
from pathlib import Path
from typing import Any

import httpx
import pytest

from kit.waiting import eventually
from kit.web_visits import PlayedLight, knocked, visited
from tasted.config import Settings
from tasted.daemon.reviewing.door import Door, _unreachable, shown_folder
from tasted.daemon.reviewing.listening import PortTaken, listen
from tasted.errors import CommandError
from tasted.home.layout import Home
from tasted.home.web_files import WebFiles
from tasted.rpc.review_messages import CallRefused, GiveAnswer, ListFeedback, ReviewCall

CONTENT = "0" * 64
_EMPTY = {"events": [], "sessions": [], "next": None}


def _answers(call: ReviewCall) -> dict[str, Any] | CallRefused:
    if isinstance(call, ListFeedback):
        return _EMPTY
    return CallRefused(0, "not_found", "There is none.")


def _is_served(client: httpx.Client) -> bool:
    try:
        return client.get("/api/feedback").status_code == 200
    except httpx.HTTPError:
        # cut off with the child that was killed: a browser asks again, too
        return False


def test_there_is_no_child_until_somebody_comes(home: Home) -> None:
    """The socket is open, and costs nothing; the first connection starts the child."""
    with visited(home, _answers) as page:
        assert not page.door.has_child
        with page.script() as client:
            assert client.get("/api/feedback").status_code == 200
        assert page.door.has_child


def test_a_child_leaves_when_nobody_looks_and_another_comes(home: Home) -> None:
    """On the same port; whoever comes in between waits for it."""
    with visited(home, _answers, idle_seconds=0.2) as page:
        for _ in range(3):
            with page.script() as client:
                assert client.get("/api/feedback").status_code == 200
            assert page.light.left.wait(30)
            eventually(lambda: not page.door.has_child)
            page.light.left.clear()


def test_a_stream_keeps_the_child(home: Home) -> None:
    """A window that only listens is somebody, too."""
    with visited(home, _answers, idle_seconds=0.3) as page:
        with page.script() as client, client.stream("GET", "/api/events") as stream:
            lines = stream.iter_lines()
            assert next(lines) == "retry: 1000"
            assert not page.light.left.wait(1.0)
            assert page.door.has_child
        assert page.light.left.wait(30)


def test_row_58_a_killed_child_is_replaced(home: Home) -> None:
    """Same port, same cookie, same token."""
    with visited(home, _answers) as page:
        name, value = page.cookie()
        with page.stranger(cookie=f"{name}={value}") as client:
            assert client.get("/api/feedback").status_code == 200
            child = page.door._child
            assert child is not None
            child._process.kill()
            eventually(lambda: page.door._child is not child)
            eventually(lambda: _is_served(client))


def test_row_58_no_child_outlives_its_door(home: Home) -> None:
    """Not even with an open event stream."""
    with visited(home, _answers) as page:
        client = page.script()
        with client, client.stream("GET", "/api/events") as stream:
            lines = stream.iter_lines()
            next(lines)
            child = page.door._child
            assert child is not None
            page.door._stop.set()
            page.door.wake()
            # the stream ends in order, or with the connection
            with contextlib.suppress(httpx.HTTPError):
                assert "retry" not in list(lines)
            eventually(lambda: child._process.poll() is not None)
            assert child._process.returncode == 0


def test_row_58_visitors_are_told_when_no_child_can_be_started(home: Home) -> None:
    """They get an answer, and not a connection that hangs."""
    for command in (("/nonexistent/program",), (sys.executable, "-c", "raise SystemExit(3)")):
        with visited(home, _answers, command=command) as page, page.stranger() as client:
            response = client.get("/review")
            assert response.status_code == 503
            assert "tasted status" in response.text


def test_the_port_stays(home: Home) -> None:
    """From one daemon to the next, so that open tabs find it again."""
    with visited(home, _answers) as page:
        port = page.port
    assert WebFiles(home.root, home.web).port() == port
    with visited(home, _answers) as page:
        assert page.port == port


def test_row_58_another_port_is_taken_when_somebody_has_it(home: Home) -> None:
    """A free one is meant, and that one is remembered from then on."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        WebFiles(home.root, home.web).remember_port(other.getsockname()[1])
        with visited(home, _answers) as page:
            assert page.port != other.getsockname()[1]
            assert WebFiles(home.root, home.web).port() == page.port


def test_a_chosen_port_that_is_taken_is_told(home: Home) -> None:
    """A person chose it, and hears why it does not work."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(PortTaken, match=str(port)):
            listen(port, None)
        light = PlayedLight(WebFiles(home.root, home.web), _answers)
        stop = threading.Event()
        chosen = Settings.model_validate({"web": {"port": port}})
        door = Door(home, light.files, light, settings=lambda: chosen, version="1", stop=stop)
        thread = threading.Thread(target=door.run)
        thread.start()
        told = knocked(door)
        stop.set()
        door.wake()
        thread.join(30)
    assert isinstance(told, CommandError)
    assert "web.port" in told.remedy


def test_nothing_listens_before_it_is_asked_for(home: Home) -> None:
    """Unless the settings say so, or it was asked for once before."""
    for settings, is_open in (({}, False), ({"web": {"always": True}}, True), ({}, True)):
        light = PlayedLight(WebFiles(home.root, home.web), _answers)
        stop = threading.Event()
        chosen = Settings.model_validate(settings)
        door = Door(
            home, light.files, light, settings=lambda chosen=chosen: chosen, version="1", stop=stop
        )
        thread = threading.Thread(target=door.run)
        thread.start()
        # the thread opens before it answers anybody
        knocked(door, opens=False)
        assert door.is_open is is_open, settings
        if not is_open:
            assert "port" in knocked(door)
        stop.set()
        door.wake()
        thread.join(30)


def test_the_port_follows_the_settings(home: Home) -> None:
    """Saved settings move the page while the daemon runs."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        other = free.getsockname()[1]
    files = WebFiles(home.root, home.web)
    light, stop = PlayedLight(files, _answers), threading.Event()
    held = [Settings()]
    door = Door(home, files, light, settings=lambda: held[0], version="1", stop=stop)
    thread = threading.Thread(target=door.run)
    thread.start()
    try:
        first = knocked(door)
        held[0] = Settings.model_validate({"web": {"port": other}})
        door.wake()
        assert knocked(door) == {"port": other}
        assert first != {"port": other}
    finally:
        stop.set()
        door.wake()
        thread.join(30)


def test_renewed_secrets_end_every_visit(home: Home) -> None:
    """Cookies and tokens of before are worth nothing, from the answer on."""
    with visited(home, _answers) as page:
        name, value = page.cookie()
        old = page.files.bearer()
        with page.stranger(cookie=f"{name}={value}") as client:
            assert client.get("/api/feedback").status_code == 200
        page.files.renew()
        knocked(page.door, ends_visits=True)
        with page.stranger(cookie=f"{name}={value}") as client:
            assert client.get("/api/feedback").status_code == 401
        with page.stranger(authorization=f"Bearer {old}") as client:
            assert client.get("/api/feedback").status_code == 401
        with page.script() as client:
            assert client.get("/api/feedback").status_code == 200


_STRANGE_CHILD = """
import os, struct, sys
def read():
    size, = struct.unpack('>I', os.read(0, 4))
    return os.read(0, size)
def write(text):
    os.write(1, struct.pack('>I', len(text)) + text)
read()
write(b'{"type": "EraseAll", "number": 5, "call": {}}')
answer = read()
open(sys.argv[1], 'wb').write(answer)
write(b'not json')
read()
"""


def test_a_child_of_another_version_is_told_and_one_that_raves_is_ended(
    home: Home, tmp_path: Path
) -> None:
    """An unknown call is refused by its number; what is no frame ends the child."""
    said = tmp_path / "said"
    command = (sys.executable, "-c", _STRANGE_CHILD, str(said))
    with visited(home, _answers, command=command) as page:
        connection = page.connected()
        with connection:
            eventually(said.exists)
            assert page.light.left.wait(30)
    assert b'"code":"updated"' in said.read_bytes()
    assert b'"number":5' in said.read_bytes()
    assert not page.light.calls


def test_orders_are_carried_out_in_the_order_in_which_they_come(home: Home) -> None:
    """Several are under way at a time, and none overtakes another."""
    with visited(home, _answers) as page, page.script() as client:
        for number in range(20):
            answer = "like" if number % 2 else "reject"
            client.post(f"/api/results/{CONTENT}/feedback", json={"answer": answer})
        orders = [call for call in page.light.calls if isinstance(call, GiveAnswer)]
        assert [call.answer for call in orders] == ["reject", "like"] * 10


def test_a_login_item_that_allows_no_port_is_to_be_written_anew() -> None:
    """The unit of an earlier version lets the daemon open no socket of the network."""
    refused = _unreachable(OSError(errno.EAFNOSUPPORT, "Address family not supported"))
    assert "tasted service install" in refused.remedy
    assert "service" not in _unreachable(OSError(errno.ENOSPC, "No space left")).remedy


def test_the_page_names_the_inbox_as_people_write_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From their own folder on; elsewhere in full, whatever bytes are in it."""
    monkeypatch.setenv("HOME", str(tmp_path))
    assert shown_folder(tmp_path / "Tasted" / "inbox") == "~/Tasted/inbox"
    assert shown_folder(Path("/elsewhere/inbox")) == "/elsewhere/inbox"
    assert shown_folder(Path("/b\udcff/inbox")) == "/b\ufffd/inbox"
