"""The file of an export: a zip whose members are stored as they are, with a sha256 of each.

`tasted-export.json` lists every member with its size and sha256; a file with anything else in it is
refused. Reading is bounded: nothing is decompressed, no member is larger than the file, and names
of members are never names of files. Touches the disk.
"""

import contextlib
import hashlib
import io
import json
import os
import re
import secrets
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO, Any

from tasted.errors import CommandError
from tasted.plain_dataclass import dataclass
from tasted.system.faultpoints import reach
from tasted.system.files import PRIVATE_FILE, rename_to_free_name, sync_folder
from tasted.system.platform import flush

FORMAT = "tasted export"
FORMAT_VERSION = 1
MANIFEST = "tasted-export.json"
MEMBERS_MAX = 200_000
_MANIFEST_BYTES_MAX = 100_000_000
_PIECE_BYTES = 1_000_000
_NAME = re.compile(r"[a-z0-9][a-z0-9._/-]{0,99}")
# no time of a file is worth telling; a zip needs one
_NO_TIME = (1980, 1, 1, 0, 0, 0)
_BEGINNING = b"PK"
_BROKEN = (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError, ValueError)


@dataclass(frozen=True, slots=True)
class Member:
    """One member of an export."""

    name: str
    size_bytes: int
    sha256: str


class ArchiveWriter:
    """Writes members one after another; made by `written_archive`."""

    def __init__(self, stream: zipfile.ZipFile) -> None:
        self._stream = stream
        self._members: dict[str, Member] = {}

    def add(self, name: str, data: bytes) -> None:
        """Add a member from memory; one that is there already, of the same bytes, is not repeated.

        Raises:
            OSError: when it cannot be written.
        """
        self.add_stream(name, io.BytesIO(data))

    def add_stream(self, name: str, stream: IO[bytes]) -> str:
        """Add a member, read to its end, and return its sha256.

        Raises:
            OSError: when it cannot be read or written.
        """
        assert _NAME.fullmatch(name), name  # noqa: S101 - names are ours
        digest, size = hashlib.sha256(), 0
        information = zipfile.ZipInfo(name, _NO_TIME)
        information.external_attr = PRIVATE_FILE << 16
        with self._stream.open(information, "w", force_zip64=True) as member:
            while piece := stream.read(_PIECE_BYTES):
                digest.update(piece)
                size += len(piece)
                member.write(piece)
        self._members[name] = Member(name, size, digest.hexdigest())
        return digest.hexdigest()

    def finish(self, facts: Mapping[str, Any]) -> None:
        """Add the manifest.

        Args:
            facts: JSON values; format, version and members are added.
        """
        manifest = {
            **facts,
            "format": FORMAT,
            "version": FORMAT_VERSION,
            "members": [
                {"name": member.name, "bytes": member.size_bytes, "sha256": member.sha256}
                for member in self._members.values()
            ],
        }
        data = json.dumps(manifest, indent=1).encode("ascii")
        information = zipfile.ZipInfo(MANIFEST, _NO_TIME)
        information.external_attr = PRIVATE_FILE << 16
        self._stream.writestr(information, data)


@contextlib.contextmanager
def written_archive(target: Path) -> Iterator[ArchiveWriter]:
    """Write a file as a whole, readable for its owner alone, or not at all.

    Args:
        target: must not exist; its folder must.

    Raises:
        CommandError: when there is something of this name, or it cannot be written.
    """
    temporary = target.with_name(f".{target.name[:200]}.{secrets.token_hex(4)}.tmp")
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW
    try:
        descriptor = os.open(temporary, flags, PRIVATE_FILE)
    except OSError as error:
        raise _unwritable(target, error) from error
    try:
        with open(descriptor, "w+b") as stream:  # noqa: PTH123 - a descriptor has no path
            with zipfile.ZipFile(stream, "w", zipfile.ZIP_STORED) as packed:
                yield ArchiveWriter(packed)
            stream.flush()
            flush(stream.fileno())
        reach("transfer.written")
        rename_to_free_name(temporary, target)
        sync_folder(target.parent)
    except OSError as error:
        raise _unwritable(target, error) from error
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink()


def _unwritable(target: Path, error: OSError) -> CommandError:
    if isinstance(error, FileExistsError):
        return CommandError(
            f"{target} exists already.", remedy="Name another file, or move that one away."
        )
    return CommandError(
        f"{target} cannot be written: {error.strerror or error}.",
        remedy="Check that its folder exists, who owns it, and the free space.",
    )


class ArchiveReader:
    """A file of an export that was checked as a whole; made by `opened_archive`.

    Attributes:
        facts: of the manifest.
        members: by name.
    """

    def __init__(
        self,
        file: Path,
        packed: zipfile.ZipFile,
        facts: Mapping[str, Any],
        members: Mapping[str, Member],
    ) -> None:
        self.facts = facts
        self.members = members
        self._file = file
        self._packed = packed

    def read(self, name: str, *, max_bytes: int) -> bytes:
        """Return a member.

        Raises:
            CommandError: when there is none, it is larger, or it is damaged.
        """
        member = self.members.get(name)
        if member is None or member.size_bytes > max_bytes:
            raise damaged(self._file, f"{name} is missing or too large")
        return b"".join(self._pieces(member))

    def copy(self, name: str, target: Path) -> None:
        """Write a member into a new file, readable for its owner alone.

        Raises:
            CommandError: when there is none, or it is damaged.
            OSError: when it cannot be written.
        """
        member = self.members.get(name)
        if member is None:
            raise damaged(self._file, f"{name} is missing")
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW
        descriptor = os.open(target, flags, PRIVATE_FILE)
        with open(descriptor, "wb") as stream:  # noqa: PTH123 - a descriptor has no path
            stream.writelines(self._pieces(member))
            stream.flush()
            flush(stream.fileno())

    def check(self) -> None:
        """Read every member to its end and compare checksums.

        Raises:
            CommandError: when one does not match.
        """
        for member in self.members.values():
            for _piece in self._pieces(member):
                pass

    def _pieces(self, member: Member) -> Iterator[bytes]:
        digest, left = hashlib.sha256(), member.size_bytes
        try:
            with self._packed.open(member.name) as stream:
                while piece := stream.read(_PIECE_BYTES):
                    digest.update(piece)
                    left -= len(piece)
                    yield piece
        except _BROKEN as error:
            raise damaged(self._file, f"{member.name}: {error}") from error
        except OSError as error:
            raise _unreadable(self._file, error) from error
        if left or digest.hexdigest() != member.sha256:
            raise damaged(self._file, f"the checksum of {member.name} is wrong")


@contextlib.contextmanager
def opened_archive(file: Path) -> Iterator[ArchiveReader]:
    """Open an export and check its list of members; `check` compares the checksums.

    Raises:
        CommandError: when it cannot be read, is damaged, or is something else.
    """
    flags = os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK
    try:
        descriptor = os.open(file, flags)
    except OSError as error:
        raise _unreadable(file, error) from error
    with contextlib.ExitStack() as held:
        try:
            stream = held.enter_context(open(descriptor, "rb"))  # noqa: PTH123 - a descriptor
            if stream.read(len(_BEGINNING)) != _BEGINNING:
                raise _foreign(file)
            packed = held.enter_context(zipfile.ZipFile(stream))
            facts, members = _manifest(file, packed)
        except _BROKEN as error:
            raise damaged(file, str(error)) from error
        except OSError as error:
            raise _unreadable(file, error) from error
        yield ArchiveReader(file, packed, facts, members)


def _manifest(file: Path, packed: zipfile.ZipFile) -> tuple[dict[str, Any], dict[str, Member]]:
    found = packed.infolist()
    names = [information.filename for information in found]
    if MANIFEST not in names:
        raise _foreign(file)
    _refuse_unbounded(found)
    facts = _json_object(packed.read(MANIFEST))
    if facts.pop("format", None) != FORMAT:
        raise ValueError("the list of members is not one of tasted")
    if facts.pop("version", None) != FORMAT_VERSION:
        raise CommandError(
            f"{file} was written by another version of tasted.",
            remedy="Update tasted on this computer, then import it again.",
        )
    members = {member.name: member for member in map(_member, facts.pop("members", []))}
    sizes = {information.filename: information.file_size for information in found}
    del sizes[MANIFEST]
    if sizes != {member.name: member.size_bytes for member in members.values()}:
        raise ValueError("its members are not those of its list")
    return facts, members


def _refuse_unbounded(found: list[zipfile.ZipInfo]) -> None:
    if len(found) > MEMBERS_MAX or len({member.filename for member in found}) != len(found):
        raise ValueError("too many members, or one twice")
    for information in found:
        if information.compress_type != zipfile.ZIP_STORED or information.flag_bits & 1:
            raise ValueError(f"{information.filename!r} is compressed or encrypted")
        if information.filename == MANIFEST and information.file_size > _MANIFEST_BYTES_MAX:
            raise ValueError("the list of members is too large")


def _json_object(data: bytes) -> dict[str, Any]:
    try:
        value = json.loads(data)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
    if not isinstance(value, dict):
        raise ValueError("not an object")  # noqa: TRY004 - one kind of error for any bytes
    return value


def _member(value: object) -> Member:
    if not isinstance(value, dict):
        raise ValueError("not a member")  # noqa: TRY004 - as above
    name, size, digest = (value.get(key) for key in ("name", "bytes", "sha256"))
    if not (isinstance(name, str) and _NAME.fullmatch(name)):
        raise ValueError("a member without a name")
    if type(size) is not int or size < 0 or not isinstance(digest, str):
        raise ValueError("a member without size and checksum")
    return Member(name, size, digest)


def damaged(file: Path, why: str) -> CommandError:
    """Return the refusal of a file that is not whole."""
    return CommandError(
        f"{file} is damaged or not complete: {why}.",
        remedy="Copy it again from where it was written, or export again. Nothing was changed.",
    )


def _foreign(file: Path) -> CommandError:
    return CommandError(
        f"{file} is not an export of tasted.",
        remedy="Name the file that `tasted export FILE` wrote.",
    )


def _unreadable(file: Path, error: OSError) -> CommandError:
    return CommandError(
        f"{file} cannot be read: {error.strerror or error}.",
        remedy="Check its name and who owns it.",
    )
