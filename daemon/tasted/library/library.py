"""The memory of one home for one embedder: START HERE. Touches the library folder.

    references   what teaches: a row for each path that was learnt        references.py, register.py
    vectors      those of each content that was ever embedded, a view each vectors.py
    texts        what text recognition found in a content                 texts.py
    bios         the vectors of those texts, by the picture's content     bios.py

Everything in it is derived from the inbox and can be rebuilt. One process writes: `merge_insert` is
no unique constraint between two. Not for several threads at once.
"""

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tasted.library.bios import BioCache
from tasted.library.embedded import Embedded, LearnedReference, unit_views
from tasted.library.references import ReferenceTable
from tasted.library.schema import (
    references_name,
    references_schema,
    vectors_name,
    vectors_schema,
)
from tasted.library.sums import ReferenceSums
from tasted.library.table import Table, connect
from tasted.library.texts import TextCache
from tasted.library.vectors import TEXT_FORMAT, VectorCache
from tasted.records import Label, Neighbour, Origin, Reference

__all__ = ["TEXT_FORMAT", "Embedded", "LearnedReference", "Library", "ReferenceSums"]


class Library:
    """References and cached vectors of one embedder; `Library.open` makes one.

    Every method that reads raises LibraryUnusable when that fails; every method that writes raises
    LibraryUnusable or DiskFull, and what was committed before stands.
    """

    def __init__(
        self, references: ReferenceTable, vectors: VectorCache, texts: TextCache, bios: BioCache
    ) -> None:
        self._references = references
        self._vectors = vectors
        self._texts = texts
        self._bios = bios

    @classmethod
    def open(cls, folder: Path, *, fingerprint: str, dimensions: int) -> "Library":
        """Open the library in a folder, and make what is missing of it.

        Both tables are read, so that damage shows now and not in the middle of a batch. Nothing is
        ever made anew over data that cannot be read. References of other embedders stay in the
        folder and do not count.

        Args:
            folder: made with mode 0700 when it is missing.
            fingerprint: of the embedder, 64 hex digits.
            dimensions: length d of its vectors.

        Raises:
            LibraryUnusable: when there is something that cannot be read.
            DiskFull: when there is no space to make it.
            ValueError: when the fingerprint is not 64 lower-case hex digits.
        """
        references_table, vectors_table = references_name(fingerprint), vectors_name(fingerprint)
        database = connect(folder)
        references = Table(folder, database, references_table, references_schema(dimensions))
        vectors = Table(folder, database, vectors_table, vectors_schema(dimensions))
        return cls(
            ReferenceTable(references, fingerprint=fingerprint, dimensions=dimensions),
            VectorCache(vectors, fingerprint=fingerprint, dimensions=dimensions),
            TextCache(folder, database),
            BioCache(folder, database, fingerprint=fingerprint, dimensions=dimensions),
        )

    @property
    def dimensions(self) -> int:
        """Length d of a vector."""
        return self._references.dimensions

    def cached(self, content_ids: Sequence[str]) -> dict[str, Embedded]:
        """Return the cached vectors of these contents; damaged ones are left out."""
        return self._vectors.cached(content_ids)

    def remember(self, vectors: Mapping[str, Embedded]) -> None:
        """Cache vectors by content id, in one commit; what is cached already stays as it is.

        Raises:
            ValueError: when views are not of shape (k, d) and length 1.
        """
        self._vectors.remember(vectors)

    def sample(self, limit: int, *, exclude: Collection[str] = ()) -> dict[str, Embedded]:
        """Return at most `limit` cached pictures, those with the smallest content ids.

        Content ids are digests, so that this is a random choice that stays the same as long as
        nothing is added.

        Args:
            limit: the most to return.
            exclude: contents that are left out.
        """
        return self._vectors.sample(limit, exclude=exclude)

    def cached_bio(self, content_id: str, text_id: str) -> NDArray[np.float32] | None:
        """Return the vectors (k, d) of a picture's text; None when they are not known."""
        return self._bios.cached(content_id, text_id)

    def known_bio(self, content_id: str) -> NDArray[np.float32] | None:
        """Return the vectors (k, d) of the text that a picture had last; None: never embedded."""
        return self._bios.known(content_id)

    def remember_bios(self, bios: Mapping[str, tuple[str, NDArray[np.float32]]]) -> None:
        """Cache vectors of texts by the picture's content id, with the sha256 of each text.

        Raises:
            ValueError: when a vector is not of length 1, or an id is not 64 hex digits.
        """
        self._bios.remember(bios)

    def cached_texts(self, content_ids: Sequence[str], reader: str) -> dict[str, str]:
        """Return what this reader found in these contents; damaged rows are left out."""
        return self._texts.cached(content_ids, reader)

    def remember_texts(self, texts: Mapping[str, str], reader: str) -> None:
        """Cache what a reader found, by content id, in one commit."""
        self._texts.remember(texts, reader)

    def drop_texts(self) -> None:
        """Remove all cached texts from the disk, and the vectors of bios."""
        self._texts.drop()
        self._bios.drop()

    def references(self) -> list[Reference]:
        """Return the references whose files are in the inbox, contradictions included."""
        return self._references.register.present()

    def learn(self, learned: Sequence[LearnedReference]) -> None:
        """Enter references by path, in one commit: another content at a known path replaces it.

        A path that is learnt again with the same content keeps its origin, and is written only when
        it had been absent.

        Raises:
            ValueError: when views are not of shape (k, d) and length 1.
        """
        self._references.learn(learned)

    def keep_only(self, paths: Collection[str]) -> int:
        """Mark the references of these paths present and all others absent.

        Absent ones count for nothing and keep their row: they are back without being embedded.

        Returns:
            How many references changed.
        """
        return self._references.keep_only(paths)

    def labels_of(self, content_id: str) -> frozenset[Label]:
        """Return in which folders files of a content lie; both for a contradiction."""
        return self._references.register.labels_of(content_id)

    def contradictions(self) -> frozenset[str]:
        """Return the content ids that lie in both folders: they count for neither."""
        return self._references.register.contradictions()

    def damaged(self) -> list[str]:
        """Return the paths whose rows are damaged and have to be learnt anew.

        They are not in `references()`. A row whose path itself is damaged shows only there: the
        true path is missing from it.
        """
        return self._references.damaged()

    def counts(self) -> dict[Label, int]:
        """Return how many contents count for each label; both labels are there."""
        return self._references.register.counts()

    def counted(self, content_id: str) -> Reference | None:
        """Return the reference that a content counts as; None when it does not count."""
        return self._references.register.counted().get(content_id)

    def learned(self) -> tuple[LearnedReference, ...]:
        """Return the references that count, with their vectors, in the order of learning."""
        return self._references.matrix().learned

    def nearest(
        self,
        vector: NDArray[np.float32],
        label: Label,
        *,
        limit: int,
        exclude: str | None,
        origin: Origin | None = None,
    ) -> list[Neighbour]:
        """Return the nearest references of a label by exact cosine, nearest first.

        A content that lies in several files is one neighbour: the file that was learnt first.
        Absent references and contradictions never come back. Equally near ones are in the order of
        their content ids.

        Args:
            vector: shape (d,), float32, unit length.
            label: the folder to search.
            limit: the most to return.
            exclude: a content id that is left out: a picture is never its own neighbour.
            origin: only references of this origin; None means any.

        Raises:
            ValueError: when the vector is not of shape (d,) and length 1.
        """
        (query,) = unit_views(vector[None], self._references.dimensions)
        matrix = self._references.matrix()
        return matrix.nearest(query, label, limit=limit, exclude=exclude, origin=origin)

    def sums(self) -> ReferenceSums:
        """Return the sums of the vectors that count, by label and origin, as of now."""
        return self._references.matrix().sums

    def state_digest(self) -> str:
        """Return a sha256 over content id, label and origin of all references that count."""
        return self._references.register.digest()

    @property
    def changes(self) -> int:
        """Grows with every change of the references that are present."""
        return self._references.register.changes

    def compact(self) -> None:
        """Join small fragments; tables do this by themselves after 100 commits."""
        self._references.compact()
        self._vectors.compact()
        self._texts.compact()
        self._bios.compact()

    def close(self) -> None:
        """Let go of the tables. LanceDB holds no lock and no unwritten row, so this cannot fail."""
        del self._references, self._vectors, self._texts, self._bios
