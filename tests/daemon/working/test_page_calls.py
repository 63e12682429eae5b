"""What the page asks is answered between two files, whatever else is wrong; the engine is a script.

The script answers the first file of a batch and waits for the word that ends it, so that a batch is
always interrupted at the same place.
"""

import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from kit.inbox_files import inbox_file
from kit.waiting import eventually
from tasted.config import Settings
from tasted.daemon.shared.forget_order import Order, Target
from tasted.daemon.shared.reporting import Reporter
from tasted.daemon.shared.shared_state import ScanResult, SharedState
from tasted.daemon.shared.status_file import StatusFile
from tasted.daemon.shared.work_queue import Forget, PresentLabels
from tasted.daemon.working.loop import WorkLoop
from tasted.daemon.working.worker import Worker
from tasted.errors import EngineFailed, LibraryUnusable, ServiceFault
from tasted.home.crash_reports import read_crash_reports
from tasted.home.layout import Home
from tasted.inbox.listing import find_file
from tasted.inbox.reconcile import Reason, Task
from tasted.outbox.ledger import Ledger
from tasted.outbox.sidecar_writer import Writer
from tasted.rpc.asking_messages import MakePreview, PreviewAnswer, PreviewMade, TakeAnswers
from tasted.rpc.client import AnswerT, EngineProcess
from tasted.rpc.engine_start import EngineStart
from tasted.rpc.messages import EngineRequest, Hello

_ENGINE = """
import os, pathlib, sys
from datetime import UTC, datetime
from tasted.records import Current
from tasted.rpc import framing
from tasted.rpc.asking_messages import AnswersTaken, MakePreview, PreviewMade, TakeAnswers
from tasted.rpc.batch_messages import EndBatch
from tasted.rpc.encoding import request_from, to_json
from tasted.rpc.messages import (
    PROTOCOL, BatchScored, Fault, FileResult, FileScored, PublishTaste, Ready, ScoreBatch,
    TastePublished,
)
from tasted.system.files import stamp_of
from tasted.outbox.sidecar import Sidecar, source_part

inbox = pathlib.Path(sys.argv[1])
log = open(inbox.parent / "asked", "a", buffering=1)

def send(message):
    framing.write(1, to_json(message))

def document(path):
    source = source_part(path, stamp_of(os.lstat(inbox / path)), None, content_id=None)
    return Sidecar(
        kind="screenshot", status="scored", summary="Scored.", source=source,
        scored_at=datetime.now(UTC), tasted_version="0",
    )

def score(request):
    files = list(request.files)
    for number, file in enumerate(files):
        print("file", file.path, file=log)
        send(FileScored(FileResult(file.path, document(file.path))))
        if number == 0 and len(files) > 1 and not (inbox.parent / "hasty").exists():
            assert isinstance(request_from(framing.read(0)), EndBatch)
            break
    return BatchScored()

def preview(request):
    print("preview", request.path, file=log)
    once = inbox.parent / "died"
    if request.path == "kill.png" or (request.path == "once.png" and not once.exists()):
        once.touch()
        os._exit(9)
    if request.path == "fault.png":
        return Fault("library_unusable", "The library is damaged.", "Rebuild it.")
    return PreviewMade.of(b"jpeg", media_type="image/jpeg", width=1, height=1)

framing.read(0)
send(Ready(os.getpid(), PROTOCOL))
print("started", file=log)
while True:
    try:
        request = request_from(framing.read(0))
    except framing.PipeClosed:
        break
    if isinstance(request, MakePreview):
        send(preview(request))
    elif isinstance(request, TakeAnswers):
        print("answers", file=log)
        send(AnswersTaken({}, "v1", 0, 0))
    elif isinstance(request, PublishTaste):
        print("labels", file=log)
        digests = request.config_digest, request.labels_digest
        send(TastePublished(Current(*["script"] * 5, *digests, liked=0, rejected=0)))
    elif isinstance(request, ScoreBatch):
        send(score(request))
"""


SETTINGS = Settings()


class StagedWorker(Worker):
    """A worker whose model need not be there, and that fails as it is told."""

    fault: ServiceFault | None = None
    surprise: Exception | None = None
    tries = 0

    def preflight(self) -> None:
        """Find what is wrong with the service."""
        self.tries += 1
        if self.fault is not None:
            raise self.fault

    def answer_page(
        self, request: EngineRequest[AnswerT], *, prepare: Callable[[], object] = lambda: None
    ) -> AnswerT:
        """Fail as nobody foresaw, or ask."""
        if self.surprise is not None:
            raise self.surprise
        return super().answer_page(request, prepare=prepare)


@dataclass
class Stage:
    """A work loop with a worker and the engine above; the loop is not running yet."""

    home: Home
    shared: SharedState
    worker: StagedWorker
    loop: WorkLoop
    stop: threading.Event

    def said(self) -> list[str]:
        """Return what the engine was asked, in order."""
        file = self.home.root / "asked"
        return file.read_text("utf-8").splitlines() if file.exists() else []

    def preview(self, name: str) -> Future[PreviewAnswer]:
        """Ask for a picture."""
        return self.shared.queue.ask_engine(MakePreview(name, "0" * 64, "320"))

    def put(self, *names: str) -> list[Task]:
        """Put files into the inbox and return the tasks of scoring them."""
        tasks = []
        for name in names:
            (self.home.inbox / name).write_bytes(b"pixels")
            file = find_file(self.home.inbox, name)
            assert file is not None
            tasks.append(Task(file, Reason.UNSCORED))
        return tasks


def _stage(
    home: Home,
    tmp_path: Path,
    carry_out: Callable[..., dict[str, Any]],
    settings: Settings = SETTINGS,
    **loop_options: Any,
) -> Stage:
    script = tmp_path / "engine.py"
    script.write_text(_ENGINE, encoding="utf-8")
    ledger, stop = Ledger(home.outbox), threading.Event()
    shared = SharedState(settings, ledger, None)
    engine = EngineProcess(
        Hello(str(home.root), None, settings, version="0", parent=0),
        EngineStart(
            home.logs / "engine.stderr", command=(sys.executable, str(script), str(home.inbox))
        ),
        deadline_seconds=30,
    )
    worker = StagedWorker(
        home, shared, Writer(home.outbox, ledger), engine, settings, stop=stop, version="0"
    )
    loop = WorkLoop(
        home,
        shared,
        make_worker=lambda _settings, _stop: worker,
        carry_out=carry_out,
        transfer=lambda _engine, _order: {},
        reporter=Reporter(StatusFile(home), shared, version="0"),
        stop=stop,
        **loop_options,
    )
    return Stage(home, shared, worker, loop, stop)


def _forgets_nothing(_engine: object, _order: Order) -> dict[str, Any]:
    return {"targets": []}


@pytest.fixture
def stage(home: Home, tmp_path: Path) -> Iterator[Stage]:
    """A stage whose loop ends with the test."""
    prepared = _stage(home, tmp_path, _forgets_nothing)
    yield prepared
    prepared.stop.set()
    prepared.shared.queue.close()
    prepared.shared.wakeups.wake_worker()
    prepared.worker.engine.stop()


def running(stage: Stage) -> threading.Thread:
    """Start the loop."""
    thread = threading.Thread(target=stage.loop.run, daemon=True)
    thread.start()
    return thread


def test_a_picture_is_made_between_two_files_of_a_batch(stage: Stage) -> None:
    """The batch goes on where it was, and every file is scored once."""
    tasks = stage.put("a.png", "b.png", "c.png")
    stage.shared.queue.replace(tasks, labels=None, arrivals={})
    # served as soon as the batch has its first answer
    taken = stage.shared.queue.take(8, timeout=0)
    asked = stage.preview("a.png")
    answered: list[str] = []

    def between() -> None:
        stage.loop._serve_page_between()
        answered.append("between")
        (stage.home.root / "hasty").touch()

    stage.worker.score_or_learn(tasks, durable=True, between=between)
    assert taken is not None
    assert isinstance(asked.result(0), PreviewMade)
    said = stage.said()
    assert said[:3] == ["started", f"file {tasks[0].file.path}", "preview a.png"]
    assert sorted(said[3:]) == ["file b.png", "file c.png"]
    ledger = Ledger(stage.home.outbox)
    ledger.refresh()
    assert ledger.entries.keys() == {"a.png", "b.png", "c.png"}


def test_a_re_score_of_many_goes_on_after_each_call(stage: Stage) -> None:
    """No look has to bring back what is left."""
    tasks = stage.put(*(f"{number}.png" for number in range(40)))
    (stage.home.root / "hasty").touch()
    asked = stage.preview("0.png")
    stage.worker.rescore(tasks, between=stage.loop._serve_page_between)
    assert isinstance(asked.result(0), PreviewMade)
    assert not stage.shared.queue.done()
    assert len([line for line in stage.said() if line.startswith("file")]) == 40


def test_the_loop_answers_while_nothing_else_is_to_do(stage: Stage) -> None:
    """It starts the engine for it, which is told the labels only where they count."""
    labels = PresentLabels((), "labels", "config")
    stage.shared.last_scan = ScanResult({}, labels)
    running(stage)
    assert isinstance(stage.preview("a.png").result(30), PreviewMade)
    assert stage.said() == ["started", "preview a.png"]
    stage.shared.queue.ask_engine(TakeAnswers(())).result(30)
    stage.shared.queue.ask_engine(TakeAnswers(())).result(30)
    assert stage.said()[2:] == ["labels", "answers", "answers"]
    assert stage.shared.engine_pid == stage.worker.engine.pid


def test_row_64_an_engine_that_left_is_started_by_the_next_call(home: Home, tmp_path: Path) -> None:
    """It leaves when nothing was asked for a while, be it work or somebody at the page."""
    settings = Settings.model_validate({"engine": {"idle_seconds": 1}})
    stage = _stage(home, tmp_path, _forgets_nothing, settings)
    thread = running(stage)
    try:
        for starts in (1, 2):
            assert isinstance(stage.preview("a.png").result(30), PreviewMade)
            assert stage.said().count("started") == starts
            eventually(lambda: stage.worker.engine.pid is None)
            eventually(lambda: stage.shared.engine_pid is None)
    finally:
        stage.stop.set()
        stage.shared.queue.close()
        thread.join(30)


def test_an_engine_stays_while_a_person_judges(home: Home, tmp_path: Path) -> None:
    """Longer than without: the next answer is to act at once, however long one looks."""
    settings = Settings.model_validate({"engine": {"idle_seconds": 0.1}})
    stage = _stage(home, tmp_path, _forgets_nothing, settings, judging_seconds=2.0)
    thread = running(stage)
    try:
        stage.shared.queue.ask_engine(TakeAnswers(())).result(30)
        answered = time.monotonic()
        # pictures are looked at by others, too: they do not shorten it
        assert isinstance(stage.preview("a.png").result(30), PreviewMade)
        eventually(lambda: stage.worker.engine.pid is None)
        assert time.monotonic() - answered > 1.5
    finally:
        stage.stop.set()
        stage.shared.queue.close()
        thread.join(30)


def test_row_06_an_engine_that_ends_over_a_call_is_asked_once_more(stage: Stage) -> None:
    """A new one answers; the one who asked notices nothing."""
    running(stage)
    assert isinstance(stage.preview("once.png").result(30), PreviewMade)
    assert stage.said() == ["started", "preview once.png", "started", "preview once.png"]


def test_row_06_an_engine_that_ends_each_time_is_a_reason(stage: Stage) -> None:
    """It is told to the one who asked, holds nothing, and the next call is served."""
    running(stage)
    with pytest.raises(EngineFailed, match="ended twice"):
        stage.preview("kill.png").result(30)
    assert stage.shared.faults.holding is None
    assert isinstance(stage.preview("a.png").result(30), PreviewMade)
    assert stage.said().count("preview kill.png") == 2


def test_a_fault_of_the_engine_is_told_to_the_one_who_asked(stage: Stage) -> None:
    """Work that needs the same finds out for itself."""
    running(stage)
    with pytest.raises(LibraryUnusable, match="damaged"):
        stage.preview("fault.png").result(30)
    assert stage.shared.faults.holding is None


def test_row_64_calls_are_answered_while_a_fault_holds_the_queue(stage: Stage) -> None:
    """And they take the pause of the fault away from nobody."""
    stage.worker.fault = LibraryUnusable("The library is damaged.", remedy="Rebuild it.")
    task = Task(inbox_file("a.png"), Reason.UNSCORED)
    stage.shared.queue.replace([task], labels=None, arrivals={})
    running(stage)
    eventually(lambda: stage.shared.faults.holding is not None)
    for _ in range(3):
        stage.shared.queue.replace([task], labels=None, arrivals={})
        before = stage.worker.tries
        assert isinstance(stage.preview("a.png").result(30), PreviewMade)
        # the next try is due by the clock alone, which ran on meanwhile
        assert stage.worker.tries - before <= 1
    assert isinstance(stage.shared.faults.holding, LibraryUnusable)


def test_row_64_an_answer_that_a_forgotten_picture_may_be_in_is_held_back(
    home: Home, tmp_path: Path
) -> None:
    """The order came while the engine was at it; what waits behind the order is refused, too."""
    order = Order((Target(paths=("a.png",)),), keeps_pictures=False, is_dry=False)
    waiting: list[Future[PreviewAnswer]] = []

    def carry_out(_engine: object, _order: Order) -> dict[str, Any]:
        waiting.append(stage.preview("a.png"))
        return {"targets": []}

    stage = _stage(home, tmp_path, carry_out)
    in_flight = stage.preview("a.png")
    call = stage.shared.queue.calls.take()
    assert call is not None
    stage.shared.queue.ask(Forget("0123", order))
    stage.loop._answer_page(call)
    with pytest.raises(ServiceFault, match="forgotten"):
        in_flight.result(0)
    asked = stage.preview("a.png")
    running(stage)
    try:
        for refused in (asked, *waiting):
            with pytest.raises(ServiceFault, match="forgotten"):
                refused.result(30)
        eventually(lambda: bool(waiting))
        with pytest.raises(ServiceFault, match="forgotten"):
            waiting[0].result(30)
        assert isinstance(stage.preview("b.png").result(30), PreviewMade)
    finally:
        stage.stop.set()
        stage.shared.queue.close()
        stage.shared.wakeups.wake_worker()
        eventually(lambda: stage.worker.engine.pid is None)


def test_row_48_a_surprise_is_told_and_ends_no_daemon(stage: Stage) -> None:
    """The one who asked learns that tasted failed, and doctor what to report."""
    stage.worker.surprise = KeyError("anna.png")
    thread = running(stage)
    with pytest.raises(ServiceFault, match="tasted itself failed"):
        stage.preview("a.png").result(30)
    assert thread.is_alive()
    (crash,) = read_crash_reports(stage.home.crashes_file)
    assert (crash.error, crash.doing) == ("KeyError", "MakePreview")
