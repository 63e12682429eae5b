"""One look at the whole inbox: which files are there, as lstat says. Reads the disk only.

A listing is the truth that the events of the watcher only hint at. Links and special files are
never followed or opened; a file's content is opened only when its name does not say what it is.
"""

import contextlib
import heapq
import os
import stat
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import field
from pathlib import Path

from tasted.errors import InboxUnavailable, ServiceFault
from tasted.inbox.companions import companions_of, keys_of_text, texts_of_folders
from tasted.inbox.endings import is_whole
from tasted.inbox.first_bytes import FirstBytes, opened
from tasted.inbox.naming import (
    NOT_A_PROFILE_NAME,
    NOTICE_NAME,
    FolderKind,
    NameKind,
    is_loading,
    is_walked_folder,
    kind_of_folder,
    kind_of_name,
    label_of,
)
from tasted.inbox.packed_files import PackedFiles, Sight, stamp_in
from tasted.inbox.profiles import Folders, folder_of, folders_of, is_bio
from tasted.packing.entry_rows import packed_stamp, unpacked_stamp
from tasted.plain_dataclass import dataclass
from tasted.records import Companion, FileStamp, FolderIdentity, InboxFile
from tasted.system.files import stamp_of
from tasted.system.folder_entries import lasting_entries, passing_entries
from tasted.system.machine_faults import shortage_of
from tasted.system.platform import access_remedy, is_being_copied, is_dataless

_DEPTH_MAX = 16
_LONELY_NAMED = 5
_IGNORED_NAMED = 5


@dataclass(frozen=True, slots=True)
class IgnoredFile:
    """An entry of the inbox that was skipped, though the user may have meant it to count."""

    path: str
    """Relative to the inbox."""
    why: str
    """A key of `Listing.ignored`."""


@dataclass(frozen=True, slots=True)
class Listing:
    """What one look saw."""

    files: PackedFiles
    """Files that should have a sidecar, by path relative to the inbox."""
    ignored: Mapping[str, int]
    """How many entries were passed over, by the reason: `link`, `special`, `other`, ..."""
    unreadable: tuple[str, ...]
    """Subfolders that could not be listed."""
    has_label_folders: bool = True
    """Whether a folder `liked` or `rejected` is there."""
    linked_labels: tuple[str, ...] = ()
    """Names of label folders that are links, and so were not followed."""
    passed_over: frozenset[str] = frozenset()
    """Files that are there and must not be opened now: in the cloud, or still being copied."""
    texts: Mapping[str, Companion] = field(default_factory=dict)
    """Texts that belong to a folder, by the folder's path with its slash: `anna/bio.txt`."""
    lonely_texts: tuple[str, ...] = ()
    """The newest few texts that belong to no picture, the newest first."""
    ignored_newest: tuple[IgnoredFile, ...] = ()
    """The newest few entries that were passed over, the newest first, those hidden left out."""
    marked: frozenset[str] = frozenset()
    """Folders with a file that says that they are no profile, by path with the slash."""
    text_keys: frozenset[str] = field(default_factory=frozenset, compare=False)
    """By which pictures may have a text, see `companions.keys_of_picture`."""
    loading: frozenset[str] = field(default_factory=frozenset, compare=False)
    """Folders in which something is being loaded, with their slashes."""
    folders: Mapping[str, FolderIdentity] = field(default_factory=dict, compare=False)
    """Every folder that was entered, by its path with the slash; the inbox itself by ""."""

    @property
    def healthy(self) -> bool:
        """Whether the absence of a file in this listing means that it is gone."""
        return not self.unreadable


Judge = Callable[[os.stat_result], bool]


def list_inbox(
    inbox: Path,
    *,
    lies_elsewhere: Judge = is_dataless,
    is_busy: Judge = is_being_copied,
    first_bytes: FirstBytes | None = None,
    folders: Sequence[str] = ("",),
) -> Listing:
    """List every file of the inbox that should have a sidecar.

    Args:
        inbox: the folder.
        lies_elsewhere: tells from what lstat says whether a content is not on this disk.
        is_busy: tells from the same whether somebody has marked the file as unfinished.
        first_bytes: what former looks know of first bytes; it learns from this one.
        folders: where to look, `liked/`, each at the top of the inbox; by default everywhere.

    Raises:
        InboxUnavailable: when the inbox itself cannot be listed. Trouble in a subfolder is reported
            in the listing instead.
        ServiceFault: when the machine has no memory or no more open files for that.
    """
    first_bytes = first_bytes or FirstBytes()
    look = _Look(inbox, lies_elsewhere=lies_elsewhere, is_busy=is_busy, first_bytes=first_bytes)
    try:
        for folder in folders:
            look.enter(folder, depth=folder.count("/"))
    except OSError as error:
        raise unavailable(inbox, error) from error
    first_bytes.ended()
    return look.listing()


def unavailable(inbox: Path, error: OSError) -> ServiceFault:
    """Return the fault of an inbox that cannot be listed, or of a machine without open files."""
    return shortage_of(error) or InboxUnavailable(
        f"The inbox {inbox} cannot be read: {error.strerror}.",
        remedy=access_remedy(error, sys.executable)
        or "Check that the folder exists and belongs to you; scoring continues by itself.",
    )


class _Look:
    def __init__(
        self, inbox: Path, *, lies_elsewhere: Judge, is_busy: Judge, first_bytes: FirstBytes
    ) -> None:
        self._inbox = inbox
        self._first_bytes = first_bytes
        self._lies_elsewhere = lies_elsewhere
        self._is_busy = is_busy
        self._pictures: dict[str, Sight] = {}
        self._pictures_in: dict[str, list[str]] = defaultdict(list)
        """Their paths by folder."""
        self._texts: dict[str, FileStamp] = {}
        self._ignored: Counter[str] = Counter()
        self._ignored_at: list[tuple[int, str, str]] = []
        self._unfinished: dict[str, set[str]] = defaultdict(set)
        self._loading: set[str] = set()
        self._passed_over: set[str] = set()
        self._unreadable: list[str] = []
        self._folders: dict[str, FolderIdentity] = {}
        self._marked: set[str] = set()
        self._has_label_folders = False
        self._linked_labels: list[str] = []

    def enter(self, folder: str, *, depth: int) -> None:
        subfolders: list[str] = []
        self._identify(folder)
        for entry in self._entries(folder, passing_entries):
            path = f"{folder}{entry.name}"
            try:
                self._see(path, entry, subfolders)
            except FileNotFoundError:
                # gone between the listing and the look: the next look will not see it either
                continue
            except OSError:
                # a folder that may be listed and not entered
                if not folder:
                    raise
                self._unreadable.append(folder.rstrip("/"))
                return
        self._leave_what_is_loading(folder)
        if depth == _DEPTH_MAX:
            self._ignored["too_deep"] += len(subfolders)
            return
        for subfolder in subfolders:
            self.enter(f"{subfolder}/", depth=depth + 1)

    def _identify(self, folder: str) -> None:
        with contextlib.suppress(OSError):
            status = (self._inbox / folder).stat()
            self._folders[folder] = FolderIdentity(status.st_dev, status.st_ino)

    def _entries(
        self, folder: str, scan: Callable[[Path], Iterator[os.DirEntry[str]]]
    ) -> Iterator[os.DirEntry[str]]:
        try:
            # each holds what lstat says for as long as it lives
            yield from scan(self._inbox / folder)
        except FileNotFoundError:
            if not folder:
                raise
        except OSError:
            if not folder:
                raise
            self._unreadable.append(folder.rstrip("/"))

    def _see(self, path: str, entry: os.DirEntry[str], subfolders: list[str]) -> None:
        status = entry.stat(follow_symlinks=False)
        if stat.S_ISDIR(status.st_mode):
            self._has_label_folders |= _is_label_folder(path)
            kind = kind_of_folder(entry.name)
            if kind is FolderKind.WALKED:
                subfolders.append(path)
            elif kind is not FolderKind.SYSTEM:
                self._ignore(path, kind.value, status.st_mtime_ns)
        elif stat.S_ISLNK(status.st_mode):
            self._ignore(path, "link", status.st_mtime_ns)
            self._linked_labels += [path] if _is_label_folder(path) else []
        elif not stat.S_ISREG(status.st_mode):
            self._ignore(path, "special", status.st_mtime_ns)
        elif self._lies_elsewhere(status):
            # opening it would fetch it from the cloud, and may take for ever
            self._ignore(path, "in_the_cloud", status.st_mtime_ns)
            self._passed_over.add(path)
        elif self._is_busy(status):
            self._ignore(path, "being_copied", status.st_mtime_ns)
            self._passed_over.add(path)
        else:
            self._see_file(path, entry.name, status)

    def _see_file(self, path: str, name: str, status: os.stat_result) -> None:
        kind = kind_of_name(name)
        if kind is NameKind.UNKNOWN:
            is_picture = self._first_bytes.is_picture(self._inbox, path, stamp_of(status))
            kind = NameKind.PICTURE if is_picture else NameKind.OTHER
        if kind is NameKind.PICTURE:
            self._pictures[path] = packed_stamp(
                status.st_size, status.st_mtime_ns, status.st_ino, status.st_ctime_ns
            )
            self._pictures_in[folder_of(path)].append(path)
        elif kind is NameKind.COMPANION:
            self._texts[path] = stamp_of(status)
        elif name == NOT_A_PROFILE_NAME:
            self._marked.add(folder_of(path))
        else:
            if kind is NameKind.UNFINISHED:
                self._unfinished[folder_of(path)].add(name)
            self._ignore(path, kind.value, status.st_mtime_ns)

    def _leave_what_is_loading(self, folder: str) -> None:
        unfinished = self._unfinished.pop(folder, None)
        if unfinished is None:
            return
        self._loading.add(folder)
        beside = frozenset(unfinished)
        for path in self._pictures_in.get(folder, ()):
            name, stamp = path[len(folder) :], unpacked_stamp(stamp_in(self._pictures[path]))
            if is_loading(name, is_empty=not stamp.size_bytes, beside=beside):
                del self._pictures[path]
                self._ignore(path, NameKind.UNFINISHED.value, stamp.modified_ns)
                self._passed_over.add(path)

    def _ignore(self, path: str, why: str, modified_ns: int) -> None:
        self._ignored[why] += 1
        if why != NameKind.HIDDEN and kind_of_name(path.rpartition("/")[2]) is not NameKind.HIDDEN:
            self._ignored_at.append((modified_ns, path, why))

    def look_beside(self, folder: str, paths: Collection[str]) -> None:
        """See some paths of one folder, the texts in it, and whatever else decides about those.

        Raises:
            OSError: when the top of the inbox cannot be listed.
        """
        entries = list(self._entries(folder, lasting_entries))
        if not any(is_bio(f"{folder}{entry.name}") for entry in entries):
            # how many pictures a folder holds decides about its own text alone
            entries = [
                entry
                for entry in entries
                if f"{folder}{entry.name}" in paths
                or kind_of_name(entry.name) in {NameKind.COMPANION, NameKind.UNFINISHED}
            ]
        for entry in entries:
            with contextlib.suppress(OSError):
                self._see(f"{folder}{entry.name}", entry, [])
        self._leave_what_is_loading(folder)

    def companions(self, paths: Collection[str]) -> dict[str, Companion]:
        """Return the texts of some paths that were seen, or would be there if they were."""
        found = companions_of({*self._pictures, *paths}, self._texts)
        return {path: found[path] for path in paths if path in found}

    def listing(self) -> Listing:
        companions = companions_of(self._pictures, self._texts)
        for path, companion in companions.items():
            self._pictures[path] = (stamp_in(self._pictures[path]), companion)
        files = PackedFiles(self._pictures)
        texts = texts_of_folders(self._texts)
        used = {text.path for text in companions.values()}
        folders = folders_of(files) if texts else Folders({}, {})
        used |= {
            texts[folder].path
            for folder in folders.profiles.keys() | folders.undecided
            if folder in texts
        }
        ignored = +self._ignored
        lonely = sorted(
            self._texts.keys() - used - {NOTICE_NAME},
            key=lambda path: (-self._texts[path].modified_ns, path),
        )
        if lonely:
            ignored["text_without_picture"] = len(lonely)
        if self._unreadable:
            ignored["unreadable_folder"] = len(self._unreadable)
        return Listing(
            files=files,
            ignored=dict(ignored),
            unreadable=tuple(self._unreadable),
            has_label_folders=self._has_label_folders,
            linked_labels=tuple(self._linked_labels),
            passed_over=frozenset(self._passed_over),
            texts=texts,
            lonely_texts=tuple(lonely[:_LONELY_NAMED]),
            ignored_newest=tuple(
                IgnoredFile(path, why)
                for _modified_ns, path, why in heapq.nlargest(_IGNORED_NAMED, self._ignored_at)
            ),
            marked=frozenset(self._marked),
            folders=self._folders,
            text_keys=frozenset().union(*map(keys_of_text, self._texts)),
            loading=frozenset(self._loading),
        )


def _is_label_folder(path: str) -> bool:
    return "/" not in path and label_of(f"{path}/") is not None


def find_file(inbox: Path, path: str) -> InboxFile | None:
    """Look at one path of the inbox as a listing would; None when no picture is there."""
    *folders, _name = path.split("/")
    if len(folders) > _DEPTH_MAX or not all(map(is_walked_folder, folders)):
        return None
    return _beside(inbox, folder_of(path), {path}).listing().files.get(path)


def find_companions(inbox: Path, paths: Collection[str]) -> dict[str, Companion]:
    """Return the texts beside some pictures of the inbox, which may be gone by now.

    Args:
        inbox: the folder.
        paths: of the pictures, relative to the inbox.
    """
    by_folder: dict[str, set[str]] = defaultdict(set)
    for path in paths:
        by_folder[folder_of(path)].add(path)
    found: dict[str, Companion] = {}
    for folder, beside in by_folder.items():
        found |= _beside(inbox, folder, beside).companions(beside)
    return found


def _beside(inbox: Path, folder: str, paths: Collection[str]) -> _Look:
    look = _Look(
        inbox, lies_elsewhere=is_dataless, is_busy=is_being_copied, first_bytes=FirstBytes()
    )
    # a folder that cannot be listed shows nothing
    with contextlib.suppress(OSError):
        look.look_beside(folder, paths)
    return look


def ends_whole(inbox: Path, file: InboxFile) -> bool:
    """Tell whether a file of the inbox ends like a whole picture; doubt counts as whole."""
    try:
        with opened(inbox / file.path) as descriptor:
            return is_whole(file.stamp.size_bytes, lambda at, size: os.pread(descriptor, size, at))
    except OSError:
        # whoever reads it in earnest will tell why it cannot be read
        return True
