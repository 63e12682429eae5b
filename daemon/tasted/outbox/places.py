"""Where in the outbox the sidecar of a path lies. Pure.

`a/b.png` has its sidecar at `a/b.png.json`, the profile `a/` at `a/profile.json`. When that name
is not to be had (too long, or already the sidecar of another path: one that differs in letter case
or Unicode form, or a picture `a/profile`), it carries `~` and 8 hex digits of the path's sha256. A
folder whose name ends in `.json` always carries them, since its plain name may be somebody's
sidecar, and so does a name that itself ends like such a mark. Where a folder cannot be made (the
path grows too long, or something else stands there) the sidecar lies at the top of the outbox,
marked too. No two paths share a place, then, unless 32 bits of their hashes agree.

Folders at the top of the outbox whose name begins with one `@` are those of backfills, and no
sidecar of the inbox lies there: a folder `@x` of the inbox has its sidecars in `@@x`.
"""

import hashlib
import os
import re
from pathlib import PurePosixPath

_SUFFIX = ".json"
_PROFILE = "profile"
_BACKFILL = "@"
_NAME_BYTES_MAX = 255
_MARK = re.compile(r"~[0-9a-f]{8}\Z", re.IGNORECASE)


def backfill_folder(name: str) -> str:
    """Return the folder at the top of the outbox that has the sidecars of a backfill."""
    return f"{_BACKFILL}{name}"


def backfill_name(folder: str) -> str | None:
    """Return which backfill a folder at the top of the outbox belongs to; None: it is no such."""
    is_one = folder.startswith(_BACKFILL) and not folder.startswith(2 * _BACKFILL)
    return folder.removeprefix(_BACKFILL) or None if is_one else None


def of_backfill(place: str) -> bool:
    """Tell whether a place lies in the folder of a backfill, and so is none of the inbox's."""
    top, slash, _rest = place.partition("/")
    return bool(slash) and backfill_name(top) is not None


def sidecar_places(path: str) -> tuple[PurePosixPath, PurePosixPath]:
    """Return the plain and the distinguished place of a path's sidecar, relative to the outbox.

    Args:
        path: relative to the inbox; must not be empty and must not climb out of it. With a slash at
            its end it is that of a profile.

    Raises:
        ValueError: for an absolute path or one with `.` or `..` in it.
    """
    parts = path.removesuffix("/").split("/")
    if any(part in {"", ".", ".."} for part in parts):
        raise ValueError(f"not a path below the inbox: {path!r}")
    if path.endswith("/"):
        parts.append(_PROFILE)
    folders = [_folder_name(parts, index) for index in range(len(parts) - 1)]
    mark = f"~{_digits(path)}{_SUFFIX}"
    distinguished = _cut(parts[-1], mark)
    plain = _fitted(parts[-1], _SUFFIX) or distinguished
    return PurePosixPath(*folders, plain), PurePosixPath(*folders, distinguished)


def flat_place(path: str) -> PurePosixPath:
    """Return the place at the top of the outbox, for a path whose folders cannot be made there.

    Raises:
        ValueError: as `sidecar_places` does.
    """
    _plain, distinguished = sidecar_places(path)
    return PurePosixPath(distinguished.name)


def belongs(place: PurePosixPath, path: str) -> bool:
    """Tell whether a place is one at which the sidecar of a path may lie.

    Raises:
        ValueError: as `sidecar_places` does.
    """
    plain, distinguished = sidecar_places(path)
    # asked for every sidecar at every start: comparing is quicker than making the third and a set
    return place in (plain, distinguished) or str(place) == distinguished.name


def places(path: str) -> frozenset[PurePosixPath]:
    """Return every place at which the sidecar of a path may lie.

    Raises:
        ValueError: as `sidecar_places` does.
    """
    return frozenset({*sidecar_places(path), flat_place(path)})


def _digits(path: str) -> str:
    return hashlib.sha256(os.fsencode(path)).hexdigest()[:8]


def _folder_name(parts: list[str], index: int) -> str:
    name = parts[index]
    if index == 0 and name.startswith(_BACKFILL):
        # "@x" is the folder of a backfill; "@@x" is that of this one
        name = f"{_BACKFILL}{name}"
    is_plain = not (name.casefold().endswith(_SUFFIX) or _MARK.search(name))
    if is_plain and len(os.fsencode(name)) <= _NAME_BYTES_MAX:
        return name
    return _cut(name, f"~{_digits('/'.join(parts[: index + 1]))}")


def _fitted(name: str, ending: str) -> str | None:
    whole = name + ending
    fits = len(os.fsencode(whole)) <= _NAME_BYTES_MAX
    return whole if fits and not _MARK.search(name) else None


def _cut(name: str, ending: str) -> str:
    budget = _NAME_BYTES_MAX - len(ending)
    raw = os.fsencode(name)
    if len(raw) <= budget:
        return name + ending
    # never cut a character in two: what remains must still be a name that macOS accepts
    return raw[:budget].decode("utf-8", "ignore") + ending
