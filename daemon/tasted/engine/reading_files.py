"""Opens a file of the inbox: its bytes, its stamp, its id, and the text beside it. Reads the disk.

A file is read once, through one descriptor, and its id is that of these very bytes, so that no
later change can slip another content under a score.
"""

import errno
import os
import sys
from collections.abc import Callable, Collection, Mapping
from pathlib import Path

from typing_extensions import override

from tasted.errors import (
    EmptyFile,
    ImageTooLarge,
    InboxUnavailable,
    ItemError,
    NotAnImage,
    UnreadableFile,
)
from tasted.inbox.listing import find_companions
from tasted.outbox.sidecar import Source, encoded_path, source_part
from tasted.plain_dataclass import dataclass
from tasted.reading.companion import CompanionText, parse_companion
from tasted.records import Companion, FileStamp
from tasted.rpc.backfill_messages import WHOLE_TREE
from tasted.rpc.messages import RequestedFile
from tasted.system.files import content_id, read_regular_file, stamp_of
from tasted.system.machine_faults import shortage_of
from tasted.system.platform import access_remedy, is_privacy_refusal

COMPANION_BYTES_MAX = 1_000_000
# a folder on the way that is a file or a link by now has taken the picture away, too
_GONE = (FileNotFoundError, NotADirectoryError)


@dataclass(slots=True)
class OpenedFile:
    """What was found out about one file so far."""

    stamp: FileStamp
    """Of lstat at first, of the descriptor that was read later."""
    data: bytes = b""
    content_id: str | None = None
    """sha256 of `data`."""
    companion: Companion | None = None
    text: CompanionText | None = None
    text_id: str | None = None

    def source(self, path: str) -> Source:
        """Return what a sidecar says of the file."""
        return source_part(
            path, self.stamp, self.companion, content_id=self.content_id, text_id=self.text_id
        )


class InboxReader:
    """Opens the files of one inbox, and those outside it that a command names.

    Args:
        inbox: its folder.
        max_bytes: of the largest picture that is read.
        system: as `sys.platform`.
    """

    def __init__(self, inbox: Path, *, max_bytes: int, system: str = sys.platform) -> None:
        self._system = system
        self._inbox = inbox
        self._max_bytes = max_bytes

    def stat(self, file: RequestedFile) -> OpenedFile | None:
        """Take the stamp, which an error sidecar needs too; None when the file is gone."""
        try:
            return OpenedFile(stamp_of(os.lstat(self._path(file))))
        except _GONE:
            return None

    def read(
        self,
        file: RequestedFile,
        opened: OpenedFile,
        *,
        meanwhile: Callable[[], None] = lambda: None,
    ) -> bool:
        """Read companion and file; False when the file vanished or is changing just now.

        Args:
            file: as it was asked for.
            opened: what `stat` gave; gets what is read.
            meanwhile: called when the bytes are there, before they are summed up.

        Raises:
            ItemError: when it cannot be read, is too large, or is empty.
            InboxUnavailable: when macOS refuses for privacy's sake, which is no file's fault.
            OSError: when the machine has no memory or no more open files for it.
        """
        try:
            self._read_companion(file, opened)
            opened.data, opened.stamp = read_regular_file(
                self._path(file), max_bytes=self._max_bytes, below=self._below(file)
            )
        except _GONE:
            return False
        except OSError as error:
            if error.errno == errno.EAGAIN:
                return False
            if is_privacy_refusal(error, system=self._system):
                raise InboxUnavailable(
                    f"macOS does not let this program read the files of {self._folder_of(file)}.",
                    remedy=access_remedy(error, sys.executable, system=self._system) or "",
                ) from error
            if shortage_of(error) is not None:
                raise
            raise self._refusal(file, error) from error
        if opened.data:
            meanwhile()
        opened.content_id = content_id(opened.data)
        if not opened.data:
            raise EmptyFile(f"{file.shown} is empty.", remedy="Save or copy the picture again.")
        return True

    def recall(self, file: RequestedFile, opened: OpenedFile) -> bool:
        """Take a file whose stamp is known as what it was, unread, with the text beside it.

        Args:
            file: as it was asked for.
            opened: what `stat` gave; gets the content id.

        Returns:
            Whether that was possible; `read` is for the others, and for whoever needs the picture.
        """
        if file.known is None or file.known.stamp != opened.stamp:
            return False
        self._read_companion(file, opened)
        opened.content_id = file.known.content_id
        return True

    def texts_beside(self, paths: Collection[str]) -> dict[str, CompanionText]:
        """Return what the texts beside pictures of the inbox say, by path; absent when none does.

        Args:
            paths: of the pictures, relative to the inbox.
        """
        found: dict[str, CompanionText] = {}
        for path, companion in find_companions(self._inbox, paths).items():
            try:
                data, _stamp = read_regular_file(
                    self._inbox / companion.path, max_bytes=COMPANION_BYTES_MAX, below=self._inbox
                )
            except OSError as error:
                if shortage_of(error) is not None:
                    raise
                # gone, or not to be opened: it says nothing
                continue
            found[path] = parse_companion(data)
        return found

    def read_text(self, path: str) -> tuple[Companion | None, str | None, CompanionText]:
        """Read the text of a folder: its stamp, its sha256 if it could be read, what it says."""
        opened = OpenedFile(FileStamp(0, 0, 0))
        self._read_companion(RequestedFile(path, companion=path), opened)
        return opened.companion, opened.text_id, opened.text or CompanionText(None, None, None)

    def _path(self, file: RequestedFile) -> Path:
        return self._place(file.path)

    def _place(self, path: str) -> Path:
        # an absolute path stays what it is
        return self._inbox / path

    def _below(self, file: RequestedFile) -> Path | None:
        # whoever names a file outside the inbox means the links on the way to it
        return None if file.is_outside else self._inbox

    def _folder_of(self, _file: RequestedFile) -> Path:
        return self._inbox

    def _refusal(self, file: RequestedFile, error: OSError) -> ItemError:
        if error.errno == errno.EFBIG:
            return ImageTooLarge(
                f"{file.shown} is larger than {self._max_bytes} bytes.",
                remedy="Make it smaller, or raise limits.max_bytes in config/tasted.toml.",
            )
        if error.errno in {errno.ELOOP, errno.EINVAL}:
            return NotAnImage(
                f"{file.shown} is not a regular file.", remedy="Copy the picture itself here."
            )
        return UnreadableFile(
            f"{file.shown} cannot be read: {error.strerror}.",
            remedy="Allow your user to read it (chmod u+r); it is tried again by itself.",
        )

    def _read_companion(self, file: RequestedFile, opened: OpenedFile) -> None:
        if file.companion is None:
            return
        text = self._place(file.companion)
        try:
            opened.companion = Companion(file.companion, stamp_of(os.lstat(text)))
            data, stamp = read_regular_file(
                text, max_bytes=COMPANION_BYTES_MAX, below=self._below(file)
            )
        except OSError as error:
            if shortage_of(error) is not None:
                raise
            # the picture is scored without its text, and again when the text has changed
            note = f"{encoded_path(file.companion).path} cannot be read: {error.strerror}."
            opened.text = CompanionText(None, None, None, (note,))
            return
        opened.companion = Companion(file.companion, stamp)
        opened.text_id = content_id(data)
        opened.text = parse_companion(data)


class TreeReader(InboxReader):
    """Opens the files of a tree that is scored in place, without following links in it.

    Args:
        roots: the folders of the tree, by the first part of the paths in it; see `ScoreTree`.
        max_bytes: of the largest picture that is read.
        system: as `sys.platform`.
    """

    def __init__(
        self, roots: Mapping[str, Path], *, max_bytes: int, system: str = sys.platform
    ) -> None:
        super().__init__(next(iter(roots.values())), max_bytes=max_bytes, system=system)
        self._roots = roots

    @override
    def _place(self, path: str) -> Path:
        root, rest = self._located(path)
        return root / rest

    @override
    def _below(self, file: RequestedFile) -> Path:
        return self._located(file.path)[0]

    @override
    def _folder_of(self, file: RequestedFile) -> Path:
        return self._located(file.path)[0]

    def _located(self, path: str) -> tuple[Path, str]:
        if WHOLE_TREE in self._roots:
            return self._roots[WHOLE_TREE], path
        first, _slash, rest = path.partition("/")
        return self._roots[first], rest
