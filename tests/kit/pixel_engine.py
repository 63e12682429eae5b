"""The engine without torch: pipeline and library are the real ones, the embedder sums up pixels.

For stories that start many engines: loading the model is what takes seconds.
"""

import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tasted import frames
from tasted.config import Settings
from tasted.embedding.weights import ModelFolder, dimensions_of
from tasted.engine import Engine
from tasted.home import Home
from tasted.platform import end_with_parent

COMMAND = (sys.executable, __file__)


class PixelSums:
    """An embedder for pictures that differ in their colours."""

    name = "pocket"
    fingerprint = "0" * 64
    reads_text = True
    device_note = None

    def __init__(self, dimensions: int) -> None:
        self.dimensions = dimensions

    def embed_pictures(self, pictures: Sequence[NDArray[np.uint8]]) -> NDArray[np.float32]:
        """Return histograms of length 1."""
        size = self.dimensions
        sums = [np.bincount(each.ravel() % size, minlength=size) for each in pictures]
        return np.array([each / np.linalg.norm(each) for each in sums], dtype=np.float32)

    def embed_texts(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return one direction for all words."""
        size = self.dimensions
        return np.full((len(texts), size), size**-0.5, dtype=np.float32)


class PixelEngine(Engine):
    """The engine with that embedder."""

    def _load(self, model: ModelFolder) -> PixelSums:
        return PixelSums(dimensions_of(model))


def main() -> None:
    """Serve descriptor 0 until it closes."""
    # logs go to stdout when nobody says otherwise, and must not land between two frames
    answers = os.dup(1)
    os.dup2(2, 1)
    hello = frames.read(0)
    end_with_parent(hello["parent"])
    answering = PixelEngine(
        Home(Path(hello["home"])),
        Settings.model_validate_json(json.dumps(hello["settings"])),
        version=hello["version"],
        tell=lambda message: frames.write(answers, message),
    )
    frames.write(answers, {"type": "ready"})
    while True:
        try:
            message = frames.read(0)
        except frames.PipeClosed:
            return
        frames.write(answers, answering.answer(message))


if __name__ == "__main__":
    main()
