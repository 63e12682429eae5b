"""Records of inbox files without a disk, and the first bytes that make a file a picture."""

from tasted.records import Companion, FileStamp, InboxFile, Label

PNG = b"\x89PNG\r\n\x1a\n"
HEIC = b"\x00\x00\x00\x18ftypheic"
WEBP = b"RIFF\x24\x00\x00\x00WEBP"


def stamp(number: int = 1) -> FileStamp:
    """Return a stamp that differs from that of every other number."""
    return FileStamp(size_bytes=number, modified_ns=number * 1000, inode=number)


def inbox_file(
    path: str = "a.png", number: int = 1, *, text: int | None = None, label: Label | None = None
) -> InboxFile:
    """Return a file with the stamp of a number, and a companion with the stamp of `text`."""
    companion = None if text is None else Companion(f"{path}.txt", stamp(text))
    return InboxFile(path, stamp(number), companion, label)
