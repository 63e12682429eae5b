"""One look at the whole inbox: which files are there, as lstat says. Reads the disk only.

A listing is the truth that the events of the watcher only hint at. Links and special files are
never followed or opened; a file's content is opened only when its name has no extension.
"""

import contextlib
import os
import stat
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tasted.errors import InboxUnavailable
from tasted.files import stamp_of
from tasted.inbox.endings import is_whole
from tasted.inbox.naming import (
    NOTICE_NAME,
    NameKind,
    companion_of,
    is_walked_folder,
    kind_of_name,
    label_of,
    looks_like_picture,
)
from tasted.inbox.profiles import folder_of, folders_of, is_text_of_folder
from tasted.platform import access_remedy, is_being_copied, is_dataless
from tasted.records import Companion, FileStamp, InboxFile

_DEPTH_MAX = 16
_SNIFF_BYTES = 16


@dataclass(frozen=True, slots=True)
class Listing:
    """What one look saw."""

    files: Mapping[str, InboxFile]
    """Files that should have a sidecar, by path relative to the inbox."""
    ignored: Mapping[str, int]
    """How many entries were passed over, by the reason: `link`, `special`, `other`, ..."""
    unreadable: tuple[str, ...]
    """Subfolders that could not be listed."""
    has_label_folders: bool = True
    """Whether a folder `liked` or `rejected` is there."""
    passed_over: frozenset[str] = frozenset()
    """Files that are there and must not be opened now: in the cloud, or still being copied."""
    texts: Mapping[str, Companion] = field(default_factory=dict)
    """Texts that belong to a folder, by the folder's path with its slash: `anna/bio.txt`."""

    @property
    def healthy(self) -> bool:
        """Whether the absence of a file in this listing means that it is gone."""
        return not self.unreadable


Judge = Callable[[os.stat_result], bool]


def list_inbox(
    inbox: Path, *, lies_elsewhere: Judge = is_dataless, is_busy: Judge = is_being_copied
) -> Listing:
    """List every file of the inbox that should have a sidecar.

    Args:
        inbox: the folder.
        lies_elsewhere: tells from what lstat says whether a content is not on this disk.
        is_busy: tells from the same whether somebody has marked the file as unfinished.

    Raises:
        InboxUnavailable: when the inbox itself cannot be listed. Trouble in a subfolder is reported
            in the listing instead.
    """
    walk = _Walk(inbox, lies_elsewhere=lies_elsewhere, is_busy=is_busy)
    try:
        walk.enter("", depth=0)
    except OSError as error:
        raise unavailable(inbox, error) from error
    return walk.listing()


def unavailable(inbox: Path, error: OSError) -> InboxUnavailable:
    """Return the fault of an inbox that cannot be listed."""
    return InboxUnavailable(
        f"The inbox {inbox} cannot be read: {error.strerror}.",
        remedy=access_remedy(error, sys.executable)
        or "Check that the folder exists and belongs to you; scoring goes on by itself.",
    )


class _Walk:
    def __init__(self, inbox: Path, *, lies_elsewhere: Judge, is_busy: Judge) -> None:
        self._inbox = inbox
        self._lies_elsewhere = lies_elsewhere
        self._is_busy = is_busy
        self._pictures: dict[str, FileStamp] = {}
        self._texts: dict[str, Companion] = {}
        self._ignored: Counter[str] = Counter()
        self._passed_over: set[str] = set()
        self._unreadable: list[str] = []
        self._has_label_folders = False

    def enter(self, folder: str, *, depth: int) -> None:
        subfolders: list[str] = []
        for entry in self._entries(folder):
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
        if depth == _DEPTH_MAX:
            self._ignored["too_deep"] += len(subfolders)
            return
        for subfolder in subfolders:
            self.enter(f"{subfolder}/", depth=depth + 1)

    def _entries(self, folder: str) -> Iterator[os.DirEntry[str]]:
        try:
            with os.scandir(self._inbox / folder) as entries:
                yield from list(entries)
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
            self._has_label_folders |= label_of(f"{path}/") is not None
            if is_walked_folder(entry.name):
                subfolders.append(path)
        elif stat.S_ISLNK(status.st_mode):
            self._ignored["link"] += 1
        elif not stat.S_ISREG(status.st_mode):
            self._ignored["special"] += 1
        elif self._lies_elsewhere(status):
            # opening it would fetch it from the cloud, and may take for ever
            self._ignored["in_the_cloud"] += 1
            self._passed_over.add(path)
        elif self._is_busy(status):
            self._ignored["being_copied"] += 1
            self._passed_over.add(path)
        else:
            self._see_file(path, entry.name, stamp_of(status))

    def _see_file(self, path: str, name: str, stamp: FileStamp) -> None:
        kind = kind_of_name(name)
        if kind is NameKind.NAMELESS_TYPE:
            kind = NameKind.PICTURE if _begins_like_picture(self._inbox / path) else NameKind.OTHER
        if kind is NameKind.PICTURE:
            self._pictures[path] = stamp
        elif kind is NameKind.COMPANION:
            # SHOT.TXT is found under the same key as shot.txt would be
            self._texts[companion_of(path)] = Companion(path, stamp)
        else:
            self._ignored[kind.value] += 1

    def listing(self) -> Listing:
        files: dict[str, InboxFile] = {}
        used: set[str] = set()
        for path, stamp in self._pictures.items():
            text = self._texts.get(companion_of(path))
            if text is not None:
                used.add(text.path)
            files[path] = InboxFile(path, stamp, text, label_of(path))
        texts = {
            folder_of(path): text for path, text in self._texts.items() if is_text_of_folder(path)
        }
        profiles = folders_of(files).profiles if texts else {}
        used |= {texts[folder].path for folder in profiles if folder in texts}
        ignored = +self._ignored
        lonely = {text.path for text in self._texts.values()} - used - {NOTICE_NAME}
        if lonely:
            ignored["text_without_picture"] = len(lonely)
        if self._unreadable:
            ignored["unreadable_folder"] = len(self._unreadable)
        return Listing(
            files=files,
            ignored=dict(ignored),
            unreadable=tuple(self._unreadable),
            has_label_folders=self._has_label_folders,
            passed_over=frozenset(self._passed_over),
            texts=texts,
        )


def find_file(inbox: Path, path: str) -> InboxFile | None:
    """Look at one path of the inbox as a listing would; None when no picture is there."""
    stamp = _regular_stamp(inbox / path)
    *folders, _name = path.split("/")
    walked = len(folders) <= _DEPTH_MAX and all(map(is_walked_folder, folders))
    if stamp is None or not walked or not _names_picture(inbox / path):
        return None
    plain = companion_of(path)
    texts = (
        Companion(text_path, text)
        for text_path in (plain, plain.removesuffix(".txt") + ".TXT")
        if (text := _regular_stamp(inbox / text_path)) is not None
    )
    return InboxFile(path, stamp, next(texts, None), label_of(path))


def _regular_stamp(file: Path) -> FileStamp | None:
    try:
        status = os.lstat(file)
    except OSError:
        return None
    return stamp_of(status) if stat.S_ISREG(status.st_mode) else None


def _names_picture(file: Path) -> bool:
    kind = kind_of_name(file.name)
    if kind is NameKind.NAMELESS_TYPE:
        return _begins_like_picture(file)
    return kind is NameKind.PICTURE


def _begins_like_picture(file: Path) -> bool:
    try:
        with _opened(file) as descriptor:
            return looks_like_picture(os.read(descriptor, _SNIFF_BYTES))
    except OSError:
        # an unreadable file without extension makes no claim to be a picture
        return False


def ends_whole(inbox: Path, file: InboxFile) -> bool:
    """Tell whether a file of the inbox ends like a whole picture; doubt counts as whole."""
    try:
        with _opened(inbox / file.path) as descriptor:
            return is_whole(file.stamp.size_bytes, lambda at, size: os.pread(descriptor, size, at))
    except OSError:
        # whoever reads it in earnest will tell why it cannot be read
        return True


@contextlib.contextmanager
def _opened(file: Path) -> Iterator[int]:
    descriptor = os.open(file, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        yield descriptor
    finally:
        os.close(descriptor)
