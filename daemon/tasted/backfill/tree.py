"""The folders of a backfill as one tree: what may be one, what lies in it, whether it is there.

Reads the folders, and writes nothing into them. Pictures are found as in an inbox: hidden files,
links and libraries of programs are passed over, and counted.
"""

import os
import stat
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from tasted.errors import InboxUnavailable, ServiceFault, UsageError
from tasted.home.backfill_files import TreeRoot
from tasted.home.layout import Home
from tasted.inbox.listing import list_inbox
from tasted.inbox.packed_files import PackedFiles, Sight
from tasted.rpc.backfill_messages import WHOLE_TREE
from tasted.system.files import folder_identity


class TreeUnavailable(ServiceFault):
    """A folder of a backfill is not there any more: its disk went away, or it was moved."""

    code = "tree_unavailable"


@dataclass(frozen=True, slots=True)
class TreeListing:
    """What one look at all folders saw."""

    files: PackedFiles
    """By path relative to the tree."""
    passed_over: Mapping[str, int]
    """How many entries were passed over, by the reason."""
    unreadable: tuple[str, ...] = ()
    """Folders that could not be listed, relative to the tree."""

    def may_be_hidden(self, path: str) -> bool:
        """Tell whether a path that is not in it may be there, in a folder that was not seen."""
        return any(path.startswith(f"{folder}/") for folder in self.unreadable)


@dataclass(frozen=True, slots=True)
class Tree:
    """Folders that are scored in place.

    Args:
        roots: absolute paths by the first part of the paths in them.
        identities: device and inode of each, from when the run began.
    """

    roots: Mapping[str, Path]
    identities: Mapping[str, tuple[int, int] | None] = field(compare=False)

    @classmethod
    def of(cls, roots: Sequence[TreeRoot]) -> "Tree":
        """Return the tree of some folders, as they are now."""
        paths = {root.first: Path(root.path) for root in roots}
        return cls(paths, {first: folder_identity(path) for first, path in paths.items()})

    def file(self, path: str) -> Path:
        """Return where a path of the tree lies."""
        if WHOLE_TREE in self.roots:
            return self.roots[WHOLE_TREE] / path
        first, _slash, rest = path.partition("/")
        return self.roots[first] / rest

    def check(self) -> None:
        """Refuse to believe that something is gone where the whole folder is.

        Raises:
            TreeUnavailable: when a folder is not the one that it was, or cannot be listed.
        """
        for first, root in self.roots.items():
            before = self.identities[first]
            if before is None or folder_identity(root) != before:
                raise _unavailable(root, "it is gone, or another folder is in its place")
            try:
                with os.scandir(root) as entries:
                    next(entries, None)
            except OSError as error:
                raise _unavailable(root, error.strerror or str(error)) from error

    def list(self) -> TreeListing:
        """Look at all folders.

        Raises:
            TreeUnavailable: when one of them is not there.
        """
        self.check()
        sights: dict[str, Sight] = {}
        passed_over: Counter[str] = Counter()
        unreadable: list[str] = []
        for first, root in self.roots.items():
            before = f"{first}/" if first else ""
            try:
                listing = list_inbox(root)
            except InboxUnavailable as error:
                raise _unavailable(root, str(error.__cause__)) from error
            for path, sight in listing.files.sights.items():
                sights[f"{before}{path}"] = _with_text_below(sight, before)
            passed_over.update(listing.ignored)
            unreadable += [f"{before}{folder}" for folder in listing.unreadable]
        # a disk that went away in the middle leaves a listing of half a tree
        self.check()
        passed_over.pop("text_without_picture", None)
        return TreeListing(PackedFiles(sights), dict(passed_over), tuple(unreadable))


def roots_of(folders: Sequence[Path], home: Home) -> tuple[TreeRoot, ...]:
    """Return the folders of a backfill, each with the first part of the paths in it.

    Args:
        folders: absolute, as they were named.
        home: none of them may hold it or lie in it.

    Raises:
        UsageError: when one is no folder, is named twice, or overlaps the home or another one.
    """
    resolved: list[Path] = []
    for folder in folders:
        real = folder.resolve()
        try:
            is_folder = stat.S_ISDIR(real.stat().st_mode)
        except OSError as error:
            raise UsageError(
                f"{folder} cannot be read: {error.strerror}.",
                remedy="Name folders with pictures; connect their disk if they are on one.",
            ) from error
        if not is_folder:
            raise UsageError(
                f"{folder} is not a folder.", remedy="To score one picture: tasted score FILE"
            )
        _check_apart(folder, real, home, resolved)
        resolved.append(real)
    if len(resolved) == 1:
        return (TreeRoot(str(resolved[0]), WHOLE_TREE),)
    firsts: list[str] = []
    for path in resolved:
        firsts.append(_free_name(path.name or "root", firsts))
    return tuple(TreeRoot(str(path), first) for path, first in zip(resolved, firsts, strict=True))


def _check_apart(folder: Path, real: Path, home: Home, others: Collection[Path]) -> None:
    for own in (home.root, home.inbox.resolve(), home.outbox.resolve()):
        if own == real or own in real.parents or real in own.parents:
            raise UsageError(
                f"{folder} and the tasted folder {home.root} overlap.",
                remedy="Pictures in the inbox are scored by: tasted run. For a backfill, name "
                "folders elsewhere.",
            )
    for other in others:
        if other == real or other in real.parents or real in other.parents:
            raise UsageError(f"{real} and {other} overlap.", remedy="Name the outer folder alone.")


def _free_name(name: str, taken: Collection[str]) -> str:
    """Return a name for a folder that no other one has, in any letter case."""
    folded = {other.casefold() for other in taken}
    number, free = 1, name
    while free.casefold() in folded:
        number += 1
        free = f"{name}-{number}"
    return free


def _with_text_below(sight: Sight, before: str) -> Sight:
    if isinstance(sight, bytes) or not before:
        return sight
    stamp, companion = sight
    return stamp, replace(companion, path=f"{before}{companion.path}")


def _unavailable(root: Path, why: str) -> TreeUnavailable:
    return TreeUnavailable(
        f"The folder {root} cannot be read any more: {why}.",
        remedy="Connect its disk, and run the same command again",
    )
