"""The table of attacks, each row with a real client against a real web child.

What a browser does by itself is tried in a real one, in `test_attacks_by_browser.py`.
"""

import json
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from kit.homes import pocket_home
from kit.waiting import eventually
from kit.web_visits import WebVisit, visited
from tasted.review.security.sessions import Sessions
from tasted.rpc.review_messages import GiveAnswer, ReviewCall, TakeBack, UploadChunk

CONTENT = "0" * 64
_PROGRESS = {"judged": 0, "pool": 1}


def _answers(call: ReviewCall) -> dict[str, Any]:
    if isinstance(call, TakeBack):
        return {"undone": [], "progress": _PROGRESS}
    if isinstance(call, GiveAnswer):
        return {
            "event": None,
            "judgement": None,
            "etag": '"1"',
            "copied": False,
            "guess": None,
            "reasons": [],
            "progress": _PROGRESS,
        }
    return {"events": [], "sessions": [], "next": None}


@pytest.fixture(scope="module")
def visit(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebVisit]:
    """A page that can be reached."""
    home = pocket_home(tmp_path_factory.mktemp("attacks") / "home")
    with visited(home, _answers, settings={"limits": {"max_bytes": 400_000}}) as page:
        yield page


def _orders(visit: WebVisit) -> int:
    return sum(isinstance(call, GiveAnswer | TakeBack) for call in visit.light.calls)


def _code(response: Any) -> str:
    assert response.headers["content-type"] == "application/problem+json"
    problem = response.json()
    assert problem["status"] == response.status_code
    return str(problem["type"].removeprefix("urn:tasted:"))


# ---- who ------------------------------------------------------------------------------


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


# ---- host -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "host",
    [
        "evil.example:{port}",
        "evil.example",
        "127.0.0.1",
        "127.0.0.1:{other}",
        "localhost",
        "localhost.:{port}",
        "[::1]:{port}",
        "0.0.0.0:{port}",
        "127.0.0.1:{port}.evil.example",
        "2130706433:{port}",
        "127.1:{port}",
        "127.0.0.1:{port}@evil.example",
        "",
    ],
)
def test_row_59_another_host_is_refused_before_anything_else(visit: WebVisit, host: str) -> None:
    """DNS rebinding: a name that leads here is not the name of this page, token or not."""
    named = host.format(port=visit.port, other=visit.port + 1)
    with visit.script(host=named) as client:
        for path in ("/api/status", "/start?token=x", "/static/page.css", "/nothing"):
            response = client.get(path)
            assert response.status_code == 421, (path, response.text)


@pytest.mark.parametrize(
    "lines",
    [
        "",
        "Host: 127.0.0.1:{port}\r\nHost: evil.example\r\n",
        "Host: evil.example\r\nX-Forwarded-Host: 127.0.0.1:{port}\r\n",
        "X-Forwarded-Host: 127.0.0.1:{port}\r\nForwarded: host=127.0.0.1:{port}\r\n",
    ],
)
def test_a_host_that_is_missing_twice_or_forwarded_is_refused(visit: WebVisit, lines: str) -> None:
    """No header stands for Host, and there is one of it."""
    for version in ("1.1", "1.0"):
        said = visit.raw(
            f"GET /api/feedback HTTP/{version}\r\n{lines.format(port=visit.port)}"
            f"Connection: close\r\nAuthorization: Bearer {visit.files.bearer()}\r\n\r\n".encode()
        )
        assert said.split(b"\r\n")[0].split()[1] in {b"400", b"421"}, said


def test_localhost_is_sent_to_the_address(visit: WebVisit) -> None:
    """As people type it; with the same path, and to this page alone."""
    with visit.stranger(host=f"localhost:{visit.port}") as client:
        response = client.get("/review?a=b")
        assert response.status_code == 308
        assert response.headers["location"] == f"{visit.origin}/review?a=b"
        evil = client.get("//evil.example/x")
        assert evil.headers.get("location", visit.origin).startswith(f"{visit.origin}/")


# ---- forged writes --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("headers", "why"),
    [
        ({"origin": "http://evil.example"}, "foreign origin"),
        ({"origin": "null"}, "a page without origin"),
        ({"origin": "http://localhost:{port}"}, "another name"),
        ({"origin": "http://127.0.0.1:{other}"}, "another port"),
        ({"origin": "https://127.0.0.1:{port}"}, "another scheme"),
        ({"origin": "http://127.0.0.1:{port}.evil.example"}, "a longer name"),
        ({"sec-fetch-site": "cross-site"}, "another site"),
        ({"sec-fetch-site": "same-site"}, "another port, says the browser"),
        ({"sec-fetch-site": "none"}, "no page at all"),
        ({"x-csrf-token": ""}, "no token"),
        ({"x-csrf-token": "0" * 64}, "a wrong token"),
    ],
)
def test_row_59_another_page_changes_nothing(
    visit: WebVisit, headers: dict[str, str], why: str
) -> None:
    """With the cookie that the browser adds, but not from our own page: nothing is carried out."""
    before = _orders(visit)
    client, csrf = visit.browser()
    with client:
        client.headers["x-csrf-token"] = csrf
        for name, value in headers.items():
            client.headers[name] = value.format(port=visit.port, other=visit.port + 1)
        response = client.post(f"/api/results/{CONTENT}/feedback", json={"answer": "like"})
    assert response.status_code == 403, why
    assert _orders(visit) == before


def test_a_write_without_origin_is_refused(visit: WebVisit) -> None:
    """Browsers send it with every POST: who does not is none, and has no cookie of one."""
    before = _orders(visit)
    client, csrf = visit.browser()
    with client:
        del client.headers["origin"]
        client.headers["x-csrf-token"] = csrf
        response = client.post("/api/feedback/undo", json={"last": 1})
    assert response.status_code == 403
    assert _orders(visit) == before


def test_our_own_page_may_write(visit: WebVisit) -> None:
    """The same request with everything right is carried out."""
    client, csrf = visit.browser()
    with client:
        response = client.post(
            "/api/feedback/undo", json={"last": 1}, headers={"x-csrf-token": csrf}
        )
    assert response.status_code == 200, response.text


def test_the_token_of_one_browser_is_none_for_another(visit: WebVisit) -> None:
    """It belongs to the session, so that a stolen page does not help."""
    _client, other_csrf = visit.browser()
    client, _csrf = visit.browser()
    with client:
        response = client.post(
            "/api/feedback/undo", json={"last": 1}, headers={"x-csrf-token": other_csrf}
        )
    assert response.status_code == 403


def test_a_foreign_form_is_refused(visit: WebVisit) -> None:
    """A form needs no script and no leave: it has neither our origin nor our token."""
    before = _orders(visit)
    client, csrf = visit.browser()
    with client:
        for kind in ("application/x-www-form-urlencoded", "text/plain", "multipart/form-data"):
            response = client.post(
                "/api/feedback/undo",
                content=b'{"last": 1}',
                headers={"content-type": kind, "origin": "http://evil.example"},
            )
            assert response.status_code in {403, 415}, kind
            # not even our own page sends JSON as anything else
            response = client.post(
                "/api/feedback/undo",
                content=b'{"last": 1}',
                headers={"content-type": kind, "x-csrf-token": csrf},
            )
            assert response.status_code == 415, kind
    assert _orders(visit) == before


def test_a_script_needs_no_token_of_forms(visit: WebVisit) -> None:
    """It has no cookie that could be used behind its back."""
    with visit.script() as client:
        assert client.post("/api/feedback/undo", json={"last": 1}).status_code == 200


# ---- embedding ------------------------------------------------------------------------


@pytest.mark.parametrize("site", ["cross-site", "same-site", "strange"])
@pytest.mark.parametrize("dest", ["image", "script", "iframe", "empty", "style", "object"])
def test_row_59_another_page_embeds_and_fetches_nothing(
    visit: WebVisit, site: str, dest: str
) -> None:
    """Another port of this machine is the same site, and gets the cookie sent along."""
    mode = "navigate" if dest == "iframe" else "no-cors"
    client, _csrf = visit.browser(
        **{"sec-fetch-site": site, "sec-fetch-mode": mode, "sec-fetch-dest": dest}
    )
    with client:
        for path in ("/api/feedback", "/static/page.css", f"/api/pictures/{CONTENT}/whole"):
            assert client.get(path).status_code == 403


def test_a_link_of_another_page_leads_here_at_most(visit: WebVisit) -> None:
    """A visit of the top window is no embedding; without the strict cookie it sees nothing."""
    said = {
        "sec-fetch-site": "cross-site",
        "sec-fetch-mode": "navigate",
        "sec-fetch-dest": "document",
    }
    with visit.stranger(**said) as client:
        assert client.get("/api/feedback").status_code == 401


def test_every_answer_keeps_others_out(visit: WebVisit) -> None:
    """Whether it is a page, a refusal, an error or nothing."""
    with visit.script() as script, visit.stranger(host="evil.example") as evil:
        answers = [
            script.get("/api/feedback"),
            script.get("/api/openapi.json"),
            script.get("/nothing"),
            script.post("/api/feedback/undo", json={"last": "x"}),
            evil.get("/"),
        ]
    for answer in answers:
        headers = answer.headers
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "require-trusted-types-for 'script'" in policy
        assert "unsafe" not in policy
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-frame-options"] == "DENY"
        assert headers["cross-origin-opener-policy"] == "same-origin"
        assert headers["cross-origin-resource-policy"] == "same-origin"
        assert headers["cache-control"] == "no-store"
        assert headers["referrer-policy"] in {"same-origin", "no-referrer"}
        assert "server" not in headers
        assert not [name for name in headers if name.startswith("access-control")]


# ---- methods, paths -------------------------------------------------------------------


@pytest.mark.parametrize("method", ["OPTIONS", "PUT", "DELETE", "PATCH", "TRACE", "CONNECT", "X"])
def test_other_methods_are_refused(visit: WebVisit, method: str) -> None:
    """No question of CORS is answered, and nothing is traced."""
    said = visit.raw(
        f"{method} /api/feedback HTTP/1.1\r\nHost: 127.0.0.1:{visit.port}\r\nConnection: close\r\n"
        f"Origin: http://evil.example\r\nAccess-Control-Request-Method: POST\r\n"
        f"Authorization: Bearer {visit.files.bearer()}\r\n\r\n".encode()
    )
    head = said.partition(b"\r\n\r\n")[0].lower()
    assert head.split(b"\r\n")[0].split()[1] in {b"405", b"403"}
    assert b"access-control" not in head


@pytest.mark.parametrize(
    "target",
    [
        "/static/../serving.py",
        "/static/%2e%2e/serving.py",
        "/static/..%2fserving.py",
        "/static/%2e%2e%2f%2e%2e%2fetc/passwd",
        "/static/....//serving.py",
        "//etc/passwd",
        "/static//etc/passwd",
        "/api/pictures/..%2f..%2fsecret/whole",
        "/api/pictures/../../.tasted/web/secret",
        "/api/results/%00",
        "/api/results/..",
        "/api\\results",
        "/api/results/%5c..%5c",
        "/static/page.css/",
        "/review/",
        "/.tasted/web/token",
        "/etc/passwd",
        "http://evil.example/api/status",
        "*",
    ],
)
def test_row_59_no_path_leads_out(visit: WebVisit, target: str) -> None:
    """Nothing is served by its path: there is no such thing, however it is written."""
    said = visit.raw(
        f"GET {target} HTTP/1.1\r\nHost: 127.0.0.1:{visit.port}\r\nConnection: close\r\n"
        f"Authorization: Bearer {visit.files.bearer()}\r\n\r\n".encode()
    )
    assert said.split(b"\r\n")[0].split()[1] in {b"404", b"400"}, said
    assert visit.files.bearer().encode() not in said
    assert b"root:" not in said


@pytest.mark.parametrize(
    "path",
    [
        "/api/results/zzzzzzzz",
        "/api/results/0000000",
        "/api/results/" + "0" * 65,
        "/api/results/" + "A" * 64,
        "/api/pictures/0/whole",
        f"/api/pictures/{CONTENT}/secret",
        "/api/versions/v12.taste",
        "/api/versions/-1",
        "/api/versions/\u0661",
        "/api/jobs/../../x",
        "/api/jobs/" + "g" * 32,
    ],
)
def test_an_id_is_checked_before_anything_is_touched(visit: WebVisit, path: str) -> None:
    """By its form; the light process is not even asked."""
    before = len(visit.light.calls)
    with visit.script() as client:
        assert client.get(path).status_code == 404
    assert len(visit.light.calls) == before


# ---- bodies ---------------------------------------------------------------------------


def test_a_body_that_is_announced_too_large_is_refused_unread(visit: WebVisit) -> None:
    """Nothing of it is waited for."""
    before = _orders(visit)
    said = visit.raw(
        f"POST /api/feedback/undo HTTP/1.1\r\nHost: 127.0.0.1:{visit.port}\r\n"
        f"Authorization: Bearer {visit.files.bearer()}\r\nContent-Type: application/json\r\n"
        f"Content-Length: 9999999999\r\n\r\n".encode()
    )
    assert said.startswith(b"HTTP/1.1 413 ")
    assert _orders(visit) == before


def test_a_body_that_grows_too_large_is_cut_off(visit: WebVisit) -> None:
    """However it is announced: what comes is counted."""
    before = _orders(visit)

    def endless() -> Iterator[bytes]:
        for _ in range(200):
            yield b" " * 1_000

    with visit.script() as client:
        response = client.post(
            "/api/feedback/undo",
            content=endless(),
            headers={"content-type": "application/json"},
        )
    assert response.status_code == 413
    assert _code(response) == "too_large"
    assert _orders(visit) == before


def test_an_upload_is_counted_too(visit: WebVisit) -> None:
    """`limits.max_bytes` holds for a picture that is sent, and a little for what is around it."""
    before = sum(isinstance(call, UploadChunk) for call in visit.light.calls)

    def endless() -> Iterator[bytes]:
        for _ in range(1_000):
            yield bytes(10_000)

    with visit.script() as client:
        response = client.post(
            "/api/classify/screenshot", content=endless(), headers={"content-type": "image/png"}
        )
    assert response.status_code == 413
    sent = sum(isinstance(call, UploadChunk) for call in visit.light.calls) - before
    assert sent * 262_144 <= 800_000


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"null",
        b"[]",
        b'{"last": 1, "path": "/etc/passwd"}',
        b'{"last": true}',
        b'{"last": 1.0}',
        b'{"last": "1"}',
        b'{"last": 1e999}',
        b'{"last": -1}',
        b'{"event": "x"}',
        b'{"last": 1, "event": "00000000-0000-7000-8000-000000000000"}',
        b"\xff\xfe",
        b"[" * 30_000,
        b'{"a":' * 10_000,
    ],
)
def test_a_body_that_does_not_fit_is_refused(visit: WebVisit, body: bytes) -> None:
    """As a problem that says so; nothing is guessed, and nothing carried out."""
    before = _orders(visit)
    with visit.script() as client:
        response = client.post(
            "/api/feedback/undo", content=body, headers={"content-type": "application/json"}
        )
    assert response.status_code in {400, 415, 422}, response.text
    assert _code(response) in {"malformed", "invalid", "unsupported_media_type"}
    assert _orders(visit) == before


def test_a_problem_does_not_repeat_what_was_sent(visit: WebVisit) -> None:
    """What a script sent by mistake stays with the script."""
    with visit.script() as client:
        response = client.post(
            f"/api/results/{CONTENT}/feedback",
            json={"answer": "like", "password": "hunter2", "window": "secret words"},
        )
    assert response.status_code == 422
    assert "hunter2" not in response.text
    assert "secret words" not in response.text


def test_a_parameter_twice_or_unknown_is_refused(visit: WebVisit) -> None:
    """One value is meant; which one would be a guess."""
    with visit.script() as client:
        assert client.get("/api/feedback?limit=1&limit=2").status_code == 422
        assert client.get("/api/feedback?limits=1").status_code == 422
        assert client.get("/api/results?since=yesterday").status_code == 422


# ---- multipart ------------------------------------------------------------------------


def _multipart(parts: list[tuple[str, bytes]], boundary: str = "b") -> bytes:
    body = b""
    for header, data in parts:
        body += f"--{boundary}\r\n{header}\r\n\r\n".encode() + data + b"\r\n"
    return body + f"--{boundary}--\r\n".encode()


_FILE = 'Content-Disposition: form-data; name="file"; filename="a.png"'
_TEXT = 'Content-Disposition: form-data; name="text"'


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (_multipart([(_FILE, b"x"), (_FILE, b"y")]), 422),
        (_multipart([(_TEXT, b"x")]), 422),
        (_multipart([(_FILE, b"x"), (_TEXT, b"a"), (_TEXT, b"b")]), 422),
        (_multipart([(_FILE, b"x"), (_TEXT, b"a" * 70_000)]), 413),
        (_multipart([(_FILE, b"x"), (_TEXT, b"\xff")]), 422),
        (_multipart([(_FILE, b"x")] + [(_TEXT.replace("text", "f"), b"")] * 10), 422),
        (_multipart([(_TEXT, b"x")] * 10_000)[:200_000], 422),
        (_multipart([("Content-Disposition: attachment", b"x")]), 400),
        (_multipart([("X: " + "y" * 5_000, b"x")]), 400),
        (_multipart([("\r\n".join(f"X{n}: y" for n in range(50)), b"x")]), 400),
        (_multipart([(_FILE, b"x")])[:-8], 400),
        (b"not multipart at all", 400),
        (b"", 400),
    ],
    ids=lambda value: str(value)[:40] if isinstance(value, int) else str(len(value)),
)
def test_a_multipart_body_holds_one_file_and_few_fields(
    visit: WebVisit, body: bytes, status: int
) -> None:
    """Ten thousand parts, long headers, half of one: refused as soon as that is known."""
    with visit.script() as client:
        response = client.post(
            "/api/classify/screenshot",
            content=body,
            headers={"content-type": "multipart/form-data; boundary=b"},
        )
    assert response.status_code == status, response.text


@pytest.mark.parametrize("boundary", ["", "; boundary=", f"; boundary={'b' * 500}"])
def test_a_boundary_is_needed(visit: WebVisit, boundary: str) -> None:
    """Without one, parts cannot be told from each other."""
    with visit.script() as client:
        response = client.post(
            "/api/classify/screenshot",
            content=_multipart([(_FILE, b"x")]),
            headers={"content-type": f"multipart/form-data{boundary}"},
        )
    assert response.status_code == 400


# ---- slowness, numbers ----------------------------------------------------------------


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

        eventually(lambda: cut_off() >= 60, within_seconds=30)
    finally:
        for connection in held:
            connection.close()
    with visit.script() as client:
        assert eventually(lambda: client.get("/api/feedback").status_code == 200)


# ---- nothing dangerous ----------------------------------------------------------------


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
