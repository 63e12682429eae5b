"""What a run of a backfill begins with: its name, its folders, and the taste that scores them.

Reads the home, and writes the folder of the backfill in `.tasted/backfills`.
"""

import os
import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from tasted.backfill.shipped_taste import ShippedTaste, ship_taste
from tasted.backfill.tree import roots_of
from tasted.config import Settings
from tasted.errors import NotFound, ServiceFault, UsageError
from tasted.home.backfill_files import (
    BackfillPlace,
    BackfillState,
    TreeRoot,
    backfill_places,
    is_backfill_name,
)
from tasted.home.layout import Home
from tasted.home.status import read_current
from tasted.rpc.engine_start import COMMAND
from tasted.system.faultpoints import reach
from tasted.system.files import private_folder, real_path, remove_whole

_NAME_LENGTH = 32


def find_backfill(home: Home, folders: Sequence[Path], name: str | None) -> BackfillPlace:
    """Return the backfill that a command means: one that there is, or a new one.

    Args:
        home: whose it is.
        folders: absolute; none: that of the name goes on.
        name: None: one that has exactly these folders, else the first folder's name.

    Raises:
        UsageError: when the name is none, or another backfill has it.
        NotFound: when there is no folder, and no backfill of this name.
    """
    if name is not None and not is_backfill_name(name):
        raise UsageError(
            f"{name!r} cannot be the name of a backfill.",
            remedy="Use letters, digits, - and _.",
        )
    if not folders:
        place = BackfillPlace(home, name or "")
        if place.read() is None:
            raise _unreadable(place) if os.path.lexists(place.state_file) else _missing(place.name)
        return place
    roots = roots_of(folders, home)
    same = (known for known in backfill_places(home) if _has_roots(known, roots))
    found = next(same, None) if name is None else None
    return found or _named(BackfillPlace(home, name or _name_from(folders[0])), roots)


def _named(place: BackfillPlace, roots: tuple[TreeRoot, ...]) -> BackfillPlace:
    """Return the backfill of a name, which is new or has these very folders."""
    state = place.read()
    if state is None and os.path.lexists(place.state_file):
        raise _unreadable(place)
    if state is not None and state.roots != roots:
        known = ", ".join(root.path for root in state.roots)
        raise UsageError(
            f"{place.name} is a backfill of {known}.",
            remedy="Choose another name: tasted backfill FOLDER --name NAME",
        )
    if state is None:
        now = datetime.now(UTC).isoformat(timespec="seconds")
        place.write(BackfillState(place.name, roots, now))
    return place


def taste_of_backfill(
    place: BackfillPlace,
    settings: Settings,
    *,
    is_again: bool,
    is_for_others: bool = False,
    publish: Callable[[], None] = lambda: None,
    command: tuple[str, ...] = COMMAND,
) -> ShippedTaste:
    """Return the taste that a backfill began with, or that of now for one that begins.

    Args:
        place: of the backfill, whose lock the caller holds.
        settings: of the home.
        is_again: whether the taste of now takes the place of another one.
        is_for_others: whether other machines score by it, which need the model with it.
        publish: has the labels of this moment published, if nobody else does that.
        command: starts an engine; tests pass one of their own.

    Raises:
        UsageError: when it began on this machine alone, and other ones are to go on.
        ServiceFault: when there is no taste, or the model is not there; or a folder is a link.
        OSError: when it cannot be kept.
    """
    place.refuse_links()
    taste = ShippedTaste.read(place.taste) if not is_again else None
    if taste is not None and is_for_others and not taste.is_whole:
        raise UsageError(
            f"{place.name} began on this machine alone, without its model for other ones.",
            remedy="Go on without --ray; or score all of it by the taste of now: --again",
        )
    if taste is not None:
        return taste
    publish()
    place.home.check()
    private_folder(place.folder, below=place.home.root)
    shipped = ship_taste(
        place.home,
        settings,
        place.taste,
        logs=place.logs,
        has_model=is_for_others,
        command=command,
    )
    reach("backfill.shipped")
    return shipped


def newer_taste(home: Home, taste: ShippedTaste) -> str | None:
    """Return the version that decides in the home now; None: it is that of the backfill."""
    current = read_current(home.current_file)
    if current is None or current.taste_fingerprint == taste.facts.taste_fingerprint:
        return None
    return current.taste


def forget_backfill(home: Home, name: str, outbox: Path) -> int:
    """Remove the sidecars of a backfill and what is kept of it; return how many files those were.

    The pictures stay where they are. Whatever lies under its name goes, damaged or not.

    Args:
        home: whose it is.
        name: of it.
        outbox: where its sidecars lie.

    Raises:
        NotFound: when there is nothing of this name.
        BackfillRuns: when a process works on it.
        ServiceFault: when it cannot be removed.
    """
    place = BackfillPlace(home, name)
    if not is_backfill_name(name) or not (place.is_kept or os.path.lexists(outbox)):
        raise _missing(name)
    home.check()
    try:
        if place.has_foreign_lock:
            remove_whole(place.lock_file)
        with place.held():
            # the target of a link is not the home's own
            is_own = outbox.is_dir() and not outbox.is_symlink()
            count = sum(1 for file in outbox.rglob("*.json")) if is_own else 0
            # the state and the lock last, so that a second run finds what a first one left
            for kept in (outbox, place.folder, place.state_file, place.lock_file):
                remove_whole(kept)
    except OSError as error:
        raise ServiceFault(
            f"Cannot remove {error.filename}: {error.strerror}.",
            remedy="Check its permissions, and run the same command again.",
        ) from error
    return count


def _has_roots(place: BackfillPlace, roots: object) -> bool:
    state = place.read()
    return state is not None and state.roots == roots


def _name_from(folder: Path) -> str:
    """Return a name that says which folder it is."""
    plain = re.sub(r"[^A-Za-z0-9_]+", "-", real_path(folder).name).strip("-")
    return plain[:_NAME_LENGTH].strip("-") or "tree"


def _unreadable(place: BackfillPlace) -> UsageError:
    return UsageError(
        f"{place.state_file} cannot be read.",
        remedy=f"Remove it with its results, and begin again: tasted backfill --forget "
        f"{place.name}",
    )


def _missing(name: str) -> NotFound:
    return NotFound(f"There is no backfill {name!r}.", remedy="List them: tasted backfill")
