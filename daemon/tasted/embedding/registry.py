"""`.tasted/models.json`: which local folder serves which model. Stdlib only; reads and writes it.

A folder inside the home is stored relative to the home, so that a home can be moved; the hub's
cache and other places outside it are stored absolute.
"""

import json
import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tasted.errors import ModelUnusable
from tasted.files import private_folder, write_atomically

_VERSION = 1
_NAME = re.compile(r"[A-Za-z0-9_][\w.-]*(/[A-Za-z0-9_][\w.-]*)?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Recorded:
    """One line of models.json, with its folder made absolute."""

    name: str
    folder: Path
    revision: str | None


def is_model_name(name: str) -> bool:
    """Tell whether a model may be recorded under this name: `model` or `owner/model`."""
    return _NAME.fullmatch(name) is not None


def list_recorded(models_file: Path, home_root: Path) -> dict[str, Recorded]:
    """Read which models are recorded, by name.

    Args:
        models_file: `.tasted/models.json`; a file that is not there records nothing.
        home_root: what relative folders are relative to.

    Raises:
        ModelUnusable: when the file is damaged.
    """
    return {
        name: Recorded(name, home_root / entry["folder"], entry.get("revision"))
        for name, entry in _read(models_file).items()
    }


def record(
    name: str, folder: Path, revision: str | None, *, models_file: Path, home_root: Path
) -> None:
    """Write down that this folder serves the model, in place of what was written before.

    Raises:
        ModelUnusable: when models.json is damaged or cannot be written.
    """
    models = _read(models_file)
    models[name] = {"folder": _portable(folder, home_root), "revision": revision}
    _write(models_file, models)


def forget(name: str, *, models_file: Path) -> bool:
    """Remove a model from models.json; its files stay. Return whether it was there.

    Raises:
        ModelUnusable: when models.json is damaged or cannot be written.
    """
    models = _read(models_file)
    if models.pop(name, None) is None:
        return False
    _write(models_file, models)
    return True


def _portable(folder: Path, home_root: Path) -> str:
    # abspath, not resolve: the hub's snapshots are links into its blobs and must be named as such
    absolute = Path(os.path.abspath(folder))  # noqa: PTH100 - Path.absolute() keeps `..`
    for root in (home_root, home_root.resolve()):
        if absolute.is_relative_to(root):
            return absolute.relative_to(root).as_posix()
    return str(absolute)


def _read(models_file: Path) -> dict[str, dict[str, Any]]:
    try:
        value = json.loads(models_file.read_text(encoding="utf-8"))
        models = value["models"]
        valid = value["version"] == _VERSION and all(
            isinstance(entry["folder"], str) and isinstance(entry.get("revision"), str | None)
            for entry in models.values()
        )
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise ModelUnusable(
            f"{models_file} cannot be read: {error.strerror}.", remedy="Check who owns it."
        ) from error
    except (ValueError, RecursionError, KeyError, TypeError, AttributeError) as error:
        raise _damaged(models_file) from error
    if not valid:
        raise _damaged(models_file)
    return dict(models)


def _damaged(models_file: Path) -> ModelUnusable:
    return ModelUnusable(
        f"{models_file} is damaged or of another version of tasted.",
        remedy="Delete it, then run `tasted models pull` again: finished files are kept.",
    )


def _write(models_file: Path, models: dict[str, dict[str, Any]]) -> None:
    value = {"version": _VERSION, "models": dict(sorted(models.items()))}
    try:
        private_folder(models_file.parent)
        write_atomically(models_file, f"{json.dumps(value, indent=2)}\n".encode())
    except OSError as error:
        raise ModelUnusable(
            f"{models_file} cannot be written: {error.strerror}.",
            remedy="Check who owns its folder, and that the disk is not full.",
        ) from error
