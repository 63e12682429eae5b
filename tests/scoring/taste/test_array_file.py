"""A taste as bytes: kept bit by bit, and anything else refused in words."""

import io
import json
import zipfile

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kit.tastes import drawn
from tasted.scoring.taste.array_file import pack
from tasted.scoring.taste.fit import Taste, TasteUnreadable, fit_taste

KNOWN = drawn(12, seed=1)
TASTE = fit_taste(
    KNOWN.vectors,
    KNOWN.liked,
    history=drawn(40, seed=2).vectors,
    columns=np.random.default_rng(3).normal(size=(12, 2)),
)
DATA = TASTE.to_bytes()
NEW = drawn(30, seed=4).vectors


def test_bytes_keep_every_bit() -> None:
    """What is read answers as what was written, and writes the same bytes."""
    read = Taste.from_bytes(DATA)
    assert read.to_bytes() == DATA
    assert (read.logit(NEW) == TASTE.logit(NEW)).all()
    assert read.verdict(NEW) == TASTE.verdict(NEW)
    assert (read.stage, read.doubts) == (TASTE.stage, TASTE.doubts)
    with np.load(io.BytesIO(DATA), allow_pickle=False) as plain:
        assert json.loads(plain["facts"].tobytes())["version"] == 1


@settings(max_examples=200, deadline=None)
@given(place=st.integers(0, len(DATA) - 1), value=st.integers(1, 255))
def test_a_changed_byte_is_noticed(place: int, value: int) -> None:
    """Either the bytes are refused, or the byte said nothing of the taste."""
    changed = bytearray(DATA)
    changed[place] ^= value
    try:
        read = Taste.from_bytes(bytes(changed))
    except TasteUnreadable:
        return
    assert read.to_bytes() == DATA


@settings(max_examples=100, deadline=None)
@given(data=st.binary(max_size=300) | st.integers(0, len(DATA) - 1).map(lambda end: DATA[:end]))
def test_other_bytes_are_refused(data: bytes) -> None:
    """Noise, nothing, and a file that ends early."""
    with pytest.raises(TasteUnreadable):
        Taste.from_bytes(data)


def _parts() -> tuple[dict[str, object], dict[str, np.ndarray]]:
    with np.load(io.BytesIO(DATA), allow_pickle=False) as plain:
        arrays = {name: plain[name] for name in plain.files}
    facts = json.loads(arrays.pop("facts").tobytes())
    return {
        name: facts[name] for name in ("bias", "kind", "offset", "shrinking", "taste_version")
    }, arrays


@pytest.mark.parametrize(
    ("name", "array", "message"),
    [
        ("mean", np.zeros(3), "fit together"),
        ("liked", np.zeros(3, dtype=np.bool_), "fit together"),
        ("liked", np.zeros(12), "liked must be bool"),
        ("shares", np.zeros(1), "fit together"),
        ("bias", np.zeros(1), "other arrays"),
        ("coefficients", np.full(12, np.nan), "fit together"),
        ("coefficients", np.zeros((12, 1)), "another shape"),
        ("pictures", np.full(12, 5), "numbered"),
        ("references", np.array([{}] * 12, dtype=object), "not a taste"),
    ],
)
def test_arrays_that_do_not_fit(name: str, array: np.ndarray, message: str) -> None:
    """A well-formed file that is not a taste, whoever wrote it."""
    facts, arrays = _parts()
    arrays[name] = array
    buffer = io.BytesIO()
    if array.dtype == np.dtype(object):
        # as numpy would write it for whoever unpickles
        np.savez(buffer, **arrays)
        data = buffer.getvalue()
    else:
        data = pack(facts, arrays)
    with pytest.raises(TasteUnreadable, match=message):
        Taste.from_bytes(data)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"taste_version": 99}, "another version of the mathematics"),
        ({"bias": "0"}, "lacks one of bias"),
        ({"bias": float("nan")}, "lacks one of bias"),
        ({"more": 1.0}, "lacks one of bias"),
    ],
)
def test_facts_that_do_not_fit(changed: dict[str, object], message: str) -> None:
    """Missing, unknown and impossible values are refused."""
    facts, arrays = _parts()
    with pytest.raises(TasteUnreadable, match=message):
        Taste.from_bytes(pack({**facts, **changed}, arrays))


def _archive(members: dict[str, bytes], compression: int = zipfile.ZIP_STORED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def _npy(header: bytes, data: bytes = b"") -> bytes:
    return b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header + data


@pytest.mark.parametrize(
    "data",
    [
        _archive({}),
        _archive({"facts.npy": b"x" * 2000}, zipfile.ZIP_DEFLATED),
        _archive({"facts.npy": b""}),
        _archive({"facts.npy": _npy(b"nonsense")}),
        _archive(
            {
                "facts.npy": _npy(
                    b"{'descr': '|u1', 'fortran_order': False, 'shape': (9999999999999,), }"
                )
            }
        ),
        _archive(
            {
                "facts.npy": _npy(
                    b"{'descr': '|u1', 'fortran_order': False, 'shape': (4,), }", b"null"
                )
            }
        ),
        _archive(
            {"facts.npy": _npy(b"{'descr': '|u1', 'fortran_order': False, 'shape': (2,), }", b"{}")}
        ),
    ],
    ids=["empty", "compressed", "no array", "no header", "huge", "null", "no format"],
)
def test_archives_that_are_no_taste(data: bytes) -> None:
    """Nothing is unpacked beyond the bytes that are there."""
    with pytest.raises(TasteUnreadable):
        Taste.from_bytes(data)


def test_a_later_format_is_named() -> None:
    """The message says which version was found."""
    facts, arrays = _parts()
    data = pack(facts, arrays).replace(b'"version": 1}', b'"version": 2}')
    # the check sum of the archive would hide what is tested here
    with zipfile.ZipFile(io.BytesIO(pack(facts, arrays))) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    assert data != pack(facts, arrays)
    members["facts.npy"] = members["facts.npy"].replace(b'"version": 1}', b'"version": 2}')
    with pytest.raises(TasteUnreadable, match="has version 2"):
        Taste.from_bytes(_archive(members))
