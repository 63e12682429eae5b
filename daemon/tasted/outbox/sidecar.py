"""The sidecar, version 1, as a pydantic model. Pure: no file is touched.

Fields are only ever added. The published JSON Schema is generated from this model, and nothing is
written to the outbox unless this model accepts it.
"""

import os
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any, Literal, NamedTuple

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field

from tasted.records import Companion, FileStamp, LedgerEntry, Origin, Part, RankingFacts
from tasted.system.clock import within_bounds

SCHEMA_VERSION: Literal[1] = 1

UnitInterval = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
Cosine = Annotated[float, Field(ge=-1, le=1, allow_inf_nan=False)]
LogOdds = Annotated[float, Field(allow_inf_nan=False)]
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
HexBytes = Annotated[str, Field(pattern=r"^([0-9a-f]{2})+$")]
Count = Annotated[int, Field(ge=0)]
Time = Annotated[AwareDatetime, AfterValidator(within_bounds)]


class _Part(BaseModel):
    # unknown fields of a newer version are kept when an older one reads the sidecar
    model_config = ConfigDict(extra="allow", frozen=True)


class Rank(_Part):
    """Where it stands in a sample of at most 2,000 pictures, seen when the taste was fitted."""

    percentile: UnitInterval
    of: Count


class ComponentScores(_Part):
    """Each component's own score; null when there is no evidence for it."""

    physical: UnitInterval | None = None
    personality: UnitInterval | None = None
    interests: UnitInterval | None = None


class Weights(_Part):
    """How much each component counted; with `taste`, the setting relative to its default."""

    physical: Annotated[float, Field(ge=0, allow_inf_nan=False)]
    personality: Annotated[float, Field(ge=0, allow_inf_nan=False)]
    interests: Annotated[float, Field(ge=0, allow_inf_nan=False)]


class NeighbourPart(_Part):
    """A reference near the screenshot."""

    id: Sha256
    path: str
    similarity: Cosine
    contribution: LogOdds | None = None


class Neighbours(_Part):
    """The nearest references of either label, nearest first."""

    liked: list[NeighbourPart] = []
    rejected: list[NeighbourPart] = []


class EvidenceLine(_Part):
    """A trait, an interest or a dealbreaker, and what it moved the score by, in log-odds."""

    kind: Literal["trait", "interest", "dealbreaker"]
    name: str
    contribution: LogOdds
    picture_z: LogOdds | None = None
    bio_z: LogOdds | None = None
    how: str | None = None
    words: str | None = None


class EvidenceSum(_Part):
    """The parts of the score in log-odds: `log_odds` = `bias` + `looks` + those of `parts`."""

    log_odds: LogOdds
    bias: LogOdds
    looks: LogOdds
    parts: list[EvidenceLine] = []


class ExtractedData(_Part):
    """What the screenshot, or the text file beside it, says."""

    name: str | None = None
    age: int | None = None
    bio: str | None = None
    images_found: Count | None = None
    text_source: str | None = None
    text_missing: str | None = None
    text_on_photos: str | None = None
    text_script: str | None = None
    text_confidence: UnitInterval | None = None


class ViewPart(_Part):
    """A region that was looked at: `box` is left, top, width, height in upright pixels."""

    kind: str
    box: tuple[Count, Count, Count, Count]
    physical: UnitInterval | None = None
    weight: UnitInterval = 1.0
    """How much it counts beside the most photographic region, which has 1."""


class CompanionPart(_Part):
    """The stamp of the companion text that was read."""

    path: str
    bytes: Count
    modified_ns: int
    inode: Count
    path_hex: HexBytes | None = None
    changed_ns: int | None = None


class Source(_Part):
    """The file that the sidecar belongs to; for a profile, its folder."""

    path: str
    """Relative to the inbox; bytes that are not UTF-8 are shown as U+FFFD."""
    path_hex: HexBytes | None = None
    """The path's bytes in hex, when they are not UTF-8."""
    sha256: Sha256 | None
    text_sha256: Sha256 | None = None
    bytes: Count
    modified_ns: int
    inode: Count
    width: Count | None = None
    height: Count | None = None
    format: str | None = None
    companion: CompanionPart | None = None
    changed_ns: int | None = None
    """When the file's inode last changed; null in the sidecars of older versions."""


class ModelPart(_Part):
    """What the scores were made with."""

    embedder: str
    embedder_fingerprint: str
    dimensions: Count
    scorer: str | None = None
    taste: str | None = None
    taste_fingerprint: str | None = None


class ReferenceCounts(_Part):
    """How many references counted."""

    liked: Count
    rejected: Count


class ErrorPart(_Part):
    """Why the file has no score, and what to do."""

    code: str
    message: str
    remedy: str
    attempts: Annotated[int, Field(ge=1)]
    retry_at: Time | None = None


class PhotoPart(_Part):
    """A photo of a profile, with what its own sidecar says."""

    path: str
    path_hex: HexBytes | None = None
    sha256: Sha256 | None
    """Null for a photo that could not be scored, and does not count."""
    text_sha256: Sha256 | None = None
    confidence: UnitInterval | None = None
    physical: UnitInterval | None = None


class Sidecar(_Part):
    """One document of the outbox."""

    schema_version: Literal[1] = SCHEMA_VERSION
    kind: Literal["screenshot", "reference", "profile"]
    status: Literal["scored", "learnt", "error"]
    summary: str
    verdict: Literal["match", "no_match", "unsure"] | None = None
    is_match: bool | None = None
    confidence_score: UnitInterval | None = None
    calibrated: bool = False
    strong: bool = False
    unsure_because: Literal["needs_labels", "between", "no_evidence"] | None = None
    rank: Rank | None = None
    next: str | None = None
    judgement: Literal["liked", "rejected"] | None = None
    origin: Literal["reference", "feedback"] | None = None
    component_scores: ComponentScores | None = None
    weights: Weights | None = None
    reasons: list[str] = []
    neighbours: Neighbours | None = None
    extracted_data: ExtractedData | None = None
    views: list[ViewPart] = []
    source: Source
    model: ModelPart | None = None
    references: ReferenceCounts | None = None
    notes: list[str] = []
    error: ErrorPart | None = None
    timing_ms: dict[str, Count] = {}
    scored_at: Time
    tasted_version: str
    evidence: EvidenceSum | None = None
    parts: list[PhotoPart] = []
    blank: bool = False
    """Whether there is nothing to see in the picture: it is of one colour."""
    gone_since: Time | None = None
    """Since when its file is known to be gone from the inbox."""
    first_scored_at: Time | None = None
    """When these contents first had a score, or first failed, under this name."""
    rescore_timing_ms: dict[str, Count] = {}
    """As `timing_ms`, of a score for which no picture had to be looked at."""
    former_verdict: Literal["match", "no_match", "unsure"] | None = None
    """The verdict that these contents had before this one."""
    verdict_changed_at: Time | None = None
    """When a new score of these contents changed their verdict last."""
    text_pending: bool = False
    """Whether the text in the picture is still being read: this score is of its looks alone, and
    another one follows."""

    def to_json(self) -> bytes:
        """Return the document as indented UTF-8 with a newline at its end."""
        return self.model_dump_json(indent=2).encode() + b"\n"

    def restamped(self, found: Source) -> "Sidecar":
        """Return the document with the stamps of the same contents as they are now."""
        names = ("bytes", "modified_ns", "inode", "changed_ns", "companion")
        stamps = {name: getattr(found, name) for name in names}
        source = self.source.model_copy(update=stamps)
        return self.model_copy(update={"source": source, "gone_since": None})

    def marked(self, gone_since: datetime | None) -> "Sidecar":
        """Return the document of a file that is gone since then, or that is there again (None)."""
        return self.model_copy(update={"gone_since": gone_since})

    def ledger_entry(self) -> LedgerEntry:
        """Return what the ledger keeps: what decides whether the file is done, and its order."""
        source, model, error = self.source, self.model, self.error
        return LedgerEntry(
            path=decoded_path(source.path, source.path_hex),
            status=self.status,
            stamp=FileStamp(source.bytes, source.modified_ns, source.inode, source.changed_ns),
            companion=_companion(source.companion),
            content_id=source.sha256,
            text_id=source.text_sha256,
            embedder_fingerprint=model.embedder_fingerprint if model else None,
            taste_fingerprint=model.taste_fingerprint if model else None,
            attempts=error.attempts if error else 0,
            retry_at=error.retry_at.timestamp() if error and error.retry_at else None,
            tasted_version=self.tasted_version,
            origin=Origin(self.origin) if self.origin is not None else None,
            ranking_facts=self._ranking_facts(),
            parts=tuple(map(_part, self.parts)),
            error_code=error.code if error else None,
            blank=self.blank,
            text_pending=self.text_pending,
            name=self.extracted_data.name if self.extracted_data is not None else None,
            age=self.extracted_data.age if self.extracted_data is not None else None,
            gone_since=self.gone_since.timestamp() if self.gone_since is not None else None,
        )

    def _ranking_facts(self) -> RankingFacts | None:
        if self.kind == "reference":
            return None
        return RankingFacts(
            verdict=self.verdict,
            needs_labels=self.unsure_because == "needs_labels",
            percentile=self.rank.percentile if self.rank is not None else None,
            confidence=self.confidence_score,
            physical=self.component_scores.physical if self.component_scores else None,
            scored_at=self.scored_at.timestamp(),
            judgement=self.judgement,
            first_scored_at=_seconds(self.first_scored_at),
            verdict_changed_at=_seconds(self.verdict_changed_at),
        )


def _seconds(moment: datetime | None) -> float | None:
    return None if moment is None else moment.timestamp()


def _part(part: PhotoPart) -> Part:
    return Part(decoded_path(part.path, part.path_hex), part.sha256, part.text_sha256)


def _companion(part: CompanionPart | None) -> Companion | None:
    if part is None:
        return None
    stamp = FileStamp(part.bytes, part.modified_ns, part.inode, part.changed_ns)
    return Companion(decoded_path(part.path, part.path_hex), stamp)


class EncodedPath(NamedTuple):
    """A path as JSON can hold it."""

    path: str
    path_hex: str | None


def encoded_path(path: str) -> EncodedPath:
    """Return `path` and `path_hex` for a path as the file system gave it.

    JSON cannot hold a name that is not UTF-8 (Linux allows any bytes): it is shown with U+FFFD, and
    its bytes are added in hex.
    """
    raw = os.fsencode(path)
    shown = raw.decode("utf-8", "replace")
    return EncodedPath(shown, None if shown == path else raw.hex())


def decoded_path(shown: str, path_hex: str | None) -> str:
    """Return the path as the file system gives it; the inverse of `encoded_path`."""
    return shown if path_hex is None else os.fsdecode(bytes.fromhex(path_hex))


def source_part(
    path: str,
    stamp: FileStamp,
    companion: Companion | None,
    *,
    content_id: str | None,
    text_id: str | None = None,
) -> Source:
    """Return what a sidecar says of its file, without what only a decoder knows."""
    shown = encoded_path(path)
    return Source(
        path=shown.path,
        path_hex=shown.path_hex,
        sha256=content_id,
        text_sha256=text_id,
        bytes=stamp.size_bytes,
        modified_ns=stamp.modified_ns,
        inode=stamp.inode,
        changed_ns=stamp.changed_ns,
        companion=_companion_part(companion),
    )


def _companion_part(companion: Companion | None) -> CompanionPart | None:
    if companion is None:
        return None
    shown = encoded_path(companion.path)
    return CompanionPart(
        path=shown.path,
        path_hex=shown.path_hex,
        bytes=companion.stamp.size_bytes,
        modified_ns=companion.stamp.modified_ns,
        inode=companion.stamp.inode,
        changed_ns=companion.stamp.changed_ns,
    )


def photo_parts(
    parts: Sequence[Part], ranking_facts: Mapping[str, RankingFacts | None]
) -> list[PhotoPart]:
    """Return what the document of a profile says of its photos.

    Args:
        parts: what the photos' sidecars prove.
        ranking_facts: what those sidecars say, by path.
    """
    return [_photo_part(part, ranking_facts.get(part.path)) for part in parts]


def _photo_part(part: Part, ranking_facts: RankingFacts | None) -> PhotoPart:
    shown = encoded_path(part.path)
    counts = ranking_facts if part.content_id is not None else None
    return PhotoPart(
        path=shown.path,
        path_hex=shown.path_hex,
        sha256=part.content_id,
        text_sha256=part.text_id,
        confidence=counts.confidence if counts is not None else None,
        physical=counts.physical if counts is not None else None,
    )


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema of a sidecar, as published in docs/."""
    schema = Sidecar.model_json_schema(mode="serialization")
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}
