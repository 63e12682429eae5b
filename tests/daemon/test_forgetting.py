"""When something cannot be erased it is told, and the same order completes it later."""

import os
from collections.abc import Callable
from typing import Any

import pytest

from kit.sidecars import scored, source_of
from tasted.config import Settings
from tasted.daemon.desk import Desk
from tasted.daemon.forget_order import Order, Target
from tasted.daemon.forgetting import Forgetting
from tasted.daemon.supervisor import make_page
from tasted.engine_process import EngineDiedError
from tasted.errors import EngineFailed, LibraryUnusable, ServiceFault
from tasted.files import content_id
from tasted.home import Home
from tasted.outbox.ledger import Ledger
from tasted.outbox.writer import Writer
from tasted.status import LastError, Status, read_status, write_status

CONTENT = f"{1:064x}"
PATH = "liked/a.png"
NOW = "2026-11-23T17:05:00+00:00"


class ForgedEngine:
    """Answers for an engine, and tells whether it ran while the logs were rewritten."""

    def __init__(self, answer: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
        self._answer = answer
        self.stops = 0

    def ask(self, message: dict[str, Any], *, parts: int) -> dict[str, Any]:
        """Answer as it was told to."""
        assert parts > 1
        return self._answer(message)

    def stop(self) -> None:
        """Count how often it had to leave."""
        self.stops += 1


def _nothing(_message: dict[str, Any]) -> dict[str, Any]:
    return {"type": "forgotten", "rows": [], "tastes": []}


def _forgetting(home: Home, answer: Callable[[dict[str, Any]], dict[str, Any]]) -> Forgetting:
    ledger = Ledger(home.outbox)
    desk = Desk(Settings(), ledger, None)
    engine: Any = ForgedEngine(answer)
    page = make_page(home, desk)
    return Forgetting(home, desk, Writer(home.outbox, ledger), engine, page)


def _order(*, keeps: bool = False, is_dry: bool = False) -> Order:
    return Order((Target(paths=(PATH,)),), keeps_pictures=keeps, is_dry=is_dry)


@pytest.fixture
def taught(home: Home) -> Home:
    """A home with one like, its sidecar, and a line in the log."""
    (home.inbox / PATH).write_bytes(b"one")
    writer = Writer(home.outbox, Ledger(home.outbox))
    writer.write(scored(PATH, source=source_of(PATH)))
    home.logs.mkdir(exist_ok=True)
    (home.logs / "tasted.log").write_text(f'{{"event": "learnt", "path": "{PATH}"}}\n', "utf-8")
    return home


def _is_there(home: Home) -> tuple[bool, bool]:
    return (home.inbox / PATH).exists(), (home.outbox / f"{PATH}.json").exists()


def test_a_damaged_library_is_told_of_before_anything_is_erased(taught: Home) -> None:
    """The fault comes through as what it is, with its remedy."""
    fault = {"type": "fault", "code": "library_unusable", "message": "Damaged.", "remedy": "Mend."}
    with pytest.raises(LibraryUnusable, match="Damaged"):
        _forgetting(taught, lambda _message: fault).carry_out(_order())
    assert _is_there(taught) == (True, True)
    assert (taught.logs / "tasted.log").stat().st_size > 0


def test_tastes_are_counted_for_each_target(taught: Home) -> None:
    """Those that a picture of it went into; a damaged one goes with any."""
    (taught.inbox / "other.png").write_bytes(b"two")
    one, other = content_id(b"one"), content_id(b"two")
    tastes = [[other], [one, other], None]
    answer = _forgetting(taught, lambda message: {**_nothing(message), "tastes": tastes}).carry_out(
        Order((Target(paths=(PATH,)), Target(contents=(other,))), keeps_pictures=False, is_dry=True)
    )
    assert [counts["tastes"] for counts in answer["targets"]] == [2, 3]


def test_an_engine_that_dies_leaves_what_the_rest_is_found_by(taught: Home) -> None:
    """Picture and sidecar go after the library, so the same order completes it."""

    def dies(message: dict[str, Any]) -> dict[str, Any]:
        if message["is_dry"]:
            return _nothing(message)
        raise EngineDiedError("the pipe was closed")

    with pytest.raises(EngineFailed, match="while it erased"):
        _forgetting(taught, dies).carry_out(_order())
    assert _is_there(taught) == (True, True)
    answer = _forgetting(taught, _nothing).carry_out(_order())
    assert _is_there(taught) == (False, False)
    assert answer["targets"][0]["label_copies"] == 1
    assert (taught.outbox / "liked").exists() is False
    assert (taught.inbox / "liked").is_dir()


def test_a_defect_is_told_to_the_asker(taught: Home) -> None:
    """What nobody thought of is an answer like any other, and leaves the daemon running."""

    def is_no_answer(_message: dict[str, Any]) -> dict[str, Any]:
        return {"type": "forgotten"}

    with pytest.raises(ServiceFault, match="failed with KeyError"):
        _forgetting(taught, is_no_answer).carry_out(_order())
    assert _is_there(taught) == (True, True)


def test_what_cannot_be_deleted_is_named(taught: Home) -> None:
    """What the system refuses is told with the file's name, and with what to do."""
    (taught.requests / "left.json").mkdir()
    os.utime(taught.requests / "left.json", (0, 0))
    with pytest.raises(ServiceFault, match=r"left\.json cannot be erased: Is a directory"):
        _forgetting(taught, _nothing).carry_out(_order())


def test_the_status_of_a_stopped_daemon_is_cleared(taught: Home) -> None:
    """What names the picture goes, the rest of the snapshot stays."""
    status = Status(
        pid=1,
        state="stopped",
        started_at=NOW,
        heartbeat_at=NOW,
        version="0.1.0",
        model="pocket",
        last_error=LastError("other.png", "empty", f"{PATH} is empty.", ""),
        last_scored=PATH,
        contradictions=(PATH, "liked/b.png"),
        restless=(PATH,),
        liked=3,
    )
    write_status(taught.status_file, status)
    _forgetting(taught, _nothing).carry_out(_order(is_dry=True))
    assert read_status(taught.status_file) == status
    _forgetting(taught, _nothing).carry_out(_order())
    cleared = read_status(taught.status_file)
    assert cleared is not None
    assert (cleared.last_error, cleared.last_scored, cleared.restless) == (None, None, ())
    assert (cleared.contradictions, cleared.liked) == (("liked/b.png",), 3)


def test_a_file_that_took_the_name_meanwhile_is_kept(taught: Home) -> None:
    """Logs and tables take a while: a new picture and a new text stay, one only touched goes."""
    paths = (PATH, "liked/a.txt", "liked/touched.png")
    for path in paths[1:]:
        (taught.inbox / path).write_bytes(b"two")

    def saves_anew(message: dict[str, Any]) -> dict[str, Any]:
        if not message["is_dry"]:
            (taught.inbox / PATH).write_bytes(b"another picture")
            (taught.inbox / "liked/a.txt").write_bytes(b"another text")
            os.utime(taught.inbox / "liked/touched.png", (1, 1))
        return _nothing(message)

    order = Order((Target(paths=(PATH, paths[2])),), keeps_pictures=False, is_dry=False)
    (counts,) = _forgetting(taught, saves_anew).carry_out(order)["targets"]
    assert [(taught.inbox / path).exists() for path in paths] == [True, True, False]
    assert (counts["changed"], counts["label_copies"]) == (2, 1)


def test_a_picture_that_came_after_the_question_is_kept(taught: Home) -> None:
    """Nobody was asked about it, so it is not deleted: an order that keeps leaves it ignored."""
    (taught.inbox / "late.png").write_bytes(b"one")
    _forgetting(taught, _nothing).carry_out(
        Order((Target(paths=(PATH, "late.png")),), keeps_pictures=True, is_dry=False)
    )
    assert (taught.inbox / "late.png").exists()
    assert not (taught.inbox / PATH).exists()
    assert taught.ignored_file.exists()
