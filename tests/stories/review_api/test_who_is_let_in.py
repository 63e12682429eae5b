"""The link and the token that commands give are the whole permission."""

import json
import re
import stat
from pathlib import Path

import httpx

from kit.api_clients import client_of
from kit.daemons import RunningDaemon, observing, tasted
from kit.waiting import eventually
from tasted.home.layout import Home
from tasted.home.lock import lock_owner
from tasted.home.web_files import WebFiles


def test_the_link_lets_one_browser_in(home: Home, daemon: RunningDaemon) -> None:
    """Once; the cookie that it gives is the whole permission."""
    said = tasted(home, "review", "--no-open")
    assert said.returncode == 0, said.stderr
    link = said.stdout.strip()
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+/start\?token=[A-Za-z0-9_-]{43}", link)
    with httpx.Client(timeout=60) as browser:
        page = browser.get(link)
        assert page.status_code == 200
        assert "/review" in page.text
        cookie = page.headers["set-cookie"]
        assert {"HttpOnly", "SameSite=Strict", "Path=/"} <= set(cookie.split("; "))
        assert page.headers["referrer-policy"] == "no-referrer"
        origin = link.partition("/start")[0]
        assert browser.get(f"{origin}/api/status").status_code == 200
        assert browser.get(link).status_code == 401
    with httpx.Client(timeout=60) as another:
        assert another.get(link).status_code == 401
        assert another.get(f"{origin}/api/status").status_code == 401


def test_the_link_is_opened_as_a_private_file(home: Home, daemon: RunningDaemon) -> None:
    """So that it is in no list of processes; without a desktop the link is told."""
    said = tasted(home, "review", "--json")
    answer = json.loads(said.stdout)
    page = Path(answer["page"])
    assert page.parent == home.web
    assert stat.S_IMODE(page.stat().st_mode) == 0o600
    assert answer["link"] in page.read_text("utf-8")
    nowhere = tasted(home, "review", environment={"DISPLAY": "", "WAYLAND_DISPLAY": ""})
    assert nowhere.returncode == 1
    assert "http://127.0.0.1:" in nowhere.stderr


def test_a_new_token_signs_everybody_out(home: Home, daemon: RunningDaemon) -> None:
    """At once."""
    with client_of(home) as client:
        assert client.get("/api/status").status_code == 200
        said = tasted(home, "token", "--renew")
        assert said.returncode == 0
        assert client.get("/api/status").status_code == 401
    with client_of(home) as client:
        assert client.get("/api/status").status_code == 200
        assert client.headers["authorization"] == f"Bearer {said.stdout.strip()}"


def test_without_a_daemon_there_is_no_page(home: Home) -> None:
    """And the command says how to get one; the token is there all the same."""
    said = tasted(home, "review", "--no-open")
    assert said.returncode == 1
    assert "tasted run" in said.stderr
    token = tasted(home, "token")
    assert token.stdout.strip() == WebFiles(home.root, home.web).bearer()
    assert not token.stderr


def test_row_58_the_page_comes_back_with_the_daemon(home: Home) -> None:
    """On the same port, with the same cookie: an open tab goes on."""
    with observing(home):
        eventually(lambda: lock_owner(home))
        link = tasted(home, "review", "--no-open").stdout.strip()
        browser = httpx.Client(timeout=60)
        browser.get(link)
        origin = link.partition("/start")[0]
        assert browser.get(f"{origin}/api/status").status_code == 200
    with observing(home):

        def is_back() -> bool:
            try:
                return browser.get(f"{origin}/api/status").status_code == 200
            except httpx.HTTPError:
                return False

        eventually(is_back)
    browser.close()
