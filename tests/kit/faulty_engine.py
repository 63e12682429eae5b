"""`kit.pixel_engine` with faults that a folder names: `python faulty_engine.py FOLDER`.

The folder is looked into at every step: with a file `torch` the model needs a module that cannot be
imported, with `memory` it gets none, with `texts` or `pictures` embedding them raises an unexpected
error.
"""

import importlib
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from kit.pixel_engine import PixelSums, main
from tasted.config import Settings
from tasted.embedding.models.weights import ModelFolder, dimensions_of

COMMAND = (sys.executable, __file__)


class Faulty(PixelSums):
    """An embedder with the faults that a folder names."""

    def __init__(self, dimensions: int, folder: Path) -> None:
        super().__init__(dimensions)
        self._folder = folder

    def embed_prepared(self, prepared: NDArray[np.int64]) -> NDArray[np.float32]:
        """Fail over every picture, or none."""
        if (self._folder / "pictures").exists():
            raise KeyError("a word that is nobody's business")
        return super().embed_prepared(prepared)

    def embed_texts(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Fail over every text, or none."""
        if (self._folder / "texts").exists():
            raise KeyError(texts[0])
        return super().embed_texts(texts)


def load(model: ModelFolder, folder: Path) -> Faulty:
    """Load in no time, or not at all."""
    if (folder / "torch").exists():
        importlib.import_module("a_torch_that_is_being_installed")
    if (folder / "memory").exists():
        raise MemoryError
    return Faulty(dimensions_of(model), folder)


if __name__ == "__main__":

    def load_faulty(model: ModelFolder, _settings: Settings) -> Faulty:
        """Load as the folder says."""
        return load(model, Path(sys.argv[1]))

    main(load_faulty)
