"""Results are listed, found and shown, with pictures that are made anew."""

import io

from PIL import Image

from kit.api_clients import client_of, scored
from kit.daemons import RunningDaemon, running
from kit.outboxes import picture
from tasted.home.layout import Home


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
