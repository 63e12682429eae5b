"""The library of one home and one embedder: START HERE. Touches the library folder.

    references   labelled pictures: a row for each path that was learnt   references.py, register.py
    vectors      one for each view of each content ever embedded          vectors.py
    texts        what text recognition found in a content                 texts.py
    bios         vectors of bios, by the content of their picture         bios.py
    hashes       perceptual hashes of views, to recognise copies          hashes.py
    neighbours   what new pictures are compared with, from references     neighbours.py

Everything in it is derived from the inbox and can be rebuilt. Only one process may write:
`merge_insert` does not keep keys unique between two. Not for several threads at once.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import structlog
from numpy.typing import NDArray

from tasted.errors import LibraryUnusable
from tasted.library.bios import BioCache
from tasted.library.embedded import Embedded, LearnedReference, ViewHashes, unit_views
from tasted.library.hashes import HashCache
from tasted.library.neighbours import LabelVectors, NeighbourTable
from tasted.library.references import ReferenceTable
from tasted.library.schema import (
    hashes_name,
    hashes_schema,
    references_name,
    references_schema,
    vectors_name,
    vectors_schema,
)
from tasted.library.sums import ReferenceSums
from tasted.library.table import Table, connect, holds_something
from tasted.library.texts import TextCache
from tasted.library.vectors import TEXT_FORMAT, VectorCache
from tasted.records import Label, Neighbour, Origin, Reference

__all__ = ["TEXT_FORMAT", "Embedded", "LearnedReference", "Library", "ReferenceSums"]

Vectors = NDArray[np.float32]

log = structlog.get_logger("tasted.library")


class Library:
    """References and cached vectors of one embedder; `Library.open` makes one.

    Every method that reads raises LibraryUnusable when that fails; every method that writes raises
    LibraryUnusable or DiskFull, and what was committed before stands.
    """

    def __init__(
        self,
        references: ReferenceTable,
        vectors: VectorCache,
        texts: TextCache,
        bios: BioCache,
        hashes: HashCache,
        neighbours: NeighbourTable,
    ) -> None:
        self._references = references
        self._vectors = vectors
        self.texts = texts
        """The table that libraries of other embedders share."""
        self._bios = bios
        self._hashes = hashes
        self.neighbours = neighbours
        """Of the scorer in use, which publishes it before a search when it holds other data."""
        self._filled_in = 0
        self.present: AbstractSet[str] | None = None
        """The contents in the inbox; None: not known yet, so all that are cached."""
        self.apart: frozenset[str] = frozenset()
        """Folders below the label folders that are not of one person."""
        self.not_by_chance: frozenset[str] = frozenset()
        """The contents that were judged for what they are, and not because chance chose them."""
        self.upto_seq: int | None = None
        """The last event of the feedback log whose answers the references show; None: unknown."""
        self._said_of_labels = 0

    @classmethod
    def open(
        cls,
        folder: Path,
        *,
        fingerprint: str,
        dimensions: int,
        beside: "Library | None" = None,
    ) -> "Library":
        """Open the library in a folder, and create what is missing.

        Both tables are read, so that damage shows now and not in the middle of a batch. Data that
        cannot be read is never overwritten. References of other embedders stay in the folder and do
        not count.

        Args:
            folder: created with mode 0700 when it is missing.
            fingerprint: of the embedder, 64 hex digits.
            dimensions: length d of its vectors.
            beside: of the same folder and another embedder; they share the texts, of which only one
                may hold what is known.

        Raises:
            LibraryUnusable: when a table exists and cannot be read.
            DiskFull: when there is no space to create it.
            ValueError: when the fingerprint is not 64 lower-case hex digits.
        """
        references_table, vectors_table = references_name(fingerprint), vectors_name(fingerprint)
        database = connect(folder)
        references = Table(folder, database, references_table, references_schema(dimensions))
        vectors = Table(folder, database, vectors_table, vectors_schema(dimensions))
        return cls(
            ReferenceTable(references, fingerprint=fingerprint, dimensions=dimensions),
            VectorCache(vectors, fingerprint=fingerprint, dimensions=dimensions),
            TextCache(folder, database) if beside is None else beside.texts,
            BioCache(folder, database, fingerprint=fingerprint, dimensions=dimensions),
            _hash_cache(folder, database, fingerprint),
            NeighbourTable(folder, database, fingerprint=fingerprint, dimensions=dimensions),
        )

    @property
    def is_in_place(self) -> bool:
        """Whether the opened folder is still at its path."""
        return self._references.is_in_place

    @property
    def dimensions(self) -> int:
        """Length d of a vector."""
        return self._references.dimensions

    def cached(self, content_ids: Sequence[str]) -> dict[str, Embedded]:
        """Return the cached vectors of these contents; damaged ones are left out."""
        return self._vectors.cached(content_ids)

    def cached_ids(self, content_ids: Collection[str]) -> frozenset[str]:
        """Return which of these contents have vectors, without reading any."""
        return self._vectors.known(content_ids)

    def remember(self, vectors: Mapping[str, Embedded]) -> None:
        """Cache vectors by content id, in one commit; cached ones stay as they are.

        Raises:
            ValueError: when views are not of shape (k, d), or longer than 1.
        """
        self._vectors.remember(vectors)
        known = {content: picture.hashes for content, picture in vectors.items()}
        self._hashes.remember({key: value for key, value in known.items() if value is not None})

    def hashes(self, content_ids: Collection[str]) -> dict[str, ViewHashes]:
        """Return the perceptual hashes of these contents, where there are any."""
        return self._hashes.cached(content_ids)

    def lacks_hashes(self, content_ids: Collection[str]) -> frozenset[str]:
        """Return which of these contents have no hashes: they were not compared with others."""
        return self._hashes.lacking(content_ids)

    def fill_in(self, hashes: Mapping[str, ViewHashes]) -> None:
        """Keep hashes of pictures whose vectors are cached already; see `lacks_hashes`."""
        self._hashes.remember(hashes)
        self._filled_in += len(hashes)

    def sample(self, limit: int, *, exclude: Collection[str] = ()) -> dict[str, Embedded]:
        """Return at most `limit` cached pictures, those with the smallest content ids.

        Content ids are digests, so this is a random choice that stays the same as long as nothing
        is added. Pictures that are no longer in the inbox are left out, see `present`.

        Args:
            limit: the most to return.
            exclude: contents that are left out.
        """
        return self._vectors.sample(limit, exclude=exclude, among=self.present)

    def cached_bio(self, content_id: str, text_id: str) -> NDArray[np.float32] | None:
        """Return the vectors (k, d) of a picture's text; None: not known."""
        return self._bios.cached(content_id, text_id)

    def known_bio(self, content_id: str) -> NDArray[np.float32] | None:
        """Return the vectors (k, d) of the last text of a picture; None: never embedded."""
        return self._bios.known(content_id)

    def remember_bios(self, bios: Mapping[str, tuple[str, NDArray[np.float32]]]) -> None:
        """Cache vectors of texts by the picture's content id, with the sha256 of each text.

        Raises:
            ValueError: when a vector is not of length 1, or an id is not 64 hex digits.
        """
        self._bios.remember(bios)

    def cached_texts(self, content_ids: Sequence[str], reader: str) -> dict[str, str]:
        """Return what this reader found in these contents; damaged rows are left out."""
        return self.texts.cached(content_ids, reader)

    def remember_texts(self, texts: Mapping[str, str], reader: str) -> None:
        """Cache what a reader found, by content id, in one commit."""
        self.texts.remember(texts, reader)

    def texts_with_readers(self, content_ids: Sequence[str]) -> dict[str, tuple[str, str]]:
        """Return who read these contents, and what was found."""
        return self.texts.rows(content_ids)

    def bios_with_ids(self, content_ids: Sequence[str]) -> dict[str, tuple[str, Vectors]]:
        """Return the sha256 of the last text of these pictures, and its vectors (k, d)."""
        return self._bios.rows(content_ids)

    def drop_texts(self) -> None:
        """Remove all cached texts from the disk, and the vectors of bios."""
        self.texts.drop()
        self._bios.drop()

    def references(self) -> list[Reference]:
        """Return the references whose files are in the inbox, contradictions included."""
        return self._references.register.present()

    def learnt_contents(self) -> dict[str, str]:
        """Return the content id of each path that was ever learnt, but for damaged rows."""
        damaged = set(self._references.damaged())
        contents = self._references.register.contents()
        return {path: content for path, content in contents.items() if path not in damaged}

    def origin_of(self, content_id: str) -> Origin | None:
        """Return the origin of a content that was ever learnt, present or not; None: never."""
        return self._references.register.origin_of(content_id)

    def learn(self, learned: Sequence[LearnedReference]) -> None:
        """Enter references by path, in one commit; a new content at a known path replaces the old.

        A path that is learnt again with the same content keeps its origin, and is written only if
        it was absent.

        Raises:
            ValueError: when views are not of shape (k, d), or longer than 1.
        """
        self._references.learn(learned)

    def keep_only(self, paths: Collection[str]) -> int:
        """Mark the references of these paths present and all others absent.

        Absent ones do not count but keep their row, so they can come back without being embedded.

        Returns:
            How many references changed.
        """
        return self._references.keep_only(paths)

    def labels_of(self, content_id: str) -> frozenset[Label]:
        """Return which label folders hold a content; both for a contradiction."""
        return self._references.register.labels_of(content_id)

    def contradictions(self) -> frozenset[str]:
        """Return the content ids that are in both folders: they count for neither."""
        return self._references.register.contradictions()

    def damaged(self) -> list[str]:
        """Return the paths whose rows are damaged and have to be learnt again.

        They are not in `references()`. When the path itself is damaged, the true path is missing
        from `references()` and not listed here.
        """
        return self._references.damaged()

    def counts(self) -> dict[Label, int]:
        """Return how many contents count for each label; both labels are there."""
        return self._references.register.counts()

    def counted(self, content_id: str) -> Reference | None:
        """Return the reference that a content counts as; None: it does not count."""
        return self._references.register.counted().get(content_id)

    def learned(self) -> tuple[LearnedReference, ...]:
        """Read the references that count, with their vectors, in the order of learning."""
        return self._references.learned()

    def nearest(
        self,
        vector: NDArray[np.float32],
        label: Label,
        *,
        limit: int,
        exclude: str | None,
        origin: Origin | None = None,
    ) -> list[Neighbour]:
        """Return the nearest references of a label by cosine, nearest first.

        Searches the neighbour table, which is published again when the references have changed.

        A content in several files is one neighbour: the file that was learnt first. Absent
        references and contradictions are never returned. Equally near ones are in the order of
        their content ids.

        Args:
            vector: shape (d,), float32, unit length.
            label: the folder to search.
            limit: the most to return.
            exclude: a content id to leave out: a picture is never its own neighbour.
            origin: only references of this origin; None: any.

        Raises:
            ValueError: when the vector is not of shape (d,) and length 1.
        """
        (query,) = unit_views(vector[None], self._references.dimensions)
        try:
            return self._nearest(query, label, limit=limit, exclude=exclude, origin=origin)
        except LibraryUnusable as fault:
            log.warning("neighbours_made_again", reason=fault.message)
            return self._nearest(query, label, limit=limit, exclude=exclude, origin=origin)

    def _nearest(
        self,
        query: NDArray[np.float32],
        label: Label,
        *,
        limit: int,
        exclude: str | None,
        origin: Origin | None,
    ) -> list[Neighbour]:
        if not self.neighbours.holds(self._made_of_references()):
            learned = sorted(self.learned(), key=lambda picture: picture.reference.content_id)
            self.neighbours.publish(self._made_of_references(), _label_vectors(learned, query))
        references = self._references.counted_by_content()
        if limit <= 0:
            return []
        own = self.counted(exclude) if exclude is not None else None
        rows, cosines = self.neighbours.nearest(
            query,
            label,
            at_least=limit,
            without=references.index(own) if own is not None else None,
            origin=origin,
        )
        return [
            Neighbour(references[row], cosine)
            for row, cosine in zip(rows.tolist(), cosines.tolist(), strict=True)
        ]

    def _made_of_references(self) -> str:
        return sha256(f"references {self.state_digest()}".encode("ascii")).hexdigest()

    def sums(self) -> ReferenceSums:
        """Return the sums of the vectors that count, by label and origin, as of now."""
        return self._references.sums()

    def state_digest(self) -> str:
        """Return a sha256 over content id, label and origin of all references that count."""
        return self._references.register.digest()

    @property
    def changes(self) -> int:
        """Grows with every change to the references, their hashes, or what counts as one label."""
        return self._references.register.changes + self._filled_in + self._said_of_labels

    def take_apart(self, folders: Iterable[str]) -> None:
        """Set which folders below the label folders are not of one person."""
        apart = frozenset(folders)
        self._said_of_labels += apart != self.apart
        self.apart = apart

    def take_chosen(self, contents: Iterable[str]) -> None:
        """Set which contents were judged for what they are; see `not_by_chance`."""
        chosen = frozenset(contents)
        self._said_of_labels += chosen != self.not_by_chance
        self.not_by_chance = chosen

    def compact(self) -> None:
        """Join small fragments; tables also do this themselves after 100 commits."""
        self._references.compact()
        self._vectors.compact()
        self.texts.compact()
        self._bios.compact()
        self._hashes.compact()
        self.neighbours.compact()

    def close(self) -> None:
        """Release the tables. LanceDB holds no lock and no unwritten row, so this cannot fail."""
        del self._references, self._vectors, self.texts, self._bios, self._hashes
        del self.neighbours


def _label_vectors(learned: Sequence[LearnedReference], query: NDArray[np.float32]) -> LabelVectors:
    vectors = [picture.vector for picture in learned]
    return LabelVectors(
        np.stack(vectors) if vectors else np.zeros((0, len(query)), np.float32),
        [picture.reference.label for picture in learned],
        [picture.reference.origin for picture in learned],
    )


def _hash_cache(folder: Path, database: Any, fingerprint: str) -> HashCache:
    name = hashes_name(fingerprint)

    def opened() -> Table:
        return Table(folder, database, name, hashes_schema())

    table = opened() if holds_something(folder / f"{name}.lance") else None
    return HashCache(table, opened, fingerprint=fingerprint)
