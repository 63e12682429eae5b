"""Paths that lead out, and bodies that are too large or of another kind, are refused."""

from collections.abc import Iterator

import pytest

from kit.attacked_pages import CONTENT, code_of, orders
from kit.web_visits import WebVisit
from tasted.rpc.review_messages import UploadChunk


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


def test_a_body_that_is_announced_too_large_is_refused_unread(visit: WebVisit) -> None:
    """Nothing of it is waited for."""
    before = orders(visit)
    said = visit.raw(
        f"POST /api/feedback/undo HTTP/1.1\r\nHost: 127.0.0.1:{visit.port}\r\n"
        f"Authorization: Bearer {visit.files.bearer()}\r\nContent-Type: application/json\r\n"
        f"Content-Length: 9999999999\r\n\r\n".encode()
    )
    assert said.startswith(b"HTTP/1.1 413 ")
    assert orders(visit) == before


def test_a_body_that_grows_too_large_is_cut_off(visit: WebVisit) -> None:
    """However it is announced: what comes is counted."""
    before = orders(visit)

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
    assert code_of(response) == "too_large"
    assert orders(visit) == before


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
    before = orders(visit)
    with visit.script() as client:
        response = client.post(
            "/api/feedback/undo", content=body, headers={"content-type": "application/json"}
        )
    assert response.status_code in {400, 415, 422}, response.text
    assert code_of(response) in {"malformed", "invalid", "unsupported_media_type"}
    assert orders(visit) == before


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
