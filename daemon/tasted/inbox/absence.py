"""Which files are gone, as far as looks at the inbox can prove. Pure.

Two things must agree. The file is missing from two healthy looks, some seconds apart and none
between that saw it. And the folders on its path are those that held it: where a disk is not
connected, an empty folder is in its place, which proves nothing. A folder is recognised by its
device and inode, or by a file in it that is still what its sidecar says.
"""

import hashlib
import os
from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import lru_cache

from tasted.inbox.profiles import folder_of
from tasted.records import FolderIdentity, InboxFile, LedgerEntry

_DIGEST_LENGTH = 16


class Absences:
    """Files that looks have missed, until they are gone or seen again.

    Args:
        patience_seconds: the least time between two looks that agree on an absence.
    """

    def __init__(self, *, patience_seconds: float) -> None:
        self._patience_seconds = patience_seconds
        self._missed: dict[str, float] = {}
        self._is_healthy = True

    def look(self, missing: Collection[str], *, healthy: bool, now: float) -> list[str]:
        """Take in what one look missed, and return what is gone.

        Args:
            missing: paths that should be there, and that the look did not see.
            healthy: whether the look saw everything; without that it decides nothing.
            now: monotonic seconds.
        """
        self._is_healthy = healthy
        if not healthy:
            # what it did not see may be there; what it saw is
            self._missed = {path: at for path, at in self._missed.items() if path in missing}
            return []
        self._missed = {path: self._missed.get(path, now) for path in missing}
        return [path for path, at in self._missed.items() if now - at >= self._patience_seconds]

    @property
    def missed(self) -> Collection[str]:
        """What the last look missed, and another one has to decide about."""
        return self._missed.keys()

    @property
    def doubtful(self) -> bool:
        """Whether the last look missed something, so that another one has to decide.

        Not after an unhealthy look: the next may be just as bad.
        """
        return self._is_healthy and bool(self._missed)


class KnownFolders:
    """The folders of the inbox that held pictures, by what tells them from others.

    Args:
        known: identities by the digest of the folder's path; names of folders are names of people.
    """

    def __init__(self, known: Mapping[str, FolderIdentity]) -> None:
        self._known = dict(known)
        self._found: Mapping[str, FolderIdentity] = {}
        self._witnessed: frozenset[str] = frozenset()

    @property
    def known(self) -> Mapping[str, FolderIdentity]:
        """The identities by digest."""
        return self._known

    def look(
        self,
        folders: Mapping[str, FolderIdentity],
        files: Mapping[str, InboxFile],
        ledger: Mapping[str, LedgerEntry],
    ) -> bool:
        """Take in one look, and tell whether more is known after it.

        Args:
            folders: that were entered, by path with the slash; the inbox by "".
            files: that were seen.
            ledger: what the sidecars prove.
        """
        witnessed: set[str] = set()
        for path in files:
            folder = folder_of(path)
            entry = ledger.get(path) if folder not in witnessed else None
            if entry is not None and entry.stamp.is_of(files[path].stamp):
                witnessed.update(way_to(folder))
        if not ledger:
            # nothing can be missing from it
            witnessed.add("")
        self._found, self._witnessed = folders, frozenset(witnessed)
        seen = {_digest(folder): folders[folder] for folder in witnessed if folder in folders}
        known = self._known
        self.keep_only_above(ledger)
        self._known |= seen
        return known != self._known

    def keep_only_above(self, paths: Iterable[str]) -> None:
        """Forget the folders that no file with a sidecar lies in or below.

        Args:
            paths: of the files that have a sidecar.
        """
        above = {way for folder in set(map(folder_of, paths)) for way in way_to(folder)}
        needed = set(map(_digest, above))
        self._known = {digest: found for digest, found in self._known.items() if digest in needed}

    def prove_absence(self, path: str) -> bool:
        """Tell whether the folders on the way to a path are those that held it.

        Args:
            path: of a file, or of a folder with its slash, that the last look did not see.
        """
        for folder in way_to(folder_of(path.removesuffix("/"))):
            found = self._found.get(folder)
            if found is None:
                # it went from the folder before it, which is the same; the inbox itself was seen
                return folder != ""
            known = self._known.get(_digest(folder))
            # a home of before this was kept knows none but by its witnesses
            is_same = known == found if known is not None else folder != ""
            if not is_same and folder not in self._witnessed:
                return False
        return True


def way_to(folder: str) -> Iterator[str]:
    """Yield the inbox, as "", and each folder below it down to this one, with their slashes."""
    yield ""
    at = folder.find("/")
    while at >= 0:
        yield folder[: at + 1]
        at = folder.find("/", at + 1)


@lru_cache(maxsize=4096)
def _digest(folder: str) -> str:
    return hashlib.sha256(b"folder\0" + os.fsencode(folder)).hexdigest()[:_DIGEST_LENGTH]
