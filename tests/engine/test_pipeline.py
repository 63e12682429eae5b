"""One batch through the real rooms, with an embedder that counts what it is asked."""

import errno
import gc
import hashlib
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from kit.outboxes import picture
from kit.pictures import noise, solid
from kit.pipelines import DIMENSIONS, pixel_pipeline, results_of
from kit.pixel_engine import PixelSums
from tasted.decoding.pictures import Picture
from tasted.engine.pipeline import Pipeline
from tasted.errors import (
    DiskFull,
    ModelUnusable,
    OutOfMemory,
    ProgramDamaged,
    ServiceFault,
    SystemFailed,
)
from tasted.home.layout import Home
from tasted.library.library import Embedded, Library
from tasted.outbox.sidecar import PhotoPart, Sidecar
from tasted.records import FileStamp, Label
from tasted.rpc.messages import RequestedFile, ScoreProfile

TINY = 4


class Counting(PixelSums):
    """Counts the pictures of each call, and raises over some what a decoder may raise."""

    def __init__(self) -> None:
        super().__init__(DIMENSIONS)
        self.together: list[int] = []
        self.held: list[int] = []
        """How many decoded pictures there were at each call."""
        self.raises: BaseException | None = None
        self.raises_times = sys.maxsize
        self.load_raises: Exception | None = None

    def load(self) -> "Counting":
        """Be loaded, or fail over that."""
        if self.load_raises is not None:
            raise self.load_raises
        return self

    def embed_prepared(self, prepared: NDArray[np.int64]) -> NDArray[np.float32]:
        """Count, and fail over pictures of four pixels a side."""
        if self.raises is not None and TINY in prepared[:, -1]:
            self.raises_times -= 1
            if self.raises_times >= 0:
                raise self.raises
        self.together.append(len(prepared))
        self.held.append(sum(type(thing) is Picture for thing in gc.get_objects()))
        return super().embed_prepared(prepared)


class SurprisingLibrary(Library):
    """A library in which something happens over one content that nobody foresaw."""

    surprising: str | None = None

    def cached(self, content_ids: Sequence[str]) -> dict[str, Embedded]:
        """Find vectors as ever, or raise."""
        if self.surprising in content_ids:
            raise KeyError(self.surprising)
        return super().cached(content_ids)


@pytest.fixture
def library(home: Home) -> SurprisingLibrary:
    """The library of the home, without a surprise until a test asks for one."""
    return SurprisingLibrary.open(home.library, fingerprint="0" * 64, dimensions=DIMENSIONS)


@pytest.fixture
def embedder() -> Counting:
    """An embedder whose calls are counted."""
    return Counting()


@pytest.fixture
def crashes() -> list[str]:
    """What was reported as a fault of tasted itself."""
    return []


@pytest.fixture
def memory() -> list[bool]:
    """Whether the machine has memory for a usual picture; tests take it away."""
    return [True]


class Process:
    """Takes paths of the inbox through a pipeline."""

    def __init__(self, pipeline: Pipeline) -> None:
        self._pipeline = pipeline

    def documents(self, *paths: str, **details: Any) -> dict[str, Sidecar | None]:
        """Return the document of each file, requested with these details."""
        files = (RequestedFile(path, **details) for path in paths)
        results = results_of(self._pipeline, *files)
        return {result.path: result.document for result in results}

    def profile(self, profile: ScoreProfile) -> Sidecar | None:
        """Return the document of a profile."""
        return self._pipeline.process_profile(profile).document

    def __call__(self, *paths: str) -> dict[str, str | None]:
        """Return status or error code by path."""
        return {
            path: document and (document.error.code if document.error else document.status)
            for path, document in self.documents(*paths).items()
        }


@pytest.fixture
def process(
    home: Home,
    embedder: Counting,
    library: SurprisingLibrary,
    crashes: list[str],
    memory: list[bool],
) -> Process:
    """Takes paths of the inbox through a pipeline."""
    pipeline = pixel_pipeline(
        home,
        library,
        load=embedder.load,
        on_crash=lambda error, _stage: crashes.append(type(error).__name__),
        has_memory=lambda: memory[0],
    )
    return Process(pipeline)


def test_row_23_one_content_under_three_names_is_embedded_once(
    home: Home, process: Process, embedder: Counting
) -> None:
    """A copy, a hard link and a later copy: each has its document, and one vector serves all."""
    (home.inbox / "a.png").write_bytes(picture(1))
    (home.inbox / "copy.png").write_bytes(picture(1))
    os.link(home.inbox / "a.png", home.inbox / "link.png")
    assert set(process("a.png", "copy.png", "link.png").values()) == {"scored"}
    (home.inbox / "later.png").write_bytes(picture(1))
    assert process("later.png") == {"later.png": "scored"}
    assert embedder.together == [1]


@pytest.mark.parametrize("raised", [ValueError("zTXt"), SyntaxError("not a TIFF")])
def test_row_06_whatever_one_file_raises_its_neighbours_are_scored(
    home: Home, process: Process, embedder: Counting, raised: Exception
) -> None:
    """A batch that fails together is tried file by file; what is not foreseen is our own fault."""
    for name, data in (("a", picture(1)), ("tiny", noise(size=(TINY, TINY))), ("b", picture(2))):
        (home.inbox / f"{name}.png").write_bytes(data)
    embedder.raises = raised
    assert process("a.png", "tiny.png", "b.png") == {
        "a.png": "scored",
        "tiny.png": "internal",
        "b.png": "scored",
    }


def test_row_48_a_surprise_is_told_as_tasteds_own(
    home: Home, process: Process, embedder: Counting, crashes: list[str]
) -> None:
    """No word of saving the picture again: it is not at fault, and is tried again by itself."""
    (home.inbox / "tiny.png").write_bytes(noise(size=(TINY, TINY)))
    embedder.raises = KeyError("tiny")
    document = process.documents("tiny.png")["tiny.png"]
    assert document is not None
    assert document.error is not None
    assert document.error.code == "internal"
    assert document.error.message == (
        "tasted itself failed over tiny.png (KeyError); this is not the picture's fault."
    )
    assert "tasted doctor" in document.error.remedy
    assert document.error.retry_at is not None
    assert crashes == ["KeyError"]
    embedder.raises = None
    assert process("tiny.png") == {"tiny.png": "scored"}


@pytest.mark.parametrize("attempts", range(7))
def test_row_48_a_surprise_says_that_it_is_tried_again_when_it_is(
    home: Home, process: Process, embedder: Counting, attempts: int
) -> None:
    """After the last attempt, and of a file elsewhere, the user has to ask for one."""
    (home.inbox / "tiny.png").write_bytes(noise(size=(TINY, TINY)))
    embedder.raises = KeyError("tiny")
    elsewhere = str(home.inbox / "tiny.png")
    documents = {
        **process.documents("tiny.png", attempts=attempts),
        **process.documents(elsewhere, is_outside=True),
    }
    for path, document in documents.items():
        assert document is not None
        assert document.error is not None
        is_tried_again = document.error.retry_at is not None and path != elsewhere
        assert ("by itself" in document.error.remedy) == is_tried_again


def test_row_48_a_surprise_between_the_stages_holds_up_one_file_alone(
    home: Home, process: Process, library: SurprisingLibrary
) -> None:
    """Where a batch is handled as a whole: its files are tried one by one."""
    for number, name in enumerate(("a.png", "b.png", "c.png")):
        (home.inbox / name).write_bytes(picture(number))
    library.surprising = hashlib.sha256(picture(1)).hexdigest()
    assert process("a.png", "b.png", "c.png") == {
        "a.png": "scored",
        "b.png": "internal",
        "c.png": "scored",
    }
    library.surprising = None
    assert process("b.png") == {"b.png": "scored"}


def test_row_48_a_surprise_over_a_profile_is_told_as_tasteds_own(
    home: Home, process: Process, library: SurprisingLibrary, crashes: list[str]
) -> None:
    """Its photos keep their sidecars, and no other work is held up."""
    (home.inbox / "anna").mkdir()
    photos = ("anna/1.png", "anna/2.png")
    for number, path in enumerate(photos):
        (home.inbox / path).write_bytes(picture(number))
    contents = [hashlib.sha256(picture(number)).hexdigest() for number in range(len(photos))]
    profile = ScoreProfile(
        path="anna/",
        stamp=FileStamp(1, 2, 3),
        companion=None,
        attempts=0,
        parts=tuple(map(photo_of, photos, contents)),
        photos=tuple(map(RequestedFile, photos)),
    )
    library.surprising = contents[1]
    document = process.profile(profile)
    assert document is not None
    assert document.error is not None
    assert document.error.code == "internal"
    assert "not the fault of its photos" in document.error.message
    assert document.error.retry_at is not None
    assert crashes == ["KeyError"]
    library.surprising = None
    again = process.profile(profile)
    assert again is not None
    assert again.status == "scored"


def photo_of(path: str, content: str) -> PhotoPart:
    """Return a photo as the document of its profile names it."""
    return PhotoPart(path=path, sha256=content)


@pytest.mark.parametrize(
    ("raised", "fault"),
    [
        (ModuleNotFoundError("No module named 'torch'"), ProgramDamaged),
        (OSError(errno.EMFILE, "Too many open files"), SystemFailed),
        (OSError(errno.EIO, "Input/output error", "/home/.tasted/library"), SystemFailed),
        (OSError(errno.ENOSPC, "No space left on device"), DiskFull),
    ],
)
def test_row_48_what_the_machine_raises_is_no_pictures_fault(
    home: Home,
    process: Process,
    embedder: Counting,
    crashes: list[str],
    raised: Exception,
    fault: type[ServiceFault],
) -> None:
    """The batch waits: no file of it gets a document, and nothing has to be reported."""
    (home.inbox / "a.png").write_bytes(picture(1))
    (home.inbox / "tiny.png").write_bytes(noise(size=(TINY, TINY)))
    embedder.raises = raised
    with pytest.raises(fault) as caught:
        process("a.png", "tiny.png")
    assert caught.value.remedy
    assert crashes == []
    embedder.raises = None
    assert process("a.png", "tiny.png") == {"a.png": "scored", "tiny.png": "scored"}


def test_row_48_a_picture_without_memory_is_tried_alone(
    home: Home, process: Process, embedder: Counting
) -> None:
    """Once the others of its batch hold no memory there may be enough for it."""
    for name, data in (("a", picture(1)), ("tiny", noise(size=(TINY, TINY))), ("b", picture(2))):
        (home.inbox / f"{name}.png").write_bytes(data)
    embedder.raises = MemoryError()
    # with the others, then by itself while they are still held
    embedder.raises_times = 2
    everything = {"a.png": "scored", "tiny.png": "scored", "b.png": "scored"}
    assert process("a.png", "tiny.png", "b.png") == everything


def test_row_48_what_needs_all_memory_alone_holds_up_nobody(
    home: Home, process: Process, embedder: Counting
) -> None:
    """There is memory for usual pictures: that one is reported, not as damaged, and tried again."""
    for name, data in (("a", picture(1)), ("tiny", noise(size=(TINY, TINY)))):
        (home.inbox / f"{name}.png").write_bytes(data)
    embedder.raises = MemoryError()
    found = process.documents("a.png", "tiny.png")
    assert found["a.png"] is not None
    assert found["a.png"].status == "scored"
    document = found["tiny.png"]
    assert document is not None
    assert document.error is not None
    assert document.error.code == "not_enough_memory"
    assert document.error.retry_at is not None
    assert "PNG" not in document.error.remedy


def test_row_48_a_machine_without_memory_holds_the_queue(
    home: Home, process: Process, embedder: Counting, memory: list[bool]
) -> None:
    """When there is none even for a usual picture, no picture is at fault for that."""
    (home.inbox / "tiny.png").write_bytes(noise(size=(TINY, TINY)))
    embedder.raises = MemoryError()
    memory[0] = False
    with pytest.raises(OutOfMemory):
        process("tiny.png")


def test_row_48_a_model_that_does_not_open_is_no_pictures_fault(
    home: Home, process: Process, embedder: Counting
) -> None:
    """Whatever loading raises, for no picture is needed for that."""
    (home.inbox / "a.png").write_bytes(picture(1))
    for raised, fault in (
        (ModuleNotFoundError("No module named 'torch'"), ProgramDamaged),
        (MemoryError(), OutOfMemory),
        (RuntimeError("DefaultCPUAllocator: can't allocate memory"), OutOfMemory),
        (KeyError("state_dict"), ModelUnusable),
    ):
        embedder.load_raises = raised
        with pytest.raises(fault):
            process("a.png")
    embedder.load_raises = None
    assert process("a.png") == {"a.png": "scored"}


def test_row_19_row_41_what_is_gone_or_a_link_when_it_is_opened(
    home: Home, process: Process, tmp_path: Path
) -> None:
    """Between the look and the reading: gone means no document, a link is refused, not followed."""
    secret = tmp_path / "secret"
    secret.mkdir()
    (secret / "a.png").write_bytes(picture(3))
    (home.inbox / "link.png").symlink_to(secret / "a.png")
    (home.inbox / "folder").symlink_to(secret)
    (home.inbox / "here.png").write_bytes(picture(1))
    assert process("gone.png", "link.png", "folder/a.png", "here.png") == {
        "gone.png": None,
        "link.png": "not_an_image",
        "folder/a.png": None,
        "here.png": "scored",
    }


@pytest.mark.parametrize(
    ("details", "is_last"),
    [
        ({"attempts": 0}, False),
        ({"attempts": 2}, False),
        ({"attempts": 3}, True),
        ({"attempts": 9}, True),
        ({"is_asked": True}, True),
    ],
)
def test_row_53_a_picture_without_its_end_is_taken_as_it_is_after_the_pauses(
    home: Home, process: Process, details: dict[str, Any], *, is_last: bool
) -> None:
    """While it may still arrive it is tried again; then all of its rows are enough."""
    data = noise("JPEG", size=(40, 30))
    (home.inbox / "noeoi.jpg").write_bytes(data[:-2])
    (home.inbox / "half.jpg").write_bytes(data[: len(data) // 2])
    found = process.documents("noeoi.jpg", "half.jpg", **details)
    whole, half = found["noeoi.jpg"], found["half.jpg"]
    assert whole is not None
    assert half is not None
    assert half.error is not None
    assert half.error.code == "truncated"
    assert ("nothing more has arrived" in half.error.message) is is_last
    if is_last:
        assert whole.status == "scored"
        assert whole.notes[0] == "The end of the file is missing; the picture itself is complete."
    else:
        assert whole.error is not None
        assert whole.error.retry_at is not None
        assert half.error.retry_at is not None


def test_a_picture_of_nothing_has_a_note_and_no_figure(home: Home, process: Process) -> None:
    """Neither as a screenshot nor as a reference does it pass without a word."""
    (home.inbox / "black.png").write_bytes(solid("PNG", 0))
    for label, number in ((Label.LIKED, 1), (Label.REJECTED, 2)):
        (home.inbox / label / "a.png").write_bytes(noise(seed=number))
        (home.inbox / label / "white.png").write_bytes(solid("PNG", 255 - number))
        learnt = process.documents(f"{label}/a.png", f"{label}/white.png")
        plain, blank = learnt[f"{label}/a.png"], learnt[f"{label}/white.png"]
        assert plain is not None
        assert blank is not None
        assert (plain.blank, blank.blank) == (False, True)
        assert blank.summary == f"Learnt: you {label} this. There is nothing to see in it."
        assert "The app may forbid screenshots" in blank.notes[0]
    document = process.documents("black.png")["black.png"]
    assert document is not None
    assert document.status == "scored"
    assert document.summary == "Unsure: nothing to see; the app may forbid screenshots."
    assert (document.verdict, document.unsure_because) == ("unsure", "no_evidence")
    assert (document.confidence_score, document.rank, document.evidence) == (None, None, None)
    assert document.component_scores is not None
    assert document.component_scores.physical is None
    assert "of one colour. The app may forbid screenshots." in document.notes[0]
    assert document.blank


def test_pixels_are_let_go_before_the_next_picture(
    home: Home, process: Process, embedder: Counting
) -> None:
    """While pictures are embedded together, none of them is held any more."""
    for number in range(12):
        (home.inbox / f"{number}.png").write_bytes(picture(number))
    assert set(process(*(f"{number}.png" for number in range(12))).values()) == {"scored"}
    assert sum(embedder.together) == 12
    assert max(embedder.together) > 1
    assert embedder.held == [0] * len(embedder.together)
