"""What a file's name says about it. Pure."""

from collections.abc import Collection
from enum import StrEnum
from functools import lru_cache

from tasted.records import Label

TEXT_EXTENSIONS = (".txt", ".md")
"""Of companion texts, the more usual first."""
NOTICE_NAME = "README.txt"
"""What `tasted init` puts into the inbox for people to read."""
NOT_A_PROFILE_NAME = ".not-a-profile"
"""A file in a folder that says, for good, that its pictures are of several people."""

SUPPORTED_EXTENSIONS = frozenset({
    ".png", ".apng", ".jpg", ".jpeg", ".jpe", ".jfif", ".pjpeg", ".pjp", ".mpo", ".webp", ".gif",
    ".bmp", ".dib", ".tif", ".tiff", ".heic", ".heif", ".hif", ".avif",
})  # fmt: skip
# images all the same: they get a sidecar that says what to do, instead of silence
KNOWN_EXTENSIONS = SUPPORTED_EXTENSIONS | frozenset({
    ".jxl", ".jp2", ".psd", ".svg", ".ico", ".icns", ".tga", ".qoi", ".raw", ".dng",
    ".cr2", ".cr3", ".nef", ".arw", ".raf", ".orf", ".rw2",
})  # fmt: skip

# of browsers, download managers, torrents and programs that synchronise
_UNFINISHED_EXTENSIONS = frozenset({
    ".tmp", ".part", ".partial", ".crdownload", ".download", ".opdownload", ".filepart", ".icloud",
    ".aria2", ".!qb", ".!ut", ".!sync", ".bts",
})  # fmt: skip
# what certainly is no picture, and is never opened to find out: documents, films, sounds, archives,
# programs and their data
_OTHERS = """
    pdf doc docx docm xls xlsx xlsm ppt pptx odt ods odp rtf pages numbers key tex epub mobi
    html htm xhtml mht mhtml webarchive xml json ndjson jsonl geojson csv tsv yaml yml toml
    ini cfg conf log eml msg vcf ics url webloc lnk desktop aae xmp plist strings torrent
    mp4 m4v mov avi mkv webm mpg mpeg 3gp 3g2 wmv flv mts m2ts ogv insv lrv thm srt sub vtt
    mp3 m4a m4b aac wav flac ogg oga opus wma aif aiff amr caf mid midi
    zip tar gz tgz bz2 xz zst 7z rar dmg iso pkg deb rpm apk ipa jar cab msi
    py pyc js mjs ts css sh bash zsh c h cpp hpp java kt rs go rb pl php sql lua swift ps1
    bat exe dll so dylib class wasm app db sqlite sqlite3 db-wal db-shm parquet npy npz
    safetensors pt onnx pickle pkl ttf otf woff woff2 asc sig pem crt cer p12 md5 sha1 sha256
"""
_OTHER_EXTENSIONS = frozenset(f".{extension}" for extension in _OTHERS.split())
_SYSTEM_NAMES = frozenset({"icon\r", "desktop.ini", "thumbs.db", "ehthumbs.db"})
# of archives, file servers, drives and systems: bins, snapshots, thumbnails, what a repair found
_SYSTEM_FOLDERS = frozenset({
    "__macosx", "@eadir", "@sharebin", "$recycle.bin", "recycler", "#recycle", "@recycle",
    "#snapshot", "@snapshot", "@recently-snapshot", "~snapshot", "lost+found",
    "system volume information", "network trash folder", "temporary items",
})  # fmt: skip
# folders that are one file to their program: what lies in them is no screenshot of anybody
_BUNDLE_EXTENSIONS = frozenset({
    ".photoslibrary", ".photolibrary", ".migratedphotolibrary", ".aplibrary", ".lrdata",
    ".lrlibrary", ".cocatalog", ".imovielibrary", ".fcpbundle", ".sparsebundle", ".app",
})  # fmt: skip
# what aria2 notes of a file that it is writing, in one beside it
_LOADING_NOTE = ".aria2"


class NameKind(StrEnum):
    """What a regular file is, by its name."""

    PICTURE = "picture"
    COMPANION = "companion"
    UNKNOWN = "unknown"
    """It has no extension, or one that means nothing: the first bytes decide."""
    HIDDEN = "hidden"
    """Hidden, or a file of the system: never a picture."""
    UNFINISHED = "unfinished"
    """Still being written by another program under another name."""
    OTHER = "other"
    """Certainly not a picture."""


def kind_of_name(name: str) -> NameKind:
    """Classify the last component of a path."""
    folded = name.casefold()
    if name.startswith((".", "~$")) or folded in _SYSTEM_NAMES:
        return NameKind.HIDDEN
    _stem, extension = _parted(folded)
    if extension in _UNFINISHED_EXTENSIONS:
        return NameKind.UNFINISHED
    if extension in KNOWN_EXTENSIONS:
        return NameKind.PICTURE
    if extension in TEXT_EXTENSIONS:
        return NameKind.COMPANION
    return NameKind.OTHER if extension in _OTHER_EXTENSIONS else NameKind.UNKNOWN


class FolderKind(StrEnum):
    """What a folder is, by its name."""

    WALKED = "walked"
    SYSTEM = "hidden"
    """Hidden, or kept by a system or a file server."""
    BUNDLE = "bundle"
    """A library or a program, which shows as one file."""
    UNFINISHED = "unfinished"
    """A browser keeps in it what it has not loaded to its end."""


def kind_of_folder(name: str) -> FolderKind:
    """Classify a folder by its name; the inbox is searched below walked ones alone."""
    folded = name.casefold()
    if name.startswith(".") or folded in _SYSTEM_FOLDERS:
        return FolderKind.SYSTEM
    _stem, extension = _parted(folded)
    if extension in _BUNDLE_EXTENSIONS:
        return FolderKind.BUNDLE
    return FolderKind.UNFINISHED if extension in _UNFINISHED_EXTENSIONS else FolderKind.WALKED


def is_walked_folder(name: str) -> bool:
    """Tell whether the inbox is searched below a folder of this name."""
    return kind_of_folder(name) is FolderKind.WALKED


def is_loading(name: str, *, is_empty: bool, beside: Collection[str]) -> bool:
    """Tell whether a picture is being loaded, as the files beside it say.

    A browser makes an empty file of the final name, and writes into `shot.Ab12Cd.png.part`; a
    download manager writes into the file itself and keeps notes in `shot.png.aria2`.

    Args:
        name: of the picture.
        is_empty: whether it has no bytes.
        beside: names in the same folder.
    """
    if f"{name}{_LOADING_NOTE}" in beside:
        return True
    return is_empty and stem_of(name) in _beginnings(frozenset(beside))


@lru_cache(maxsize=1)
def _beginnings(names: frozenset[str]) -> frozenset[str]:
    """Return how the names of unfinished files begin, up to each of their dots.

    Kept for the pictures of one folder, which are asked about one after another.
    """
    return frozenset(
        name[:at]
        for name in names
        if kind_of_name(name) is NameKind.UNFINISHED
        for at, character in enumerate(name)
        if character == "."
    )


def label_of(path: str) -> Label | None:
    """Return the label of a path relative to the inbox, in any letter case.

    Only the folders at the top of the inbox are labels: those of `liked/a.png` and `Liked/b/c.png`,
    not that of `anna/liked/d.png`.
    """
    top, separator, _rest = path.partition("/")
    if not separator:
        return None
    folded = top.casefold()
    return Label(folded) if folded in set(Label) else None


def stem_of(name: str) -> str:
    """Return a name without its extension: `shot` for `shot.png`, and for `shot`."""
    return _parted(name)[0]


def _parted(name: str) -> tuple[str, str]:
    """Part a name before its extension; a dot at either end of the name begins none."""
    # a look asks this of every file, and pathlib takes five times as long
    at = name.rfind(".")
    return (name[:at], name[at:]) if 0 < at < len(name) - 1 else (name, "")


def refuse_climbing(*paths: str | None) -> None:
    """Refuse paths that are not below the inbox; None is no path.

    Raises:
        ValueError: when one could lead out of it.
    """
    for path in paths:
        if path is not None and not {"", ".", ".."}.isdisjoint(path.split("/")):
            raise ValueError(f"not a path below the inbox: {path!r}")
