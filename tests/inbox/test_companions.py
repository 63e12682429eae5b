"""Which text a person would call "beside" a picture."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasted.inbox.companions import (
    companions_of,
    is_bio_beside,
    is_named_after,
    texts_of_folders,
)
from tasted.records import FileStamp

STAMP = FileStamp(1, 2, 3)


def _text_of(picture: str, *texts: str, others: tuple[str, ...] = ()) -> str | None:
    found = companions_of([picture, *others], dict.fromkeys(texts, STAMP)).get(picture)
    return found.path if found is not None else None


@pytest.mark.parametrize(
    ("picture", "text"),
    [
        ("shot.png", "shot.txt"),
        ("shot.png", "shot.png.txt"),
        ("shot.png", "shot.md"),
        ("shot", "shot.txt"),
        ("IMG.PNG", "img.txt"),
        ("SHOT.PNG", "SHOT.TXT"),
        ("shot.png", "Shot.PNG.Txt"),
        (
            unicodedata.normalize("NFC", "Zo\u00eb.png"),
            unicodedata.normalize("NFD", "Zo\u00eb.txt"),
        ),
        ("Stra\u00dfe.png", "STRASSE.txt"),
        ("anna/two.dots.png", "anna/two.dots.txt"),
        ("WhatsApp Image at 15.41.14", "WhatsApp Image at 15.41.14.txt"),
        ("\udcff.png", "\udcff.txt"),
        ("anna/1.png", "anna/bio.txt"),
        ("liked/anna/1.png", "liked/anna/BIO.md"),
    ],
)
def test_a_text_beside_a_picture_is_its_own(picture: str, text: str) -> None:
    """The name of the picture with or without its extension, in any case and Unicode form."""
    assert _text_of(picture, text) == text
    assert is_named_after(text, picture) or is_bio_beside(text, picture)


@pytest.mark.parametrize(
    ("picture", "text"),
    [
        ("shot.png", "other.txt"),
        ("shot.png", "shot2.txt"),
        ("shot.png", "shot.jpg.txt"),
        ("anna/shot.png", "shot.txt"),
        ("shot.png", "anna/shot.txt"),
        ("shot.png", "bio.txt"),
        ("anna/1.png", "berta/bio.txt"),
    ],
)
def test_a_text_of_something_else_is_not(picture: str, text: str) -> None:
    """Another name, another picture's whole name, another folder; at the top `bio` is a name."""
    assert _text_of(picture, text) is None
    assert not is_named_after(text, picture)
    assert not is_bio_beside(text, picture)


def test_the_nearest_name_wins() -> None:
    """The whole name, then the same spelling, then plain text; `bio` only for want of those."""
    texts = ["a/Shot.png.md", "a/shot.txt", "a/shot.md", "a/SHOT.TXT", "a/bio.txt"]
    for number, text in enumerate(texts):
        assert _text_of("a/shot.png", *reversed(texts[number:])) == text


def test_the_text_of_a_folder_is_no_photo_s() -> None:
    """Where there are two pictures it belongs to the profile; in plain text first."""
    assert _text_of("anna/1.png", "anna/bio.txt", others=("anna/2.png",)) is None
    found = texts_of_folders(dict.fromkeys(["anna/bio.txt", "anna/bio.md", "bio.txt"], STAMP))
    assert {folder: text.path for folder, text in found.items()} == {"anna/": "anna/bio.txt"}


_NAMES = st.text("aAb\u00e9e\u0301.", min_size=1, max_size=6)
_PATHS = st.builds(lambda folder, name: folder + name, st.sampled_from(["", "a/"]), _NAMES)


@given(st.sets(_PATHS, max_size=8), st.sets(_PATHS, max_size=8), st.sampled_from([".txt", ".MD"]))
def test_every_companion_is_there_and_named_so(
    pictures: set[str], stems: set[str], extension: str
) -> None:
    """No picture gets a text that is not there, or that `forget` would not know as its own."""
    texts = {f"{stem}{extension}": STAMP for stem in stems}
    for picture, text in companions_of(pictures, texts).items():
        assert picture in pictures
        assert text.path in texts
        assert is_named_after(text.path, picture) or is_bio_beside(text.path, picture)
