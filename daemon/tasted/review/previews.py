"""Pictures that were made for the page, kept in memory for a while. Pure.

They are nowhere on the disk, so that forgetting a picture need not look for them: the web child is
ended then, and its memory with it.
"""

from collections import OrderedDict

from tasted.plain_dataclass import dataclass

PREVIEW_BYTES_MAX = 64_000_000


@dataclass(frozen=True, slots=True)
class Preview:
    """A picture made anew."""

    media_type: str
    data: bytes


class PreviewCache:
    """The pictures that were asked for last.

    Args:
        bytes_max: of all together; one that is larger is not kept.
    """

    def __init__(self, bytes_max: int = PREVIEW_BYTES_MAX) -> None:
        self._bytes_max = bytes_max
        self._held: OrderedDict[tuple[str, ...], Preview] = OrderedDict()
        self._bytes = 0

    def get(self, key: tuple[str, ...]) -> Preview | None:
        """Return what is kept under a key, which keeps it longer."""
        found = self._held.get(key)
        if found is not None:
            self._held.move_to_end(key)
        return found

    def put(self, key: tuple[str, ...], preview: Preview) -> None:
        """Keep a picture, and drop what was not asked for the longest."""
        self.drop(key)
        if len(preview.data) > self._bytes_max:
            return
        self._held[key] = preview
        self._bytes += len(preview.data)
        while self._bytes > self._bytes_max:
            _key, dropped = self._held.popitem(last=False)
            self._bytes -= len(dropped.data)

    def drop(self, key: tuple[str, ...]) -> None:
        """Keep a picture no longer."""
        dropped = self._held.pop(key, None)
        if dropped is not None:
            self._bytes -= len(dropped.data)
