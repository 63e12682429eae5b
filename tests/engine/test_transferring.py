"""What the library knows of pictures, as bytes and back; other bytes are refused as a whole."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.fuzzing import fuzzed
from tasted.engine.transferring import NotTransferable, PictureRows
from tasted.library.embedded import Embedded, ViewHashes
from tasted.records import PictureFacts, View

_DIMENSIONS = 8


def _embedded(views: int, seed: int, *, is_hashed: bool = True) -> Embedded:
    draw = np.random.default_rng(seed)
    rows = draw.normal(size=(views, _DIMENSIONS)).astype(np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    hashes = ViewHashes(
        draw.integers(-7, 8, (views, 4)).astype(np.int8),
        draw.random(views) < 0.5,
        draw.integers(-7, 8, (1, 4)).astype(np.int8),
    )
    regions = tuple(View("photo", (0, 0, 9, 9 + number), 0.5) for number in range(views))
    facts = PictureFacts(20, 30, "PNG", notes=("one frame of three",), views=regions)
    return Embedded(rows, facts, hashes if is_hashed else None)


def _rows() -> PictureRows:
    bio = _embedded(2, 9).views
    return PictureRows(
        "f" * 64,
        {
            "a" * 64: _embedded(3, 1),
            "b" * 64: _embedded(1, 2, is_hashed=False),
            "c" * 64: _embedded(2, 3),
        },
        {"a" * 64: ("e" * 64, bio)},
    )


def test_rows_come_back_bit_for_bit() -> None:
    """Vectors, hashes, facts and bios; a picture without hashes has none afterwards."""
    rows = _rows()
    back = PictureRows.from_bytes(rows.to_bytes())
    back.check(_DIMENSIONS)
    assert back.to_bytes() == rows.to_bytes()
    assert back.fingerprint == rows.fingerprint
    for content, picture in rows.embedded.items():
        found = back.embedded[content]
        assert np.array_equal(found.views, picture.views)
        assert found.facts == picture.facts
        assert (found.hashes is None) == (picture.hashes is None)
        if picture.hashes is not None and found.hashes is not None:
            assert np.array_equal(found.hashes.cells, picture.hashes.cells)
            assert np.array_equal(found.hashes.are_photos, picture.hashes.are_photos)
            assert np.array_equal(found.hashes.wholes, picture.hashes.wholes)
    text, views = back.bios["a" * 64]
    assert text == "e" * 64
    assert np.array_equal(views, rows.bios["a" * 64][1])


def test_no_rows_come_back_as_none() -> None:
    """A home without a single label can be exported."""
    back = PictureRows.from_bytes(PictureRows("f" * 64, {}, {}).to_bytes())
    back.check(_DIMENSIONS)
    assert (dict(back.embedded), dict(back.bios)) == ({}, {})


@given(st.data())
@fuzzed(300)
def test_damaged_rows_are_refused(data: st.DataObject) -> None:
    """A flipped bit, a cut, or what was never ours."""
    whole = bytearray(_rows().to_bytes())
    if data.draw(st.booleans()):
        del whole[data.draw(st.integers(0, len(whole) - 1)) :]
    else:
        whole = bytearray(data.draw(st.binary(max_size=200)))
    with pytest.raises(NotTransferable):
        PictureRows.from_bytes(bytes(whole))


def test_rows_of_another_length_are_refused_before_any_is_written() -> None:
    """The library would refuse them one batch after another."""
    rows = PictureRows.from_bytes(_rows().to_bytes())
    with pytest.raises(ValueError, match="expected vectors"):
        rows.check(_DIMENSIONS + 1)
    long = PictureRows("f" * 64, {"a" * 64: _embedded(1, 1)}, {})
    long.embedded["a" * 64].views[:] *= 3
    with pytest.raises(ValueError, match="lengths"):
        long.check(_DIMENSIONS)
