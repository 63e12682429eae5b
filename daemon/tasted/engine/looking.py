"""What one worker does with a group of items: decode, read the text, embed. Touches no file.

A picture is decoded once; its views, its text and its hashes are all taken from these pixels, and
they are let go before the next group. Called by several threads at a time. The library is not for
them: what they find stays with the items.
"""

import threading
import time
from collections.abc import Iterator, Sequence

import structlog

from tasted.decoding.pictures import decode
from tasted.decoding.views import ViewsMode
from tasted.embedding.lazy import LazyEmbedder
from tasted.engine.embed_and_read import look_at_pictures, read_picture, view_hashes
from tasted.engine.item import PipelineItem
from tasted.engine.stages import StageRunner
from tasted.errors import OutOfMemory, ServiceFault
from tasted.reading.ocr import ReadingFailed
from tasted.reading.reader import Reader
from tasted.system.faultpoints import reach
from tasted.system.machine_faults import machine_fault

log = structlog.get_logger("tasted.pipeline")


class Looking:
    """Takes items whose bytes were read through the stages that compute.

    Args:
        embedder: opened when the first vector is missing.
        reader: reads the text of pictures, if anything does.
        stages: ends the items that fail.
        max_pixels: the largest picture that is decoded.
        pixels_held_max: how many decoded pixels one worker holds, its last picture apart.
        views: the mode in which the regions that are embedded are chosen.
    """

    def __init__(
        self,
        embedder: LazyEmbedder,
        reader: Reader,
        stages: StageRunner,
        *,
        max_pixels: int,
        pixels_held_max: int,
        views: ViewsMode,
    ) -> None:
        self._embedder = embedder
        self._reader = reader
        self._stages = stages
        self._max_pixels = max_pixels
        self._pixels_held_max = pixels_held_max
        self._views = views
        # text recognition computes with all threads that it may use, and is one object
        self._reading = threading.Lock()

    def look(self, items: Sequence[PipelineItem]) -> None:
        """Find out what the pictures of a group show and say.

        Raises:
            ServiceFault: when no file is at fault.
        """
        for group in self._decoded_groups(items):
            self._stages.run(self._read_text, group)
            self._embed(group)

    def _decoded_groups(self, items: Sequence[PipelineItem]) -> Iterator[list[PipelineItem]]:
        """Decode one after another, and yield those whose pixels may be held at the same time."""
        group: list[PipelineItem] = []
        pixels = 0
        for item in items:
            self._stages.run(self._decode, [item])
            group.append(item)
            pixels += item.pixels
            if pixels >= self._pixels_held_max:
                reach("engine.decoded")
                yield group
                group, pixels = [], 0
        reach("engine.decoded")
        yield group

    def _decode(self, item: PipelineItem) -> None:
        if item.opened is None:
            raise LookupError("a file that is gone is to be decoded")
        with item.timed("decode"):
            item.picture = decode(
                item.opened.data,
                name=item.file.shown,
                max_pixels=self._max_pixels,
                is_last_try=item.is_last_try,
            )
        item.opened.data = b""

    def _read_text(self, item: PipelineItem) -> None:
        if item.picture is None or not item.wants_reading:
            return
        try:
            with self._reading, item.timed("read"):
                item.picture_text = read_picture(item.picture.pixels, self._reader)
                item.is_read_anew = True
        except ReadingFailed as error:
            # looks count without a text; it is tried again with the next new score
            log.warning("not_read", path=item.file.path, reason=str(error))
            item.known_text = self._reader.failed(error)

    def _embed(self, items: list[PipelineItem]) -> None:
        """Embed all pictures of the group together; if that fails, each for itself."""
        for item in items:
            if item.embedded is not None and item.picture is not None:
                # decoded for its text, or for the hashes that it lacks
                if item.lacks_hashes:
                    item.hashes = view_hashes(item.picture, item.embedded.facts.views)
                item.picture = None
        wanting = [item for item in items if item.goes_on and item.picture is not None]
        if not wanting:
            return
        try:
            self._embed_together(wanting)
        except ServiceFault:
            raise
        except Exception as error:
            fault = machine_fault(error)
            if fault is not None and not isinstance(fault, OutOfMemory):
                raise fault from error
            log.exception("batch_not_embedded", files=len(wanting))
            self._stages.run(self._embed_alone, wanting)

    def _embed_alone(self, item: PipelineItem) -> None:
        self._embed_together([item])

    def _embed_together(self, items: list[PipelineItem]) -> None:
        pictures = {item.content_id: item.picture for item in items if item.picture is not None}
        embedder = self._embedder.open()
        started = time.perf_counter()
        reach("engine.embedding")
        embedded = look_at_pictures(pictures, embedder, self._views)
        reach("engine.embedded")
        share_ms = round(1000 * (time.perf_counter() - started) / len(pictures))
        for item in items:
            item.embedded = embedded[item.content_id]
            item.is_embedded_anew = True
            item.picture = None
            item.timing_ms["embed"] = share_ms
