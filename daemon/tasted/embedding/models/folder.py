"""A model's folder on disk, and whether it can be loaded at all. Stdlib only; reads small files.

Everything that can be wrong with copied or half-downloaded weights is found here, before torch is
imported: missing files, invalid JSON, another architecture, a file cut short.
"""

import json
from pathlib import Path
from typing import Any

from tasted.embedding.models.weights_file import COPY_REMEDY, damaged, find_weights_file
from tasted.errors import ModelMissing, ModelUnusable
from tasted.plain_dataclass import dataclass

CONFIG = "config.json"
PICTURE_CONFIGS = ("preprocessor_config.json", "processor_config.json")
TOKENIZER_FILES = (
    "tokenizer.json",
    "vocab.json",
    "merges.txt",
    "tokenizer_config.json",
    "special_tokens_map.json",
    "added_tokens.json",
)
_ARCHITECTURES = {
    "clip": ("CLIPModel",),
    "resnet": ("ResNetModel", "ResNetForImageClassification", "ResNetBackbone"),
}
# transformers' own, for a config.json that says nothing
_DEFAULT_DIMENSIONS = {"clip": 512, "resnet": 2048}
# the class of the processor, whatever its suffix: CLIPFeatureExtractor, CLIPImageProcessorFast, ...
_PICTURE_PROCESSORS = {"clip": "CLIP", "resnet": "ConvNext"}
_JSON_BYTES_MAX = 64_000_000


@dataclass(frozen=True, slots=True)
class ModelFolder:
    """A model whose files are on this machine and look whole."""

    name: str
    folder: Path
    family: str
    """`clip` or `resnet`."""
    revision: str | None
    """The hub's commit, where it is known."""
    weights_file: Path
    hashes_file: Path | None = None
    """Where the sha256 of weights is remembered between starts."""


def verify_folder(
    folder: Path,
    *,
    name: str | None = None,
    revision: str | None = None,
    hashes_file: Path | None = None,
) -> ModelFolder:
    """Check a folder without loading it, and say what it holds.

    Args:
        folder: where config.json and the weights lie.
        name: how the model is called; by default the folder's own name.
        revision: the hub's commit, if the folder was downloaded.
        hashes_file: passed on into the result.

    Raises:
        ModelMissing: when there is no such folder.
        ModelUnusable: when a file is missing, damaged, cut short or of a foreign architecture.
    """
    if not folder.is_dir():
        raise ModelMissing(
            f"The folder {folder} of the model {name or folder.name} does not exist.",
            remedy=f"{pull_remedy(name or folder.name)}; or name another folder with: "
            "tasted models add FOLDER",
        )
    config = read_json(folder / CONFIG)
    family = _family(folder, config)
    _dimensions(folder, family, config)
    _check_picture_config(folder, family)
    if family == "clip":
        _check_tokenizer(folder)
    weights = find_weights_file(folder)
    return ModelFolder(name or folder.name, folder, family, revision, weights, hashes_file)


def pull_remedy(name: str) -> str:
    """Return the command that downloads a model, or its files again."""
    return f"Run: tasted models pull {name}"


def read_json(file: Path) -> dict[str, Any]:
    """Read a JSON object.

    Raises:
        ModelUnusable: when the file is missing, unreadable, too large or no JSON object.
    """
    try:
        if file.stat().st_size > _JSON_BYTES_MAX:
            raise damaged(file, "is too large for such a file")
        value = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise ModelUnusable(
            f"The model in {file.parent} has no {file.name}.", remedy=COPY_REMEDY
        ) from error
    except OSError as error:
        raise damaged(file, f"cannot be read: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise damaged(file, "is not JSON") from error
    if not isinstance(value, dict):
        raise damaged(file, "does not hold a JSON object")
    return value


def _family(folder: Path, config: dict[str, Any]) -> str:
    family = config.get("model_type")
    architectures = config.get("architectures") or []
    if "auto_map" in config:
        raise ModelUnusable(
            f"The model in {folder} wants to run its own program code, which tasted never does.",
            remedy="Choose a plain CLIP or ResNet model; see: tasted models list",
        )
    if not isinstance(family, str) or family not in _ARCHITECTURES:
        raise ModelUnusable(
            f"The model in {folder} is of the type {family!r}; tasted reads CLIP and ResNet.",
            remedy="Choose another model; see: tasted models list",
        )
    if architectures and not set(architectures) & set(_ARCHITECTURES[family]):
        raise ModelUnusable(
            f"The model in {folder} is a {architectures[0]}; tasted needs a "
            f"{_ARCHITECTURES[family][0]}.",
            remedy="Choose another model; see: tasted models list",
        )
    return family


def _dimensions(folder: Path, family: str, config: dict[str, Any]) -> int:
    if family == "clip":
        dimensions = config.get("projection_dim", _DEFAULT_DIMENSIONS[family])
    else:
        sizes = config.get("hidden_sizes", [_DEFAULT_DIMENSIONS[family]])
        dimensions = sizes[-1] if isinstance(sizes, list) and sizes else None
    if not isinstance(dimensions, int) or dimensions < 1:
        raise damaged(folder / CONFIG, "does not say how long its vectors are")
    return dimensions


def _check_picture_config(folder: Path, family: str) -> None:
    preprocessor, processor = (folder / name for name in PICTURE_CONFIGS)
    # in the order in which transformers 5 asks them
    config = read_json(processor).get("image_processor") if processor.exists() else None
    if not isinstance(config, dict):
        config = read_json(preprocessor)
    kind = config.get("image_processor_type") or config.get("feature_extractor_type")
    if kind is not None and not str(kind).startswith(_PICTURE_PROCESSORS[family]):
        raise ModelUnusable(
            f"The model in {folder} prepares its pictures with {kind}; tasted knows only the "
            f"{_PICTURE_PROCESSORS[family]} way for {family} models.",
            remedy="Choose another model; see: tasted models list",
        )


def _check_tokenizer(folder: Path) -> None:
    if (folder / "tokenizer.json").exists():
        read_json(folder / "tokenizer.json")
        return
    read_json(folder / "vocab.json")
    if not (folder / "merges.txt").is_file():
        raise ModelUnusable(
            f"The model in {folder} has neither tokenizer.json nor merges.txt.",
            remedy=COPY_REMEDY,
        )


def dimensions_of(model: ModelFolder) -> int:
    """Return the length of the model's vectors, from config.json alone.

    Raises:
        ModelUnusable: when config.json does not say.
    """
    return _dimensions(model.folder, model.family, read_json(model.folder / CONFIG))
