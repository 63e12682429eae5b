"""Recognises a misspelt model name: a word that is similar to a known one. Reads one file.

A name with a slash may be any model of the hub, and a path any folder; a bare word is a short name,
or a name given with `tasted models add`.
"""

import json
from pathlib import Path

from tasted.similar_words import nearest
from tasted.system.files import read_regular_file

SHORT_NAMES = frozenset({"pocket", "clip", "resnet50"})
_LIKENESS = 0.75
_BYTES_MAX = 4_000_000


def similar_model(model: str, models_file: Path) -> str | None:
    """Return the known name that a misspelt word is similar to; None if it may be right.

    Args:
        model: as a person wrote it.
        models_file: `.tasted/models.json`, with the added models.
    """
    if "/" in model or model in SHORT_NAMES:
        return None
    added = _added(models_file)
    if model in added:
        return None
    known = sorted(SHORT_NAMES | added)
    return nearest(model.casefold(), known, similarity=_LIKENESS)


def _added(models_file: Path) -> set[str]:
    try:
        data, _stamp = read_regular_file(models_file, max_bytes=_BYTES_MAX)
        return {str(name) for name in json.loads(data)["models"]}
    except (OSError, ValueError, RecursionError, KeyError, TypeError):
        # opening the model reports a damaged file
        return set()
