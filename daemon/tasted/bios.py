"""What known pictures say of themselves: by the text beside them, else by what was read in them.

Reads text files of the inbox and the library; no picture is opened.
"""

from collections.abc import Callable, Mapping

from tasted.intake import Intake
from tasted.library.library import Library
from tasted.reading.reader import Reader, lines_from_json


class Bios:
    """Finds bios without reading a picture anew.

    Args:
        intake: reads text files of the inbox.
        library: holds what was read in pictures.
        reader: makes sense of it.
        path_of: tells by content id where a picture lies in the inbox; None: not known.
    """

    def __init__(
        self,
        intake: Intake,
        library: Library,
        reader: Reader,
        *,
        path_of: Callable[[str], str | None] = lambda _content: None,
    ) -> None:
        self._intake = intake
        self._library = library
        self._reader = reader
        self._path_of = path_of

    def of(self, pictures: Mapping[str, str | None]) -> dict[str, str]:
        """Return the bios that are known, by content id.

        Args:
            pictures: content ids, each with a path in the inbox to look for a text beside; None:
                where it was scored.
        """
        found: dict[str, str | None] = {}
        for content, given in pictures.items():
            path = given if given is not None else self._path_of(content)
            beside = self._reader.beside(self._intake.text_beside(path) if path else None)
            if beside is not None and beside.text is not None:
                found[content] = beside.text.bio
        found |= self._read_before([content for content in pictures if content not in found])
        return {content: bio for content, bio in found.items() if bio}

    def _read_before(self, contents: list[str]) -> dict[str, str | None]:
        texts = self._library.cached_texts(contents, self._reader.choice.reader)
        pictures = self._library.cached(list(texts))
        found: dict[str, str | None] = {}
        for content, picture in pictures.items():
            aspect = picture.facts.width / max(1, picture.facts.height)
            told = self._reader.made_of(lines_from_json(texts[content]), aspect=aspect)
            found[content] = told.text.bio if told.text is not None else None
        return found
