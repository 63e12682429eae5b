"""The hub's cache on disk, where huggingface_hub leaves something to be done. Stdlib only."""

import fcntl
import os
from pathlib import Path


def existing_parent(folder: Path) -> Path:
    """Return the folder or the nearest parent that exists: the disk it would be made on."""
    return next(place for place in (folder, *folder.parents) if place.exists())


def remove_broken_downloads(cache: Path, name: str) -> None:
    """Delete what killed pulls of this model left: huggingface_hub never takes them up again.

    A download that is still running in another process holds the lock of its file and is left
    alone; `<cache>/.locks/<repository>/<blob>.lock` is held with flock by huggingface_hub.

    Args:
        cache: the hub's cache.
        name: the model.
    """
    repository = f"models--{name.replace('/', '--')}"
    for broken in (cache / repository / "blobs").glob("*.incomplete"):
        blob = broken.name.split(".", maxsplit=1)[0]
        if not _is_locked(cache / ".locks" / repository / f"{blob}.lock"):
            broken.unlink(missing_ok=True)


def _is_locked(lock: Path) -> bool:
    try:
        descriptor = os.open(lock, os.O_RDWR | os.O_CLOEXEC)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False


def discard(file: Path) -> None:
    """Delete a file of a snapshot together with the blob that it links to.

    Raises:
        OSError: when it cannot be deleted.
    """
    blob = file.resolve()
    file.unlink()
    blob.unlink(missing_ok=True)
