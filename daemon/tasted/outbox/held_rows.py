"""The rows of a ledger in memory: by path, at their places, counted. Pure, and without a lock.

A row's place is kept only where it is not the plain one of its path. Whoever follows gets the paths
that changed, and need not go through all.
"""

import threading
import weakref
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from typing import NamedTuple

from tasted.outbox.ledger_index import IndexedRows
from tasted.outbox.sidecar_files import SIDECAR_ENDING
from tasted.packing.entry_rows import (
    HAS_FACTS,
    IS_GONE,
    SharedTexts,
    flags_of,
    sidecar_stamp_of,
    status_of,
)

_PROFILE_PLACE = "profile.json"


class Census(NamedTuple):
    """What decides under which word the status counts a sidecar."""

    status: str
    is_gone: bool
    is_profile: bool
    is_result: bool


class Found(NamedTuple):
    """What was read at a place; path and row are None where that is no valid sidecar."""

    stamp: bytes
    path: str | None
    row: bytes | None


class Followed:
    """The paths whose entry came, changed or went since they were last taken."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._paths: set[str] = set()

    def add(self, paths: Iterable[str]) -> None:
        """Note that the entries of these paths changed."""
        with self._guard:
            self._paths.update(paths)

    def take(self) -> set[str]:
        """Return them, and begin anew."""
        with self._guard:
            taken, self._paths = self._paths, set()
            return taken


class HeldRows:
    """The rows of one outbox."""

    def __init__(self) -> None:
        self.rows: dict[str, bytes] = {}
        self.shared = SharedTexts()
        self.odd_places: dict[str, str] = {}
        self.odd_paths: dict[str, str] = {}
        """The same by place."""
        self.invalid: dict[str, bytes] = {}
        """Stamps of what is no valid sidecar, by place."""
        self.doubles: dict[str, tuple[str, bytes]] = {}
        """Path and row of a valid sidecar, by place, where another place has that path already."""
        self.census: Counter[Census] = Counter()
        self.followers: weakref.WeakSet[Followed] = weakref.WeakSet()
        self.changes = 0
        self.unsaved = 0
        """How many changes the index does not have."""

    def begin_with(self, known: IndexedRows) -> None:
        """Hold what an index says, in place of nothing."""
        self.rows, self.shared, self.invalid = known.rows, known.shared, known.invalid
        self.odd_places = known.odd_places
        self.odd_paths = {place: path for path, place in known.odd_places.items()}
        # there are few kinds of flags, and very many rows
        kinds = Counter((flags_of(row), path[-1:] == "/") for path, row in known.rows.items())
        self.census = Counter()
        for (flags, is_profile), count in kinds.items():
            self.census[_census(flags, is_profile=is_profile)] += count
        self.changed(known.rows)
        self.unsaved = 0

    def indexed(self) -> IndexedRows:
        """Return what an index is to say; later changes do not change it."""
        return IndexedRows(dict(self.rows), self.shared, dict(self.odd_places), dict(self.invalid))

    def __len__(self) -> int:
        """Return at how many places something is held."""
        return len(self.rows) + len(self.invalid) + len(self.doubles)

    def wrote(self, place: str, path: str, row: bytes) -> None:
        """Hold what was written for a path, which may have lain at another place."""
        self.invalid.pop(place, None)
        self.doubles.pop(place, None)
        former = self.place_of(path) if path in self.rows else place
        if former != place:
            self.doubles[former] = (path, self.rows[path])
            self.odd_places.pop(path, None)
            self.odd_paths.pop(former, None)
        self.set_row(place, path, row)

    def owner_of(self, place: str) -> str | None:
        """Return the path whose valid sidecar lies at a place."""
        double = self.doubles.get(place)
        return double[0] if double is not None else self.path_at(place)

    def places(self) -> set[str]:
        """Return every place at which something is held."""
        return {*map(self.place_of, self.rows), *self.invalid, *self.doubles}

    def is_plainly_held(self, place: str, stamp: bytes) -> bool:
        """Tell at once, for nearly all of very many sidecars, that this is what is held there.

        Args:
            place: of a file.
            stamp: packed, of that file.

        Returns:
            False as well where only `stamp_at` can tell.
        """
        if self.odd_paths:
            return False
        row = self.rows.get(place[: -len(SIDECAR_ENDING)])
        # a row begins with it, see `sidecar_stamp_of`
        return row is not None and row.startswith(stamp)

    def stamp_at(self, place: str) -> bytes | None:
        """Return the stamp of the file that is held at a place."""
        path = self.path_at(place)
        row = self.rows.get(path) if path is not None else None
        if row is not None:
            return sidecar_stamp_of(row)
        double = self.doubles.get(place)
        return sidecar_stamp_of(double[1]) if double is not None else self.invalid.get(place)

    def path_at(self, place: str) -> str | None:
        """Return the path whose row was read at a place."""
        odd = self.odd_paths.get(place)
        if odd is not None:
            return odd
        path = place[: -len(SIDECAR_ENDING)]
        if path in self.rows and path not in self.odd_places:
            return path
        if place.endswith(f"/{_PROFILE_PLACE}"):
            path = place[: -len(_PROFILE_PLACE)]
            if path in self.rows and path not in self.odd_places:
                return path
        return None

    def place_of(self, path: str) -> str:
        """Return where the sidecar of a path lies, or would lie if nothing were in the way."""
        odd = self.odd_places.get(path)
        return plain_place(path) if odd is None else odd

    def take_in(
        self, found: Mapping[str, Found], gone: Collection[str], *, own: Collection[str]
    ) -> None:
        """Take in what a look saw.

        Args:
            found: what was read, by place.
            gone: places at which nothing lies any more.
            own: places that this process wrote or removed meanwhile, which is newer than that.
        """
        for place in gone:
            if place not in own:
                self.drop(place)
        for place, seen in found.items():
            if place in own:
                continue
            if seen.path is None or seen.row is None:
                if self.invalid.get(place) != seen.stamp:
                    self.drop(place)
                    self.invalid[place] = seen.stamp
                    self.changed(())
            else:
                self._keep(place, seen.path, seen.row)

    def _keep(self, place: str, path: str, row: bytes) -> None:
        if self.path_at(place) != path:
            # it was of another path, or of none
            self.drop(place)
        if path in self.rows and self.place_of(path) != place:
            self.doubles[place] = (path, row)
            self.changed((path,))
            return
        self.set_row(place, path, row)

    def set_row(self, place: str, path: str, row: bytes) -> None:
        """Hold a row that was read, or written, at a place where nothing else is held."""
        former = self.rows.get(path)
        if former == row:
            return
        if former is not None:
            self.census[_census_of(path, former)] -= 1
        self.rows[path] = row
        self.census[_census_of(path, row)] += 1
        if place != plain_place(path):
            self.odd_places[path] = place
            self.odd_paths[place] = path
        self.changed((path,))

    def drop(self, place: str) -> None:
        """Hold nothing of a place any more; a double may take what it held."""
        if self.invalid.pop(place, None) is not None or self.doubles.pop(place, None) is not None:
            self.changed(())
        path = self.path_at(place)
        if path is None:
            return
        self.census[_census_of(path, self.rows.pop(path))] -= 1
        self.odd_places.pop(path, None)
        self.odd_paths.pop(place, None)
        self.changed((path,))
        for other, (owner, row) in self.doubles.items():
            if owner == path:
                del self.doubles[other]
                self.set_row(other, path, row)
                break

    def changed(self, paths: Iterable[str]) -> None:
        """Count a change, and tell who follows."""
        self.changes += 1
        self.unsaved += 1
        for followed in self.followers:
            followed.add(paths)


def _census_of(path: str, row: bytes) -> Census:
    return _census(flags_of(row), is_profile=path.endswith("/"))


def _census(flags: int, *, is_profile: bool) -> Census:
    is_result = bool(flags & HAS_FACTS)
    return Census(status_of(flags), bool(flags & IS_GONE), is_profile, is_result)


def plain_place(path: str) -> str:
    """Return where most paths have their sidecar; `outbox.places` tells which do not."""
    return f"{path}{_PROFILE_PLACE}" if path.endswith("/") else f"{path}{SIDECAR_ENDING}"
