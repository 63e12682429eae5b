"""Which model a setting means, and where it lies on this machine. Stdlib only, no torch.

The light process and every command may import this module: it finds, checks and names models, and
loads none. What belongs to one folder is in `folder`, to models.json in `registry`, to
comparability in `fingerprint`; their names are repeated here, so that callers know one module.
"""

import os
from pathlib import Path

from tasted.config.model_names import similar_model
from tasted.embedding.models.fingerprint import (
    expected_sha256,
    fingerprint_of,
    weights_sha256,
)
from tasted.embedding.models.folder import ModelFolder, dimensions_of, verify_folder
from tasted.embedding.models.registry import (
    Recorded,
    forget,
    is_model_name,
    list_downloads,
    list_recorded,
    note_downloads,
    record,
)
from tasted.embedding.models.runtime_choice import choose_runtime
from tasted.embedding.pocket import FOLDER as POCKET_FOLDER
from tasted.errors import ModelMissing, ModelUnusable
from tasted.plain_dataclass import dataclass
from tasted.similar_words import nearest

__all__ = [
    "ALIASES",
    "DEFAULT_MODEL",
    "OFFICIAL",
    "POCKET",
    "ModelFolder",
    "OfficialModel",
    "Recorded",
    "canonical_name",
    "choose_runtime",
    "dimensions_of",
    "expected_sha256",
    "find_model",
    "fingerprint_of",
    "forget",
    "hashes_file_beside",
    "is_model_name",
    "list_downloads",
    "list_recorded",
    "note_downloads",
    "record",
    "verify_folder",
    "weights_sha256",
]

_LIKENESS = 0.9
POCKET = "pocket"
DEFAULT_MODEL = "openai/clip-vit-base-patch32"
ALIASES = {"clip": DEFAULT_MODEL, "resnet50": "microsoft/resnet-50"}


@dataclass(frozen=True, slots=True)
class OfficialModel:
    """A model that tasted is meant for."""

    name: str
    download: str
    about: str


OFFICIAL = (
    OfficialModel(DEFAULT_MODEL, "about 600 MB", "the default"),
    OfficialModel("openai/clip-vit-base-patch16", "about 600 MB", "finer detail, slower"),
    OfficialModel("openai/clip-vit-large-patch14", "about 1.7 GB", "the most able, the slowest"),
    OfficialModel("microsoft/resnet-50", "about 100 MB", "pictures only: no traits from words"),
    OfficialModel(POCKET, "comes with tasted", "tiny, for the demo and for trying things out"),
)


def canonical_name(model: str) -> str:
    """Return the model that an older short name stands for, or the name itself."""
    return ALIASES.get(model, model)


def known_models(models_file: Path) -> tuple[str, ...]:
    """Return the names that may be asked for by whoever is not at the keyboard of this machine.

    Those that tasted is meant for, and those that a person recorded here: no folder, no address.

    Args:
        models_file: `.tasted/models.json`; one that cannot be read records nothing.
    """
    try:
        recorded = tuple(list_recorded(models_file, models_file.parent.parent))
    except ModelUnusable:
        recorded = ()
    return tuple(dict.fromkeys([*(model.name for model in OFFICIAL), *recorded]))


def hashes_file_beside(models_file: Path) -> Path:
    """Return where sha256 sums of weights are remembered."""
    return models_file.with_name("weights.json")


def find_model(model: str, *, models_file: Path, home_root: Path) -> ModelFolder:
    """Find the folder of a model and check it, without a network and without loading it.

    Args:
        model: `pocket`, an alias, a name that models.json records, or a local folder (absolute,
            with `~`, or relative to the home).
        models_file: `.tasted/models.json` of the home.
        home_root: the home's root folder.

    Raises:
        ModelMissing: when the model is not on this machine.
        ModelUnusable: when its folder or models.json is damaged.
    """
    name = canonical_name(model)
    hashes_file = hashes_file_beside(models_file)
    if name == POCKET:
        return verify_folder(POCKET_FOLDER, name=POCKET, hashes_file=hashes_file)
    recorded = list_recorded(models_file, home_root).get(name)
    if recorded is not None:
        return _recorded_folder(recorded, hashes_file)
    # a user that there is not makes Path.expanduser() raise
    folder = home_root / os.path.expanduser(name)  # noqa: PTH111 - as above
    if _is_folder(folder):
        return verify_folder(folder, hashes_file=hashes_file)
    meant = similar_model(name, models_file) or _meant_official(name)
    if meant is not None:
        raise _missing(name, f"The model {name} is not on this machine. Did you mean {meant}?")
    if not is_model_name(name):
        raise ModelMissing(
            f"No model folder at {folder}.",
            remedy="Set embedder.model to a folder with config.json and weights, or to a model "
            "of: tasted models list",
        )
    raise _missing(name, f"The model {name} is not on this machine.")


def _meant_official(name: str) -> str | None:
    """Return the official model that a name of the hub is nearly; it may be another as well."""
    names = [model.name for model in OFFICIAL]
    return nearest(name, names, similarity=_LIKENESS) if name not in names else None


def _recorded_folder(recorded: Recorded, hashes_file: Path) -> ModelFolder:
    if not _is_folder(recorded.folder):
        raise _missing(
            recorded.name, f"The folder {recorded.folder} of the model {recorded.name} is gone."
        )
    return verify_folder(
        recorded.folder,
        name=recorded.name,
        revision=recorded.revision,
        hashes_file=hashes_file,
    )


def _is_folder(path: Path) -> bool:
    # a name that no disk can hold is no folder, where Path.is_dir() raises
    return os.path.isdir(path)  # noqa: PTH112 - as above


def _missing(name: str, message: str) -> ModelMissing:
    return ModelMissing(
        message,
        remedy=f"Download it with: tasted models pull {name} · or, if you have its files: "
        f"tasted models add FOLDER --name {name}",
    )
