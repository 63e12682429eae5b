"""Paths as a request may hold them: what climbs out of the inbox is refused. Pure."""

import os


def is_path(path: object, *, absolute: bool = False) -> bool:
    """Tell whether a JSON value is a path, absolute or below the inbox, without `.` and `..`."""
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
    """Tell whether a JSON value is a list of such paths."""
    return isinstance(value, list) and all(is_path(path, absolute=absolute) for path in value)
