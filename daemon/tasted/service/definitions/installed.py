"""Reads the file of an installed login item, of either kind. Touches that file."""

from pathlib import Path

from tasted.service.definitions import plist, unit

_BYTES_MAX = 1_000_000


def arguments_of(file: Path) -> tuple[str, ...] | None:
    """Return the command line in the file: None without a file, empty if it is not ours."""
    try:
        with file.open("rb") as stream:
            data = stream.read(_BYTES_MAX)
    except OSError:
        return None
    if file.suffix == ".plist":
        return plist.arguments_in(data) or ()
    return unit.arguments_in(data.decode("utf-8", "replace")) or ()
