"""Where the text of a screenshot comes from, on its way through the pipeline."""

from collections.abc import Callable
from typing import Any

import pytest

from kit.outboxes import picture
from kit.pixel_engine import PixelSums
from kit.readers import FixedEngine, files_with, unread
from tasted.embedding.lazy import EmbedderIdentity, LazyEmbedder
from tasted.home import Home
from tasted.intake import Intake, Item
from tasted.judging.judged import Preferences
from tasted.judging.seed import SeedJudge
from tasted.library.library import Library
from tasted.outbox.sidecar import Sidecar
from tasted.pipeline import Pipeline
from tasted.reading.choosing import choose
from tasted.reading.ocr import ReadingFailed
from tasted.reading.reader import Reader
from tasted.records import Label, Origin
from tasted.scoring.interests import Interest

DIMENSIONS = 16
WEIGHTS = {"physical": 1.0, "personality": 0.0, "interests": 1.0}
SAID = "Old maps and sourdough bread"
Walk = Callable[..., Sidecar]


@pytest.fixture
def walk(home: Home) -> Walk:
    """Takes one item through a new pipeline over the home's library, as a restarted engine does."""
    lazy = LazyEmbedder(
        EmbedderIdentity("pixels", "0" * 64, DIMENSIONS),
        reads_text=False,
        load=lambda: PixelSums(DIMENSIONS),
    )

    def one(reader: Reader, path: str = "a.png", *, keep: Any = "all", **about: Any) -> Sidecar:
        library = Library.open(home.library, fingerprint=lazy.fingerprint, dimensions=DIMENSIONS)
        preferences = Preferences((), (Interest("sourdough"),), WEIGHTS, 0.5, 0.8)
        pipeline = Pipeline(
            Intake(home.inbox, max_bytes=10**6),
            library,
            lazy,
            SeedJudge(library, lazy, preferences),
            reader,
            keep_text=keep,
            max_pixels=10**6,
            views="center",
            origin_of=lambda _content: Origin.REFERENCE,
            version="0",
        )
        (answer,) = pipeline.process([Item(path, **about)])
        assert answer.document is not None
        return answer.document

    (home.inbox / "a.png").write_bytes(picture(1))
    return one


def _said(document: Sidecar) -> dict[str, Any]:
    assert document.extracted_data is not None
    return document.extracted_data.model_dump(exclude_none=True)


def test_a_picture_is_read_once_by_each_reader(home: Home, walk: Walk) -> None:
    """Its text is cached by content: another name and a restarted engine read nothing."""
    engine = FixedEngine("Nope", SAID, "and jazz")
    first = walk(engine.reader())
    assert _said(first) == {
        "bio": f"{SAID}\nand jazz",
        "images_found": 1,
        "text_source": "ocr:tesseract",
    }
    assert first.component_scores is not None
    assert first.component_scores.interests == 1.0
    (home.inbox / "b.png").write_bytes(picture(1))
    assert _said(walk(engine.reader(), "b.png")) == _said(first)
    assert engine.read_count == 1
    walk(engine.reader(program="/opt/other/tesseract"))
    assert engine.read_count == 2


def test_text_is_read_for_vectors_that_are_known(walk: Walk) -> None:
    """Text recognition that was installed later reads what was embedded before."""
    assert "reading.engine" in _said(walk(unread()))["text_missing"]
    assert _said(walk(FixedEngine(SAID).reader()))["bio"] == SAID


def test_the_text_file_comes_first(home: Home, walk: Walk) -> None:
    """Nobody looks for text in a picture that has its own; a reference needs none."""
    (home.inbox / "a.txt").write_text("Name: Maya\n\nTea", "utf-8")
    engine = FixedEngine(SAID)
    document = walk(engine.reader(), companion="a.txt")
    assert _said(document)["text_source"] == "companion"
    assert _said(document)["bio"] == "Tea"
    (home.inbox / "liked" / "b.png").write_bytes(picture(2))
    assert walk(engine.reader(), "liked/b.png", label=Label.LIKED).status == "learnt"
    assert not engine.read_count


def test_none_leaves_the_text_file_alone_too(home: Home, walk: Walk) -> None:
    """Whoever wants no text read means every text."""
    (home.inbox / "a.txt").write_text("Tea", "utf-8")
    nobody = Reader(choose("none", ()), (), lambda _choice: FixedEngine())
    said = _said(walk(nobody, companion="a.txt"))
    assert list(said) == ["text_missing"]
    assert "reading.engine" in said["text_missing"]


@pytest.mark.parametrize("keep", ["fields", "none"])
def test_what_shall_not_be_kept_is_not(home: Home, walk: Walk, keep: str) -> None:
    """The score is that of the whole text; neither sidecar nor library hold it."""
    engine = FixedEngine("Maya, 29", SAID)
    engine.lines[0] = type(engine.lines[0])("Maya, 29", (0.1, 0.1, 0.6, 0.2), 0.9)
    document = walk(engine.reader(), keep=keep)
    fields = {"name": "Maya", "age": 29} if keep == "fields" else {}
    assert _said(document) == {"images_found": 1, "text_source": "ocr:tesseract", **fields}
    assert document.component_scores is not None
    assert document.component_scores.interests == 1.0
    assert not files_with(home.root, SAID)
    walk(engine.reader(), keep=keep)
    assert engine.read_count == 2


def test_nothing_about_a_foreign_picture_is_stored(home: Home, walk: Walk) -> None:
    """A file outside the inbox is read and scored, and that is all."""
    foreign = str(home.inbox / "a.png")
    assert _said(walk(FixedEngine(SAID).reader(), foreign, foreign=True))["bio"] == SAID
    assert not files_with(home.root, SAID)


@pytest.mark.parametrize(
    ("engine", "missing"),
    [
        (FixedEngine(raises=ReadingFailed("Tesseract failed: no data")), "Tesseract failed"),
        (FixedEngine(), "no text was found in the picture"),
        (FixedEngine("Super Like", "—"), "no text but that of the app"),
    ],
)
def test_a_picture_without_a_text_is_scored(walk: Walk, engine: FixedEngine, missing: str) -> None:
    """Looks count alone, and the sidecar says why there is no text."""
    document = walk(engine.reader())
    assert document.status == "scored"
    assert missing in _said(document)["text_missing"]


def test_an_engine_that_cannot_be_loaded_is_told(walk: Walk) -> None:
    """A broken installation takes no file with it."""

    def broken(_choice: object) -> FixedEngine:
        raise ImportError("libGL.so.1: cannot open shared object file")

    document = walk(Reader(FixedEngine().reader().choice, ("en",), broken))
    assert document.status == "scored"
    assert "libGL.so.1" in _said(document)["text_missing"]
