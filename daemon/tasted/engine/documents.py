"""From what the rooms found out to the sidecar that tells it. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Literal

from tasted.embedding.lazy import EmbedderIdentity
from tasted.judging.judged import EvidencePart, Judged, ScoreEvidence
from tasted.outbox.sidecar import (
    ComponentScores,
    EvidenceLine,
    EvidenceSum,
    ExtractedData,
    ModelPart,
    NeighbourPart,
    Neighbours,
    PhotoPart,
    Rank,
    ReferenceCounts,
    Sidecar,
    Source,
    ViewPart,
    Weights,
)
from tasted.plain_dataclass import dataclass
from tasted.reading.reader import ScreenText
from tasted.records import Label, LabelCounts, Neighbour, Origin, PictureFacts, Verdict

_BLANK_NOTE = (
    "There is nothing to see: the picture is of one colour. The app may forbid screenshots."
)

KeepText = Literal["all", "fields", "none"]
"""How much of a text a sidecar repeats: all, name and age only, or nothing."""


@dataclass(frozen=True, slots=True)
class DocumentContext:
    """What every document of a picture tells, scored or learnt."""

    source: Source
    facts: PictureFacts
    embedder: EmbedderIdentity
    references: LabelCounts | None
    """The labels that it was scored by; None for a reference, which is learnt before they count."""
    timing_ms: Mapping[str, int]
    now: datetime
    version: str

    @property
    def notes(self) -> list[str]:
        """Sentences about the picture and the model."""
        blank = [_BLANK_NOTE] if self.facts.blank else []
        return [*blank, *self.facts.notes, *self.embedder.notes]

    def full_source(self) -> Source:
        """Return the source with what the decoder found out."""
        found = {
            "width": self.facts.width,
            "height": self.facts.height,
            "format": self.facts.format,
        }
        return self.source.model_copy(update=found)

    @property
    def has_looked(self) -> bool:
        """Whether the picture was decoded for this, and not known already."""
        return "decode" in self.timing_ms

    def timing(self) -> dict[str, int]:
        """Return the milliseconds of each stage, and their sum."""
        stages = {
            stage: self.timing_ms.get(stage, 0)
            for stage in ("decode", "embed", "search", "read", "score")
        }
        return {**stages, "total": sum(stages.values())}

    def counts(self) -> ReferenceCounts | None:
        """Return how many labels counted."""
        counts = self.references
        if counts is None:
            return None
        return ReferenceCounts(liked=counts.liked, rejected=counts.rejected)


def learnt_document(
    context: DocumentContext,
    label: Label,
    origin: Origin,
    text: ScreenText,
    *,
    keep_text: KeepText,
) -> Sidecar:
    """Return the document of a reference that was learnt.

    Args:
        context: the picture, and with what it was looked at.
        label: what the user said of it.
        origin: where it comes from.
        text: what it says, as far as that is known; name and age tell of whom it is.
        keep_text: how much of that the document repeats.
    """
    words = text.text if keep_text != "none" else None
    said = ExtractedData(name=words.name, age=words.age) if words is not None else None
    blank = " There is nothing to see in it." if context.facts.blank else ""
    return Sidecar(
        kind="reference",
        status="learnt",
        summary=f"Learnt: you {label.value} this.{blank}",
        blank=context.facts.blank,
        judgement=label.value,
        origin=origin.value,
        extracted_data=said if said is not None and (said.name or said.age) else None,
        source=context.full_source(),
        model=ModelPart(
            embedder=context.embedder.name,
            embedder_fingerprint=context.embedder.fingerprint,
            dimensions=context.embedder.dimensions,
        ),
        references=context.counts(),
        notes=context.notes,
        timing_ms=context.timing(),
        scored_at=context.now,
        tasted_version=context.version,
    )


def scored_document(
    context: DocumentContext, judged: Judged, text: ScreenText, *, keep_text: KeepText
) -> Sidecar:
    """Return the document of a screenshot that was scored.

    Args:
        context: the picture, and with what it was looked at.
        judged: its score.
        text: what the screenshot says.
        keep_text: how much of that the document repeats.
    """
    words = text.text
    judged = _of_nothing(judged) if context.facts.blank else judged
    return Sidecar(
        kind="screenshot",
        status="scored",
        summary=judged.summary,
        verdict=judged.verdict.value,
        is_match=_IS_MATCH[judged.verdict],
        confidence_score=judged.confidence,
        calibrated=judged.calibrated,
        strong=judged.strong,
        unsure_because=judged.unsure_because,
        rank=_rank(judged),
        next=judged.next,
        judgement=judged.judgement.value if judged.judgement is not None else None,
        component_scores=ComponentScores(
            physical=judged.physical, personality=judged.personality, interests=judged.interests
        ),
        weights=Weights(**judged.weights),
        reasons=list(judged.reasons),
        neighbours=Neighbours(
            liked=[_neighbour(neighbour) for neighbour in judged.liked],
            rejected=[_neighbour(neighbour) for neighbour in judged.rejected],
        ),
        evidence=_evidence(judged.evidence, keep_text) if judged.evidence is not None else None,
        extracted_data=_extracted(text, keep_text),
        views=[
            ViewPart(kind=view.kind, box=view.box, physical=physical, weight=view.weight)
            for view, physical in zip(context.facts.views, judged.views, strict=True)
        ],
        source=context.full_source(),
        model=ModelPart(
            embedder=context.embedder.name,
            embedder_fingerprint=context.embedder.fingerprint,
            dimensions=context.embedder.dimensions,
            scorer=judged.scorer,
            taste=judged.taste,
            taste_fingerprint=judged.taste_fingerprint,
        ),
        references=context.counts(),
        notes=[*context.notes, *judged.notes, *(words.notes if words is not None else ())],
        timing_ms=context.timing() if context.has_looked else {},
        rescore_timing_ms=context.timing() if not context.has_looked else {},
        scored_at=context.now,
        tasted_version=context.version,
        blank=context.facts.blank,
        text_pending=text.is_pending,
    )


def _of_nothing(judged: Judged) -> Judged:
    """Return what can be said of a picture in which there is nothing to see: no figure at all.

    A dealbreaker in the text beside it rules all the same.
    """
    silent = replace(
        judged,
        confidence=None,
        calibrated=False,
        strong=False,
        percentile=None,
        physical=None,
        personality=None,
        interests=None,
        views=(None,) * len(judged.views),
        liked=(),
        rejected=(),
    )
    evidence = judged.evidence
    if evidence is not None and any(part.kind == "dealbreaker" for part in evidence.parts):
        return silent
    return replace(
        silent,
        verdict=Verdict.UNSURE,
        unsure_because="no_evidence",
        reasons=(),
        summary="Unsure: nothing to see; the app may forbid screenshots.",
        evidence=None,
    )


_IS_MATCH = {Verdict.MATCH: True, Verdict.NO_MATCH: False, Verdict.UNSURE: None}


def _neighbour(neighbour: Neighbour) -> NeighbourPart:
    return NeighbourPart(
        id=neighbour.reference.content_id,
        path=neighbour.reference.path.encode("utf-8", "surrogateescape").decode("utf-8", "replace"),
        similarity=neighbour.similarity,
        contribution=neighbour.contribution,
    )


def _rank(judged: Judged) -> Rank | None:
    if judged.percentile is None:
        return None
    return Rank(percentile=judged.percentile, of=judged.ranked_among)


def _evidence(evidence: ScoreEvidence, keep_text: KeepText) -> EvidenceSum:
    return EvidenceSum(
        log_odds=evidence.log_odds,
        bias=evidence.bias,
        looks=evidence.looks,
        parts=[_evidence_part(part, keep_text) for part in evidence.parts],
    )


def _evidence_part(part: EvidencePart, keep_text: KeepText) -> EvidenceLine:
    return EvidenceLine(
        kind=part.kind,
        name=part.name,
        contribution=part.contribution,
        picture_z=part.picture_z,
        bio_z=part.bio_z,
        how=part.how,
        words=part.words if keep_text == "all" else None,
    )


def profile_document(
    context: DocumentContext,
    judged: Judged,
    text: ScreenText,
    parts: Sequence[PhotoPart],
    *,
    judgement: Label | None,
    notes: Sequence[str],
    keep_text: KeepText,
) -> Sidecar:
    """Return the document of a profile that was scored.

    Args:
        context: the folder, and with what it was looked at; the views are those of all photos.
        judged: the score of all views together.
        text: what the profile says.
        parts: its photos.
        judgement: what the user said of all of them.
        notes: sentences about its photos.
        keep_text: as `scored_document`.
    """
    scored = scored_document(context, judged, text, keep_text=keep_text)
    extracted = _extracted(text, keep_text)
    if text.text is not None:
        counting = sum(part.sha256 is not None for part in parts)
        extracted = extracted.model_copy(update={"images_found": counting})
    return scored.model_copy(
        update={
            "kind": "profile",
            "judgement": judgement.value if judgement is not None else None,
            "extracted_data": extracted,
            # a box says nothing without its photo, whose own sidecar tells it
            "views": [],
            "source": context.source,
            "timing_ms": context.timing(),
            "rescore_timing_ms": {},
            "notes": [*scored.notes, *notes],
            "parts": list(parts),
        }
    )


def _extracted(text: ScreenText, keep_text: KeepText) -> ExtractedData:
    words = text.text
    has_fields, has_bio = keep_text != "none", keep_text == "all"
    found = ExtractedData(
        text_missing=text.missing,
        text_on_photos=text.on_photos if has_bio else None,
        text_script=text.script,
        text_confidence=text.confidence,
    )
    if words is None:
        return found
    said = {
        "name": words.name if has_fields else None,
        "age": words.age if has_fields else None,
        "bio": words.bio if has_bio else None,
        "images_found": 1,
        "text_source": text.source,
    }
    return found.model_copy(update=said)
