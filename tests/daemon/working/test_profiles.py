"""What becomes of a profile when its engine ends, answers nothing, or a photo changes meanwhile."""

from pathlib import Path
from typing import Any

import pytest

from kit.outboxes import picture
from kit.sidecars import profile, scored, source_of
from tasted.config import Settings
from tasted.daemon.shared.shared_state import SharedState
from tasted.daemon.working.profiles import ProfileWorker
from tasted.home.layout import Home
from tasted.inbox.listing import list_inbox
from tasted.inbox.profiles import NotAProfile, details_in_sidecars, folders_of
from tasted.inbox.reconcile import Reason, Task
from tasted.inbox.unlike_photos import UnlikePhotos
from tasted.outbox.ledger import Ledger
from tasted.outbox.sidecar_writer import Writer
from tasted.records import Part
from tasted.rpc.client import EngineDiedError
from tasted.rpc.messages import ProfileScored, ScoreProfile


class Scene:
    """A profile of two photos, and an engine that answers as the test says."""

    def __init__(self, home: Home) -> None:
        self.home = home
        (home.inbox / "anna").mkdir()
        for number in (1, 2):
            (home.inbox / "anna" / f"{number}.png").write_bytes(picture(number))
        ledger = Ledger(home.outbox)
        self.writer = Writer(home.outbox, ledger)
        self.shared = SharedState(Settings(), ledger, None)
        self.shared.forced.add({"anna/"})
        self.answers: list[ProfileScored | EngineDiedError] = []
        self.asked: list[ScoreProfile] = []
        self.is_stopping = False
        ask: Any = self._ask
        self.profiling = ProfileWorker(
            home,
            self.shared,
            self.writer,
            UnlikePhotos(home.unlike_file, check=home.check),
            ask=ask,
            is_stopping=lambda: self.is_stopping,
            version="0.1.0",
        )

    def _ask(self, request: ScoreProfile, *, deadlines: int) -> ProfileScored:
        assert deadlines == 3
        self.asked.append(request)
        answer = self.answers.pop(0)
        if isinstance(answer, EngineDiedError):
            raise answer
        return answer

    def task(self, **fields: Any) -> Task:
        """Return the task of the profile as it lies there."""
        found = folders_of(list_inbox(self.home.inbox).files).profiles["anna/"]
        parts = tuple(Part(photo.path, f"{n:064x}", None) for n, photo in enumerate(found.photos))
        return Task(found.file, Reason.PROFILE, photos=found.photos, parts=parts, **fields)


@pytest.fixture
def scene(home: Home) -> Scene:
    """Nothing was asked yet."""
    return Scene(home)


def answer() -> ProfileScored:
    """Return the answer with a document."""
    return ProfileScored(profile("anna/", "anna/1.png", "anna/2.png"))


def test_the_engine_is_told_what_the_photos_sidecars_say(scene: Scene) -> None:
    """Each photo with its content, so that it need not be read; the document is kept.

    It stands back when nobody waits for the profile.
    """
    scene.writer.write(scored("anna/1.png", 0.7, physical=0.6, source=source_of("anna/1.png")))
    scene.answers = [answer(), answer()]
    scene.profiling.score([scene.task(attempts=2)])
    (request,) = scene.asked
    scene.profiling.score([scene.task()], is_bulk=True)
    assert [asked.is_bulk for asked in scene.asked] == [False, True]
    assert (request.path, request.attempts) == ("anna/", 2)
    assert [part.confidence for part in request.parts] == [0.7, None]
    assert [part.physical for part in request.parts] == [0.6, None]
    known = [photo.known and photo.known.content_id for photo in request.photos]
    assert known == [f"{n:064x}" for n in range(2)]
    assert scene.shared.ledger.entries["anna/"].status == "scored"
    assert not scene.shared.forced.paths
    assert scene.shared.last_scored == "anna/"


def test_photos_that_are_unlike_are_no_profile_from_the_next_look_on(scene: Scene) -> None:
    """The answer is on disk for whoever looks; no document tells of the folder."""
    task = scene.task()
    for part in task.parts:
        assert part.content_id is not None
        number = int(part.content_id, 16)
        scene.writer.write(scored(part.path, source=source_of(part.path, number)))
    scene.answers = [ProfileScored(is_unlike=True)]
    scene.profiling.score([task])
    entries = scene.shared.ledger.entries
    assert "anna/" not in entries
    assert not scene.shared.forced.paths
    found = folders_of(
        list_inbox(scene.home.inbox).files,
        details_of=details_in_sidecars(entries),
        unlike=UnlikePhotos(scene.home.unlike_file).current,
    )
    assert (dict(found.profiles), dict(found.plain)) == ({}, {"anna/": NotAProfile.LOOKS})


def test_a_profile_that_ends_the_engine_twice_has_an_error(scene: Scene) -> None:
    """Its document is an error that is tried again; its photos keep their scores."""
    scene.answers = [EngineDiedError("killed"), EngineDiedError("killed")]
    scene.profiling.score([scene.task()])
    assert not scene.shared.ledger.entries
    scene.profiling.score([scene.task()])
    entry = scene.shared.ledger.entries["anna/"]
    assert (entry.status, entry.attempts, entry.is_profile) == ("error", 1, True)
    assert entry.retry_at is not None
    assert entry.parts == scene.task().parts
    assert scene.shared.last_error is not None
    assert scene.shared.last_error.path == "anna/"
    assert scene.shared.last_error.code == "engine_died"
    scene.answers = [EngineDiedError("killed"), answer(), EngineDiedError("killed")]
    for _ in range(3):
        scene.profiling.score([scene.task()])
    assert scene.shared.ledger.entries["anna/"].status == "scored"


def test_an_engine_that_is_ended_with_the_daemon_proves_nothing(scene: Scene) -> None:
    """Nobody is at fault, and nothing more is asked."""
    scene.is_stopping = True
    scene.profiling.score([scene.task(), scene.task()])
    assert (scene.asked, scene.shared.ledger.entries) == ([], {})


@pytest.mark.parametrize("what", ["change", "go"])
def test_nothing_is_kept_of_a_photo_that_changed_meanwhile(scene: Scene, what: str) -> None:
    """The next look finds what to do; and an engine that knows no answer is asked again then."""
    task = scene.task()
    photo: Path = scene.home.inbox / "anna" / "2.png"
    if what == "change":
        photo.write_bytes(picture(3) + b"longer")
    else:
        photo.unlink()
    scene.answers = [answer(), ProfileScored()]
    scene.profiling.score([task, task])
    assert not scene.shared.ledger.entries
    assert scene.shared.wakeups.pause_scanner(0)[0]
