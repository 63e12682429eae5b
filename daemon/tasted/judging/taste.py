"""Scores with the taste of the labels, a fitted version. Reads the library."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace

from tasted.home.taste_versions import VersionRow
from tasted.judging.comparing import (
    Compared,
    FittedOpinions,
    MemorySearch,
    Opinions,
    compare,
)
from tasted.judging.current_taste import CurrentTaste, digest_of
from tasted.judging.evidence_parts import evidence_parts
from tasted.judging.fitting import BiosOf
from tasted.judging.judged import NEIGHBOURS, Judged, Preferences, ScoreEvidence, Suspect
from tasted.judging.loaded_version import LoadedVersion, load_version
from tasted.judging.review_taste import ReviewTaste
from tasted.judging.seed import judgement_of
from tasted.judging.stated_preferences import StatedPreferences
from tasted.judging.versions import TasteVersions
from tasted.library.library import Embedded, Library
from tasted.reading.companion import CompanionText
from tasted.records import LabelCounts, Neighbour, Verdict
from tasted.scoring.weighing.looks import Near
from tasted.scoring.weighing.sentences import (
    ScoreReason,
    doubt_sentence,
    weighed_reasons,
    weighed_summary,
)
from tasted.scoring.weighing.weigher import Weighed

JUDGING_VERSION = 1
"""Part of the taste fingerprint: a change to how scores are made from a taste makes all of them
stale."""


class TasteJudge:
    """Scores pictures by the taste of the references that are present; see `judged.Judge`.

    Args:
        library: of the home.
        stated_preferences: measures traits and interests.
        versions: where fitted tastes are kept.
        preferences: from the settings.
        embedder_fingerprint: of the vectors.
        bios_of: finds the bios of references and history.
        reading: how texts are read and kept, because they are part of what is scored.
        embedder: the name of the model.
        held_out: of a model that was trained on labels, by content id; see `fitting.fit_version`.
    """

    scorer = "taste"

    def __init__(
        self,
        library: Library,
        stated_preferences: StatedPreferences,
        versions: TasteVersions,
        preferences: Preferences,
        *,
        embedder_fingerprint: str,
        bios_of: BiosOf,
        reading: str = "",
        embedder: str = "",
        held_out: Mapping[str, float] | None = None,
    ) -> None:
        self._library = library
        self._stated_preferences = stated_preferences
        self._preferences = preferences
        self._bios_of = bios_of
        self._reading = reading
        self.current = CurrentTaste(
            library,
            stated_preferences,
            versions,
            preferences,
            embedder_fingerprint=embedder_fingerprint,
            bios_of=bios_of,
            reading=reading,
            embedder=embedder,
            held_out=held_out,
        )
        """Which version scores are made by."""

    @property
    def taste(self) -> str:
        """The name of the version, such as `v3`."""
        return self.current.loaded.name

    @property
    def taste_fingerprint(self) -> str:
        """A sha256 over everything that decides a score, except the screenshot itself."""
        return self._fingerprint_of(self.current.loaded.digest)

    @property
    def is_outgrown(self) -> bool:
        """Whether `renew` would change the taste although no label has changed."""
        return self.current.is_outgrown

    def renew(self) -> None:
        """Score by a version of the present labels from now on; see `CurrentTaste.renew`."""
        self.current.renew()

    @property
    def next_step(self) -> str | None:
        """What the user can do to get verdicts; None when there are verdicts."""
        return self.current.loaded.weigher.next_step

    @property
    def counts(self) -> LabelCounts:
        """How many labels count."""
        return self.current.loaded.counts

    @property
    def contradictions(self) -> frozenset[str]:
        """The content ids of copies of a picture that is both liked and rejected: none counts."""
        return self.current.loaded.contradictions

    def suspects(self) -> tuple[Suspect, ...]:
        """Return the references that the user should look at again, most doubtful first."""
        version = self.current.stored()
        paths = {reference.content_id: reference.path for reference in self._library.references()}
        return tuple(
            Suspect(paths[content], doubt_sentence(doubt))
            for doubt in version.taste.doubts
            if (content := version.items[doubt.reference][0]) in paths
        )

    @property
    def is_held(self) -> bool:
        """Whether exactly one version decides, because a person wants it so."""
        return self.current.is_held

    def review(self) -> ReviewTaste:
        """Return the version in force with its references, for somebody who is judging."""
        version = self.current.stored()
        return ReviewTaste(
            version,
            self.current.loaded.weigher,
            self._stated_preferences,
            self._bios_of,
            is_held=self.current.is_held,
        )

    def review_aside(self) -> ReviewTaste:
        """Return a taste of the present labels that decides nothing, as `review` does; not kept."""
        version = self.current.aside()
        loaded = load_version(version, MemorySearch(version), self._preferences, digest="")
        return ReviewTaste(version, loaded.weigher, self._stated_preferences, self._bios_of)

    def opinions(self, row: VersionRow) -> FittedOpinions | None:
        """Return what a version thinks, whichever decides; None when it is lost."""
        version = self.current.version_of(row)
        if version is None:
            return None
        return FittedOpinions(version, self._stated_preferences, self._preferences)

    def compare(self, a: Opinions, b: Opinions, contents: Sequence[str]) -> Compared:
        """Compare two versions; see `comparing.compare`."""
        return compare(self._library, a, b, contents, self._bios_of)

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
        loaded = self.current.loaded
        bio = text.bio if text is not None else None
        measured = self._stated_preferences.measure(
            loaded.scales, picture.views, content_id, bio, is_kept=is_kept
        )
        weighed = loaded.weigher.weigh(
            picture.views,
            measured.personality,
            measured.interests,
            reference=loaded.rows.get(content_id),
        )
        weighed_at = time.perf_counter()
        why = weighed_reasons(weighed)
        judged = self._judged(weighed, why, loaded, content_id)
        timing_ms["score"] = round(1000 * (weighed_at - started))
        timing_ms["search"] = round(1000 * (time.perf_counter() - weighed_at))
        return replace(
            judged,
            liked=self._neighbours(weighed.looks.liked, loaded),
            rejected=self._neighbours(weighed.looks.rejected, loaded),
            views=self._views(picture, weighed, loaded, loaded.rows.get(content_id)),
        )

    def _judged(
        self, weighed: Weighed, why: tuple[ScoreReason, ...], loaded: LoadedVersion, content_id: str
    ) -> Judged:
        preferences, probability = self._preferences, weighed.probability
        return Judged(
            verdict=weighed.verdict,
            confidence=probability,
            calibrated=weighed.calibrated,
            strong=weighed.verdict is Verdict.MATCH
            and weighed.calibrated
            and probability is not None
            and probability >= preferences.strong_match_threshold,
            unsure_because=weighed.unsure_because,
            percentile=weighed.percentile,
            ranked_among=weighed.history_count,
            next=weighed.next,
            physical=weighed.physical,
            personality=weighed.personality,
            interests=weighed.interests_score,
            views=(),
            weights=preferences.weights,
            reasons=tuple(reason.sentence for reason in why),
            summary=weighed_summary(weighed, why),
            liked=(),
            rejected=(),
            judgement=judgement_of(self._library, content_id),
            notes=self._notes(loaded),
            scorer=self.scorer,
            taste=loaded.name,
            taste_fingerprint=self._fingerprint_of(loaded.digest),
            evidence=ScoreEvidence(
                log_odds=weighed.logit,
                bias=weighed.bias,
                looks=weighed.looks.part + weighed.left_out,
                parts=evidence_parts(weighed),
            ),
        )

    def _notes(self, loaded: LoadedVersion) -> tuple[str, ...]:
        notes = self._stated_preferences.notes
        if not self.current.is_held:
            return notes
        return (*notes, f"Scored by {loaded.name}, which is held: newer answers are not used.")

    def _neighbours(self, near: Near, loaded: LoadedVersion) -> tuple[Neighbour, ...]:
        """Return the nearest references of a label; never the picture itself."""
        chosen = slice(NEIGHBOURS)
        found = zip(
            near.references[chosen].tolist(),
            near.cosines[chosen].tolist(),
            near.parts[chosen].tolist(),
            strict=True,
        )
        # a version from the disk keeps the order of its fit; the library may have changed since
        references = (
            (self._library.counted(loaded.anchors[row]), cosine, part)
            for row, cosine, part in found
        )
        return tuple(
            Neighbour(reference, cosine, part)
            for reference, cosine, part in references
            if reference is not None
        )

    @staticmethod
    def _views(
        picture: Embedded, weighed: Weighed, loaded: LoadedVersion, row: int | None
    ) -> tuple[float | None, ...]:
        """Return the physical score of each view on its own.

        Views of a labelled picture have none: each would be judged by its own label.
        """
        if len(picture.views) == 1:
            return (weighed.physical,)
        if row is not None:
            return (None,) * len(picture.views)
        return loaded.weigher.physical_of_views(picture.views)

    def _fingerprint_of(self, version_digest: str) -> str:
        facts = {
            "scorer": self.scorer,
            "judging": JUDGING_VERSION,
            "version": version_digest,
            "preferences": asdict(replace(self._preferences, match_threshold=0.0)),
            "reading": self._reading,
        }
        if self.current.is_held:
            # its sidecars say so
            facts["held"] = True
        return digest_of(facts)
