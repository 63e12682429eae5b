"""Apple's Vision, by pyobjc: what macOS itself recognises text with. Nothing is downloaded.

Built on the documented interface of VNRecognizeTextRequest, and tested with forged frameworks. Not
run on a Mac.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tasted.plain_dataclass import dataclass
from tasted.reading.bitmaps import bitmap
from tasted.reading.ocr import ReadingFailed, TextLine

# VNRequestTextRecognitionLevelAccurate
_ACCURATE = 0
_CONFIDENCE_MIN = 0.4
"""Vision says 0.3, 0.5 or 1, and little else."""


@dataclass(frozen=True, slots=True)
class Frameworks:
    """The modules of pyobjc that are needed, handed in."""

    vision: Any
    """`Vision`."""
    foundation: Any
    """`Foundation`."""
    objc: Any
    """`objc`."""


class AppleVision:
    """VNRecognizeTextRequest at its accurate level, with the correction of words."""

    name = "vision"

    def __init__(self, frameworks: Frameworks) -> None:
        self._frameworks = frameworks

    def read(self, pixels: NDArray[np.uint8], languages: Sequence[str]) -> list[TextLine]:
        """Find the lines of a picture.

        Raises:
            ReadingFailed: when Vision refuses the picture or a language.
        """
        data = bitmap(pixels)
        # without a pool of its own, what Vision allocates stays until the process ends
        with self._frameworks.objc.autorelease_pool():
            return [
                line for found in self._observations(data, languages) for line in _lines_of(found)
            ]

    def _observations(self, data: bytes, languages: Sequence[str]) -> list[Any]:
        vision, foundation = self._frameworks.vision, self._frameworks.foundation
        request = vision.VNRecognizeTextRequest.alloc().init()
        request.setRecognitionLevel_(_ACCURATE)
        request.setUsesLanguageCorrection_(True)
        request.setRecognitionLanguages_(list(languages))
        content = foundation.NSData.dataWithBytes_length_(data, len(data))
        handler = vision.VNImageRequestHandler.alloc().initWithData_options_(content, None)
        done, error = handler.performRequests_error_([request], None)
        if not done:
            reason = error.localizedDescription() if error is not None else "no reason given"
            raise ReadingFailed(f"Apple Vision failed: {reason}")
        return list(request.results() or ())


def _lines_of(observation: Any) -> list[TextLine]:
    candidates = observation.topCandidates_(1)
    if not candidates:
        return []
    area = observation.boundingBox()
    left, width, height = area.origin.x, area.size.width, area.size.height
    # Vision counts from the bottom left
    top = 1.0 - area.origin.y - height
    box = (float(left), float(top), float(left + width), float(top + height))
    confidence = float(candidates[0].confidence())
    is_doubted = confidence < _CONFIDENCE_MIN
    return [TextLine(str(candidates[0].string()), box, confidence, is_doubted)]
