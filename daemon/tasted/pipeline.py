"""READ ME FIRST: one batch walks from settled files to documents.

    read → recall → decode → read the text → embed → learn or score → document

The path travels with its result through every stage, so that a file that fails cannot shift the
results of its neighbours. A stage raises an ItemError for one file; the ring in `_each` turns it
into that file's error document and the others go on. A ServiceFault leaves the pipeline as it is.

Runs inside the engine. Touches the inbox by reading, and the library; the outbox is written by the
light process alone.
"""

import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

import structlog

from tasted.decoding.pictures import decode
from tasted.decoding.views import ViewsMode
from tasted.documents import (
    KeepText,
    Made,
    learnt_document,
    scored_document,
)
from tasted.embedding.lazy import LazyEmbedder
from tasted.errors import DecodeFailed, ItemError, ServiceFault
from tasted.faultpoints import reach
from tasted.intake import Intake, Item, ProfileItem
from tasted.judging.judged import Judge
from tasted.library.library import Embedded, LearnedReference, Library
from tasted.looking import look_at_pictures
from tasted.outbox.failures import error_sidecar
from tasted.outbox.sidecar import Sidecar
from tasted.reading.ocr import ReadingFailed
from tasted.reading.reader import Reader, ScreenText, lines_from_json, lines_to_json
from tasted.records import Origin, Proven, Reference
from tasted.together import Photo, Together
from tasted.walk import Answer, Walk

log = structlog.get_logger("tasted.pipeline")


class Pipeline:
    """Walks batches through the rooms.

    Args:
        intake: reads the files.
        library: the memory; this process is its one writer.
        embedder: opened when the first vector is missing.
        judge: scores a vector against the library.
        reader: reads the text of pictures, if anything does.
        keep_text: `all`, `fields` (name and age, in sidecars) or `none`.
        max_pixels: the largest picture that is decoded.
        views: the mode in which the regions that are embedded are chosen.
        origin_of: tells by content id whether a reference of it is feedback.
        is_ignored: tells by content id whether it was forgotten and left in the inbox.
        version: of this tasted.
    """

    def __init__(
        self,
        intake: Intake,
        library: Library,
        embedder: LazyEmbedder,
        judge: Judge,
        reader: Reader,
        *,
        keep_text: KeepText = "all",
        max_pixels: int,
        views: ViewsMode,
        origin_of: Callable[[str], Origin],
        is_ignored: Callable[[str], bool] = lambda _content: False,
        version: str,
    ) -> None:
        self._intake = intake
        self._library = library
        self._embedder = embedder
        self._judge = judge
        self._reader = reader
        self._keep_text: KeepText = keep_text
        self._max_pixels = max_pixels
        self._views = views
        self._origin_of = origin_of
        self._is_ignored = is_ignored
        self._version = version
        self._together = Together(
            intake, library, embedder, judge, reader, keep_text=keep_text, version=version
        )

    def process(self, items: Sequence[Item]) -> list[Answer]:
        """Do one batch, and return an answer for each item in its order.

        Raises:
            ServiceFault: when no item is to blame; nothing of the batch counts as done.
        """
        walks = [Walk(item) for item in items]
        self._look(walks)
        self._learn(walks)
        reach("engine.learnt")
        self._each(walks, self._document)
        reach("engine.documented")
        return [
            Answer(walk.item.path, walk.document, walk.unchanged, walk.ignored) for walk in walks
        ]

    def process_profile(self, profile: ProfileItem) -> Sidecar | None:
        """Score the photos of a profile together; see `together`.

        Raises:
            ServiceFault: when the profile is not to blame.
        """
        walks = [Walk(item) for item in profile.photos]
        self._look(walks)
        failed = next((walk.document for walk in walks if walk.document is not None), None)
        if failed is not None and failed.error is not None:
            return self._together.failed(profile, failed.error)
        photos = [
            Photo(walk.content, walk.cached, self._told(walk, walk.cached))
            for walk in walks
            if not walk.over and walk.cached is not None
        ]
        return self._together.document(profile, photos)

    def _look(self, walks: list[Walk]) -> None:
        """Take walks from their files to vectors and texts."""
        self._each(walks, self._read)
        reach("engine.read")
        self._recall(walks)
        self._each(walks, self._decode)
        reach("engine.decoded")
        self._read_texts(walks)
        self._embed(walks)
        reach("engine.remembered")

    def _each(self, walks: list[Walk], stage: Callable[[Walk], None]) -> None:
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
                    f"{walk.item.shown} could not be processed: {type(error).__name__}.",
                    remedy="Open it and save it again as PNG; the log says more.",
                )
                self._fail(walk, surprise)

    def _fail(self, walk: Walk, error: ItemError) -> None:
        walk.over = True
        if walk.read is None:
            return
        walk.document = error_sidecar(
            walk.read.source(walk.item.path),
            error,
            label=walk.item.label,
            attempts=walk.item.attempts + 1,
            now=datetime.now(UTC),
            version=self._version,
        )

    # ---- the stages, in order -------------------------------------------------------------

    def _read(self, walk: Walk) -> None:
        """Read the file once; one that is gone or changing just now is over, undocumented."""
        walk.read = self._intake.look(walk.item)
        if walk.read is not None and self._intake.recall(walk.item, walk.read):
            # a new score of what has not changed: its vectors and text are known
            return
        if walk.read is None or not self._intake.read(walk.item, walk.read):
            walk.read = None
            walk.over = True
        elif walk.item.may_be_ignored and self._is_ignored(walk.content):
            walk.ignored = walk.content
            walk.over = True
        elif walk.item.proven is not None and walk.item.proven == Proven(
            walk.read.content,
            walk.read.text_id,
            self._embedder.fingerprint,
            self._judge.taste_fingerprint,
        ):
            walk.unchanged = walk.read.source(walk.item.path)
            walk.over = True

    def _recall(self, walks: list[Walk]) -> None:
        """Fetch the vectors of contents that were seen before, under any name."""
        cached = self._library.cached([walk.content for walk in walks if not walk.over])
        for walk in walks:
            walk.cached = cached.get(walk.content)
        self._recall_texts([walk for walk in walks if not walk.over and walk.item.label is None])

    def _recall_texts(self, walks: list[Walk]) -> None:
        """Take the text beside the picture, else what was found in it before."""
        for walk in walks:
            walk.text = self._reader.beside(walk.read.text if walk.read is not None else None)
        wanting = [walk.content for walk in walks if walk.text is None]
        if not wanting:
            return
        found = self._library.cached_texts(wanting, self._reader.choice.reader)
        for walk in walks:
            if walk.text is None and walk.content in found:
                walk.lines = lines_from_json(found[walk.content])

    def _wants_reading(self, walk: Walk) -> bool:
        return walk.item.label is None and walk.text is None and walk.lines is None

    def _decode(self, walk: Walk) -> None:
        if walk.read is None or (walk.cached is not None and not self._wants_reading(walk)):
            return
        if not walk.read.data and not self._intake.read(walk.item, walk.read):
            walk.read = None
            walk.over = True
            return
        with walk.timed("decode"):
            walk.picture = decode(walk.read.data, name=walk.item.shown, max_pixels=self._max_pixels)
        walk.read.data = b""

    def _read_texts(self, walks: list[Walk]) -> None:
        """Read the pictures that have no text yet, and keep what was found."""
        wanting = [walk for walk in walks if not walk.over and self._wants_reading(walk)]
        self._each(wanting, self._read_text)
        found = {
            walk.content: lines_to_json(walk.lines)
            for walk in wanting
            if walk.lines is not None and not walk.item.foreign
        }
        if found and self._keep_text == "all":
            self._library.remember_texts(found, self._reader.choice.reader)

    def _read_text(self, walk: Walk) -> None:
        if walk.picture is None:
            return
        try:
            with walk.timed("read"):
                walk.lines = self._reader.read(walk.picture.pixels)
        except ReadingFailed as error:
            # looks count without a text; it is tried again with the next new score
            log.warning("not_read", path=walk.item.path, reason=str(error))
            walk.text = self._reader.failed(error)

    def _embed(self, walks: list[Walk]) -> None:
        """Embed all pictures of the batch together; if that fails, each for itself."""
        for walk in walks:
            if walk.cached is not None:
                walk.picture = None
        wanting = [walk for walk in walks if not walk.over and walk.picture is not None]
        if not wanting:
            return
        try:
            self._embed_together(wanting)
        except ServiceFault:
            raise
        except Exception:
            log.exception("batch_not_embedded", files=len(wanting))
            self._each(wanting, lambda walk: self._embed_together([walk]))

    def _embed_together(self, walks: list[Walk]) -> None:
        pictures = {walk.content: walk.picture for walk in walks if walk.picture is not None}
        embedder = self._embedder.open()
        started = time.perf_counter()
        reach("engine.embedding")
        made = look_at_pictures(pictures, embedder, self._views)
        reach("engine.embedded")
        share_ms = round(1000 * (time.perf_counter() - started) / len(pictures))
        kept = {walk.content for walk in walks if not walk.item.foreign}
        self._library.remember({key: value for key, value in made.items() if key in kept})
        for walk in walks:
            walk.cached = made[walk.content]
            walk.picture = None
            walk.timing_ms["embed"] = share_ms

    def _learn(self, walks: list[Walk]) -> None:
        """Add the references of the batch to the library in one write."""
        learned = [
            LearnedReference(
                Reference(
                    walk.content, walk.item.path, walk.item.label, self._origin_of(walk.content)
                ),
                walk.cached.views,
            )
            for walk in walks
            if not walk.over and walk.item.label is not None and walk.cached is not None
        ]
        if learned:
            self._library.learn(learned)

    def _document(self, walk: Walk) -> None:
        read, cached = walk.read, walk.cached
        if read is None or cached is None:
            raise DecodeFailed(f"{walk.item.shown} has no vector.", remedy="The log says more.")
        made = Made(
            source=read.source(walk.item.path),
            facts=cached.facts,
            embedder=self._embedder.identity,
            references=self._library.counts(),
            timing_ms=walk.timing_ms,
            now=datetime.now(UTC),
            version=self._version,
        )
        if walk.item.label is not None:
            walk.document = learnt_document(made, walk.item.label, self._origin_of(walk.content))
            return
        told = self._told(walk, cached)
        judged = self._judge.judge(
            cached,
            walk.content,
            told.text,
            timing_ms=walk.timing_ms,
            is_kept=not walk.item.foreign and self._keep_text == "all",
        )
        log.debug(
            "judged",
            path=walk.item.path,
            content=walk.content,
            text=read.text_id,
            taste=judged.taste_fingerprint,
            embedder=self._embedder.fingerprint,
        )
        walk.document = scored_document(made, judged, told, keep_text=self._keep_text)

    def _told(self, walk: Walk, cached: Embedded) -> ScreenText:
        if walk.text is not None:
            return walk.text
        aspect = cached.facts.width / max(1, cached.facts.height)
        return self._reader.made_of(walk.lines or (), aspect=aspect)
