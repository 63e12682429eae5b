"""Scores by a fitted taste version. Reads the library; keeps versions when labels change.

New screenshots never change a taste. The one exception is its beginning: a taste that was fitted
before there were 30 pictures to compare with is fitted anew, once, when there are.
"""

import hashlib
import json
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace

import numpy as np
from numpy.typing import NDArray

from tasted.judging.fitting import (
    HISTORY_ENOUGH,
    BiosOf,
    fit_version,
    has_history,
    profiles_of,
)
from tasted.judging.judged import NEIGHBOURS, Evidence, EvidencePart, Judged, Preferences, Suspect
from tasted.judging.seed import judgement_of
from tasted.judging.wishes import Wishes
from tasted.learning.version import VERSION_FORMAT, TasteVersion
from tasted.learning.versions import TasteVersions
from tasted.library.library import Embedded, Library
from tasted.reading.companion import CompanionText
from tasted.records import Label, Neighbour, Reference, Verdict
from tasted.scoring.fitted import TASTE_VERSION
from tasted.scoring.sentences import Reason, doubt_sentence, weighed_reasons, weighed_summary
from tasted.scoring.weighing import Weighed, Weigher, scales

JUDGING_VERSION = 1
"""Part of the taste fingerprint: a change of what is made of a taste makes every score stale."""


@dataclass(frozen=True, eq=False)
class _Held:
    """A version in memory, and what is derived from it once."""

    version: TasteVersion
    fingerprint: str
    """See `TasteJudge.taste_fingerprint`."""
    weigher: Weigher
    rows: dict[str, int]
    """The reference that each content belongs to."""
    places: dict[Label, NDArray[np.intp]]
    """The references of either label."""


class TasteJudge:
    """Scores pictures by the taste of the references that are present; see `judged.Judge`.

    Args:
        library: the memory.
        wishes: measures traits and interests.
        versions: where fitted tastes are kept.
        preferences: what the user said.
        embedder_fingerprint: of the vectors.
        bios_of: finds the bios of references and history.
        reading: names how texts are read and kept, for they are part of what is scored.
    """

    scorer = "taste"

    def __init__(
        self,
        library: Library,
        wishes: Wishes,
        versions: TasteVersions,
        preferences: Preferences,
        *,
        embedder_fingerprint: str,
        bios_of: BiosOf,
        reading: str = "",
    ) -> None:
        self._library = library
        self._wishes = wishes
        self._versions = versions
        self._preferences = preferences
        self._embedder_fingerprint = embedder_fingerprint
        self._bios_of = bios_of
        self._reading = reading
        self._held: _Held | None = None
        self._asked = (-1, "")
        """The last state of the references, and what a version for it is fitted to."""

    @property
    def taste(self) -> str:
        """The name of the version, such as `v3`."""
        return self._current().version.name

    @property
    def taste_fingerprint(self) -> str:
        """A sha256 over everything that decides a score, but for the screenshot itself."""
        return self._current().fingerprint

    @property
    def is_outgrown(self) -> bool:
        """Whether the taste was fitted without a history, and there is one by now."""
        held = self._held
        # no taste is fitted to answer this: while references are learnt, each batch asks
        return held is not None and self._is_outgrown(held)

    def _is_outgrown(self, held: _Held) -> bool:
        few = len(held.version.history) < HISTORY_ENOUGH
        return few and has_history(self._library)

    def renew(self) -> None:
        """Fit a new version when the history has become one; labels are followed anyway."""
        if self._is_outgrown(self._current()):
            self._held = self._hold(self._fit(self._fitted_to()))

    @property
    def next_step(self) -> str | None:
        """What the user can do to get verdicts; None when there are verdicts."""
        return self._current().weigher.next_step

    def suspects(self) -> tuple[Suspect, ...]:
        """Return the references that the user should look at again, most doubtful first."""
        version = self._current().version
        paths = {each.content_id: each.path for each in self._library.references()}
        return tuple(
            Suspect(paths[content], doubt_sentence(doubt))
            for doubt in version.taste.doubts
            if (content := version.items[doubt.reference][0]) in paths
        )

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
        told = self._wishes.tell(
            held.version.scales, picture.views, content_id, bio, is_kept=is_kept
        )
        weighed = held.weigher.weigh(
            picture.views,
            told.personality,
            told.interests,
            reference=held.rows.get(content_id),
        )
        weighed_at = time.perf_counter()
        why = weighed_reasons(weighed, held.version.taste)
        liked, rejected = (self._nearest(weighed, held, label, content_id) for label in Label)
        judged = self._judged(weighed, why, held, content_id)
        timing_ms["score"] = round(1000 * (weighed_at - started))
        timing_ms["search"] = round(1000 * (time.perf_counter() - weighed_at))
        return replace(
            judged,
            liked=liked,
            rejected=rejected,
            views=self._views(picture, weighed, held, held.rows.get(content_id)),
        )

    def _judged(
        self, weighed: Weighed, why: tuple[Reason, ...], held: _Held, content_id: str
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
            notes=self._wishes.notes,
            scorer=self.scorer,
            taste=held.version.name,
            taste_fingerprint=held.fingerprint,
            evidence=Evidence(
                log_odds=weighed.logit,
                bias=weighed.bias,
                looks=float(weighed.references.sum()) + weighed.left_out,
                parts=(*_trait_parts(weighed), *_interest_parts(weighed)),
            ),
        )

    def _nearest(
        self, weighed: Weighed, held: _Held, label: Label, content_id: str
    ) -> tuple[Neighbour, ...]:
        """Return the nearest references of a label; never the picture itself."""
        places, own = held.places[label], held.rows.get(content_id)
        if own is not None:
            places = places[places != own]
        cosines = weighed.cosines[places]
        if len(places) > NEIGHBOURS:
            # all that may be among the nearest, ties included: sorting thousands takes longer
            last = len(places) - NEIGHBOURS
            near = cosines >= np.partition(cosines, last)[last]
            places, cosines = places[near], cosines[near]
        order = places[np.argsort(-cosines, kind="stable")][:NEIGHBOURS]
        found = ((row, self._reference(held, row)) for row in map(int, order))
        return tuple(
            Neighbour(reference, float(weighed.cosines[row]), float(weighed.references[row]))
            for row, reference in found
            if reference is not None
        )

    def _reference(self, held: _Held, row: int) -> Reference | None:
        # a version from the disk keeps the order of its fit; the library may have learnt anew since
        (content, *_others) = held.version.items[row]
        return self._library.counted(content)

    @staticmethod
    def _views(
        picture: Embedded, weighed: Weighed, held: _Held, row: int | None
    ) -> tuple[float | None, ...]:
        """Return what each view alone would be given for its looks.

        Of a picture that teaches nothing is told of its views: each would be judged by itself.
        """
        if len(picture.views) == 1:
            return (weighed.physical,)
        if row is not None:
            return (None,) * len(picture.views)
        return held.weigher.physical_of_views(picture.views)

    def _current(self) -> _Held:
        """Return the version of the labels as they are, from memory, from disk, or fitted now."""
        wanted = self._fitted_to()
        if self._held is None or self._held.version.fitted_to != wanted:
            self._held = self._hold(self._versions.newest(wanted) or self._fit(wanted))
        return self._held

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
            "traits": [asdict(each) for each in self._preferences.traits],
            "interests": [asdict(each) for each in self._preferences.interests],
            "reading": self._reading,
        }
        return hashlib.sha256(json.dumps(facts, sort_keys=True).encode("ascii")).hexdigest()

    def _fit(self, fitted_to: str) -> TasteVersion:
        version = fit_version(
            self._library,
            self._wishes,
            number=self._versions.next_number(),
            fitted_to=fitted_to,
            bios_of=self._bios_of,
            previous=self._held.version.taste if self._held is not None else None,
        )
        self._versions.keep(version)
        return version

    def _hold(self, version: TasteVersion) -> _Held:
        weigher = Weigher(
            version.taste,
            scales(self._preferences.weights),
            reference_columns=version.columns,
            history=version.history_parts,
            max_error_rate=self._preferences.max_error_rate,
        )
        rows = {content: row for row, item in enumerate(version.items) for content in item}
        liked = version.taste.liked
        places = {label: np.flatnonzero(liked == (label is Label.LIKED)) for label in Label}
        return _Held(version, self._fingerprint_of(version), weigher, rows, places)

    def _fingerprint_of(self, version: TasteVersion) -> str:
        facts = {
            "scorer": self.scorer,
            "judging": JUDGING_VERSION,
            "version": version.digest(),
            "preferences": asdict(replace(self._preferences, match_threshold=0.0)),
            "reading": self._reading,
        }
        return hashlib.sha256(json.dumps(facts, sort_keys=True).encode("ascii")).hexdigest()


def _trait_parts(weighed: Weighed) -> Sequence[EvidencePart]:
    return [
        EvidencePart(
            "trait",
            each.trait.name,
            each.part,
            picture_z=each.picture_z,
            bio_z=each.bio_z,
        )
        for each in weighed.traits
    ]


def _interest_parts(weighed: Weighed) -> Sequence[EvidencePart]:
    wanted = [
        EvidencePart(
            "interest",
            each.interest,
            each.part,
            how=each.mention.how if each.mention is not None else None,
            words=each.mention.words if each.mention is not None else None,
        )
        for each in weighed.interests
    ]
    share = weighed.ruled_out / max(1, len(weighed.dealbreakers))
    return wanted + [
        EvidencePart("dealbreaker", each.interest, share, how=each.how, words=each.words)
        for each in weighed.dealbreakers
    ]
