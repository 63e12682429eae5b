"""The only writer of the outbox: whole sidecars, at the one place that belongs to their path.

Touches the outbox, and looks at the inbox to see whether another path's file still exists.
"""

import errno
import threading
from collections.abc import Callable
from datetime import datetime
from pathlib import Path, PurePosixPath

import structlog

from tasted.errors import DiskFull, OutboxUnwritable, ServiceFault
from tasted.outbox.ledger import Ledger
from tasted.outbox.places import backfill_name, flat_place, places, sidecar_places
from tasted.outbox.sidecar import Sidecar
from tasted.outbox.sidecar_files import read_sidecar
from tasted.system.files import private_folder, remove_if_empty, write_atomically
from tasted.system.machine_faults import shortage_of
from tasted.system.sweeping import sweep_temporary

# faults of one place, not of the outbox
_IN_THE_WAY = frozenset(
    {errno.EEXIST, errno.ENOTDIR, errno.EISDIR, errno.ELOOP, errno.ENAMETOOLONG}
)


log = structlog.get_logger("tasted.outbox")


class Writer:
    """Writes sidecars and keeps the ledger in step.

    Args:
        outbox: the folder.
        ledger: of it.
        check: refuses, before something is written, an outbox that is not the one it was.
        then: what happens once a fault of the disk is over, as the end of a remedy.
    """

    def __init__(
        self,
        outbox: Path,
        ledger: Ledger,
        *,
        check: Callable[[], None] = lambda: None,
        then: str = "scoring goes on by itself",
    ) -> None:
        self._outbox = outbox
        self._ledger = ledger
        self._check = check
        self._then = then
        # held across the disk, and by nobody but those who change the outbox
        self._writing = threading.RLock()

    def write(self, sidecar: Sidecar, *, durable: bool = True) -> PurePosixPath:
        """Write a sidecar in place of the one that its path had, whole or not at all.

        Args:
            sidecar: the document; its `source.path` decides the place.
            durable: False for what can be made again from the cache.

        Returns:
            The place, relative to the outbox.

        Raises:
            OutboxUnwritable: when the outbox is gone or may not be written.
            DiskFull: when there is no space left.
        """
        entry, data = sidecar.ledger_entry(), sidecar.to_json()
        with self._writing:
            self._check()
            try:
                if not self._outbox.is_dir():
                    raise FileNotFoundError(errno.ENOENT, "No such folder", str(self._outbox))
                place = self._write_somewhere(entry.path, data, durable=durable)
                self._ledger.wrote(place, entry)
            except OSError as error:
                raise _fault(self._outbox, error, self._then) from error
        return place

    def edit(self, path: str, change: Callable[[Sidecar], Sidecar | None]) -> None:
        """Write the sidecar of a path with a change, unless it is gone or `change` returns None.

        Raises:
            ServiceFault: as `write` does.
        """
        with self._writing:
            # another thread may have removed it since it was read: it must not come back
            there = self._ledger.sidecar_of(path)
            changed = change(there) if there is not None else None
            if changed is not None:
                self.write(changed)

    def _write_somewhere(self, path: str, data: bytes, *, durable: bool) -> PurePosixPath:
        """Write at the path's own place, or at the top when something is in the way there."""
        try:
            place = self._place_for(path)
            self._write_at(place, data, durable=durable)
        except OSError as error:
            if error.errno not in _IN_THE_WAY:
                raise
            place = flat_place(path)
            self._write_at(place, data, durable=durable)
        return place

    def _write_at(self, place: PurePosixPath, data: bytes, *, durable: bool) -> None:
        for folder in place.parents:
            if folder.name and (self._outbox / folder).is_symlink():
                # the ledger follows no link, so what is written behind one would be lost to it
                raise OSError(errno.ELOOP, "The folder is a link", str(self._outbox / folder))
        try:
            private_folder((self._outbox / place).parent, below=self._outbox)
            write_atomically(self._outbox / place, data, durable=durable)
        except FileNotFoundError:
            if not self._outbox.is_dir():
                raise
            # another thread may have removed the folder with its last sidecar in between
            private_folder((self._outbox / place).parent, below=self._outbox)
            write_atomically(self._outbox / place, data, durable=durable)

    def _place_for(self, path: str) -> PurePosixPath:
        own = self._ledger.place_of(path)
        if own is not None:
            return own
        plain, distinguished = sidecar_places(path)
        return distinguished if self._is_taken(plain, path) else plain

    def _is_taken(self, place: PurePosixPath, path: str) -> bool:
        owner = self._ledger.owner_of(place)
        if owner is not None:
            return owner != path
        target = self._outbox / place
        if target.is_dir():
            return True
        if not target.exists():
            return False
        # on a file system that folds case or Unicode form the ledger knows it by another spelling
        return any(
            other.name != target.name and other.samefile(target)
            for other in target.parent.iterdir()
        )

    def read(self, place: PurePosixPath) -> Sidecar | None:
        """Return the valid sidecar at a place of the outbox; None for anything else."""
        return read_sidecar(self._outbox, str(place))

    def mark(self, path: str, gone_since: datetime | None) -> None:
        """Note in the sidecar of a path, if it has one, that its file is gone, or there again.

        Args:
            path: the file that the sidecar belongs to, or a folder with its slash.
            gone_since: aware; None when the file is there.

        Raises:
            OutboxUnwritable, DiskFull: as `write` does.
        """
        with self._writing:
            sidecar = self._ledger.sidecar_of(path)
            if sidecar is not None:
                # it can be found out again, so no disk is waited for
                self.write(sidecar.marked(gone_since), durable=False)
                log.debug("marked", path=path, gone=gone_since is not None)

    def remove(self, path: str) -> None:
        """Remove the sidecar of a path, if there is one, and folders that are empty without it.

        Raises:
            OutboxUnwritable: when it cannot be removed.
        """
        with self._writing:
            place = self._ledger.place_of(path)
            if place is None:
                return
            self._unlink(place)
            self._ledger.removed(path)
            self._remove_empty_above(place)
        log.debug("removed", path=path)

    def _unlink(self, place: PurePosixPath) -> bool:
        self._check()
        try:
            (self._outbox / place).unlink()
        except FileNotFoundError:
            return False
        except OSError as error:
            raise _fault(self._outbox, error, self._then) from error
        return True

    def remove_every(self, path: str) -> int:
        """Remove the sidecar of a path, doubles of it, and what is invalid where it may lie.

        Returns:
            How many files those were; folders that are empty afterwards go too.

        Raises:
            OutboxUnwritable: when one cannot be removed.
        """
        with self._writing:
            ledger = self._ledger
            meant = {
                place
                for place in places(path)
                if ledger.owner_of(place) == path or ledger.is_invalid(place)
            }
            # not logged: who asks for this wants the path named nowhere
            removed = sum(self._unlink(place) for place in meant)
            self._ledger.removed(path, also=meant)
            for place in meant:
                self._remove_empty_above(place)
        return removed

    def _remove_empty_above(self, place: PurePosixPath) -> None:
        # they bear the names of folders of the inbox, and often of people
        for folder in list(place.parents)[:-1]:
            if not remove_if_empty(self._outbox / folder):
                break

    def sweep(self) -> int:
        """Remove the temporary files of an interrupted run, and return how many there were.

        Only the owner of the home calls this, so no temporary file is anybody's work in progress,
        but for those of backfills.
        """
        self._check()
        return sweep_temporary(
            self._outbox,
            older_than_seconds=0,
            passes_over=lambda name: backfill_name(name) is not None,
        )


def _fault(outbox: Path, error: OSError, then: str) -> ServiceFault:
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return DiskFull(
            f"No space is left for the outbox {outbox}.",
            remedy=f"Free some space; {then}.",
        )
    return shortage_of(error) or OutboxUnwritable(
        f"The outbox {outbox} cannot be written: {error.strerror}.",
        remedy=f"Check that the folder exists and belongs to you; {then}.",
    )
