"""The cache of texts: kept by content and reader, found damaged, and gone from the disk."""

from pathlib import Path

from kit.memories import DIMENSIONS, FINGERPRINT, content
from kit.readers import files_with
from tasted.library.erasing import erase_rows
from tasted.library.library import Library

READER = "rapidocr 3.10.0 en"
SAID = "Old maps and sourdough, every day of the week"


def _open(folder: Path, fingerprint: str = FINGERPRINT) -> Library:
    return Library.open(folder, fingerprint=fingerprint, dimensions=DIMENSIONS)


def test_texts_come_back_whatever_embeds(tmp_path: Path) -> None:
    """After a restart and with another embedder; only what was asked for, of that reader."""
    library = _open(tmp_path)
    library.remember_texts({content("a"): SAID, content("b"): "[]"}, READER)
    for opened in (library, _open(tmp_path), _open(tmp_path, "f" * 64)):
        assert opened.cached_texts([content("a"), content("c")], READER) == {content("a"): SAID}
        assert opened.cached_texts([content("a")], "tesseract") == {}


def test_another_reader_takes_the_place(tmp_path: Path) -> None:
    """One row for each content: what was read last."""
    library = _open(tmp_path)
    library.remember_texts({content("a"): SAID}, READER)
    library.remember_texts({content("a"): "new"}, "vision")
    again = _open(tmp_path)
    assert again.cached_texts([content("a")], READER) == {}
    assert again.cached_texts([content("a")], "vision") == {content("a"): "new"}
    assert sum(batch.num_rows for batch in again.texts._table.scan(["content_id"])) == 1


def test_a_damaged_text_is_absent_and_read_anew(tmp_path: Path) -> None:
    """A flipped letter is no text; the next reading replaces it."""
    library = _open(tmp_path)
    library.remember_texts({content("a"): SAID}, READER)
    (file,) = files_with(tmp_path, SAID)
    file.write_bytes(file.read_bytes().replace(SAID.encode(), SAID.swapcase().encode()))
    damaged = _open(tmp_path)
    assert damaged.cached_texts([content("a")], READER) == {}
    damaged.remember_texts({content("a"): SAID}, READER)
    assert _open(tmp_path).cached_texts([content("a")], READER) == {content("a"): SAID}


def test_forgetting_reaches_texts(tmp_path: Path) -> None:
    """The words of a forgotten picture are on no part of the disk; the others stay."""
    _open(tmp_path).remember_texts({content("a"): SAID, content("b"): "stays"}, READER)
    (row,) = erase_rows(tmp_path, contents=[content("a")], paths=[])
    assert (row.table, row.content_id) == ("texts_v2", content("a"))
    assert not files_with(tmp_path, SAID)
    left = _open(tmp_path).cached_texts([content("a"), content("b")], READER)
    assert left == {content("b"): "stays"}


def test_dropped_texts_are_gone_from_the_disk(tmp_path: Path) -> None:
    """Nothing is left; the next text makes the table anew, and dropping nothing is no fault."""
    library = _open(tmp_path)
    library.drop_texts()
    library.remember_texts({content("a"): SAID}, READER)
    library.drop_texts()
    assert not files_with(tmp_path, SAID)
    assert library.cached_texts([content("a")], READER) == {}
    library.remember_texts({content("a"): "again"}, READER)
    assert _open(tmp_path).cached_texts([content("a")], READER) == {content("a"): "again"}
