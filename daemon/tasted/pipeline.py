"""READ ME FIRST: one batch walks from settled files to documents.

    read → recall → decode → embed → learn or score → document

The path travels with its result through every stage, so that a file that fails cannot shift the
results of its neighbours. A stage raises an ItemError for one file; the ring in `_each` turns it
into that file's error document and the others go on. A ServiceFault leaves the pipeline as it is.

Runs inside the engine. Touches the inbox by reading, and the library; the outbox is written by the
light process alone.
"""

import errno
import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import structlog

from tasted.decoding.pictures import Picture, decode
from tasted.documents import Made, learnt_document, scored_document
from tasted.embedding.lazy import LazyEmbedder
from tasted.errors import (
    DecodeFailed,
    EmptyFile,
    ImageTooLarge,
    ItemError,
    NotAnImage,
    ServiceFault,
    UnreadableFile,
)
from tasted.files import content_id, read_regular_file, stamp_of
from tasted.inbox.naming import label_of
from tasted.judging import Judge
from tasted.library.library import CachedVector, LearnedReference, Library
from tasted.outbox.failures import error_sidecar, source_part
from tasted.outbox.sidecar import Sidecar
from tasted.reading.companion import CompanionText, parse_companion
from tasted.records import Companion, FileStamp, Label, Origin, Reference

COMPANION_BYTES_MAX = 1_000_000

log = structlog.get_logger("tasted.pipeline")


@dataclass(frozen=True, slots=True)
class Item:
    """One file that the light process wants done."""

    path: str
    """Relative to the inbox, or absolute when `foreign`."""
    label: Label | None = None
    companion: str | None = None
    """Path of the companion text, relative to the inbox."""
    attempts: int = 0
    foreign: bool = False
    """Not in the inbox: scored, but nothing about it is stored."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of an item; without a document it was gone, or changed while it was read."""

    path: str
    document: Sidecar | None


@dataclass(slots=True)
class _Walk:
    """One item on its way, and what the stages found out about it."""

    item: Item
    data: bytes = b""
    stamp: FileStamp | None = None
    content: str | None = None
    companion: Companion | None = None
    text: CompanionText | None = None
    text_id: str | None = None
    picture: Picture | None = None
    cached: CachedVector | None = None
    document: Sidecar | None = None
    over: bool = False
    timing_ms: dict[str, int] = field(default_factory=dict)

    @contextmanager
    def timed(self, stage: str) -> Iterator[None]:
        started = time.perf_counter()
        try:
            yield
        finally:
            self.timing_ms[stage] = round(1000 * (time.perf_counter() - started))


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds that hold before anything is decoded."""

    max_bytes: int
    max_pixels: int


class Pipeline:
    """Walks batches through the rooms.

    Args:
        inbox: the folder that items are relative to.
        library: the memory; this process is its one writer.
        embedder: opened when the first vector is missing.
        judge: scores a vector against the library.
        limits: bounds on bytes and pixels.
        was_scored: tells whether a content id has a scored sidecar, which makes a reference of it
            feedback.
        version: of this tasted.
    """

    def __init__(
        self,
        inbox: Path,
        library: Library,
        embedder: LazyEmbedder,
        judge: Judge,
        *,
        limits: Limits,
        was_scored: Callable[[str], bool],
        version: str,
    ) -> None:
        self._inbox = inbox
        self._library = library
        self._embedder = embedder
        self._judge = judge
        self._limits = limits
        self._was_scored = was_scored
        self._version = version

    def process(self, items: Sequence[Item]) -> list[Answer]:
        """Do one batch, and return an answer for each item in its order.

        Raises:
            ServiceFault: when no item is to blame; nothing of the batch counts as done.
        """
        walks = [_Walk(item) for item in items]
        self._each(walks, self._read)
        self._recall(walks)
        self._each(walks, self._decode)
        self._embed(walks)
        self._learn(walks)
        self._each(walks, self._document)
        return [Answer(walk.item.path, walk.document) for walk in walks]

    def _each(self, walks: list[_Walk], stage: Callable[[_Walk], None]) -> None:
        """Take every walk that is not over through a stage: the ring around each single file."""
        for walk in walks:
            if walk.over:
                continue
            try:
                stage(walk)
            except ItemError as error:
                self._fail(walk, error)
            except ServiceFault:
                raise
            except Exception as error:
                log.exception("stage_failed", stage=stage.__name__, path=walk.item.path)
                surprise = DecodeFailed(
                    f"{walk.item.path} could not be processed: {type(error).__name__}.",
                    remedy="Open it and save it again as PNG; the log says more.",
                )
                self._fail(walk, surprise)

    def _fail(self, walk: _Walk, error: ItemError) -> None:
        walk.over = True
        if walk.stamp is None:
            return
        source = source_part(
            walk.item.path,
            walk.stamp,
            walk.companion,
            content_id=walk.content,
            text_id=walk.text_id,
        )
        walk.document = error_sidecar(
            source,
            error,
            label=walk.item.label,
            attempts=walk.item.attempts + 1,
            now=datetime.now(UTC),
            version=self._version,
        )

    # ---- the stages, in order -------------------------------------------------------------

    def _read(self, walk: _Walk) -> None:
        """Read the file once through one descriptor; its id is that of these very bytes."""
        path = Path(walk.item.path) if walk.item.foreign else self._inbox / walk.item.path
        try:
            # what lstat says stands in the error sidecar of a file that cannot be opened
            walk.stamp = stamp_of(os.lstat(path))
            self._read_companion(walk)
            walk.data, walk.stamp = read_regular_file(path, max_bytes=self._limits.max_bytes)
        except FileNotFoundError:
            walk.over = True
            walk.stamp = None
        except OSError as error:
            if error.errno == errno.EAGAIN:
                walk.over = True
                return
            raise self._read_error(walk, error) from error
        else:
            walk.content = content_id(walk.data)
            if not walk.data:
                raise EmptyFile(
                    f"{walk.item.path} is empty.", remedy="Save or copy the picture again."
                )

    def _read_error(self, walk: _Walk, error: OSError) -> ItemError:
        path = walk.item.path
        if error.errno == errno.EFBIG:
            return ImageTooLarge(
                f"{path} is larger than {self._limits.max_bytes} bytes.",
                remedy="Make it smaller, or raise limits.max_bytes in config/tasted.toml.",
            )
        if error.errno in {errno.ELOOP, errno.EINVAL}:
            return NotAnImage(f"{path} is no regular file.", remedy="Copy the picture itself here.")
        return UnreadableFile(
            f"{path} cannot be read: {error.strerror}.",
            remedy="Allow your user to read it (chmod u+r); it is tried again by itself.",
        )

    def _read_companion(self, walk: _Walk) -> None:
        if walk.item.companion is None:
            return
        file = self._inbox / walk.item.companion
        try:
            walk.companion = Companion(walk.item.companion, stamp_of(os.lstat(file)))
            data, stamp = read_regular_file(file, max_bytes=COMPANION_BYTES_MAX)
        except OSError as error:
            # the picture is scored without its text, and again when the text has changed
            note = f"{walk.item.companion} cannot be read: {error.strerror}."
            walk.text = CompanionText(None, None, None, (note,))
            return
        walk.companion = Companion(walk.item.companion, stamp)
        walk.text_id = content_id(data)
        walk.text = parse_companion(data)

    def _recall(self, walks: list[_Walk]) -> None:
        """Fetch the vectors of contents that were seen before, under any name."""
        contents = [walk.content for walk in walks if not walk.over and walk.content is not None]
        cached = self._library.cached(contents)
        for walk in walks:
            walk.cached = cached.get(walk.content or "")

    def _decode(self, walk: _Walk) -> None:
        if walk.cached is not None:
            return
        with walk.timed("decode"):
            walk.picture = decode(
                walk.data, name=walk.item.path, max_pixels=self._limits.max_pixels
            )
        walk.data = b""

    def _embed(self, walks: list[_Walk]) -> None:
        """Embed all pictures of the batch together, one for each content, and remember them."""
        wanting = {
            walk.content: walk.picture
            for walk in walks
            if not walk.over and walk.picture is not None and walk.content is not None
        }
        if not wanting:
            return
        embedder = self._embedder.open()
        started = time.perf_counter()
        vectors = embedder.embed_pictures([picture.pixels for picture in wanting.values()])
        share_ms = round(1000 * (time.perf_counter() - started) / len(wanting))
        made = {
            content: CachedVector(vector, picture.facts)
            for (content, picture), vector in zip(wanting.items(), vectors, strict=True)
        }
        kept = {walk.content for walk in walks if not walk.item.foreign}
        self._library.remember({key: value for key, value in made.items() if key in kept})
        for walk in walks:
            if walk.picture is not None and walk.content in made:
                walk.cached = made[walk.content]
                walk.picture = None
                walk.timing_ms["embed"] = share_ms

    def _learn(self, walks: list[_Walk]) -> None:
        """Add the references of the batch to the library in one write."""
        learned = [
            LearnedReference(
                Reference(
                    walk.content, walk.item.path, walk.item.label, self._origin(walk.content)
                ),
                walk.cached.vector,
            )
            for walk in walks
            if not walk.over
            and walk.item.label is not None
            and walk.content is not None
            and walk.cached is not None
        ]
        if learned:
            self._library.learn(learned)

    def _origin(self, content: str) -> Origin:
        return Origin.FEEDBACK if self._was_scored(content) else Origin.REFERENCE

    def _document(self, walk: _Walk) -> None:
        if walk.cached is None or walk.content is None or walk.stamp is None:
            raise DecodeFailed(f"{walk.item.path} has no vector.", remedy="The log says more.")
        source = source_part(
            walk.item.path,
            walk.stamp,
            walk.companion,
            content_id=walk.content,
            text_id=walk.text_id,
        )
        made = Made(
            source=source,
            facts=walk.cached.facts,
            embedder=self._embedder.identity,
            references=self._library.counts(),
            timing_ms=walk.timing_ms,
            now=datetime.now(UTC),
            version=self._version,
        )
        if walk.item.label is not None:
            walk.document = learnt_document(made, walk.item.label)
            return
        judged = self._judge.judge(
            walk.cached.vector, walk.content, walk.text, timing_ms=walk.timing_ms
        )
        walk.document = scored_document(made, judged, walk.text)


def item_from(value: dict[str, object]) -> Item:
    """Build an Item from its JSON form.

    Raises:
        ValueError: when the path climbs out of the inbox, or the form is not ours.
    """
    path, foreign = str(value["path"]), bool(value.get("foreign"))
    companion = value.get("companion")
    if not foreign:
        _refuse_climbing(path)
    if companion is not None:
        _refuse_climbing(str(companion))
    label = label_of(path) if not foreign else None
    return Item(
        path=path,
        label=label,
        companion=str(companion) if companion is not None else None,
        attempts=int(str(value.get("attempts", 0))),
        foreign=foreign,
    )


def _refuse_climbing(path: str) -> None:
    if any(part in {"", ".", ".."} for part in path.split("/")):
        raise ValueError(f"not a path below the inbox: {path!r}")
