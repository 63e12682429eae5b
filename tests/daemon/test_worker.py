"""The worker finds out whose fault a death of the engine was; the engine here is a script."""

import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tasted.config import Settings
from tasted.daemon.desk import Desk, Sight
from tasted.daemon.work_queue import LabelsUpdate
from tasted.daemon.worker import Worker
from tasted.engine_process import EngineProcess
from tasted.errors import EngineFailed, OutboxUnwritable
from tasted.home import Home
from tasted.inbox.listing import find_file
from tasted.inbox.reconcile import Reason, Task
from tasted.outbox.ledger import Ledger
from tasted.outbox.writer import Writer

# answers every file with a document, but dies over one whose name says so
_ENGINE = """
import os, pathlib, sys
from datetime import UTC, datetime
from tasted import frames
from tasted.files import stamp_of
from tasted.outbox.failures import source_part
from tasted.outbox.sidecar import Sidecar

inbox = pathlib.Path(sys.argv[1])

def document(path):
    source = source_part(path, stamp_of(os.lstat(inbox / path)), None, content_id=None)
    return Sidecar(
        kind="screenshot", status="scored", summary="Scored.", source=source,
        scored_at=datetime.now(UTC), tasted_version="0",
    ).model_dump(mode="json")

frames.read(0)
frames.write(1, {"type": "ready"})
while True:
    try:
        message = frames.read(0)
    except frames.PipeClosed:
        break
    if message["type"] == "labels":
        texts = ("embedder", "embedder_fingerprint", "scorer", "taste", "taste_fingerprint")
        digests = {name: message[name] for name in ("acting_digest", "labels_digest")}
        counts = {"liked": 0, "rejected": 0, "contradictions": [], "suspects": [], "next": None}
        current = {**dict.fromkeys(texts, "half"), **digests, **counts}
        frames.write(1, {"type": "current", "current": current, "unlearnt": message["paths"]})
        continue
    paths = [item["path"] for item in message["items"]]
    if any("poison" in path for path in paths):
        os._exit(9)
    answers = [{"path": path, "document": document(path)} for path in paths]
    frames.write(1, {"type": "documents", "answers": answers})
"""


@pytest.fixture
def worker(home: Home, tmp_path: Path) -> Iterator[Worker]:
    """A worker with the engine above."""
    script = tmp_path / "engine.py"
    script.write_text(_ENGINE, encoding="utf-8")
    settings, ledger = Settings(), Ledger(home.outbox)
    engine = EngineProcess(
        {"type": "hello"},
        stderr_file=home.logs / "engine.stderr",
        deadline_seconds=30,
        command=(sys.executable, str(script), str(home.inbox)),
    )
    with engine:
        yield Worker(
            home,
            Desk(settings, ledger, None),
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
    worker.do(tasks(home, "a.png", "poison.png", "b.png"), durable=True)
    ledger = Ledger(home.outbox)
    ledger.refresh()
    states = {path: entry.status for path, entry in ledger.entries.items()}
    assert states == {"a.png": "scored", "b.png": "scored", "poison.png": "error"}
    failed = ledger.entries["poison.png"]
    assert failed.attempts == 1
    assert failed.retry_at is not None


def test_an_engine_that_dies_over_everything_is_no_file_s_fault(home: Home, worker: Worker) -> None:
    """After a few files in a row the service is at fault, and the rest waits unblamed."""
    names = [f"poison-{number}.png" for number in range(8)]
    with pytest.raises(EngineFailed, match="several files in a row"):
        worker.do(tasks(home, *names), durable=True)
    ledger = Ledger(home.outbox)
    ledger.refresh()
    assert 0 < len(ledger.entries) < 8


def test_a_re_score_is_written_part_by_part_and_a_dead_engine_costs_one_file(
    home: Home, worker: Worker
) -> None:
    """The last part holds a file that kills the engine while another part is being written."""
    again = tasks(home, *(f"{number}.png" for number in range(150)), "poison.png")
    worker.do_again(again)
    ledger = Ledger(home.outbox)
    ledger.refresh()
    assert ledger.entries.keys() == {task.file.path for task in again}
    failed = [path for path, entry in ledger.entries.items() if entry.status != "scored"]
    assert failed == ["poison.png"]


def test_a_re_score_that_cannot_be_written_is_a_fault(home: Home, worker: Worker) -> None:
    """It is told by the thread that asked, though another one wrote."""
    again = tasks(home, *(f"{number}.png" for number in range(150)))
    home.outbox.rename(home.root / "elsewhere")
    with pytest.raises(OutboxUnwritable):
        worker.do_again(again)


def test_no_taste_of_half_the_references_is_published(home: Home, worker: Worker) -> None:
    """While references are being learnt all sidecars would be stale by the taste of the others."""
    paths = tuple(f"liked/poison-{number}.png" for number in range(8))
    worker._desk.sight = Sight({task.file.path: task.file for task in tasks(home, *paths)})
    with pytest.raises(EngineFailed, match="several files in a row"):
        worker.update_labels(LabelsUpdate(paths, "labels", "acting"))
    assert worker._desk.current is None


def test_row_37_a_reference_that_has_not_settled_is_learnt_all_the_same(
    home: Home, worker: Worker
) -> None:
    """Whoever counts it as present must learn it: nothing would come back to it."""
    tasks(home, "liked/a.png")
    assert worker._desk.sight.settled == {}
    worker.update_labels(LabelsUpdate(("liked/a.png",), "labels", "acting"))
    ledger = Ledger(home.outbox)
    ledger.refresh()
    assert "liked/a.png" in ledger.entries
    assert worker.synced


def test_row_13_a_stop_while_references_are_learnt_publishes_nothing(
    home: Home, worker: Worker
) -> None:
    """What is half learnt is not current, and whoever rebuilds must not take it for done."""
    tasks(home, "liked/a.png")
    worker._stop.set()
    assert worker.update_labels(LabelsUpdate(("liked/a.png",), "labels", "acting")) is None
    assert worker._desk.current is None
    assert not worker.synced
