"""What decides in a home, written into a folder, and read from one. Reads a home's library.

The references that count and the version that was published, with the settings they were made by:
see `rpc.shipped_facts` for the files. Nothing of the home is written. The daemon may be writing the
library meanwhile: a reader keeps what it opened.
"""

import os
import shutil
from collections.abc import Sequence
from itertools import chain, pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tasted.config import Settings
from tasted.embedding.models.folder import CONFIG, PICTURE_CONFIGS, TOKENIZER_FILES, ModelFolder
from tasted.embedding.models.weights import (
    POCKET,
    choose_runtime,
    find_model,
    hashes_file_beside,
)
from tasted.engine.assembly import reading_identity
from tasted.engine.model_opening import embedder_identity
from tasted.errors import EngineFailed, ModelMissing, TasteUnusable
from tasted.home.layout import Home
from tasted.home.status import read_current
from tasted.home.taste_versions import version_number
from tasted.judging.version import TasteVersion
from tasted.judging.version_files import VersionFiles
from tasted.library.embedded import LearnedReference
from tasted.library.glance import read_learned
from tasted.plain_dataclass import dataclass
from tasted.records import Current, Label, Origin, Reference
from tasted.rpc.shipped_facts import (
    ARRAYS,
    HASHES,
    IGNORED,
    MODEL,
    SCORE_BY_NOW,
    SHIPPED_FORMAT,
    VERDICTS,
    ShippedFacts,
    write_facts,
)
from tasted.scoring.taste.array_file import TasteUnreadable, pack, unpack
from tasted.system.files import private_folder, read_regular_file, write_atomically

_KIND = "shipped taste"
_BYTES_MAX = 4_000_000_000
_DTYPES: dict[str, np.dtype[Any]] = {
    "version": np.dtype(np.uint8),
    "views": np.dtype(np.float32),
    "ends": np.dtype(np.int64),
}
_AGAIN = "Try again in a moment: the daemon is about to publish what changed."


@dataclass(frozen=True, eq=False)
class ShippedArrays:
    """The version, unless the formula decides, and the references that count."""

    version: TasteVersion | None
    references: tuple[LearnedReference, ...]


def ship(
    home: Home, settings: Settings, folder: Path, *, has_model: bool, program: str
) -> ShippedFacts:
    """Write what decides in a home now.

    Args:
        home: read, and not written.
        settings: of it; the model is the one that decides, whatever they ask for.
        folder: gets the files.
        has_model: whether those of the model are copied, too.
        program: the version of tasted.

    Raises:
        EngineFailed: when nothing was published, or not by these settings.
        ModelMissing, ModelUnusable: when the model is not there.
        LibraryUnusable: when the library cannot be read.
        OSError: when the folder cannot be written.
    """
    current = read_current(home.current_file)
    if current is None:
        raise EngineFailed("It is not known yet which likes and rejects there are.", remedy=_AGAIN)
    model = _model_in_force(home, settings, current)
    pinned = _pinned(settings, model)
    identity = embedder_identity(model, pinned)
    if identity.fingerprint != current.embedder_fingerprint:
        raise EngineFailed(
            f"The settings of {current.embedder} changed, and nothing is scored by them yet.",
            remedy=_AGAIN,
        )
    version = _version_in_force(home, current)
    references = read_learned(
        home.library, fingerprint=identity.fingerprint, dimensions=identity.dimensions
    )
    write_atomically(folder / ARRAYS, _packed(version, references))
    hashes = hashes_file_beside(home.models_file)
    for file, name in (
        (home.ignored_file, IGNORED),
        (hashes, HASHES),
        (hashes.with_name(VERDICTS), VERDICTS),
    ):
        if file.exists():
            shutil.copyfile(file, folder / name)
    if has_model and model.name != POCKET:
        _copy_model(model, folder / MODEL)
    facts = ShippedFacts(
        format=SHIPPED_FORMAT,
        tasted_version=program,
        scorer=current.scorer,
        taste=current.taste or current.scorer,
        taste_fingerprint=current.taste_fingerprint,
        is_held=current.is_held,
        embedder=model.name,
        embedder_fingerprint=identity.fingerprint,
        reading=reading_identity(pinned),
        model_folder=None if has_model or model.name == POCKET else str(model.folder),
        settings=pinned.model_dump_json(),
        contents=_contents(version, references),
        liked=current.liked,
        rejected=current.rejected,
        copies=current.copies,
        lookalikes=current.lookalikes,
    )
    write_facts(folder, facts)
    return facts


def read_arrays(folder: Path) -> ShippedArrays:
    """Read what `ship` wrote.

    Raises:
        TasteUnusable: when it is damaged.
    """
    try:
        data, _stamp = read_regular_file(folder / ARRAYS, max_bytes=_BYTES_MAX)
        facts, arrays = unpack(data, _DTYPES)
        _check_kind(facts)
        version = arrays["version"]
        ends = arrays["ends"].tolist()
        # not np.split, which makes one part of no references
        views = [arrays["views"][start:end] for start, end in pairwise((0, *ends))]
        references = tuple(
            LearnedReference(_reference(row), rows)
            for row, rows in zip(facts["references"], views, strict=True)
        )
        return ShippedArrays(
            TasteVersion.from_bytes(version.tobytes()) if len(version) else None, references
        )
    except OSError as error:
        raise _unusable(folder, f"it cannot be read: {error.strerror}") from error
    except (TasteUnreadable, KeyError, TypeError, IndexError, ValueError) as error:
        raise _unusable(folder, "it is damaged") from error


def _unusable(folder: Path, why: str) -> TasteUnusable:
    return TasteUnusable(
        f"The taste in {folder} cannot be used: {why}.", remedy=SCORE_BY_NOW.format(name="NAME")
    )


def _check_kind(facts: dict[str, Any]) -> None:
    if facts.get("kind") != _KIND:
        raise TasteUnreadable("it is something else")


def _model_in_force(home: Home, settings: Settings, current: Current) -> ModelFolder:
    """Return the model that decides: the settings may name it by its folder, or ask for another."""
    for name in (settings.embedder.model, current.embedder):
        try:
            model = find_model(name, models_file=home.models_file, home_root=home.root)
        except ModelMissing:
            if name == current.embedder:
                raise
        else:
            if model.name == current.embedder:
                return model
    raise ModelMissing(
        f"The model {current.embedder}, by which pictures are scored, is not on this machine.",
        remedy=f"Download it with: tasted models pull {current.embedder}",
    )


def _pinned(settings: Settings, model: ModelFolder) -> Settings:
    """Return the settings with the model and how it computes, whatever another machine prefers."""
    chosen = settings.embedder
    choice = choose_runtime(model, runtime=chosen.runtime, device=chosen.device, dtype=chosen.dtype)
    how = {"model": model.name, "runtime": choice.runtime, "dtype": choice.computing}
    return settings.model_copy(update={"embedder": chosen.model_copy(update=how)})


def _version_in_force(home: Home, current: Current) -> TasteVersion | None:
    """Return the version that decides; None where the formula does.

    Raises:
        EngineFailed: when it is not kept.
    """
    if current.scorer != "taste":
        return None
    number = version_number(current.taste or "")
    version = VersionFiles(home.tastes).whole(number) if number is not None else None
    if version is None:
        raise EngineFailed(f"The taste version {current.taste} is not kept.", remedy=_AGAIN)
    return version


def _contents(
    version: TasteVersion | None, references: Sequence[LearnedReference]
) -> tuple[str, ...]:
    known = {learned.reference.content_id for learned in references}
    if version is not None:
        known |= {*version.history, *chain.from_iterable(version.items)}
    return tuple(sorted(known))


def _packed(version: TasteVersion | None, references: Sequence[LearnedReference]) -> bytes:
    rows = [
        {
            # as JSON can hold it, whatever bytes it has
            "path": os.fsencode(learned.reference.path).hex(),
            "content": learned.reference.content_id,
            "label": learned.reference.label.value,
            "origin": learned.reference.origin.value,
        }
        for learned in references
    ]
    views = [learned.views for learned in references]
    arrays: dict[str, NDArray[Any]] = {
        "version": np.frombuffer(version.to_bytes() if version is not None else b"", np.uint8),
        "views": np.concatenate(views) if views else np.zeros((0, 1), np.float32),
        "ends": np.cumsum([len(rows) for rows in views], dtype=np.int64),
    }
    return pack({"kind": _KIND, "references": rows}, arrays)


def _reference(row: dict[str, str]) -> Reference:
    path = os.fsdecode(bytes.fromhex(row["path"]))
    return Reference(row["content"], path, Label(row["label"]), Origin(row["origin"]))


def _copy_model(model: ModelFolder, folder: Path) -> None:
    names = (CONFIG, *PICTURE_CONFIGS, *TOKENIZER_FILES, model.weights_file.name)
    private_folder(folder, below=folder.parent)
    for name in names:
        if (model.folder / name).is_file():
            shutil.copyfile(model.folder / name, folder / name)
