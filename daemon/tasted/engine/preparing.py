"""From the files of a batch to vectors and texts: reads, recalls, and has workers do the rest.

Reads the inbox and the library, in one thread; `workers` compute beside it. Items come out in the
order in which they went in, each as soon as everything about it is known. One for which there was
no memory comes last, tried again when the others hold none of it.
"""

from collections.abc import Callable, Generator, Iterator, Sequence
from functools import partial

from tasted.engine.findings import Findings
from tasted.engine.item import PipelineItem
from tasted.engine.looking import Looking
from tasted.engine.reading_files import InboxReader
from tasted.engine.stages import StageRunner
from tasted.engine.workers import Workers, WorkerThreads
from tasted.errors import OutOfMemory
from tasted.library.library import Library
from tasted.reading.picture_text import picture_text_from
from tasted.reading.reader import Reader
from tasted.records import ScoredInputs
from tasted.rpc.messages import RequestedFile
from tasted.system.faultpoints import reach

_READ_TOGETHER = 2
"""For each worker; read is what takes memory."""
_RECALLED_TOGETHER = 64
"""Of files that need not be read."""


class Preparation:
    """Finds out everything about files that a score or a reference needs.

    Args:
        inbox: reads the files.
        library: what is known already.
        reader: reads the text of pictures, if anything does.
        looking: what workers do.
        threads: that they work in.
        findings: gets what the library does not have yet.
        stages: ends the items that fail.
        embedder_fingerprint: of the vectors that count.
        taste_fingerprint: of the taste that counts, at this moment.
        is_ignored: tells by content id whether it was forgotten and left in the inbox.
        has_memory: tells whether there is memory for a usual picture.
    """

    def __init__(
        self,
        inbox: InboxReader,
        library: Library,
        reader: Reader,
        *,
        looking: Looking,
        threads: WorkerThreads,
        findings: Findings,
        stages: StageRunner,
        embedder_fingerprint: str,
        taste_fingerprint: Callable[[], str],
        is_ignored: Callable[[str], bool],
        has_memory: Callable[[], bool],
    ) -> None:
        self._inbox = inbox
        self._library = library
        self._reader = reader
        self._looking = looking
        self._threads = threads
        self._findings = findings
        self._stages = stages
        self._embedder_fingerprint = embedder_fingerprint
        self._taste_fingerprint = taste_fingerprint
        self._is_ignored = is_ignored
        self._has_memory = has_memory

    def prepared(
        self,
        items: list[PipelineItem],
        *,
        is_to_end: Callable[[], bool] = lambda: False,
        added: Callable[[], Sequence[RequestedFile]] = tuple,
    ) -> Generator[PipelineItem]:
        """Yield every item when its vectors and its text are known, or when it has ended.

        Args:
            items: of a batch; gets those of files that are added to it.
            is_to_end: asked before each item; once it says yes, items that no worker has begun with
                are not yielded.
            added: asked before items are read, and while the last ones are worked on.

        Raises:
            ServiceFault: when no file is at fault.
        """
        with Workers(self._threads, self._looking.look) as workers:
            flow = _Flow(items, workers, self._open, self._findings.note)
            begun = 0
            while True:
                items += map(PipelineItem, added())
                piece = [] if is_to_end() else self._piece(items, begun)
                begun += len(piece)
                if piece:
                    yield from self._read_piece(piece, flow, is_alone=len(items) == 1)
                    for item in piece:
                        if is_to_end():
                            break
                        flow.enter(item)
                        yield from flow.ready()
                elif workers.in_hand:
                    if is_to_end():
                        workers.drop_waiting()
                    flow.collect(waits=workers.in_hand > 0)
                    yield from flow.ready()
                else:
                    break
        for item in flow.postponed:
            self._prepare_alone(item, flow)
            yield item

    def _read_piece(
        self, piece: Sequence[PipelineItem], flow: "_Flow", *, is_alone: bool
    ) -> Iterator[PipelineItem]:
        """Read files and recall their contents; nobody waits for an answer until that is done.

        Args:
            piece: the files.
            flow: those that are done already leave it meanwhile.
            is_alone: whether this is one file, for which somebody may wait.
        """
        read = self._read_alone if is_alone else self._read
        for item in piece:
            self._stages.run(read, [item])
            yield from flow.ready()
        reach("engine.read")
        self._recall(piece)

    def _piece(self, items: list[PipelineItem], start: int) -> list[PipelineItem]:
        """Return what is read together: little at first, and never more than is soon looked at."""
        size = self._threads.count if start == 0 else self._threads.count * _READ_TOGETHER
        if start < len(items) and items[start].file.known is not None:
            # probably not read at all, and then the library is asked once
            size = max(size, _RECALLED_TOGETHER)
        return items[start : start + size]

    def _prepare_alone(self, item: PipelineItem, flow: "_Flow") -> None:
        """Try a file again for which there was no memory, now that the others hold none of it."""
        item.is_postponed = False
        self._stages.run(self._read, [item])
        self._recall([item])
        flow.take_over(item)
        if self._open(item):
            self._looking.look([item])
        if not item.is_postponed:
            flow.keep(item)
            return
        if not self._has_memory():
            raise OutOfMemory(
                "There is not enough memory to decode a picture.",
                remedy="Close other programs; tasted goes on by itself.",
            )
        item.is_postponed = False
        self._stages.fail_for_memory(item)

    # ---- the stages that read, in order ---------------------------------------------------

    def _read_alone(self, item: PipelineItem) -> None:
        """Read a file, and have it decoded while its content is summed up and looked for."""
        if item.file.scored_inputs is not None:
            # that was looked at before, and has hardly ever another content now
            self._read(item)
            return
        self._read(item, meanwhile=partial(self._looking.begin, item, self._threads.own()))

    def _read(self, item: PipelineItem, *, meanwhile: Callable[[], None] = lambda: None) -> None:
        """Read the file once; one that is gone or changing just now ends without a document."""
        file = item.file
        item.opened = opened = self._inbox.stat(file)
        if opened is not None and self._inbox.recall(file, opened):
            # a new score of what has not changed: its vectors and text are known
            return
        if opened is None or not self._inbox.read(file, opened, meanwhile=meanwhile):
            item.lose_file()
        elif file.may_be_ignored and self._is_ignored(item.content_id):
            item.ignored = item.content_id
            item.is_over = True
        elif file.scored_inputs is not None and file.scored_inputs == ScoredInputs(
            opened.content_id,
            opened.text_id,
            self._embedder_fingerprint,
            self._taste_fingerprint() if file.label is None else None,
        ):
            item.unchanged = opened.source(file.path)
            item.is_over = True

    def _recall(self, items: Sequence[PipelineItem]) -> None:
        """Fetch the vectors of contents that were seen before, under any name."""
        going_on = [item for item in items if item.goes_on]
        if not going_on:
            return
        contents = [item.content_id for item in going_on]
        embedded, lacking = self._library.cached(contents), self._library.lacks_hashes(contents)
        for item in going_on:
            item.embedded = embedded.get(item.content_id)
            item.lacks_hashes = item.embedded is not None and item.content_id in lacking
        self._recall_texts(going_on)

    def _recall_texts(self, items: Sequence[PipelineItem]) -> None:
        """Take the text beside the picture, else what was found in it before."""
        for item in items:
            beside = item.opened.text if item.opened is not None else None
            item.known_text = self._reader.beside(beside)
        wanting = [item.content_id for item in items if item.known_text is None]
        if not wanting:
            return
        found = self._library.cached_texts(wanting, self._reader.choice.reader)
        for item in items:
            if item.known_text is None and item.content_id in found:
                item.picture_text = picture_text_from(found[item.content_id])

    def _open(self, item: PipelineItem) -> bool:
        """Make sure that the bytes of an item are there; tell whether they are needed."""
        if not item.goes_on or not item.wants_pixels:
            return False
        self._stages.run(self._read_recalled, [item])
        return item.goes_on

    def _read_recalled(self, item: PipelineItem) -> None:
        """Read a file that was recalled unread, if it is still there."""
        opened = item.opened
        if opened is None or opened.data:
            return
        recalled = opened.content_id, opened.text_id
        if not self._inbox.read(item.file, opened):
            item.lose_file()
        elif (opened.content_id, opened.text_id) != recalled:
            # replaced since it was looked at: what was recalled belongs to another content
            item.picture_text = None
            self._recall([item])


class _Flow:
    """The items of one batch between the thread that reads and the workers.

    Args:
        items: in the order in which they are yielded; more may be added to them.
        workers: compute.
        opens: makes sure that the bytes of an item are there; tells whether they are needed.
        note: called with each item about which everything is known.
    """

    def __init__(
        self,
        items: Sequence[PipelineItem],
        workers: Workers,
        opens: Callable[[PipelineItem], bool],
        note: Callable[[PipelineItem], None],
    ) -> None:
        self._items = items
        self._left = 0
        """How many items have left, yielded or put off."""
        self._workers = workers
        self._opens = opens
        self._note = note
        self._copies: dict[str, list[PipelineItem]] = {}
        """By content id: who waits for what a worker finds out about the same content."""
        self._known: dict[str, PipelineItem] = {}
        """By content id: about whom workers have found out everything."""
        self.postponed: list[PipelineItem] = []
        """Those that came for which there was no memory."""

    def enter(self, item: PipelineItem) -> None:
        """Give an item whose file was read to the workers, if it needs them."""
        self.take_over(item)
        if not self._opens(item):
            item.drop_content()
            self._prepared(item)
            return
        if item.content_id in self._copies:
            # read again, if what is found out about the first is not enough
            item.drop_content()
            self._copies[item.content_id].append(item)
            return
        self._copies[item.content_id] = []
        while self._workers.has_enough:
            self.collect(waits=True)
        item.is_in_work = True
        self._workers.give(item)

    def take_over(self, item: PipelineItem) -> None:
        """Let an item know what was found out about another one of the same content."""
        if item.goes_on and item.content_id in self._known:
            item.learn_from(self._known[item.content_id])

    def collect(self, *, waits: bool) -> None:
        """Take back what workers have done."""
        for item in self._workers.take(waits=waits):
            item.is_in_work = False
            item.drop_content()
            self.keep(item)
            for copy in self._copies.pop(item.content_id):
                self.enter(copy)

    def keep(self, item: PipelineItem) -> None:
        """Note what was found out about an item, also for others of the same content."""
        self._prepared(item)
        if item.is_prepared:
            self._known[item.content_id] = item

    def _prepared(self, item: PipelineItem) -> None:
        if item.goes_on:
            item.is_prepared = True
            self._note(item)

    def ready(self) -> Iterator[PipelineItem]:
        """Yield those that have nothing to wait for, in order."""
        self.collect(waits=False)
        while self._left < len(self._items):
            item = self._items[self._left]
            if item.is_in_work:
                # a worker may be in the middle of ending it
                return
            if not (item.is_postponed or item.is_prepared or item.is_over):
                return
            self._left += 1
            if item.is_postponed:
                self.postponed.append(item)
            else:
                yield item
