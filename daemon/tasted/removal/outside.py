"""What lies outside the home: login item, place of screenshots, shell completion, lock files.

Asks launchd or systemd, and `defaults`.
"""

import contextlib
import fcntl
import os
from collections.abc import Iterable
from pathlib import Path

from tasted.files import remove_if_empty
from tasted.folder_locks import CACHE, LOCKS_NAME
from tasted.home import Home
from tasted.removal.trace import Reach, Trace, size_of
from tasted.service.capture import Capture
from tasted.service.definition import home_in
from tasted.service.keeper import Keeper
from tasted.service.report import remove_leavings


def login_item(keeper: Keeper, home: Home | None) -> Trace | None:
    """Find the login item, if it is this home's, or that of a home that is gone.

    Args:
        keeper: of this system.
        home: None when there is none any more.
    """
    served = home_in(keeper.installed() or ())
    is_ours = served is not None and (home is None or served == home.root or not served.exists())
    if served is None or not is_ours:
        return None

    def remove() -> None:
        keeper.uninstall()
        if served.exists():
            remove_leavings(served)

    return Trace(
        "login item",
        f"starts tasted at login, kept by {keeper.name}",
        keeper.file,
        size_of([keeper.file]),
        Reach.SYSTEM,
        remove,
    )


def capture_place(home: Home, capture: Capture) -> Trace | None:
    """Find whether macOS saves its screenshots in the inbox because of `init --capture-here`."""
    if not home.capture_file.exists():
        return None
    return Trace(
        "capture",
        "screenshots of this Mac are saved in the inbox; they go where they went before",
        home.capture_file,
        size_of([home.capture_file]),
        Reach.SYSTEM,
        lambda: _restore(capture),
        "where they went before is known only as long as `state` is there",
    )


def _restore(capture: Capture) -> None:
    # none: somebody chose another place since, which stays
    capture.restore()


def completion(files: Iterable[Path], mark: str) -> list[Trace]:
    """Find the scripts of shell completion that tasted wrote.

    Args:
        files: where they may lie.
        mark: stands in every script that is ours.
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
    """Find the small files that keep two homes from working with one folder."""
    folder = user_home / CACHE / LOCKS_NAME
    files = [file for file in folder.glob("*") if file.is_file()] if folder.is_dir() else []
    if not files:
        return None
    return Trace(
        "lock files",
        "keep two homes from working with one folder",
        folder,
        size_of(files),
        Reach.SYSTEM,
        lambda: remove_free_locks(user_home),
        "those of a daemon that runs stay",
    )


def remove_free_locks(user_home: Path) -> None:
    """Remove the lock files that no process holds; another home may be at work.

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
