"""A stale file that has not changed is scored from what is known of it, unread."""

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from kit.outboxes import picture
from kit.pipelines import CountedLoads, pixel_library, pixel_pipeline, results_of
from tasted.home.layout import Home
from tasted.library.library import Library
from tasted.outbox.sidecar import Sidecar
from tasted.records import FileStamp
from tasted.rpc.encoding import request_from, to_json
from tasted.rpc.messages import KnownContent, RequestedFile, ScoreBatch
from tasted.system.files import content_id, stamp_of

Score = Callable[[RequestedFile], Sidecar]


@pytest.fixture
def loads() -> CountedLoads:
    """Knows how often the model was loaded."""
    return CountedLoads()


@pytest.fixture
def library(home: Home) -> Library:
    """The library of the home."""
    return pixel_library(home)


@pytest.fixture
def score(home: Home, library: Library, loads: CountedLoads) -> Score:
    """Takes one file through the pipeline of an engine that was started for it."""

    def score_one(file: RequestedFile) -> Sidecar:
        pipeline = pixel_pipeline(home, library, load=loads)
        (result,) = results_of(pipeline, file)
        assert result.document is not None
        return result.document

    return score_one


def put(file: Path, number: int) -> bytes:
    """Write a picture that no other number has, and return its bytes."""
    data = picture(number)
    file.write_bytes(data)
    return data


def stale(file: Path, content: str) -> RequestedFile:
    """Return the request for a file that had this content when it had its present stamp."""
    return RequestedFile(file.name, known=KnownContent(content, stamp_of(file.lstat())))


def test_an_unchanged_file_is_not_opened(home: Home, score: Score, loads: CountedLoads) -> None:
    """Its bytes could be any: id and vector are those that are known, and no model is loaded."""
    file = home.inbox / "a.png"
    data = put(file, 1)
    first = score(RequestedFile("a.png"))
    assert loads.count == 1
    file.write_bytes(bytes(len(data)))
    again = score(stale(file, content_id(data)))
    assert again.source.sha256 == first.source.sha256
    assert again.component_scores == first.component_scores
    assert again.timing_ms == {}
    assert again.rescore_timing_ms["decode"] == again.rescore_timing_ms["embed"] == 0
    assert loads.count == 1


def test_a_file_with_another_stamp_is_read(home: Home, score: Score, loads: CountedLoads) -> None:
    """What it was says nothing of what it is."""
    file = home.inbox / "a.png"
    data = put(file, 1)
    score(RequestedFile("a.png"))
    requested = stale(file, content_id(data))
    other = put(file, 2)
    os.utime(file, ns=(1, 1))
    found = score(requested)
    assert found.source.sha256 == content_id(other)
    assert found.source.modified_ns == 1
    assert loads.count == 2


def test_a_file_whose_vector_is_lost_is_read_and_embedded(
    home: Home, score: Score, loads: CountedLoads
) -> None:
    """Its bytes decide then, whatever its sidecar said; an unreadable one has an error sidecar."""
    file = home.inbox / "a.png"
    data = put(file, 1)
    found = score(stale(file, content_id(b"never embedded")))
    assert found.status == "scored"
    assert found.source.sha256 == content_id(data)
    assert loads.count == 1
    file.write_bytes(bytes(len(data)))
    failed = score(stale(file, content_id(b"nor this")))
    assert failed.status == "error"


def test_a_text_that_came_since_is_read_with_an_unchanged_picture(
    home: Home, score: Score, loads: CountedLoads
) -> None:
    """The picture is not opened; the text beside it is small, and always read."""
    file = home.inbox / "a.png"
    data = put(file, 1)
    score(RequestedFile("a.png"))
    file.write_bytes(bytes(len(data)))
    (home.inbox / "a.txt").write_text("Name: Maya", "utf-8")
    known = KnownContent(content_id(data), stamp_of(file.lstat()))
    found = score(RequestedFile("a.png", companion="a.txt", known=known))
    assert found.extracted_data is not None
    assert found.extracted_data.name == "Maya"
    assert found.source.companion is not None
    assert found.source.sha256 == content_id(data)
    assert loads.count == 1


def test_what_is_known_travels_as_json() -> None:
    """From the light process to the engine."""
    known = KnownContent("0" * 64, FileStamp(1, 2, 3))
    request = ScoreBatch((RequestedFile("a.png", known=known), RequestedFile("b.png")))
    assert request_from(json.loads(json.dumps(to_json(request)))) == request
