"""What of inbox and outbox belongs to pictures that are to be forgotten. Reads both folders.

The command reads them to ask and to list; the owner of the home reads them again before it acts. A
file whose sidecar is current is not read: the sidecar has its content id. Others are hashed, if
they have the size of something that is to be forgotten.
"""

import contextlib
import os
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path, PurePosixPath

from tasted.daemon.shared.forget_order import Target
from tasted.inbox.companions import is_bio_beside, is_named_after
from tasted.inbox.named_pictures import PICTURE_BYTES_MAX
from tasted.inbox.naming import NameKind, kind_of_name, label_of
from tasted.inbox.profiles import folder_of
from tasted.inbox.trusted_listing import trusted_listing
from tasted.outbox.ledger import Ledger
from tasted.plain_dataclass import dataclass
from tasted.records import Companion, Current, FileStamp, InboxFile, LedgerEntry
from tasted.system.files import content_id, read_regular_file, stamp_of


@dataclass(frozen=True, slots=True)
class ErasurePlan:
    """What of inbox and outbox belongs to one target."""

    contents: frozenset[str]
    copies: tuple[InboxFile, ...]
    """In the label folders: they always go."""
    copy_texts: tuple[str, ...]
    """Companion texts of copies, and of nothing that stays."""
    pictures: tuple[tuple[InboxFile, str | None], ...]
    """Elsewhere in the inbox, each with its content if that could be read."""
    picture_texts: tuple[str, ...]
    """Companion texts of those, and of pictures that are gone already."""
    sidecars: tuple[str, ...]
    """The paths whose sidecars go."""
    own: frozenset[str]
    """The paths that the target names, or that lie in its folder."""
    traced: tuple[str, ...]
    """Every path that would be a trace, the companion texts' included."""
    folder: str | None
    stamps: Mapping[str, FileStamp]
    """What lstat said of each picture and text."""

    @property
    def stays_in_inbox(self) -> tuple[str, ...]:
        """What is the user's to decide about: pictures and texts outside the label folders."""
        return (*(file.path for file, _content in self.pictures), *self.picture_texts)


class HomeContents:
    """Inbox and outbox as they were at one moment.

    Args:
        inbox: the folder.
        files: what lies in it and should have a sidecar, by path.
        entries: what the sidecars prove, by path.
        folder_texts: texts that belong to a folder, by its path with the slash.
    """

    def __init__(
        self,
        inbox: Path,
        files: Mapping[str, InboxFile],
        entries: Mapping[str, LedgerEntry],
        folder_texts: Mapping[str, Companion] | None = None,
    ) -> None:
        self._inbox = inbox
        self.files = files
        self.entries = entries
        self._folder_texts = folder_texts or {}
        self._hashed: dict[str, str | None] = {}

    def plan(self, target: Target) -> ErasurePlan:
        """Return what belongs to a target: every file and sidecar of its contents and paths."""
        paths = set(target.paths) | set(self._below(target.folder))
        contents = set(target.contents) | self._contents_at(paths)
        sizes = set(target.sizes) | self._sizes(contents, paths)
        meant = {
            path: file
            for path, file in self.files.items()
            if path in paths or self._content_if(file, sizes) in contents
        }
        sidecars = {
            path
            for path, entry in self.entries.items()
            if path in paths or path in meant or entry.content_id in contents
        }
        # a document about several pictures is made again from those that stay
        named = {*paths, *meant, *sidecars}
        sidecars |= {
            path
            for path, entry in self.entries.items()
            if any(part.path in named or part.content_id in contents for part in entry.parts)
        }
        return self._plan_of(meant, sidecars, contents, paths, target.folder)

    def _plan_of(
        self,
        meant: Mapping[str, InboxFile],
        sidecars: set[str],
        contents: set[str],
        paths: set[str],
        folder: str | None,
    ) -> ErasurePlan:
        copies = [file for file in meant.values() if file.label is not None]
        pictures = [file for file in meant.values() if file.label is None]
        gone = [self.entries[path] for path in sidecars if path not in self.files]
        lone_texts = {
            entry.companion.path
            for entry in gone
            if entry.companion is not None and self._is_text_of(entry.path, entry.companion.path)
        }
        copied = {file.path for file in copies}
        folder_texts = self._lone_folder_texts(meant, folder)
        labelled = {text.path for text in folder_texts if label_of(text.path) is not None}
        lone_texts |= {text.path for text in folder_texts} - labelled
        copy_texts = (_texts(copies) | labelled) - self._texts_outside(copied)
        picture_texts = (_texts(pictures) | lone_texts) - self._texts_outside(meant) - copy_texts
        stamps = {file.path: file.stamp for file in meant.values()}
        stamps |= {text.path: text.stamp for file in meant.values() if (text := file.companion)}
        stamps |= {text.path: text.stamp for text in folder_texts}
        for path in lone_texts:
            # one that went meanwhile needs no deleting
            with contextlib.suppress(OSError):
                stamps[path] = stamp_of(os.lstat(self._inbox / path))
        named_texts = {
            entry.companion.path
            for path in sidecars
            if (entry := self.entries[path]).companion is not None
        }
        traced = {*paths, *meant, *sidecars, *named_texts, *copy_texts, *picture_texts}
        return ErasurePlan(
            contents=frozenset(contents),
            copies=tuple(sorted(copies, key=_path)),
            copy_texts=tuple(sorted(copy_texts)),
            pictures=tuple((file, self.content_of(file)) for file in sorted(pictures, key=_path)),
            picture_texts=tuple(sorted(picture_texts)),
            sidecars=tuple(sorted(sidecars)),
            own=frozenset(paths),
            traced=tuple(sorted(_profiles_of(traced) | traced)),
            folder=folder,
            stamps=stamps,
        )

    def _lone_folder_texts(self, meant: Collection[str], folder: str | None) -> list[Companion]:
        """Return the texts of folders that are meant whole, or lose their last picture."""
        lived_in = {folder_of(path) for path in self.files if path not in meant}
        left = {folder_of(path) for path in meant}
        return [
            text
            for name, text in self._folder_texts.items()
            if name not in lived_in
            and (name in left or (folder is not None and name.startswith(f"{folder}/")))
        ]

    def is_folder(self, path: str) -> bool:
        """Return whether a path of the inbox is a folder, or was one according to the outbox."""
        # Path.is_dir() raises for a name that no disk can hold
        is_there = os.path.isdir(self._inbox / path)  # noqa: PTH112 - as above
        return is_there or any(True for _ in self._below(path))

    def content_of(self, file: InboxFile) -> str | None:
        """Return the content id of a file; None when it is empty or cannot be read."""
        entry = self.entries.get(file.path)
        if entry is not None and entry.stamp.agrees(file.stamp) and entry.content_id is not None:
            # all empty files have one id, and are not one picture
            return entry.content_id if file.stamp.size_bytes else None
        if file.path not in self._hashed:
            self._hashed[file.path] = hashed(self._inbox / file.path)
        return self._hashed[file.path]

    def _below(self, folder: str | None) -> Iterable[str]:
        if folder is None:
            return ()
        known = {**self.files, **self.entries}
        return (path for path in known if path.startswith(f"{folder}/"))

    def _contents_at(self, paths: Iterable[str]) -> set[str]:
        found: set[str | None] = set()
        for path in paths:
            file, entry = self.files.get(path), self.entries.get(path)
            if file is not None:
                found.add(self.content_of(file))
            elif entry is not None and entry.stamp.size_bytes and not entry.is_profile:
                found.add(entry.content_id)
        return {content for content in found if content is not None}

    def _sizes(self, contents: Collection[str], paths: Iterable[str]) -> set[int]:
        by_content = {
            entry.stamp.size_bytes
            for entry in self.entries.values()
            if entry.content_id in contents
        }
        return by_content | {
            file.stamp.size_bytes for path in paths if (file := self.files.get(path)) is not None
        }

    def _content_if(self, file: InboxFile, sizes: set[int]) -> str | None:
        # an id that no sidecar has says nothing about size
        return None if sizes and file.stamp.size_bytes not in sizes else self.content_of(file)

    def _is_text_of(self, path: str, text: str) -> bool:
        """Return whether a text that a sidecar names is there; an edited one may name anything.

        A folder on the way that is a link now leads out of the inbox.
        """
        file = self._inbox / text
        if kind_of_name(file.name) is not NameKind.COMPANION:
            return False
        if not is_named_after(text, path) and not self._was_its_bio(text, path):
            return False
        linked = any((self._inbox / parent).is_symlink() for parent in PurePosixPath(text).parents)
        return file.is_file() and not file.is_symlink() and not linked

    def _was_its_bio(self, text: str, path: str) -> bool:
        """Return whether a text belonged to the only picture of a folder, and to no other now."""
        folder = folder_of(text)
        return is_bio_beside(text, path) and not any(
            folder_of(other) == folder for other in self.files
        )

    def _texts_outside(self, meant: Collection[str]) -> set[str]:
        return _texts(file for path, file in self.files.items() if path not in meant)


def read_contents(inbox: Path, ledger: Ledger, current: Current | None) -> HomeContents:
    """Read the listings of inbox and outbox.

    Args:
        inbox: the folder.
        ledger: of the outbox; it is refreshed.
        current: what was published last.

    Raises:
        InboxUnavailable, OutboxUnwritable: when one of them cannot be listed completely: what was
            not seen would be left behind, and its sidecar with it.
    """
    ledger.refresh()
    listing = trusted_listing(inbox, current, whole=True)
    return HomeContents(inbox, listing.files, dict(ledger.entries), listing.texts)


def hashed(file: Path) -> str | None:
    """Return the content id of a file; None when it is empty or cannot be read."""
    try:
        data, _stamp = read_regular_file(file, max_bytes=PICTURE_BYTES_MAX)
    except OSError:
        # without its content no copy of it can be found
        return None
    return content_id(data) if data else None


def _path(file: InboxFile) -> str:
    return file.path


def _profiles_of(paths: Iterable[str]) -> set[str]:
    """Return the folders whose document may name one of these, even one that is not valid."""
    return {folder_of(path) for path in paths if path.count("/") == 1 and label_of(path) is None}


def _texts(files: Iterable[InboxFile]) -> set[str]:
    return {file.companion.path for file in files if file.companion is not None}
