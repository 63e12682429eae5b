"""Apple Vision on a forged framework: what is asked of it, and what becomes of its answers."""

from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from PIL import Image

from tasted.reading.ocr import ReadingFailed, TextLine
from tasted.reading.vision import AppleVision, Frameworks


class ForgedMac:
    """Plays Vision, Foundation and objc, and notes what was asked."""

    def __init__(self, *, results: list[Any] | None = None, error: str | None = None) -> None:
        self.asked: dict[str, Any] = {}
        self.data = b""
        self.pool = 0
        self.results_in_pool: list[int] = []
        self._results = results
        self._error = error

    def frameworks(self) -> Frameworks:
        """Return the forged modules."""
        request = SimpleNamespace(
            init=lambda: request,
            setRecognitionLevel_=lambda level: self.asked.update(level=level),
            setUsesLanguageCorrection_=lambda uses: self.asked.update(corrects=uses),
            setRecognitionLanguages_=lambda codes: self.asked.update(languages=codes),
            results=self._answer,
        )
        handler = SimpleNamespace(
            initWithData_options_=lambda data, _options: self._take(data) or handler,
            performRequests_error_=lambda requests, _error: self._perform(requests == [request]),
        )
        vision = SimpleNamespace(
            VNRecognizeTextRequest=SimpleNamespace(alloc=lambda: request),
            VNImageRequestHandler=SimpleNamespace(alloc=lambda: handler),
        )
        ns_data = SimpleNamespace(dataWithBytes_length_=lambda data, length: data[:length])
        foundation = SimpleNamespace(NSData=ns_data)
        return Frameworks(vision, foundation, SimpleNamespace(autorelease_pool=self._pool))

    def _take(self, data: bytes) -> None:
        self.data = data

    def _perform(self, is_ours: bool) -> tuple[bool, Any]:
        assert is_ours
        if self._error is None:
            return True, None
        return False, SimpleNamespace(localizedDescription=lambda: self._error)

    def _answer(self) -> list[Any] | None:
        self.results_in_pool.append(self.pool)
        return self._results

    @contextmanager
    def _pool(self) -> Any:
        self.pool += 1
        yield
        self.pool -= 1


def _observation(*candidates: tuple[str, float], box: tuple[float, float, float, float]) -> Any:
    x, y, width, height = box
    found = [
        SimpleNamespace(string=lambda t=text: t, confidence=lambda s=sure: s)
        for text, sure in candidates
    ]
    return SimpleNamespace(
        topCandidates_=lambda count: found[:count],
        boundingBox=lambda: SimpleNamespace(
            origin=SimpleNamespace(x=x, y=y), size=SimpleNamespace(width=width, height=height)
        ),
    )


PIXELS = np.arange(5 * 7 * 3, dtype=np.uint8).reshape(5, 7, 3)


def test_lines_come_back_from_the_top_left() -> None:
    """Vision counts from the bottom; no guess is no line, and a doubted one is marked."""
    mac = ForgedMac(
        results=[
            _observation(("Maya", 1.0), ("Maja", 0.5), box=(0.125, 0.75, 0.5, 0.125)),
            _observation(box=(0, 0, 1, 1)),
            _observation(("O", 0.3), box=(0, 0, 1, 1)),
        ]
    )
    lines = AppleVision(mac.frameworks()).read(PIXELS, ("en", "pt-BR"))
    assert lines == [
        TextLine("Maya", (0.125, 0.125, 0.625, 0.25), 1.0),
        TextLine("O", (0, 0, 1, 1), 0.3, is_doubted=True),
    ]
    assert mac.asked == {"level": 0, "corrects": True, "languages": ["en", "pt-BR"]}
    assert mac.results_in_pool == [1]
    assert mac.pool == 0


def test_the_picture_arrives_as_it_is(tmp_path: Any) -> None:
    """What Vision is handed is a picture file with exactly these pixels."""
    mac = ForgedMac(results=None)
    assert AppleVision(mac.frameworks()).read(PIXELS, ()) == []
    (tmp_path / "handed.bmp").write_bytes(mac.data)
    with Image.open(tmp_path / "handed.bmp") as image:
        assert np.array_equal(np.array(image.convert("RGB")), PIXELS)


def test_a_refusal_is_told() -> None:
    """Vision's own sentence is passed on."""
    mac = ForgedMac(error="The language is not supported")
    with pytest.raises(ReadingFailed, match="The language is not supported"):
        AppleVision(mac.frameworks()).read(PIXELS, ("tlh",))
