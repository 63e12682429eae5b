"""The fixed formula on many pictures at once, with answers that are no references yet.

Reads a library. `judging.seed` asks the neighbour table once a picture, and knows the references of
now. For somebody who judges, thousands of pictures are to be scored after each answer: here the
references are held in memory, and the answers since count beside them. What results is the same.
"""

from collections.abc import Collection, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from tasted.judging.fitting import BiosOf
from tasted.judging.judged import Preferences
from tasted.judging.seed import trait_prompt
from tasted.judging.stated_preferences import text_content_id
from tasted.library.library import Library
from tasted.plain_dataclass import dataclass
from tasted.records import Label, Origin
from tasted.scoring.seed.evidence import ReferenceMeans, SeedEvidence
from tasted.scoring.seed.formula import score_seed

Vector = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class SeedPicture:
    """A picture, or a profile as one."""

    contents: tuple[str, ...]
    path: str
    """Relative to the inbox; of a profile its folder, with the slash."""
    vector: Vector
    """Shape (d,), of length 1."""


@dataclass(frozen=True, slots=True, eq=False)
class SeedLabel:
    """A liked or rejected picture."""

    content: str
    liked: bool
    is_brought: bool
    """Whether it was added only as a label."""
    vector: Vector
    """Shape (d,), of length 1."""


@dataclass(frozen=True, slots=True, eq=False)
class _Labels:
    """Labelled contents, n of them."""

    contents: tuple[str, ...]
    liked: NDArray[np.bool_]
    are_brought: NDArray[np.bool_]
    vectors: NDArray[np.float64]
    """Shape (n, d)."""

    def without(self, contents: Collection[str]) -> "_Labels":
        left = [place for place, own in enumerate(self.contents) if own not in contents]
        if len(left) == len(self.contents):
            return self
        return _Labels(
            tuple(self.contents[place] for place in left),
            self.liked[left],
            self.are_brought[left],
            self.vectors[left],
        )

    def total(self, label: Label, origin: Origin | None = None) -> tuple[NDArray[np.float64], int]:
        """Return sum and count of a label; see `scoring.seed.evidence.Totals`."""
        chosen = self.liked == (label is Label.LIKED)
        if origin is not None:
            chosen = chosen & (self.are_brought == (origin is Origin.REFERENCE))
        rows = self.vectors[chosen]
        return rows.sum(axis=0), len(rows)


class SeedPool:
    """The formula of one home.

    Args:
        library: of the home.
        preferences: from the settings.
        reads_text: whether the embedder does.
        bios_of: finds the bios of pictures.
    """

    def __init__(
        self, library: Library, preferences: Preferences, *, reads_text: bool, bios_of: BiosOf
    ) -> None:
        self._library = library
        self._preferences = preferences
        self._reads_text = reads_text
        self._bios_of = bios_of
        self._known = (-1, _none(library.dimensions))
        """The last state of the references, and their labels."""

    def confidences(
        self,
        pictures: Mapping[str, SeedPicture],
        answers: Mapping[str, bool | None],
        vectors: Mapping[str, Vector],
    ) -> dict[str, float]:
        """Return what the formula says of each picture; those without an opinion are left out.

        Args:
            pictures: by id.
            answers: by content id, what was answered since; None: it was taken back.
            vectors: of the contents that were answered, shape (d,), of length 1.

        Raises:
            ServiceFault: when the library cannot be read.
        """
        return self._by(pictures, self._labels(answers, vectors))

    def confidences_by(
        self, pictures: Mapping[str, SeedPicture], labels: Sequence["SeedLabel"]
    ) -> dict[str, float]:
        """Return what the formula would say if these were all labels; see `confidences`."""
        if not labels:
            return {}
        return self._by(
            pictures,
            _Labels(
                tuple(label.content for label in labels),
                np.array([label.liked for label in labels], np.bool_),
                np.array([label.is_brought for label in labels], np.bool_),
                np.array([label.vector for label in labels], np.float64),
            ),
        )

    def _by(self, pictures: Mapping[str, SeedPicture], labels: "_Labels") -> dict[str, float]:
        traits = self._trait_vector()
        wants_traits = self._reads_text and bool(self._preferences.traits)
        if not labels.liked.any() or (wants_traits and traits is None):
            # nobody has asked the model for the words of the traits yet, and it is not loaded here
            return {}
        bios = self._bios(pictures)
        whole = ReferenceMeans.from_sums(labels)
        found = {}
        for key, picture in pictures.items():
            own = labels.without(picture.contents)
            means = whole if own is labels else ReferenceMeans.from_sums(own)
            confidence = self._confidence(picture, own, means, traits, bios.get(key))
            if confidence is not None:
                found[key] = confidence
        return found

    def _confidence(
        self,
        picture: SeedPicture,
        labels: _Labels,
        means: ReferenceMeans,
        traits: Vector | None,
        bio: str | None,
    ) -> float | None:
        preferences = self._preferences
        rows = labels.liked & labels.are_brought if means.reference is not None else labels.liked
        near = labels.vectors[rows] @ picture.vector.astype(np.float64)
        evidence = SeedEvidence(
            vector=picture.vector,
            liked=(),
            rejected=(),
            means=means,
            best_liked_similarity=float(np.clip(near.max(), -1, 1)) if len(near) else None,
            bio=bio,
            trait_text_vector=traits,
            bio_vector=self._bio_vector(picture.contents[0], bio) if traits is not None else None,
            interests=tuple(
                interest.name for interest in preferences.interests if not interest.dealbreaker
            ),
            traits=tuple(trait.name for trait in preferences.traits),
            reads_text=self._reads_text,
        )
        return score_seed(
            evidence,
            weights=preferences.weights,
            match_threshold=preferences.match_threshold,
            strong_match_threshold=preferences.strong_match_threshold,
        ).confidence

    def _labels(self, answers: Mapping[str, bool | None], vectors: Mapping[str, Vector]) -> _Labels:
        known = self._of_library()
        told = dict(zip(known.contents, known.liked.tolist(), strict=True))
        changed = {content for content in answers if told.get(content) is not answers[content]}
        if not changed:
            return known
        brought = dict(zip(known.contents, known.are_brought.tolist(), strict=True))
        own = dict(zip(known.contents, known.vectors, strict=True))
        left = known.without(changed)
        new = [
            (content, liked)
            for content in answers
            if content in changed
            and (liked := answers[content]) is not None
            and (content in own or content in vectors)
        ]
        if not new:
            return left
        rows = [own[content] if content in own else vectors[content] for content, _liked in new]
        return _Labels(
            (*left.contents, *(content for content, _liked in new)),
            np.concatenate([left.liked, [liked for _content, liked in new]]).astype(np.bool_),
            np.concatenate(
                [left.are_brought, [brought.get(content, False) for content, _liked in new]]
            ).astype(np.bool_),
            np.concatenate([left.vectors, np.array(rows, np.float64)]),
        )

    def _of_library(self) -> _Labels:
        changes = self._library.changes
        if self._known[0] != changes:
            learned = self._library.learned()
            labels = _none(self._library.dimensions)
            if learned:
                labels = _Labels(
                    tuple(picture.reference.content_id for picture in learned),
                    np.array([one.reference.label is Label.LIKED for one in learned], np.bool_),
                    np.array(
                        [one.reference.origin is Origin.REFERENCE for one in learned], np.bool_
                    ),
                    np.array([picture.vector for picture in learned], np.float64),
                )
            self._known = changes, labels
        return self._known[1]

    def _trait_vector(self) -> Vector | None:
        if not (self._reads_text and self._preferences.traits):
            return None
        text = trait_prompt(tuple(trait.name for trait in self._preferences.traits))
        key = text_content_id(text)
        cached = self._library.cached([key]).get(key)
        return cached.vector if cached is not None else None

    def _bios(self, pictures: Mapping[str, SeedPicture]) -> dict[str, str]:
        preferences = self._preferences
        if not (preferences.interests or (self._reads_text and preferences.traits)):
            return {}
        places: dict[str, str | None] = {}
        for picture in pictures.values():
            is_profile = picture.path.endswith("/")
            places |= dict.fromkeys(picture.contents, None if is_profile else picture.path)
            if is_profile:
                places[picture.path] = f"{picture.path}bio"
        bios = self._bios_of(places)
        found = {}
        for key, picture in pictures.items():
            texts = [bios[name] for name in (picture.path, *picture.contents) if name in bios]
            if texts:
                found[key] = texts[0] if picture.path in bios else "\n".join(dict.fromkeys(texts))
        return found

    def _bio_vector(self, content: str, bio: str | None) -> Vector | None:
        """Return the vector of a bio if it is kept; the model is not loaded for it."""
        rows = self._library.cached_bio(content, text_content_id(bio)) if bio else None
        return rows[0] if rows is not None else None


def _none(dimensions: int) -> _Labels:
    nothing = np.zeros(0, np.bool_)
    return _Labels((), nothing, nothing, np.zeros((0, dimensions)))
