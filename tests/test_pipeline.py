"""One batch through the real rooms, with an embedder that counts what it is asked."""

import os
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from kit.outboxes import picture
from kit.pictures import noise
from kit.pixel_engine import PixelSums
from kit.readers import unread
from tasted.embedding.lazy import EmbedderIdentity, LazyEmbedder
from tasted.home import Home
from tasted.intake import Intake, Item
from tasted.judging.judged import Preferences
from tasted.judging.seed import SeedJudge
from tasted.library.library import Library
from tasted.pipeline import Pipeline
from tasted.records import Origin

DIMENSIONS = 16
TINY = 4
PREFERENCES = Preferences((), (), {"physical": 1.0, "personality": 0.0, "interests": 0.0}, 0.5, 0.8)
Process = Callable[..., dict[str, str | None]]


class Counting(PixelSums):
    """Counts the pictures, and raises what a decoder or a model may raise over some."""

    def __init__(self) -> None:
        super().__init__(DIMENSIONS)
        self.pictures = 0
        self.raises: BaseException | None = None

    def embed_pictures(self, pictures: Sequence[NDArray[np.uint8]]) -> NDArray[np.float32]:
        """Count, and fail over pictures of four pixels a side."""
        if self.raises is not None and any(each.shape[0] == TINY for each in pictures):
            raise self.raises
        self.pictures += len(pictures)
        return super().embed_pictures(pictures)


@pytest.fixture
def embedder() -> Counting:
    """An embedder whose calls are counted."""
    return Counting()


@pytest.fixture
def process(home: Home, embedder: Counting) -> Process:
    """Walks paths of the inbox through a pipeline, and returns status or error code of each."""
    lazy = LazyEmbedder(
        EmbedderIdentity("pixels", "0" * 64, DIMENSIONS), reads_text=False, load=lambda: embedder
    )
    library = Library.open(home.library, fingerprint=lazy.fingerprint, dimensions=DIMENSIONS)
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

    def walk(*paths: str) -> dict[str, str | None]:
        answers = pipeline.process([Item(path, None, None) for path in paths])
        documents = {answer.path: answer.document for answer in answers}
        return {
            path: document and (document.error.code if document.error else document.status)
            for path, document in documents.items()
        }

    return walk


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
    assert embedder.pictures == 1


@pytest.mark.parametrize("raised", [ValueError("zTXt"), MemoryError(), SyntaxError("not a TIFF")])
def test_row_06_whatever_one_file_raises_its_neighbours_are_scored(
    home: Home, process: Process, embedder: Counting, raised: Exception
) -> None:
    """A batch that fails together is tried file by file; the culprit alone gets the error."""
    for name, data in (("a", picture(1)), ("tiny", noise(size=(TINY, TINY))), ("b", picture(2))):
        (home.inbox / f"{name}.png").write_bytes(data)
    embedder.raises = raised
    assert process("a.png", "tiny.png", "b.png") == {
        "a.png": "scored",
        "tiny.png": "decode_failed",
        "b.png": "scored",
    }


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
