"""`.tasted/models.json`: which local folder serves which model. Stdlib only; reads and writes it.

A folder inside the home is stored relative to the home, so that a home can be moved; the hub's
cache and other places outside it are stored absolute. Beside the models stands which files
`tasted models pull` fetched, so that those, and no others, can be removed one day.
"""

import json
import os
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tasted.errors import ModelUnusable
from tasted.plain_dataclass import dataclass
from tasted.system.files import private_folder, real_path, write_atomically
from tasted.system.process_lock import folder_held

_VERSION = 1
_NAME = re.compile(r"[A-Za-z0-9_][\w.-]*(/[A-Za-z0-9_][\w.-]*)?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Recorded:
    """One line of models.json, with its folder made absolute."""

    name: str
    folder: Path
    revision: str | None


@dataclass(frozen=True, slots=True)
class _Document:
    models: dict[str, dict[str, Any]]
    downloads: dict[str, Any]


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
        for name, entry in _read(models_file).models.items()
    }


def record(
    name: str, folder: Path, revision: str | None, *, models_file: Path, home_root: Path
) -> None:
    """Write down that this folder serves the model, in place of what was written before.

    Raises:
        ModelUnusable: when models.json is damaged or cannot be written.
    """
    with _changed(models_file) as document:
        document.models[name] = {"folder": _portable(folder, home_root), "revision": revision}


def note_downloads(
    folder: Path, names: Iterable[str], *, models_file: Path, home_root: Path
) -> None:
    """Write down, before they are fetched, which files of a folder were not there.

    Args:
        folder: of the hub's cache, where the model will lie.
        names: of the files; added to what was noted of this folder before.
        models_file: `.tasted/models.json`.
        home_root: the home's root folder.

    Raises:
        ModelUnusable: when models.json is damaged or cannot be written.
    """
    place = _portable(folder, home_root)
    with _changed(models_file) as document:
        known = document.downloads.get(place, [])
        document.downloads[place] = sorted({*known, *names})


def list_downloads(models_file: Path, home_root: Path) -> dict[Path, tuple[str, ...]]:
    """Return the names of the files that `tasted models pull` fetched, by folder.

    Raises:
        ModelUnusable: when models.json is damaged.
    """
    return {
        home_root / place: tuple(names) for place, names in _read(models_file).downloads.items()
    }


def forget(name: str, *, models_file: Path) -> bool:
    """Remove a model from models.json; its files stay. Return whether it was there.

    Raises:
        ModelUnusable: when models.json is damaged or cannot be written.
    """
    if name not in _read(models_file).models:
        return False
    with _changed(models_file) as document:
        return document.models.pop(name, None) is not None


def _portable(folder: Path, home_root: Path) -> str:
    # abspath, not resolve: the hub's snapshots are links into its blobs and must be named as such
    absolute = Path(os.path.abspath(folder))  # noqa: PTH100 - Path.absolute() keeps `..`
    for root in (home_root, real_path(home_root)):
        if absolute.is_relative_to(root):
            return absolute.relative_to(root).as_posix()
    return str(absolute)


@contextmanager
def _changed(models_file: Path) -> Iterator[_Document]:
    """Give what is recorded, and write it when the block is done; nobody else writes meanwhile."""
    try:
        private_folder(models_file.parent, below=models_file.parent.parent)
        with folder_held(models_file.parent):
            document = _read(models_file)
            yield document
            _write(models_file, document)
    except OSError as error:
        raise ModelUnusable(
            f"{models_file} cannot be written: {error.strerror}.",
            remedy="Check who owns its folder, and that the disk is not full.",
        ) from error


def _read(models_file: Path) -> _Document:
    try:
        value = json.loads(models_file.read_text(encoding="utf-8"))
        document = _Document(dict(value["models"]), dict(value.get("downloads", {})))
        valid = value["version"] == _VERSION and _is_valid(document)
    except FileNotFoundError:
        return _Document({}, {})
    except OSError as error:
        raise ModelUnusable(
            f"{models_file} cannot be read: {error.strerror}.", remedy="Check who owns it."
        ) from error
    except (ValueError, RecursionError, KeyError, TypeError, AttributeError) as error:
        raise _damaged(models_file) from error
    if not valid:
        raise _damaged(models_file)
    return document


def _is_valid(document: _Document) -> bool:
    return all(
        isinstance(entry["folder"], str) and isinstance(entry.get("revision"), str | None)
        for entry in document.models.values()
    ) and all(
        isinstance(names, list) and all(isinstance(name, str) for name in names)
        for names in document.downloads.values()
    )


def _damaged(models_file: Path) -> ModelUnusable:
    return ModelUnusable(
        f"{models_file} is damaged or was written by another version of tasted.",
        remedy="Delete it, then run `tasted models pull` again: finished files are kept.",
    )


def _write(models_file: Path, document: _Document) -> None:
    value = {
        "version": _VERSION,
        "models": dict(sorted(document.models.items())),
        **({"downloads": dict(sorted(document.downloads.items()))} if document.downloads else {}),
    }
    write_atomically(models_file, f"{json.dumps(value, indent=2)}\n".encode())
