"""Scores with a fitted taste version. Reads the library; keeps versions when labels change.

New screenshots never change a taste, with one exception: a taste that was fitted before there were
30 pictures to compare with is fitted again, once, when there are.
"""

import hashlib
import json
import time
from dataclasses import asdict, dataclass, replace

import numpy as np
from numpy.typing import NDArray

from tasted.copies.finding import CopyFinder
from tasted.errors import LibraryUnusable
from tasted.judging.counted_labels import profiles_of
from tasted.judging.evidence_parts import evidence_parts
from tasted.judging.fitting import (
    HISTORY_ENOUGH,
    BiosOf,
    fit_version,
    has_history,
)
from tasted.judging.judged import NEIGHBOURS, Judged, Preferences, ScoreEvidence, Suspect
from tasted.judging.neighbours import TasteNeighbours
from tasted.judging.review_taste import ReviewTaste
from tasted.judging.seed import judgement_of
from tasted.judging.stated_preferences import StatedPreferences
from tasted.judging.version import VERSION_FORMAT, TasteVersion
from tasted.judging.versions import TasteVersions
from tasted.library.library import Embedded, Library
from tasted.reading.companion import CompanionText
from tasted.records import LabelCounts, Neighbour, Verdict
from tasted.scoring.taste.mixture import WarmStart
from tasted.scoring.taste.model import TASTE_VERSION
from tasted.scoring.traits.personality import TraitScales
from tasted.scoring.weighing.looks import Near
from tasted.scoring.weighing.sentences import (
    ScoreReason,
    doubt_sentence,
    weighed_reasons,
    weighed_summary,
)
from tasted.scoring.weighing.weigher import Weighed, Weigher, weight_factors

JUDGING_VERSION = 1
"""Part of the taste fingerprint: a change to how scores are made from a taste makes all of them
stale."""


@dataclass(frozen=True, eq=False)
class _Held:
    """The part of a version that stays in memory: everything but the vectors of its references."""

    name: str
    fitted_to: str
    fingerprint: str
    """See `TasteJudge.taste_fingerprint`."""
    counts: LabelCounts
    contradictions: frozenset[str]
    history_count: int
    scales: TraitScales
    start: WarmStart
    weigher: Weigher
    anchors: tuple[str, ...]
    """The content that stands for each reference."""
    rows: dict[str, int]
    """The reference that each content belongs to."""


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
    ) -> None:
        self._library = library
        self._stated_preferences = stated_preferences
        self._versions = versions
        self._preferences = preferences
        self._embedder_fingerprint = embedder_fingerprint
        self._bios_of = bios_of
        self._reading = reading
        self._copies = CopyFinder()
        self._held: _Held | None = None
        self._asked = (-1, "")
        """The last state of the references, and its digest; see `TasteVersion.fitted_to`."""

    @property
    def taste(self) -> str:
        """The name of the version, such as `v3`."""
        return self._current().name

    @property
    def taste_fingerprint(self) -> str:
        """A sha256 over everything that decides a score, except the screenshot itself."""
        return self._current().fingerprint

    @property
    def is_outgrown(self) -> bool:
        """Whether the taste was fitted without a history, and there is one now."""
        held = self._held
        # this must not fit a taste: every batch asks while references are learnt
        return held is not None and self._is_outgrown(held)

    def _is_outgrown(self, held: _Held) -> bool:
        few = held.history_count < HISTORY_ENOUGH
        return few and has_history(self._library)

    def renew(self) -> None:
        """Fit a new version once there is enough history; a change of labels needs no `renew`."""
        if self._is_outgrown(self._current()):
            self._held = self._hold(self._fit(self._fitted_to()))

    @property
    def next_step(self) -> str | None:
        """What the user can do to get verdicts; None when there are verdicts."""
        return self._current().weigher.next_step

    @property
    def counts(self) -> LabelCounts:
        """How many labels count."""
        return self._current().counts

    @property
    def contradictions(self) -> frozenset[str]:
        """The content ids of copies of a picture that is both liked and rejected: none counts."""
        return self._current().contradictions

    def suspects(self) -> tuple[Suspect, ...]:
        """Return the references that the user should look at again, most doubtful first."""
        version = self._stored()
        paths = {reference.content_id: reference.path for reference in self._library.references()}
        return tuple(
            Suspect(paths[content], doubt_sentence(doubt))
            for doubt in version.taste.doubts
            if (content := version.items[doubt.reference][0]) in paths
        )

    def review(self) -> ReviewTaste:
        """Return the version in force with its references, for somebody who is judging."""
        version = self._stored()
        return ReviewTaste(
            version, self._current().weigher, self._stated_preferences, self._bios_of
        )

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
        held = self._current()
        bio = text.bio if text is not None else None
        measured = self._stated_preferences.measure(
            held.scales, picture.views, content_id, bio, is_kept=is_kept
        )
        weighed = held.weigher.weigh(
            picture.views,
            measured.personality,
            measured.interests,
            reference=held.rows.get(content_id),
        )
        weighed_at = time.perf_counter()
        why = weighed_reasons(weighed)
        judged = self._judged(weighed, why, held, content_id)
        timing_ms["score"] = round(1000 * (weighed_at - started))
        timing_ms["search"] = round(1000 * (time.perf_counter() - weighed_at))
        return replace(
            judged,
            liked=self._neighbours(weighed.looks.liked, held),
            rejected=self._neighbours(weighed.looks.rejected, held),
            views=self._views(picture, weighed, held, held.rows.get(content_id)),
        )

    def _judged(
        self, weighed: Weighed, why: tuple[ScoreReason, ...], held: _Held, content_id: str
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
            notes=self._stated_preferences.notes,
            scorer=self.scorer,
            taste=held.name,
            taste_fingerprint=held.fingerprint,
            evidence=ScoreEvidence(
                log_odds=weighed.logit,
                bias=weighed.bias,
                looks=weighed.looks.part + weighed.left_out,
                parts=evidence_parts(weighed),
            ),
        )

    def _neighbours(self, near: Near, held: _Held) -> tuple[Neighbour, ...]:
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
            (self._library.counted(held.anchors[row]), cosine, part) for row, cosine, part in found
        )
        return tuple(
            Neighbour(reference, cosine, part)
            for reference, cosine, part in references
            if reference is not None
        )

    @staticmethod
    def _views(
        picture: Embedded, weighed: Weighed, held: _Held, row: int | None
    ) -> tuple[float | None, ...]:
        """Return the physical score of each view on its own.

        Views of a labelled picture have none: each would be judged by its own label.
        """
        if len(picture.views) == 1:
            return (weighed.physical,)
        if row is not None:
            return (None,) * len(picture.views)
        return held.weigher.physical_of_views(picture.views)

    def _current(self) -> _Held:
        """Return the version of the current labels: from memory, from disk, or fitted now."""
        wanted = self._fitted_to()
        if self._held is None or self._held.fitted_to != wanted:
            self._held = self._hold(self._versions.newest(wanted) or self._fit(wanted))
        return self._held

    def _stored(self) -> TasteVersion:
        """Read the current version with the vectors of its references; fit it again if it is lost.

        Afterwards this version is the one in memory.
        """
        held = self._current()
        version = self._versions.newest(held.fitted_to)
        if version is None or version.name != held.name:
            version = version or self._fit(held.fitted_to)
            self._held = self._hold(version)
        return version

    def _fitted_to(self) -> str:
        changes = self._library.changes
        if self._asked[0] != changes:
            self._asked = changes, self._digest_of_references()
        return self._asked[1]

    def _digest_of_references(self) -> str:
        facts = {
            "version_format": VERSION_FORMAT,
            "taste_version": TASTE_VERSION,
            "embedder": self._embedder_fingerprint,
            "references": self._library.state_digest(),
            # the same pictures in other folders are other profiles
            "profiles": profiles_of(self._library),
            # they may turn out to be copies once they have hashes
            "unseen": sorted(
                self._library.lacks_hashes(
                    [reference.content_id for reference in self._library.references()]
                )
            ),
            "traits": [asdict(trait) for trait in self._preferences.traits],
            "interests": [asdict(interest) for interest in self._preferences.interests],
            "reading": self._reading,
        }
        return hashlib.sha256(json.dumps(facts, sort_keys=True).encode("ascii")).hexdigest()

    def _fit(self, fitted_to: str) -> TasteVersion:
        version = fit_version(
            self._library,
            self._stated_preferences,
            number=self._versions.next_number(),
            fitted_to=fitted_to,
            bios_of=self._bios_of,
            copies=self._copies,
            previous=self._held.start if self._held is not None else None,
        )
        self._versions.keep(version)
        return version

    def _hold(self, version: TasteVersion) -> _Held:
        taste, made_of = version.taste, version.digest()
        neighbours = TasteNeighbours(
            self._library.neighbours,
            made_of,
            taste.liked,
            again=lambda: self._items_of(made_of),
        )
        neighbours.publish(taste.references)
        weigher = Weigher(
            taste,
            weight_factors(self._preferences.weights),
            search=neighbours,
            reference_columns=version.columns,
            history=version.history_parts,
            max_error_rate=self._preferences.max_error_rate,
        )
        return _Held(
            name=version.name,
            fitted_to=version.fitted_to,
            fingerprint=self._fingerprint_of(made_of),
            counts=version.counts,
            contradictions=frozenset(version.contradictions),
            history_count=len(version.history),
            scales=version.scales,
            start=taste.start,
            weigher=weigher,
            anchors=tuple(contents[0] for contents in version.items),
            rows={content: row for row, item in enumerate(version.items) for content in item},
        )

    def _items_of(self, made_of: str) -> NDArray[np.float32]:
        """Read the centred items of the version in memory from the disk.

        Raises:
            LibraryUnusable: when it is lost; the next caller gets another version.
        """
        held = self._held
        version = self._versions.newest(held.fitted_to) if held is not None else None
        if version is None or version.digest() != made_of:
            self._held = None
            raise LibraryUnusable(
                "The taste that pictures are compared with is not there any more.",
                remedy="It is fitted again by itself.",
            )
        return version.taste.references

    def _fingerprint_of(self, version_digest: str) -> str:
        facts = {
            "scorer": self.scorer,
            "judging": JUDGING_VERSION,
            "version": version_digest,
            "preferences": asdict(replace(self._preferences, match_threshold=0.0)),
            "reading": self._reading,
        }
        return hashlib.sha256(json.dumps(facts, sort_keys=True).encode("ascii")).hexdigest()
