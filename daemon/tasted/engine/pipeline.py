"""READ ME FIRST: one batch on its way from settled files to documents.

    read → recall → decode → read the text → embed → learn or score → document → answer
    ╰─ preparing ─╯ ╰──── looking, in workers ────╯  ╰──────── here, in order ────────╯

Each file is answered as soon as it and those before it are done. One thread reads, recalls, judges
and writes the library; equal workers beside it do what takes long. One screenshot that comes alone
is decoded while it is recalled. The path travels with its result through every stage, so that a
file that fails cannot shift the results of its neighbours. A stage raises an ItemError for one
file; the `StageRunner` turns it into that file's error document and the others go on. A
ServiceFault goes through as it is.

Runs inside the engine. Touches the inbox by reading, and the library; the outbox is written by the
light process alone.
"""

from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime

import structlog

from tasted.decoding.views import ViewsMode
from tasted.embedding.lazy import LazyEmbedder
from tasted.engine.documents import DocumentContext, KeepText, learnt_document, scored_document
from tasted.engine.findings import Findings
from tasted.engine.item import PipelineItem
from tasted.engine.looking import Looking
from tasted.engine.preparing import Preparation
from tasted.engine.profiles import ProfilePhoto, ProfileScorer
from tasted.engine.reading_files import InboxReader
from tasted.engine.stages import OnCrash, StageRunner
from tasted.engine.workers import WorkerThreads
from tasted.errors import ServiceFault
from tasted.judging.judged import Judge
from tasted.library.library import Library
from tasted.reading.reader import Reader
from tasted.records import Origin
from tasted.rpc.messages import FileResult, ProfileScored, RequestedFile, ScoreProfile
from tasted.system.faultpoints import reach
from tasted.system.machine_faults import has_memory, machine_fault

Answer = Callable[[RequestedFile, FileResult], None]
"""Called with a file and what became of it."""

log = structlog.get_logger("tasted.pipeline")


class Pipeline:
    """Takes batches of files, and profiles, through the rooms.

    Args:
        inbox: reads the files.
        library: the memory; this process is its one writer.
        embedder: opened when the first vector is missing.
        judge: scores a vector against the library.
        reader: reads the text of pictures, if anything does.
        keep_text: `all`, `fields` (name and age, in sidecars) or `none`.
        max_pixels: the largest picture that is decoded.
        views: the mode in which the regions that are embedded are chosen.
        workers: how many threads decode and embed.
        origin_of: tells by content id whether a reference of it is feedback.
        path_of: tells by content id where a picture that was scored lies in the inbox.
        is_ignored: tells by content id whether it was forgotten and left in the inbox.
        on_crash: handed every exception that is a fault of tasted, and the name of the stage.
        has_memory: tells whether there is memory for a usual picture.
        version: of this tasted.
    """

    def __init__(
        self,
        inbox: InboxReader,
        library: Library,
        embedder: LazyEmbedder,
        judge: Judge,
        reader: Reader,
        *,
        keep_text: KeepText = "all",
        max_pixels: int,
        views: ViewsMode,
        workers: int = 1,
        origin_of: Callable[[str], Origin],
        path_of: Callable[[str], str | None] = lambda _content_id: None,
        is_ignored: Callable[[str], bool] = lambda _content_id: False,
        on_crash: OnCrash = lambda _error, _stage: None,
        has_memory: Callable[[], bool] = has_memory,
        version: str,
    ) -> None:
        self._inbox = inbox
        self._library = library
        self._embedder = embedder
        self._judge = judge
        self._reader = reader
        self._keep_text: KeepText = keep_text
        self._origin_of = origin_of
        self._path_of = path_of
        self._version = version
        self._stages = StageRunner(on_crash, version=version)
        self._findings = Findings(library, reader.choice.reader, keeps_texts=keep_text == "all")
        self._preparation = Preparation(
            inbox,
            library,
            reader,
            looking=Looking(
                embedder,
                reader,
                self._stages,
                max_pixels=max_pixels,
                views=views,
            ),
            threads=WorkerThreads(workers),
            findings=self._findings,
            stages=self._stages,
            embedder_fingerprint=embedder.fingerprint,
            taste_fingerprint=lambda: judge.taste_fingerprint,
            is_ignored=is_ignored,
            has_memory=has_memory,
        )
        self._profiles = ProfileScorer(
            inbox,
            library,
            embedder,
            judge,
            reader,
            keep_text=keep_text,
            on_crash=on_crash,
            version=version,
        )

    # ---- a batch, from files to results ---------------------------------------------------

    def process(
        self,
        files: Sequence[RequestedFile],
        answer: Answer,
        *,
        is_to_end: Callable[[], bool] = lambda: False,
        added: Callable[[], Sequence[RequestedFile]] = tuple,
    ) -> None:
        """Score or learn one batch.

        Args:
            files: of the batch, in the order in which they are wanted.
            answer: called for each file as soon as its result is known, in this order;
                one for which there was no memory comes last.
            is_to_end: asked before each file: whether no further one is to be begun; references are
                learnt all together, whatever it says.
            added: asked for screenshots that the batch is to go on with.

        Raises:
            ServiceFault: when no file is at fault; what was not answered does not count as done.
        """
        items = [PipelineItem(file) for file in files]
        try:
            self._process(items, answer, is_to_end, added)
        except ServiceFault:
            raise
        except Exception as error:
            left = [item.file for item in items if not item.is_answered]
            if machine_fault(error) is not None or not left:
                raise
            log.exception("batch_failed", files=len(items))
            if len(items) > 1:
                # what is wrong may concern one of them alone, and must not hold up the others
                for file in left:
                    self.process([file], answer)
                return
            (item,) = items
            item.opened = self._inbox.stat(item.file)
            self._stages.crash(item, error, "batch")
            self._answer(item, answer)

    def embed(self, files: Sequence[RequestedFile]) -> frozenset[str]:
        """Have the vectors of screenshots kept, without a score, a document or a text.

        Args:
            files: of the inbox, without labels.

        Returns:
            The paths of those that have vectors now.

        Raises:
            ServiceFault: when no file is at fault.
        """
        items = [PipelineItem(replace(file, looks_first=True)) for file in files]
        self._prepare_all(items)
        self._findings.keep()
        reach("engine.learnt")
        return frozenset(
            item.file.path for item in items if item.goes_on and item.embedded is not None
        )

    def _process(
        self,
        items: list[PipelineItem],
        answer: Answer,
        is_to_end: Callable[[], bool],
        added: Callable[[], Sequence[RequestedFile]],
    ) -> None:
        scored = [item for item in items if item.file.label is None]
        self._judge.prepare(len(scored))
        if len(scored) < len(items):
            # references are learnt in one commit, and what follows knows them
            self._prepare_all(items)
            self._learn(items)
            for item in items:
                self._document(item, answer)
            return
        prepared = self._preparation.prepared(items, is_to_end=is_to_end, added=added)
        expected = len(items)
        try:
            with closing(prepared):
                for item in prepared:
                    if len(items) > expected:
                        expected = len(items)
                        self._judge.prepare(expected)
                    self._document(item, answer)
                    if self._findings.are_many:
                        # workers go on meanwhile
                        self._findings.keep()
        finally:
            self._findings.keep()
        reach("engine.learnt")

    def _prepare_all(self, items: list[PipelineItem]) -> None:
        with closing(self._preparation.prepared(items)) as prepared:
            list(prepared)

    def _learn(self, items: Sequence[PipelineItem]) -> None:
        """Add the references of the batch to the library in one write."""
        self._findings.keep()
        references = [item.reference(self._origin_of) for item in items]
        learnt = [reference for reference in references if reference is not None]
        if learnt:
            self._library.learn(learnt)
        reach("engine.learnt")

    def _document(self, item: PipelineItem, answer: Answer) -> None:
        self._stages.run(self._say, [item], may_postpone=False)
        reach("engine.documented")
        self._answer(item, answer)

    @staticmethod
    def _answer(item: PipelineItem, answer: Answer) -> None:
        answer(item.file, item.result)
        item.is_answered = True

    def process_profile(self, profile: ScoreProfile) -> ProfileScored:
        """Score the photos of a profile as one; see `ProfileScorer`.

        Raises:
            ServiceFault: when the profile is not at fault.
        """
        try:
            return self._process_photos(profile)
        except ServiceFault:
            raise
        except Exception as error:
            if machine_fault(error) is not None:
                raise
            log.exception("profile_failed", path=profile.path)
            return ProfileScored(self._profiles.crash(profile, error))

    def _process_photos(self, profile: ScoreProfile) -> ProfileScored:
        items = [PipelineItem(photo) for photo in profile.photos]
        self._prepare_all(items)
        self._findings.keep()
        failed = next((item.document for item in items if item.document is not None), None)
        if failed is not None and failed.error is not None:
            return ProfileScored(self._profiles.fail(profile, failed.error))
        photos = [
            ProfilePhoto(item.content_id, item.embedded, item.text(item.embedded, self._reader))
            for item in items
            if not item.is_over and item.embedded is not None
        ]
        return self._profiles.score(profile, photos)

    def _say(self, item: PipelineItem) -> None:
        """Say what was learnt, or score the picture and say that."""
        opened, embedded, label = item.opened, item.embedded, item.file.label
        if opened is None or embedded is None:
            raise LookupError("a picture without a vector is to be documented")
        context = DocumentContext(
            source=opened.source(item.file.path),
            facts=embedded.facts,
            embedder=self._embedder.identity,
            references=self._judge.counts if label is None else None,
            timing_ms=item.timing_ms,
            now=datetime.now(UTC),
            version=self._version,
        )
        if label is not None:
            text = item.text_of_reference(embedded, self._reader, self._inbox, self._path_of)
            origin, keep_text = self._origin_of(item.content_id), self._keep_text
            item.document = learnt_document(context, label, origin, text, keep_text=keep_text)
            return
        text = item.text(embedded, self._reader)
        judged = self._judge.judge(
            embedded,
            item.content_id,
            text.text,
            timing_ms=item.timing_ms,
            is_kept=not item.file.is_outside and self._keep_text == "all",
        )
        log.debug(
            "judged",
            path=item.file.path,
            content=item.content_id,
            text=opened.text_id,
            taste=judged.taste_fingerprint,
            embedder=self._embedder.fingerprint,
        )
        item.document = scored_document(context, judged, text, keep_text=self._keep_text)
