"""Taste versions over HTTP: listed, held, followed again, compared; with the real engine."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from kit.daemons import RunningDaemon, running
from kit.drawings import drawing, label_scenes
from kit.waiting import eventually
from tasted.cli.commands.review import reachable_port
from tasted.feedback.events import EventKind
from tasted.feedback.reading import read_events
from tasted.home.layout import Home
from tasted.home.taste_versions import read_version_row, version_number
from tasted.home.web_files import WebFiles


@pytest.fixture
def daemon(home: Home) -> Iterator[RunningDaemon]:
    """A daemon that has learnt from twelve labels, and scored four pictures."""
    label_scenes(home)
    for number in range(4):
        name = "forest" if number % 2 else "city"
        (home.inbox / f"{number}.png").write_bytes(drawing(name, seed=50 + number))
    with running(home) as started:
        for number in range(4):
            started.sidecar(f"{number}.png", status="scored")
        started.await_state("idle")
        yield started


@pytest.fixture
def client(home: Home, daemon: RunningDaemon) -> Iterator[httpx.Client]:
    """A script."""
    origin = f"http://127.0.0.1:{reachable_port(home)}"
    bearer = WebFiles(home.root, home.web).bearer()
    with httpx.Client(
        base_url=origin, headers={"authorization": f"Bearer {bearer}"}, timeout=90
    ) as made:
        yield made


def test_a_version_is_held_and_followed_again(
    home: Home, daemon: RunningDaemon, client: httpx.Client
) -> None:
    """What was in force before is told, so that it can be taken back; the log keeps who wanted."""

    def listed() -> dict[str, Any] | None:
        answer: dict[str, Any] = client.get("/api/versions").json()
        return answer if len(answer["versions"]) > 1 else None

    answer = eventually(listed) or {}
    newest = answer["versions"][0]
    assert answer["in_force"] == newest["version"]
    assert newest["is_in_force"] is True
    assert newest["liked"] > 0
    assert answer["versions"][-1]["version"] == "v1"
    assert client.get(f"/api/versions/{newest['version']}").json() == newest
    held = client.post(f"/api/versions/{newest['number']}/activate", json={"mode": "hold"})
    assert held.status_code == 200, held.text
    assert held.json()["in_force"] == newest["version"]
    assert "is held" in held.json()["held"]
    assert "is held" in client.get("/api/queue?count=1").json()["progress"]["held"]
    assert client.get("/api/results/stats/classifier").json()["recipe"] == newest["recipe"]
    followed = client.post(f"/api/versions/{newest['number']}/activate", json={"mode": "follow"})
    assert followed.json()["was_held"] is True
    assert followed.json()["held"] is None
    kinds = [event.kind for event in read_events(home.feedback)]
    assert [kind for kind in kinds if kind in {EventKind.HOLD, EventKind.FOLLOW}] == [
        EventKind.HOLD,
        EventKind.FOLLOW,
    ]


def test_answers_since_the_version_are_told_until_it_knows_them(
    home: Home, daemon: RunningDaemon, client: httpx.Client
) -> None:
    """Labels that lay there from the beginning are not taken for answers; those given are."""
    before = client.get("/api/queue").json()["progress"]["version"]
    assert version_number(before) is not None
    card = client.get("/api/queue?count=1").json()["cards"][0]
    answer = client.post(f"/api/results/{card['id']}/feedback", json={"answer": "like"}).json()
    told = answer["progress"]["version"]
    # on a busy machine the next version may be there by now
    assert told == f"{before} + 1 answer" or version_number(told) is not None

    def known() -> str | None:
        version: str = client.get("/api/queue").json()["progress"]["version"]
        return version if version_number(version) is not None and version != before else None

    newest = eventually(known)
    row = read_version_row(home.tastes, version_number(newest) or 0)
    assert row is not None
    assert row.labels.upto_seq == answer["event"]["seq"]
    assert (row.labels.liked, row.labels.rejected) == (7, 6)


def test_two_versions_are_compared(home: Home, daemon: RunningDaemon, client: httpx.Client) -> None:
    """On the same answers and pictures; what does not exist is not found."""
    versions = eventually(
        lambda: found if len(found := client.get("/api/versions").json()["versions"]) > 1 else None
    )
    newest = versions[0]["number"]
    compared = client.get(f"/api/versions/compare?a=v1&b=v{newest}")
    assert compared.status_code == 200, compared.text
    body = compared.json()
    assert (body["a"]["version"], body["b"]["version"]) == ("v1", f"v{newest}")
    assert body["compared"] == 4
    assert body["changed_count"] == len(body["changed"])
    for changed in body["changed"]:
        assert changed["a"] != changed["b"]
    assert client.get("/api/versions/999").status_code == 404
    assert client.get("/api/versions/compare?a=1&b=999").status_code == 404
    gone = client.post("/api/versions/999/activate", json={"mode": "hold"})
    assert gone.status_code == 404
