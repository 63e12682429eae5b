"""Opens a file of the inbox: its bytes, its stamp, its id, and the text beside it. Reads the disk.

A file is read once, through one descriptor, and its id is that of these very bytes, so that no
later change can slip another content under a score.
"""

import errno
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tasted.errors import (
    EmptyFile,
    ImageTooLarge,
    InboxUnavailable,
    ItemError,
    NotAnImage,
    UnreadableFile,
)
from tasted.files import content_id, read_regular_file, stamp_of
from tasted.inbox.naming import companion_of, label_of
from tasted.outbox.failures import source_part
from tasted.outbox.sidecar import PhotoPart, Source, encoded_path
from tasted.platform import access_remedy, is_privacy_refusal
from tasted.reading.companion import CompanionText, parse_companion
from tasted.records import Companion, FileStamp, Label, Proven

COMPANION_BYTES_MAX = 1_000_000
# a folder on the way that is a file or a link by now has taken the picture away, too
_GONE = (FileNotFoundError, NotADirectoryError)


@dataclass(frozen=True, slots=True)
class Item:
    """One file that the light process wants done."""

    path: str
    """Relative to the inbox, or absolute when `foreign`."""
    label: Label | None = None
    companion: str | None = None
    """Path of the companion text, relative to the inbox."""
    attempts: int = 0
    proven: Proven | None = None
    """What needs no new score: only the stamps of the files may differ."""
    known: tuple[str, FileStamp] | None = None
    """Its content id, and the stamp with which it had that."""
    asked: bool = False
    """A command asked for it by name, so that it is scored though it was ignored."""
    foreign: bool = False
    """Not in the inbox: scored, but nothing about it is stored."""

    @property
    def may_be_ignored(self) -> bool:
        """Whether it is passed over when its content was forgotten and left in the inbox."""
        return self.label is None and not self.foreign and not self.asked

    @property
    def shown(self) -> str:
        """The path for a sentence: bytes that are no UTF-8 appear as U+FFFD."""
        return encoded_path(self.path).path


@dataclass(slots=True)
class Read:
    """What was found out about one file so far."""

    stamp: FileStamp
    """Of lstat at first, of the descriptor that was read later."""
    data: bytes = b""
    content: str | None = None
    """sha256 of `data`."""
    companion: Companion | None = None
    text: CompanionText | None = None
    text_id: str | None = None

    def source(self, path: str) -> Source:
        """Return what a sidecar says of the file."""
        return source_part(
            path, self.stamp, self.companion, content_id=self.content, text_id=self.text_id
        )


class Intake:
    """Reads items of one inbox, none of more than `max_bytes`."""

    def __init__(self, inbox: Path, *, max_bytes: int, system: str = sys.platform) -> None:
        self._system = system
        self._inbox = inbox
        self._max_bytes = max_bytes

    def look(self, item: Item) -> Read | None:
        """Take the stamp, which an error sidecar needs too; None when the file is gone."""
        try:
            return Read(stamp_of(os.lstat(self._path(item))))
        except _GONE:
            return None

    def read(self, item: Item, read: Read) -> bool:
        """Read companion and file; False when the file vanished or is changing just now.

        Raises:
            ItemError: when it cannot be read, is too large, or is empty.
            InboxUnavailable: when macOS refuses for privacy's sake, which is no file's fault.
        """
        try:
            self._read_companion(item, read)
            read.data, read.stamp = read_regular_file(
                self._path(item), max_bytes=self._max_bytes, below=self._below(item)
            )
        except _GONE:
            return False
        except OSError as error:
            if error.errno == errno.EAGAIN:
                return False
            if is_privacy_refusal(error, system=self._system):
                raise InboxUnavailable(
                    f"macOS does not let this program read the files of {self._inbox}.",
                    remedy=access_remedy(error, sys.executable, system=self._system) or "",
                ) from error
            raise self._refusal(item, error) from error
        read.content = content_id(read.data)
        if not read.data:
            raise EmptyFile(f"{item.shown} is empty.", remedy="Save or copy the picture again.")
        return True

    def recall(self, item: Item, read: Read) -> bool:
        """Take a file whose stamp is known as what it was, unread, with the text beside it.

        Args:
            item: the file.
            read: what `look` gave; gets the content id.

        Returns:
            Whether that was possible; `read` is for the others, and for whoever needs the picture.
        """
        if item.known is None or item.known[1] != read.stamp:
            return False
        self._read_companion(item, read)
        read.content = item.known[0]
        return True

    def text_beside(self, path: str) -> CompanionText | None:
        """Return what the text beside a picture of the inbox says; None when there is none.

        Args:
            path: of the picture, relative to the inbox.
        """
        try:
            data, _stamp = read_regular_file(
                self._inbox / companion_of(path), max_bytes=COMPANION_BYTES_MAX, below=self._inbox
            )
        except OSError:
            # gone, or not to be opened: the picture says nothing by it
            return None
        return parse_companion(data)

    def read_text(self, path: str) -> tuple[Companion | None, str | None, CompanionText]:
        """Read the text of a folder: its stamp, its sha256 if it could be read, what it says."""
        read = Read(FileStamp(0, 0, 0))
        self._read_companion(Item("", companion=path), read)
        return read.companion, read.text_id, read.text or CompanionText(None, None, None)

    def _path(self, item: Item) -> Path:
        return Path(item.path) if item.foreign else self._inbox / item.path

    def _below(self, item: Item) -> Path | None:
        # whoever names a file outside the inbox means the links on the way to it
        return None if item.foreign else self._inbox

    def _refusal(self, item: Item, error: OSError) -> ItemError:
        if error.errno == errno.EFBIG:
            return ImageTooLarge(
                f"{item.shown} is larger than {self._max_bytes} bytes.",
                remedy="Make it smaller, or raise limits.max_bytes in config/tasted.toml.",
            )
        if error.errno in {errno.ELOOP, errno.EINVAL}:
            return NotAnImage(
                f"{item.shown} is no regular file.", remedy="Copy the picture itself here."
            )
        return UnreadableFile(
            f"{item.shown} cannot be read: {error.strerror}.",
            remedy="Allow your user to read it (chmod u+r); it is tried again by itself.",
        )

    def _read_companion(self, item: Item, read: Read) -> None:
        if item.companion is None:
            return
        file = self._inbox / item.companion
        try:
            read.companion = Companion(item.companion, stamp_of(os.lstat(file)))
            data, stamp = read_regular_file(
                file, max_bytes=COMPANION_BYTES_MAX, below=self._below(item)
            )
        except OSError as error:
            # the picture is scored without its text, and again when the text has changed
            note = f"{encoded_path(item.companion).path} cannot be read: {error.strerror}."
            read.text = CompanionText(None, None, None, (note,))
            return
        read.companion = Companion(item.companion, stamp)
        read.text_id = content_id(data)
        read.text = parse_companion(data)


@dataclass(frozen=True, slots=True)
class ProfileItem:
    """A profile that the light process wants scored."""

    path: str
    """Of its folder, relative to the inbox, with a slash at its end."""
    stamp: FileStamp
    """Of its photos together."""
    companion: str | None
    """Path of its text, relative to the inbox."""
    attempts: int
    parts: tuple[PhotoPart, ...]
    """Every photo, as its own sidecar tells of it."""
    photos: tuple[Item, ...]
    """Those that count, in the order of the parts."""

    @property
    def shown(self) -> str:
        """The path for a sentence."""
        return encoded_path(self.path).path


def profile_from(value: dict[str, Any]) -> ProfileItem:
    """Build a ProfileItem from its JSON form.

    Raises:
        ValueError: when a path climbs out of the inbox, or the form is not ours.
    """
    path, companion = str(value["path"]), value["companion"]
    _refuse_climbing(path.removesuffix("/"))
    if companion is not None:
        _refuse_climbing(str(companion))
    return ProfileItem(
        path=path,
        stamp=FileStamp(*value["stamp"]),
        companion=companion,
        attempts=int(value["attempts"]),
        parts=tuple(PhotoPart.model_validate(part) for part in value["parts"]),
        photos=tuple(item_from(item) for item in value["items"]),
    )


def item_from(value: dict[str, object]) -> Item:
    """Build an Item from its JSON form.

    Raises:
        ValueError: when the path climbs out of the inbox, or the form is not ours.
    """
    path, foreign = str(value["path"]), bool(value.get("foreign"))
    companion = value.get("companion")
    if not foreign:
        _refuse_climbing(path)
        if companion is not None:
            _refuse_climbing(str(companion))
    label = label_of(path) if not foreign else None
    return Item(
        path=path,
        label=label,
        companion=str(companion) if companion is not None else None,
        attempts=int(str(value.get("attempts", 0))),
        proven=_proven_from(value.get("proven")),
        known=_known_from(value.get("known")),
        asked=bool(value.get("asked")),
        foreign=foreign,
    )


def _proven_from(value: object) -> Proven | None:
    return Proven(*value) if isinstance(value, list) else None


def _known_from(value: object) -> tuple[str, FileStamp] | None:
    return (str(value[0]), FileStamp(*value[1:])) if isinstance(value, list) else None


def _refuse_climbing(path: str) -> None:
    if any(part in {"", ".", ".."} for part in path.split("/")):
        raise ValueError(f"not a path below the inbox: {path!r}")
