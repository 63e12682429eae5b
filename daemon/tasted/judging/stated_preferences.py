"""Traits and interests of the settings, measured on pictures and bios. Reads and fills the library.

The bridge between scoring, which is pure, and the embedder of texts. Every text is embedded once. A
bio's vectors are kept under its picture, so they are forgotten with it.
"""

import hashlib
from collections.abc import Mapping, Sequence
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from tasted.embedding.lazy import LazyEmbedder
from tasted.library.library import TEXT_FORMAT, Embedded, Library
from tasted.plain_dataclass import dataclass
from tasted.records import PictureFacts
from tasted.scoring.interests.interests import Interest, InterestEvidence, weigh_interests
from tasted.scoring.interests.phrase_similarity import PhraseSimilarity
from tasted.scoring.interests.phrases import BACKGROUND_PHRASES, phrases
from tasted.scoring.traits.personality import (
    NO_PERSONALITY,
    PersonalityEvidence,
    Trait,
    TraitScales,
    direction,
    trait_texts,
)

_TEXT_FACTS = PictureFacts(width=0, height=0, format=TEXT_FORMAT)

_NO_TEXT = "The model reads no text: traits are left out, and interests are looked for as words."

Rows = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class MeasuredPreferences:
    """What a picture and its bio say about traits and interests."""

    personality: PersonalityEvidence | None
    interests: InterestEvidence | None


class StatedPreferences:
    """Measures traits and interests.

    Args:
        library: where vectors of texts are kept.
        embedder: of texts, opened for the first new one.
        traits: as the user wrote them.
        interests: as the user wrote them.
    """

    def __init__(
        self,
        library: Library,
        embedder: LazyEmbedder,
        traits: Sequence[Trait],
        interests: Sequence[Interest],
    ) -> None:
        self._library = library
        self._embedder = embedder
        self._traits = tuple(traits) if embedder.reads_text else ()
        self._is_unheard = bool(traits) and not embedder.reads_text
        self._interests = tuple(interests)
        self._wanted = tuple(interest.name for interest in interests if not interest.dealbreaker)

    @property
    def notes(self) -> tuple[str, ...]:
        """Sentences about preferences that this model cannot measure."""
        return (_NO_TEXT,) if self._is_unheard else ()

    @property
    def asks_texts(self) -> bool:
        """Whether bios affect a score at all."""
        return bool(self._traits or self._interests)

    @property
    def embeds_bios(self) -> bool:
        """Whether the vectors of bios affect a score."""
        return self._embedder.reads_text and bool(self._traits or self._wanted)

    def scales(self, pictures: Sequence[Rows], bios: Sequence[Rows]) -> TraitScales:
        """Fit mean and spread of the traits.

        Args:
            pictures: the views (k, d) of each picture of the history.
            bios: from `bio_rows`, for those that have a bio.
        """
        said = np.stack([rows[0] for rows in bios]) if bios else None
        return TraitScales.fit(self._traits, self._directions, pictures=pictures, bios=said)

    def measure(
        self,
        scales: TraitScales,
        views: Rows,
        content_id: str,
        bio: str | None,
        *,
        is_kept: bool = True,
    ) -> MeasuredPreferences:
        """Measure one picture and its bio.

        Args:
            scales: of the taste version.
            views: shape (k, d).
            content_id: of the picture.
            bio: None: there is none.
            is_kept: whether the bio's vectors may be kept.
        """
        rows = self.bio_rows(content_id, bio, is_kept=is_kept)
        personality = NO_PERSONALITY
        if self._traits:
            personality = scales.measure(views, None if rows is None else rows[0])
        return MeasuredPreferences(personality, self._interests_in(bio, rows))

    def measure_known(
        self, scales: TraitScales, views: Rows, contents: Sequence[str], bio: str | None
    ) -> MeasuredPreferences:
        """Measure a picture or profile without the model: words count, as vectors that are kept.

        Args:
            scales: of the taste version.
            views: shape (k, d).
            contents: of its photos; with one of them the vectors of its bio may be kept.
            bio: None: there is none.
        """
        rows: Rows | None = None
        if self.embeds_bios and (bio or "").strip():
            text_id = self._texts_of(bio or "")[1]
            found = (self._library.cached_bio(content, text_id) for content in contents)
            rows = next((kept for kept in found if kept is not None), None)
        personality = NO_PERSONALITY
        if self._traits:
            personality = scales.measure(views, None if rows is None else rows[0])
        return MeasuredPreferences(personality, self._interests_in(bio, rows))

    def measure_by_vectors(
        self, scales: TraitScales, views: Rows, bio_rows: Rows | None
    ) -> MeasuredPreferences:
        """Measure one picture of whose bio only the vectors are known, if any."""
        if not self._traits:
            return MeasuredPreferences(None, None)
        return MeasuredPreferences(
            scales.measure(views, None if bio_rows is None else bio_rows[0]), None
        )

    def bio_rows(self, content_id: str, bio: str | None, *, is_kept: bool = True) -> Rows | None:
        """Return the vectors of a bio and of its phrases, (1 + p, d); None when there are none."""
        if not self.embeds_bios or not (bio or "").strip():
            return None
        texts, text_id = self._texts_of(bio or "")
        rows = self._library.cached_bio(content_id, text_id)
        if rows is None:
            rows = self._embedder.open().embed_texts(texts)
            if is_kept:
                self._library.remember_bios({content_id: (text_id, rows)})
        return rows

    def unknown(self, bios: Mapping[str, str]) -> dict[str, str]:
        """Return the bios, by the content id of their picture, that are not embedded yet."""
        if not self.embeds_bios:
            return {}
        return {
            content: bio
            for content, bio in bios.items()
            if bio.strip() and self._library.cached_bio(content, self._texts_of(bio)[1]) is None
        }

    def embed_bios(self, bios: Mapping[str, str]) -> None:
        """Embed bios and keep their vectors, all together and in one commit.

        Args:
            bios: by the content id of their picture, none of them blank.
        """
        if not bios:
            return
        embedded_texts = {content: self._texts_of(bio) for content, bio in bios.items()}
        rows = self._embedder.open().embed_texts(
            [text for texts, _id in embedded_texts.values() for text in texts]
        )
        ends = np.cumsum([len(texts) for texts, _id in embedded_texts.values()])
        parts = np.split(rows, ends[:-1])
        self._library.remember_bios(
            {
                content: (text_id, part)
                for (content, (_texts, text_id)), part in zip(
                    embedded_texts.items(), parts, strict=True
                )
            }
        )

    def _texts_of(self, bio: str) -> tuple[list[str], str]:
        """Return the texts of a bio that are embedded, and their id."""
        texts = [bio, *self._phrases(bio)]
        return texts, text_content_id("\0".join(texts))

    def _phrases(self, bio: str | None) -> tuple[str, ...]:
        return phrases(bio or "") if self._wanted else ()

    def _interests_in(self, bio: str | None, rows: Rows | None) -> InterestEvidence:
        said = self._phrases(bio)
        if rows is None or not said:
            return weigh_interests(bio, self._interests)
        similarity = PhraseSimilarity.between(
            said,
            self._wanted,
            phrase_vectors=rows[1:],
            interest_vectors=self._interest_vectors,
            background_vectors=self._background_vectors,
        )
        return weigh_interests(bio, self._interests, similarity)

    @cached_property
    def _directions(self) -> NDArray[np.float64]:
        sides = [trait_texts(trait) for trait in self._traits]
        rows = self._vectors([text for pair in sides for side in pair for text in side])
        found, start = [], 0
        for wanted, opposite in sides:
            middle, end = start + len(wanted), start + len(wanted) + len(opposite)
            found.append(direction(rows[start:middle], rows[middle:end]))
            start = end
        return np.array(found).reshape(len(found), self._embedder.identity.dimensions)

    @cached_property
    def _interest_vectors(self) -> Rows:
        return self._vectors(self._wanted)

    @cached_property
    def _background_vectors(self) -> Rows:
        return self._vectors(BACKGROUND_PHRASES)

    def _vectors(self, texts: Sequence[str]) -> Rows:
        """Embed texts of the settings, cached like the vectors of pictures; (n, d)."""
        keys = [text_content_id(text) for text in texts]
        cached = self._library.cached(keys)
        missing = {key: text for key, text in zip(keys, texts, strict=True) if key not in cached}
        if missing:
            rows = self._embedder.open().embed_texts(list(missing.values()))
            made = {
                key: Embedded(row[None], _TEXT_FACTS)
                for key, row in zip(missing, rows, strict=True)
            }
            self._library.remember(made)
            cached |= made
        dimensions = self._embedder.identity.dimensions
        return np.array([cached[key].vector for key in keys], np.float32).reshape(-1, dimensions)


def text_content_id(text: str) -> str:
    """Return the id under which a text's vector is cached; the prefix cannot begin a picture."""
    return hashlib.sha256(b"tasted text\0" + text.encode("utf-8", "surrogatepass")).hexdigest()
