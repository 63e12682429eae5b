"""Whatever was learnt and whatever comes: a whole sidecar without a NaN, or a clear error."""

import itertools
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from kit.memories import DIMENSIONS, FINGERPRINT, content, learned, random_units
from kit.pixel_engine import PixelSums
from tasted.embedding.lazy import EmbedderIdentity, LazyEmbedder
from tasted.engine.documents import DocumentContext, scored_document
from tasted.judging.judged import Preferences
from tasted.judging.stated_preferences import StatedPreferences
from tasted.judging.taste import TasteJudge
from tasted.judging.versions import TasteVersions
from tasted.library.library import Embedded, Library
from tasted.outbox.sidecar import Sidecar, source_part
from tasted.reading.companion import CompanionText
from tasted.reading.reader import ScreenText
from tasted.records import FileStamp, PictureFacts, View
from tasted.scoring.interests.interests import Interest
from tasted.scoring.traits.personality import Trait

IDENTITY = EmbedderIdentity("pixels", FINGERPRINT, DIMENSIONS)
WEIGHTS = {"physical": 0.6, "personality": 0.3, "interests": 0.1}
PREFERENCES = Preferences(
    (Trait("kind"), Trait("sporty", "lazy")),
    (Interest("hiking"), Interest("登山"), Interest("smoking", dealbreaker=True)),
    WEIGHTS,
    0.6,
    0.85,
)
RANDOM = random_units(64, seed=1)
SAME = np.repeat(RANDOM[:1], 64, axis=0)
BIOS = (
    None,
    "",
    "   \n",
    "I hike. 登山も好き。 Smoking? Never. ☕️👩‍🚀",
    "hiking " * 1_429,
    "\u202e" + "a\u0301" * 5_000,
)


def references(
    likes: int, rejects: int, rows: NDArray[np.float32]
) -> dict[str, NDArray[np.float32]]:
    """Return so many likes and rejects, by path."""
    paths = [f"liked/{n}.png" for n in range(likes)] + [f"rejected/{n}.png" for n in range(rejects)]
    return dict(zip(paths, itertools.cycle(rows), strict=False))


def documents(
    folder: Path,
    taught: Mapping[str, NDArray[np.float32]],
    *,
    seen: int,
    bios: Sequence[str | None],
) -> list[Sidecar]:
    """Score pictures of one and of three views, with every bio, by what was taught."""
    library = Library.open(folder / "library", fingerprint=FINGERPRINT, dimensions=DIMENSIONS)
    history = random_units(max(seen, 1), seed=7)[:seen]
    facts = PictureFacts(1170, 2532, "PNG", views=(View("photo", (0, 0, 10, 10)),) * 3)
    library.remember(
        {content(f"seen {n}"): Embedded(row[None], facts) for n, row in enumerate(history)}
    )
    library.learn([learned(path, row) for path, row in taught.items()])
    embedder = LazyEmbedder(IDENTITY, reads_text=True, load=lambda: PixelSums(DIMENSIONS))
    judge = TasteJudge(
        library,
        StatedPreferences(library, embedder, PREFERENCES.traits, PREFERENCES.interests),
        TasteVersions(folder / "tastes"),
        PREFERENCES,
        embedder_fingerprint=FINGERPRINT,
        bios_of=lambda _pictures: {},
    )
    made = DocumentContext(
        source=source_part("a.png", FileStamp(1, 2, 3), None, content_id=content("a")),
        facts=facts,
        embedder=IDENTITY,
        references=judge.counts,
        timing_ms={},
        now=datetime.now(UTC),
        version="0",
    )
    found = []
    for views, bio in itertools.product((RANDOM[:3], SAME[:3], -SAME[:3]), bios):
        text = CompanionText("Ann", 29, bio)
        judged = judge.judge(Embedded(views, facts), content("a"), text, timing_ms={})
        screen_text = ScreenText(text, "companion", None)
        found.append(scored_document(made, judged, screen_text, keep_text="all"))
    return found


@pytest.mark.parametrize("seen", [0, 40])
@pytest.mark.parametrize(
    ("likes", "rejects", "rows"),
    [
        (0, 0, RANDOM),
        (1, 0, RANDOM),
        (0, 1, RANDOM),
        (12, 0, RANDOM),
        (0, 12, RANDOM),
        (12, 0, SAME),
        (12, 12, SAME),
        (20, 20, RANDOM),
    ],
    ids=["none", "a like", "a reject", "likes", "rejects", "one picture", "contradicting", "both"],
)
def test_every_sidecar_is_whole(
    tmp_path: Path, likes: int, rejects: int, rows: NDArray[np.float32], seen: int
) -> None:
    """The schema refuses NaN and infinity; the parts sum to the log-odds; unsure says why."""
    for document in documents(tmp_path, references(likes, rejects, rows), seen=seen, bios=BIOS):
        again = Sidecar.model_validate_json(document.to_json())
        assert again == document
        evidence = document.evidence
        assert evidence is not None
        parts = evidence.bias + evidence.looks + sum(part.contribution for part in evidence.parts)
        assert parts == pytest.approx(evidence.log_odds, abs=1e-9)
        assert (document.unsure_because is None) == (document.verdict != "unsure")
        if document.verdict == "unsure":
            assert document.confidence_score is None or not document.strong
        if min(likes, rejects) < 4 and not any(
            part.kind == "dealbreaker" for part in evidence.parts
        ):
            assert (document.verdict, document.calibrated) == ("unsure", False)
            assert document.next is not None


def test_contradicting_labels_are_worth_nothing(tmp_path: Path) -> None:
    """One picture liked twelve times and rejected twelve times: no verdict, and it says so."""
    taught = references(12, 12, SAME)
    for document in documents(tmp_path, taught, seen=40, bios=(None,)):
        assert document.verdict == "unsure"
        assert document.unsure_because == "needs_labels"


def test_five_thousand_references_are_scored(tmp_path: Path) -> None:
    """Each label counts, and the answer is whole."""
    rows = random_units(5_000, seed=3)
    for document in documents(tmp_path, references(2_500, 2_500, rows), seen=0, bios=(None,)):
        assert document.calibrated
        assert document.references is not None
        assert (document.references.liked, document.references.rejected) == (2_500, 2_500)


@pytest.mark.parametrize("number", [0.0, np.nan, np.inf])
def test_vectors_that_are_none_are_refused(tmp_path: Path, number: float) -> None:
    """The library takes neither zeros nor what is not finite, so that no taste ever sees them."""
    library = Library.open(tmp_path, fingerprint=FINGERPRINT, dimensions=DIMENSIONS)
    row = np.full(DIMENSIONS, number, np.float32)
    with pytest.raises(ValueError, match="lengths up to 1"):
        library.learn([learned("liked/a.png", row)])
