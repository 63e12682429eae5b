"""What is outside the home: login item, screenshots, menus, completion, lock files, models.

Asks launchd or systemd, and `defaults`; touches the hub's cache, which other programs share. What
was there before `tasted models pull`, and what `models add` named, is never removed.
"""

import contextlib
import fcntl
import os
from collections.abc import Iterable
from pathlib import Path

from tasted.embedding.hub.cache import downloaded_files, remove_downloads
from tasted.embedding.models.weights import list_downloads
from tasted.home.folder_locks import CACHE, LOCKS_NAME
from tasted.home.layout import Home
from tasted.removal.trace import Reach, Trace, size_of
from tasted.service.capture import Capture
from tasted.service.definitions.definition import home_in
from tasted.service.managers.service_manager import ServiceManager
from tasted.service.quick_actions import InstalledAction
from tasted.service.report import remove_service_files
from tasted.system.files import remove_if_empty

_SHARED = "other programs and other tasted folders may use it; it can be downloaded again"


def login_item(manager: ServiceManager, home: Home | None) -> Trace | None:
    """Find the login item, if it belongs to this home or to a home that is gone.

    Args:
        manager: of this system.
        home: None if there is none any more.
    """
    served = home_in(manager.installed() or ())
    is_ours = served is not None and (home is None or served == home.root or not served.exists())
    if served is None or not is_ours:
        return None

    def remove() -> None:
        manager.uninstall()
        if served.exists():
            remove_service_files(served)

    return Trace(
        "login item",
        f"starts tasted at login ({manager.name})",
        manager.file,
        size_of([manager.file]),
        Reach.SYSTEM,
        remove,
    )


def capture_place(home: Home, capture: Capture) -> Trace | None:
    """Find whether `init --capture-here` made macOS save screenshots in the inbox."""
    if not home.capture_file.exists():
        return None
    return Trace(
        "capture",
        "screenshots of this Mac are saved in the inbox; they go back to where they went before",
        home.capture_file,
        size_of([home.capture_file]),
        Reach.SYSTEM,
        lambda: _restore(capture),
        "the old folder is known only as long as `state` is there",
    )


def quick_actions(installed: Iterable[InstalledAction], home: Home | None) -> list[Trace]:
    """Find the quick actions in Finder's menu that belong to this home, or to one that is gone.

    Args:
        installed: those of ours.
        home: None if there is none any more.
    """
    return [
        Trace(
            "quick action",
            f"{found.action.title}, in Finder's menu",
            found.folder,
            size_of(found.files),
            Reach.SYSTEM,
            found.remove,
        )
        for found in installed
        if home is None or found.home in {None, home.root} or not found.home.exists()
    ]


def _restore(capture: Capture) -> None:
    # it returns None if the user has chosen another folder, which stays
    capture.restore()


def completion(files: Iterable[Path], mark: str) -> list[Trace]:
    """Find the scripts of shell completion that tasted wrote.

    Args:
        files: where they may be.
        mark: a text that every script of ours contains.
    """
    return [
        Trace("completion", "shell completion", file, size_of([file]), Reach.SYSTEM, file.unlink)
        for file in files
        if _holds(file, mark)
    ]


def _holds(file: Path, mark: str) -> bool:
    with contextlib.suppress(OSError):
        return mark in file.read_text("utf-8", "replace")
    return False


def lock_files(user_home: Path) -> Trace | None:
    """Find the small lock files that prevent two homes from using the same folder."""
    folder = user_home / CACHE / LOCKS_NAME
    files = [file for file in folder.glob("*") if file.is_file()] if folder.is_dir() else []
    if not files:
        return None
    return Trace(
        "lock files",
        "prevent two tasted folders from using the same inbox or outbox",
        folder,
        size_of(files),
        Reach.SYSTEM,
        lambda: remove_free_locks(user_home),
        "those of a running daemon stay",
    )


def remove_free_locks(user_home: Path) -> None:
    """Remove the lock files that no process holds; another home may be in use.

    Raises:
        OSError: when one cannot be removed.
    """
    folder = user_home / CACHE / LOCKS_NAME
    for file in folder.glob("*"):
        with contextlib.suppress(FileNotFoundError):
            descriptor = os.open(file, os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                file.unlink()
            except BlockingIOError:
                continue
            finally:
                os.close(descriptor)
    if remove_if_empty(folder):
        remove_if_empty(folder.parent)


def fetched_weights(home: Home) -> list[Trace]:
    """Find the models that were downloaded for this home.

    Raises:
        ModelUnusable: when models.json is damaged.
    """
    return [
        _weights_trace(folder, names, size_of(files))
        for folder, names in list_downloads(home.models_file, home.root).items()
        if (files := downloaded_files(folder, names))
    ]


def _weights_trace(folder: Path, names: tuple[str, ...], size_bytes: int) -> Trace:
    model = folder.parent.parent.name.removeprefix("models--").replace("--", "/")
    return Trace(
        "weights",
        f"the model {model}",
        folder,
        size_bytes,
        Reach.DATA,
        lambda: remove_downloads(folder, names),
        note=_SHARED,
    )
