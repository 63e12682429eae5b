"""Pipelines of an engine that sums up pixels, and files that are taken through them."""

from collections.abc import Callable
from typing import Any

from kit.pixel_engine import PixelSums
from kit.readers import unread
from tasted.embedding.lazy import EmbedderIdentity, LazyEmbedder
from tasted.engine.pipeline import Pipeline
from tasted.engine.reading_files import InboxReader
from tasted.home.layout import Home
from tasted.judging.judged import Preferences
from tasted.judging.seed import SeedJudge
from tasted.library.library import Library
from tasted.reading.reader import Reader
from tasted.records import Origin
from tasted.rpc.messages import FileResult, RequestedFile

DIMENSIONS = 16
FINGERPRINT = "0" * 64
_PREFERENCES = Preferences(
    (), (), {"physical": 1.0, "personality": 0.0, "interests": 0.0}, 0.5, 0.8
)


def pixel_library(home: Home) -> Library:
    """Open the library of a home for such pipelines."""
    return Library.open(home.library, fingerprint=FINGERPRINT, dimensions=DIMENSIONS)


class CountedLoads:
    """Loads an embedder, and counts how often it does."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self) -> PixelSums:
        """Load in no time."""
        self.count += 1
        return PixelSums(DIMENSIONS)


def pixel_pipeline(
    home: Home,
    library: Library,
    *,
    load: Callable[[], PixelSums] = lambda: PixelSums(DIMENSIONS),
    reads_text: bool = False,
    preferences: Preferences = _PREFERENCES,
    reader: Reader | None = None,
    **options: Any,
) -> Pipeline:
    """Return the pipeline of an engine that was just started.

    It reads no text in pictures unless there is a reader for that, and judges looks alone unless
    other preferences are given; traits count where the embedder reads text.
    """
    lazy = LazyEmbedder(
        EmbedderIdentity("pixels", FINGERPRINT, DIMENSIONS), reads_text=reads_text, load=load
    )
    return Pipeline(
        InboxReader(home.inbox, max_bytes=10**6),
        library,
        lazy,
        SeedJudge(library, lazy, preferences),
        unread() if reader is None else reader,
        max_pixels=10**6,
        views="center",
        origin_of=lambda _content: Origin.REFERENCE,
        version="0",
        **options,
    )


def results_of(pipeline: Pipeline, *files: RequestedFile) -> list[FileResult]:
    """Return the results of a batch, in the order in which they were answered."""
    results: list[FileResult] = []
    pipeline.process(files, lambda _file, result: results.append(result))
    return results
