"""Removes what interrupted atomic writes left behind. Touches the folders that it is given."""

import contextlib
import os
import stat
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from tasted.system.files import TEMPORARY_ENDING_LENGTH, TEMPORARY_SUFFIX, is_temporary


def _hidden_temporary(
    folder: Path, *, is_deep: bool, passes_over: Callable[[str], bool]
) -> Iterator[Path]:
    if not is_deep:
        found: list[Path] = []
        with contextlib.suppress(OSError), os.scandir(folder) as entries:
            found += (Path(entry.path) for entry in entries if _is_named_so(entry.name))
        # whoever removes them does so when the listing is over
        yield from found
        return
    for number, (parent, folders, names) in enumerate(os.walk(folder)):
        if number == 0:
            folders[:] = [name for name in folders if not passes_over(name)]
        yield from (Path(parent, name) for name in names if _is_named_so(name))


def _is_named_so(name: str) -> bool:
    return name.endswith(TEMPORARY_SUFFIX) and is_temporary(name)


def sweep_temporary(
    folder: Path,
    *,
    older_than_seconds: float,
    written_for: tuple[str, ...] = ("",),
    is_deep: bool = True,
    passes_over: Callable[[str], bool] = lambda _name: False,
) -> int:
    """Remove what interrupted writes left in a folder, and return how many files that were.

    Args:
        folder: searched, with everything below it if `is_deep`.
        older_than_seconds: younger files may be another process's work in progress.
        written_for: only what was to become a file whose name ends like one of these, which are
            lower-case, in any letter case.
        is_deep: whether the folders below are searched too.
        passes_over: tells by name which of the folders in it are another's.

    Raises:
        OSError: when one cannot be removed.
    """
    swept = 0
    for path in _hidden_temporary(folder, is_deep=is_deep, passes_over=passes_over):
        with contextlib.suppress(FileNotFoundError):
            status = path.lstat()
            age = time.time() - status.st_mtime
            ours = stat.S_ISREG(status.st_mode)
            target = path.name[:-TEMPORARY_ENDING_LENGTH]
            if ours and target.lower().endswith(written_for) and age >= older_than_seconds:
                path.unlink()
                swept += 1
    return swept
