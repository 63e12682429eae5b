"""The engine without torch: pipeline and library are the real ones, the embedder sums up pixels.

For stories that start many engines: loading the model is what takes seconds.
"""

import os
import sys
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from tasted.config import Settings
from tasted.embedding.models.weights import ModelFolder, dimensions_of
from tasted.engine.model_opening import Load
from tasted.engine.serving import serve

COMMAND = (sys.executable, __file__)


class PixelSums:
    """An embedder for pictures that differ in their colours.

    What it prepares of a picture is a histogram, and behind that its height and width.
    """

    name = "pocket"
    fingerprint = "0" * 64
    reads_text = True
    device_note = None

    def __init__(self, dimensions: int) -> None:
        self.dimensions = dimensions

    def prepare(self, pictures: Sequence[NDArray[np.uint8]]) -> NDArray[np.int64]:
        """Count levels."""
        size = self.dimensions
        rows = [
            [*np.bincount(pixels.ravel() % size, minlength=size), *pixels.shape[:2]]
            for pixels in pictures
        ]
        return np.array(rows, np.int64).reshape(-1, size + 2)

    def embed_prepared(self, prepared: NDArray[np.int64]) -> NDArray[np.float32]:
        """Return histograms of length 1."""
        counts = prepared[:, : self.dimensions].astype(np.float64)
        return (counts / np.linalg.norm(counts, axis=1, keepdims=True)).astype(np.float32)

    def embed_pictures(self, pictures: Sequence[NDArray[np.uint8]]) -> NDArray[np.float32]:
        """Return histograms of length 1."""
        return self.embed_prepared(self.prepare(pictures))

    def embed_texts(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return one direction for all words."""
        size = self.dimensions
        return np.full((len(texts), size), size**-0.5, dtype=np.float32)


def load(model: ModelFolder, _settings: Settings) -> PixelSums:
    """Load in no time."""
    return PixelSums(dimensions_of(model))


def main(loads: Load) -> None:
    """Serve descriptor 0 until it closes."""
    # a stray print of any library must not land between two frames
    answers = os.dup(1)
    os.dup2(2, 1)
    serve(0, answers, load=loads)


if __name__ == "__main__":
    main(load)
