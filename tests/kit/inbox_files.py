"""Records of inbox files without a disk, and the first bytes that make a file a picture."""

from collections.abc import Iterable

from tasted.inbox.packed_files import PackedFiles
from tasted.packing.entry_rows import packed_stamp
from tasted.records import Companion, FileStamp, InboxFile, Label

PNG = b"\x89PNG\r\n\x1a\n"
HEIC = b"\x00\x00\x00\x18ftypheic"
WEBP = b"RIFF\x24\x00\x00\x00WEBP"


def stamp(number: int = 1) -> FileStamp:
    """Return a stamp that differs from that of every other number."""
    return FileStamp(number, modified_ns=number * 1000, inode=number, changed_ns=number)


def inbox_file(
    path: str = "a.png", number: int = 1, *, text: int | None = None, label: Label | None = None
) -> InboxFile:
    """Return a file with the stamp of a number, and a companion with the stamp of `text`."""
    companion = None if text is None else Companion(f"{path}.txt", stamp(text))
    return InboxFile(path, stamp(number), companion, label)


def packed_files(files: Iterable[InboxFile]) -> PackedFiles:
    """Return files as a listing holds them; each has a change time."""
    packed: PackedFiles = PackedFiles({})
    for file in files:
        stamp = file.stamp
        assert stamp.changed_ns is not None
        seen = packed_stamp(stamp.size_bytes, stamp.modified_ns, stamp.inode, stamp.changed_ns)
        packed.sights[file.path] = seen if file.companion is None else (seen, file.companion)
    return packed
