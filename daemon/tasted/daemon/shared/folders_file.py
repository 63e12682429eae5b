"""The identities of the inbox's folders, by which a picture is proved to be gone.

Touches `.tasted/folders.json`. The scanner keeps it current; forgetting removes names from it.
"""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path

from tasted.inbox.absence import KnownFolders
from tasted.records import FolderIdentity
from tasted.system.files import read_regular_file, write_atomically

_FILE_BYTES_MAX = 16_000_000


def write_folders(file: Path, known: Mapping[str, FolderIdentity]) -> None:
    """Replace the file; losing it in a power failure does no harm.

    Raises:
        OSError: when it cannot be written.
    """
    value = {name: [folder.device, folder.inode] for name, folder in known.items()}
    write_atomically(file, json.dumps(value).encode("ascii"), durable=False)


def read_folders(file: Path) -> dict[str, FolderIdentity]:
    """Return the identities by digest of the folder's name; none when the file is no good."""
    try:
        data, _stamp = read_regular_file(file, max_bytes=_FILE_BYTES_MAX)
        return {
            str(name): FolderIdentity(int(device), int(inode))
            for name, (device, inode) in json.loads(data).items()
        }
    except (OSError, ValueError, TypeError, AttributeError, RecursionError):
        # missing, or edited: the pictures that are there show again what it knew
        return {}


def forget_folders(folders_file: Path, left: Iterable[str]) -> None:
    """Forget the folders that no sidecar will name: whoever guesses a name can check its digest.

    Args:
        folders_file: where the identities of folders are kept.
        left: the paths whose sidecars stay.

    Raises:
        OSError: when it cannot be written.
    """
    known = read_folders(folders_file)
    folders = KnownFolders(known)
    folders.keep_only_above(left)
    if folders.known != known:
        write_folders(folders_file, folders.known)
