"""What a download would fetch: asks the hub, and looks into the cache. Downloads nothing."""

import time
from pathlib import Path
from typing import TYPE_CHECKING

from tasted.embedding.models.folder import CONFIG, PICTURE_CONFIGS, TOKENIZER_FILES
from tasted.embedding.models.weights_file import BIN, SAFETENSORS
from tasted.errors import DownloadFailed
from tasted.plain_dataclass import dataclass

if TYPE_CHECKING:
    from huggingface_hub.hf_api import ModelInfo

_TRIES = 3
_PAUSE_SECONDS = 1.0
_SERVER_FAULT = 500


@dataclass(frozen=True, slots=True)
class RemoteFile:
    """One file of a model on the hub."""

    name: str
    size_bytes: int
    sha256: str | None
    """Known for large files only."""


@dataclass(frozen=True, slots=True)
class DownloadPlan:
    """What a pull will do, known before the first byte of weights."""

    name: str
    revision: str
    """The commit."""
    files: tuple[RemoteFile, ...]
    cache: Path
    missing: tuple[RemoteFile, ...]
    """Those files that are not in the cache yet, or lie there with another size."""

    @property
    def total_bytes(self) -> int:
        """Size of all files together."""
        return sum(file.size_bytes for file in self.files)

    @property
    def missing_bytes(self) -> int:
        """Size of what has to be downloaded."""
        return sum(file.size_bytes for file in self.missing)


def make_plan(name: str, revision: str | None) -> DownloadPlan:
    """Ask the hub for a model's files, and choose those that are needed.

    Args:
        name: a hub name.
        revision: branch, tag or commit; None is the main branch.

    Raises:
        DownloadFailed: when the model has no files of the kind that is needed.
        Exception: whatever huggingface_hub and its HTTP client raise.
    """
    # imported once the environment is set: the library reads it while it is imported
    from huggingface_hub import constants  # noqa: PLC0415

    info = _ask(name, revision)
    if info.sha is None:
        raise DownloadFailed(
            f"The hub names no commit of {name}.", remedy="Check HF_ENDPOINT, or try again later."
        )
    files = _choose(info)
    missing = tuple(file for file in files if not _is_cached(file, name, info.sha))
    return DownloadPlan(name, info.sha, files, Path(constants.HF_HUB_CACHE), missing)


def _ask(name: str, revision: str | None) -> "ModelInfo":
    from huggingface_hub import HfApi  # noqa: PLC0415 - as above
    from huggingface_hub.errors import HfHubHTTPError  # noqa: PLC0415 - as above

    for _ in range(_TRIES - 1):
        try:
            return HfApi().model_info(name, revision=revision, files_metadata=True)
        except HfHubHTTPError as error:
            # the library repeats downloads by itself; this question it asks once
            if error.response.status_code < _SERVER_FAULT:
                raise
            time.sleep(_PAUSE_SECONDS)
    return HfApi().model_info(name, revision=revision, files_metadata=True)


def _choose(info: "ModelInfo") -> tuple[RemoteFile, ...]:
    offered = {
        sibling.rfilename: RemoteFile(
            sibling.rfilename, sibling.size or 0, sibling.lfs.sha256 if sibling.lfs else None
        )
        for sibling in info.siblings or ()
    }
    weights = SAFETENSORS if SAFETENSORS in offered else BIN
    if weights not in offered:
        raise DownloadFailed(
            f"{info.id} offers neither {SAFETENSORS} nor {BIN}.",
            remedy="Choose a CLIP or ResNet model in transformers' format: tasted models list",
        )
    small = (CONFIG, *PICTURE_CONFIGS, *TOKENIZER_FILES)
    return tuple(offered[name] for name in (*small, weights) if name in offered)


def _is_cached(file: RemoteFile, name: str, revision: str) -> bool:
    place = cached_file(file, name, revision)
    return place is not None and place.stat().st_size == file.size_bytes


def cached_file(file: RemoteFile, name: str, revision: str) -> Path | None:
    """Return where the cache holds a file of a model, of whatever size, or None."""
    from huggingface_hub import try_to_load_from_cache  # noqa: PLC0415 - as above

    found = try_to_load_from_cache(name, file.name, revision=revision)
    return Path(found) if isinstance(found, str) else None
