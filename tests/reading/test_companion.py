"""Companion texts: fields, bio, every encoding, any bytes."""

import codecs
import time
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tasted.reading.companion import BYTES_MAX, CompanionText, parse_companion


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Name: Maya\nAge: 29\n\nHiking.\nTea.", CompanionText("Maya", 29, "Hiking.\nTea.")),
        ("age : 31\r\nNAME:  Zoë K. \r\nTea", CompanionText("Zoë K.", 31, "Tea")),
        ("\n\nName: Maya\n\nAge: 29", CompanionText("Maya", 29, None)),
        ("Just a bio\nName: Maya", CompanionText(None, None, "Just a bio\nName: Maya")),
        ("Name: A\nName: B", CompanionText("A", None, "Name: B")),
        ("Age: ageless\nTea", CompanionText(None, None, "Age: ageless\nTea")),
        ("Age: 1234", CompanionText(None, None, "Age: 1234")),
        ("Name:\nTea", CompanionText(None, None, "Name:\nTea")),
        ("Likes: tea", CompanionText(None, None, "Likes: tea")),
        (f"Name: {'x' * 200}", CompanionText(None, None, f"Name: {'x' * 200}")),
        ("", CompanionText(None, None, None)),
        (" \n\t\r\n ", CompanionText(None, None, None)),
    ],
)
def test_fields_and_bio(text: str, expected: CompanionText) -> None:
    """Fields stand at the top, each once; the first line that is none begins the bio."""
    assert parse_companion(text.encode()) == expected


@pytest.mark.parametrize(
    "data",
    [
        "Zoë: thé ☕".encode(),
        codecs.BOM_UTF8 + "Zoë: thé ☕".encode(),
        codecs.BOM_UTF16_LE + "Zoë: thé ☕".encode("utf-16-le"),
        codecs.BOM_UTF16_BE + "Zoë: thé ☕".encode("utf-16-be"),
    ],
    ids=["utf-8", "utf-8 with mark", "utf-16-le", "utf-16-be"],
)
def test_unicode_is_read_without_a_note(data: bytes) -> None:
    """UTF-8, and whatever a byte order mark announces."""
    assert parse_companion(data) == CompanionText(None, None, "Zoë: thé ☕")


def test_latin_1_is_the_last_resort() -> None:
    """Old editors write Windows-1252 and call it Latin-1: quotes survive, and a note says so."""
    read = parse_companion(b"caf\xe9 \x93quoted\x94")
    assert read.bio == "café “quoted”"
    assert "Latin-1" in read.notes[0]


def test_damaged_utf_16_is_noted() -> None:
    """An odd byte at the end, or half a pair, is replaced."""
    read = parse_companion(codecs.BOM_UTF16_LE + "tea".encode("utf-16-le") + b"\x00\xd8\x41")
    assert read.bio is not None
    assert read.bio.startswith("tea")
    assert read.notes


def test_lines_are_made_alike() -> None:
    """Line ends, blank lines, tabs and invisible control characters."""
    read = parse_companion("a\r\nb\rc\u2028d\x00\x07e\t f  \n\n\n\n\x1b[31mg".encode())
    assert read.bio == "a\nb\nc\nde  f\n\n[31mg"
    family = "👨‍👩‍👧"
    assert parse_companion(family.encode()).bio == family


@pytest.mark.parametrize("character", ["a", "é", "☕", "🏔"])
@pytest.mark.parametrize("shift", range(4))
def test_more_than_64_kib_is_cut_between_characters(character: str, shift: int) -> None:
    """A cut through a character leaves it out, and does not turn the text into Latin-1."""
    data = b"x" * shift + character.encode() * (BYTES_MAX + 1)
    read = parse_companion(data)
    assert read.bio is not None
    assert len(read.bio.encode()) <= BYTES_MAX
    assert set(read.bio) <= {"x", character}
    assert read.notes == ("Only the first 64 KiB of the text were read.",)


def test_exactly_64_kib_is_whole() -> None:
    """The bound itself is within bounds."""
    read = parse_companion(b"a" * BYTES_MAX)
    assert read.bio == "a" * BYTES_MAX
    assert read.notes == ()


@given(st.binary(max_size=2000))
@example(b"\xff\xfe")
@example(b"\xff\xfe\x00\xd8")
@example(b"\xef\xbb\xbf")
@example(b"Age: 000\n")
def test_any_bytes_are_read(data: bytes) -> None:
    """It never fails, and what comes back is clean text that can be stored."""
    read = parse_companion(data)
    for text in (read.name, read.bio):
        if text is not None:
            assert text == text.strip() != ""
            text.encode("utf-8")
            assert not {c for c in text if unicodedata.category(c) == "Cc"} - {"\n"}
    assert read.age is None or 0 <= read.age <= 999


@given(st.text(max_size=300))
def test_a_bio_that_was_read_reads_the_same(text: str) -> None:
    """Cleaning a clean text changes nothing."""
    bio = parse_companion(b"-\n" + text.encode("utf-8", "replace")).bio
    assert bio is not None
    assert parse_companion(bio.encode()).bio == bio


@pytest.mark.parametrize("byte", [b"\n", b" ", b"\x00", b"\xe9", b"name:", b"\xff\xfe", b"\r"])
def test_any_size_is_quick(byte: bytes) -> None:
    """Ten megabytes of one thing are read as quickly as 64 KiB."""
    started = time.perf_counter()
    parse_companion(byte * (10_000_000 // len(byte)))
    assert time.perf_counter() - started < 1
