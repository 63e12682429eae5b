"""Makes pictures anew to be shown. Reads the inbox, and folders of backfills; keeps nothing.

A file is read once, and shown only if it still holds the content that was asked for. Neither the
model nor the library is opened for a whole picture.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from tasted.decoding.pictures import decode
from tasted.decoding.previews import preview_of
from tasted.engine.reading_files import InboxReader, TreeReader
from tasted.errors import ItemError
from tasted.records import View
from tasted.rpc.asking_messages import MakePreview, PreviewAnswer, PreviewMade, PreviewRefused
from tasted.rpc.backfill_messages import WHOLE_TREE, TreeFile
from tasted.rpc.messages import RequestedFile

_SIDES = {"320": 320, "1600": 1600, "full": None, "png160": 160, "png640": 640}
_PNG_SIZES = frozenset({"png160", "png640"})


class ViewsOf(Protocol):
    """Returns the views of a content in the order of its sidecar; none when it is not known."""

    def __call__(self, content_id: str, /) -> tuple[View, ...]:
        """Return them."""
        ...


class PreviewMaker:
    """Makes previews of one inbox.

    Args:
        inbox: reads the files.
        max_pixels: the largest picture that is decoded.
        max_bytes: the largest file that is read elsewhere.
        views_of: finds the views of a content.
        is_ignored: tells by content id whether a picture was forgotten and left in the inbox.
    """

    def __init__(
        self,
        inbox: InboxReader,
        *,
        max_pixels: int,
        max_bytes: int,
        views_of: ViewsOf,
        is_ignored: Callable[[str], bool],
    ) -> None:
        self._inbox = inbox
        self._max_bytes = max_bytes
        self._max_pixels = max_pixels
        self._views_of = views_of
        self._is_ignored = is_ignored

    def make(self, request: MakePreview) -> PreviewAnswer:
        """Return the picture, or why there is none.

        Raises:
            ServiceFault: when no picture is at fault.
            OSError, MemoryError: of the machine.
        """
        file, reader = RequestedFile(request.path), self._inbox
        if request.root is not None:
            # a folder that is called as a label is none elsewhere
            file = TreeFile(request.path)
            reader = TreeReader({WHOLE_TREE: Path(request.root)}, max_bytes=self._max_bytes)
        try:
            data = self._read(reader, file, request.content_id)
            if data is None:
                return _gone(file)
            view = self._view(request)
            if request.view is not None and view is None:
                return _gone(file)
            picture = decode(data, name=file.shown, max_pixels=self._max_pixels, is_last_try=True)
        except ItemError as error:
            return PreviewRefused(error.code, error.message, error.remedy)
        made = preview_of(
            picture,
            view=view,
            side_max=_SIDES[request.size],
            as_png=request.size in _PNG_SIZES,
        )
        return PreviewMade.of(
            made.data, media_type=made.media_type, width=made.width, height=made.height
        )

    def _read(self, reader: InboxReader, file: RequestedFile, content_id: str) -> bytes | None:
        opened = reader.stat(file)
        if opened is None or not reader.read(file, opened):
            return None
        # what lies in a label folder is never ignored
        is_ignored = file.may_be_ignored and self._is_ignored(content_id)
        if is_ignored or opened.content_id != content_id:
            return None
        return opened.data

    def _view(self, request: MakePreview) -> View | None:
        if request.view is None:
            return None
        views = self._views_of(request.content_id)
        return views[request.view] if 0 <= request.view < len(views) else None


def _gone(file: RequestedFile) -> PreviewRefused:
    return PreviewRefused(
        "gone",
        f"{file.shown} is gone, or holds another picture by now.",
        "Reload the page to see what is there.",
    )
