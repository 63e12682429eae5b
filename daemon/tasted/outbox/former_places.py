"""Moves sidecars of folders that begin with `@` to where they lie now. Touches the outbox.

An older tasted put the sidecars of `@x/` of the inbox into `@x/` of the outbox, where those of a
backfill called `x` lie. They are moved as one folder, so that nothing is scored again.
"""

import json
import os
from collections.abc import Collection
from pathlib import Path

from tasted.outbox.places import backfill_name
from tasted.outbox.sidecar_files import SIDECAR_BYTES_MAX, SIDECAR_ENDING
from tasted.system.files import read_regular_file


def adopt_former_places(outbox: Path, backfills: Collection[str]) -> int:
    """Rename the folders that are the inbox's own, and return how many those were.

    Args:
        outbox: of a home that the caller owns.
        backfills: the names of those that there are; their folders are theirs.

    Raises:
        OSError: when one cannot be renamed.
    """
    moved = 0
    for folder in _marked(outbox):
        name, target = backfill_name(folder.name), folder.with_name(f"@{folder.name}")
        is_free = name is not None and name not in backfills and not os.path.lexists(target)
        if is_free and not folder.is_symlink() and _is_of_inbox(folder):
            folder.rename(target)
            moved += 1
    return moved


def _marked(outbox: Path) -> list[Path]:
    # a pattern would make a path of each of a hundred thousand sidecars
    try:
        with os.scandir(outbox) as entries:
            return sorted(Path(entry.path) for entry in entries if entry.name.startswith("@"))
    except (FileNotFoundError, NotADirectoryError):
        return []


def _is_of_inbox(folder: Path) -> bool:
    """Tell whether the first sidecar in it names a file of such a folder of the inbox."""
    for parent, _folders, names in os.walk(folder):
        for name in names:
            if not name.endswith(SIDECAR_ENDING):
                continue
            try:
                data, _stamp = read_regular_file(Path(parent, name), max_bytes=SIDECAR_BYTES_MAX)
                path = json.loads(data)["source"]["path"]
            except (OSError, ValueError, KeyError, TypeError, RecursionError):
                continue
            return isinstance(path, str) and path.startswith(f"{folder.name}/")
    return False
