"""Scores by the fixed formula of `scoring.seed` and the library as it is. Reads the library."""

import hashlib
import json
import time
from dataclasses import asdict

import numpy as np
from numpy.typing import NDArray

from tasted.embedding.lazy import LazyEmbedder
from tasted.judging.judged import NEIGHBOURS, Judged, Preferences, Suspect
from tasted.judging.wishes import text_content_id
from tasted.library.library import TEXT_FORMAT, Embedded, Library
from tasted.reading.companion import CompanionText
from tasted.records import Label, Origin, PictureFacts
from tasted.scoring.evidence import Evidence, ReferenceMeans
from tasted.scoring.reasons import reasons, summary
from tasted.scoring.seed import SEED_VERSION, next_step, score_seed

_TEXT_FACTS = PictureFacts(width=0, height=0, format=TEXT_FORMAT)


class SeedJudge:
    """Scores pictures against the library as it is at that moment; see `judged.Judge`.

    Args:
        library: the memory.
        embedder: of texts, opened when one is new.
        preferences: what the user said.
        reading: names how texts are read and kept, for they are part of what is scored.
    """

    scorer = "seed"
    is_outgrown = False

    def __init__(
        self,
        library: Library,
        embedder: LazyEmbedder,
        preferences: Preferences,
        *,
        reading: str = "",
    ) -> None:
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

    def renew(self) -> None:
        """Do nothing: every score takes in the references as they are."""

    @property
    def next_step(self) -> str | None:
        """What the user can do to get verdicts; None when there are verdicts."""
        return next_step(
            self._library.counts().get(Label.LIKED, 0),
            self._preferences.weights,
            reads_text=self._embedder.reads_text,
        )

    def suspects(self) -> tuple[Suspect, ...]:
        """Return none: the formula has no opinion about labels."""
        return ()

    def judge(
        self,
        picture: Embedded,
        content_id: str,
        text: CompanionText | None,
        *,
        timing_ms: dict[str, int],
        is_kept: bool = True,
    ) -> Judged:
        """Score one screenshot; see `judged.Judge.judge`."""
        started = time.perf_counter()
        evidence = self._evidence(picture.vector, content_id, text, is_kept=is_kept)
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
            verdict=score.verdict,
            confidence=score.confidence,
            calibrated=False,
            strong=score.strong,
            unsure_because=score.unsure_because,
            percentile=None,
            ranked_among=0,
            next=score.next,
            physical=score.physical,
            personality=score.personality,
            interests=score.interests,
            views=(score.physical if len(picture.views) == 1 else None,) * len(picture.views),
            weights=score.weights,
            reasons=why,
            summary=summary(score, why),
            liked=evidence.liked,
            rejected=evidence.rejected,
            judgement=judgement_of(self._library, content_id),
            notes=score.notes,
            scorer=self.scorer,
            taste=self.taste,
            taste_fingerprint=self.taste_fingerprint,
        )

    def _evidence(
        self,
        vector: NDArray[np.float32],
        content_id: str,
        text: CompanionText | None,
        *,
        is_kept: bool,
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
            bio_vector=(
                self._bio_vector(content_id, bio, is_kept=is_kept) if has_traits and bio else None
            ),
            interests=tuple(each.name for each in preferences.interests if not each.dealbreaker),
            traits=tuple(each.name for each in preferences.traits),
            reads_text=reads_text,
        )

    def _trait_vector(self) -> NDArray[np.float32]:
        """Embed the wanted personality once in its life, cached like the vector of a picture."""
        text = trait_prompt(tuple(each.name for each in self._preferences.traits))
        key = text_content_id(text)
        cached = self._library.cached([key]).get(key)
        if cached is None:
            cached = Embedded(self._embedder.open().embed_texts([text]), _TEXT_FACTS)
            self._library.remember({key: cached})
        return cached.vector

    def _bio_vector(self, content_id: str, bio: str, *, is_kept: bool) -> NDArray[np.float32]:
        key = text_content_id(bio)
        rows = self._library.cached_bio(content_id, key)
        if rows is None:
            rows = self._embedder.open().embed_texts([bio])
            if is_kept:
                self._library.remember_bios({content_id: (key, rows)})
        vector: NDArray[np.float32] = rows[0]
        return vector


def judgement_of(library: Library, content_id: str) -> Label | None:
    """Return what the user said of a picture by a file in one of the folders; None: nothing."""
    labels = library.labels_of(content_id)
    return next(iter(labels)) if len(labels) == 1 else None


def trait_prompt(traits: tuple[str, ...]) -> str:
    """Return the sentence that stands for the wanted personality."""
    return f"A person who is {', '.join(traits)}"
