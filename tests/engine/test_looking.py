"""What a worker does with its group: very large pictures are decoded one at a time."""

import gc
import threading
import weakref
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kit.pixel_engine import PixelSums
from kit.readers import unread
from kit.waiting import PATIENCE_SECONDS
from tasted.decoding.pictures import Picture
from tasted.embedding.lazy import EmbedderIdentity, LazyEmbedder
from tasted.engine.item import PipelineItem
from tasted.engine.looking import PIXELS_ALONE, Looking
from tasted.engine.reading_files import InboxReader
from tasted.engine.stages import StageRunner
from tasted.errors import ImageTooLarge
from tasted.records import PictureFacts
from tasted.rpc.messages import RequestedFile

DIMENSIONS = 16
WORKERS = 4


class LargePictures:
    """Decodes every content as a picture of more pixels than are decoded beside others."""

    def __init__(self) -> None:
        self._decoding = threading.Lock()
        self.together = 0
        """How often one was begun while another was being decoded."""

    def __call__(self, _data: bytes, *, name: str, max_pixels: int, is_last_try: bool) -> Picture:
        """Refuse by the head where that is too much, else decode."""
        if max_pixels <= PIXELS_ALONE:
            raise ImageTooLarge(f"{name} is large ({is_last_try}).", remedy="")
        if not self._decoding.acquire(blocking=False):
            self.together += 1
            raise AssertionError
        # the others come to this point meanwhile, unless they wait
        threading.Event().wait(0.05)
        self._decoding.release()
        return Picture(np.zeros((8, 8, 3), np.uint8), PictureFacts(8, 8, "PNG"))


def looking(
    decode: Any, *, max_pixels: int, load: Callable[[], PixelSums] = lambda: PixelSums(DIMENSIONS)
) -> Looking:
    """Make what a worker does, with this decoder and this model."""
    identity = EmbedderIdentity("pixels", "0" * 64, DIMENSIONS)
    return Looking(
        LazyEmbedder(identity, reads_text=False, load=load),
        unread(),
        StageRunner(lambda _error, _stage: None, version="0"),
        max_pixels=max_pixels,
        views="center",
        decode=decode,
    )


def items_of(inbox: Path, count: int) -> list[PipelineItem]:
    """Return items whose bytes were read."""
    reader, items = InboxReader(inbox, max_bytes=10**6), []
    for number in range(count):
        (inbox / f"{number}.png").write_bytes(bytes([number + 1]))
        file = RequestedFile(f"{number}.png")
        opened = reader.stat(file)
        assert opened is not None
        assert reader.read(file, opened)
        items.append(PipelineItem(file, opened=opened))
    return items


def test_very_large_pictures_are_decoded_one_at_a_time(tmp_path: Path) -> None:
    """Whatever the number of workers, two of them never need their memory together."""
    decode = LargePictures()
    look = looking(decode, max_pixels=10 * PIXELS_ALONE)
    items = items_of(tmp_path, WORKERS)
    with ThreadPoolExecutor(WORKERS) as workers:
        list(workers.map(lambda item: look.look([item]), items))
    assert decode.together == 0
    assert [item.embedded is not None for item in items] == [True] * WORKERS


def test_what_is_above_the_limit_of_the_settings_is_refused_once(tmp_path: Path) -> None:
    """A limit below that size is the only one that counts."""
    look = looking(LargePictures(), max_pixels=PIXELS_ALONE)
    (item,) = items_of(tmp_path, 1)
    look.look([item])
    assert item.document is not None
    assert item.document.error is not None
    assert item.document.error.code == "too_large"


def test_row_48_what_had_no_memory_holds_none(tmp_path: Path) -> None:
    """Decoded ahead or not: it is tried again when nobody holds any."""

    class Pixels:
        pass

    held: list[weakref.ref[Pixels]] = []

    def decode(_data: bytes, **_limits: object) -> Picture:
        pixels = Pixels()
        held.append(weakref.ref(pixels))
        raise MemoryError

    look, items = looking(decode, max_pixels=100), items_of(tmp_path, 2)
    gc.disable()
    try:
        with ThreadPoolExecutor(1) as threads:
            look.begin(items[0], threads)
            look.look(items)
        assert [item.is_postponed for item in items] == [True, True]
        assert [pixels() for pixels in held] == [None, None]
    finally:
        gc.enable()


def test_nobody_waits_for_the_model_while_pictures_wait(tmp_path: Path) -> None:
    """It looks at the pictures of one worker at a time; another one decodes more meanwhile."""
    is_embedding, may_go_on, decoded = threading.Event(), threading.Event(), list[str]()
    first, second, *others = items_of(tmp_path, 4)

    class Busy(PixelSums):
        def embed_prepared(self, prepared: NDArray[np.int64]) -> NDArray[np.float32]:
            is_embedding.set()
            assert may_go_on.wait(PATIENCE_SECONDS)
            return super().embed_prepared(prepared)

    def decode(_data: bytes, *, name: str, **_limits: object) -> Picture:
        decoded.append(name)
        return Picture(np.zeros((8, 8, 3), np.uint8), PictureFacts(8, 8, "PNG"))

    look, group = looking(decode, max_pixels=100, load=lambda: Busy(DIMENSIONS)), [second]

    def another() -> PipelineItem | None:
        if not others:
            may_go_on.set()
            return None
        group.append(others.pop())
        return group[-1]

    with ThreadPoolExecutor(2) as workers:
        done = [workers.submit(look.look, [first])]
        assert is_embedding.wait(PATIENCE_SECONDS)
        done.append(workers.submit(look.look, group, another))
        assert [one.result(PATIENCE_SECONDS) for one in done] == [None, None]
    assert decoded == ["0.png", "1.png", "3.png", "2.png"]
    assert all(item.embedded is not None for item in (first, *group))
