"""What a file's name says about it. Pure."""

from enum import StrEnum

from tasted.records import Label

COMPANION_EXTENSION = ".txt"
NOTICE_NAME = "README.txt"
"""What `tasted init` puts into the inbox for people to read."""

SUPPORTED_EXTENSIONS = frozenset({
    ".png", ".apng", ".jpg", ".jpeg", ".jpe", ".jfif", ".webp", ".gif", ".bmp", ".dib",
    ".tif", ".tiff", ".heic", ".heif", ".hif", ".avif", ".mpo",
})  # fmt: skip
# images all the same: they get a sidecar that says what to do, instead of silence
KNOWN_EXTENSIONS = SUPPORTED_EXTENSIONS | frozenset({
    ".jxl", ".jp2", ".psd", ".svg", ".ico", ".icns", ".tga", ".qoi", ".raw", ".dng",
    ".cr2", ".cr3", ".nef", ".arw", ".raf", ".orf", ".rw2",
})  # fmt: skip

_UNFINISHED_EXTENSIONS = frozenset({
    ".tmp", ".part", ".partial", ".crdownload", ".download", ".icloud",
})  # fmt: skip
_SYSTEM_NAMES = frozenset({"icon\r", "desktop.ini", "thumbs.db", "ehthumbs.db"})
_SYSTEM_FOLDERS = frozenset({"__macosx", "@eadir", "$recycle.bin"})


class NameKind(StrEnum):
    """What a regular file is, as far as its name tells."""

    PICTURE = "picture"
    COMPANION = "companion"
    NAMELESS_TYPE = "nameless_type"
    """No extension: the first bytes decide."""
    UNFINISHED = "unfinished"
    """Hidden, or still being written by another program under another name."""
    OTHER = "other"


def kind_of_name(name: str) -> NameKind:
    """Classify the last component of a path."""
    folded = name.casefold()
    if name.startswith((".", "~$")) or folded in _SYSTEM_NAMES:
        return NameKind.UNFINISHED
    _stem, extension = _parted(folded)
    if extension in _UNFINISHED_EXTENSIONS:
        return NameKind.UNFINISHED
    if extension in KNOWN_EXTENSIONS:
        return NameKind.PICTURE
    if extension == COMPANION_EXTENSION:
        return NameKind.COMPANION
    return NameKind.NAMELESS_TYPE if extension == "" else NameKind.OTHER


def is_walked_folder(name: str) -> bool:
    """Tell whether the inbox is searched below a folder of this name."""
    return not name.startswith(".") and name.casefold() not in _SYSTEM_FOLDERS


def label_of(path: str) -> Label | None:
    """Return the label that a path relative to the inbox teaches, in any letter case.

    Only the folders at the top of the inbox teach: `liked/a.png` and `Liked/b/c.png` do,
    `anna/liked/d.png` does not.
    """
    top, separator, _rest = path.partition("/")
    if not separator:
        return None
    folded = top.casefold()
    return Label(folded) if folded in set(Label) else None


def companion_of(path: str) -> str:
    """Return the path of the text file that belongs to a picture: `a/shot.txt` for `a/shot.png`."""
    folder, slash, name = path.rpartition("/")
    stem, _extension = _parted(name)
    return f"{folder}{slash}{stem}{COMPANION_EXTENSION}"


def _parted(name: str) -> tuple[str, str]:
    """Part a name before its extension; a dot at either end of the name begins none."""
    # a look asks this of every file, and pathlib takes five times as long
    at = name.rfind(".")
    return (name[:at], name[at:]) if 0 < at < len(name) - 1 else (name, "")


def looks_like_picture(first_bytes: bytes) -> bool:
    """Tell whether a file without extension begins like an image (16 bytes are enough)."""
    if first_bytes.startswith(
        (
            b"\x89PNG\r\n\x1a\n",
            b"\xff\xd8\xff",
            b"GIF87a",
            b"GIF89a",
            b"BM",
            b"II*\x00",
            b"MM\x00*",
        )
    ):
        return True
    if first_bytes[:4] == b"RIFF" and first_bytes[8:12] == b"WEBP":
        return True
    return first_bytes[4:8] == b"ftyp" and first_bytes[8:12] in {
        b"heic", b"heix", b"heim", b"heis", b"hevc", b"mif1", b"msf1", b"avif", b"avis",
    }  # fmt: skip
