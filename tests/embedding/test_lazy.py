"""A model is opened once, and beside other work where that is wanted."""

import threading

import pytest

from kit.pixel_engine import PixelSums
from kit.waiting import PATIENCE_SECONDS
from tasted.embedding.embedder import Embedder
from tasted.embedding.lazy import EmbedderIdentity, LazyEmbedder
from tasted.errors import LibraryUnusable, ModelUnusable

IDENTITY = EmbedderIdentity("sums", "0" * 64, 8)


def test_it_is_opened_while_the_block_runs() -> None:
    """What the block does first, the model is waiting for; after the block it is open."""
    reached = threading.Event()
    told: list[str] = []

    def load() -> Embedder:
        assert reached.wait(PATIENCE_SECONDS)
        return PixelSums(8)

    embedder = LazyEmbedder(
        IDENTITY,
        reads_text=True,
        load=load,
        on_loading=lambda: told.append("loading"),
        on_loaded=lambda: told.append("loaded"),
    )
    with embedder.opening_beside():
        reached.set()
    assert told == ["loading", "loaded"]
    assert embedder.open() is embedder.open()
    assert told == ["loading", "loaded"]


def test_a_model_that_cannot_be_opened_is_told_after_the_block() -> None:
    """The block is not interrupted, and the reason is not lost."""
    done = False

    def load() -> Embedder:
        raise ValueError("a tensor is missing")

    embedder = LazyEmbedder(IDENTITY, reads_text=True, load=load)
    with pytest.raises(ModelUnusable, match="a tensor is missing"), embedder.opening_beside():
        done = True
    assert done


def test_nothing_is_left_behind_by_a_block_that_fails() -> None:
    """Whoever tries again at once does not load a second model beside the first."""
    loaded = False

    def load() -> Embedder:
        nonlocal loaded
        loaded = True
        return PixelSums(8)

    embedder = LazyEmbedder(IDENTITY, reads_text=True, load=load)
    with pytest.raises(LibraryUnusable), embedder.opening_beside():
        raise LibraryUnusable("damaged", remedy="rebuild it")
    assert loaded
