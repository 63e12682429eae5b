"""Bios of known pictures: by the text beside them, wherever they lie, and without opening one."""

from pathlib import Path

import pytest

from kit.memories import content
from kit.readers import unread
from tasted.engine.known_pictures import Bios
from tasted.engine.reading_files import InboxReader
from tasted.home.layout import Home
from tasted.library.library import Library

DIMENSIONS = 8


@pytest.fixture
def bios(home: Home) -> Bios:
    """Bios of a home in which one picture was scored at `anna/1.png`."""
    library = Library.open(home.library, fingerprint="0" * 64, dimensions=DIMENSIONS)
    places = {content("anna"): "anna/1.png"}
    return Bios(InboxReader(home.inbox, max_bytes=10**6), library, unread(), path_of=places.get)


def _write(file: Path, text: str) -> None:
    file.parent.mkdir(exist_ok=True)
    file.write_text(text, encoding="utf-8")


def test_the_text_beside_a_picture_is_found_by_its_content(home: Home, bios: Bios) -> None:
    """A picture of the history has no path of its own: it is where it was scored."""
    _write(home.inbox / "anna" / "1.txt", "Name: Anna\n\nI hike.")
    _write(home.inbox / "liked" / "b.txt", "Jazz.")
    asked = {content("anna"): None, content("b"): "liked/b.png", content("unknown"): None}
    assert bios.of(asked) == {content("anna"): "I hike.", content("b"): "Jazz."}


def test_a_text_that_is_gone_says_nothing(home: Home, bios: Bios) -> None:
    """Nor does one without a bio, or a folder in its place."""
    assert bios.of({content("anna"): None}) == {}
    _write(home.inbox / "anna" / "1.txt", "Name: Anna\n")
    assert bios.of({content("anna"): None}) == {}
    (home.inbox / "b.txt").mkdir()
    assert bios.of({content("b"): "b.png"}) == {}


def test_a_text_counts_whatever_the_look_would_take_it_for(home: Home, bios: Bios) -> None:
    """Beside a reference as beside a screenshot: the whole name, another case, a folder's text."""
    _write(home.inbox / "liked" / "a.PNG.txt", "Jazz.")
    _write(home.inbox / "liked" / "berta" / "bio.md", "Maps.")
    (home.inbox / "liked" / "berta" / "1.png").touch()
    asked = {content("a"): "liked/a.png", content("b"): "liked/berta/1.png"}
    assert bios.of(asked) == {content("a"): "Jazz.", content("b"): "Maps."}


def test_the_text_of_a_folder_is_found_by_its_name(home: Home, bios: Bios) -> None:
    """A profile among the references has a text of its own, which belongs to no picture."""
    _write(home.inbox / "liked" / "bio.txt", "We hike.")
    assert bios.of({"liked/": "liked/bio"}) == {"liked/": "We hike."}
    assert bios.of({"rejected/": "rejected/bio"}) == {}
