"""What was found in the pictures of a batch, on its way into the library. Writes the library.

It is written after the answers, in a commit for each table, at the end of a batch and now and then
in a long one: nobody waits for it, and what is lost with an engine that is killed in between is
found again.
"""

from tasted.engine.item import PipelineItem
from tasted.library.embedded import Embedded, ViewHashes
from tasted.library.library import Library
from tasted.system.faultpoints import reach

MANY = 32
"""So many are written before the end of their batch: an engine that is killed has them to find."""


class Findings:
    """Vectors, hashes and texts that the library does not have yet; used by one thread.

    Args:
        library: gets them.
        reader: names what reads texts.
        keeps_texts: whether texts are kept at all.
    """

    def __init__(self, library: Library, reader: str, *, keeps_texts: bool) -> None:
        self._library = library
        self._reader = reader
        self._keeps_texts = keeps_texts
        self._embedded: dict[str, Embedded] = {}
        self._hashes: dict[str, ViewHashes] = {}
        self._texts: dict[str, str] = {}

    def note(self, item: PipelineItem) -> None:
        """Take in what was found in an item; nothing of a picture that lies elsewhere is kept."""
        if item.file.is_outside:
            return
        if item.is_embedded_anew and item.embedded is not None:
            self._embedded[item.content_id] = item.embedded
        if item.hashes is not None:
            self._hashes[item.content_id] = item.hashes
        if item.is_read_anew and item.picture_text is not None and self._keeps_texts:
            self._texts[item.content_id] = item.picture_text.to_json()

    @property
    def are_many(self) -> bool:
        """Whether they are worth a commit, although the batch goes on."""
        return len(self._embedded) + len(self._hashes) + len(self._texts) >= MANY

    def keep(self) -> None:
        """Write everything.

        Raises:
            LibraryUnusable, DiskFull: when it cannot be written; what is left is written next time.
        """
        if self._embedded:
            self._library.remember(self._embedded)
            self._embedded = {}
        if self._hashes:
            self._library.fill_in(self._hashes)
            self._hashes = {}
        if self._texts:
            self._library.remember_texts(self._texts, self._reader)
            self._texts = {}
        reach("engine.remembered")
