"""An embedder and a library that fail where a test wants it, and files that go through both."""

import gc
import sys
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kit.pipelines import DIMENSIONS, results_of
from kit.pixel_engine import PixelSums
from tasted.decoding.pictures import Picture
from tasted.engine.pipeline import Pipeline
from tasted.library.library import Embedded, Library
from tasted.outbox.sidecar import Sidecar
from tasted.rpc.messages import RequestedFile, ScoreProfile

TINY = 4


class Counting(PixelSums):
    """Counts the pictures of each call, and raises over some what a decoder may raise."""

    def __init__(self) -> None:
        super().__init__(DIMENSIONS)
        self.together: list[int] = []
        self.held: list[int] = []
        """How many decoded pictures there were at each call."""
        self.raises: BaseException | None = None
        self.raises_times = sys.maxsize
        self.load_raises: Exception | None = None

    def load(self) -> "Counting":
        """Be loaded, or fail over that."""
        if self.load_raises is not None:
            raise self.load_raises
        return self

    def embed_prepared(self, prepared: NDArray[np.int64]) -> NDArray[np.float32]:
        """Count, and fail over pictures of four pixels a side."""
        if self.raises is not None and TINY in prepared[:, -1]:
            self.raises_times -= 1
            if self.raises_times >= 0:
                raise self.raises
        self.together.append(len(prepared))
        self.held.append(sum(type(thing) is Picture for thing in gc.get_objects()))
        return super().embed_prepared(prepared)


class SurprisingLibrary(Library):
    """A library in which something happens over one content that nobody foresaw."""

    surprising: str | None = None

    def cached(self, content_ids: Sequence[str]) -> dict[str, Embedded]:
        """Find vectors as ever, or raise."""
        if self.surprising in content_ids:
            raise KeyError(self.surprising)
        return super().cached(content_ids)


class Process:
    """Takes paths of the inbox through a pipeline."""

    def __init__(self, pipeline: Pipeline) -> None:
        self._pipeline = pipeline

    def documents(self, *paths: str, **details: Any) -> dict[str, Sidecar | None]:
        """Return the document of each file, requested with these details."""
        files = (RequestedFile(path, **details) for path in paths)
        results = results_of(self._pipeline, *files)
        return {result.path: result.document for result in results}

    def profile(self, profile: ScoreProfile) -> Sidecar | None:
        """Return the document of a profile."""
        return self._pipeline.process_profile(profile).document

    def __call__(self, *paths: str) -> dict[str, str | None]:
        """Return status or error code by path."""
        return {
            path: document and (document.error.code if document.error else document.status)
            for path, document in self.documents(*paths).items()
        }
