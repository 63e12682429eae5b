"""Scores with `scoring.seed.formula` and the current library. Reads the library."""

import hashlib
import json
import time
from dataclasses import asdict

import numpy as np
from numpy.typing import NDArray

from tasted.copies.finding import CopyFinder
from tasted.embedding.lazy import LazyEmbedder
from tasted.judging.counted_labels import counted_labels, pictured
from tasted.judging.judged import NEIGHBOURS, Judged, Preferences, Suspect
from tasted.judging.stated_preferences import text_content_id
from tasted.library.library import TEXT_FORMAT, Embedded, Library
from tasted.reading.companion import CompanionText
from tasted.records import Label, LabelCounts, Origin, PictureFacts
from tasted.scoring.seed.evidence import ReferenceMeans, SeedEvidence
from tasted.scoring.seed.formula import SEED_VERSION, next_step, score_seed
from tasted.scoring.seed.sentences import reasons, summary
from tasted.scoring.taste.counting import count_labels

_TEXT_FACTS = PictureFacts(width=0, height=0, format=TEXT_FORMAT)


class SeedJudge:
    """Scores pictures against the current library; see `judged.Judge`.

    Args:
        library: of the home.
        embedder: of texts, opened for the first new one.
        preferences: from the settings.
        reading: how texts are read and kept, because they are part of what is scored.
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
        self._copies = CopyFinder()
        self._counted = (-1, LabelCounts())
        """The last state of the references, and its label counts."""

    @property
    def taste(self) -> str:
        """The name of the taste: for a fixed formula that of the scorer."""
        return self.scorer

    @property
    def taste_fingerprint(self) -> str:
        """A sha256 over everything that decides a score, except the screenshot itself."""
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
        """Do nothing: every score uses the current references."""

    @property
    def next_step(self) -> str | None:
        """What the user can do to get verdicts; None when there are verdicts."""
        return next_step(
            self.counts.liked,
            self._preferences.weights,
            reads_text=self._embedder.reads_text,
        )

    @property
    def counts(self) -> LabelCounts:
        """How many labels count, as other scorers count them; the formula counts every copy."""
        changes = self._library.changes
        if self._counted[0] != changes:
            labels = counted_labels(self._library)
            found = self._copies.find(pictured(self._library, labels))
            liked = np.array([label.reference.label is Label.LIKED for label in labels], np.bool_)
            counts = count_labels(liked, found.groups, lookalikes=found.lookalikes)
            self._counted = changes, counts
        return self._counted[1]

    @property
    def contradictions(self) -> frozenset[str]:
        """Return none: the formula counts every copy with its own label."""
        return frozenset()

    def suspects(self) -> tuple[Suspect, ...]:
        """Return none: the formula does not check labels."""
        return ()

    @property
    def is_held(self) -> bool:
        """Never: every like counts as it comes."""
        return False

    def review(self) -> None:
        """Order no queue: its scores are no probabilities, and grow with the number of likes."""

    def prepare(self, pictures: int) -> None:
        """Get ready for this many pictures in a row; see `judged.Judge.prepare`."""
        self._library.neighbours.prepare(pictures)

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
    ) -> SeedEvidence:
        library, preferences = self._library, self._preferences
        bio = text.bio if text is not None else None
        reads_text = self._embedder.reads_text
        has_traits = reads_text and bool(preferences.traits)
        sums = library.sums().without(content_id)
        means = ReferenceMeans.from_sums(sums)
        origin = Origin.REFERENCE if means.reference is not None else None
        liked = library.nearest(vector, Label.LIKED, limit=NEIGHBOURS, exclude=content_id)
        # the search is exact: the first of this origin among the nearest is the nearest of this
        # origin, and saving a second search saves a quarter of the work on a small picture
        best = [
            neighbour
            for neighbour in liked
            if origin is None or neighbour.reference.origin is origin
        ]
        if not best and origin is not None:
            best = library.nearest(vector, Label.LIKED, limit=1, exclude=content_id, origin=origin)
        return SeedEvidence(
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
            interests=tuple(
                interest.name for interest in preferences.interests if not interest.dealbreaker
            ),
            traits=tuple(trait.name for trait in preferences.traits),
            reads_text=reads_text,
        )

    def _trait_vector(self) -> NDArray[np.float32]:
        """Embed the wanted personality once; it is cached like the vector of a picture."""
        text = trait_prompt(tuple(trait.name for trait in self._preferences.traits))
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
    """Return the label of a picture that lies in one of the label folders; None: no single one."""
    labels = library.labels_of(content_id)
    return next(iter(labels)) if len(labels) == 1 else None


def trait_prompt(traits: tuple[str, ...]) -> str:
    """Return the sentence that describes the wanted personality."""
    return f"A person who is {', '.join(traits)}"
