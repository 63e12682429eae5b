"""What one worker does with a group of items: decode, read the text, embed. Touches no file.

A picture is decoded once; its views, its text and its hashes are all taken from these pixels, which
are let go before the next picture. Called by several threads at a time. The library is not for
them: what they find stays with the items.
"""

import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from functools import partial

import structlog

from tasted.decoding.pictures import Picture, decode
from tasted.decoding.views import ViewsMode
from tasted.embedding.lazy import LazyEmbedder
from tasted.engine.embed_and_read import (
    embed_prepared,
    prepare_picture,
    read_picture,
    view_hashes,
)
from tasted.engine.item import PipelineItem
from tasted.engine.stages import StageRunner
from tasted.engine.workers import Another
from tasted.errors import ImageTooLarge, OutOfMemory, ServiceFault
from tasted.reading.ocr import ReadingFailed
from tasted.reading.reader import Reader
from tasted.system.faultpoints import reach
from tasted.system.machine_faults import machine_fault

PIXELS_ALONE = 32_000_000
"""A larger picture is decoded while no other such one is: 96 MB, more than a large screen."""

_MODEL_SECONDS = 0.005
"""So long a worker waits for the model before it asks again for another picture."""

log = structlog.get_logger("tasted.pipeline")


class Looking:
    """Takes items whose bytes were read through the stages that compute.

    Args:
        embedder: opened when the first vector is missing.
        reader: reads the text of pictures, if anything does.
        stages: ends the items that fail.
        max_pixels: the largest picture that is decoded.
        views: the mode in which the regions that are embedded are chosen.
        decode: makes pixels of bytes.
    """

    def __init__(
        self,
        embedder: LazyEmbedder,
        reader: Reader,
        stages: StageRunner,
        *,
        max_pixels: int,
        views: ViewsMode,
        decode: Callable[..., Picture] = decode,
    ) -> None:
        self._embedder = embedder
        self._reader = reader
        self._stages = stages
        self._max_pixels = max_pixels
        self._views = views
        self._decode_bytes = decode
        # text recognition computes with all threads that it may use, and is one object
        self._reading = threading.Lock()
        self._alone = threading.Lock()
        # the model computes with all threads, too: whoever would wait for it looks at more instead
        self._embedding = threading.Lock()

    def look(self, items: list[PipelineItem], another: Another = lambda: None) -> None:
        """Find out what the pictures of a group show and say.

        Args:
            items: of the group.
            another: takes one more item into the group, if there is one; see `workers`.

        Raises:
            ServiceFault: when no file is at fault.
        """
        for item in items:
            self._see(item)
        reach("engine.decoded")
        is_free = self._embedding.acquire(blocking=False)
        while not is_free:
            late = another()
            if late is not None:
                self._see(late)
            # a picture may have come for which there was nothing before
            wait_seconds = _MODEL_SECONDS if late is None else 0.0
            is_free = self._embedding.acquire(timeout=wait_seconds)
        try:
            self._embed([item for item in items if item.goes_on and item.prepared is not None])
        finally:
            self._embedding.release()

    def begin(self, item: PipelineItem, threads: Executor) -> None:
        """Decode a picture in another thread, before it is known whether anybody needs it.

        Args:
            item: whose bytes were read.
            threads: of the workers; one that is needed for another item may be held up.
        """
        assert item.opened is not None  # noqa: S101 - it was read
        item.decoding = threads.submit(self._decoded, item.opened.data, item)

    def _see(self, item: PipelineItem) -> None:
        for stage in (self._decode, self._read_text, self._prepare):
            self._stages.run(stage, [item])
        item.picture = None

    def _decode(self, item: PipelineItem) -> None:
        if item.opened is None:
            raise LookupError("a file that is gone is to be decoded")
        decoding, item.decoding = item.decoding, None
        try:
            item.picture, took_ms = (
                decoding.result() if decoding is not None else self._decoded(item.opened.data, item)
            )
        finally:
            # what was raised names this frame, which must not hold what it holds
            del decoding
        item.timing_ms["decode"] = took_ms
        item.drop_content()

    def _decoded(self, data: bytes, item: PipelineItem) -> tuple[Picture, int]:
        """Return the pixels, and how long that took, in milliseconds."""
        decoded = partial(
            self._decode_bytes, data, name=item.file.shown, is_last_try=item.is_last_try
        )
        started = time.perf_counter()
        try:
            picture = decoded(max_pixels=min(PIXELS_ALONE, self._max_pixels))
        except ImageTooLarge:
            if self._max_pixels <= PIXELS_ALONE:
                raise
            # its head alone was read; two of this size at a time would double what may be needed
            with self._alone:
                picture = decoded(max_pixels=self._max_pixels)
        return picture, round(1000 * (time.perf_counter() - started))

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

    def _prepare(self, item: PipelineItem) -> None:
        """Keep of the pixels what the model looks at, or the hashes that were lacking."""
        if item.picture is None:
            return
        if item.embedded is not None:
            # decoded for its text, or for those
            if item.is_for_hashes:
                item.hashes = view_hashes(item.picture, item.embedded.facts.views)
            return
        embedder = self._embedder.open()
        with item.timed("embed"):
            item.prepared = prepare_picture(
                item.picture, embedder, self._views, is_hashed=item.is_compared
            )

    def _embed(self, items: Sequence[PipelineItem]) -> None:
        """Embed all pictures of the group together; if that fails, each for itself."""
        if not items:
            return
        try:
            self._embed_together(items)
        except ServiceFault:
            raise
        except Exception as error:
            fault = machine_fault(error)
            if fault is not None and not isinstance(fault, OutOfMemory):
                raise fault from error
            log.exception("batch_not_embedded", files=len(items))
            self._stages.run(self._embed_alone, items)

    def _embed_alone(self, item: PipelineItem) -> None:
        self._embed_together([item])

    def _embed_together(self, items: Sequence[PipelineItem]) -> None:
        pictures = {item.content_id: item.prepared for item in items if item.prepared is not None}
        embedder = self._embedder.open()
        started = time.perf_counter()
        reach("engine.embedding")
        embedded = embed_prepared(pictures, embedder)
        reach("engine.embedded")
        share_ms = round(1000 * (time.perf_counter() - started) / len(pictures))
        for item in items:
            item.embedded = embedded[item.content_id]
            item.is_embedded_anew = True
            item.prepared = None
            item.timing_ms["embed"] += share_ms
