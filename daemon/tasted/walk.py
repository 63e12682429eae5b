"""One item on its way through the pipeline, and what becomes of it. Plain values."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from tasted.decoding.pictures import Picture
from tasted.intake import Item, Read
from tasted.library.library import Embedded
from tasted.outbox.sidecar import Sidecar, Source
from tasted.reading.ocr import TextLine
from tasted.reading.reader import ScreenText


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of an item; with neither it was gone, or changed while it was read."""

    path: str
    document: Sidecar | None
    unchanged: Source | None = None
    """Its contents are those of its sidecar, which needs these new stamps and no new score."""
    ignored: str | None = None
    """Its content id, when it was forgotten and shall not be scored."""


@dataclass(slots=True)
class Walk:
    """One item on its way, and what the stages found out about it."""

    item: Item
    read: Read | None = None
    picture: Picture | None = None
    cached: Embedded | None = None
    lines: list[TextLine] | None = None
    """Found in the picture; None until it was read."""
    text: ScreenText | None = None
    """None until it is known what the screenshot says."""
    document: Sidecar | None = None
    unchanged: Source | None = None
    ignored: str | None = None
    over: bool = False
    timing_ms: dict[str, int] = field(default_factory=dict)

    @property
    def content(self) -> str:
        """The content id; empty until the file was read."""
        return (self.read.content if self.read is not None else None) or ""

    @contextmanager
    def timed(self, stage: str) -> Iterator[None]:
        """Note how long the block takes, in milliseconds."""
        started = time.perf_counter()
        try:
            yield
        finally:
            self.timing_ms[stage] = round(1000 * (time.perf_counter() - started))
