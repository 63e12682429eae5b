"""RapidOCR: the models lie in its wheel, so that it reads without a network (extra `ocr`).

Touches no file but those models. Nothing names a language or a size of model: every other choice
than the bundled one is a download.
"""

import importlib
import os
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import structlog
from numpy.typing import NDArray

from tasted.reading.ocr import ReadingFailed, TextLine
from tasted.system.machine_faults import shortage_of

# from 1.29 on onnxruntime tells Microsoft of the machine, the program and the models, as soon as it
# is imported, and keeps an id in ~/.cache/Microsoft; nothing of that begins where this is set
# (https://github.com/microsoft/onnxruntime/pull/27379)
_TELLS_NOBODY = {"ORT_DISABLE_TELEMETRY": "1"}
# a phone's screen at this length keeps its smallest print, and takes 0.9 s instead of 1.2
_LONG_SIDE_MAX = 1280
# lines are found in less than they are read in; left alone, the detector enlarges the short side
# to 736 pixels, finds the same lines and takes three times as long
_DETECTED_SIDE_MAX = 960
# a side below 30 pixels is enlarged to that whatever the long one becomes: 3 x 900 would be 9,000
# long
_LONG_BY_SHORT_MAX = 3
_WHITE = 255
_CONFIDENCE_MIN = 0.7
"""Real lines were all above 0.83; round shapes in a photo become single letters at 0.65."""
_UNNAMED = "\ufffd"
"""Stands for the letters of a line of which the model knows none; it is no sign of its own."""

log = structlog.get_logger("tasted.reading")


class RapidOcr:
    """PP-OCRv6; German, French, Spanish, Polish and the like, and Chinese.

    It computes in bfloat16 by OpenVINO where the processor has instructions for that, else in
    float32 by onnxruntime.

    Args:
        threads: how many cores it may use.
        may_be_bfloat16: False for onnxruntime on every processor.

    Raises:
        ImportError: when the extra `ocr` is not installed.
    """

    name = "rapidocr"

    def __init__(self, *, threads: int, may_be_bfloat16: bool = True) -> None:
        os.environ.update(_TELLS_NOBODY)
        self._engine, self._give_back = (
            _opened(threads) if may_be_bfloat16 else (_made(threads), _keep)
        )
        # a step of its own; a version that calls it otherwise leaves such lines out, as before
        recognise = getattr(self._engine, "recognize_txt", None)
        if recognise is not None:
            self._engine.recognize_txt = lambda lines: _marked(recognise(lines))

    def read(self, pixels: NDArray[np.uint8], languages: Sequence[str]) -> list[TextLine]:
        """Find the lines of a picture; the languages are those of the one model.

        Raises:
            ReadingFailed: when the engine fails over this picture.
        """
        del languages
        height, width = pixels.shape[:2]
        widened = np.ascontiguousarray(_widened(pixels)[:, :, ::-1])
        try:
            found = self._engine(widened)
        except Exception as error:
            if shortage_of(error) is not None:
                raise
            # OpenCV and onnxruntime have a tree of errors each, and neither is told of
            raise ReadingFailed(f"RapidOCR failed: {type(error).__name__}: {error}") from error
        finally:
            self._give_back()
        # nothing found is None, not an empty list
        if getattr(found, "txts", None) is None or found.boxes is None:
            return []
        size = np.array([width, height], dtype=np.float64)
        return [
            _line(str(text).replace(_UNNAMED, ""), _box(corners, size), float(score))
            for text, corners, score in zip(found.txts, found.boxes, found.scores, strict=True)
        ]


def _opened(threads: int) -> tuple[Any, Callable[[], None]]:
    """Return RapidOCR with sessions in bfloat16, else with its own by onnxruntime.

    With it comes what gives memory back after each picture.
    """
    engine = _made(threads)
    try:
        # OpenVINO is loaded when the first picture is read, and may be missing
        sessions: Any = importlib.import_module("tasted.reading.bfloat16_sessions")
        give_back = sessions.load_in_bfloat16(engine, threads=threads)
    except Exception as error:
        if shortage_of(error) is not None:
            raise
        # private names of RapidOCR have changed, or OpenVINO is broken: it reads without both
        log.warning("not_read_in_bfloat16", reason=f"{type(error).__name__}: {error}")
        give_back = None
    return (engine, give_back) if give_back is not None else (_made(threads), _keep)


def _keep() -> None:
    """Give nothing back: onnxruntime does that by itself."""


def _made(threads: int) -> Any:
    made: Any = importlib.import_module("rapidocr").RapidOCR
    return made(
        params={
            "Global.log_level": "error",
            # what it doubts is left out here, for it tells of letters that it does not know
            "Global.text_score": 0.0,
            "Global.max_side_len": _LONG_SIDE_MAX,
            # screenshots stand upright
            "Global.use_cls": False,
            "Det.limit_type": "max",
            "Det.limit_side_len": _DETECTED_SIDE_MAX,
            # as fast as several together, whose answers for 18,710 signs each are 70 MB at a time
            "Rec.rec_batch_num": 1,
            "EngineConfig.onnxruntime.intra_op_num_threads": threads,
            "EngineConfig.onnxruntime.inter_op_num_threads": 1,
        }
    )


def _line(text: str, box: tuple[float, float, float, float], score: float) -> TextLine:
    if not text.strip():
        return TextLine(text, box, 0.0, is_doubted=True)
    return TextLine(text, box, score, is_doubted=score < _CONFIDENCE_MIN)


def _marked(found: Any) -> Any:
    """Mark the lines of which no letter was named: RapidOCR leaves an empty text out."""
    if found.txts is not None:
        found.txts = tuple(text if text.strip() else f"{text}{_UNNAMED}" for text in found.txts)
    return found


def _box(corners: Any, size: NDArray[np.float64]) -> tuple[float, float, float, float]:
    """Return the corners (4, 2) of a line, in pixels, as shares of the size (2,)."""
    shares = np.asarray(corners, dtype=np.float64) / size
    (left, top), (right, bottom) = shares.min(axis=0), shares.max(axis=0)
    return float(left), float(top), float(right), float(bottom)


def _widened(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Put white to the right of or below a narrow picture: (h, w, 3) → (h', w', 3)."""
    height, width = pixels.shape[:2]
    least = -(-max(height, width) // _LONG_BY_SHORT_MAX)
    added = (max(0, least - height), max(0, least - width))
    if not any(added):
        return pixels
    return np.pad(pixels, ((0, added[0]), (0, added[1]), (0, 0)), constant_values=_WHITE)
