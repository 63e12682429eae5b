"""Gathers what is known of one screenshot and lets a scorer weigh it. Reads the library.

The bridge between the rooms: library and embedding give the evidence, scoring is pure.
"""

import hashlib
import json
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from tasted.embedding.lazy import LazyEmbedder
from tasted.library.library import TEXT_FORMAT, Embedded, Library
from tasted.reading.companion import CompanionText
from tasted.records import Label, Neighbour, Origin, PictureFacts
from tasted.scoring.evidence import Evidence, ReferenceMeans
from tasted.scoring.reasons import reasons, summary
from tasted.scoring.seed import SEED_VERSION, Score, score_seed

NEIGHBOURS = 5
_TEXT_FACTS = PictureFacts(width=0, height=0, format=TEXT_FORMAT)


@dataclass(frozen=True, slots=True)
class Preferences:
    """What the user said in words and numbers; all of it acts on scores."""

    traits: tuple[str, ...]
    interests: tuple[str, ...]
    weights: Mapping[str, float]
    match_threshold: float
    strong_match_threshold: float


@dataclass(frozen=True, slots=True)
class Judged:
    """A score with everything that a sidecar tells of it."""

    score: Score
    reasons: tuple[str, ...]
    summary: str
    liked: tuple[Neighbour, ...]
    rejected: tuple[Neighbour, ...]
    judgement: Label | None
    scorer: str
    taste: str
    taste_fingerprint: str


class Judge:
    """Scores vectors with the `seed` scorer against the library as it is at that moment.

    Args:
        library: the memory.
        embedder: of texts, opened when one is new.
        preferences: what the user said.
        scorer: the name of the formula.
        reading: names how texts are read and kept, for they are part of what is scored.
    """

    def __init__(
        self,
        library: Library,
        embedder: LazyEmbedder,
        preferences: Preferences,
        *,
        scorer: Literal["seed"],
        reading: str = "",
    ) -> None:
        self.scorer = scorer
        self._library = library
        self._embedder = embedder
        self._preferences = preferences
        self._reading = reading

    @property
    def taste(self) -> str:
        """The name of the taste: a fixed formula has that of its scorer."""
        return self.scorer

    @property
    def taste_fingerprint(self) -> str:
        """A sha256 over everything that decides a score, but for the screenshot itself."""
        facts = {
            "scorer": self.scorer,
            "version": SEED_VERSION,
            "preferences": asdict(self._preferences),
            "embedder": self._embedder.fingerprint,
            "references": self._library.state_digest(),
            "reading": self._reading,
        }
        return hashlib.sha256(json.dumps(facts, sort_keys=True).encode("ascii")).hexdigest()

    def judge(
        self,
        picture: Embedded,
        content_id: str,
        text: CompanionText | None,
        *,
        timing_ms: dict[str, int],
    ) -> Judged:
        """Score one screenshot.

        Args:
            picture: the vectors of its views.
            content_id: of the screenshot; references of the same content do not count for it.
            text: what its companion text says.
            timing_ms: gets `search` and `score`.
        """
        started = time.perf_counter()
        evidence = self._evidence(picture.vector, content_id, text)
        searched = time.perf_counter()
        preferences = self._preferences
        score = score_seed(
            evidence,
            weights=preferences.weights,
            match_threshold=preferences.match_threshold,
            strong_match_threshold=preferences.strong_match_threshold,
        )
        why = reasons(score, evidence)
        timing_ms["search"] = round(1000 * (searched - started))
        timing_ms["score"] = round(1000 * (time.perf_counter() - searched))
        return Judged(
            score=score,
            reasons=why,
            summary=summary(score, why),
            liked=evidence.liked,
            rejected=evidence.rejected,
            judgement=self._judgement(content_id),
            scorer=self.scorer,
            taste=self.taste,
            taste_fingerprint=self.taste_fingerprint,
        )

    def _judgement(self, content_id: str) -> Label | None:
        if content_id in self._library.contradictions():
            return None
        labels = {
            reference.label
            for reference in self._library.references()
            if reference.content_id == content_id
        }
        return labels.pop() if len(labels) == 1 else None

    def _evidence(
        self, vector: NDArray[np.float32], content_id: str, text: CompanionText | None
    ) -> Evidence:
        library, preferences = self._library, self._preferences
        bio = text.bio if text is not None else None
        reads_text = self._embedder.reads_text
        has_traits = reads_text and bool(preferences.traits)
        sums = library.sums().without(content_id)
        means = ReferenceMeans.from_sums(sums)
        origin = Origin.REFERENCE if means.reference is not None else None
        liked = library.nearest(vector, Label.LIKED, limit=NEIGHBOURS, exclude=content_id)
        # the search is exact: the first of this origin among the nearest is the nearest of all of
        # this origin, and a search saved is a quarter of the work on a small picture
        best = [each for each in liked if origin is None or each.reference.origin is origin]
        if not best and origin is not None:
            best = library.nearest(vector, Label.LIKED, limit=1, exclude=content_id, origin=origin)
        return Evidence(
            vector=vector,
            liked=tuple(liked),
            rejected=tuple(
                library.nearest(vector, Label.REJECTED, limit=NEIGHBOURS, exclude=content_id)
            ),
            means=means,
            best_liked_similarity=best[0].similarity if best else None,
            bio=bio,
            trait_text_vector=self._trait_vector() if has_traits else None,
            bio_vector=self._embedded(bio) if has_traits and bio else None,
            interests=preferences.interests,
            traits=preferences.traits,
            reads_text=reads_text,
        )

    def _trait_vector(self) -> NDArray[np.float32]:
        """Embed the wanted personality once in its life, cached like the vector of a picture."""
        text = trait_prompt(self._preferences.traits)
        key = text_content_id(text)
        cached = self._library.cached([key]).get(key)
        if cached is None:
            cached = Embedded(self._embedded(text)[None], _TEXT_FACTS)
            self._library.remember({key: cached})
        return cached.vector

    def _embedded(self, text: str) -> NDArray[np.float32]:
        # a bio is not kept: nothing would tell whose it was when that picture is forgotten
        vector: NDArray[np.float32] = self._embedder.open().embed_texts([text])[0]
        return vector


def trait_prompt(traits: tuple[str, ...]) -> str:
    """Return the sentence that stands for the wanted personality."""
    return f"A person who is {', '.join(traits)}"


def text_content_id(text: str) -> str:
    """Return the id under which a text's vector is cached; no picture's bytes begin like this."""
    return hashlib.sha256(b"tasted text\0" + text.encode("utf-8", "surrogatepass")).hexdigest()
