"""Somebody judges while an engine works, dies and forgets. Loop, engine and library are real.

The engine's model is one that loads in no time; the page is left out: what it asks is asked here.
"""

import contextlib
import shutil
import threading
from collections.abc import Iterator
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path

import pytest

from kit import armed_engine, pixel_engine
from kit.daemons import observing
from kit.drawings import drawing, label_scenes
from kit.homes import quick_home
from kit.waiting import PATIENCE_SECONDS, eventually
from tasted.config import load_settings
from tasted.daemon.engine_and_page import make_page
from tasted.daemon.forgetting.erasing import Eraser
from tasted.daemon.shared.feedback import FeedbackRecorder
from tasted.daemon.shared.forget_order import Order, Target
from tasted.daemon.shared.reporting import Reporter
from tasted.daemon.shared.shared_state import ScanResult, SharedState
from tasted.daemon.shared.status_file import StatusFile
from tasted.daemon.shared.trial_board import TrialBoard
from tasted.daemon.shared.work_queue import Forget, PresentLabels
from tasted.daemon.working.loop import WorkLoop
from tasted.daemon.working.worker import Worker
from tasted.errors import ServiceFault
from tasted.home.layout import Home
from tasted.home.status import read_current
from tasted.inbox.listing import find_file
from tasted.inbox.reconcile import Reason, Task
from tasted.outbox.ledger import Ledger
from tasted.outbox.sidecar_writer import Writer
from tasted.rpc.asking_messages import (
    AnsweredPicture,
    AnswersTaken,
    CardsChosen,
    ChooseCards,
    MakePreview,
    PoolPicture,
    PreviewMade,
    PreviewRefused,
    TakeAnswers,
)
from tasted.rpc.client import EngineProcess
from tasted.rpc.engine_start import EngineStart
from tasted.rpc.messages import Hello

SCREENS = 16


@dataclass
class Working:
    """The working half of a daemon, with a real engine."""

    home: Home
    shared: SharedState
    worker: Worker
    thread: threading.Thread

    def pool(self) -> list[PoolPicture]:
        """Return what is scored and not judged, as the ledger says."""
        return [
            PoolPicture(entry.content_id, (entry.content_id,), entry.path)
            for entry in self.shared.ledger.entries.values()
            if entry.status == "scored" and entry.content_id is not None
        ]

    def choose(self, pool: list[PoolPicture], count: int) -> "Future[CardsChosen]":
        """Ask for cards."""
        request = ChooseCards(tuple(pool), queued=(), count=count, first=0, seed=3)
        return self.shared.queue.ask_engine(request)

    def show(self, picture: PoolPicture) -> "Future[PreviewMade | PreviewRefused]":
        """Ask for a picture."""
        return self.shared.queue.ask_engine(MakePreview(picture.path, picture.id, "320"))

    def take(self, pool: list[PoolPicture], *liked: PoolPicture) -> "Future[AnswersTaken]":
        """Like some, and ask for the scores of all."""
        answers = tuple(AnsweredPicture(picture, liked=True) for picture in liked)
        return self.shared.queue.ask_engine(
            TakeAnswers(answers, tuple(picture.id for picture in pool))
        )


@pytest.fixture(scope="module")
def learnt_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home in which a daemon learnt twelve labels and scored all screens, and ended."""
    home = quick_home(tmp_path_factory.mktemp("asks") / "home")
    label_scenes(home)
    for number in range(SCREENS):
        place = ("mountain", "gym")[number % 2]
        (home.inbox / f"{number:02}.png").write_bytes(drawing(place, seed=60 + number))
    with observing(home, "real", "--engine", "pixel", "--once") as daemon:
        assert daemon.process.wait(PATIENCE_SECONDS) == 0
    return home.root


@pytest.fixture
def learnt(learnt_once: Path, tmp_path: Path) -> Home:
    """A copy of that home."""
    return Home(Path(shutil.copytree(learnt_once, tmp_path / "home")))


@contextlib.contextmanager
def working(home: Home, command: tuple[str, ...]) -> Iterator[Working]:
    """Run the work loop of a home with this engine."""
    settings = load_settings(home, environment={}).settings
    ledger, stop = Ledger(home.outbox), threading.Event()
    ledger.refresh()
    current = read_current(home.current_file)
    assert current is not None
    shared = SharedState(settings, ledger, current)
    learnt = sorted(path for path, entry in ledger.entries.items() if entry.status == "learnt")
    labels = PresentLabels(tuple(learnt), current.labels_digest, current.config_digest)
    shared.last_scan = ScanResult({}, labels)
    writer, feedback = Writer(home.outbox, ledger), FeedbackRecorder(home, shared)
    page, status_file = make_page(home, shared), StatusFile(home)
    trials = TrialBoard(home.trials, feedback.log)
    engine = EngineProcess(
        Hello(str(home.root), None, settings, version="0", parent=0),
        EngineStart(home.logs / "engine.stderr", command=command),
        deadline_seconds=60,
    )
    worker = Worker(home, shared, writer, engine, settings, stop=stop, version="0")
    loop = WorkLoop(
        home,
        shared,
        make_worker=lambda _settings, _stop: worker,
        carry_out=lambda asked, order: Eraser(
            home, shared, writer, asked, page, status_file, feedback, trials
        ).carry_out(order),
        transfer=lambda _engine, _order: {},
        reporter=Reporter(status_file, shared, version="0"),
        stop=stop,
    )
    thread = threading.Thread(target=loop.run, daemon=True)
    thread.start()
    try:
        yield Working(home, shared, worker, thread)
    finally:
        stop.set()
        shared.queue.close()
        shared.wakeups.wake_worker()
        thread.join(PATIENCE_SECONDS)


def test_row_06_an_engine_killed_over_a_call_is_followed_by_one_that_says_the_same(
    learnt: Home, tmp_path: Path
) -> None:
    """Whether it dies over cards, over answers or over a picture; nobody at the page notices."""
    home = learnt
    with working(home, pixel_engine.COMMAND) as calm:
        pool = calm.pool()
        assert len(pool) == SCREENS
        cards = calm.choose(pool, 6).result(PATIENCE_SECONDS)
        liked = [card.picture for card in cards.cards[:2]]
        taken = calm.take(pool, *liked).result(PATIENCE_SECONDS)
    places = tmp_path / "places"
    # each engine is told the labels first, but for a picture
    places.write_text("engine.asked:2\nengine.asked:3\nengine.asked:3\n", "ascii")
    with working(home, (*armed_engine.COMMAND, str(places))) as haunted:
        again = haunted.choose(pool, 6).result(PATIENCE_SECONDS)
        assert [card.picture for card in again.cards] == [card.picture for card in cards.cards]
        followed = haunted.take(pool, *liked).result(PATIENCE_SECONDS)
        assert (followed.version, followed.liked) == (taken.version, taken.liked)
        # what was measured of the pool died with the engine, and comes back with the next cards
        haunted.choose(pool, 6).result(PATIENCE_SECONDS)
        followed = haunted.take(pool, *liked).result(PATIENCE_SECONDS)
        for key, probability in taken.probabilities.items():
            assert followed.probabilities[key] == pytest.approx(probability, abs=1e-6)
        assert isinstance(haunted.show(pool[0]).result(PATIENCE_SECONDS), PreviewMade)
    assert not places.read_text("ascii").strip()


def test_row_64_calls_are_answered_while_new_pictures_are_scored(learnt: Home) -> None:
    """Every picture gets its sidecar, once, and every call its answer."""
    home = learnt
    with working(home, pixel_engine.COMMAND) as busy:
        pool = busy.pool()
        tasks = []
        for number in range(24):
            name = f"new-{number:02}.png"
            (home.inbox / name).write_bytes(drawing("city", seed=200 + number))
            file = find_file(home.inbox, name)
            assert file is not None
            tasks.append(Task(file, Reason.UNSCORED))
        busy.shared.queue.replace(tasks, labels=None, arrivals={})
        calls: list[Future[object]] = []
        for number in range(12):
            calls.append(busy.show(pool[number]))  # type: ignore[arg-type]
            calls.append(busy.take(pool, pool[number]))  # type: ignore[arg-type]
            calls.append(busy.choose(pool, 4))  # type: ignore[arg-type]
            calls[-1].result(PATIENCE_SECONDS)
        answers = [call.result(PATIENCE_SECONDS) for call in calls]
        assert not any(isinstance(answer, PreviewRefused) for answer in answers)

        def all_scored() -> bool:
            busy.shared.ledger.refresh()
            entries = busy.shared.ledger.entries
            return all(
                task.file.path in entries and entries[task.file.path].status == "scored"
                for task in tasks
            )

        eventually(all_scored)


def test_row_64_a_forgotten_picture_comes_back_in_nothing(learnt: Home) -> None:
    """Asked before, meanwhile or after: no card, no score and no picture of it."""
    home = learnt
    with working(home, pixel_engine.COMMAND) as forgetting:
        pool = forgetting.pool()
        gone = next(picture for picture in pool if picture.path == "03.png")
        first = forgetting.choose(pool, 4).result(PATIENCE_SECONDS)
        assert first.cards
        order = Order((Target(paths=(gone.path,)),), keeps_pictures=False, is_dry=False)
        forgetting.shared.queue.ask(Forget("0123456789abcdef", order))
        meanwhile = [forgetting.show(gone), forgetting.choose(pool, 100)]
        for call in meanwhile:
            with contextlib.suppress(ServiceFault):
                assert gone.id not in repr(call.result(PATIENCE_SECONDS))
        eventually(lambda: not (home.inbox / gone.path).exists())
        shown = forgetting.show(gone).result(PATIENCE_SECONDS)
        assert isinstance(shown, PreviewRefused)
        cards = forgetting.choose(pool, 100).result(PATIENCE_SECONDS).cards
        assert {card.picture.id for card in cards} == {
            picture.id for picture in pool if picture.id != gone.id
        }
        taken = forgetting.take(pool, gone).result(PATIENCE_SECONDS)
        assert gone.id not in taken.probabilities
        assert "answer" not in taken.version
