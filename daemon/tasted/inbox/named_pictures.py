"""Pictures that a user named: their bytes, and whether they are pictures at all. Reads files."""

import os
from pathlib import Path

from tasted.errors import EmptyFile, NotAnImage, UnreadableFile, UnsupportedFormat
from tasted.inbox.naming import NameKind, kind_of_name
from tasted.picture_formats import HEAD_BYTES, SUPPORTED, begins_like_picture, sniff
from tasted.system.files import read_regular_file

PICTURE_BYTES_MAX = 1_000_000_000


def read_picture(picture: Path) -> bytes:
    """Return the bytes of a picture that the user named.

    Raises:
        ItemError: when it cannot be read, or a look at the inbox would not take it for a picture.
    """
    # the user named this file, so a link to it is followed; no other links are
    try:
        data, _stamp = read_regular_file(
            Path(os.path.realpath(picture)), max_bytes=PICTURE_BYTES_MAX
        )
    except OSError as error:
        remedy = "Check who may read it: ls -l"
        if isinstance(error, FileNotFoundError):
            remedy = "There is no such file, here or in the inbox: check the name."
        raise UnreadableFile(
            f"{picture} cannot be read: {error.strerror}.", remedy=remedy
        ) from error
    if not would_be_listed(picture.name, data):
        raise NotAnImage(
            f"{picture} does not count as a picture: {_why_not(picture.name)}.",
            remedy="Choose a picture that is not hidden and has the extension of a picture.",
        )
    return data


def _why_not(name: str) -> str:
    return {
        NameKind.HIDDEN: "it is hidden",
        NameKind.UNFINISHED: "its name says it is still being written",
        NameKind.UNKNOWN: "its first bytes are not those of one",
    }.get(kind_of_name(name), "its name says it is something else")


def refuse_broken(name: str, data: bytes) -> None:
    """Refuse a file whose first bytes are not those of a picture that can be decoded.

    Raises:
        ItemError: the same that its sidecar would hold.
    """
    if not data:
        raise EmptyFile(f"{name} is empty.", remedy="Copy it again, or remove it.")
    format_name = sniff(data)
    if format_name is None:
        raise NotAnImage(
            f"{name} is not an image: its content is in no known image format.",
            remedy="Remove it, or replace it with the picture as PNG or JPEG.",
        )
    if format_name not in SUPPORTED:
        raise UnsupportedFormat(
            f"{name} is a picture in the format {format_name}, which tasted cannot read.",
            remedy="Convert it to PNG or JPEG.",
        )


def would_be_listed(name: str, data: bytes) -> bool:
    """Tell whether a look at the inbox takes a file of this name and content for a picture."""
    kind = kind_of_name(name)
    return kind is NameKind.PICTURE or (
        kind is NameKind.UNKNOWN and begins_like_picture(data[:HEAD_BYTES])
    )
