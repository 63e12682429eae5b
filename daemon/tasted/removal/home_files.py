"""What is in the home: results, internal state, settings, and the user's pictures.

Removes what tasted wrote; leaves everything else, and the folders that hold it.
"""

import os
import stat
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from tasted.home.layout import Home
from tasted.inbox.first_bytes import begins_like_a_picture
from tasted.inbox.naming import NOTICE_NAME, NameKind, is_walked_folder, kind_of_name
from tasted.outbox.ledger import Ledger
from tasted.outbox.places import backfill_name
from tasted.removal.trace import Reach, Trace, size_of
from tasted.system.files import folder_bytes, is_temporary, remove_if_empty, remove_whole

_PICTURES = frozenset({NameKind.PICTURE, NameKind.COMPANION})
# a home that is a checkout of the program: its settings and notices belong to the checkout
_CHECKOUT = "pyproject.toml"
_TOKENS = "its `.env` may hold tokens that you need elsewhere"


def results(home: Home, notices: Mapping[Path, bytes]) -> Trace | None:
    """Find the sidecars, the page, and the remains of interrupted writes.

    Args:
        home: whose outbox it is.
        notices: files that belong to the settings.

    Raises:
        OutboxUnwritable: when the outbox cannot be listed.
    """
    if not home.outbox.is_dir():
        return None
    files = _results(home)
    others = len(set(_files(home.outbox, besides=is_of_backfill)) - set(files) - notices.keys())
    folders = _folders(home.outbox, besides=is_of_backfill)
    if not files and not any(_holds_no_file(folder) for folder in folders):
        return None

    def remove() -> None:
        _remove(files, home.outbox)
        # they are named after folders of the inbox, and often after people
        for folder in folders:
            remove_if_empty(folder)

    return Trace(
        "results",
        f"{_counted(files, 'file')} in the outbox, with the texts of your screenshots"
        if files
        else "empty folders in the outbox, named like those in the inbox",
        home.outbox,
        size_of(files),
        Reach.DATA,
        remove,
        f"other files there stay: {others}" if others else "",
        needs_home=True,
    )


def is_of_backfill(name: str) -> bool:
    """Tell whether a folder at the top of the outbox is that of a backfill."""
    return backfill_name(name) is not None


def _folders(root: Path, *, besides: Callable[[str], bool]) -> list[Path]:
    """Return the folders below a folder, the innermost first; links are skipped."""
    found = [Path(parent) for parent, _folders, _names in os.walk(root, topdown=False)][:-1]
    return [folder for folder in found if not besides(folder.relative_to(root).parts[0])]


def _holds_no_file(folder: Path) -> bool:
    return not any(names for _parent, _folders, names in os.walk(folder))


def _results(home: Home) -> list[Path]:
    ledger = Ledger.of(home)
    ledger.refresh()
    places = (ledger.place_of(path) for path in ledger.entries)
    files = [home.outbox / place for place in places if place is not None]
    others = _files(home.outbox, besides=is_of_backfill)
    files += [file for file in others if is_temporary(file.name)]
    return files + [file for file in (home.page_file,) if file.is_file()]


def backfills(home: Home) -> Trace | None:
    """Find the results of backfills; their pictures are in folders of their own, and stay."""
    if not home.outbox.is_dir():
        return None
    folders = [
        folder
        for folder in sorted(home.outbox.iterdir())
        if is_of_backfill(folder.name) and folder.is_dir()
    ]
    if not folders:
        return None

    def remove() -> None:
        for folder in folders:
            remove_whole(folder)

    names = ", ".join(folder.name for folder in folders)
    return Trace(
        "backfills",
        f"the results of backfills: {names}",
        home.outbox,
        sum(folder_bytes(folder) for folder in folders),
        Reach.DATA,
        remove,
        "the pictures themselves stay where they are",
        needs_home=True,
    )


def state(home: Home) -> Trace | None:
    """Find what the program keeps for itself: library, tastes, state, logs."""
    if not home.state.is_dir():
        return None
    return Trace(
        "state",
        "library, tastes, trained models, texts and logs, which can be made again from your "
        "pictures, and the history of your answers, which cannot",
        home.state,
        folder_bytes(home.state),
        Reach.DATA,
        lambda: remove_whole(home.state),
        needs_home=True,
    )


def settings(home: Home, notices: Mapping[Path, bytes]) -> Trace | None:
    """Find the settings and the notices for people, unless the home is a checkout.

    Args:
        home: whose they are.
        notices: texts that `tasted init` wrote for people, by file; a changed one stays.
    """
    if (home.root / _CHECKOUT).exists():
        return None
    files = [file for file in (home.config_file, home.environment_file) if file.is_file()]
    files += [file for file, text in notices.items() if _is(file, text)]
    if not files:
        return None
    return Trace(
        "settings",
        "your settings, and the README files in inbox and outbox",
        home.config_file.parent,
        size_of(files),
        Reach.DATA,
        lambda: _remove_settings(files, home),
        _TOKENS if home.environment_file.exists() else "",
        needs_home=True,
    )


def _remove_settings(files: Sequence[Path], home: Home) -> None:
    for file in files:
        file.unlink(missing_ok=True)
    remove_if_empty(home.config_file.parent)


def pictures(home: Home) -> Trace | None:
    """Find the pictures of the inbox, with liked and rejected ones and the texts beside them."""
    if not home.inbox.is_dir():
        return None
    files = [file for file in _files(home.inbox) if _is_picture(file)]
    # the notice of `tasted init` does not belong to a picture
    files = [file for file in files if file != home.inbox / NOTICE_NAME]
    if not files:
        return None
    return Trace(
        "pictures",
        f"{_counted(files, 'picture or text', 'pictures and texts')} of YOURS in the inbox",
        home.inbox,
        size_of(files),
        Reach.PICTURES,
        lambda: _remove(files, home.inbox),
        "they cannot be brought back",
        needs_home=True,
    )


def _is_picture(file: Path) -> bool:
    kind = kind_of_name(file.name)
    return kind in _PICTURES or (kind is NameKind.UNKNOWN and begins_like_a_picture(file))


def _counted(files: Sequence[Path], one: str, several: str = "") -> str:
    return f"1 {one}" if len(files) == 1 else f"{len(files)} {several or one + 's'}"


def remove_empty_folders(home: Home) -> None:
    """Remove the folders of a home that are empty now."""
    for folder in (home.inbox / "liked", home.inbox / "rejected", home.inbox, home.outbox):
        remove_if_empty(folder)
    remove_if_empty(home.root)


def _remove(files: Sequence[Path], root: Path) -> None:
    for file in files:
        file.unlink(missing_ok=True)
        for parent in file.parents:
            # a folder that was empty before belongs to the user
            if parent == root or not remove_if_empty(parent):
                break


def _files(root: Path, *, besides: Callable[[str], bool] = lambda _name: False) -> Iterator[Path]:
    """Yield the regular files below a folder; links and hidden folders are skipped."""
    for parent, folders, names in os.walk(root):
        folders[:] = filter(is_walked_folder, folders)
        if Path(parent) == root:
            folders[:] = [name for name in folders if not besides(name)]
        for name in names:
            file = Path(parent, name)
            if stat.S_ISREG(file.lstat().st_mode):
                yield file


def _is(file: Path, text: bytes) -> bool:
    try:
        return not file.is_symlink() and file.read_bytes() == text
    except OSError:
        return False
