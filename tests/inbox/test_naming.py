"""What a name alone decides."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.inbox_files import HEIC, PNG, WEBP
from tasted.inbox.naming import (
    KNOWN_EXTENSIONS,
    NameKind,
    companion_of,
    is_walked_folder,
    kind_of_name,
    label_of,
    looks_like_picture,
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
        ("shot", NameKind.NAMELESS_TYPE),
        ("shot.", NameKind.NAMELESS_TYPE),
        (".shot.png", NameKind.UNFINISHED),
        (".DS_Store", NameKind.UNFINISHED),
        ("~$shot.png", NameKind.UNFINISHED),
        ("shot.png.crdownload", NameKind.UNFINISHED),
        ("shot.png.part", NameKind.UNFINISHED),
        (".shot.png.icloud", NameKind.UNFINISHED),
        ("Icon\r", NameKind.UNFINISHED),
        ("Thumbs.db", NameKind.UNFINISHED),
        ("notes.pdf", NameKind.OTHER),
        ("shot.png.json", NameKind.OTHER),
    ],
)
def test_row_17_a_name_tells_what_a_file_is(name: str, kind: NameKind) -> None:
    """Extensions count in any letter case; hidden and half-written names are left alone."""
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
    ("path", "text"),
    [
        ("shot.png", "shot.txt"),
        ("a.b/shot", "a.b/shot.txt"),
        ("anna/two.dots.png", "anna/two.dots.txt"),
        ("\udcff.png", "\udcff.txt"),
    ],
)
def test_a_companion_has_the_name_of_its_picture(path: str, text: str) -> None:
    """The last extension is replaced; a name without one gets it."""
    assert companion_of(path) == text


@pytest.mark.parametrize("name", ["__MACOSX", "@eaDir", "$RECYCLE.BIN", ".git"])
def test_folders_of_systems_are_not_walked(name: str) -> None:
    """What archives and file servers leave behind holds no screenshots."""
    assert not is_walked_folder(name)
    assert is_walked_folder("anna")


@pytest.mark.parametrize(
    "first_bytes",
    [
        PNG,
        HEIC,
        WEBP,
        b"\xff\xd8\xff\xe0",
        b"GIF89a",
        b"GIF87a",
        b"BM6\x00",
        b"II*\x00",
        b"MM\x00*",
    ],
)
def test_first_bytes_of_images_are_known(first_bytes: bytes) -> None:
    """Sixteen bytes are enough to know an image without an extension."""
    assert looks_like_picture(first_bytes.ljust(16, b"\0"))


@pytest.mark.parametrize(
    "first_bytes",
    [b"", b"P", b"#!/bin/sh\n", b"RIFF\x24\x00\x00\x00WAVEfmt ", b"\0\0\0\x18ftypmp42"],
)
def test_first_bytes_of_anything_else_are_not(first_bytes: bytes) -> None:
    """Sounds and films share containers with images and are none."""
    assert not looks_like_picture(first_bytes)
