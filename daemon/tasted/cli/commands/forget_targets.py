"""What an argument of `tasted forget` means: file, folder of the inbox, or id. Reads the disk."""

import os
import re
from pathlib import Path

from tasted.cli.named_files import is_folder
from tasted.daemon.forgetting.plan import HomeContents, hashed
from tasted.daemon.shared.forget_order import Target
from tasted.errors import NotFound, UsageError
from tasted.home.layout import Home
from tasted.inbox.naming import NameKind, kind_of_name
from tasted.system.files import real_path

_ID_DIGITS_MIN = 8
_ID_DIGITS = 64
_ID = re.compile(f"[0-9a-f]{{{_ID_DIGITS_MIN},{_ID_DIGITS}}}")


def target_of(word: str, home: Home, known: HomeContents, working_folder: Path) -> Target:
    """Return what a word names: a path that exists or has a sidecar comes before an id.

    Args:
        word: as the user typed it.
        home: whose inbox counts.
        known: inbox and outbox as of now.
        working_folder: what a relative path starts from.

    Raises:
        NotFound: when it names nothing, or it is unclear what.
        UsageError: when it names the whole inbox.
    """
    file = _absolute(working_folder / word)
    if file == home.inbox or file in home.inbox.parents:
        raise UsageError(
            f"{word} contains the whole inbox.",
            remedy="Name files or folders in it. To forget everything: tasted uninstall --purge",
        )
    if file.is_relative_to(home.inbox):
        found = _inside(file, file.relative_to(home.inbox).as_posix(), known)
    else:
        found = _outside(file)
    return found or _in_the_inbox(word, home, known) or _by_id(word, known)


def _in_the_inbox(word: str, home: Home, known: HomeContents) -> Target | None:
    """Return what a name relative to the inbox means, as tasted prints them."""
    file = _absolute(home.inbox / word)
    if file == home.inbox or not file.is_relative_to(home.inbox):
        return None
    return _inside(file, file.relative_to(home.inbox).as_posix(), known)


def _absolute(file: Path) -> Path:
    # a link to a folder is followed; a link to a file is not
    return real_path(file) if is_folder(file) else real_path(file.parent) / file.name


def _inside(file: Path, path: str, known: HomeContents) -> Target | None:
    if path in known.files or path in known.entries:
        return Target(paths=(path,))
    if known.is_folder(path):
        return Target(folder=path)
    if not os.path.isfile(file):  # noqa: PTH113 - Path.is_file() raises for a name too long
        return None
    if kind_of_name(file.name) is NameKind.COMPANION:
        raise NotFound(f"{file.name} is a text file.", remedy="Name the picture it belongs to.")
    # hidden, or not a picture by its name: its content may have been scored under another name
    return _outside(file)


def _outside(file: Path) -> Target | None:
    if is_folder(file):
        raise NotFound(
            f"{file} is a folder outside the inbox.", remedy="Name the pictures in it: FOLDER/*"
        )
    if not os.path.isfile(file):  # noqa: PTH113 - Path.is_file() raises for a name too long
        return None
    # the user named this file, so a link to it is followed
    real = real_path(file)
    content = hashed(real)
    if content is None:
        raise NotFound(
            f"{file} is empty or cannot be read.", remedy="Name it by its id (sha256) instead."
        )
    return Target(contents=(content,), sizes=(real.stat().st_size,))


def _by_id(word: str, known: HomeContents) -> Target:
    digits = word.lower()
    if _ID.fullmatch(digits) is None:
        raise NotFound(
            f"{word} was not found, and has no result.",
            remedy="Give its id: the sha256 of the picture, or its first 8 digits.",
        )
    if len(digits) == _ID_DIGITS:
        return Target(contents=(digits,))
    entries = known.entries.values()
    contents = {entry.content_id for entry in entries if not entry.is_profile} - {None}
    fitting = sorted(content for content in contents if content and content.startswith(digits))
    if len(fitting) != 1:
        raise NotFound(
            f"{len(fitting) or 'No'} results have an id that begins with {digits}.",
            remedy="Give all 64 digits: source.sha256 in a result file, or from sha256sum.",
        )
    return Target(contents=(fitting[0],))
