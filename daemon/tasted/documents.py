"""From what the rooms found out to the sidecar that tells it. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from tasted.embedding.lazy import EmbedderIdentity
from tasted.judging.judged import Evidence, EvidencePart, Judged
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
from tasted.reading.reader import ScreenText
from tasted.records import Label, Neighbour, Origin, PictureFacts, Verdict

KeepText = Literal["all", "fields", "none"]
"""How much of a text a sidecar repeats: all, name and age only, or nothing."""


@dataclass(frozen=True, slots=True)
class Made:
    """What every document of a picture tells, scored or learnt."""

    source: Source
    facts: PictureFacts
    embedder: EmbedderIdentity
    references: Mapping[Label, int]
    timing_ms: Mapping[str, int]
    now: datetime
    version: str

    @property
    def notes(self) -> list[str]:
        """Sentences about the picture and the model."""
        return [*self.facts.notes, *self.embedder.notes]

    def full_source(self) -> Source:
        """Return the source with what the decoder found out."""
        found = {
            "width": self.facts.width,
            "height": self.facts.height,
            "format": self.facts.format,
        }
        return self.source.model_copy(update=found)

    def timing(self) -> dict[str, int]:
        """Return the milliseconds of each stage, and their sum."""
        stages = {
            stage: self.timing_ms.get(stage, 0)
            for stage in ("decode", "embed", "search", "read", "score")
        }
        return {**stages, "total": sum(stages.values())}

    def counts(self) -> ReferenceCounts:
        """Return how many references counted."""
        return ReferenceCounts(
            liked=self.references.get(Label.LIKED, 0),
            rejected=self.references.get(Label.REJECTED, 0),
        )


def learnt_document(made: Made, label: Label, origin: Origin) -> Sidecar:
    """Return the document of a reference that was learnt."""
    return Sidecar(
        kind="reference",
        status="learnt",
        summary=f"Learnt: you {label.value} this.",
        judgement=label.value,
        origin=origin.value,
        source=made.full_source(),
        model=ModelPart(
            embedder=made.embedder.name,
            embedder_fingerprint=made.embedder.fingerprint,
            dimensions=made.embedder.dimensions,
        ),
        references=made.counts(),
        notes=made.notes,
        timing_ms=made.timing(),
        scored_at=made.now,
        tasted_version=made.version,
    )


def scored_document(
    made: Made, judged: Judged, told: ScreenText, *, keep_text: KeepText
) -> Sidecar:
    """Return the document of a screenshot that was scored.

    Args:
        made: the picture, and with what.
        judged: its score.
        told: what the screenshot says.
        keep_text: how much of that the document repeats.
    """
    text = told.text
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
            liked=[_neighbour(each) for each in judged.liked],
            rejected=[_neighbour(each) for each in judged.rejected],
        ),
        evidence=_evidence(judged.evidence, keep_text) if judged.evidence is not None else None,
        extracted_data=_extracted(told, keep_text),
        views=[
            ViewPart(kind=view.kind, box=view.box, physical=physical)
            for view, physical in zip(made.facts.views, judged.views, strict=True)
        ],
        source=made.full_source(),
        model=ModelPart(
            embedder=made.embedder.name,
            embedder_fingerprint=made.embedder.fingerprint,
            dimensions=made.embedder.dimensions,
            scorer=judged.scorer,
            taste=judged.taste,
            taste_fingerprint=judged.taste_fingerprint,
        ),
        references=made.counts(),
        notes=[*made.notes, *judged.notes, *(text.notes if text is not None else ())],
        timing_ms=made.timing(),
        scored_at=made.now,
        tasted_version=made.version,
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


def _evidence(evidence: Evidence, keep_text: KeepText) -> EvidenceSum:
    return EvidenceSum(
        log_odds=evidence.log_odds,
        bias=evidence.bias,
        looks=evidence.looks,
        parts=[_evidence_part(each, keep_text) for each in evidence.parts],
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
    made: Made,
    judged: Judged,
    told: ScreenText,
    parts: Sequence[PhotoPart],
    *,
    judgement: Label | None,
    notes: Sequence[str],
    keep_text: KeepText,
) -> Sidecar:
    """Return the document of a profile that was scored.

    Args:
        made: the folder, and with what; the views are those of all photos.
        judged: the score of all views together.
        told: what the profile says.
        parts: its photos.
        judgement: what the user said of all of them.
        notes: sentences about its photos.
        keep_text: as `scored_document`.
    """
    scored = scored_document(made, judged, told, keep_text=keep_text)
    extracted = _extracted(told, keep_text)
    if told.text is not None:
        counting = sum(part.sha256 is not None for part in parts)
        extracted = extracted.model_copy(update={"images_found": counting})
    return scored.model_copy(
        update={
            "kind": "profile",
            "judgement": judgement.value if judgement is not None else None,
            "extracted_data": extracted,
            # a box says nothing without its photo, whose own sidecar tells it
            "views": [],
            "source": made.source,
            "notes": [*scored.notes, *notes],
            "parts": list(parts),
        }
    )


def _extracted(told: ScreenText, keep_text: KeepText) -> ExtractedData:
    text = told.text
    if text is None:
        return ExtractedData(text_missing=told.missing)
    has_fields, has_bio = keep_text != "none", keep_text == "all"
    return ExtractedData(
        name=text.name if has_fields else None,
        age=text.age if has_fields else None,
        bio=text.bio if has_bio else None,
        images_found=1,
        text_source=told.source,
    )
