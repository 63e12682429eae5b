"""Where the text of a screenshot comes from, on its way through the pipeline."""

import errno
import json
from collections.abc import Callable
from typing import Any

import pytest

from kit.outboxes import picture
from kit.pictures import noise
from kit.pipelines import pixel_library, pixel_pipeline, results_of
from kit.readers import FixedEngine, files_with, unread
from tasted.errors import SystemFailed
from tasted.home.layout import Home
from tasted.judging.judged import Preferences
from tasted.outbox.sidecar import Sidecar
from tasted.reading.choosing import choose
from tasted.reading.ocr import ReadingFailed, TextLine
from tasted.reading.reader import Reader
from tasted.rpc.messages import KnownContent, RequestedFile
from tasted.scoring.interests.interests import Interest
from tasted.system.files import content_id, stamp_of

PREFERENCES = Preferences(
    (),
    (Interest("sourdough"),),
    {"physical": 1.0, "personality": 0.0, "interests": 1.0},
    0.5,
    0.8,
)
SAID = "Old maps and sourdough bread"
Score = Callable[..., Sidecar]


@pytest.fixture
def score(home: Home) -> Score:
    """Takes one file through a new pipeline over the home's library, as a restarted engine does."""

    def score_one(
        reader: Reader, path: str = "a.png", *, keep: Any = "all", **details: Any
    ) -> Sidecar:
        pipeline = pixel_pipeline(
            home, pixel_library(home), preferences=PREFERENCES, reader=reader, keep_text=keep
        )
        (result,) = results_of(pipeline, RequestedFile(path, **details))
        assert result.document is not None
        return result.document

    (home.inbox / "a.png").write_bytes(picture(1))
    return score_one


def _said(document: Sidecar) -> dict[str, Any]:
    assert document.extracted_data is not None
    return document.extracted_data.model_dump(exclude_none=True)


def test_a_picture_is_read_once_by_each_reader(home: Home, score: Score) -> None:
    """Its text is cached by content: another name and a restarted engine read nothing."""
    engine = FixedEngine("Nope", SAID, "and jazz")
    first = score(engine.reader())
    assert _said(first) == {
        "bio": f"{SAID}\nand jazz",
        "images_found": 1,
        "text_source": "ocr:tesseract",
        "text_script": "Latin",
        "text_confidence": 0.9,
    }
    assert first.component_scores is not None
    assert first.component_scores.interests == 1.0
    (home.inbox / "b.png").write_bytes(picture(1))
    assert _said(score(engine.reader(), "b.png")) == _said(first)
    assert engine.read_count == 1
    score(engine.reader(program="/opt/other/tesseract"))
    assert engine.read_count == 2


def _printing() -> FixedEngine:
    """Return an engine that finds an interest printed in the middle of the picture."""
    engine = FixedEngine()
    engine.lines = [
        TextLine("SOURDOUGH MASTER", (0.2, 0.4, 0.8, 0.5), 0.97),
        TextLine("of my own bakery", (0.2, 0.55, 0.8, 0.6), 0.97),
    ]
    return engine


@pytest.mark.parametrize("keep", ["all", "fields"])
def test_print_on_a_photograph_is_told_apart_and_counts_for_nothing(
    home: Home, score: Score, keep: str
) -> None:
    """No bio and no interest; what was kept of it is read again for the next score."""
    (home.inbox / "a.png").write_bytes(noise(size=(400, 300)))
    engine = _printing()
    printed = "SOURDOUGH MASTER\nof my own bakery" if keep == "all" else None
    for _score in range(2):
        document = score(engine.reader(), keep=keep)
        assert document.extracted_data is not None
        assert document.extracted_data.text_on_photos == printed
        assert document.extracted_data.bio is None
        assert "printed on a photograph" in (document.extracted_data.text_missing or "")
        assert document.component_scores is not None
        # what a picture without a text has; a bio that names the interest has 1
        assert document.component_scores.interests == 0.5
    assert engine.read_count == (1 if keep == "all" else 2)
    assert bool(files_with(home.root, "SOURDOUGH")) == (keep == "all")


def test_a_text_that_an_older_version_read_is_still_read(score: Score, home: Home) -> None:
    """It kept lines alone; then what was looked at tells where the photographs are."""
    engine = FixedEngine(SAID)
    score(engine.reader())
    library = pixel_library(home)
    content = content_id((home.inbox / "a.png").read_bytes())
    older = json.dumps([[line.text, line.box, line.confidence] for line in engine.lines])
    library.remember_texts({content: older}, engine.reader().choice.reader)
    assert _said(score(engine.reader()))["bio"] == SAID
    assert engine.read_count == 1


def test_looks_come_first_where_the_text_may_wait(home: Home, score: Score) -> None:
    """The score says so; a copy of the same content that was read has its text at once."""
    engine = FixedEngine(SAID)
    looked = score(engine.reader(), looks_first=True)
    assert (looked.status, looked.text_pending, engine.read_count) == ("scored", True, 0)
    assert "still being read" in _said(looked)["text_missing"]
    assert looked.ledger_entry().text_pending
    read = score(engine.reader())
    assert (read.text_pending, _said(read)["bio"], engine.read_count) == (False, SAID, 1)
    again = score(engine.reader(), looks_first=True)
    assert (again.text_pending, _said(again)["bio"], engine.read_count) == (False, SAID, 1)


def test_nothing_is_pending_that_needs_no_reading(home: Home, score: Score) -> None:
    """A text file, no reader, and a reference."""
    assert not score(unread(), looks_first=True).text_pending
    (home.inbox / "a.txt").write_text("Tea", "utf-8")
    engine = FixedEngine(SAID)
    beside = score(engine.reader(), looks_first=True, companion="a.txt")
    assert (_said(beside)["bio"], beside.text_pending) == ("Tea", False)
    (home.inbox / "liked" / "b.png").write_bytes(picture(2))
    assert not score(engine.reader(), "liked/b.png", looks_first=True).text_pending
    assert not engine.read_count


def test_text_is_read_for_vectors_that_are_known(score: Score) -> None:
    """Text recognition that was installed later reads what was embedded before."""
    assert "reading.engine" in _said(score(unread()))["text_missing"]
    assert _said(score(FixedEngine(SAID).reader()))["bio"] == SAID


def test_the_text_file_comes_first(home: Home, score: Score) -> None:
    """Nobody looks for text in a picture that has its own; a reference needs none."""
    (home.inbox / "a.txt").write_text("Name: Maya\n\nTea", "utf-8")
    engine = FixedEngine(SAID)
    document = score(engine.reader(), companion="a.txt")
    assert _said(document)["text_source"] == "companion"
    assert _said(document)["bio"] == "Tea"
    (home.inbox / "liked" / "b.png").write_bytes(picture(2))
    assert score(engine.reader(), "liked/b.png").status == "learnt"
    assert not engine.read_count


def test_none_leaves_the_text_file_alone_too(home: Home, score: Score) -> None:
    """Whoever wants no text read means every text."""
    (home.inbox / "a.txt").write_text("Tea", "utf-8")
    nobody = Reader(choose("none", ()), (), lambda _choice: FixedEngine())
    said = _said(score(nobody, companion="a.txt"))
    assert list(said) == ["text_missing"]
    assert "reading.engine" in said["text_missing"]


@pytest.mark.parametrize("keep", ["fields", "none"])
def test_what_shall_not_be_kept_is_not(home: Home, score: Score, keep: str) -> None:
    """The score is that of the whole text; neither sidecar nor library hold it."""
    engine = FixedEngine("Maya, 29", SAID)
    engine.lines[0] = type(engine.lines[0])("Maya, 29", (0.1, 0.1, 0.6, 0.2), 0.9)
    document = score(engine.reader(), keep=keep)
    fields = {"name": "Maya", "age": 29} if keep == "fields" else {}
    assert _said(document) == {
        "images_found": 1,
        "text_source": "ocr:tesseract",
        "text_script": "Latin",
        "text_confidence": 0.9,
        **fields,
    }
    assert document.component_scores is not None
    assert document.component_scores.interests == 1.0
    assert not files_with(home.root, SAID)
    score(engine.reader(), keep=keep)
    assert engine.read_count == 2


def test_nothing_about_a_foreign_picture_is_stored(home: Home, score: Score) -> None:
    """A file outside the inbox is read and scored, and that is all."""
    foreign = str(home.inbox / "a.png")
    assert _said(score(FixedEngine(SAID).reader(), foreign, is_outside=True))["bio"] == SAID
    assert not files_with(home.root, SAID)


@pytest.mark.parametrize(
    ("engine", "missing"),
    [
        (FixedEngine(raises=ReadingFailed("Tesseract failed: no data")), "Tesseract failed"),
        (FixedEngine(), "no text was found in the picture"),
        (FixedEngine("Super Like", "—"), "no text but that of the app"),
    ],
)
def test_a_picture_without_a_text_is_scored(
    score: Score, engine: FixedEngine, missing: str
) -> None:
    """Looks count alone, and the sidecar says why there is no text."""
    document = score(engine.reader())
    assert document.status == "scored"
    assert missing in _said(document)["text_missing"]


def test_an_engine_that_cannot_be_loaded_is_told(score: Score) -> None:
    """A broken installation takes no file with it."""

    def broken(_choice: object) -> FixedEngine:
        raise ImportError("libGL.so.1: cannot open shared object file")

    document = score(Reader(FixedEngine().reader().choice, ("en",), broken))
    assert document.status == "scored"
    assert "libGL.so.1" in _said(document)["text_missing"]


def test_row_48_a_reader_that_the_machine_refuses_to_open_is_waited_for(score: Score) -> None:
    """Without it the text would be missing until the next new score, for a moment's shortage."""

    def refused(_choice: object) -> FixedEngine:
        raise OSError(errno.EMFILE, "Too many open files")

    with pytest.raises(SystemFailed, match="Too many files"):
        score(Reader(FixedEngine().reader().choice, ("en",), refused))


@pytest.mark.parametrize("was_scored", [False, True])
def test_row_20_a_picture_that_is_replaced_before_it_is_read_gets_its_own_score(
    home: Home, score: Score, *, was_scored: bool
) -> None:
    """Its stamp was that of a known content when it was looked at; then another one lay there."""
    former = score(unread()).source.sha256
    file = home.inbox / "a.png"
    file.write_bytes(noise(size=(400, 300)))
    if was_scored:
        score(unread())
    reader = FixedEngine("Nope", SAID).reader()
    document = score(reader, known=KnownContent(str(former), stamp_of(file.lstat())))
    assert document.source.sha256 == content_id(file.read_bytes())
    assert (document.source.width, document.source.height) == (400, 300)
    assert document.component_scores == score(reader).component_scores
