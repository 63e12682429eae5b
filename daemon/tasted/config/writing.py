"""Writes the settings file: a link to it stays a link, and who may read it stays the same."""

import stat
from pathlib import Path

from tasted.errors import CommandError
from tasted.system.files import PRIVATE_FILE, real_path, write_atomically


def write_text(file: Path, text: str) -> None:
    """Write the whole file or nothing.

    Args:
        file: of a home; perhaps a link, for instance to a folder of dotfiles.
        text: all of it.

    Raises:
        OSError: when it cannot be written.
    """
    real = real_path(file)
    mode = stat.S_IMODE(real.stat().st_mode) if real.exists() else PRIVATE_FILE
    write_atomically(real, text.encode("utf-8"), mode=mode)


def not_written(file: Path, error: OSError) -> CommandError:
    """Return what a command says that could not write it."""
    return CommandError(
        f"Cannot write {file}: {error.strerror}.",
        remedy="Check who owns it, and whether the disk is full.",
    )
