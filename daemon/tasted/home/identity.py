"""Distinguishes a home from another one at the same path, by device and inode. Uses stat."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any, Self

from tasted.errors import HomeGone, HomeInvalid
from tasted.plain_dataclass import dataclass
from tasted.system.files import folder_identity

_COMES_BACK = (
    "Move or mount it back, and tasted continues. If it stays where it is now, stop tasted and "
    "start it there."
)
LINK_REMEDY = "Put the folder back. If you want the link, restart tasted."


@dataclass(frozen=True, slots=True)
class HomeIdentity:
    """Of a home that a process has taken."""

    root: tuple[int, int]
    """Device and inode of the home's folder."""
    state: tuple[int, int]
    """Those of `.tasted`."""
    linked: tuple[str, ...]
    """Which of `inbox` and `outbox` were links when the home was taken."""

    @classmethod
    def of(cls, root: Path, state: Path, folders: Iterable[Path]) -> Self:
        """Return the identity of a home.

        Args:
            root: its folder.
            state: its `.tasted`.
            folders: which may be links, and may not become links.

        Raises:
            HomeInvalid: when it is not there.
        """
        found, found_state = folder_identity(root), folder_identity(state)
        if found is None or found_state is None:
            raise HomeInvalid(
                f"The tasted folder {root} was just moved or unmounted.",
                remedy="Move or mount it back, and try again.",
            )
        return cls(
            found, found_state, tuple(folder.name for folder in folders if folder.is_symlink())
        )

    @classmethod
    def from_json(cls, value: Any) -> Self | None:
        """Return the identity that another process sent as JSON; None when it sent none."""
        if value is None:
            return None
        root, state, linked = value
        return cls(tuple(root), tuple(state), tuple(linked))

    def differs(self, root: Path, state: Path) -> bool:
        """Return whether something else, or nothing, is at these paths now."""
        return (folder_identity(root), folder_identity(state)) != (self.root, self.state)

    def check(self, root: Path, state: Path) -> None:
        """Refuse to work where the home was.

        Raises:
            HomeGone: when something else, or nothing, is at its place, or the system does not
                say; names which.
        """
        if not self.differs(root, state):
            return
        for folder in (root, state):
            refusal = _refusal(folder)
            if refusal is not None:
                raise HomeGone(
                    f"Cannot access the tasted folder {root}: {refusal}.",
                    remedy="Connect its disk or give your user access to it, and tasted continues.",
                )
        found = folder_identity(root)
        if found is None:
            what = f"The tasted folder {root} is gone: it was moved or unmounted."
        elif found != self.root:
            what = (
                f"The tasted folder {root} was moved or unmounted: another folder is in its place."
            )
        else:
            what = f"The folder {state} was removed or replaced while tasted was running."
        raise HomeGone(what, remedy=_COMES_BACK)

    def became_link(self, folder: Path) -> bool:
        """Return whether one of the folders is a link now, and was not before."""
        return folder.name not in self.linked and folder.is_symlink()


def _refusal(folder: Path) -> str | None:
    """Return why the system does not say what is at a path; None when it does."""
    try:
        folder.stat()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        return error.strerror or str(error)
    return None
