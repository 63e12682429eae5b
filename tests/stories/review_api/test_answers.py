"""Answers are kept, told, taken back and forgotten, whatever is killed meanwhile."""

import json
import re
import uuid

import httpx
import pytest

from kit.api_clients import client_of, scored
from kit.daemons import RunningDaemon, observing, running, tasted
from kit.giveaways import found_in, needles
from kit.waiting import eventually
from tasted.feedback.events import EventKind
from tasted.feedback.reading import read_events
from tasted.home.layout import Home


def test_an_answer_is_kept_copied_and_taken_back(home: Home, daemon: RunningDaemon) -> None:
    """Once, however often it is sent; the score that was said before comes with it."""
    with client_of(home) as client:
        card = eventually(lambda: client.get("/api/queue?count=3").json()["cards"])[0]
        key = str(uuid.uuid4())
        said = {"answer": "like", "card": card["card"], "blind": True, "shown_ms": 900}
        for _ in range(3):
            answer = client.post(
                f"/api/results/{card['id']}/feedback",
                json=said,
                headers={"idempotency-key": f'"{key}"'},
            )
            assert answer.status_code == 200, answer.text
            assert answer.json()["judgement"] == "liked"
        assert answer.headers["etag"] == answer.json()["etag"]
        event = answer.json()["event"]
        assert (event["id"], event["blind"], event["chosen_by"]) == (key, True, card["chosen_by"])
        assert len(list((home.inbox / "liked").iterdir())) == 1
        assert not client.get("/api/queue?count=24").json()["cards"] or card["id"] not in {
            other["id"] for other in client.get("/api/queue?count=24").json()["cards"]
        }
        undone = client.post("/api/feedback/undo", json={"event": key})
        assert undone.status_code == 200
        assert not list((home.inbox / "liked").iterdir())
        assert client.post("/api/feedback/undo", json={"event": key}).status_code == 409
        history = client.get("/api/feedback").json()["events"]
        assert [event["kind"] for event in history] == ["undo", "judge"]
        assert str(home.root) not in json.dumps(history)


def test_an_answer_that_was_given_meanwhile_is_not_replaced(
    home: Home, daemon: RunningDaemon
) -> None:
    """If the client says what it saw."""
    with client_of(home) as client:
        item = scored(client, 6)[0]
        path = f"/api/results/{item['id']}/feedback"
        first = client.post(path, json={"answer": "like"}, headers={"if-match": item["etag"]})
        assert first.status_code == 200
        late = client.post(path, json={"answer": "reject"}, headers={"if-match": item["etag"]})
        assert late.status_code == 409
        assert late.json()["type"] == "urn:tasted:already_judged"
        etag = first.json()["etag"]
        now = client.post(path, json={"answer": "reject"}, headers={"if-match": etag})
        assert now.json()["judgement"] == "rejected"


def test_a_card_is_of_its_picture_and_ours(home: Home, daemon: RunningDaemon) -> None:
    """Nobody invents how a card was chosen."""
    with client_of(home) as client:
        cards = eventually(
            lambda: (
                found
                if len(found := client.get("/api/queue?count=6").json()["cards"]) > 1
                else None
            )
        )
        token = cards[0]["card"]
        other = f"/api/results/{cards[1]['id']}/feedback"
        for card in (token, f"x{token}", token[:-1] + ("A" if token[-1] != "A" else "B")):
            answer = client.post(other, json={"answer": "like", "card": card})
            assert answer.status_code == 409
        assert client.post(f"/api/queue/x{token}/skip", json={"how": "later"}).status_code == 409
        skipped = client.post(f"/api/queue/{token}/skip", json={"how": "exclude"})
        assert skipped.json()["event"]["kind"] == "exclude"
        left = client.get("/api/queue?count=24").json()["cards"]
        assert cards[0]["id"] not in {card["id"] for card in left}


def test_what_happens_is_told_to_every_window(home: Home, daemon: RunningDaemon) -> None:
    """And what was missed, to one that comes back."""
    with client_of(home) as client:
        items = scored(client, 6)
        with client.stream("GET", "/api/events") as stream:
            lines = stream.iter_lines()
            assert next(lines) == "retry: 1000"
            with client_of(home) as other:
                other.post(f"/api/results/{items[0]['id']}/feedback", json={"answer": "like"})
            text = ""
            while "event: judged" not in text or not text.endswith("\n\n"):
                text += f"{next(lines)}\n"
        number = re.search(r"id: (\d+)\nevent: judged", text)
        assert number is not None
        client.post(f"/api/results/{items[1]['id']}/feedback", json={"answer": "reject"})
        with client.stream("GET", "/api/events", headers={"last-event-id": number[1]}) as stream:
            lines = stream.iter_lines()
            missed = "\n".join(next(lines) for _ in range(5))
        assert f"id: {int(number[1]) + 1}" in missed
        changes = client.get(f"/api/changes?after={number[1]}").json()
        assert [event["content"] for event in changes["changes"]] == [items[1]["id"]]


@pytest.mark.parametrize("killed", ["child", "daemon"])
def test_row_58_no_acknowledged_answer_is_lost(home: Home, killed: str) -> None:
    """Whoever is killed while answers come in: each acknowledged one is there, once."""
    acknowledged: dict[str, str] = {}
    with observing(home) as daemon, client_of(home) as client:
        items = scored(client, 6)
        for number in range(12):
            if number == 6 and killed == "child":
                _kill_child(daemon)
            elif number == 6:
                daemon.kill()
                break
            content = items[number % 6]["id"]
            key = str(uuid.uuid4())
            answer = ("like", "reject")[number % 2]
            eventually(
                lambda content=content, key=key, answer=answer: _judged(
                    client, content, key, answer
                )
            )
            acknowledged[key] = content
    events = [event for event in read_events(home.feedback) if event.kind is EventKind.JUDGE]
    assert {event.id for event in events} == set(acknowledged)
    assert len(events) == len(acknowledged)
    copies = [*(home.inbox / "liked").iterdir(), *(home.inbox / "rejected").iterdir()]
    assert len(copies) == 6


def _judged(client: httpx.Client, content: str, key: str, answer: str) -> bool:
    try:
        done = client.post(
            f"/api/results/{content}/feedback",
            json={"answer": answer},
            headers={"idempotency-key": key},
        )
    except httpx.HTTPError:
        return False
    return done.status_code == 200


def _kill_child(daemon: RunningDaemon) -> None:
    import psutil  # noqa: PLC0415 - by the one test that looks at processes

    children = psutil.Process(daemon.process.pid).children()
    (child,) = [found for found in children if "tasted.review" in found.cmdline()]
    child.kill()


def test_forgetting_ends_the_child_and_erases_the_answers(home: Home) -> None:
    """What it held of the picture goes with its memory; and no answer names it any more."""
    import psutil  # noqa: PLC0415 - as above

    with running(home) as daemon, client_of(home) as client:
        items = scored(client, 6)
        gone = items[0]
        client.post(f"/api/results/{gone['id']}/feedback", json={"answer": "like"})
        client.post(f"/api/results/{items[1]['id']}/feedback", json={"answer": "like"})
        event = client.get(f"/api/results/{gone['id']}").json()["events"][0]
        preview = client.get(f"/api/pictures/{gone['id']}/whole", params={"size": 320}).content
        wanted = needles(home, gone["id"], [gone["name"]]) | {
            "event": event["id"].encode(),
            "preview": preview[len(preview) // 2 :][:40],
        }
        assert {"id", "vector", "event"} <= found_in(home.root, wanted)
        before = [child.pid for child in psutil.Process(daemon.process.pid).children()]
        assert (
            tasted(home, "forget", str(home.inbox / gone["name"]), "--delete-picture").returncode
            == 0
        )
        children = psutil.Process(daemon.process.pid).children()
        assert not [
            child
            for child in children
            if child.pid in before and "tasted.review" in child.cmdline()
        ]
        assert found_in(home.root, wanted) == set()
        with client.stream("GET", "/api/events", params={"after": "0"}) as stream:
            told = next(line for line in stream.iter_lines() if line.startswith("data: "))
        for text in (told, client.get("/api/feedback").text, client.get("/api/changes").text):
            assert items[1]["id"] in text
            assert gone["id"] not in text
            assert event["id"] not in text
        assert client.get(f"/api/pictures/{gone['id']}/whole").status_code == 404
        assert client.get(f"/api/results/{gone['id']}").status_code == 404
