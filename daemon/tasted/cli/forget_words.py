"""What the words after `tasted forget` mean: file, folder of the inbox, or id. Reads the disk."""

import re
from pathlib import Path

from tasted.daemon.forget_order import Target
from tasted.daemon.forget_plan import Known, hashed
from tasted.errors import CommandError, UsageError
from tasted.home import Home
from tasted.inbox.naming import NameKind, kind_of_name

_ID_DIGITS_MIN = 8
_ID_DIGITS = 64
_ID = re.compile(f"[0-9a-f]{{{_ID_DIGITS_MIN},{_ID_DIGITS}}}")


class NotFound(CommandError):
    """A word leads to no picture; the others are not harmed by it."""

    code = "not_found"


def target_of(word: str, home: Home, known: Known, working_folder: Path) -> Target:
    """Return what a word names: a path that exists or has a sidecar comes before an id.

    Args:
        word: as the user typed it.
        home: whose inbox counts.
        known: inbox and outbox as of now.
        working_folder: what a relative path starts from.

    Raises:
        NotFound: when it names nothing, or nothing that can be told.
        UsageError: when it names the whole inbox.
    """
    file = _absolute(working_folder / word)
    if file == home.inbox or file in home.inbox.parents:
        raise UsageError(
            f"{word} holds the whole inbox.",
            remedy="Name files or folders in it. To forget everything, delete the home.",
        )
    if file.is_relative_to(home.inbox):
        found = _inside(file, file.relative_to(home.inbox).as_posix(), known)
    else:
        found = _outside(file)
    return found or _in_the_inbox(word, home, known) or _by_id(word, known)


def _in_the_inbox(word: str, home: Home, known: Known) -> Target | None:
    """Return what a name relative to the inbox means: such names are what tasted prints."""
    file = _absolute(home.inbox / word)
    if file == home.inbox or not file.is_relative_to(home.inbox):
        return None
    return _inside(file, file.relative_to(home.inbox).as_posix(), known)


def _absolute(file: Path) -> Path:
    # a linked folder leads into the inbox; a link at the end is looked at by itself
    return file.resolve() if file.is_dir() else file.parent.resolve() / file.name


def _inside(file: Path, path: str, known: Known) -> Target | None:
    if path in known.files or path in known.entries:
        return Target(paths=(path,))
    if known.is_folder(path):
        return Target(folder=path)
    if not file.is_file():
        return None
    if kind_of_name(file.name) is NameKind.COMPANION:
        raise NotFound(f"{file.name} is a text.", remedy="Name the picture that it belongs to.")
    # hidden, or of another kind: never scored under this name, and perhaps under another
    return _outside(file)


def _outside(file: Path) -> Target | None:
    if file.is_dir():
        raise NotFound(
            f"{file} is a folder outside the inbox.", remedy="Name the pictures in it: FOLDER/*"
        )
    if not file.is_file():
        return None
    # the user named this file, so a link to it is meant
    real = file.resolve()
    content = hashed(real)
    if content is None:
        raise NotFound(
            f"{file} is empty or cannot be read.", remedy="Name it by its id (sha256) instead."
        )
    return Target(contents=(content,), sizes=(real.stat().st_size,))


def _by_id(word: str, known: Known) -> Target:
    digits = word.lower()
    if _ID.fullmatch(digits) is None:
        raise NotFound(
            f"{word} is not there, and no sidecar tells of it.",
            remedy="Name it by its id: the sha256 of the picture, or 8 digits of it.",
        )
    if len(digits) == _ID_DIGITS:
        return Target(contents=(digits,))
    entries = known.entries.values()
    contents = {entry.content_id for entry in entries if not entry.is_profile} - {None}
    fitting = sorted(content for content in contents if content and content.startswith(digits))
    if len(fitting) != 1:
        raise NotFound(
            f"{len(fitting) or 'No'} sidecars tell of an id that begins with {digits}.",
            remedy="Give all 64 digits: source.sha256 in a sidecar, or what sha256sum prints.",
        )
    return Target(contents=(fitting[0],))
