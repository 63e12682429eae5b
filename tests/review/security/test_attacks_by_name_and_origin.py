"""Requests under another name, or from another page, are refused."""

import pytest

from kit.attacked_pages import CONTENT, orders
from kit.web_visits import WebVisit


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
    before = orders(visit)
    client, csrf = visit.browser()
    with client:
        client.headers["x-csrf-token"] = csrf
        for name, value in headers.items():
            client.headers[name] = value.format(port=visit.port, other=visit.port + 1)
        response = client.post(f"/api/results/{CONTENT}/feedback", json={"answer": "like"})
    assert response.status_code == 403, why
    assert orders(visit) == before


def test_a_write_without_origin_is_refused(visit: WebVisit) -> None:
    """Browsers send it with every POST: who does not is none, and has no cookie of one."""
    before = orders(visit)
    client, csrf = visit.browser()
    with client:
        del client.headers["origin"]
        client.headers["x-csrf-token"] = csrf
        response = client.post("/api/feedback/undo", json={"last": 1})
    assert response.status_code == 403
    assert orders(visit) == before


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
    before = orders(visit)
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
    assert orders(visit) == before


def test_a_script_needs_no_token_of_forms(visit: WebVisit) -> None:
    """It has no cookie that could be used behind its back."""
    with visit.script() as client:
        assert client.post("/api/feedback/undo", json={"last": 1}).status_code == 200


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
