"""The folders of a backfill as one tree: what may be one, what lies in it, whether it is there.

Reads the folders, or places in an object store, and writes nothing into them. Pictures are found as
in an inbox: hidden files, links and libraries of programs are passed over, and counted.
"""

import os
import stat
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import field, replace
from pathlib import Path

from tasted.backfill.object_store import ObjectStore, is_object_store, store_url
from tasted.errors import InboxUnavailable, ServiceFault, UsageError
from tasted.home.backfill_files import TreeRoot
from tasted.home.layout import Home
from tasted.inbox.listing import list_inbox
from tasted.inbox.packed_files import PackedFiles, Sight
from tasted.packing.entry_rows import packed_stamp
from tasted.plain_dataclass import dataclass
from tasted.records import FileStamp, InboxFile
from tasted.rpc.backfill_messages import WHOLE_TREE
from tasted.system.files import folder_identity, real_path, stamp_of


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
        stores: those of its roots that lie in an object store, likewise.
    """

    roots: Mapping[str, Path]
    identities: Mapping[str, tuple[int, int] | None] = field(compare=False)
    stores: Mapping[str, ObjectStore] = field(default_factory=dict, compare=False)

    @classmethod
    def of(cls, roots: Sequence[TreeRoot]) -> "Tree":
        """Return the tree of some folders, as they are now."""
        stored = {root.first: root.path for root in roots if is_object_store(root.path)}
        paths = {root.first: Path(root.path) for root in roots if root.first not in stored}
        return cls(
            paths,
            {first: folder_identity(path) for first, path in paths.items()},
            {first: ObjectStore(url) for first, url in stored.items()},
        )

    @property
    def places(self) -> dict[str, str]:
        """Every root as text: an absolute path, or an `s3://` place."""
        folders = {first: str(path) for first, path in self.roots.items()}
        return {**folders, **{first: store.url for first, store in self.stores.items()}}

    def is_still(self, path: str, stamp: FileStamp) -> bool:
        """Tell whether a file of the tree is still what it was; one in a store is not asked for."""
        first, _slash, rest = path.partition("/")
        if WHOLE_TREE in self.stores or first in self.stores:
            return True
        whole = self.roots.get(WHOLE_TREE)
        try:
            status = os.lstat(whole / path if whole is not None else self.roots[first] / rest)
        except OSError:
            return False
        return stamp_of(status) == stamp

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
        for first, store in self.stores.items():
            before = f"{first}/" if first else ""
            try:
                seen = store.look()
            except InboxUnavailable as error:
                raise TreeUnavailable(error.message, remedy=error.remedy) from error
            sights.update((f"{before}{file.path}", _sight_of(file, before)) for file in seen.files)
            passed_over["odd_name"] += seen.odd_names
        # a disk that went away in the middle leaves a listing of half a tree
        self.check()
        passed_over.pop("text_without_picture", None)
        passed_over = +passed_over
        return TreeListing(PackedFiles(sights), dict(passed_over), tuple(unreadable))


def roots_of(
    folders: Sequence[Path],
    home: Home,
    *,
    identity_of: Callable[[Path], tuple[int, int] | None] = folder_identity,
) -> tuple[TreeRoot, ...]:
    """Return the folders of a backfill, each with the first part of the paths in it.

    Args:
        folders: absolute, as they were named; or what `store_url` knows as a place in a store.
        home: none of them may hold it or lie in it.
        identity_of: device and inode of a folder: one folder can have several paths, by a bind
            mount or on a disk without letter case.

    Raises:
        UsageError: when one is no folder, is named twice, or overlaps the home or another one.
    """
    resolved: list[Path] = []
    stores: list[str] = []
    for folder in folders:
        url = store_url(folder)
        if url is not None:
            stores.append(_checked_store(url, stores))
            continue
        real = real_path(folder)
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
        _check_apart(folder, real, home, resolved, identity_of)
        resolved.append(real)
    places = [*map(str, resolved), *stores]
    if len(places) == 1:
        return (TreeRoot(places[0], WHOLE_TREE),)
    firsts: list[str] = []
    for place in places:
        firsts.append(_free_name(place.rpartition("/")[2] or "root", firsts))
    return tuple(TreeRoot(place, first) for place, first in zip(places, firsts, strict=True))


def _checked_store(url: str, others: Collection[str]) -> str:
    place = ObjectStore(url).url
    for other in others:
        if f"{place}/".startswith(f"{other}/") or f"{other}/".startswith(f"{place}/"):
            raise UsageError(f"{place} and {other} overlap.", remedy="Name the outer one alone.")
    return place


def _check_apart(
    folder: Path,
    real: Path,
    home: Home,
    others: Collection[Path],
    identity_of: Callable[[Path], tuple[int, int] | None],
) -> None:
    for own in (home.root, real_path(home.inbox), real_path(home.outbox)):
        if _overlap(own, real, identity_of):
            raise UsageError(
                f"{folder} and the tasted folder {home.root} overlap.",
                remedy="Pictures in the inbox are scored by: tasted run. For a backfill, name "
                "folders elsewhere.",
            )
    for other in others:
        if _overlap(other, real, identity_of):
            raise UsageError(f"{real} and {other} overlap.", remedy="Name the outer folder alone.")


def _overlap(one: Path, other: Path, identity_of: Callable[[Path], tuple[int, int] | None]) -> bool:
    """Tell whether a folder is another one, or lies in it, whatever their paths say."""
    if one == other or one in other.parents or other in one.parents:
        return True
    first, second = identity_of(one), identity_of(other)
    return (first is not None and first in map(identity_of, other.parents)) or (
        second is not None and second in map(identity_of, (one, *one.parents))
    )


def _free_name(name: str, taken: Collection[str]) -> str:
    """Return a name for a folder that no other one has, in any letter case."""
    folded = {other.casefold() for other in taken}
    number, free = 1, name
    while free.casefold() in folded:
        number += 1
        free = f"{name}-{number}"
    return free


def _sight_of(file: InboxFile, before: str) -> Sight:
    stamp, text = file.stamp, file.companion
    packed = packed_stamp(
        stamp.size_bytes, stamp.modified_ns, stamp.inode, stamp.changed_ns or stamp.modified_ns
    )
    return packed if text is None else _with_text_below((packed, text), before)


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
