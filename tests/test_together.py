"""Several photos are scored as one, by real rooms, with an embedder that sums up pixels."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from kit.outboxes import picture
from kit.pixel_engine import PixelSums
from kit.readers import files_with, unread
from tasted.embedding.lazy import EmbedderIdentity, LazyEmbedder
from tasted.files import content_id
from tasted.home import Home
from tasted.intake import Intake, Item, ProfileItem
from tasted.judging.judged import Preferences
from tasted.judging.seed import SeedJudge
from tasted.library.library import Embedded, Library
from tasted.outbox.profiles import photo_parts
from tasted.outbox.sidecar import Sidecar
from tasted.pipeline import Pipeline
from tasted.reading.companion import CompanionText
from tasted.reading.reader import ScreenText
from tasted.records import FileStamp, Label, Origin, Part, PictureFacts, View
from tasted.scoring.interests import Interest
from tasted.scoring.personality import Trait
from tasted.together import Photo, anchor_of, looked_at_together, said_of_all, told_together

DIMENSIONS = 16
WEIGHTS = {"physical": 1.0, "personality": 1.0, "interests": 1.0}
STAMP = FileStamp(5, 6, 0)


def said(name: str | None = None, age: int | None = None, bio: str | None = None) -> ScreenText:
    """Return what a text says."""
    return ScreenText(CompanionText(name, age, bio), "companion", None)


def photo(content: str, told: ScreenText, views: int = 1) -> Photo:
    """Return a photo with so many views, each in the direction of its place."""
    facts = PictureFacts(9, 9, "PNG", views=(View("photo", (0, 0, 9, 9)),) * views)
    return Photo(content, Embedded(np.eye(DIMENSIONS, dtype=np.float32)[:views], facts), told)


SILENT = ScreenText(None, None, "There is none.")


def test_all_views_of_all_photos_are_views_of_the_profile() -> None:
    """In order; so a photo with more views counts for more, and consensus is that of all."""
    together = looked_at_together(
        [photo("a", SILENT, 2), photo("b", SILENT), photo("c", SILENT, 3)]
    )
    assert together.views.shape == (6, DIMENSIONS)
    assert [int(row.argmax()) for row in together.views] == [0, 1, 0, 0, 1, 2]
    assert len(together.facts.views) == 6


def test_a_profile_says_what_its_text_says_and_else_its_photos() -> None:
    """Field by field; bios of photos are joined, each once; without any text it says why."""
    photos = [said(age=31, bio="Hiking"), SILENT, said("Anna", 30, "Jazz"), said(bio="Hiking")]
    assert told_together(None, photos).text == CompanionText("Anna", 31, "Hiking\n\nJazz")
    own = ScreenText(CompanionText("Anne", None, "Maps", ("A note.",)), "companion", None)
    assert told_together(own, photos).text == CompanionText("Anne", 31, "Maps", ("A note.",))
    assert told_together(said("Anne"), photos).text == CompanionText("Anne", 31, "Hiking\n\nJazz")
    assert told_together(SILENT, [SILENT]) == SILENT
    read = ScreenText(CompanionText(None, None, "Hiking"), "ocr:rapidocr", None)
    assert told_together(said("Anne"), [read]).source == "ocr:rapidocr"


def test_a_photo_that_teaches_stands_for_its_profile() -> None:
    """Its lesson is left out then; else the one that says the bio, else one that says nothing."""
    spoken, silent, other = (
        photo("1", said(bio="Hiking")),
        photo("2", SILENT),
        photo("3", said(bio="Jazz")),
    )
    photos, told = [other, silent, spoken], said(bio="Hiking")
    assert anchor_of(photos, told, labelled={"3"}) is other
    assert anchor_of(photos, told, labelled=()) is spoken
    assert anchor_of([other, silent], told, labelled=()) is silent
    assert anchor_of([other], told, labelled=()) is other


@pytest.mark.parametrize(
    ("own", "bio", "is_written", "may"),
    [
        ("Hiking", "Hiking", False, True),
        (None, "Hiking", True, True),
        (None, "Hiking\n\nJazz", False, False),
        ("Jazz", "Hiking", True, False),
    ],
)
def test_words_of_other_photos_are_kept_with_none(
    own: str | None, bio: str, *, is_written: bool, may: bool
) -> None:
    """Forgetting a photo erases what is kept with it, and there must be nothing left elsewhere."""
    assert photo("1", said(bio=own)).may_keep(bio, is_written=is_written) == may


def test_a_judgement_of_all_photos_is_one_of_the_profile() -> None:
    """One that was liked alone says nothing of the others."""
    liked, rejected = frozenset({Label.LIKED}), frozenset({Label.REJECTED})
    assert said_of_all([liked, liked]) is Label.LIKED
    for labels in ([liked, rejected], [liked, frozenset()], [liked | rejected], []):
        assert said_of_all(labels) is None


Score = Callable[..., Sidecar | None]


@pytest.fixture
def score(home: Home) -> Score:
    """Scores the profile `anna/` by a new pipeline over the home's library."""
    lazy = LazyEmbedder(
        EmbedderIdentity("pixels", "0" * 64, DIMENSIONS),
        reads_text=True,
        load=lambda: PixelSums(DIMENSIONS),
    )

    def one(*broken: str, companion: str | None = None, **contents: str) -> Sidecar | None:
        library = Library.open(home.library, fingerprint=lazy.fingerprint, dimensions=DIMENSIONS)
        traits, interests = (Trait("kind"),), (Interest("sourdough"),)
        preferences = Preferences(traits, interests, WEIGHTS, 0.5, 0.8)
        pipeline = Pipeline(
            Intake(home.inbox, max_bytes=10**6),
            library,
            lazy,
            SeedJudge(library, lazy, preferences),
            unread(),
            max_pixels=10**6,
            views="center",
            origin_of=lambda _content: Origin.REFERENCE,
            version="0",
        )
        names = sorted(path.name for path in (home.inbox / "anna").glob("*.png"))
        parts = [
            Part(f"anna/{name}", contents.get(name[0], content_id(_bytes(home, name))), None)
            for name in names
        ] + [Part(path, None, None) for path in broken]
        items = [
            Item(f"anna/{name}", companion=f"anna/{name[0]}.txt" if _text(home, name) else None)
            for name in names
        ]
        for label in Label:
            pipeline.process(
                [
                    Item(path.relative_to(home.inbox).as_posix(), label=label)
                    for path in (home.inbox / label).rglob("*.png")
                ]
            )
        shown = tuple(photo_parts(parts, {}))
        return pipeline.process_profile(
            ProfileItem("anna/", STAMP, companion, 0, shown, tuple(items))
        )

    (home.inbox / "anna").mkdir()
    for number in (1, 2):
        (home.inbox / "anna" / f"{number}.png").write_bytes(picture(number))
    return one


def _bytes(home: Home, name: str) -> bytes:
    return (home.inbox / "anna" / name).read_bytes()


def _text(home: Home, name: str) -> bool:
    return (home.inbox / "anna" / f"{name[0]}.txt").exists()


def _said(document: Sidecar | None) -> dict[str, Any]:
    assert document is not None
    assert document.extracted_data is not None
    return document.extracted_data.model_dump(exclude_none=True)


def test_a_profile_has_one_document_of_all_its_photos(home: Home, score: Score) -> None:
    """Its text is read, photos that failed are named, and what all of them taught is told."""
    (home.inbox / "anna" / "2.txt").write_text("Name: Anna\nSourdough", "utf-8")
    first = score("anna/0.png")
    assert first is not None
    assert (first.kind, first.status, first.judgement) == ("profile", "scored", None)
    assert (first.source.path, first.source.bytes, first.source.width) == ("anna/", 5, None)
    assert [part.path for part in first.parts] == ["anna/1.png", "anna/2.png", "anna/0.png"]
    assert first.notes[-1].startswith("anna/0.png could not be scored and does not count")
    assert _said(first) == {
        "name": "Anna",
        "bio": "Sourdough",
        "images_found": 2,
        "text_source": "companion",
    }
    assert first.component_scores is not None
    assert first.component_scores.interests == 1.0
    (home.inbox / "anna" / "bio.txt").write_text("Old maps", "utf-8")
    second = score(companion="anna/bio.txt")
    assert second is not None
    assert (_said(second)["name"], _said(second)["bio"]) == ("Anna", "Old maps")
    assert second.source.companion is not None
    assert second.source.text_sha256 == content_id(b"Old maps")
    assert second.source.sha256 == first.source.sha256
    for number in (1, 2):
        (home.inbox / "liked" / f"{number}.png").write_bytes(picture(number))
    third = score()
    assert third is not None
    assert third.judgement == "liked"
    assert not files_with(home.state, "Sourdough")


def test_a_photo_that_has_changed_is_scored_first(home: Home, score: Score) -> None:
    """Another content, or none: there is no document of what nobody scored."""
    assert score(**{"1": "0" * 64}) is None
    (home.inbox / "anna" / "3.png").symlink_to(home.inbox / "anna" / "1.png")
    refused = score()
    assert refused is not None
    assert refused.error is not None
    assert (refused.kind, refused.error.code, refused.error.attempts) == (
        "profile",
        "not_an_image",
        1,
    )
    assert len(refused.parts) == 3
