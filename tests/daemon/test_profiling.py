"""What becomes of a profile when its engine ends, answers nothing, or a photo changes meanwhile."""

from pathlib import Path
from typing import Any

import pytest

from kit.outboxes import picture
from kit.sidecars import profile, scored, source_of
from tasted import frames
from tasted.config import Settings
from tasted.daemon.desk import Desk
from tasted.daemon.profiling import Profiling
from tasted.engine_process import EngineDiedError
from tasted.home import Home
from tasted.inbox.listing import list_inbox
from tasted.inbox.profiles import folders_of
from tasted.inbox.reconcile import Reason, Task
from tasted.outbox.ledger import Ledger
from tasted.outbox.writer import Writer
from tasted.records import Part


class Scene:
    """A profile of two photos, and an engine that answers as it is told."""

    def __init__(self, home: Home) -> None:
        self.home = home
        (home.inbox / "anna").mkdir()
        for number in (1, 2):
            (home.inbox / "anna" / f"{number}.png").write_bytes(picture(number))
        ledger = Ledger(home.outbox)
        self.writer = Writer(home.outbox, ledger)
        self.desk = Desk(Settings(), ledger, None)
        self.desk.forced.add("anna/")
        self.answers: list[frames.Message | EngineDiedError] = []
        self.asked: list[frames.Message] = []
        self.is_stopping = False
        self.profiling = Profiling(
            home,
            self.desk,
            self.writer,
            ask=self._ask,
            is_stopping=lambda: self.is_stopping,
            version="0.1.0",
        )

    def _ask(self, message: frames.Message, *, parts: int) -> frames.Message:
        assert parts == 3
        self.asked.append(message)
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


def answer() -> frames.Message:
    """Return the answer with a document."""
    return {"document": profile("anna/", "anna/1.png", "anna/2.png").model_dump(mode="json")}


def test_the_engine_is_told_what_the_photos_sidecars_say(scene: Scene) -> None:
    """Each photo with its content, so that it need not be read; the document is kept.

    It stands back when nobody waits for the profile.
    """
    scene.writer.write(scored("anna/1.png", 0.7, physical=0.6, source=source_of("anna/1.png")))
    scene.answers = [answer(), answer()]
    scene.profiling.do([scene.task(attempts=2)])
    (message,) = scene.asked
    scene.profiling.do([scene.task()], is_bulk=True)
    assert [each["is_bulk"] for each in scene.asked] == [False, True]
    assert (message["type"], message["path"], message["attempts"]) == ("profile", "anna/", 2)
    assert [part["confidence"] for part in message["parts"]] == [0.7, None]
    assert [part["physical"] for part in message["parts"]] == [0.6, None]
    assert [item["known"][0] for item in message["items"]] == [f"{n:064x}" for n in range(2)]
    assert scene.desk.ledger.entries["anna/"].status == "scored"
    assert scene.desk.forced == set()
    assert scene.desk.last_scored == "anna/"


def test_a_profile_that_ends_the_engine_twice_gets_the_blame(scene: Scene) -> None:
    """Its document is an error that is tried again; its photos keep their scores."""
    scene.answers = [EngineDiedError("killed"), EngineDiedError("killed")]
    scene.profiling.do([scene.task()])
    assert not scene.desk.ledger.entries
    scene.profiling.do([scene.task()])
    entry = scene.desk.ledger.entries["anna/"]
    assert (entry.status, entry.attempts, entry.is_profile) == ("error", 1, True)
    assert entry.retry_at is not None
    assert entry.parts == scene.task().parts
    assert scene.desk.last_error is not None
    assert scene.desk.last_error.path == "anna/"
    scene.answers = [EngineDiedError("killed"), answer(), EngineDiedError("killed")]
    for _ in range(3):
        scene.profiling.do([scene.task()])
    assert scene.desk.ledger.entries["anna/"].status == "scored"


def test_an_engine_that_is_ended_with_the_daemon_proves_nothing(scene: Scene) -> None:
    """Nobody is blamed, and nothing more is asked."""
    scene.is_stopping = True
    scene.profiling.do([scene.task(), scene.task()])
    assert (scene.asked, scene.desk.ledger.entries) == ([], {})


@pytest.mark.parametrize("what", ["change", "go"])
def test_nothing_is_kept_of_a_photo_that_changed_meanwhile(scene: Scene, what: str) -> None:
    """The next look finds what to do; and an engine that knows no answer is asked again then."""
    task = scene.task()
    photo: Path = scene.home.inbox / "anna" / "2.png"
    if what == "change":
        photo.write_bytes(picture(3) + b"longer")
    else:
        photo.unlink()
    scene.answers = [answer(), {"document": None}]
    scene.profiling.do([task, task])
    assert not scene.desk.ledger.entries
    assert scene.desk.await_wake(0)[0]
