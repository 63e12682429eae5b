"""What nobody foresaw is told as a fault of tasted itself, and holds up one file alone."""

import hashlib

import pytest

from kit.faulty_pipelines import TINY, Counting, Process, SurprisingLibrary
from kit.outboxes import picture
from kit.pictures import noise
from tasted.home.layout import Home
from tasted.outbox.sidecar import PhotoPart
from tasted.records import FileStamp
from tasted.rpc.messages import RequestedFile, ScoreProfile


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
