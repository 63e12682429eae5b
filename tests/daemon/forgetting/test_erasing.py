"""When something cannot be erased it is reported, and the same order completes it later."""

import json
import os
from collections.abc import Callable
from typing import Any

import pytest
from typing_extensions import override

from kit.sidecars import scored, source_of
from tasted.config import Settings
from tasted.daemon.engine_and_page import make_page
from tasted.daemon.forgetting.erasing import Eraser
from tasted.daemon.scanning.gone_files import GoneFiles
from tasted.daemon.shared.feedback import FeedbackRecorder
from tasted.daemon.shared.forget_order import Order, Target
from tasted.daemon.shared.shared_state import SharedState
from tasted.daemon.shared.status_file import StatusFile
from tasted.daemon.shared.trial_board import TrialBoard
from tasted.errors import EngineFailed, LibraryUnusable, OutboxUnwritable, ServiceFault
from tasted.home.layout import Home
from tasted.home.status import LastError, Status, read_status, write_status
from tasted.inbox.find_copies import sweep_copies
from tasted.inbox.listing import list_inbox
from tasted.inbox.profiles import Folders, details_of_entry
from tasted.inbox.unlike_photos import UnlikePhotos
from tasted.outbox.ledger import Ledger
from tasted.outbox.sidecar import source_part
from tasted.outbox.sidecar_writer import Writer
from tasted.rpc.client import EngineDiedError
from tasted.rpc.messages import EraseTraces, TracesErased
from tasted.system.files import content_id, stamp_of

CONTENT = f"{1:064x}"
PATH = "liked/a.png"
NOW = "2026-11-23T17:05:00+00:00"


class ForgedEngine:
    """Answers as an engine, and notes whether it ran while the logs were rewritten."""

    def __init__(self, answer: Callable[[EraseTraces], TracesErased]) -> None:
        self._answer = answer
        self.stops = 0

    def ask(self, request: EraseTraces, *, deadlines: int) -> TracesErased:
        """Answer as the test wants."""
        assert deadlines > 1
        return self._answer(request)

    def stop(self) -> None:
        """Count how often it had to leave."""
        self.stops += 1


def _nothing(_request: EraseTraces) -> TracesErased:
    return TracesErased()


def _forgetting(home: Home, answer: Callable[[EraseTraces], TracesErased]) -> Eraser:
    ledger = Ledger(home.outbox)
    shared = SharedState(Settings(), ledger, None)
    engine: Any = ForgedEngine(answer)
    page = make_page(home, shared)
    writer, feedback = Writer(home.outbox, ledger), FeedbackRecorder(home, shared)
    trials = TrialBoard(home.trials, feedback.log)
    return Eraser(home, shared, writer, engine, page, StatusFile(home), feedback, trials)


def _order(*, keeps: bool = False, is_dry: bool = False) -> Order:
    return Order((Target(paths=(PATH,)),), keeps_pictures=keeps, is_dry=is_dry)


@pytest.fixture
def labelled(home: Home) -> Home:
    """A home with one like, its sidecar, and a line in the log."""
    (home.inbox / PATH).write_bytes(b"one")
    writer = Writer(home.outbox, Ledger(home.outbox))
    writer.write(scored(PATH, source=source_of(PATH)))
    home.logs.mkdir(exist_ok=True)
    (home.logs / "tasted.log").write_text(f'{{"event": "learnt", "path": "{PATH}"}}\n', "utf-8")
    return home


def _is_there(home: Home) -> tuple[bool, bool]:
    return (home.inbox / PATH).exists(), (home.outbox / f"{PATH}.json").exists()


def test_a_damaged_library_is_reported_before_anything_is_erased(labelled: Home) -> None:
    """The fault comes through as what it is, with its remedy."""

    def is_damaged(_request: EraseTraces) -> TracesErased:
        raise LibraryUnusable("Damaged.", remedy="Rebuild it.")

    with pytest.raises(LibraryUnusable, match="Damaged"):
        _forgetting(labelled, is_damaged).carry_out(_order())
    assert _is_there(labelled) == (True, True)
    assert (labelled.logs / "tasted.log").stat().st_size > 0


def test_tastes_are_counted_for_every_target(labelled: Home) -> None:
    """Those that a picture of it went into; a damaged one goes with any."""
    (labelled.inbox / "other.png").write_bytes(b"two")
    one, other = content_id(b"one"), content_id(b"two")
    tastes = (frozenset({other}), frozenset({one, other}), None)
    answer = _forgetting(labelled, lambda _request: TracesErased(tastes=tastes)).carry_out(
        Order((Target(paths=(PATH,)), Target(contents=(other,))), keeps_pictures=False, is_dry=True)
    )
    assert [counts["tastes"] for counts in answer["targets"]] == [2, 3]


def test_an_engine_that_dies_leaves_what_the_rest_is_found_by(labelled: Home) -> None:
    """Picture and sidecar go after the library, so the same order completes it."""

    def dies(request: EraseTraces) -> TracesErased:
        if request.is_dry:
            return _nothing(request)
        raise EngineDiedError("the pipe was closed")

    with pytest.raises(EngineFailed, match="while erasing"):
        _forgetting(labelled, dies).carry_out(_order())
    assert _is_there(labelled) == (True, True)
    answer = _forgetting(labelled, _nothing).carry_out(_order())
    assert _is_there(labelled) == (False, False)
    assert answer["targets"][0]["label_copies"] == 1
    assert (labelled.outbox / "liked").exists() is False
    assert (labelled.inbox / "liked").is_dir()


def test_a_text_that_a_killed_run_had_set_aside_goes_with_its_picture(labelled: Home) -> None:
    """Its name shows whose it is, and a text that is set aside has another name."""
    aside = labelled.inbox / "liked" / "a~aside-0123abcd.txt"
    aside.write_text("Anna, 31", "utf-8")
    (counts,) = _forgetting(labelled, _nothing).carry_out(_order())["targets"]
    assert counts["texts"] == 1
    assert not list((labelled.inbox / "liked").iterdir())


def test_row_47_nobody_labels_while_pictures_are_forgotten(labelled: Home) -> None:
    """What a command copied meanwhile would be found by nobody."""
    is_held: list[bool] = []

    def answer(request: EraseTraces) -> TracesErased:
        is_held.append(not sweep_copies(labelled, wait_seconds=0))
        return _nothing(request)

    _forgetting(labelled, answer).carry_out(_order(is_dry=True))
    _forgetting(labelled, answer).carry_out(_order())
    assert is_held == [False, True, True]
    assert sweep_copies(labelled, wait_seconds=0)


def test_row_47_a_picture_that_is_dragged_over_a_forgotten_name_stays(labelled: Home) -> None:
    """It is another one, and has its name back after it was looked at."""
    picture = labelled.inbox / PATH

    def answer(request: EraseTraces) -> TracesErased:
        if not request.is_dry:
            dragged = labelled.inbox / "dragged.png"
            dragged.write_bytes(b"two")
            dragged.replace(picture)
        return _nothing(request)

    done = _forgetting(labelled, answer).carry_out(_order())
    assert done["targets"][0]["changed"] == 1
    assert [file.name for file in picture.parent.iterdir()] == [picture.name]
    assert picture.read_bytes() == b"two"


def test_a_defect_is_reported_to_the_command(labelled: Home) -> None:
    """What nobody thought of is an answer like any other, and leaves the daemon running."""

    def has_a_defect(_request: EraseTraces) -> TracesErased:
        raise KeyError("rows")

    with pytest.raises(ServiceFault, match="failed \\(KeyError\\)"):
        _forgetting(labelled, has_a_defect).carry_out(_order())
    assert _is_there(labelled) == (True, True)


def test_what_cannot_be_deleted_is_named(labelled: Home) -> None:
    """What the system refuses is reported with the file's name, and with what to do."""
    (labelled.requests / "left.json").mkdir()
    os.utime(labelled.requests / "left.json", (0, 0))
    with pytest.raises(ServiceFault, match=r"Cannot erase .*left\.json: Is a directory"):
        _forgetting(labelled, _nothing).carry_out(_order())


def test_the_status_of_a_stopped_daemon_is_cleared(labelled: Home) -> None:
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
    write_status(labelled.status_file, status)
    _forgetting(labelled, _nothing).carry_out(_order(is_dry=True))
    assert read_status(labelled.status_file) == status
    _forgetting(labelled, _nothing).carry_out(_order())
    cleared = read_status(labelled.status_file)
    assert cleared is not None
    assert (cleared.last_error, cleared.last_scored, cleared.restless) == (None, None, ())
    assert (cleared.contradictions, cleared.liked) == (("liked/b.png",), 3)


def test_a_file_that_took_the_name_meanwhile_is_kept(labelled: Home) -> None:
    """Logs and tables take a while: a new picture and a new text stay, one only touched goes."""
    paths = (PATH, "liked/a.txt", "liked/touched.png")
    for path in paths[1:]:
        (labelled.inbox / path).write_bytes(b"two")

    def saves_again(request: EraseTraces) -> TracesErased:
        if not request.is_dry:
            (labelled.inbox / PATH).write_bytes(b"another picture")
            (labelled.inbox / "liked/a.txt").write_bytes(b"another text")
            os.utime(labelled.inbox / "liked/touched.png", (1, 1))
        return _nothing(request)

    order = Order((Target(paths=(PATH, paths[2])),), keeps_pictures=False, is_dry=False)
    (counts,) = _forgetting(labelled, saves_again).carry_out(order)["targets"]
    assert [(labelled.inbox / path).exists() for path in paths] == [True, True, False]
    assert (counts["changed"], counts["label_copies"]) == (2, 1)


def test_a_picture_that_came_after_the_question_is_kept(labelled: Home) -> None:
    """Nobody was asked about it, so it is not deleted: an order that keeps leaves it ignored."""
    (labelled.inbox / "late.png").write_bytes(b"one")
    _forgetting(labelled, _nothing).carry_out(
        Order((Target(paths=(PATH, "late.png")),), keeps_pictures=True, is_dry=False)
    )
    assert (labelled.inbox / "late.png").exists()
    assert not (labelled.inbox / PATH).exists()
    assert labelled.ignored_file.exists()


def test_the_folder_of_a_person_is_forgotten_with_the_last_picture_in_it(home: Home) -> None:
    """Its identity is kept by a digest of its name, which may be guessed."""
    ledger = Ledger(home.outbox)
    writer = Writer(home.outbox, ledger)
    for path in ("anna/1.png", "anna/2.png", "bea/1.png"):
        file = home.inbox / path
        file.parent.mkdir(exist_ok=True)
        file.write_bytes(path.encode())
        source = source_part(
            path, stamp_of(os.lstat(file)), None, content_id=content_id(file.read_bytes())
        )
        writer.write(scored(path, source=source))
    gone = GoneFiles(
        home.folders_file, mark=lambda *_: None, remove=lambda _path: None, patience_seconds=1
    )
    gone.update(list_inbox(home.inbox), Folders({}, {}), ledger.entries, keep_days=30, now=0)
    inodes = {name: (home.inbox / name).stat().st_ino for name in ("", "anna", "bea")}

    def known() -> set[int]:
        return {inode for _device, inode in json.loads(home.folders_file.read_bytes()).values()}

    assert known() == set(inodes.values())
    _forgetting(home, _nothing).carry_out(
        Order((Target(paths=("anna/1.png",)),), keeps_pictures=False, is_dry=False)
    )
    assert known() == set(inodes.values())
    _forgetting(home, _nothing).carry_out(
        Order((Target(paths=("anna/2.png",)),), keeps_pictures=False, is_dry=False)
    )
    assert known() == {inodes[""], inodes["bea"]}


class StuckWriter(Writer):
    """Cannot remove a sidecar."""

    @override
    def remove_every(self, path: str) -> int:
        """Fail as on a disk that was made read-only in between."""
        raise OutboxUnwritable(f"The outbox cannot be written: {path}.", remedy="Fix it.")


def test_what_was_found_of_photos_together_goes_before_their_sidecars(home: Home) -> None:
    """Nothing leads to it afterwards: a command killed in between would leave it for good."""
    ledger = Ledger(home.outbox)
    writer = StuckWriter(home.outbox, ledger)
    for number, path in enumerate(("anna/1.png", "anna/2.png", "bea/1.png", "bea/2.png"), 1):
        writer.write(scored(path, number=number))
    entries = ledger.entries
    photos = {path: str(details_of_entry(entry).photo) for path, entry in entries.items()}
    unlike = UnlikePhotos(home.unlike_file)
    for name in ("anna", "bea"):
        unlike.keep({photo for path, photo in photos.items() if name in path}, entries)
    shared = SharedState(Settings(), ledger, None)
    engine: Any = ForgedEngine(_nothing)
    recorder = FeedbackRecorder(home, shared)
    forgetting = Eraser(
        home,
        shared,
        writer,
        engine,
        make_page(home, shared),
        StatusFile(home),
        recorder,
        TrialBoard(home.trials, recorder.log),
    )
    with pytest.raises(ServiceFault):
        forgetting.carry_out(
            Order((Target(paths=("anna/1.png",)),), keeps_pictures=False, is_dry=False)
        )
    assert unlike.current == {frozenset((photos["bea/1.png"], photos["bea/2.png"]))}
