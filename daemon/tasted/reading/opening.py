"""Opens the engine that was chosen. Loads heavy modules, so only the engine process does it."""

import importlib

from tasted.reading.choosing import OcrChoice
from tasted.reading.ocr import OcrEngine
from tasted.reading.rapidocr import RapidOcr
from tasted.reading.tesseract import Tesseract
from tasted.reading.vision import AppleVision, Frameworks


def open_engine(choice: OcrChoice, *, threads: int) -> OcrEngine:
    """Open the engine of a choice that has one.

    Args:
        choice: from `tasted.reading.choosing.choose`.
        threads: how many cores the engine may use, where that can be said.

    Raises:
        ImportError: when its modules are there but cannot be loaded.
        ValueError: when the choice has no engine.
    """
    match choice.engine:
        case "rapidocr":
            return RapidOcr(threads=threads)
        case "vision":
            names = ("Vision", "Foundation", "objc")
            return AppleVision(Frameworks(*map(importlib.import_module, names)))
        case "tesseract" if choice.program is not None:
            return Tesseract(choice.program)
        case _:
            raise ValueError("nothing was chosen to read with")
