"""In which order files arrived since the daemon began. Pure."""

from collections.abc import Collection

from tasted.inbox.packed_files import PackedFiles


class Arrivals:
    """The files of one inbox that were not there at first, numbered."""

    def __init__(self) -> None:
        self.numbers: dict[str, int] = {}
        """A growing number for each path that arrived."""
        self._last = 0
        self._known: set[str] | None = None

    def look(self, files: PackedFiles, stirred: Collection[str] | None) -> list[str]:
        """Take in one look, and return what arrived since the last.

        Args:
            files: all that are there.
            stirred: where something may be another than at the last look; None: everywhere.
        """
        known = self._known
        if known is None:
            self._known = set(files)
            return []
        went = [path for path in (known if stirred is None else stirred) if path not in files]
        for path in went:
            known.discard(path)
            self.numbers.pop(path, None)
        if not self.numbers:
            # all that arrived is gone
            self._last = 0
        some = files if stirred is None else stirred
        came = [path for path in some if path not in known and path in files]
        for path in sorted(came, key=lambda path: files[path].stamp.modified_ns):
            self._last += 1
            self.numbers[path] = self._last
        known.update(came)
        return came
