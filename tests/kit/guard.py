"""What keeps tests away from the home and the settings of whoever runs them."""

from collections.abc import Mapping
from pathlib import Path

_FOREIGN_PREFIXES = ("TASTED_", "HF_", "_TASTED_", "XDG_")
_FOREIGN_NAMES = frozenset({
    "CLASSIFIER_MODEL", "CLIP_MODEL_NAME", "HUGGING_FACE_HUB_TOKEN", "TRANSFORMERS_CACHE",
    "TORCH_HOME", "COLUMNS", "FORCE_COLOR", "NO_COLOR",
})  # fmt: skip


def is_foreign(name: str) -> bool:
    """Tell whether a variable of this name could change what tasted does."""
    return name.startswith(_FOREIGN_PREFIXES) or name in _FOREIGN_NAMES


def guarded(environment: Mapping[str, str], folder: Path) -> dict[str, str]:
    """Return the environment without foreign settings, with its homes below a folder."""
    kept = {name: value for name, value in environment.items() if not is_foreign(name)}
    return {**kept, "HOME": str(folder), "TASTED_HOME": str(folder / "no-home")}
