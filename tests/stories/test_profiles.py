"""Folders of several photos, told to a real daemon whose engine is quick."""

import shutil
from pathlib import Path

import pytest

from kit.daemons import PATIENCE_SECONDS, RunningDaemon, observing
from kit.homes import quick_home
from kit.outboxes import documents, picture, temporary_files
from kit.quick_engine import profiles_begun
from kit.waiting import eventually
from tasted.faultpoints import VARIABLE
from tasted.home import Home
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


def profile(home: Home, folder: str, *names: str) -> Sidecar:
    """Wait until the document of a profile is of exactly these photos, and return it."""

    def fits() -> Sidecar | None:
        found = documents(home).get(f"{folder}/")
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
        eventually(lambda: documents(home)["anna/"].source.companion is not None, within_seconds=60)
        told = daemon.await_state("idle")
        assert "text_without_picture" not in told.ignored
        (home.inbox / "anna" / "bio.txt").write_text("Name: Anna\nHiking, and more", "utf-8")
        size = (home.inbox / "anna" / "bio.txt").stat().st_size
        eventually(lambda: _bytes_of_text(home, "anna/") == size, within_seconds=60)

        put(home, "big", *range(20, 33))
        put(home, "anna/more", 40, 41)
        put(home, "bea", 50, 51, 52)
        profile(home, "bea", "50.png", "51.png", "52.png")
        eventually(lambda: plain(daemon) == {"anna/more/": "nested", "big/": "too_large"})
        assert {"big/", "anna/more/"}.isdisjoint(documents(home))

        # another taste makes it stale, and so do other photos
        begun = len(profiles_begun(home))
        put(home, "liked", 60)
        eventually(lambda: len(profiles_begun(home)) == begun + 2, within_seconds=60)
        (home.inbox / "bea").rename(home.inbox / "maya")
        profile(home, "maya", "50.png", "51.png", "52.png")
        eventually(lambda: "bea/" not in documents(home), within_seconds=60)
        (home.inbox / "maya" / "50.png").unlink()
        profile(home, "maya", "51.png", "52.png")
        (home.inbox / "maya" / "51.png").unlink()
        eventually(lambda: "maya/" not in documents(home), within_seconds=60)

        # of a folder that is gone everything stays, as of any file
        before = daemon.await_state("idle").counts["orphaned"]
        shutil.rmtree(home.inbox / "anna")
        eventually(
            lambda: daemon.await_state("idle").counts["orphaned"] == before + 7, within_seconds=60
        )
        assert documents(home)["anna/"].source.path == "anna/"
        begun = len(profiles_begun(home))
        daemon.stop()
    with observing(home) as daemon:
        daemon.await_state("idle")
    assert len(profiles_begun(home)) == begun


def _bytes_of_text(home: Home, folder: str) -> int:
    companion = documents(home)[folder].source.companion
    return companion.bytes if companion is not None else 0


@pytest.mark.parametrize(
    ("point", "is_written"), [("worker.answered:3", False), ("worker.kept:4", True)]
)
def test_a_daemon_killed_over_a_profile_leaves_one_that_is_made_once(
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
