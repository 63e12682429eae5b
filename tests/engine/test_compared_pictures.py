"""Hashes of a picture are made when it is first compared with others, and not before."""

import pytest

from kit.outboxes import picture
from kit.pipelines import pixel_library, pixel_pipeline, results_of
from tasted.home.layout import Home
from tasted.library.library import Library
from tasted.rpc.messages import RequestedFile
from tasted.system.files import content_id


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
    loads: list[str] = []
    content = put(home, "a.png", 1)
    results_of(pixel_pipeline(home, library), RequestedFile("a.png"))
    assert library.lacks_hashes([content]) == {content}
    put(home, "liked/a.png", 1)
    pipeline = pixel_pipeline(home, library, on_load=lambda: loads.append("loaded"))
    results_of(pipeline, RequestedFile("liked/a.png"))
    assert not library.lacks_hashes([content])
    assert loads == []


def test_a_photo_in_a_folder_is_hashed_at_once(home: Home, library: Library) -> None:
    """It may be one of a profile, and these are compared with each other."""
    content = put(home, "maya/1.png", 1)
    results_of(pixel_pipeline(home, library), RequestedFile("maya/1.png"))
    assert not library.lacks_hashes([content])


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


def test_what_lies_outside_is_not_hashed(home: Home, library: Library) -> None:
    """Nothing of it is kept."""
    content = put(home, "maya/1.png", 1)
    outside = RequestedFile(str(home.inbox / "maya" / "1.png"), is_outside=True)
    results_of(pixel_pipeline(home, library), outside)
    assert library.lacks_hashes([content]) == {content}
    assert library.cached_ids([content]) == frozenset()
