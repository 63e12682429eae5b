"""The hub's cache on disk, where huggingface_hub leaves something to be done. No library."""

import fcntl
import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tasted.system.files import real_path
from tasted.system.process_lock import folder_held


def existing_parent(folder: Path) -> Path:
    """Return the folder or the nearest parent that exists: the disk it would be made on."""
    return next(place for place in (folder, *folder.parents) if place.exists())


def snapshot_folder(cache: Path, name: str, revision: str) -> Path:
    """Return where a commit of a model lies in the hub's cache."""
    return cache / _repository(name) / "snapshots" / revision


def _repository(name: str) -> str:
    return f"models--{name.replace('/', '--')}"


@contextmanager
def only_pull(cache: Path) -> Iterator[None]:
    """Wait until no other process pulls into this cache, and keep others waiting.

    Two pulls of one model would see each other's files half made: huggingface_hub locks each file,
    and not the links that lead to it. The lock is the folder's own, so that no file is left.

    Args:
        cache: the hub's cache; made where it is missing.

    Raises:
        OSError: when it cannot be made or opened.
    """
    cache.mkdir(parents=True, exist_ok=True)
    with folder_held(cache):
        yield


def remove_broken_downloads(cache: Path, name: str) -> None:
    """Delete what killed pulls of this model left: huggingface_hub never takes them up again.

    A download that is still running in another process holds the lock of its file and is left
    alone; `<cache>/.locks/<repository>/<blob>.lock` is held with flock by huggingface_hub.

    Args:
        cache: the hub's cache.
        name: the model.
    """
    repository = _repository(name)
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
    blob = real_path(file)
    file.unlink()
    blob.unlink(missing_ok=True)


def downloaded_files(folder: Path, names: Iterable[str]) -> list[Path]:
    """Return those of the named files of a snapshot that are there, and are links to its blobs.

    Anything else was put there by hand, and is nobody's download.
    """
    blobs = folder.parent.parent / "blobs"
    files = (folder / name for name in names)
    return [
        file
        for file in files
        if file.is_symlink() and file.is_file() and real_path(file).parent == real_path(blobs)
    ]


def remove_downloads(folder: Path, names: Iterable[str]) -> None:
    """Remove these files of a snapshot, their blobs unless another snapshot needs them too.

    What is left of the model's folder goes when it holds neither blobs nor snapshots any more.

    Args:
        folder: of a snapshot.
        names: of files in it; those that are not there are passed over.

    Raises:
        OSError: when something cannot be removed.
    """
    repository = folder.parent.parent
    for file in downloaded_files(folder, names):
        blob = real_path(file)
        file.unlink()
        if not any(real_path(link) == blob for link in (repository / "snapshots").rglob("*")):
            blob.unlink()
    for place in (folder, folder.parent, repository / "blobs"):
        if place.is_dir() and not any(place.iterdir()):
            place.rmdir()
    if repository.is_dir() and not any(
        (repository / name).exists() for name in ("blobs", "snapshots")
    ):
        # branch names, and notes of files that the hub does not have
        shutil.rmtree(repository)
        shutil.rmtree(repository.parent / ".locks" / repository.name, ignore_errors=True)
