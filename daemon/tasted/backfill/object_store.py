"""Pictures in an object store (`s3://`): list and fetch. The door of `pyarrow.fs`.

Touches the network, where it is asked to and nowhere else. Who may read is decided as for any other
program: `AWS_PROFILE`, `AWS_ACCESS_KEY_ID`, the role of the machine. No secret passes through here.
"""

import contextlib
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import field
from pathlib import PurePath, PurePosixPath
from typing import Any
from urllib.parse import urlsplit

from tasted.errors import InboxUnavailable, UnreadableFile, UsageError
from tasted.home.backfill_files import STORE_SCHEME
from tasted.inbox.companions import companions_of
from tasted.inbox.naming import NameKind, is_walked_folder, kind_of_name
from tasted.plain_dataclass import dataclass
from tasted.records import FileStamp, InboxFile
from tasted.system.machine_faults import shortage_of

_NAME_BYTES_MAX = 255
_CHUNK_BYTES = 1 << 20
_REGIONS = ("AWS_REGION", "AWS_DEFAULT_REGION")
_ENDPOINTS = ("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL")


def is_object_store(place: str) -> bool:
    """Tell whether a place is in an object store, and no folder."""
    return place.startswith(STORE_SCHEME)


def store_url(place: PurePath) -> str | None:
    """Return the URL that somebody typed where a path may stand; None: it is a path."""
    scheme, *parts = place.parts or ("",)
    return STORE_SCHEME + "/".join(parts) if f"{scheme}//" == STORE_SCHEME else None


@dataclass(slots=True)
class StoredFiles:
    """What one look at an object store saw."""

    files: list[InboxFile] = field(default_factory=list)
    """Pictures, with the texts beside them; paths are relative to the place."""
    odd_names: int = 0
    """Pictures whose names no folder could have: they are passed over."""


class ObjectStore:
    """One place in an object store.

    Args:
        url: `s3://BUCKET` or `s3://BUCKET/PREFIX`.
        files: what reaches the store; tests pass another one.

    Raises:
        UsageError: when the URL names no bucket, or holds more than bucket and prefix.
    """

    def __init__(self, url: str, files: Any = None) -> None:
        self.url = url.rstrip("/")
        self._base = _base_of(url)
        self._files = files

    def look(self) -> StoredFiles:
        """Look at every object below the place.

        An object has no inode; size and time of change tell whether it is the same.

        Raises:
            InboxUnavailable: when the store cannot be reached, or does not let us look.
        """
        import pyarrow.fs  # noqa: PLC0415 - 0.2 s, for those alone who have a store

        selector = pyarrow.fs.FileSelector(self._base, recursive=True)
        try:
            found = self._opened().get_file_info(selector)
        except OSError as error:
            raise shortage_of(error) or InboxUnavailable(
                f"{self.url} cannot be listed: {_first_line(error)}",
                remedy="Check the name, the network, and who you are to the store "
                "(AWS_PROFILE, AWS_REGION, AWS_ENDPOINT_URL).",
            ) from error
        seen = StoredFiles()
        pictures: dict[str, FileStamp] = {}
        texts: dict[str, FileStamp] = {}
        for entry in found:
            if entry.type != pyarrow.fs.FileType.File:
                continue
            path = entry.path[len(self._base) + 1 :]
            kind = _kind_of(path)
            if kind not in {NameKind.PICTURE, NameKind.COMPANION}:
                continue
            if not _fits_a_folder(path):
                seen.odd_names += kind is NameKind.PICTURE
                continue
            stamp = FileStamp(entry.size, entry.mtime_ns, 0, entry.mtime_ns)
            (pictures if kind is NameKind.PICTURE else texts)[path] = stamp
        companions = companions_of(pictures, texts)
        seen.files = [
            InboxFile(path, stamp, companions.get(path)) for path, stamp in sorted(pictures.items())
        ]
        return seen

    def fetch(self, path: str, write: Callable[[bytes], object]) -> bool:
        """Read an object; False when there is none.

        Args:
            path: relative to the place.
            write: called with each piece of it, in order.

        Raises:
            UnreadableFile: when the store refuses it, or breaks off.
            ServiceFault: when the machine has no memory or no room for it.
        """
        try:
            for chunk in self._chunks(path):
                write(chunk)
        except FileNotFoundError:
            return False
        except OSError as error:
            raise shortage_of(error) or UnreadableFile(
                f"{path} cannot be fetched from {self.url}: {_first_line(error)}",
                remedy="Check that you may read it; it is tried again by itself.",
            ) from error
        return True

    def _chunks(self, path: str) -> Iterator[bytes]:
        with self._opened().open_input_stream(f"{self._base}/{path}") as stream:
            while chunk := stream.read(_CHUNK_BYTES):
                yield chunk

    def _opened(self) -> Any:
        if self._files is None:
            import pyarrow.fs  # noqa: PLC0415 - as above

            region, endpoint = _first(_REGIONS), _first(_ENDPOINTS)
            if region is None and endpoint is None:
                # a bucket knows its region; without one, the library takes that of the machine
                with contextlib.suppress(OSError):
                    region = pyarrow.fs.resolve_s3_region(self._base.partition("/")[0])
            place = urlsplit(endpoint) if endpoint is not None else None
            self._files = pyarrow.fs.S3FileSystem(
                region=region,
                endpoint_override=place.netloc if place is not None else None,
                scheme=place.scheme if place is not None else None,
            )
        return self._files


def _first(variables: Sequence[str]) -> str | None:
    return next((os.environ[name] for name in variables if os.environ.get(name)), None)


def _base_of(url: str) -> str:
    try:
        parts = urlsplit(url)
    except ValueError:
        parts = urlsplit("")
    base = f"{parts.netloc}{parts.path}".rstrip("/")
    is_plain = not (parts.query or parts.fragment or "@" in parts.netloc or ":" in parts.netloc)
    if parts.scheme != "s3" or not parts.netloc or not is_plain or "//" in base:
        raise UsageError(
            f"{url} is no place in an object store.",
            remedy="Name one as s3://BUCKET/FOLDER. Keys, region and endpoint come from "
            "AWS_PROFILE, AWS_REGION and AWS_ENDPOINT_URL.",
        )
    return base


def _kind_of(path: str) -> NameKind:
    *folders, name = path.split("/")
    if not all(is_walked_folder(folder) for folder in folders):
        return NameKind.HIDDEN
    return kind_of_name(name)


def _fits_a_folder(path: str) -> bool:
    parts = PurePosixPath(path).parts
    is_same = "/".join(parts) == path and not {".", ".."} & set(parts)
    return is_same and all(len(part.encode()) <= _NAME_BYTES_MAX for part in parts)


def _first_line(error: OSError) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0].rstrip(".") + "."
