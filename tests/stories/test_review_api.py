"""The API of a real daemon: score, look, judge, take back; whatever is killed meanwhile."""

import io
import json
import re
import stat
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from PIL import Image

from kit.api_clients import client_of
from kit.daemons import RunningDaemon, observing, running, tasted
from kit.giveaways import found_in, needles
from kit.homes import quick_home
from kit.outboxes import picture
from kit.waiting import eventually
from tasted.feedback.events import EventKind
from tasted.feedback.reading import read_events
from tasted.home.layout import Home
from tasted.home.lock import lock_owner
from tasted.home.web_files import WebFiles


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A home with some pictures."""
    made = quick_home(tmp_path / "home")
    for number in range(6):
        (made.inbox / f"p{number}.png").write_bytes(picture(number))
    return made


def scored(client: httpx.Client, count: int) -> list[dict[str, Any]]:
    """Wait until so many results are there, and return them."""

    def seen() -> list[dict[str, Any]]:
        items: list[dict[str, Any]] = client.get("/api/results").json()["items"]
        return items if len(items) >= count else []

    return eventually(seen, within_seconds=90)


@pytest.fixture
def daemon(home: Home) -> Iterator[RunningDaemon]:
    """A daemon of that home."""
    with observing(home) as started:
        eventually(lambda: lock_owner(home), within_seconds=60)
        yield started


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
            ),
            within_seconds=60,
        )
        assert job["state"] == "done"
        assert job["sidecar"]["status"] == "scored"
        assert client.get(f"/api/jobs/{'0' * 32}").status_code == 404


def test_an_answer_is_kept_copied_and_taken_back(home: Home, daemon: RunningDaemon) -> None:
    """Once, however often it is sent; the score that was said before comes with it."""
    with client_of(home) as client:
        card = eventually(
            lambda: client.get("/api/queue?count=3").json()["cards"], within_seconds=90
        )[0]
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
            ),
            within_seconds=90,
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


def test_a_list_stays_while_it_is_gone_through(home: Home, daemon: RunningDaemon) -> None:
    """Nothing is shown twice or passed over, whatever comes meanwhile."""
    with client_of(home) as client:
        scored(client, 6)
        first = client.get("/api/results?sort=date&limit=2").json()
        (home.inbox / "new.png").write_bytes(picture(60))
        scored(client, 7)
        seen = [item["id"] for item in first["items"]]
        cursor = first["next"]
        while cursor is not None:
            page = client.get(f"/api/results?sort=date&limit=2&cursor={cursor}").json()
            seen += [item["id"] for item in page["items"]]
            cursor = page["next"]
        assert len(seen) == len(set(seen)) == 6
        assert client.get("/api/results?cursor=gone_1").status_code == 410


def test_results_are_found_by_word_judgement_and_beginning(
    home: Home, daemon: RunningDaemon
) -> None:
    """And a beginning that fits several is told."""
    (home.inbox / "bad.png").write_bytes(b"")
    with client_of(home) as client:
        items = scored(client, 6)
        by_name = client.get("/api/results?q=P3").json()["items"]
        assert [item["name"] for item in by_name] == ["p3.png"]
        one = items[0]["id"]
        client.post(f"/api/results/{one}/feedback", json={"answer": "reject"})
        judged = client.get("/api/results?judged=rejected").json()["items"]
        assert [item["id"] for item in judged] == [one]
        found = client.get(f"/api/results/{one[:12]}").json()
        assert found["result"]["id"] == one
        assert found["events"][0]["answer"] == "reject"
        assert client.get("/api/results/00000000").status_code == 404


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
                ),
                within_seconds=60,
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


# ---- the commands ---------------------------------------------------------------------


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
        eventually(lambda: lock_owner(home), within_seconds=60)
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

        eventually(is_back, within_seconds=60)
    browser.close()


def test_pictures_are_made_anew_and_cards_are_chosen_by_the_engine(home: Home) -> None:
    """With the real engine: small, without anything else of the file, and by their id alone."""
    shot = Image.new("RGB", (900, 400), (200, 60, 60))
    told = Image.Exif()
    told[0x010E] = "taken at home"
    shot.save(home.inbox / "large.jpg", exif=told)
    with running(home), client_of(home) as client:
        items = scored(client, 7)
        large = next(item for item in items if item["name"] == "large.jpg")
        assert (large["pictures"][0]["width"], large["pictures"][0]["height"]) == (900, 400)
        picture_of_it = client.get(large["pictures"][0]["href_320"])
        assert picture_of_it.status_code == 200, picture_of_it.text
        made = Image.open(io.BytesIO(picture_of_it.content))
        assert max(made.size) == 320
        assert not made.getexif()
        assert b"taken at home" not in picture_of_it.content
        assert picture_of_it.headers["content-type"].startswith("image/")
        assert client.get(f"/api/pictures/{'0' * 64}/whole").status_code == 404
        assert client.get(f"/api/pictures/{large['id']}/99").status_code == 404
        (home.inbox / "large.jpg").write_bytes(picture(99))
        assert client.get(f"/api/pictures/{large['id']}/whole?size=full").status_code == 404
        cards = client.get("/api/queue?count=4&window=w").json()["cards"]
        assert len(cards) == 4
        # typical ones come first while nothing was judged
        assert {card["chosen_by"] for card in cards} & {"typical", "explore", "ask", "best"}
        again = client.get("/api/queue?count=4&window=w").json()["cards"]
        assert [card["id"] for card in again] == [card["id"] for card in cards]
        with client.stream("GET", "/api/events") as stream:
            lines = stream.iter_lines()
            next(lines)
            with client_of(home) as other:
                said = {"answer": "like", "card": cards[0]["card"], "blind": True}
                other.post(f"/api/results/{cards[0]['id']}/feedback", json=said)
            text = ""
            while "event: progress" not in text or not text.endswith("\n\n"):
                text += f"{next(lines)}\n"
        assert '"version":' in text
