"""A picture that is sent is scored: it leaves no trace, is kept, refused, or asked for later."""

import stat

import pytest

from kit.api_clients import client_of
from kit.daemons import RunningDaemon
from kit.outboxes import picture
from kit.waiting import eventually
from tasted.home.layout import Home


def test_an_upload_is_scored_and_leaves_no_trace(home: Home, daemon: RunningDaemon) -> None:
    """The mission's old test: classify an upload, and read the classifier's statistics."""
    with client_of(home) as client:
        form = {"file": ("../../shot of me.png", picture(50), "image/png")}
        answer = client.post("/api/classify/screenshot", files=form)
        assert answer.status_code == 200, answer.text
        body = answer.json()
        assert body["kept"] is False
        assert body["sidecar"]["source"]["path"] == "shot of me.png"
        assert str(home.root) not in answer.text
        assert not list((home.web / "uploads").iterdir())
        statistics = client.get("/api/results/stats/classifier").json()
        assert statistics["references"] == statistics["positives"] + statistics["negatives"]
        assert statistics["model"] == "pocket"
        content = body["sidecar"]["source"]["sha256"]
        assert client.get(f"/api/results/{content}").status_code == 404


def test_an_upload_that_is_kept_is_in_the_inbox(home: Home, daemon: RunningDaemon) -> None:
    """Under a plain name, with its text beside it; its result is where `Location` says."""
    with client_of(home) as client:
        form = {"file": ("a/b\\c:d.jpeg", picture(51), "image/jpeg")}
        fields = {"keep": "true", "text": "Name: Maya\n"}
        answer = client.post("/api/classify/screenshot", files=form, data=fields)
        assert answer.status_code == 201, answer.text
        assert answer.json()["kept"] is True
        found = client.get(answer.headers["location"])
        assert found.status_code == 200
        name = found.json()["result"]["name"]
        # the suffix is that of what it is
        assert name == "c-d.png"
        assert (home.inbox / "c-d.txt").read_text("utf-8") == "Name: Maya\n"
        assert stat.S_IMODE((home.inbox / name).stat().st_mode) == 0o600
        again = client.post("/api/classify/screenshot?keep=true", files=form)
        assert again.status_code == 201


@pytest.mark.parametrize(
    ("content", "code", "status"),
    [
        (b"", "unsupported_format", 415),
        (b"hello", "unsupported_format", 415),
        (b"%PDF-1.7", "unsupported_format", 415),
        (picture(3)[:60], "engine", 422),
    ],
)
def test_what_is_no_picture_is_refused(
    home: Home, daemon: RunningDaemon, content: bytes, code: str, status: int
) -> None:
    """By what it is, and not by what it is called; nothing of it stays."""
    with client_of(home) as client:
        answer = client.post(
            "/api/classify/screenshot", content=content, headers={"content-type": "image/png"}
        )
        if code == "engine":
            # the quick engine of these tests decodes nothing
            assert answer.status_code in {200, status}
        else:
            assert answer.status_code == status
            assert answer.json()["type"] == f"urn:tasted:{code}"
    assert not list((home.web / "uploads").iterdir())


def test_a_job_is_asked_for_later(home: Home, daemon: RunningDaemon) -> None:
    """Who does not want to wait is told where to ask."""
    with client_of(home) as client:
        answer = client.post(
            "/api/classify/screenshot",
            content=picture(52),
            headers={"content-type": "image/png", "prefer": "respond-async"},
        )
        assert answer.status_code == 202, answer.text
        job = eventually(
            lambda: (
                found
                if (found := client.get(answer.headers["location"]).json())["state"] != "waiting"
                else None
            )
        )
        assert job["state"] == "done"
        assert job["sidecar"]["status"] == "scored"
        assert client.get(f"/api/jobs/{'0' * 32}").status_code == 404
