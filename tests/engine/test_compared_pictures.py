"""Hashes of a picture are made when it is first compared with others, and not before."""

import numpy as np
import pytest
from numpy.typing import NDArray

from kit.outboxes import picture
from kit.pipelines import DIMENSIONS, CountedLoads, pixel_library, pixel_pipeline, results_of
from kit.pixel_engine import PixelSums
from tasted.engine.item import PipelineItem
from tasted.home.layout import Home
from tasted.library.library import Library
from tasted.rpc.messages import KnownContent, RequestedFile
from tasted.system.files import content_id, stamp_of


class ShortOfMemoryOnce(PixelSums):
    """Has no memory the first two times: for a picture in its group, and alone."""

    times = 2

    def embed_prepared(self, prepared: NDArray[np.int64]) -> NDArray[np.float32]:
        """Count levels, but not the first times."""
        self.times -= 1
        if self.times >= 0:
            raise MemoryError
        return super().embed_prepared(prepared)


@pytest.fixture
def library(home: Home) -> Library:
    """The library of the home."""
    return pixel_library(home)


def put(home: Home, path: str, number: int) -> str:
    """Write the picture of a number into the inbox, and return its content id."""
    file = home.inbox / path
    file.parent.mkdir(exist_ok=True)
    data = picture(number)
    file.write_bytes(data)
    return content_id(data)


def test_a_screenshot_is_hashed_when_it_gets_a_label(home: Home, library: Library) -> None:
    """Most never get one. Its vectors are known by then, and are not computed again."""
    loads = CountedLoads()
    content = put(home, "a.png", 1)
    results_of(pixel_pipeline(home, library), RequestedFile("a.png"))
    assert library.lacks_hashes([content]) == {content}
    put(home, "liked/a.png", 1)
    pipeline = pixel_pipeline(home, library, load=loads)
    results_of(pipeline, RequestedFile("liked/a.png"))
    assert not library.lacks_hashes([content])
    assert loads.count == 0


def test_a_photo_in_a_folder_is_hashed_at_once(home: Home, library: Library) -> None:
    """It may be one of a profile, and these are compared with each other."""
    content = put(home, "maya/1.png", 1)
    results_of(pixel_pipeline(home, library), RequestedFile("maya/1.png"))
    assert not library.lacks_hashes([content])


def test_a_screenshot_that_is_moved_into_a_folder_is_hashed_there(
    home: Home, library: Library
) -> None:
    """It may be a photo of a profile from now on; its vectors are known."""
    loads = CountedLoads()
    content = put(home, "a.png", 1)
    results_of(pixel_pipeline(home, library), RequestedFile("a.png"))
    (home.inbox / "maya").mkdir()
    moved = (home.inbox / "a.png").rename(home.inbox / "maya" / "1.png")
    known = KnownContent(content, stamp_of(moved.lstat()))
    pipeline = pixel_pipeline(home, library, load=loads)
    results_of(pipeline, RequestedFile("maya/1.png", known=known))
    assert not library.lacks_hashes([content])
    assert loads.count == 0


@pytest.mark.parametrize("paths", [("a.png", "liked/a.png"), ("liked/a.png", "a.png")])
def test_a_screenshot_and_its_reference_in_one_batch(
    home: Home, library: Library, paths: tuple[str, str]
) -> None:
    """The same content, which is found out about once, whichever comes first."""
    contents = {put(home, path, 1) for path in paths}
    found = results_of(pixel_pipeline(home, library), *map(RequestedFile, paths))
    assert [result.document is not None for result in found] == [True, True]
    assert library.lacks_hashes(contents) == set()
    assert library.cached_ids(contents) == contents


@pytest.mark.parametrize("paths", [("a.png", "liked/a.png"), ("liked/a.png", "a.png")])
def test_hashes_are_not_lost_where_memory_was_short_for_a_moment(
    home: Home, library: Library, paths: tuple[str, str]
) -> None:
    """One is tried again after the other, and knows what was found out about that."""
    contents = {put(home, path, 1) for path in paths}
    short = ShortOfMemoryOnce(DIMENSIONS)
    pipeline = pixel_pipeline(home, library, load=lambda: short)
    found = results_of(pipeline, *map(RequestedFile, paths))
    assert sorted(result.document.status for result in found if result.document) == [
        "learnt",
        "scored",
    ]
    assert library.lacks_hashes(contents) == set()


@pytest.mark.parametrize(
    ("file", "is_compared"),
    [
        (RequestedFile("a.png"), False),
        (RequestedFile("liked/a.png"), True),
        (RequestedFile("maya/1.png"), True),
        (RequestedFile("rejected/maya/1.png"), True),
        (RequestedFile("2026/05/a.png"), False),
        (RequestedFile("/elsewhere/1.png", is_outside=True), False),
        (RequestedFile("elsewhere/1.png", is_outside=True), False),
    ],
)
def test_what_is_compared(file: RequestedFile, *, is_compared: bool) -> None:
    """References, and what lies where photos of a profile do."""
    assert PipelineItem(file).is_compared is is_compared
