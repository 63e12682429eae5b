"""Folders of several photos, told to a real daemon whose engine is quick."""

import json
import shutil
from pathlib import Path

import pytest

from kit.daemons import RunningDaemon, json_lines, observing, read_sidecar, running, tasted
from kit.drawings import drawing, label_scenes
from kit.giveaways import found_in, needles
from kit.homes import pocket_home, quick_home
from kit.outboxes import documents, picture, temporary_files
from kit.quick_engine import profiles_begun
from kit.readers import files_with
from kit.waiting import PATIENCE_SECONDS, eventually
from tasted.home.layout import Home
from tasted.home.status import read_current
from tasted.inbox.listing import list_inbox
from tasted.inbox.profiles import label_groups
from tasted.inbox.unlike_photos import UnlikePhotos
from tasted.outbox.sidecar import Sidecar
from tasted.system.faultpoints import VARIABLE
from tasted.system.files import content_id


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A home that settles soon."""
    return quick_home(tmp_path / "home")


def put(home: Home, folder: str, *numbers: int) -> None:
    """Put pictures into a folder of the inbox."""
    (home.inbox / folder).mkdir(parents=True, exist_ok=True)
    for number in numbers:
        (home.inbox / folder / f"{number}.png").write_bytes(picture(number))


def document(home: Home, folder: str) -> Sidecar | None:
    """Return the document of a profile as it is just now."""
    return read_sidecar(home, f"{folder}/")


def profile(home: Home, folder: str, *names: str) -> Sidecar:
    """Wait until the document of a profile is of exactly these photos, and return it."""

    def fits() -> Sidecar | None:
        found = document(home, folder)
        if found is None:
            return None
        names_of_parts = [part.path.removeprefix(f"{folder}/") for part in found.parts]
        return found if names_of_parts == list(names) else None

    return eventually(fits)


def plain(daemon: RunningDaemon) -> dict[str, str]:
    """Return the folders that the status calls no profiles."""
    status = daemon.await_state("idle")
    return {plain_folder.folder: plain_folder.why for plain_folder in status.plain}


def test_a_folder_of_photos_has_a_document_as_long_as_it_is_a_profile(home: Home) -> None:
    """It follows photos and text, whatever their names; larger and nested folders are plain."""
    with observing(home) as daemon:
        put(home, "anna", 1, 2)
        first = profile(home, "anna", "1.png", "2.png")
        found = documents(home)
        assert (first.kind, first.source.path) == ("profile", "anna/")
        assert [part.sha256 for part in first.parts] == [
            found[f"anna/{number}.png"].source.sha256 for number in (1, 2)
        ]
        assert (home.outbox / "anna" / "profile.json").is_file()

        # a picture of this very name, and one that cannot be read
        (home.inbox / "anna" / "profile").write_bytes(picture(3))
        (home.inbox / "anna" / "0.png").write_bytes(b"")
        more = profile(home, "anna", "0.png", "1.png", "2.png", "profile")
        assert [part.sha256 is None for part in more.parts] == [True, False, False, False]
        daemon.await_state("idle")
        assert documents(home)["anna/profile"].source.path == "anna/profile"

        (home.inbox / "anna" / "bio.txt").write_text("Name: Anna\nHiking", "utf-8")
        eventually(lambda: _bytes_of_text(home, "anna") > 0)
        status = daemon.await_state("idle")
        assert "text_without_picture" not in status.ignored
        (home.inbox / "anna" / "bio.txt").write_text("Name: Anna\nHiking, and more", "utf-8")
        size = (home.inbox / "anna" / "bio.txt").stat().st_size
        eventually(lambda: _bytes_of_text(home, "anna") == size)

        put(home, "big", *range(20, 33))
        put(home, "anna/more", 40, 41)
        put(home, "bea", 50, 51, 52)
        profile(home, "bea", "50.png", "51.png", "52.png")
        expected = {"anna/more/": "nested", "big/": "too_large"}
        eventually(lambda: plain(daemon) == expected)
        assert {"big/", "anna/more/"}.isdisjoint(documents(home))

        # another taste makes it stale, and so do other photos
        begun = len(profiles_begun(home))
        put(home, "liked", 60)
        eventually(lambda: len(profiles_begun(home)) == begun + 2)
        (home.inbox / "bea").rename(home.inbox / "maya")
        profile(home, "maya", "50.png", "51.png", "52.png")
        eventually(lambda: document(home, "bea") is None)
        (home.inbox / "maya" / "50.png").unlink()
        profile(home, "maya", "51.png", "52.png")
        (home.inbox / "maya" / "51.png").unlink()
        eventually(lambda: document(home, "maya") is None)

        # of a folder that is gone everything is kept for a while; two photos of the other went
        shutil.rmtree(home.inbox / "anna")
        eventually(lambda: daemon.await_state("idle").counts["gone"] == 2 + 6)
        assert documents(home)["anna/"].gone_since is not None
        begun = len(profiles_begun(home))
        daemon.stop()
    with observing(home) as daemon:
        daemon.await_state("idle")
    assert len(profiles_begun(home)) == begun


def test_row_54_conflict_copies_count_once(home: Home) -> None:
    """Thirteen files of twelve contents are a profile; its document stands while a copy comes."""
    put(home, "anna", *range(12))
    put(home, "bea", 20, 21)
    with observing(home) as daemon:
        names = sorted(f"{number}.png" for number in range(12))
        first = profile(home, "anna", *names)
        profile(home, "bea", "20.png", "21.png")
        daemon.await_state("idle")
        begun = len(profiles_begun(home))
        conflicts = {
            "anna/3.sync-conflict-20260102-101112-ABCDEFG.png": "anna/3.png",
            "bea/20 (Bea's conflicted copy 2026-01-02).png": "bea/20.png",
        }
        for copy, original in conflicts.items():
            shutil.copy2(home.inbox / original, home.inbox / copy)
        eventually(lambda: conflicts.keys() <= documents(home).keys())
        assert plain(daemon) == {}
        assert documents(home)["anna/"] == first
        assert len(profiles_begun(home)) == begun
        # the copies have their sidecars, and the list tells of two profiles
        assert len(tasted(home, "results").stdout.splitlines()) == 2
        daemon.stop()
    with observing(home) as daemon:
        assert plain(daemon) == {}
        daemon.stop()
    assert documents(home)["anna/"] == first
    assert len(profiles_begun(home)) == begun


def _bytes_of_text(home: Home, folder: str) -> int:
    found = document(home, folder)
    companion = found.source.companion if found is not None else None
    return companion.bytes if companion is not None else 0


@pytest.mark.parametrize(
    ("point", "is_written"), [("worker.answered:4", False), ("worker.kept:4", True)]
)
def test_row_02_a_daemon_killed_over_a_profile_makes_it_once(
    home: Home, point: str, *, is_written: bool
) -> None:
    """Whole or absent; the next daemon does what is missing and nothing twice."""
    put(home, "anna", 1, 2)
    put(home, "liked", 3)
    with observing(home, environment={VARIABLE: point}) as daemon:
        daemon.process.wait(PATIENCE_SECONDS)
    found = documents(home)
    assert ("anna/" in found) == is_written
    assert {"anna/1.png", "anna/2.png"} <= found.keys()
    with observing(home) as daemon:
        profile(home, "anna", "1.png", "2.png")
        daemon.await_state("idle")
    assert temporary_files(home) == []
    assert len(documents(home)) == 4
    assert len(profiles_begun(home)) == (1 if is_written else 2)


BIO = "wild secret of the northern hills"


def _judged(home: Home, judgement: str | None) -> bool:
    found = document(home, "anna")
    return found is not None and found.judgement == judgement


def test_a_profile_is_scored_liked_and_forgotten(tmp_path: Path) -> None:
    """The real engine scores all photos together; what they taught is one; nothing is left."""
    home = pocket_home(tmp_path / "home")
    label_scenes(home)
    anna = home.inbox / "anna"
    anna.mkdir()
    for number in (1, 2, 3):
        (anna / f"{number}.png").write_bytes(drawing("mountain", seed=30 + number))
    (anna / "bio.txt").write_text(f"Name: Anna\n{BIO}", "utf-8")
    with running(home) as daemon:
        scored = profile(home, "anna", "1.png", "2.png", "3.png")
        assert scored.status == "scored"
        assert scored.summary
        assert scored.neighbours is not None
        assert scored.neighbours.liked
        assert scored.model is not None
        assert scored.extracted_data is not None
        assert (scored.extracted_data.name, scored.extracted_data.bio) == ("Anna", BIO)
        assert scored.extracted_data.images_found == 3
        alone = [documents(home)[part.path].confidence_score for part in scored.parts]
        assert [part.confidence for part in scored.parts] == alone
        listed = tasted(home, "results").stdout
        assert listed.count("anna/") == 1
        assert listed.startswith("Anna ")
        assert "anna/ (3 photos)" in listed

        asked = tasted(home, "score", str(anna)).stdout
        assert f"{anna} (3 photos): {scored.summary}\n" in asked
        assert tasted(home, "like", str(anna)).returncode == 0
        eventually(lambda: _judged(home, "liked"))
        assert set(label_groups(dict.fromkeys(list_inbox(home.inbox).files)).values()) == {
            None,
            "liked/anna/",
        }
        assert tasted(home, "undo", str(anna)).returncode == 0
        eventually(lambda: _judged(home, None))
        daemon.await_state("idle")
        again = tasted(home, "rescore", "--json")
        assert json.loads(again.stdout)["rescored"] == 4
        daemon.await_state("idle")
        newer = documents(home)["anna/"]
        assert newer.scored_at > scored.scored_at
        assert newer.confidence_score == scored.confidence_score

        content = content_id((anna / "1.png").read_bytes())
        wanted = needles(home, content, ["anna/1.png"])
        wanted = {name: wanted[name] for name in ("id", "vector", "hash of anna/1.png")}
        assert "id" in found_in(home.outbox, wanted)
        done = tasted(home, "forget", "--delete-picture", str(anna / "1.png"))
        assert done.returncode == 0, done.stderr
        assert found_in(home.root, wanted) == set()
        profile(home, "anna", "2.png", "3.png")
        done = tasted(home, "forget", "--delete-picture", str(anna))
        assert done.returncode == 0, done.stderr
        assert not files_with(home.root, BIO)
        assert not anna.exists()
        assert not (home.outbox / "anna").exists()


PEOPLE = ("Maya", "Zoe", "Lena", "Ida")


def test_screenshots_of_several_people_are_several_results_and_labels(tmp_path: Path) -> None:
    """Each has a result of its own, `status` says why, and so it is for what they teach."""
    home = pocket_home(tmp_path / "home")
    label_scenes(home)
    shots = home.inbox / "Screenshots"
    shots.mkdir()
    for number, name in enumerate(PEOPLE):
        (shots / f"{number}.png").write_bytes(drawing("mountain", seed=70 + number))
        (shots / f"{number}.txt").write_text(f"Name: {name}\nAge: {25 + number}\nHi", "utf-8")
    paths = {f"Screenshots/{number}.png" for number in range(4)}
    with running(home) as daemon:
        for path in paths:
            daemon.sidecar(path, status="scored")
        eventually(lambda: plain(daemon) == {"Screenshots/": "names"})
        assert "Screenshots/" not in documents(home)
        results = json_lines(tasted(home, "results", "--json").stdout)
        assert {result["source"]["path"] for result in results} == paths
        assert "names several people" in tasted(home, "status").stdout

        liked = tasted(home, "like", str(shots))
        assert (
            "Screenshots names several people, so each picture is labelled separately."
            in liked.stderr
        )
        assert liked.stdout.count("Liked ") == 4
        assert tasted(home, "undo", str(shots)).returncode == 0
        # dragged there as a folder
        shutil.copytree(shots, home.inbox / "liked" / "Screenshots")
        for text in (home.inbox / "liked" / "Screenshots").glob("*.txt"):
            text.unlink()
        labels = {f"liked/{path}" for path in paths}

        def known() -> bool:
            found = documents(home)
            return all(path in found and found[path].extracted_data is not None for path in labels)

        eventually(known)
        eventually(lambda: plain(daemon).get("liked/Screenshots/") == "names")
        (home.inbox / "liked" / "Screenshots" / "bio.txt").write_text("all of one", "utf-8")
        eventually(lambda: "liked/Screenshots/" not in plain(daemon))

        (shots / ".not-a-profile").touch()
        eventually(lambda: plain(daemon)["Screenshots/"] == "marked")


BIOS = ("Long walks before breakfast", "Chess; bring your own clock", "I paint, you cook?")


def test_photos_that_share_no_likeness_beside_different_texts_count_each(tmp_path: Path) -> None:
    """No name tells them apart, so the engine does, once: for the inbox, and for a label folder."""
    home = quick_home(tmp_path / "home")
    label_scenes(home)
    for place in ("beach", "city", "forest", "library"):
        for number in range(4):
            (home.inbox / f"{place}-{number}.png").write_bytes(drawing(place, seed=80 + number))
    friends, walks = home.inbox / "Friends", home.inbox / "walks"
    with running(home) as daemon:
        eventually(lambda: len(documents(home)) == 28)
        friends.mkdir()
        walks.mkdir()
        for number, place in enumerate(("mountain", "gym", "beach")):
            (friends / f"{number}.png").write_bytes(drawing(place, seed=90))
            (friends / f"{number}.txt").write_text(BIOS[number], "utf-8")
            # as different texts, and photos that are alike
            (walks / f"{number}.png").write_bytes(drawing("mountain", seed=60 + number))
            (walks / f"{number}.txt").write_text(BIOS[number], "utf-8")
        profile(home, "walks", "0.png", "1.png", "2.png")
        eventually(lambda: plain(daemon) == {"Friends/": "looks"})
        assert "Friends/" not in documents(home)
        results = json_lines(tasted(home, "results", "--json").stdout)
        paths = {result["source"]["path"] for result in results}
        assert {f"Friends/{number}.png" for number in range(3)} | {"walks/"} <= paths
        assert "do not look alike" in tasted(home, "status").stdout
        liked = tasted(home, "like", str(friends))
        assert "Friends has photos that do not look alike and texts that differ" in liked.stderr
        assert liked.stdout.count("Liked ") == 3
        assert tasted(home, "undo", str(friends)).returncode == 0

        # dragged there as a folder, without the texts; known from where it was scored
        shutil.copytree(friends, home.inbox / "liked" / "Friends")
        for text in (home.inbox / "liked" / "Friends").glob("*.txt"):
            text.unlink()
        both = {"Friends/": "looks", "liked/Friends/": "looks"}
        eventually(lambda: plain(daemon) == both)
        eventually(lambda: _liked(home) == 6 + 3)
        daemon.stop()
    # what was found is kept, and a text of the folder has the last word
    (friends / "bio.txt").write_text("all of one", "utf-8")
    with running(home) as daemon:
        profile(home, "Friends", "0.png", "1.png", "2.png")
        assert plain(daemon) == {"liked/Friends/": "looks"}
        (friends / "bio.txt").unlink()
        eventually(lambda: plain(daemon) == both)
        eventually(lambda: "Friends/" not in documents(home))
        assert len(UnlikePhotos(home.unlike_file).current) == 2
        forgotten = tasted(home, "forget", "--delete-picture", str(friends / "0.png"))
        assert forgotten.returncode == 0, forgotten.stderr
        assert UnlikePhotos(home.unlike_file).current == frozenset()


def _liked(home: Home) -> int:
    current = read_current(home.current_file)
    return current.liked if current is not None else 0
