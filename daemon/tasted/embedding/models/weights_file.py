"""The file of weights in a model's folder, checked without loading it. Stdlib only; reads its ends.

A download that broke off, a copy that was cut short and a git clone without its large files all
look like weights to a listing; a look at the header tells them apart in microseconds.
"""

import json
import struct
import zipfile
from pathlib import Path

from tasted.errors import ModelUnusable

SAFETENSORS = "model.safetensors"
BIN = "pytorch_model.bin"
# https://github.com/huggingface/safetensors: 8 bytes of length, then a header of at most 100 MB
_LENGTH_BYTES = 8
_HEADER_BYTES_MAX = 100_000_000
_METADATA = "__metadata__"
_LFS_POINTER = b"version https://git-lfs"

COPY_REMEDY = (
    "Copy the whole folder again (config.json, preprocessor_config.json, tokenizer files, "
    f"{SAFETENSORS}), or fetch the model with: tasted models pull NAME"
)


def damaged(file: Path, what: str) -> ModelUnusable:
    """Return the error that names a file of a model and what is wrong with it."""
    return ModelUnusable(f"{file} {what}.", remedy=COPY_REMEDY)


def find_weights_file(folder: Path) -> Path:
    """Return the weights of a folder: safetensors, and a .bin only where there are none.

    Raises:
        ModelUnusable: when there are none, or they are cut short, split or only git's pointer.
    """
    safetensors, plain = folder / SAFETENSORS, folder / BIN
    if safetensors.exists():
        _check_safetensors(safetensors)
        return safetensors
    if plain.exists():
        _check_bin(plain)
        return plain
    if any(folder.glob("*.index.json")):
        raise ModelUnusable(
            f"The weights in {folder} are split over several files; tasted reads one file.",
            remedy=f"Choose a model with a single {SAFETENSORS}; see: tasted models list",
        )
    raise ModelUnusable(
        f"The model in {folder} has no weights: neither {SAFETENSORS} nor {BIN}.",
        remedy=COPY_REMEDY,
    )


def _check_safetensors(file: Path) -> None:
    try:
        size = file.stat().st_size
        with file.open("rb") as stream:
            start = stream.read(len(_LFS_POINTER))
            _refuse_lfs_pointer(file, start)
            stream.seek(0)
            length = _header_length(file, stream.read(_LENGTH_BYTES), size)
            header = json.loads(stream.read(length))
            ends = [entry["data_offsets"][1] for key, entry in header.items() if key != _METADATA]
    except OSError as error:
        raise damaged(file, f"cannot be read: {error.strerror}") from error
    except (ValueError, RecursionError, TypeError, KeyError, IndexError, AttributeError) as error:
        raise damaged(file, "has no safetensors header") from error
    promised = _LENGTH_BYTES + length + max(ends, default=0)
    if size != promised:
        raise damaged(file, f"holds {size} bytes of {promised}: it was cut short or changed")


def _header_length(file: Path, prefix: bytes, size: int) -> int:
    if len(prefix) < _LENGTH_BYTES:
        raise damaged(file, f"holds only {size} bytes: it was cut short")
    (length,) = struct.unpack("<Q", prefix)
    if length > _HEADER_BYTES_MAX:
        raise damaged(file, "has no safetensors header")
    if _LENGTH_BYTES + length > size:
        raise damaged(file, f"holds {size} bytes, less than its header: it was cut short")
    return int(length)


def _check_bin(file: Path) -> None:
    try:
        with file.open("rb") as stream:
            start = stream.read(len(_LFS_POINTER))
        _refuse_lfs_pointer(file, start)
        if not start or (start.startswith(b"PK") and not zipfile.is_zipfile(file)):
            raise damaged(file, f"holds {file.stat().st_size} bytes: it was cut short")
    except OSError as error:
        raise damaged(file, f"cannot be read: {error.strerror}") from error


def _refuse_lfs_pointer(file: Path, start: bytes) -> None:
    if start == _LFS_POINTER:
        raise ModelUnusable(
            f"{file} is only git's pointer to the weights, not the weights.",
            remedy="Run `git lfs pull` in the folder it was cloned to.",
        )
