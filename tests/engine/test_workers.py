"""Several workers over one batch: what is answered when, and that nobody can tell how many."""

import gc
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import numpy as np
import pytest
from numpy.typing import NDArray

from kit.outboxes import picture
from kit.pictures import solid
from kit.pipelines import DIMENSIONS, pixel_library, pixel_pipeline, results_of
from kit.pixel_engine import PixelSums
from kit.waiting import PATIENCE_SECONDS
from tasted.engine.findings import MANY
from tasted.engine.item import PipelineItem
from tasted.engine.pipeline import Pipeline
from tasted.engine.preparing import _Flow
from tasted.engine.reading_files import OpenedFile
from tasted.engine.workers import Another, Workers, WorkerThreads
from tasted.errors import OutOfMemory
from tasted.home.layout import Home
from tasted.records import Label
from tasted.rpc.messages import FILES_TOGETHER, FileResult, RequestedFile


class Awaiting(PixelSums):
    """Has a test wait in the middle of a picture of one colour, which is its width."""

    def __init__(self) -> None:
        super().__init__(DIMENSIONS)
        self.before: dict[int, Callable[[], object]] = {}
        """What is done before pictures of this width are embedded."""
        self.on_seen: Callable[[int], object] = lambda _width: None
        """Called with the width of each picture that was decoded and prepared."""
        self.guard = threading.Lock()
        self.widths: list[int] = []

    def prepare(self, pictures: Sequence[NDArray[np.uint8]]) -> NDArray[np.int64]:
        """Prepare, and tell."""
        prepared = super().prepare(pictures)
        for width in prepared[:, -1].tolist():
            self.on_seen(width)
        return prepared

    def embed_prepared(self, prepared: NDArray[np.int64]) -> NDArray[np.float32]:
        """Do that, and embed."""
        widths = prepared[:, -1].tolist()
        for width in widths:
            self.before.get(width, lambda: None)()
        with self.guard:
            self.widths.extend(widths)
        return super().embed_prepared(prepared)


@contextmanager
def pipeline(home: Home, embedder: PixelSums, workers: int) -> Iterator[Pipeline]:
    """Make the pipeline of an engine with so many workers."""
    yield pixel_pipeline(home, pixel_library(home), load=lambda: embedder, workers=workers)


def put(home: Home, *widths: int) -> list[RequestedFile]:
    """Put pictures of these widths into the inbox, and ask for them in this order."""
    for width in widths:
        (home.inbox / f"{width}.png").write_bytes(solid(size=(width, width), colour=(width, 9, 9)))
    return [RequestedFile(f"{width}.png") for width in widths]


def test_a_file_is_answered_while_others_are_worked_on(home: Home) -> None:
    """The last picture is embedded only when the first answer was given."""
    embedder, answered = Awaiting(), threading.Event()
    files = put(home, *range(20, 32))
    embedder.before[31] = lambda: answered.wait(PATIENCE_SECONDS)
    with pipeline(home, embedder, 2) as engine:
        engine.process(files, lambda _file, _result: answered.set())
    assert answered.is_set()
    assert sorted(embedder.widths) == list(range(20, 32))


def test_answers_come_in_the_order_of_the_batch(home: Home) -> None:
    """However long the first picture takes, while the other worker does all the rest."""
    embedder = Awaiting()
    files = put(home, *range(20, 30))
    others_done = threading.Event()

    def see(width: int) -> None:
        if width == 20:
            assert others_done.wait(PATIENCE_SECONDS)

    embedder.on_seen = see
    embedder.before[29] = others_done.set
    with pipeline(home, embedder, 2) as engine:
        results = results_of(engine, *files)
    assert [result.path for result in results] == [file.path for file in files]
    assert 20 in embedder.widths[-FILES_TOGETHER:]


def test_only_later_groups_grow_while_a_worker_has_them() -> None:
    """The first pictures are answered first, and nobody has more than are answered late."""
    items = [PipelineItem(RequestedFile(f"{number}.png")) for number in range(12)]
    groups: list[list[PipelineItem]] = []
    all_given = threading.Event()

    def look(group: list[PipelineItem], another: Another) -> None:
        assert all_given.wait(PATIENCE_SECONDS)
        while another() is not None:
            pass
        groups.append(list(group))

    with Workers(WorkerThreads(1), look) as workers:
        for item in items:
            workers.give(item)
        all_given.set()
        taken = [item for _group in range(4) for item in workers.take(waits=True)]
        assert workers.in_hand == 0
    assert [len(group) for group in groups] == [1, FILES_TOGETHER, FILES_TOGETHER, 3]
    assert taken == items


def test_a_batch_goes_on_with_files_that_are_added(home: Home) -> None:
    """They are answered after its own; a copy of what was seen is not looked at again."""
    embedder, answered = Awaiting(), list[str]()
    files = put(home, *range(20, 26))
    (home.inbox / "copy.png").write_bytes((home.inbox / "20.png").read_bytes())
    waiting = [*put(home, *range(40, 45)), RequestedFile("copy.png")]

    def added() -> list[RequestedFile]:
        # some while there is much to do, and the rest when the last are being worked on
        count = {0: 0, 1: 2}.get(len(answered), len(waiting))
        taken = waiting[:count]
        del waiting[:count]
        return taken

    asked = [file.path for file in (*files, *waiting)]
    with pipeline(home, embedder, 2) as engine:
        engine.process(files, lambda file, _result: answered.append(file.path), added=added)
    assert answered == asked
    assert sorted(embedder.widths) == [*range(20, 26), *range(40, 45)]


@pytest.mark.parametrize("is_known", [False, True], ids=["new", "known"])
def test_row_30_a_batch_that_goes_on_holds_no_more_than_a_short_one(
    home: Home, *, is_known: bool
) -> None:
    """The content of a file is let go as soon as nobody needs it: known, copied, or damaged."""
    files, library = put(home, *range(20, 140)), pixel_library(home)
    for number, file in enumerate(files):
        place = home.inbox / file.path
        data = place.read_bytes() + bytes(10_000)
        place.write_bytes(data if number % 3 else data[:200] + bytes(200))
        (home.inbox / f"copy-{file.path}").write_bytes(place.read_bytes())
    copies = [RequestedFile(f"copy-{file.path}") for file in files]
    waiting = [file for both in zip(files, copies, strict=True) for file in both]
    engine = pixel_pipeline(home, library, workers=2)
    if is_known:
        engine.process(waiting, lambda _file, _result: None)
    held: list[int] = []

    def answer(_file: RequestedFile, _result: FileResult) -> None:
        opened = [thing for thing in gc.get_objects() if type(thing) is OpenedFile]
        held.append(sum(bool(thing.data) for thing in opened))

    def added() -> list[RequestedFile]:
        taken, waiting[:] = waiting[:16], waiting[16:]
        return taken

    # what was there before is not looked through at each answer
    gc.freeze()
    try:
        engine.process(added(), answer, added=added)
    finally:
        gc.unfreeze()
    assert len(held) == len(files) + len(copies)
    assert 0 < max(held) <= 4 * FILES_TOGETHER


def test_a_long_batch_is_kept_before_its_end(home: Home) -> None:
    """An engine that is killed late in it has not looked at everything in vain."""
    files, kept = put(home, *range(20, 20 + MANY + MANY // 2)), list[int]()
    contents: list[str] = []

    def answer(_file: RequestedFile, result: FileResult) -> None:
        assert result.content_id is not None
        contents.append(result.content_id)
        kept.append(len(pixel_library(home).cached(contents)))

    with pipeline(home, Awaiting(), 2) as engine:
        engine.process(files, answer)
    assert MANY <= kept[-1] < len(files)


def test_two_workers_write_what_one_writes(home: Home) -> None:
    """Scores, references, errors and copies; only times differ."""
    for number, label in enumerate(Label):
        (home.inbox / label / "l.png").write_bytes(picture(number))
    files = [
        *put(home, *range(20, 33)),
        *(RequestedFile(name) for name in ("copy.png", "gone.png", "damaged.png", "empty.png")),
    ]
    (home.inbox / "copy.png").write_bytes((home.inbox / "25.png").read_bytes())
    (home.inbox / "damaged.png").write_bytes(picture(7)[:-30])
    (home.inbox / "empty.png").touch()
    labels = [RequestedFile(f"{label}/l.png") for label in Label]

    def documents(workers: int) -> list[object]:
        with pipeline(home, Awaiting(), workers) as engine:
            results = results_of(engine, *labels) + results_of(engine, *files)
        return [result_of(result) for result in results]

    one = documents(1)
    home.library.rename(home.root / "former")
    assert documents(3) == one


def result_of(result: FileResult) -> object:
    """Return everything in a result that is not a time."""
    document = result.document.model_dump(mode="json") if result.document is not None else {}
    for time in ("scored_at", "timing_ms", "rescore_timing_ms"):
        document.pop(time, None)
    (document.get("error") or {}).pop("retry_at", None)
    return result.path, document


def test_a_copy_waits_for_what_is_found_out_about_the_first(home: Home) -> None:
    """Whichever worker is free: one content is decoded and embedded once."""
    put(home, 20)
    names = [f"copy-{number}.png" for number in range(9)]
    for name in names:
        (home.inbox / name).write_bytes((home.inbox / "20.png").read_bytes())
    embedder = Awaiting()
    with pipeline(home, embedder, 3) as engine:
        results = results_of(engine, *map(RequestedFile, ["20.png", *names]))
    assert {result.is_scored for result in results} == {True}
    assert embedder.widths == [20]


@pytest.mark.parametrize("workers", [1, 2])
def test_row_48_without_memory_what_was_answered_is_done_and_kept(home: Home, workers: int) -> None:
    """A fault ends the batch: what came before it has its answer, and its vector is kept."""
    embedder = Awaiting()
    # more than may be in hand at a time
    files = put(home, *range(20, 60))

    def refuse() -> None:
        raise OutOfMemory("There is not enough memory.")

    embedder.before[59] = refuse
    answered: list[str] = []
    with pipeline(home, embedder, workers) as engine:
        with pytest.raises(OutOfMemory):
            engine.process(files, lambda file, _result: answered.append(file.path))
        assert "20.png" in answered
        assert "59.png" not in answered
        embedder.before.clear()
        former = len(embedder.widths)
        again = results_of(engine, *files)
    assert {result.is_scored for result in again} == {True}
    assert len(embedder.widths) - former <= len(files) - len(answered)


@pytest.mark.parametrize("workers", [1, 3])
def test_a_batch_that_is_to_end_begins_with_nothing_more(home: Home, workers: int) -> None:
    """What workers have begun with is answered, in order; the rest is not even read."""
    embedder, answered = Awaiting(), list[str]()
    files = put(home, *range(20, 60))

    def answer(file: RequestedFile, _result: FileResult) -> None:
        answered.append(file.path)

    with pipeline(home, embedder, workers) as engine:
        engine.process(files, answer, is_to_end=lambda: bool(answered))
        assert answered == [file.path for file in files[: len(answered)]]
        assert len(answered) <= workers * (1 + 3 * FILES_TOGETHER)
        rest = results_of(engine, *files[len(answered) :])
    assert len(rest) == len(files) - len(answered)
    assert sorted(embedder.widths) == list(range(20, 60))


def test_nobody_answers_a_file_while_a_worker_is_ending_it() -> None:
    """Seen in between, a broken picture had ended and had no document: it counted as gone."""
    (is_ending, may_end), item = (
        (threading.Event(), threading.Event()),
        PipelineItem(RequestedFile("1.png")),
    )

    def end(items: list[PipelineItem], _another: Another) -> None:
        items[0].is_over = True
        is_ending.set()
        assert may_end.wait(PATIENCE_SECONDS)

    with Workers(WorkerThreads(1), end) as workers:
        flow = _Flow([item], workers, opens=lambda _item: True, note=lambda _item: None)
        flow.enter(item)
        assert is_ending.wait(PATIENCE_SECONDS)
        seen_in_between = list(flow.ready())
        may_end.set()
        flow.collect(waits=True)
        assert not seen_in_between
        assert list(flow.ready()) == [item]
