"""RapidOCR: the models lie in its wheel, so that it reads without a network (extra `ocr`).

Touches no file but those models. Nothing names a language or a size of model: every other choice
than the bundled one is a download.
"""

import importlib
import os
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tasted.reading.ocr import ReadingFailed, TextLine

# from 1.29 on onnxruntime tells Microsoft of the machine, the program and the models, as soon as it
# is imported, and keeps an id in ~/.cache/Microsoft; nothing of that begins where this is set
# (https://github.com/microsoft/onnxruntime/pull/27379)
_TELLS_NOBODY = {"ORT_DISABLE_TELEMETRY": "1"}
# a phone's screen at this length keeps its smallest print, and takes 0.9 s instead of 1.2
_LONG_SIDE_MAX = 1280
# the detector enlarges the short side to 736 pixels whatever the long one becomes: a picture of
# 3 x 900 would take gigabytes and minutes
_LONG_BY_SHORT_MAX = 3
_WHITE = 255
_CONFIDENCE_MIN = 0.7
"""Real lines were all above 0.83; round shapes in a photo become single letters at 0.65."""


class RapidOcr:
    """PP-OCRv6 by onnxruntime; German, French, Spanish, Polish and the like, and Chinese.

    Args:
        threads: how many cores it may use.

    Raises:
        ImportError: when the extra `ocr` is not installed.
    """

    name = "rapidocr"

    def __init__(self, *, threads: int) -> None:
        os.environ.update(_TELLS_NOBODY)
        made: Any = importlib.import_module("rapidocr").RapidOCR
        self._engine = made(
            params={
                "Global.log_level": "error",
                "Global.text_score": _CONFIDENCE_MIN,
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
            found = self._engine(np.ascontiguousarray(_widened(pixels)[:, :, ::-1]))
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


def _widened(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Put white to the right of or below a narrow picture: (h, w, 3) → (h', w', 3)."""
    height, width = pixels.shape[:2]
    least = -(-max(height, width) // _LONG_BY_SHORT_MAX)
    added = (max(0, least - height), max(0, least - width))
    if not any(added):
        return pixels
    return np.pad(pixels, ((0, added[0]), (0, added[1]), (0, 0)), constant_values=_WHITE)
