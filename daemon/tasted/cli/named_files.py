"""Which file a person means by a name. Touches the disk.

What tasted prints, `liked/shot.png`, is relative to the inbox and can be typed anywhere. So can
the bare name of a picture or profile in a label folder.
"""

import filecmp
import os
from pathlib import Path, PurePath
from typing import Any

import click
from typing_extensions import override

from tasted.errors import NotFound
from tasted.home.layout import Home
from tasted.inbox.find_copies import label_folders, list_labels
from tasted.records import Label


class NamedPath(click.Path):
    """A path that was typed; it is not empty, as an unset shell variable would make it."""

    def __init__(self) -> None:
        super().__init__(path_type=Path)

    @override
    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Refuse an empty name, and return any other as a path."""
        if value == "":
            self.fail("it is empty; give a file or a folder", param, ctx)
        return super().convert(value, param, ctx)


def is_folder(path: Path) -> bool:
    """Tell whether this is an existing folder; a name too long for the disk is not."""
    return os.path.isdir(path)  # noqa: PTH112 - Path.is_dir() raises for such a name


def find_named(file: Path, home: Home, working_folder: Path) -> Path:
    """Return the file of a name: from the working folder, the inbox, or a label folder.

    Args:
        file: as it was typed.
        home: in whose inbox it is looked for, by `liked/shot.png` or `inbox/liked/shot.png`.
        working_folder: where the command was called.

    Raises:
        NotFound: when several label files have this name and differ.
    """
    here = working_folder / file
    if file.is_absolute() or os.path.lexists(here) or ".." in file.parts:
        return here
    candidates = (home.inbox / file, home.root / file if file.parts[:1] == ("inbox",) else here)
    existing = (path for path in candidates if os.path.lexists(path))
    return next(existing, None) or _labelled(file, home.inbox) or here


def _labelled(file: Path, inbox: Path) -> Path | None:
    """Return the file or folder of this name in the label folders; None when there is none."""
    if len(file.parts) != 1 or not inbox.is_dir():
        return None
    tops = [folder / file.name for label in Label for folder in label_folders(inbox, label)]
    found = [path for path in tops if os.path.lexists(path)]
    # a photo of a profile is in a subfolder
    found = found or [
        inbox / path for path in sorted(list_labels(inbox)) if PurePath(path).name == file.name
    ]
    if len(found) > 1 and not all(_is_same(found[0], path) for path in found[1:]):
        places = " and ".join(str(path.relative_to(inbox)) for path in found)
        raise NotFound(
            f"Several pictures are called {file}: {places}.", remedy="Give the path of one of them."
        )
    return found[0] if found else None


def _is_same(one: Path, other: Path) -> bool:
    try:
        return filecmp.cmp(one, other, shallow=False)
    except OSError:
        # folders, or gone by now: the person has to say which
        return False


def not_found(file: Path) -> NotFound:
    """Return the error for a name of a file or folder that does not exist.

    Args:
        file: as it was typed.
    """
    return NotFound(
        f"{file} was not found, here or in the inbox.",
        remedy="Check the name. To list all results: tasted results",
    )
