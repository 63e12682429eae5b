"""Versions of a taste, as a person meets them: listed, held, gone back from, compared, forgotten.

Pipeline, library and processes are the real ones; where an engine is killed the model is one that
loads in no time.
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from kit.daemons import RunningDaemon, json_lines, observing, read_sidecar, running, tasted
from kit.drawings import drawing, label_scenes
from kit.homes import quick_home
from kit.quick_engine import scores_begun
from kit.waiting import PATIENCE_SECONDS, eventually
from tasted.feedback.events import EventKind, FeedbackEvent, Via
from tasted.feedback.reading import read_events
from tasted.home.layout import Home
from tasted.home.status import Status, read_current
from tasted.home.taste_versions import ERASED, read_choice, read_version_rows
from tasted.inbox.change_label import set_label
from tasted.records import Label

ANSWERS = 200


def versions(home: Home, *words: str) -> dict[str, Any]:
    """Run `tasted versions`, and return its answer."""
    done = tasted(home, "versions", *words, "--json")
    assert done.returncode == 0, done.stderr
    (answer,) = json_lines(done.stdout)
    return answer


def scenes(home: Home) -> None:
    """Twelve labels, and four pictures to score."""
    label_scenes(home)
    for number in range(4):
        name = "forest" if number % 2 else "city"
        (home.inbox / f"{number}.png").write_bytes(drawing(name, seed=50 + number))


def taste_of(home: Home, path: str) -> str | None:
    """Return the version that a sidecar names."""
    sidecar = read_sidecar(home, path)
    return sidecar.model.taste if sidecar is not None and sidecar.model is not None else None


def choices(home: Home) -> list[FeedbackEvent]:
    """Return what the log holds of chosen versions."""
    kinds = {EventKind.ACTIVATE, EventKind.HOLD, EventKind.FOLLOW}
    return [event for event in read_events(home.feedback) if event.kind in kinds]


def settled(daemon: RunningDaemon, is_so: Callable[[Status], bool]) -> Status:
    """Wait until an idle daemon says so."""

    def seen() -> Status | None:
        status = daemon.status()
        return status if status is not None and status.state == "idle" and is_so(status) else None

    return eventually(seen)


def test_a_held_version_is_told_everywhere_until_it_is_let_go(home: Home) -> None:
    """New answers are learnt and not used; sidecars are written once for it, and then rest."""
    scenes(home)
    with running(home) as daemon:
        daemon.sidecar("3.png", status="scored")
        settled(daemon, lambda status: status.liked > 0)
        listed = versions(home)
        newest = str(listed["in_force"])
        assert [row["name"] for row in listed["versions"]][-1] == "v1"
        assert listed["versions"][-1]["recipe"]["method"] == "seed"
        held = versions(home, "use", newest, "--hold")
        assert (held["in_force"], held["is_held"], held["before"]) == (newest, True, newest)
        settled(daemon, lambda status: status.held is not None)
        first = eventually(lambda: _noted(home, "3.png"))
        assert tasted(home, "like", str(home.inbox / "0.png")).returncode == 0
        status = settled(daemon, lambda status: "1 newer" in (status.held or ""))
        words = f"{newest} is held. 1 newer answer is kept and not used."
        assert status.held == words
        assert words in tasted(home, "status").stdout
        assert words in tasted(home, "versions").stderr
        page = (home.outbox / "results.html").read_text("utf-8")
        assert f"{newest} is held" in page
        assert "1 newer answer is kept and not used" in page
        last = read_sidecar(home, "3.png")
        assert last is not None
        assert last.scored_at == first, "a new answer makes no sidecar stale"
        assert read_sidecar(home, "liked/0.png") is not None, "it is learnt all the same"
        let_go = versions(home, "follow")
        assert let_go["was_held"]
        settled(daemon, lambda status: status.held is None)
        now = str(versions(home)["in_force"])
        assert now != newest
        eventually(lambda: taste_of(home, "3.png") == now)
        assert versions(home, "back")["in_force"] == newest
        kept = [(event.kind, event.note, event.via) for event in choices(home)]
        assert kept == [
            (EventKind.HOLD, newest, Via.CLI),
            (EventKind.FOLLOW, now, Via.CLI),
            (EventKind.HOLD, newest, Via.CLI),
        ]


def _noted(home: Home, path: str) -> Any:
    """Return when a sidecar was scored that says that its version is held."""
    sidecar = read_sidecar(home, path)
    if sidecar is None or not any("is held" in note for note in sidecar.notes):
        return None
    return sidecar.scored_at


def test_without_a_daemon_the_commands_do_the_same(home: Home) -> None:
    """The next daemon scores by what was chosen; a wrong name is refused in words."""
    scenes(home)
    assert tasted(home, "run", "--once").returncode == 0
    before = taste_of(home, "1.png")
    chosen = versions(home, "use", "v1")
    assert (chosen["in_force"], chosen["scorer"], chosen["before"]) == ("v1", "seed", before)
    compared = versions(home, "compare", "v1", str(before))
    assert compared["compared"] == 4
    assert compared["a"]["answers"] == compared["b"]["answers"] == 12
    assert tasted(home, "run", "--once").returncode == 0
    assert taste_of(home, "1.png") == "v1"
    refused = tasted(home, "versions", "use", "v99")
    assert refused.returncode == 1
    assert "There is no version v99." in refused.stderr
    assert "Traceback" not in refused.stderr
    assert tasted(home, "versions", "use", "../v1").returncode == 2
    assert versions(home, "back")["in_force"] == before
    assert [event.note for event in choices(home)] == ["v1", before]


def test_a_forgotten_picture_goes_from_all_versions(home: Home) -> None:
    """The rows stay, and a held version that was taught by it is refused; the newest decides."""
    scenes(home)
    with running(home) as daemon:
        daemon.sidecar("3.png", status="scored")
        settled(daemon, lambda status: status.liked > 0)
        held = str(versions(home)["in_force"])
        versions(home, "use", held, "--hold")
        labelled = min((home.inbox / "liked").glob("*.png"))
        done = tasted(home, "forget", str(labelled), "--delete-picture")
        assert done.returncode == 0, done.stderr
        status = settled(daemon, lambda status: status.set_aside is not None)
        assert "A picture in it was forgotten." in (status.set_aside or "")
        rows = {row.name: row for row in read_version_rows(home.tastes)}
        assert rows[held].kept == ERASED
        listed = versions(home)
        assert listed["in_force"] != held
        assert tasted(home, "versions", "use", held, "--hold").returncode == 1
        assert versions(home, "follow")["held"] is None
        settled(daemon, lambda status: status.set_aside is None)


@pytest.mark.parametrize(
    "steps",
    [
        ("learning.keeping", "learning.kept"),
        ("learning.described", "learning.published", "learning.in_force"),
    ],
)
def test_row_60_an_engine_killed_while_a_version_is_kept_leaves_one_taste(
    tmp_path: Path, steps: tuple[str, ...]
) -> None:
    """Each engine dies in another step; rows, files and what decides agree in the end."""
    home = quick_home(tmp_path / "home")
    scenes(home)
    places = tmp_path / "places"
    places.write_text("\n".join(steps), "ascii")
    with observing(home, "real", "--engine", "armed", f"--engine-option={places}") as daemon:
        eventually(lambda: not places.read_text("ascii"))
        settled(daemon, lambda status: status.liked == 6)
        _agrees(home)
        eventually(
            lambda: (
                {taste_of(home, f"{number}.png") for number in range(4)}
                == {versions(home)["in_force"]}
            )
        )


@pytest.mark.parametrize("place", ["learning.chosen", "learning.published:3"])
def test_row_60_an_engine_killed_while_a_version_is_chosen_publishes_it_later(
    tmp_path: Path, place: str
) -> None:
    """The choice is kept before it is published; the command may be told to try again."""
    home = quick_home(tmp_path / "home")
    scenes(home)
    places = tmp_path / "places"
    places.write_text(place, "ascii")
    with observing(home, "real", "--engine", "armed", f"--engine-option={places}") as daemon:
        daemon.sidecar("3.png", status="scored")
        settled(daemon, lambda status: status.liked == 6)
        number = next(row.name for row in read_version_rows(home.tastes) if row.is_in_force)
        tasted(home, "versions", "use", number, "--hold")
        choice = read_choice(home.tastes)
        assert choice is not None
        settled(daemon, lambda status: status.held is not None)
        _agrees(home)
        eventually(lambda: _noted(home, "3.png"))
    words = f"killed at fault point {place.partition(':')[0]}"
    assert words in (home.logs / "tasted.log").read_text("utf-8")


def test_row_60_a_choice_that_no_engine_published_acts_at_the_next_start(home: Home) -> None:
    """The daemon was killed with its engine, in between."""
    scenes(home)
    assert tasted(home, "run", "--once").returncode == 0
    versions(home, "use", str(versions(home)["in_force"]), "--hold")
    (home.tastes / "chosen.json").unlink()
    with running(home) as daemon:
        settled(daemon, lambda status: status.held is None and status.liked > 0)
        current = read_current(home.current_file)
        assert current is not None
        assert not current.is_held


def _agrees(home: Home) -> None:
    """Check that one version decides, by every file that says which."""
    rows = read_version_rows(home.tastes)
    (deciding,) = [row for row in rows if row.is_in_force]
    current = read_current(home.current_file)
    assert current is not None
    assert current.taste == deciding.name
    whole = {file.stem for file in home.tastes.glob("*.taste")}
    assert whole == {row.name for row in rows if row.kept == "whole" and not row.is_seed}
    assert len({row.number for row in rows}) == len(rows)


def test_versions_are_listed_held_and_compared_over_http(home: Home) -> None:
    """What the commands do, by the API; a version that is not there is 404."""
    scenes(home)
    with running(home) as daemon:
        daemon.sidecar("3.png", status="scored")
        settled(daemon, lambda status: status.liked > 0)
        said = json.loads(tasted(home, "token", "--json").stdout)
        with httpx.Client(
            base_url=f"http://127.0.0.1:{said['port']}",
            headers={"authorization": f"Bearer {said['token']}"},
            timeout=PATIENCE_SECONDS,
        ) as client:
            listed = client.get("/api/versions").json()
            newest = listed["in_force"]
            assert listed["versions"][-1]["version"] == "v1"
            held = client.post(f"/api/versions/{newest}/activate", json={"mode": "hold"})
            assert held.status_code == 200, held.text
            assert held.json()["held"].startswith(f"{newest} is held.")
            assert client.get("/api/status").json()["progress"]["held"] == held.json()["held"]
            compared = client.get("/api/versions/compare", params={"a": "v1", "b": newest}).json()
            assert compared["compared"] == 4
            assert compared["a"]["auc"]["value"] <= 1
            assert (
                client.post("/api/versions/v99/activate", json={"mode": "hold"}).status_code == 404
            )
            let_go = client.post(f"/api/versions/{newest}/activate", json={"mode": "follow"}).json()
            assert (let_go["held"], let_go["was_held"]) == (None, True)


def test_two_hundred_answers_write_each_sidecar_twice_at_most(tmp_path: Path) -> None:
    """However many there are: the first shows at once, the others when nobody answers any more."""
    home = quick_home(tmp_path / "home")
    pictures = [f"{number}.png" for number in range(20)]
    for number, name in enumerate(pictures):
        (home.inbox / name).write_bytes(drawing("forest", seed=1000 + number))
    with observing(home) as daemon:
        for name in pictures:
            daemon.sidecar(name, status="scored")
        daemon.await_state("idle")
        before = len(_scores(home, pictures))
        for number in range(ANSWERS):
            shot = home.root / f"answer-{number}.png"
            shot.write_bytes(drawing("city", seed=2000 + number))
            set_label(home, shot, Label.LIKED if number % 2 else Label.REJECTED)
        eventually(
            lambda: (
                (current := read_current(home.current_file)) is not None
                and current.liked == ANSWERS
            ),
            within_seconds=2 * PATIENCE_SECONDS,
        )
        daemon.await_state("idle")
        scores = _scores(home, pictures)[before:]
    assert {path for path, _content in scores} == set(pictures)
    assert len(scores) <= 2 * len(pictures)


def _scores(home: Home, pictures: list[str]) -> list[tuple[str, str]]:
    return [score for score in scores_begun(home) if score[0] in pictures]
