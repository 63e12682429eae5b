"""Files of the inbox by path, packed: a stamp is 32 bytes, and most files have no companion. Pure.

A look at a hundred thousand files compares bytes, and builds a record for what it asks about.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping

from tasted.inbox.naming import label_of
from tasted.packing.entry_rows import unpacked_stamp
from tasted.records import Companion, InboxFile

Sight = bytes | tuple[bytes, Companion]
"""What a look sees at a path: a packed stamp, and the companion text of a file that has one."""


def stamp_in(sight: Sight) -> bytes:
    """Return the packed stamp in what a look saw."""
    return sight if isinstance(sight, bytes) else sight[0]


def file_from(path: str, sight: Sight) -> InboxFile:
    """Return what a look saw at a path as a record."""
    companion = None if isinstance(sight, bytes) else sight[1]
    return InboxFile(path, unpacked_stamp(stamp_in(sight)), companion, label_of(path))


class PackedFiles(Mapping[str, InboxFile]):
    """Files by path, each built when it is asked for.

    Args:
        sights: by path; what changes there changes here.
    """

    def __init__(self, sights: dict[str, Sight]) -> None:
        self.sights = sights

    def __getitem__(self, path: str) -> InboxFile:
        """Return the file at a path; KeyError when there is none."""
        return file_from(path, self.sights[path])

    def __iter__(self) -> Iterator[str]:
        """Iterate over the paths."""
        return iter(self.sights)

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self.sights)

    def __contains__(self, path: object) -> bool:
        """Tell whether there is a file at a path, without building it."""
        return path in self.sights

    def sharing(self, paths: Iterable[str], former: Mapping[str, Sight]) -> "PackedFiles":
        """Return the same files, with the very texts and stamps that are in memory already.

        Args:
            paths: in memory; this loses what is at them.
            former: what another look saw.
        """
        shared: dict[str, Sight] = {}
        for path in paths:
            sight = self.sights.pop(path, None)
            if sight is not None:
                seen = former.get(path)
                shared[path] = seen if seen == sight else sight
        return PackedFiles(shared | self.sights)

    def without(self, paths: Collection[str]) -> "PackedFiles":
        """Return the others."""
        return PackedFiles(
            {path: sight for path, sight in self.sights.items() if path not in paths}
        )
