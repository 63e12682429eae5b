"""A taste as bytes: a plain .npz of arrays, one of them JSON. Nothing is ever unpickled. Pure.

The members are stored uncompressed, so that no member can be larger than the bytes. The JSON holds
a sha256 over the arrays. Bytes that are not a taste raise `TasteUnreadable`, which says why.
"""

import hashlib
import io
import json
import zipfile
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

FORMAT = "tasted taste"
FORMAT_VERSION = 1
_FACTS = "facts"
_DIGEST = "sha256"


class TasteUnreadable(ValueError):
    """The bytes are not a taste of this version. It can always be fitted again from its labels."""


def pack(facts: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> bytes:
    """Return the bytes; equal input gives equal bytes.

    Args:
        facts: JSON values, `kind` among them; `format`, `version` and `sha256` are added.
        arrays: of numbers or booleans; none is named `facts`.
    """
    described = {
        **facts,
        "format": FORMAT,
        "version": FORMAT_VERSION,
        _DIGEST: _digest(facts, arrays),
    }
    text = json.dumps(described, sort_keys=True).encode("ascii")
    buffer = io.BytesIO()
    members: dict[str, Any] = {_FACTS: np.frombuffer(text, dtype=np.uint8), **arrays}
    # mypy: numpy types the names of members as if they could be its own options
    np.savez(buffer, allow_pickle=False, **members)
    return buffer.getvalue()


def unpack(
    data: bytes, dtypes: Mapping[str, np.dtype[Any]]
) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
    """Return facts and arrays as they were packed.

    Args:
        data: what `pack` gave.
        dtypes: name and dtype of exactly the arrays that must be there.

    Raises:
        TasteUnreadable: when the bytes are anything else.
    """
    facts, members = _read(data)
    if set(members) != set(dtypes):
        raise TasteUnreadable(f"a taste has other arrays than {', '.join(sorted(members))}")
    for name, dtype in dtypes.items():
        if members[name].dtype != dtype:
            raise TasteUnreadable(f"{name} must be {dtype}, not {members[name].dtype}")
    digest = facts.pop(_DIGEST, None)
    if digest != _digest(facts, members):
        raise TasteUnreadable("the taste is damaged: its sha256 does not match")
    return facts, members


def _read(data: bytes) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
    try:
        members = _members(data)
        facts = _facts(members.pop(_FACTS, None))
    except (
        ValueError,
        OSError,
        EOFError,
        KeyError,
        MemoryError,
        NotImplementedError,
        OverflowError,
        RecursionError,
        RuntimeError,
        SyntaxError,
        TypeError,
        zipfile.BadZipFile,
    ) as error:
        raise TasteUnreadable(f"the bytes are not a taste: {error}") from error
    return facts, members


def _members(data: bytes) -> dict[str, NDArray[Any]]:
    members = {}
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for entry in archive.infolist():
            # an uncompressed member cannot be larger than the bytes
            if entry.compress_type != zipfile.ZIP_STORED or entry.file_size > len(data):
                raise TasteUnreadable("a taste is not compressed")
            name = entry.filename.removesuffix(".npy")
            stream = io.BytesIO(archive.read(entry))
            members[name] = _array(stream, entry.file_size)
    return members


def _array(stream: io.BytesIO, size: int) -> NDArray[Any]:
    version = np.lib.format.read_magic(stream)
    if version != (1, 0):
        raise TasteUnreadable("an array has an unknown format")
    shape, _is_fortran, dtype = np.lib.format.read_array_header_1_0(stream)
    # before numpy allocates memory for it
    if any(length < 0 for length in shape) or _size(shape, dtype) != size - stream.tell():
        raise TasteUnreadable("an array has another size than it says")
    stream.seek(0)
    array: NDArray[Any] = np.lib.format.read_array(stream, allow_pickle=False)
    return array


def _size(shape: tuple[int, ...], dtype: np.dtype[Any]) -> int:
    size = dtype.itemsize
    for length in shape:
        size *= length
    return size


def _facts(member: NDArray[Any] | None) -> dict[str, Any]:
    if member is None or member.dtype != np.uint8 or member.ndim != 1:
        raise TasteUnreadable("there is no description in it")
    facts = json.loads(member.tobytes().decode("ascii"))
    if not isinstance(facts, dict) or facts.pop("format", None) != FORMAT:
        raise TasteUnreadable("the description is not that of a taste")
    version = facts.pop("version", None)
    if version != FORMAT_VERSION or isinstance(version, bool):
        raise TasteUnreadable(
            f"the taste has version {version!r}; this tasted reads version {FORMAT_VERSION}"
        )
    return facts


def _digest(facts: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> str:
    digest = hashlib.sha256(json.dumps(dict(facts), sort_keys=True).encode("ascii"))
    for name in sorted(arrays):
        array = arrays[name]
        digest.update(f"\n{name} {array.dtype.str} {array.shape}\n".encode())
        digest.update(np.ascontiguousarray(array).tobytes())
    return digest.hexdigest()
