"""The worker finds out whose fault a death of the engine was; the engine here is a script."""

import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tasted.config import Settings
from tasted.daemon.shared.shared_state import ScanResult, SharedState
from tasted.daemon.shared.work_queue import Batch, PresentLabels
from tasted.daemon.working.worker import Worker
from tasted.errors import EngineFailed, OutboxUnwritable
from tasted.home.layout import Home
from tasted.inbox.listing import find_file
from tasted.inbox.reconcile import Reason, Task
from tasted.outbox.ledger import Ledger
from tasted.outbox.sidecar import source_part
from tasted.outbox.sidecar_writer import Writer
from tasted.rpc.client import EngineProcess
from tasted.rpc.engine_start import EngineStart
from tasted.rpc.messages import FileResult, Hello

# answers every file with a document, but dies over one whose name says so
_ENGINE = """
import os, pathlib, select, sys
from datetime import UTC, datetime
from tasted.records import Current
from tasted.rpc import framing
from tasted.rpc.batch_messages import AddFiles
from tasted.rpc.encoding import request_from, to_json
from tasted.rpc.messages import (
    PROTOCOL, BatchScored, FileResult, FileScored, TastePublished, Ready, ReferencesMissing,
    PublishTaste,
)
from tasted.system.files import stamp_of
from tasted.outbox.sidecar import source_part
from tasted.outbox.sidecar import Sidecar

inbox = pathlib.Path(sys.argv[1])

def document(path):
    source = source_part(path, stamp_of(os.lstat(inbox / path)), None, content_id=None)
    return Sidecar(
        kind="screenshot", status="scored", summary="Scored.", source=source,
        scored_at=datetime.now(UTC), tasted_version="0",
    )

def labels(request):
    if not set(request.paths) <= request.without:
        return ReferencesMissing(request.paths)
    current = Current(
        *["half"] * 5, request.config_digest, request.labels_digest, liked=0, rejected=0
    )
    return TastePublished(current, request.paths)

def answer(message):
    framing.write(1, to_json(message))

framing.read(0)
answer(Ready(os.getpid(), PROTOCOL))
while True:
    try:
        request = request_from(framing.read(0))
    except framing.PipeClosed:
        break
    if isinstance(request, PublishTaste):
        answer(labels(request))
        continue
    if isinstance(request, AddFiles):
        continue
    paths = [file.path for file in request.files]
    with open(inbox.parent / "asked", "a") as asked:
        print(*paths, file=asked)
    while paths:
        path = paths.pop(0)
        if "poison" in path:
            os._exit(9)
        answer(FileScored(FileResult(path, document(path))))
        # at the end it gives the other side time to add some
        if select.select([0], [], [], 0 if paths else 0.3)[0]:
            added = [file.path for file in request_from(framing.read(0)).files]
            with open(inbox.parent / "asked", "a") as asked:
                print(*added, file=asked)
            paths += added
    answer(BatchScored())
"""


@pytest.fixture
def worker(home: Home, tmp_path: Path) -> Iterator[Worker]:
    """A worker with the engine above."""
    script = tmp_path / "engine.py"
    script.write_text(_ENGINE, encoding="utf-8")
    settings, ledger = Settings(), Ledger(home.outbox)
    engine = EngineProcess(
        Hello(str(home.root), None, settings, version="0", parent=0),
        EngineStart(
            home.logs / "engine.stderr", command=(sys.executable, str(script), str(home.inbox))
        ),
        deadline_seconds=30,
    )
    with engine:
        yield Worker(
            home,
            SharedState(settings, ledger, None),
            Writer(home.outbox, ledger),
            engine,
            settings,
            stop=threading.Event(),
            version="0",
        )


def tasks(home: Home, *names: str) -> list[Task]:
    """Put files into the inbox and return the tasks of scoring them."""
    found = []
    for name in names:
        (home.inbox / name).write_bytes(b"pixels")
        file = find_file(home.inbox, name)
        assert file is not None
        found.append(Task(file, Reason.UNSCORED))
    return found


def test_row_06_a_file_that_kills_the_engine_takes_only_itself_along(
    home: Home, worker: Worker
) -> None:
    """Its neighbours in the batch are scored one by one; it has an error sidecar with a remedy."""
    worker.score_or_learn(tasks(home, "a.png", "poison.png", "b.png"), durable=True)
    ledger = Ledger(home.outbox)
    ledger.refresh()
    states = {path: entry.status for path, entry in ledger.entries.items()}
    assert states == {"a.png": "scored", "b.png": "scored", "poison.png": "error"}
    failed = ledger.entries["poison.png"]
    assert failed.attempts == 1
    assert failed.retry_at is not None


def test_row_06_what_was_answered_is_not_asked_again(home: Home, worker: Worker) -> None:
    """Only the files that the engine left unanswered are suspects: it worked in their order."""
    worker.score_or_learn(tasks(home, "a.png", "poison.png", "b.png"), durable=True)
    asked = (home.root / "asked").read_text("utf-8").splitlines()
    assert asked == ["a.png poison.png b.png", "poison.png", "poison.png", "b.png"]


def waiting(home: Home, worker: Worker, count: int) -> list[Task]:
    """Have so many files wait in the queue, and take the first of them in hand."""
    backlog = tasks(home, *(f"{number:03}.png" for number in range(count)))
    queue = worker._shared.queue
    queue.replace(backlog, labels=None, arrivals={})
    batch = queue.take(worker.settings.engine.batch_size, timeout=0)
    assert isinstance(batch, Batch)
    return list(batch.tasks)


def asked(home: Home) -> list[list[str]]:
    """Return what each request to the engine above asked for."""
    return [line.split() for line in (home.root / "asked").read_text("utf-8").splitlines()]


def test_a_batch_goes_on_while_files_wait(home: Home, worker: Worker) -> None:
    """And what the engine came too late for is asked for again."""
    first = waiting(home, worker, 100)
    worker.score_or_learn(first, durable=False, goes_on=True, between=lambda: None)
    ledger = Ledger(home.outbox)
    ledger.refresh()
    assert len(ledger.entries) == 100
    assert asked(home)[0] == [task.file.path for task in first]
    assert sorted(path for paths in asked(home) for path in paths) == sorted(ledger.entries)
    # what is done may change again, although the batch has not ended
    assert worker._shared.queue.in_hand == frozenset()


def test_a_batch_goes_on_for_a_while(home: Home, worker: Worker) -> None:
    """Memory, space and the taste are looked after now and then, however much there is to do."""
    size = worker.settings.engine.batch_size
    worker.score_or_learn(
        waiting(home, worker, 10 * size), durable=False, goes_on=True, between=lambda: None
    )
    done = sum(map(len, asked(home)))
    assert 7 * size < done < 10 * size


def test_row_06_a_file_that_was_added_and_kills_the_engine_takes_only_itself_along(
    home: Home, worker: Worker
) -> None:
    """As if it had been asked for at first: nobody is blamed who was not alone."""
    tasks(home, "poison.png")
    first = waiting(home, worker, 60)
    (poison,) = tasks(home, "poison.png")
    queue = worker._shared.queue
    rest = [task for task in tasks(home, *(f"{n:03}.png" for n in range(60))) if task not in first]
    queue.replace([poison, *rest], labels=None, arrivals={})
    worker.score_or_learn(first, durable=False, goes_on=True, between=lambda: None)
    ledger = Ledger(home.outbox)
    ledger.refresh()
    failed = [path for path, entry in ledger.entries.items() if entry.status != "scored"]
    assert failed == ["poison.png"]
    assert queue.in_hand <= {"poison.png"}
    assert sorted({path for paths in asked(home) for path in paths}) == sorted(ledger.entries)


def test_a_batch_ends_when_it_cannot_be_written_or_settings_have_changed(
    home: Home, worker: Worker
) -> None:
    """More of it would be looked at in vain."""
    first = waiting(home, worker, 200)
    worker._shared.settings = Settings()
    worker.score_or_learn(first, durable=False, goes_on=True, between=lambda: None)
    assert asked(home) == [[task.file.path for task in first]]
    worker._shared.settings = worker.settings
    home.outbox.rename(home.root / "elsewhere")
    with pytest.raises(OutboxUnwritable):
        worker.score_or_learn(first, durable=False, goes_on=True, between=lambda: None)
    assert sum(map(len, asked(home))) < 200


def test_an_engine_that_dies_over_everything_is_no_file_s_fault(home: Home, worker: Worker) -> None:
    """After a few files in a row the service is at fault, and the rest waits unblamed."""
    names = [f"poison-{number}.png" for number in range(8)]
    with pytest.raises(EngineFailed, match="several files in a row"):
        worker.score_or_learn(tasks(home, *names), durable=True)
    ledger = Ledger(home.outbox)
    ledger.refresh()
    assert 0 < len(ledger.entries) < 8


def test_a_re_score_is_written_part_by_part_and_a_dead_engine_costs_one_file(
    home: Home, worker: Worker
) -> None:
    """The last part holds a file that kills the engine while another part is being written."""
    again = tasks(home, *(f"{number}.png" for number in range(150)), "poison.png")
    worker.rescore(again)
    ledger = Ledger(home.outbox)
    ledger.refresh()
    assert ledger.entries.keys() == {task.file.path for task in again}
    failed = [path for path, entry in ledger.entries.items() if entry.status != "scored"]
    assert failed == ["poison.png"]


def test_a_re_score_that_cannot_be_written_is_a_fault(home: Home, worker: Worker) -> None:
    """The thread that asked raises it, though another one wrote."""
    again = tasks(home, *(f"{number}.png" for number in range(150)))
    home.outbox.rename(home.root / "elsewhere")
    with pytest.raises(OutboxUnwritable):
        worker.rescore(again)


def test_no_taste_of_half_the_references_is_published(home: Home, worker: Worker) -> None:
    """While references are being learnt all sidecars would be stale by the taste of the others."""
    paths = tuple(f"liked/poison-{number}.png" for number in range(8))
    worker._shared.last_scan = ScanResult(
        {task.file.path: task.file for task in tasks(home, *paths)}
    )
    with pytest.raises(EngineFailed, match="several files in a row"):
        worker.update_labels(PresentLabels(paths, "labels", "acting"))
    assert worker._shared.taste.current is None


def test_row_37_a_reference_that_has_not_settled_is_learnt_all_the_same(
    home: Home, worker: Worker
) -> None:
    """Whoever counts it as present must learn it: nothing would come back to it."""
    tasks(home, "liked/a.png")
    assert worker._shared.last_scan.settled == {}
    worker.update_labels(PresentLabels(("liked/a.png",), "labels", "acting"))
    ledger = Ledger(home.outbox)
    ledger.refresh()
    assert "liked/a.png" in ledger.entries
    assert worker._shared.taste.is_known_to(worker.engine.pid)


def test_row_13_a_stop_while_references_are_learnt_publishes_nothing(
    home: Home, worker: Worker
) -> None:
    """What is half learnt is not current, and whoever rebuilds must not take it for done."""
    tasks(home, "liked/a.png")
    worker._stop.set()
    assert worker.update_labels(PresentLabels(("liked/a.png",), "labels", "acting")) is None
    assert worker._shared.taste.current is None
    assert not worker._shared.taste.is_known_to(worker.engine.pid)


def test_row_45_a_sidecar_that_is_missing_in_secret_is_looked_for(
    home: Home, worker: Worker
) -> None:
    """No event told of it: asked again for the same, the engine would give the same answer."""
    (task,) = tasks(home, "a.png")
    unchanged = source_part("a.png", task.file.stamp, None, content_id="0" * 64)
    worker._result_writer.keep(task, FileResult("a.png", unchanged=unchanged), durable=False)
    assert worker._shared.wakeups.take_doubt()


def test_row_20_what_changed_while_it_was_read_is_scanned_for_after_its_batch(
    home: Home, worker: Worker
) -> None:
    """A scan in between would leave it out, for it is in hand."""
    (task,) = tasks(home, "a.png")
    shared = worker._shared
    worker._result_writer.keep(task, FileResult("a.png"), durable=False)
    assert shared.wakeups.pause_scanner(30) == (True, {"a.png"})
    assert shared.queue.done()
    worker.score_or_learn([task], durable=False)
    assert not shared.queue.done()
