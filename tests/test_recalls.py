"""A stale file that has not changed is scored from what is known of it, unread."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from kit.outboxes import picture
from kit.pixel_engine import PixelSums
from kit.readers import unread
from tasted.embedding.lazy import EmbedderIdentity, LazyEmbedder
from tasted.files import content_id, stamp_of
from tasted.home import Home
from tasted.intake import Intake, Item, item_from
from tasted.judging.judged import Preferences
from tasted.judging.seed import SeedJudge
from tasted.library.library import Library
from tasted.outbox.sidecar import Sidecar
from tasted.pipeline import Pipeline
from tasted.records import FileStamp, Origin

DIMENSIONS = 16
PREFERENCES = Preferences((), (), {"physical": 1.0, "personality": 0.0, "interests": 0.0}, 0.5, 0.8)
Score = Callable[[Item], Sidecar]


@pytest.fixture
def loads() -> list[str]:
    """One entry for each time that the model was loaded."""
    return []


@pytest.fixture
def library(home: Home) -> Library:
    """The library of the home."""
    return Library.open(home.library, fingerprint="0" * 64, dimensions=DIMENSIONS)


@pytest.fixture
def score(home: Home, library: Library, loads: list[str]) -> Score:
    """Walks one item through the pipeline of an engine that was started for it."""

    def load() -> PixelSums:
        loads.append("loaded")
        return PixelSums(DIMENSIONS)

    def walk(item: Item) -> Sidecar:
        lazy = LazyEmbedder(
            EmbedderIdentity("pixels", "0" * 64, DIMENSIONS), reads_text=False, load=load
        )
        pipeline = Pipeline(
            Intake(home.inbox, max_bytes=10**6),
            library,
            lazy,
            SeedJudge(library, lazy, PREFERENCES),
            unread(),
            max_pixels=10**6,
            views="center",
            origin_of=lambda _content: Origin.REFERENCE,
            version="0",
        )
        (answer,) = pipeline.process([item])
        assert answer.document is not None
        return answer.document

    return walk


def put(file: Path, number: int) -> bytes:
    """Write a picture that no other number has, and return its bytes."""
    data = picture(number)
    file.write_bytes(data)
    return data


def stale(file: Path, content: str) -> Item:
    """Return the item of a file that had this content when it had its present stamp."""
    return Item(file.name, known=(content, stamp_of(file.lstat())))


def replaced(file: Path, data: bytes) -> FileStamp:
    """Write other bytes into a file so that its stamp does not show it; return the stamp."""
    before = file.lstat()
    assert len(data) == before.st_size
    with file.open("r+b") as stream:
        stream.write(data)
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert stamp_of(file.lstat()) == stamp_of(before)
    return stamp_of(before)


def test_an_unchanged_file_is_not_opened(home: Home, score: Score, loads: list[str]) -> None:
    """Its bytes could be any: id and vector are those that are known, and no model is loaded."""
    file = home.inbox / "a.png"
    data = put(file, 1)
    first = score(Item("a.png"))
    assert loads == ["loaded"]
    replaced(file, bytes(len(data)))
    again = score(stale(file, content_id(data)))
    assert again.source == first.source
    assert again.component_scores == first.component_scores
    assert again.timing_ms["decode"] == again.timing_ms["embed"] == 0
    assert loads == ["loaded"]


def test_a_file_with_another_stamp_is_read(home: Home, score: Score, loads: list[str]) -> None:
    """What it was says nothing of what it is."""
    file = home.inbox / "a.png"
    data = put(file, 1)
    score(Item("a.png"))
    item = stale(file, content_id(data))
    other = put(file, 2)
    os.utime(file, ns=(1, 1))
    found = score(item)
    assert found.source.sha256 == content_id(other)
    assert found.source.modified_ns == 1
    assert len(loads) == 2


def test_a_file_whose_vector_is_lost_is_read_and_embedded(
    home: Home, score: Score, loads: list[str]
) -> None:
    """Its bytes decide then, whatever its sidecar said; an unreadable one has an error sidecar."""
    file = home.inbox / "a.png"
    data = put(file, 1)
    found = score(stale(file, content_id(b"never embedded")))
    assert found.status == "scored"
    assert found.source.sha256 == content_id(data)
    assert loads == ["loaded"]
    replaced(file, bytes(len(data)))
    failed = score(stale(file, content_id(b"nor this")))
    assert failed.status == "error"


def test_a_text_that_came_since_is_read_with_an_unchanged_picture(
    home: Home, score: Score, loads: list[str]
) -> None:
    """The picture is not opened; the text beside it is small, and always read."""
    file = home.inbox / "a.png"
    data = put(file, 1)
    score(Item("a.png"))
    replaced(file, bytes(len(data)))
    (home.inbox / "a.txt").write_text("Name: Maya", "utf-8")
    known = (content_id(data), stamp_of(file.lstat()))
    found = score(Item("a.png", companion="a.txt", known=known))
    assert found.extracted_data is not None
    assert found.extracted_data.name == "Maya"
    assert found.source.companion is not None
    assert found.source.sha256 == content_id(data)
    assert loads == ["loaded"]


def test_what_is_known_travels_as_json() -> None:
    """From the light process to the engine."""
    item = item_from({"path": "a.png", "known": ["0" * 64, 1, 2, 3]})
    assert item.known == ("0" * 64, FileStamp(1, 2, 3))
    assert item_from({"path": "a.png", "known": None}).known is None
