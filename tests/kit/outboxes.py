"""What a whole outbox looks like: one valid sidecar for each file, and nothing half written."""

import contextlib
from collections import Counter
from collections.abc import Iterator

from kit.pictures import noise
from tasted.home.layout import Home
from tasted.inbox.listing import list_inbox
from tasted.outbox.sidecar import Sidecar
from tasted.system.files import content_id, is_temporary


def picture(number: int) -> bytes:
    """Return a small whole PNG that no other number has."""
    return noise(size=(8, 8), seed=number)


def documents(home: Home) -> dict[str, Sidecar]:
    """Read the outbox, and return its documents by the path of their file or folder.

    Raises:
        ValueError: for a file that is no valid sidecar.
        AssertionError: when two belong to one path.
    """
    read = [Sidecar.model_validate_json(content) for content in _contents(home)]
    paths = Counter(sidecar.ledger_entry().path for sidecar in read)
    assert paths.keys() == {path for path in paths if paths[path] == 1}, paths
    return {sidecar.ledger_entry().path: sidecar for sidecar in read}


def _contents(home: Home) -> Iterator[bytes]:
    for path in home.outbox.rglob("*.json"):
        # a running daemon removes the sidecar of what moved between the listing and the reading
        with contextlib.suppress(FileNotFoundError):
            if path.is_file():
                yield path.read_bytes()


def temporary_files(home: Home) -> list[str]:
    """Return what interrupted writes left in the outbox."""
    return [path.name for path in home.outbox.rglob(".*") if is_temporary(path.name)]


def is_done(home: Home) -> bool:
    """Tell whether every file of the inbox has its one sidecar, of its very bytes and stamp."""
    found = documents(home)
    return all(
        path in found
        and found[path].status != "error"
        and found[path].ledger_entry().stamp == file.stamp
        and found[path].source.sha256 == content_id((home.inbox / path).read_bytes())
        for path, file in list_inbox(home.inbox).files.items()
    )
