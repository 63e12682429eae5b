"""Reads one screenshot: opens the chosen engine when it is first needed, and makes sense of lines.

Touches nothing but the engine.
"""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from tasted.plain_dataclass import dataclass
from tasted.reading.choosing import EngineName, OcrChoice
from tasted.reading.companion import CompanionText
from tasted.reading.languages import LATIN
from tasted.reading.layout import ProfileText, read_layout
from tasted.reading.ocr import OcrEngine, ReadingFailed, TextLine
from tasted.reading.picture_text import PictureText, photos_of_views
from tasted.reading.tiles import read_in_pieces
from tasted.reading.unread import UNKNOWN
from tasted.records import PictureFacts
from tasted.system.machine_faults import shortage_of

_NO_TEXT = "There is no text file beside it, and no text was found in the picture."
_ONLY_APP = "There is no text file beside it, and the picture holds no text but that of the app."
_ONLY_PRINT = "There is no text file beside it, and the only text is printed on a photograph."
_READS: dict[EngineName | None, str] = {
    "rapidocr": "Latin, Chinese and Japanese letters",
    "tesseract": "the languages of reading.languages that it has data for",
}
_PENDING = "The text in the picture is still being read; the score may change with it."
_INSTEAD = "Write it into a text file beside the picture to have it count."


@dataclass(frozen=True, slots=True)
class ScreenText:
    """What a screenshot says and where that comes from, or why it says nothing."""

    text: CompanionText | None
    source: str | None
    """`companion`, or `ocr:` and the name of the engine."""
    missing: str | None
    """A sentence, with a remedy where there is one."""
    on_photos: str | None = None
    """What is printed over the photographs of the screen."""
    script: str | None = None
    """Of most letters that were found in the picture; `unknown` where they could not be read."""
    confidence: float | None = None
    """How sure the engine is of them, in [0, 1]."""
    has_unread: bool = False
    """Whether the picture has text that could not be read."""
    is_pending: bool = False
    """Whether the picture is still to be read."""


class Reader:
    """Reads pictures with the engine that was chosen, if one was.

    Args:
        choice: the engine, or why there is none.
        languages: codes such as `en`, the likeliest first.
        open_engine: opens it; called once.
    """

    def __init__(
        self,
        choice: OcrChoice,
        languages: Sequence[str],
        open_engine: Callable[[OcrChoice], OcrEngine],
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
            OSError: when the machine has no memory or no more open files for it.
            MemoryError: as above.
        """
        if self._engine is None:
            try:
                self._engine = self._open_engine(self.choice)
            except Exception as error:
                if not isinstance(error, ImportError) and shortage_of(error) is not None:
                    raise
                # a broken installation shows as ImportError, OSError, or anything of the library's
                raise ReadingFailed(
                    f"{self.choice.engine} cannot be loaded: {type(error).__name__}: {error}"
                ) from error
        engine = self._engine
        return read_in_pieces(pixels, lambda piece: engine.read(piece, self._languages))

    @property
    def pending(self) -> ScreenText:
        """What a picture says that is still to be read."""
        return ScreenText(None, None, _PENDING, is_pending=True)

    def beside(self, companion: CompanionText | None) -> ScreenText | None:
        """Return what the text file says, where it counts; None means: look at the picture."""
        if companion is not None and self.choice.reads_companion:
            return ScreenText(companion, "companion", None)
        return None if self.reads_pictures else ScreenText(None, None, self.choice.missing)

    def made_of(self, seen: PictureText, facts: PictureFacts) -> ScreenText:
        """Return what the lines of a picture say.

        Args:
            seen: what the engine found, or what the cache holds of that.
            facts: of the picture.
        """
        photos = seen.photos
        if photos is None:
            photos = photos_of_views(facts.views, width=facts.width, height=facts.height)
        found = read_layout(
            seen.lines,
            aspect=facts.width / max(1, facts.height),
            photos=photos,
            engine=self.choice.engine,
        )
        sentence = self._unread(found) if found.has_unread else None
        text, source, missing = None, None, sentence
        if found.heading or found.texts:
            # one sentence in one place: where the bio would be, or among the notes beside one
            notes = (sentence,) if sentence is not None and found.bio is not None else ()
            text = CompanionText(found.name, found.age, found.bio, notes)
            source = f"ocr:{self.choice.engine}"
            missing = sentence if found.bio is None else None
        elif sentence is None:
            missing = _why_none(seen, found)
        return ScreenText(
            text, source, missing, found.on_photos, found.script, found.confidence, found.has_unread
        )

    def _unread(self, found: ProfileText) -> str:
        engine = self.choice.engine
        letters = _READS.get(engine)
        knows = f": it knows {letters}" if letters is not None else ""
        # Latin letters are what an engine puts in the place of those that it does not know
        is_named = found.script not in {None, UNKNOWN, LATIN}
        text = f"text in {found.script} letters" if is_named else "text"
        return f"There is {text} in the picture that {engine} cannot read{knows}. {_INSTEAD}"

    @staticmethod
    def failed(error: ReadingFailed) -> ScreenText:
        """Return that the picture could not be read, and why."""
        return ScreenText(None, None, f"The picture could not be read: {error}")


def _why_none(seen: PictureText, found: ProfileText) -> str:
    if found.on_photos is not None:
        return _ONLY_PRINT
    return _ONLY_APP if any(not line.is_doubted for line in seen.lines) else _NO_TEXT
