"""Companion texts: fields, bio, every encoding, any bytes."""

import codecs
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
        ("Name\uff1a Zoe\nAge\uff1a\uff13\uff11\n\nHiking.", CompanionText("Zoe", 31, "Hiking.")),
        ("Name: Zoe\nAge: 31 years\n\nHiking.", CompanionText("Zoe", 31, "Hiking.")),
        ("Age: 31 years old", CompanionText(None, 31, None)),
        ("Age: 31 y/o.", CompanionText(None, 31, None)),
        ("Age: 31yo", CompanionText(None, 31, None)),
        ("Age: 31 yearbooks", CompanionText(None, None, "Age: 31 yearbooks")),
        ("Anna, 31\n\nHiking.", CompanionText("Anna", 31, "Hiking.")),
        ("Anne-Marie O'Neill (34)\nTea", CompanionText("Anne-Marie O'Neill", 34, "Tea")),
        ("\u5b89\u5a1c\uff0c31", CompanionText("\u5b89\u5a1c", 31, None)),
        ("\u0410\u043d\u043d\u0430, 27\nTea", CompanionText("\u0410\u043d\u043d\u0430", 27, "Tea")),
        ("Tea, 31", CompanionText("Tea", 31, None)),
        ("tea and jazz, 31", CompanionText(None, None, "tea and jazz, 31")),
        ("Anna, 131", CompanionText(None, None, "Anna, 131")),
        ("Route 66\nTea", CompanionText(None, None, "Route 66\nTea")),
        ("Tea\nAnna, 31", CompanionText(None, None, "Tea\nAnna, 31")),
        ("Anna, 31\nName: Maya", CompanionText("Anna", 31, "Name: Maya")),
        ("# Anna, 31\n\n* hiking", CompanionText("Anna", 31, "* hiking")),
        ("**Name:** Zoe\n- Age: 31\n*Tea*", CompanionText("Zoe", 31, "*Tea*")),
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


@pytest.mark.parametrize("encoding", ["cp1251", "koi8-r", "iso8859-7", "cp1255"])
def test_other_letters_are_not_read_as_latin_ones(encoding: str) -> None:
    """What would come out is no word that anybody wrote; the note says what to do."""
    words = {
        "iso8859-7": "\u039f\u03bd\u03bf\u03bc\u03b1: \u0396\u03c9\u03ae",
        "cp1255": "\u05d0\u05d5\u05d4\u05d1\u05ea \u05d9\u05dd",
    }.get(encoding, "\u0418\u043c\u044f: \u0417\u043e\u044f. \u041b\u044e\u0431\u043b\u044e jazz")
    read = parse_companion(f"Name: Zoe\n{words}".encode(encoding))
    assert (read.name, read.bio) == (None, None)
    assert "save it as UTF-8" in read.notes[0]


@pytest.mark.parametrize(
    "text",
    [
        "Gr\u00f6\u00dfe? \u00dcber 1,80! Stra\u00dfenb\u00e4hnler.",
        "\u00c5 \u00f8l, b\u00e5t og \u00e6re p\u00e5 \u00d8.",
        "\u00de\u00f3r\u00f0ur, \u00e1 \u00edslensku",
        "\u00c9t\u00e9 \u00e0 la mer, o\u00f9 \u00e7a?",
    ],
)
def test_latin_1_stays_readable(text: str) -> None:
    """Languages that Windows-1252 was made for, with many accents."""
    assert parse_companion(text.encode("cp1252")).bio == text


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
def test_no_size_is_too_much(byte: bytes) -> None:
    """Of ten megabytes of one thing no more is read than of 64 KiB; `make bench` times it."""
    data = byte * (10_000_000 // len(byte))
    read, start = parse_companion(data), parse_companion(data[:BYTES_MAX])
    assert (read.name, read.age, read.bio) == (start.name, start.age, start.bio)
