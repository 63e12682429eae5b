"""Pictures that were forgotten and left in the inbox: they are not scored. Touches one file.

`.tasted/ignored.json` must not give away what it lists, so it holds a random key and nothing but
HMAC-SHA256 digests: of the content ids, and of the name and stamp under which the light process
meets such a file. The light process never hashes contents and passes over what it knows by name and
stamp; under another name or stamp the engine knows the content, and the light process learns it.
"""

import hashlib
import hmac
import json
import os
import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import field, replace
from pathlib import Path

from tasted.errors import ServiceFault
from tasted.plain_dataclass import dataclass
from tasted.records import FileStamp, InboxFile
from tasted.system.files import read_regular_file, stamp_of, write_atomically

_KEY_BYTES = 32
_BYTES_MAX = 64_000_000
_DIGEST = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Ignored:
    """The list, as it was read once; changes return a new one."""

    key: bytes
    contents: frozenset[str] = frozenset()
    """Digests of content ids."""
    files: Mapping[str, str] = field(default_factory=dict)
    """Digest of name and stamp → digest of the content."""

    def has_content(self, content_id: str) -> bool:
        """Return whether files of this content are ignored."""
        return bool(self.contents) and self._content(content_id) in self.contents

    def has_file(self, file: InboxFile) -> bool:
        """Return whether this very file is ignored: same name, size, time and inode."""
        return bool(self.files) and self._file(file) in self.files

    def with_content(self, content_id: str) -> "Ignored":
        """Ignore a content, under whatever name it is met."""
        return replace(self, contents=self.contents | {self._content(content_id)})

    def with_file(self, file: InboxFile, content_id: str | None) -> "Ignored":
        """Ignore a file by name and stamp; its content is None when it is empty or unreadable."""
        files = {**self.files, self._file(file): self._content(content_id or "")}
        return replace(self, files=files)

    def without(self, file: InboxFile, content_id: str | None) -> "Ignored":
        """Take a file off the list, and its content under whatever names it was known."""
        gone = self._content(content_id or "")
        known = {self._file(file)} | {key for key, content in self.files.items() if content == gone}
        files = {key: self.files[key] for key in self.files.keys() - known}
        return replace(self, contents=self.contents - {gone}, files=files)

    def _content(self, content_id: str) -> str:
        return self._digest(b"content\0" + content_id.encode("ascii"))

    def _file(self, file: InboxFile) -> str:
        stamp = file.stamp
        facts = f"{stamp.size_bytes} {stamp.modified_ns} {stamp.inode}".encode("ascii")
        return self._digest(b"file\0" + os.fsencode(file.path) + b"\0" + facts)

    def _digest(self, message: bytes) -> str:
        return hmac.new(self.key, message, hashlib.sha256).hexdigest()


def new_list() -> Ignored:
    """Return an empty list with a key of its own."""
    return Ignored(secrets.token_bytes(_KEY_BYTES))


def write_ignored(file: Path, ignored: Ignored) -> None:
    """Replace the list.

    Raises:
        OSError: when it cannot be written.
    """
    value = {
        "key": ignored.key.hex(),
        "contents": sorted(ignored.contents),
        "files": dict(sorted(ignored.files.items())),
    }
    write_atomically(file, json.dumps(value, indent=2).encode("ascii"))


def read_ignored(file: Path) -> Ignored | None:
    """Return the list; None when there is none.

    Raises:
        ServiceFault: when it cannot be read. It is never replaced by an empty one: what was
            to be left alone would be scored.
    """
    try:
        data, _stamp = read_regular_file(file, max_bytes=_BYTES_MAX)
        return parse_ignored(data)
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise ServiceFault(
            f"Cannot read the list of ignored pictures {file}: {error}.",
            remedy="Restore the file, or delete it: the pictures it lists are then scored again.",
        ) from error


def parse_ignored(data: bytes) -> Ignored:
    """Parse the bytes of the file. Pure.

    Raises:
        ValueError: when they are no list of ours.
    """
    try:
        value = json.loads(data)
        key, contents, files = value["key"], value["contents"], value["files"]
        digests = [*contents, *files.keys(), *files.values()]
        if not all(_DIGEST.fullmatch(digest) for digest in [key, *digests]):
            raise ValueError("it holds something other than digests")
        return Ignored(bytes.fromhex(key), frozenset(contents), files)
    except (KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ValueError(
            f"it is not a list of ignored pictures ({type(error).__name__})"
        ) from error


class IgnoredList:
    """The list of one home, read again when its file changes; what both processes consult.

    Args:
        file: of the home; it need not exist.
        check: refuses, before it is written, when the home is not at its place.
    """

    def __init__(self, file: Path, *, check: Callable[[], None] = lambda: None) -> None:
        self._file = file
        self._check = check
        self._stamp: FileStamp | None = None
        self._read: Ignored | None = None

    @property
    def current(self) -> Ignored | None:
        """The list as it is on disk; None when nothing is ignored.

        Raises:
            ServiceFault: as `read_ignored` does.
        """
        try:
            stamp = stamp_of(os.lstat(self._file))
        except FileNotFoundError:
            stamp = None
        if stamp != self._stamp:
            self._read = read_ignored(self._file) if stamp is not None else None
            self._stamp = stamp
        return self._read

    def replace(self, ignored: Ignored) -> None:
        """Write the list, unless it is as it was.

        Raises:
            OSError: when it cannot be written.
        """
        if ignored != self.current:
            self._check()
            write_ignored(self._file, ignored)
