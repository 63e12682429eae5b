"""Pipelines of an engine that sums up pixels, and files that are taken through them."""

from collections.abc import Callable

from kit.pixel_engine import PixelSums
from kit.readers import unread
from tasted.embedding.lazy import EmbedderIdentity, LazyEmbedder
from tasted.engine.pipeline import Pipeline
from tasted.engine.reading_files import InboxReader
from tasted.home.layout import Home
from tasted.judging.judged import Preferences
from tasted.judging.seed import SeedJudge
from tasted.library.library import Library
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


def pixel_pipeline(
    home: Home,
    library: Library,
    *,
    embedder: PixelSums | None = None,
    on_load: Callable[[], object] = lambda: None,
) -> Pipeline:
    """Return the pipeline of an engine that was just started, and reads no text in pictures."""

    def load() -> PixelSums:
        on_load()
        return embedder or PixelSums(DIMENSIONS)

    lazy = LazyEmbedder(
        EmbedderIdentity("pixels", FINGERPRINT, DIMENSIONS), reads_text=False, load=load
    )
    return Pipeline(
        InboxReader(home.inbox, max_bytes=10**6),
        library,
        lazy,
        SeedJudge(library, lazy, _PREFERENCES),
        unread(),
        max_pixels=10**6,
        views="center",
        origin_of=lambda _content: Origin.REFERENCE,
        version="0",
    )


def results_of(pipeline: Pipeline, *files: RequestedFile) -> list[FileResult]:
    """Return the results of a batch, in the order in which they were answered."""
    results: list[FileResult] = []
    pipeline.process(files, lambda _file, result: results.append(result))
    return results
