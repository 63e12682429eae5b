"""Which vectors are comparable: one digest over all that changes them. Stdlib only, no torch.

Nothing in it depends on where a model lies or what it is called, so a copied folder and the hub's
own give the same fingerprint. Reads the whole weights once and remembers their sha256.
"""

import contextlib
import hashlib
import json
import os
import re
from pathlib import Path
from typing import Literal

from tasted.embedding.models.folder import CONFIG, PICTURE_CONFIGS, TOKENIZER_FILES, ModelFolder
from tasted.errors import ModelUnusable
from tasted.system import processor
from tasted.system.files import content_id, private_folder, real_path, stamp_of, write_atomically
from tasted.system.packages import installed_version

EMBEDDING_VERSION = 3
"""Counted up whenever this room's own code changes the vectors that it gives."""

DTYPES = ("auto", "float32", "bfloat16")

DtypeClass = Literal["float32", "bfloat16"]

_HASHES_VERSION = 1
_HASHES_KEPT = 16
_SHA256 = re.compile(r"[0-9a-f]{64}")


def dtype_class(dtype: str, *, has_bfloat16: bool | None = None) -> DtypeClass:
    """Return what the setting `embedder.dtype` means: `float32` or `bfloat16`.

    `auto` hangs on the processor alone. On the device or the runtime it must not: a driver that is
    missing for a day would make the library new, and new again.

    Args:
        dtype: as in the settings.
        has_bfloat16: whether the processor computes it natively; None looks.

    Raises:
        ModelUnusable: for any other word.
    """
    if dtype not in DTYPES:
        raise ModelUnusable(
            f"There is no dtype {dtype!r}.", remedy=f"Choose one of: {', '.join(DTYPES)}."
        )
    if dtype == "auto":
        is_native = processor.has_bfloat16() if has_bfloat16 is None else has_bfloat16
        return "bfloat16" if is_native else "float32"
    return "bfloat16" if dtype == "bfloat16" else "float32"


def fingerprint_of(model: ModelFolder, *, dtype_class: str, views: str, preprocessing: str) -> str:
    """Digest what decides a model's vectors.

    Args:
        model: what `find_model` or `verify_folder` returned.
        dtype_class: `float32` or `bfloat16`.
        views: the mode in which regions are cut from a screenshot.
        preprocessing: identity of the decoding that the pictures went through.

    Returns:
        64 hex digits.

    Raises:
        ModelUnusable: when a file cannot be read.
    """
    names = (CONFIG, *PICTURE_CONFIGS, *(TOKENIZER_FILES if model.family == "clip" else ()))
    try:
        facts = {
            "embedding_version": EMBEDDING_VERSION,
            "family": model.family,
            "weights": weights_sha256(model),
            "files": {
                name: content_id((model.folder / name).read_bytes())
                for name in names
                if (model.folder / name).is_file()
            },
            "dtype_class": dtype_class,
            "views": views,
            "preprocessing": preprocessing,
            "transformers": installed_version("transformers").split(".", maxsplit=1)[0],
        }
    except OSError as error:
        raise ModelUnusable(
            f"{error.filename or model.folder} cannot be read: {error.strerror}.",
            remedy="Check who owns the file, or fetch the model again.",
        ) from error
    return content_id(json.dumps(facts, sort_keys=True, separators=(",", ":")).encode())


def expected_sha256(model: ModelFolder) -> str | None:
    """Return the sha256 that the weights should have; None when nobody wrote one down.

    The hub's cache names each large file by it; else it is what was computed when this very file
    was first used.
    """
    blob = real_path(model.weights_file).name
    if _SHA256.fullmatch(blob):
        return blob
    with contextlib.suppress(OSError):
        return _read_hashes(model.hashes_file).get(_key_of(model.weights_file.stat()))
    return None


def check_sums(model: ModelFolder) -> None:
    """Read the whole weights, and compare their sha256 with what is known of them.

    Raises:
        ModelUnusable: when they are not what they were, or cannot be read.
    """
    expected = expected_sha256(model)
    try:
        with model.weights_file.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as error:
        raise ModelUnusable(
            f"{model.weights_file} cannot be read: {error.strerror}.",
            remedy="Check who owns the file, or fetch the model again.",
        ) from error
    if expected is not None and digest != expected:
        raise ModelUnusable(
            f"The weights of {model.name} are damaged: their sha256 is another one.",
            remedy=f"Fetch it again: tasted models pull {model.name}",
        )


def weights_sha256(model: ModelFolder) -> str:
    """Return the sha256 of the weights, computed again only when size, time or inode changed.

    Raises:
        OSError: when the file cannot be read.
    """
    with model.weights_file.open("rb") as stream:
        key = _key_of(os.fstat(stream.fileno()))
        known = _read_hashes(model.hashes_file)
        if key in known:
            return known[key]
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
    if model.hashes_file is not None:
        _remember(model.hashes_file, known, key, digest)
    return digest


def _key_of(status: os.stat_result) -> str:
    stamp = stamp_of(status)
    return f"{stamp.size_bytes}:{stamp.modified_ns}:{stamp.inode}"


def _read_hashes(hashes_file: Path | None) -> dict[str, str]:
    if hashes_file is None:
        return {}
    try:
        value = json.loads(hashes_file.read_text(encoding="utf-8"))
        known = dict(value["sha256"]) if value["version"] == _HASHES_VERSION else {}
    except (OSError, ValueError, RecursionError, KeyError, TypeError):
        # nothing but time is lost with this file
        return {}
    return {
        key: digest
        for key, digest in known.items()
        if isinstance(digest, str) and _SHA256.fullmatch(digest)
    }


def _remember(hashes_file: Path, known: dict[str, str], key: str, digest: str) -> None:
    kept = dict([*known.items(), (key, digest)][-_HASHES_KEPT:])
    text = json.dumps({"version": _HASHES_VERSION, "sha256": kept}, indent=2)
    # a home that cannot be written computes the sum again at the next start
    with contextlib.suppress(OSError):
        private_folder(hashes_file.parent, below=hashes_file.parent.parent)
        write_atomically(hashes_file, f"{text}\n".encode(), durable=False)
