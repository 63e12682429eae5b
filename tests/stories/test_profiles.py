"""Folders of several photos, told to a real daemon whose engine is quick."""

import json
import shutil
from pathlib import Path

import pytest

from kit.daemons import PATIENCE_SECONDS, RunningDaemon, observing, read_sidecar, running, tasted
from kit.drawings import drawing, teach_scenes
from kit.giveaways import found_in, needles
from kit.homes import pocket_home, quick_home
from kit.outboxes import documents, picture, temporary_files
from kit.quick_engine import profiles_begun
from kit.readers import files_with
from kit.waiting import eventually
from tasted.faultpoints import VARIABLE
from tasted.files import content_id
from tasted.home import Home
from tasted.inbox.listing import list_inbox
from tasted.inbox.profiles import label_groups
from tasted.outbox.sidecar import Sidecar


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
        told = [part.path.removeprefix(f"{folder}/") for part in found.parts]
        return found if told == list(names) else None

    return eventually(fits, within_seconds=PATIENCE_SECONDS)


def plain(daemon: RunningDaemon) -> dict[str, str]:
    """Return the folders that the status calls no profiles."""
    status = daemon.await_state("idle")
    return {each.folder: each.why for each in status.plain}


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
        eventually(lambda: _bytes_of_text(home, "anna") > 0, within_seconds=60)
        told = daemon.await_state("idle")
        assert "text_without_picture" not in told.ignored
        (home.inbox / "anna" / "bio.txt").write_text("Name: Anna\nHiking, and more", "utf-8")
        size = (home.inbox / "anna" / "bio.txt").stat().st_size
        eventually(lambda: _bytes_of_text(home, "anna") == size, within_seconds=60)

        put(home, "big", *range(20, 33))
        put(home, "anna/more", 40, 41)
        put(home, "bea", 50, 51, 52)
        profile(home, "bea", "50.png", "51.png", "52.png")
        expected = {"anna/more/": "nested", "big/": "too_large"}
        eventually(lambda: plain(daemon) == expected, within_seconds=60)
        assert {"big/", "anna/more/"}.isdisjoint(documents(home))

        # another taste makes it stale, and so do other photos
        begun = len(profiles_begun(home))
        put(home, "liked", 60)
        eventually(lambda: len(profiles_begun(home)) == begun + 2, within_seconds=60)
        (home.inbox / "bea").rename(home.inbox / "maya")
        profile(home, "maya", "50.png", "51.png", "52.png")
        eventually(lambda: document(home, "bea") is None, within_seconds=60)
        (home.inbox / "maya" / "50.png").unlink()
        profile(home, "maya", "51.png", "52.png")
        (home.inbox / "maya" / "51.png").unlink()
        eventually(lambda: document(home, "maya") is None, within_seconds=60)

        # of a folder that is gone everything stays, as of any file; two photos of the other went
        shutil.rmtree(home.inbox / "anna")
        eventually(
            lambda: daemon.await_state("idle").counts["orphaned"] == 2 + 7, within_seconds=60
        )
        assert documents(home)["anna/"].source.path == "anna/"
        begun = len(profiles_begun(home))
        daemon.stop()
    with observing(home) as daemon:
        daemon.await_state("idle")
    assert len(profiles_begun(home)) == begun


def _bytes_of_text(home: Home, folder: str) -> int:
    found = document(home, folder)
    companion = found.source.companion if found is not None else None
    return companion.bytes if companion is not None else 0


@pytest.mark.parametrize(
    ("point", "is_written"), [("worker.answered:3", False), ("worker.kept:4", True)]
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
    teach_scenes(home)
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
        assert "anna/ (3 photos)" in listed

        assert tasted(home, "like", str(anna)).returncode == 0
        eventually(lambda: _judged(home, "liked"), within_seconds=PATIENCE_SECONDS)
        assert set(label_groups(list_inbox(home.inbox).files).values()) == {None, "liked/anna/"}
        assert tasted(home, "undo", str(anna)).returncode == 0
        eventually(lambda: _judged(home, None), within_seconds=PATIENCE_SECONDS)
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
