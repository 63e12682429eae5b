"""What a name alone decides."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasted.inbox.naming import (
    KNOWN_EXTENSIONS,
    FolderKind,
    NameKind,
    is_loading,
    is_walked_folder,
    kind_of_folder,
    kind_of_name,
    label_of,
    stem_of,
)
from tasted.records import Label


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("shot.png", NameKind.PICTURE),
        ("SHOT.PNG", NameKind.PICTURE),
        ("shot.HeIc", NameKind.PICTURE),
        ("two\nlines.jpg", NameKind.PICTURE),
        ("\udcff\udcfe.webp", NameKind.PICTURE),
        ("photo.cr2", NameKind.PICTURE),
        ("shot.txt", NameKind.COMPANION),
        ("shot.TXT", NameKind.COMPANION),
        ("shot.md", NameKind.COMPANION),
        ("shot.png.txt", NameKind.COMPANION),
        ("shot", NameKind.UNKNOWN),
        ("shot.", NameKind.UNKNOWN),
        (".shot.png", NameKind.HIDDEN),
        (".DS_Store", NameKind.HIDDEN),
        ("~$shot.png", NameKind.HIDDEN),
        ("shot.png.crdownload", NameKind.UNFINISHED),
        ("shot.png.part", NameKind.UNFINISHED),
        (".shot.png.icloud", NameKind.HIDDEN),
        ("Icon\r", NameKind.HIDDEN),
        ("Thumbs.db", NameKind.HIDDEN),
        ("shot.png.opdownload", NameKind.UNFINISHED),
        ("shot.png.!qB", NameKind.UNFINISHED),
        ("image.jpg_large", NameKind.UNKNOWN),
        ("pic.png?width=640", NameKind.UNKNOWN),
        ("shot.png.1", NameKind.UNKNOWN),
        ("shot.png ", NameKind.UNKNOWN),
        ("WhatsApp Image 2026-08-31 at 15.41.14", NameKind.UNKNOWN),
        ("Screenshot 2026-01-02 at 9.41.03\u202fPM", NameKind.UNKNOWN),
        ("foto.pjpeg", NameKind.PICTURE),
        ("notes.pdf", NameKind.OTHER),
        ("film.MP4", NameKind.OTHER),
        ("shot.png.json", NameKind.OTHER),
    ],
)
def test_row_17_a_name_tells_what_a_file_is(name: str, kind: NameKind) -> None:
    """Extensions count in any letter case; what they do not tell is told by the first bytes."""
    assert kind_of_name(name) is kind


@given(st.text(min_size=1).filter(lambda name: "/" not in name))
def test_every_name_has_a_kind(name: str) -> None:
    """No name makes the classification fail."""
    assert kind_of_name(name) in NameKind


@pytest.mark.parametrize("extension", sorted(KNOWN_EXTENSIONS))
def test_every_image_extension_is_a_picture(extension: str) -> None:
    """Formats that cannot be decoded are pictures as well: they get a sidecar that says so."""
    assert kind_of_name(f"shot{extension.upper()}") is NameKind.PICTURE


@pytest.mark.parametrize(
    ("path", "label"),
    [
        ("liked/a.png", Label.LIKED),
        ("Liked/a.png", Label.LIKED),
        ("REJECTED/a.png", Label.REJECTED),
        ("liked/deep/er/a.png", Label.LIKED),
        ("anna/liked/a.png", None),
        ("liked", None),
        ("liked.png", None),
        ("likedness/a.png", None),
        ("a.png", None),
    ],
)
def test_only_folders_at_the_top_teach(path: str, label: Label | None) -> None:
    """liked/ and rejected/ teach in any letter case, and nowhere but at the top."""
    assert label_of(path) is label


@pytest.mark.parametrize(
    ("name", "stem"),
    [("shot.png", "shot"), ("shot", "shot"), ("two.dots.png", "two.dots"), (".png", ".png")],
)
def test_a_stem_is_a_name_without_its_last_extension(name: str, stem: str) -> None:
    """A dot at either end of a name begins none."""
    assert stem_of(name) == stem


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("__MACOSX", FolderKind.SYSTEM),
        ("@eaDir", FolderKind.SYSTEM),
        ("$RECYCLE.BIN", FolderKind.SYSTEM),
        (".git", FolderKind.SYSTEM),
        (".Trashes", FolderKind.SYSTEM),
        ("#recycle", FolderKind.SYSTEM),
        ("@Recycle", FolderKind.SYSTEM),
        ("@Recently-Snapshot", FolderKind.SYSTEM),
        ("#snapshot", FolderKind.SYSTEM),
        ("lost+found", FolderKind.SYSTEM),
        ("System Volume Information", FolderKind.SYSTEM),
        ("Photos Library.photoslibrary", FolderKind.BUNDLE),
        ("Old.aplibrary", FolderKind.BUNDLE),
        ("holiday.png.download", FolderKind.UNFINISHED),
        ("holiday.png.crdownload", FolderKind.UNFINISHED),
        ("anna", FolderKind.WALKED),
        ("anna.2026", FolderKind.WALKED),
        ("recycled", FolderKind.WALKED),
    ],
)
def test_row_54_folders_of_systems_and_programs_are_not_walked(name: str, kind: FolderKind) -> None:
    """Bins, snapshots, libraries and what a browser has not loaded hold no screenshots."""
    assert kind_of_folder(name) is kind
    assert is_walked_folder(name) is (kind is FolderKind.WALKED)


@pytest.mark.parametrize(
    ("name", "is_empty", "beside", "expected"),
    [
        ("fox.png", True, ["fox.png", "fox.Ab12Cd.png.part"], True),
        ("fox.png", True, ["fox.png.part"], True),
        ("fox.png", True, ["fox.png", "other.png.part", "foxes.png.part"], False),
        ("fox.png", True, ["fox.txt", "fox.png"], False),
        ("fox.png", False, ["fox.png.part"], False),
        ("fox.png", False, ["fox.png.aria2"], True),
        ("fox.png", False, ["other.png.aria2"], False),
    ],
)
def test_row_54_what_lies_beside_a_picture_tells_that_it_is_being_loaded(
    name: str, is_empty: bool, beside: list[str], expected: bool
) -> None:
    """An empty file is a browser's place-holder, a whole one is the user's."""
    assert is_loading(name, is_empty=is_empty, beside=beside) is expected
