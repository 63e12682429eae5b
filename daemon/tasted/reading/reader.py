"""Reads one screenshot: opens the chosen engine when it is first needed, and makes sense of lines.

Touches nothing but the engine.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tasted.reading.choosing import Choice
from tasted.reading.companion import CompanionText
from tasted.reading.layout import read_layout
from tasted.reading.ocr import OcrEngine, ReadingFailed, TextLine
from tasted.reading.tiles import read_in_pieces

_NO_TEXT = "There is no text file beside it, and no text was found in the picture."
_ONLY_APP = "There is no text file beside it, and the picture holds no text but that of the app."


@dataclass(frozen=True, slots=True)
class ScreenText:
    """What a screenshot says and where that comes from, or why it says nothing."""

    text: CompanionText | None
    source: str | None
    """`companion`, or `ocr:` and the name of the engine."""
    missing: str | None
    """A sentence, with a remedy where there is one."""


class Reader:
    """Reads pictures with the engine that was chosen, if one was.

    Args:
        choice: the engine, or why there is none.
        languages: codes such as `en`, the likeliest first.
        open_engine: opens it; called once.
    """

    def __init__(
        self,
        choice: Choice,
        languages: Sequence[str],
        open_engine: Callable[[Choice], OcrEngine],
    ) -> None:
        self.choice = choice
        self._languages = tuple(languages)
        self._open_engine = open_engine
        self._engine: OcrEngine | None = None

    @property
    def reads_pictures(self) -> bool:
        """Whether an engine was chosen."""
        return self.choice.engine is not None

    def read(self, pixels: NDArray[np.uint8]) -> list[TextLine]:
        """Find the lines of a picture.

        Args:
            pixels: (h, w, 3), upright sRGB.

        Raises:
            ReadingFailed: when the engine cannot be loaded, or fails over this picture.
        """
        if self._engine is None:
            try:
                self._engine = self._open_engine(self.choice)
            except Exception as error:
                # a broken installation shows as ImportError, OSError, or anything of the library's
                raise ReadingFailed(
                    f"{self.choice.engine} cannot be loaded: {type(error).__name__}: {error}"
                ) from error
        engine = self._engine
        return read_in_pieces(pixels, lambda piece: engine.read(piece, self._languages))

    def beside(self, companion: CompanionText | None) -> ScreenText | None:
        """Return what the text file says, where it counts; None means: look at the picture."""
        if companion is not None and self.choice.reads_companion:
            return ScreenText(companion, "companion", None)
        return None if self.reads_pictures else ScreenText(None, None, self.choice.missing)

    def made_of(self, lines: Sequence[TextLine], *, aspect: float) -> ScreenText:
        """Return what the lines of a picture say.

        Args:
            lines: of the engine, or of the cache.
            aspect: width of the picture through its height.
        """
        found = read_layout(lines, aspect=aspect)
        if not (found.heading or found.texts):
            return ScreenText(None, None, _ONLY_APP if lines else _NO_TEXT)
        text = CompanionText(found.name, found.age, found.bio)
        return ScreenText(text, f"ocr:{self.choice.engine}", None)

    @staticmethod
    def failed(error: ReadingFailed) -> ScreenText:
        """Return that the picture could not be read, and why."""
        return ScreenText(None, None, f"The picture could not be read: {error}")


def lines_to_json(lines: Sequence[TextLine]) -> str:
    """Write lines for the cache, in ASCII."""
    return json.dumps([[line.text, line.box, line.confidence] for line in lines])


def lines_from_json(text: str) -> list[TextLine]:
    """Read what `lines_to_json` wrote."""
    return [
        TextLine(words, (box[0], box[1], box[2], box[3]), confidence)
        for words, box, confidence in json.loads(text)
    ]
