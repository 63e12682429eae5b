"""Finder's quick actions on this Mac: writes the bundles, finds them again, removes them.

Touches `~/Library/Services`. A bundle of the same name that is not ours is never changed.
"""

import contextlib
from collections.abc import Mapping
from pathlib import Path

from tasted.errors import ServiceRefused
from tasted.plain_dataclass import dataclass
from tasted.service.definitions.definition import user_home
from tasted.service.definitions.workflow import (
    DOCUMENT,
    INFO,
    QUICK_ACTIONS,
    QuickAction,
    files_of,
    home_in,
    identifier_in,
)
from tasted.system.files import read_regular_file, remove_if_empty, write_atomically

_BYTES_MAX = 1_000_000
_PUBLIC = 0o644


@dataclass(frozen=True, slots=True)
class InstalledAction:
    """A bundle of ours.

    Attributes:
        action: what it is.
        folder: the bundle.
        home: whose it is; None where that cannot be read.
    """

    action: QuickAction
    folder: Path
    home: Path | None

    @property
    def files(self) -> list[Path]:
        """The files of the bundle that are ours."""
        return [self.folder / INFO, self.folder / DOCUMENT]

    def remove(self) -> None:
        """Remove it, the information first: without it there is no menu entry.

        Raises:
            OSError: when a file cannot be removed.
        """
        for file in self.files:
            file.unlink(missing_ok=True)
        # Automator adds pictures of its own; with those in it the folder stays
        if remove_if_empty(self.folder / INFO.partition("/")[0]):
            remove_if_empty(self.folder)


def services_folder(environment: Mapping[str, str]) -> Path:
    """Return where the workflows of a user are."""
    return user_home(environment) / "Library" / "Services"


def installed_actions(environment: Mapping[str, str]) -> list[InstalledAction]:
    """Return the bundles that are ours."""
    found = []
    for action in QUICK_ACTIONS:
        folder = services_folder(environment) / action.bundle
        if identifier_in(_read(folder / INFO)) == action.identifier:
            found.append(InstalledAction(action, folder, home_in(_read(folder / DOCUMENT))))
    return found


def install_actions(environment: Mapping[str, str], *, interpreter: Path, home: Path) -> list[Path]:
    """Write the bundles, over older ones of ours, and return their folders.

    Raises:
        ServiceRefused: when another bundle has such a name, or a path cannot be written into it.
            Nothing is changed then.
        OSError: when a file cannot be written; a second run completes it.
    """
    ours = {installed.folder for installed in installed_actions(environment)}
    plans: dict[Path, Mapping[str, bytes]] = {}
    for action in QUICK_ACTIONS:
        folder = services_folder(environment) / action.bundle
        if folder not in ours and (folder / INFO).exists():
            raise ServiceRefused(
                f"{folder} is not from tasted, and stays as it is.",
                remedy="Rename it in Finder, then run this again.",
            )
        try:
            plans[folder] = files_of(action, interpreter, home)
        except ValueError as error:
            raise ServiceRefused(
                f"A quick action cannot hold this path: {error}.",
                remedy="Use a tasted folder without control characters in its name.",
            ) from error
    for folder, files in plans.items():
        for place, data in files.items():
            file = folder / place
            file.parent.mkdir(parents=True, exist_ok=True)
            write_atomically(file, data, mode=_PUBLIC)
    return list(plans)


def _read(file: Path) -> bytes:
    with contextlib.suppress(OSError):
        data, _stamp = read_regular_file(file, max_bytes=_BYTES_MAX)
        return data
    return b""
