"""RapidOCR: the models lie in its wheel, so that it reads without a network (extra `ocr`).

Touches no file but those models. Nothing names a language or a size of model: every other choice
than the bundled one is a download.
"""

import importlib
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tasted.reading.ocr import ReadingFailed, TextLine

# a phone's screen at this length keeps its smallest print, and takes 0.9 s instead of 1.2
_LONG_SIDE_MAX = 1280


class RapidOcr:
    """PP-OCRv6 by onnxruntime; German, French, Spanish, Polish and the like, and Chinese.

    Args:
        threads: how many cores it may use.

    Raises:
        ImportError: when the extra `ocr` is not installed.
    """

    name = "rapidocr"

    def __init__(self, *, threads: int) -> None:
        made: Any = importlib.import_module("rapidocr").RapidOCR
        self._engine = made(
            params={
                "Global.log_level": "error",
                "Global.max_side_len": _LONG_SIDE_MAX,
                # screenshots stand upright
                "Global.use_cls": False,
                "EngineConfig.onnxruntime.intra_op_num_threads": threads,
                "EngineConfig.onnxruntime.inter_op_num_threads": 1,
            }
        )

    def read(self, pixels: NDArray[np.uint8], languages: Sequence[str]) -> list[TextLine]:
        """Find the lines of a picture; the languages are those of the one model.

        Raises:
            ReadingFailed: when the engine fails over this picture.
        """
        del languages
        height, width = pixels.shape[:2]
        try:
            found = self._engine(np.ascontiguousarray(pixels[:, :, ::-1]))
        except Exception as error:
            # OpenCV and onnxruntime have a tree of errors each, and neither is told of
            raise ReadingFailed(f"RapidOCR failed: {type(error).__name__}: {error}") from error
        # nothing found is None, not an empty list
        if getattr(found, "txts", None) is None or found.boxes is None:
            return []
        size = np.array([width, height], dtype=np.float64)
        lines: list[TextLine] = []
        for text, corners, score in zip(found.txts, found.boxes, found.scores, strict=True):
            shares = np.asarray(corners, dtype=np.float64) / size
            (left, top), (right, bottom) = shares.min(axis=0), shares.max(axis=0)
            box = (float(left), float(top), float(right), float(bottom))
            lines.append(TextLine(str(text), box, float(score)))
        return lines
