"""Reads the JSON files of tasted's own state. It writes them whole, so damage is never its own."""

import json
from pathlib import Path
from typing import Any

from tasted.system.files import read_regular_file


def read_json(file: Path, *, max_bytes: int) -> Any:
    """Return the value in a file; None when there is no such file, or none that is JSON.

    Args:
        file: a regular one; anything else counts as none.
        max_bytes: a larger one counts as none.
    """
    try:
        data, _stamp = read_regular_file(file, max_bytes=max_bytes)
        return json.loads(data)
    except (OSError, ValueError, RecursionError):
        # what is not JSON was written by others
        return None
