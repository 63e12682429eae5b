"""What `tasted forget` is asked to do, as it travels from the command to the owner. Pure."""

import os
import re
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from tasted.plain_dataclass import dataclass

_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Target:
    """One thing that a user named, as contents and paths."""

    contents: tuple[str, ...] = ()
    """sha256 of the bytes, as far as they are known."""
    paths: tuple[str, ...] = ()
    """Relative to the inbox; what is there, or what a sidecar is about."""
    folder: str | None = None
    """Relative to the inbox: everything below it is meant."""
    sizes: tuple[int, ...] = ()
    """Bytes of the contents, where a file showed them."""


@dataclass(frozen=True, slots=True)
class Order:
    """What the owner of the home is asked to erase."""

    targets: tuple[Target, ...]
    keeps_pictures: bool
    """Whether unlabelled pictures stay in the inbox, ignored; also one that the command did not
    know about when it asked."""
    is_dry: bool
    """Whether everything is only counted."""

    def to_json(self) -> dict[str, Any]:
        """Return the fields of a request."""
        return asdict(self)


def parse_order(value: dict[str, Any]) -> Order | None:
    """Parse the fields of a request; None when they are not an order. Never raises."""
    targets, keeps, is_dry = (value.get(name) for name in ("targets", "keeps_pictures", "is_dry"))
    if not (isinstance(targets, list) and isinstance(keeps, bool) and isinstance(is_dry, bool)):
        return None
    parsed = [_target(target) for target in targets]
    known = tuple(target for target in parsed if target is not None)
    return Order(known, keeps, is_dry) if len(known) == len(parsed) else None


def _target(value: object) -> Target | None:
    if not isinstance(value, dict):
        return None
    contents: Any = value.get("contents")
    paths: Any = value.get("paths")
    folder: Any = value.get("folder")
    sizes: Any = value.get("sizes")
    fits = (
        _are_all(contents, _is_content_id)
        and are_paths(paths)
        and (folder is None or is_path(folder))
        and _are_all(sizes, lambda size: type(size) is int)
    )
    return Target(tuple(contents), tuple(paths), folder, tuple(sizes)) if fits else None


def is_path(path: object, *, absolute: bool = False) -> bool:
    """Return whether a JSON value is a path, absolute or below the inbox, without `.` and `..`."""
    if not isinstance(path, str) or "\0" in path:
        return False
    try:
        os.fsencode(path)
    except UnicodeEncodeError:
        return False
    parts = path.removeprefix("/").split("/")
    climbs = any(part in {"", ".", ".."} for part in parts)
    return path.startswith("/") == absolute and not climbs


def are_paths(value: object, *, absolute: bool = False) -> bool:
    """Return whether a JSON value is a list of such paths."""
    return isinstance(value, list) and all(is_path(path, absolute=absolute) for path in value)


def _is_content_id(value: object) -> bool:
    return isinstance(value, str) and _SHA256.fullmatch(value) is not None


def _are_all(value: object, fits: Callable[[object], bool]) -> bool:
    return isinstance(value, list) and all(map(fits, value))
