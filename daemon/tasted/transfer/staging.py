"""Where a command and the owner of a home hand over what is exported or imported. Touches the disk.

A folder of its own for each transfer, `.tasted/transfer/ID`. What a command that died left there is
swept by the next one, by the next start of a daemon, and by `tasted forget`.
"""

import contextlib
import os
import re
import secrets
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

from tasted.home.layout import Home
from tasted.system.files import private_folder

REFERENCES = "references.jsonl"
"""Which pictures are labels, in the order of learning, with their origins."""
VECTORS = "vectors.npz"
"""What the embedder and the hashes found in them."""
TEXTS = "texts.jsonl"
"""What was read in them."""
EVENTS = "feedback.jsonl"
"""The answers."""
VERSIONS = "versions"
"""Folder of taste versions."""
LIBRARY_MEMBERS = (REFERENCES, VECTORS, TEXTS)
_ID = re.compile(r"[0-9a-f]{16}")
PLACING_MARK = ".tasted-import-"
"""In the name of a folder of a label folder that is still being filled."""


def is_staging_id(text: object) -> bool:
    """Return whether a JSON value names a staging folder."""
    return isinstance(text, str) and _ID.fullmatch(text) is not None


def staging_folder(home: Home, staging_id: str) -> Path:
    """Return the folder of a transfer.

    Raises:
        ValueError: when it is not an id of ours.
    """
    if not is_staging_id(staging_id):
        raise ValueError(f"not a transfer: {staging_id!r}")
    return home.transfer / staging_id


@contextlib.contextmanager
def staged(home: Home) -> Iterator[Path]:
    """Make a folder for one transfer; it is gone after the block.

    Raises:
        OSError: when it cannot be made.
    """
    folder = staging_folder(home, secrets.token_hex(8))
    private_folder(folder, below=home.root)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        with contextlib.suppress(OSError):
            # another transfer may be going on
            home.transfer.rmdir()


def sweep_transfers(home: Home, *, older_than_seconds: float) -> None:
    """Remove what killed transfers left. One that goes on finds its folder gone, and fails.

    Args:
        home: whose transfers they are.
        older_than_seconds: younger folders may be another process's work in progress.

    Raises:
        OSError: when something cannot be removed.
    """
    left = half_placed(home.inbox)
    if home.transfer.is_dir() and not home.transfer.is_symlink():
        left += home.transfer.iterdir()
    for folder in left:
        with contextlib.suppress(FileNotFoundError):
            if time.time() - folder.lstat().st_mtime >= older_than_seconds:
                shutil.rmtree(folder)


def half_placed(inbox: Path) -> list[Path]:
    """Return the folders below the label folders that an import did not fill to the end."""
    return [
        Path(entry.path)
        for folder in _folders_in(inbox)
        for entry in _folders_in(folder.path)
        if entry.name.startswith(".") and PLACING_MARK in entry.name[1:]
    ]


def _folders_in(folder: Path | str) -> list[os.DirEntry[str]]:
    with contextlib.suppress(FileNotFoundError), os.scandir(folder) as entries:
        return [entry for entry in entries if entry.is_dir(follow_symlinks=False)]
    return []
