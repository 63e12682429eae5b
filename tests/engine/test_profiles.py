"""Several photos are scored as one, by real rooms, with an embedder that sums up pixels."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from kit.outboxes import picture
from kit.pictures import solid
from kit.pipelines import DIMENSIONS, pixel_library, pixel_pipeline, results_of
from kit.readers import files_with
from tasted.engine.profiles import (
    ProfilePhoto,
    anchor_of,
    joined_text,
    joined_views,
    said_of_all,
)
from tasted.home.layout import Home
from tasted.judging.judged import Preferences
from tasted.library.library import Embedded
from tasted.outbox.sidecar import Sidecar, photo_parts
from tasted.reading.companion import CompanionText
from tasted.reading.reader import ScreenText
from tasted.records import FileStamp, Label, Part, PictureFacts, View
from tasted.rpc.messages import RequestedFile, ScoreProfile
from tasted.scoring.interests.interests import Interest
from tasted.scoring.traits.personality import Trait
from tasted.system.files import content_id

PREFERENCES = Preferences(
    (Trait("kind"),),
    (Interest("sourdough"),),
    {"physical": 1.0, "personality": 1.0, "interests": 1.0},
    0.5,
    0.8,
)
STAMP = FileStamp(5, 6, 0)


def said(name: str | None = None, age: int | None = None, bio: str | None = None) -> ScreenText:
    """Return what a text says."""
    return ScreenText(CompanionText(name, age, bio), "companion", None)


def photo(content_id: str, text: ScreenText, views: int = 1) -> ProfilePhoto:
    """Return a photo with so many views, each in the direction of its place."""
    facts = PictureFacts(9, 9, "PNG", views=(View("photo", (0, 0, 9, 9)),) * views)
    embedded = Embedded(np.eye(DIMENSIONS, dtype=np.float32)[:views], facts)
    return ProfilePhoto(content_id, embedded, text)


SILENT = ScreenText(None, None, "There is none.")


def test_all_views_of_all_photos_are_views_of_the_profile() -> None:
    """In order; so a photo with more views counts for more, and consensus is that of all."""
    joined = joined_views([photo("a", SILENT, 2), photo("b", SILENT), photo("c", SILENT, 3)])
    assert joined.views.shape == (6, DIMENSIONS)
    assert [int(row.argmax()) for row in joined.views] == [0, 1, 0, 0, 1, 2]
    assert len(joined.facts.views) == 6


def test_a_profile_says_what_its_text_says_and_else_its_photos() -> None:
    """Field by field; bios of photos are joined, each once; without any text it says why."""
    photos = [said(age=31, bio="Hiking"), SILENT, said("Anna", 30, "Jazz"), said(bio="Hiking")]
    assert joined_text(None, photos).text == CompanionText("Anna", 31, "Hiking\n\nJazz")
    own = ScreenText(CompanionText("Anne", None, "Maps", ("A note.",)), "companion", None)
    assert joined_text(own, photos).text == CompanionText("Anne", 31, "Maps", ("A note.",))
    assert joined_text(said("Anne"), photos).text == CompanionText("Anne", 31, "Hiking\n\nJazz")
    assert joined_text(SILENT, [SILENT]) == SILENT
    read = ScreenText(CompanionText(None, None, "Hiking"), "ocr:rapidocr", None)
    assert joined_text(said("Anne"), [read]).source == "ocr:rapidocr"


def test_a_profile_tells_what_is_printed_and_what_could_not_be_read() -> None:
    """Print of all photos, each once, apart from the bio; unread text where nothing else speaks."""
    printed = ScreenText(None, None, "Only print.", on_photos="SEA COAST")
    unread = ScreenText(None, None, "There is text.", has_unread=True)
    joined = joined_text(None, [printed, unread, printed])
    assert (joined.text, joined.missing, joined.on_photos) == (None, "There is text.", "SEA COAST")
    joined = joined_text(None, [said("Anna"), unread])
    assert (joined.text, joined.missing) == (CompanionText("Anna", None, None), "There is text.")
    joined = joined_text(None, [said("Anna", bio="Jazz"), unread, printed])
    assert (joined.missing, joined.on_photos) == (None, "SEA COAST")


def test_a_photo_that_teaches_stands_for_its_profile() -> None:
    """Its lesson is left out then; else the one that says the bio, else one that says nothing."""
    spoken, silent, other = (
        photo("1", said(bio="Hiking")),
        photo("2", SILENT),
        photo("3", said(bio="Jazz")),
    )
    photos, text = [other, silent, spoken], said(bio="Hiking")
    assert anchor_of(photos, text, labelled={"3"}) is other
    assert anchor_of(photos, text, labelled=()) is spoken
    assert anchor_of([other, silent], text, labelled=()) is silent
    assert anchor_of([other], text, labelled=()) is other


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

    def one(*broken: str, companion: str | None = None, **contents: str) -> Sidecar | None:
        pipeline = pixel_pipeline(
            home, pixel_library(home), reads_text=True, preferences=PREFERENCES
        )
        names = sorted(path.name for path in (home.inbox / "anna").glob("*.png"))
        parts = [
            Part(f"anna/{name}", contents.get(name[0], content_id(_bytes(home, name))), None)
            for name in names
        ] + [Part(path, None, None) for path in broken]
        items = [
            RequestedFile(
                f"anna/{name}", companion=f"anna/{name[0]}.txt" if _text(home, name) else None
            )
            for name in names
        ]
        for label in Label:
            results_of(
                pipeline,
                *(
                    RequestedFile(path.relative_to(home.inbox).as_posix())
                    for path in (home.inbox / label).rglob("*.png")
                ),
            )
        shown = tuple(photo_parts(parts, {}))
        profile = ScoreProfile("anna/", STAMP, companion, 0, shown, tuple(items))
        return pipeline.process_profile(profile).document

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
    """Its text is read, failed photos are named, and so is what the user said of all of them."""
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


def test_a_photo_that_shows_nothing_leaves_the_looks_to_the_others(
    home: Home, score: Score
) -> None:
    """A note says so; where no photo shows anything the profile has no figure."""
    first = score()
    (home.inbox / "anna" / "3.png").write_bytes(solid("PNG", 0))
    second = score()
    assert first is not None
    assert second is not None
    assert second.notes[-1] == "There is nothing to see in anna/3.png; its looks do not count."
    assert len(second.parts) == 3
    assert second.component_scores == first.component_scores
    assert (first.blank, second.blank) == (False, False)
    for number in (1, 2):
        (home.inbox / "anna" / f"{number}.png").write_bytes(solid("PNG", number))
    third = score()
    assert third is not None
    assert third.blank
    assert (third.confidence_score, third.unsure_because) == (None, "no_evidence")


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
