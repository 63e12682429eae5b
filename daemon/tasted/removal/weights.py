"""The weights that `tasted models pull` fetched into the cache that it shares with other programs.

Touches the hub's cache. What lay there before, and what `models add` named, is nobody's to remove.
"""

from pathlib import Path

from tasted.embedding.hub_cache import downloaded_files, remove_downloads
from tasted.embedding.weights import list_downloads
from tasted.home import Home
from tasted.removal.trace import Reach, Trace, size_of

_SHARED = "other programs, and other homes of tasted, may use it; it can be downloaded again"


def fetched_weights(home: Home) -> list[Trace]:
    """Find what was fetched for this home.

    Raises:
        ModelUnusable: when models.json is damaged.
    """
    return [
        _trace(folder, names, size_of(files))
        for folder, names in list_downloads(home.models_file, home.root).items()
        if (files := downloaded_files(folder, names))
    ]


def _trace(folder: Path, names: tuple[str, ...], size_bytes: int) -> Trace:
    model = folder.parent.parent.name.removeprefix("models--").replace("--", "/")
    return Trace(
        "weights",
        f"the model {model}",
        folder,
        size_bytes,
        Reach.DATA,
        lambda: remove_downloads(folder, names),
        note=_SHARED,
    )
