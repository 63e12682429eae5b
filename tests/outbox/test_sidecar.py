"""The sidecar: its keys, its order, what it refuses, and what it keeps."""

import json
import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from kit.sidecars import NOW, VERSION, failed, profile, scored, source_of
from tasted.errors import EmptyFile, ItemError, TruncatedImage, UnreadableFile
from tasted.outbox.failures import error_sidecar
from tasted.outbox.sidecar import (
    ComponentScores,
    EvidenceLine,
    EvidenceSum,
    ExtractedData,
    ModelPart,
    NeighbourPart,
    Neighbours,
    Rank,
    ReferenceCounts,
    Sidecar,
    ViewPart,
    Weights,
    decoded_path,
    encoded_path,
    json_schema,
    source_part,
)
from tasted.records import Companion, FileStamp, Label
from tasted.system.clock import EARLIEST, LATEST

GOLDEN = Path(__file__).parents[1] / "golden" / "sidecar_v1.json"
SCHEMA = Path(__file__).parents[2] / "docs" / "sidecar.schema.json"

STAMP = FileStamp(812331, 1764000000000000000, 8812)
FULL = Sidecar(
    kind="screenshot",
    status="scored",
    summary="Match, 83 %: close to 3 of your likes; hiking is in the bio.",
    verdict="match",
    is_match=True,
    confidence_score=0.83,
    calibrated=True,
    strong=False,
    rank=Rank(percentile=0.92, of=41),
    component_scores=ComponentScores(physical=0.91, personality=0.62),
    weights=Weights(physical=0.6, personality=0.3, interests=0.1),
    reasons=["Close to 3 of your likes (0.88, 0.86, 0.81)", "Hiking is in the bio"],
    neighbours=Neighbours(
        liked=[NeighbourPart(id="3f" * 32, path="liked/7.png", similarity=0.88, contribution=0.66)],
        rejected=[NeighbourPart(id="a9" * 32, path="rejected/2.png", similarity=0.31)],
    ),
    extracted_data=ExtractedData(
        name="Maya",
        age=29,
        bio="Hiking, pottery, bad puns.",
        images_found=2,
        text_source="ocr:rapidocr",
        text_on_photos="SEA COAST",
        text_script="Latin",
        text_confidence=0.97,
    ),
    views=[ViewPart(kind="photo", box=(0, 380, 1170, 1240), physical=0.93)],
    source=source_part(
        "anna/2.png",
        STAMP,
        Companion("anna/2.txt", FileStamp(120, 1764000000000000001, 8813)),
        content_id="0b" * 32,
        text_id="c1" * 32,
    ).model_copy(update={"width": 1170, "height": 2532, "format": "PNG"}),
    model=ModelPart(
        embedder="openai/clip-vit-base-patch32",
        embedder_fingerprint="e" * 16,
        dimensions=512,
        scorer="taste",
        taste="v3",
        taste_fingerprint="f" * 16,
    ),
    references=ReferenceCounts(liked=31, rejected=18),
    notes=["The picture was turned upright."],
    timing_ms={"decode": 41, "embed": 63, "search": 2, "read": 0, "score": 1, "total": 107},
    scored_at=NOW,
    tasted_version=VERSION,
    evidence=EvidenceSum(
        log_odds=1.6,
        bias=-0.4,
        looks=1.75,
        parts=[
            EvidenceLine(kind="trait", name="kind", contribution=0.1, picture_z=0.4),
            EvidenceLine(
                kind="interest", name="hiking", contribution=0.15, how="named", words="hiking"
            ),
        ],
    ),
)
# section 5 of the design: these keys first, in this order
KEYS = [
    "schema_version", "kind", "status", "summary", "verdict", "is_match", "confidence_score",
    "calibrated", "strong", "unsure_because", "rank", "next", "judgement", "origin",
    "component_scores", "weights", "reasons", "neighbours", "extracted_data", "views", "source",
    "model", "references", "notes", "error", "timing_ms", "scored_at", "tasted_version",
    "evidence", "parts", "blank", "gone_since", "first_scored_at", "rescore_timing_ms",
    "former_verdict", "verdict_changed_at", "text_pending",
]  # fmt: skip


def test_a_full_sidecar_looks_like_this(golden: Callable[[Path, str], None]) -> None:
    """The golden file shows every field as a reader sees it, in the order of the design."""
    text = FULL.to_json().decode("utf-8")
    assert list(json.loads(text)) == KEYS
    assert text.endswith("}\n")
    golden(GOLDEN, text)


def test_the_golden_file_is_read_as_it_was_meant() -> None:
    """A sidecar on disk becomes the same document again."""
    assert Sidecar.model_validate_json(GOLDEN.read_bytes()) == FULL


def test_the_published_schema_is_that_of_the_model(golden: Callable[[Path, str], None]) -> None:
    """docs/sidecar.schema.json is generated, never edited."""
    golden(SCHEMA, json.dumps(json_schema(), indent=2, ensure_ascii=False) + "\n")


@pytest.mark.parametrize(
    "sidecar",
    [
        FULL,
        scored(confidence=None),
        failed(),
        failed(label=Label.LIKED),
        scored("\udcff.png"),
        profile("anna/", "anna/\udcff.png", "anna/2.png", broken=("anna/3.png",)),
    ],
    ids=["full", "unsure", "failed", "failed reference", "undecodable", "profile"],
)
def test_every_kind_of_sidecar_fits_the_schema(sidecar: Sidecar) -> None:
    """Foreign readers that validate by the published schema accept what is written."""
    schema = json.loads(SCHEMA.read_text("utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(json.loads(sidecar.to_json()), schema)


units = st.floats(0, 1)
counts = st.integers(0, 2**53)
texts = st.text(max_size=20)
moments = st.datetimes(
    EARLIEST.replace(tzinfo=None), LATEST.replace(tzinfo=None), timezones=st.just(UTC)
)


@st.composite
def documents(draw: st.DrawFn) -> Sidecar:
    """Draw a sidecar with any legal content."""
    return FULL.model_copy(
        update={
            "summary": draw(texts),
            "verdict": draw(st.sampled_from(["match", "no_match", "unsure", None])),
            "confidence_score": draw(units | st.none()),
            "component_scores": ComponentScores(
                physical=draw(units | st.none()), interests=draw(units | st.none())
            ),
            "reasons": draw(st.lists(texts, max_size=3)),
            "extracted_data": ExtractedData(
                name=draw(texts | st.none()), age=draw(st.integers() | st.none()), bio=draw(texts)
            ),
            "source": source_part(
                "/".join(["a", draw(st.text(st.characters(codec="utf-8"), min_size=1))]),
                FileStamp(draw(counts), draw(st.integers(-(2**63), 2**63)), draw(counts)),
                None,
                content_id=draw(st.none() | st.binary(min_size=32, max_size=32).map(bytes.hex)),
            ),
            "scored_at": draw(moments),
            "timing_ms": draw(st.dictionaries(texts, counts, max_size=3)),
        }
    )


@given(documents())
def test_every_document_comes_back(document: Sidecar) -> None:
    """Writing and reading change nothing, not even the last digit of a score."""
    back = Sidecar.model_validate_json(document.to_json())
    assert back == document
    assert back.ledger_entry() == document.ledger_entry()
    assert back.to_json() == document.to_json()


def test_unknown_fields_are_kept() -> None:
    """What a newer version wrote survives an older one, at every depth."""
    value = json.loads(FULL.to_json())
    value["mood"] = {"deep": [1]}
    value["source"]["camera"] = "front"
    value["neighbours"]["liked"][0]["since"] = "yesterday"
    again = json.loads(Sidecar.model_validate(value).to_json())
    assert again == value


@given(st.binary(min_size=1, max_size=60))
def test_row_39_any_path_survives_its_sidecar(raw: bytes) -> None:
    """Names that are no UTF-8 stand beside what is shown of them, in hex."""
    path = os.fsdecode(raw)
    shown = encoded_path(path)
    assert shown.path.encode("utf-8")
    assert (shown.path_hex is None) == (shown.path == path)
    assert decoded_path(shown.path, shown.path_hex) == path


def test_an_undecodable_path_is_that_of_the_ledger() -> None:
    """The ledger knows a file by the name that the file system gives it, companion included."""
    companion = Companion("anna/caf\udce9.txt", STAMP)
    source = source_part("anna/caf\udce9.png", STAMP, companion, content_id=None)
    assert source.path == "anna/caf\ufffd.png"
    assert source.path_hex == b"anna/caf\xe9.png".hex()
    document = scored(source=source)
    entry = Sidecar.model_validate_json(document.to_json()).ledger_entry()
    assert entry.path == "anna/caf\udce9.png"
    assert entry.companion == companion
    assert entry.stamp == STAMP


@pytest.mark.parametrize(
    "wrong",
    [
        {"confidence_score": 1.01},
        {"confidence_score": -0.01},
        {"confidence_score": float("nan")},
        {"confidence_score": float("inf")},
        {"component_scores": {"physical": float("nan")}},
        {"component_scores": {"interests": 2}},
        {"verdict": "maybe"},
        {"kind": "letter"},
        {"status": "done"},
        {"schema_version": 2},
        {"scored_at": datetime(2026, 11, 23, 17, 5)},  # noqa: DTZ001 - a naive time is the point
        {"scored_at": "9999-12-31T23:59:59-01:00"},
        {"scored_at": "0001-01-01T00:00:00+01:00"},
        {
            "error": {
                "code": "empty", "message": "", "remedy": "",
                "attempts": 1, "retry_at": "9999-12-31T23:59:59Z",
            }
        },
        {"timing_ms": {"decode": -1}},
        {"rank": {"percentile": 1.5, "of": 3}},
        {"neighbours": {"liked": [{"id": "short", "path": "a", "similarity": 0.5}]}},
        {"neighbours": {"liked": [{"id": "0" * 64, "path": "a", "similarity": 1.5}]}},
        {"views": [{"kind": "photo", "box": [0, 0, -1, 1]}]},
        {"source": {"path": "a", "sha256": "X" * 64, "bytes": 1, "modified_ns": 1, "inode": 1}},
        {
            "source": {
                "path": "a", "path_hex": "zz", "sha256": None,
                "bytes": 1, "modified_ns": 1, "inode": 1,
            }
        },
        {"error": {"code": "empty", "message": "", "remedy": "", "attempts": 0}},
    ],
    ids=str,
)  # fmt: skip
def test_wrong_values_are_refused(wrong: dict[str, Any]) -> None:
    """Nothing is written, and nothing is read, that the schema does not allow."""
    with pytest.raises(ValidationError):
        Sidecar(**(dict(FULL) | wrong))


@pytest.mark.parametrize(
    ("error", "attempts", "seconds"),
    [
        (TruncatedImage, 1, 5),
        (TruncatedImage, 2, 30),
        (TruncatedImage, 3, 120),
        (TruncatedImage, 4, None),
        (UnreadableFile, 1, 5),
        (UnreadableFile, 5, 3600),
        (UnreadableFile, 50, 3600),
        (EmptyFile, 1, None),
    ],
)
def test_row_05_a_failure_says_when_it_is_tried_again(
    error: type[ItemError], attempts: int, seconds: int | None
) -> None:
    """The pauses grow; then the file waits for a change, or for the mode that no stamp shows."""
    document = error_sidecar(
        source_of("a.png"),
        error("It failed.", remedy="Mend it."),
        label=None,
        attempts=attempts,
        now=NOW,
        version=VERSION,
    )
    expected = None if seconds is None else NOW + timedelta(seconds=seconds)
    assert document.error is not None
    assert document.error.retry_at == expected
    entry = document.ledger_entry()
    assert entry.attempts == attempts
    assert entry.retry_at == (expected.timestamp() if expected else None)


def test_a_failure_says_what_happened_and_what_to_do() -> None:
    """Code, message and remedy are those of the error; nothing is made up beside them."""
    error = EmptyFile("a.png is empty.", remedy="Take it again.")
    document = error_sidecar(
        source_of("a.png"), error, label=Label.LIKED, attempts=1, now=NOW, version=VERSION
    )
    assert document.kind == "reference"
    assert document.status == "error"
    assert document.summary == "Not scored: a.png is empty."
    assert document.error is not None
    assert (document.error.code, document.error.remedy) == ("empty", "Take it again.")
    assert document.error.retry_at is None
    assert document.verdict is document.confidence_score is document.model is None
    assert document.ledger_entry().embedder_fingerprint is None


def test_a_mark_of_what_is_gone_survives_its_json() -> None:
    """What is there again, or has new stamps, says nothing of it."""
    since = datetime(2026, 11, 23, tzinfo=UTC)
    sidecar = Sidecar.model_validate_json(scored().marked(since).to_json())
    assert sidecar.ledger_entry().gone_since == since.timestamp()
    assert not sidecar.marked(None).ledger_entry().is_gone
    assert sidecar.restamped(source_of("a.png", 2)).gone_since is None
