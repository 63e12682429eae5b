"""What is known of pictures without opening one: their origins, their texts, folders unlike.

Reads the outbox once, text files of the inbox, and the library.
"""

from collections.abc import Callable, Mapping, Sequence

from tasted.copies.finding import Pictured
from tasted.engine.profiles import shown_beside
from tasted.engine.reading_files import InboxReader
from tasted.judging.counted_labels import CountedLabel, counted_labels
from tasted.judging.unlike import FolderPhoto, are_unlike, known_background
from tasted.library.library import LearnedReference, Library
from tasted.outbox.ledger import Ledger
from tasted.reading.picture_text import picture_text_from
from tasted.reading.reader import Reader, ScreenText
from tasted.records import Origin


class Origins:
    """What the sidecars of one home say of contents, and what was scored since.

    Contents of this inbox alone are known: what was scored elsewhere for a command is not a
    screenshot of it, and has no path below it.

    Args:
        ledger: of the outbox; refreshed when it is first needed.
    """

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._origins: dict[str | None, Origin] | None = None
        self._paths: dict[str | None, str] = {}
        """Of contents that were scored; known when the origins are."""

    def origin_of(self, content_id: str) -> Origin | None:
        """Tell feedback on a score from a picture that the user brought; None: not known."""
        return self._known().get(content_id)

    def path_of(self, content_id: str) -> str | None:
        """Return where in the inbox a picture that was scored lies, as the outbox says."""
        self._known()
        return self._paths.get(content_id)

    def scored(self, content_id: str, path: str) -> None:
        """Take in that a picture of the inbox was scored.

        Args:
            content_id: of it.
            path: relative to the inbox.
        """
        # once the outbox is read it holds this score as well
        if self._origins is not None:
            self._origins.setdefault(content_id, Origin.FEEDBACK)
            self._paths[content_id] = path

    def forget(self) -> None:
        """Know nothing, until the outbox is read again."""
        self._origins, self._paths = None, {}

    def _known(self) -> dict[str | None, Origin]:
        if self._origins is None:
            self._ledger.refresh()
            entries = self._ledger.entries.values()
            scored = {entry.content_id: entry.path for entry in entries if entry.status == "scored"}
            learnt = {
                entry.content_id: entry.origin for entry in entries if entry.origin is not None
            }
            self._origins = {**dict.fromkeys(scored, Origin.FEEDBACK), **learnt}
            self._paths = scored
        return self._origins


class Bios:
    """Finds what known pictures say, without reading a picture again.

    Args:
        inbox: reads text files.
        library: holds what was read in pictures.
        reader: makes sense of it.
        path_of: tells by content id where a picture lies in the inbox; None: not known.
    """

    def __init__(
        self,
        inbox: InboxReader,
        library: Library,
        reader: Reader,
        *,
        path_of: Callable[[str], str | None] = lambda _content_id: None,
    ) -> None:
        self._inbox = inbox
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
        paths = {
            content_id: path if path is not None else self._path_of(content_id)
            for content_id, path in pictures.items()
        }
        texts = self._inbox.texts_beside({path for path in paths.values() if path is not None})
        for content_id, path in paths.items():
            beside = self._reader.beside(texts.get(path) if path is not None else None)
            if beside is not None and beside.text is not None:
                found[content_id] = beside.text.bio
        found |= self._read_before([known for known in pictures if known not in found])
        return {content_id: bio for content_id, bio in found.items() if bio}

    def _read_before(self, contents: list[str]) -> dict[str, str | None]:
        texts = self._library.cached_texts(contents, self._reader.choice.reader)
        pictures = self._library.cached(list(texts))
        found: dict[str, str | None] = {}
        for content_id, picture in pictures.items():
            text = self._reader.made_of(picture_text_from(texts[content_id]), picture.facts)
            found[content_id] = text.text.bio if text.text is not None else None
        return found


class LabelLooks:
    """Finds label folders that are of several people, by looks and texts.

    Args:
        inbox: reads the texts beside pictures.
        library: the memory.
        reader: knows whether those count.
        path_of: tells by content id where a picture lay when it was scored: a folder that was liked
            is a copy, without the texts.
    """

    def __init__(
        self,
        inbox: InboxReader,
        library: Library,
        reader: Reader,
        *,
        path_of: Callable[[str], str | None],
    ) -> None:
        self._inbox = inbox
        self._library = library
        self._reader = reader
        self._path_of = path_of

    def unlike(self) -> list[str]:
        """Return the folders whose photos count as one label and share no likeness, in order."""
        profiles = [label for label in counted_labels(self._library) if label.folder is not None]
        texts = self._texts([photo for label in profiles for photo in label.photos])
        return sorted(
            label.folder
            for label in profiles
            if label.folder is not None
            and are_unlike(self._shown(label, texts), lambda: known_background(self._library))
        )

    def _texts(self, photos: Sequence[LearnedReference]) -> dict[str, ScreenText]:
        """Return what is written beside each photo, or was when it was scored, by content."""
        places = {
            photo.reference.content_id: (
                photo.reference.path,
                self._path_of(photo.reference.content_id),
            )
            for photo in photos
        }
        found = self._inbox.texts_beside(
            {path for pair in places.values() for path in pair if path is not None}
        )
        texts: dict[str, ScreenText] = {}
        for content_id, pair in places.items():
            written = (found[path] for path in pair if path is not None and path in found)
            beside = self._reader.beside(next(written, None))
            if beside is not None:
                texts[content_id] = beside
        return texts

    def _shown(self, label: CountedLabel, texts: Mapping[str, ScreenText]) -> list[FolderPhoto]:
        hashes = self._library.hashes(label.contents)
        embedded = self._library.cached(label.contents)
        return [
            shown_beside(
                Pictured(content_id, photo.views, hashes.get(content_id)),
                texts.get(content_id),
                is_blank=content_id in embedded and embedded[content_id].facts.blank,
            )
            for content_id, photo in zip(label.contents, label.photos, strict=True)
        ]
