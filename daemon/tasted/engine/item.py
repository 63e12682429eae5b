"""One item on its way through the pipeline: a file, and what the stages have found out about it."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import field

from tasted.decoding.pictures import Picture
from tasted.engine.embed_and_read import PreparedPicture
from tasted.engine.reading_files import InboxReader, OpenedFile
from tasted.errors import TruncatedImage
from tasted.inbox.profiles import may_be_in_profile
from tasted.library.embedded import ViewHashes
from tasted.library.library import Embedded, LearnedReference
from tasted.outbox.sidecar import Sidecar, Source
from tasted.plain_dataclass import dataclass
from tasted.reading.picture_text import PictureText
from tasted.reading.reader import Reader, ScreenText
from tasted.records import Origin, Reference
from tasted.rpc.messages import FileResult, RequestedFile


@dataclass(slots=True)
class PipelineItem:
    """One file of a batch; the stages fill in the rest."""

    file: RequestedFile
    opened: OpenedFile | None = None
    decoding: Future[tuple[Picture, int]] | None = None
    """Its pixels, on their way while it is found out whether they are needed; milliseconds."""
    picture: Picture | None = None
    """Its pixels, for as long as somebody looks at them."""
    prepared: PreparedPicture | None = None
    """What is left of them for the model."""
    embedded: Embedded | None = None
    picture_text: PictureText | None = None
    """What was found in the picture by reading it; None until it was read."""
    known_text: ScreenText | None = None
    """What the screenshot says, where that needs no reading of the picture."""
    document: Sidecar | None = None
    unchanged: Source | None = None
    ignored: str | None = None
    lacks_hashes: bool = False
    """It was embedded without hashes of its views; what is compared is looked at again."""
    hashes: ViewHashes | None = None
    """Those that it lacked."""
    is_embedded_anew: bool = False
    """Its vectors are not in the library yet, as far as is known."""
    is_read_anew: bool = False
    """What was found in the picture is not in the library yet."""
    is_in_work: bool = False
    """A worker has it, and nobody else may look at what becomes of it."""
    is_prepared: bool = False
    """Everything that its document needs is known."""
    is_answered: bool = False
    is_over: bool = False
    is_postponed: bool = False
    """There was no memory for it beside the others of its batch; it is tried alone after them."""
    timing_ms: dict[str, int] = field(default_factory=dict)

    def drop_content(self) -> None:
        """Hold the content no longer: a batch may have hundreds of files."""
        if self.decoding is not None:
            self.decoding.cancel()
            self.decoding = None
        if self.opened is not None:
            self.opened.data = b""

    @property
    def goes_on(self) -> bool:
        """Whether the next stage is for it."""
        return not self.is_over and not self.is_postponed

    @property
    def content_id(self) -> str:
        """The sha256 of the file; empty until it was read."""
        return (self.opened.content_id if self.opened is not None else None) or ""

    @property
    def _lacks_text(self) -> bool:
        """Whether it says what only reading the picture would tell; a reference needs none."""
        has_text = self.known_text is not None or self.picture_text is not None
        return self.file.label is None and not has_text

    @property
    def wants_reading(self) -> bool:
        """Whether its text is to be read in the picture now."""
        return self._lacks_text and not self.file.looks_first

    @property
    def is_compared(self) -> bool:
        """Whether hashes of it are compared: of a reference, or of what may be in a profile."""
        if self.file.is_outside:
            return False
        return self.file.label is not None or may_be_in_profile(self.file.path)

    @property
    def is_for_hashes(self) -> bool:
        """Whether it is to be decoded although its vectors are known."""
        return self.is_compared and self.lacks_hashes

    @property
    def wants_pixels(self) -> bool:
        """Whether the picture has to be decoded."""
        return self.embedded is None or self.is_for_hashes or self.wants_reading

    @property
    def result(self) -> FileResult:
        """What the light process gets to know of it."""
        return FileResult(self.file.path, self.document, self.unchanged, self.ignored)

    @property
    def is_last_try(self) -> bool:
        """Whether nothing more of the file is expected to arrive, so that it is taken as it is."""
        pauses, file = TruncatedImage.retry_after_seconds, self.file
        if file.is_asked or file.is_outside or file.attempts >= len(pauses):
            return True
        # one that was not touched for as long need not wait again; no program can date this back
        changed_ns = self.opened.stamp.changed_ns if self.opened is not None else None
        return changed_ns is not None and time.time_ns() - changed_ns > sum(pauses) * 10**9

    def postpone(self) -> None:
        """Leave it for later, and let go of what it holds."""
        self.is_postponed = True
        self.picture = self.prepared = self.embedded = self.hashes = None
        self.picture_text = self.known_text = None
        self.is_embedded_anew = self.is_read_anew = False
        self.drop_content()

    def lose_file(self) -> None:
        """End without a document: its file is gone, or changing just now."""
        self.opened = None
        self.is_over = True

    def learn_from(self, other: "PipelineItem") -> None:
        """Take over what was found out about another item of the same content."""
        if other.embedded is not None and self.embedded is None:
            self.embedded, self.is_embedded_anew = other.embedded, other.is_embedded_anew
            self.lacks_hashes = other.lacks_hashes or (
                other.is_embedded_anew and other.embedded.hashes is None
            )
        if other.picture_text is not None and self._lacks_text:
            self.picture_text, self.is_read_anew = other.picture_text, other.is_read_anew
        self.lacks_hashes = self.lacks_hashes and other.hashes is None

    def reference(self, origin_of: Callable[[str], Origin]) -> LearnedReference | None:
        """Return the reference that it is; None for a screenshot, or where something failed."""
        label = self.file.label
        if self.is_over or label is None or self.embedded is None:
            return None
        content_id = self.content_id
        reference = Reference(content_id, self.file.path, label, origin_of(content_id))
        return LearnedReference(reference, self.embedded.views)

    def text(self, embedded: Embedded, reader: Reader) -> ScreenText:
        """Return what the picture says, by the text beside it, else by what was read in it."""
        if self.known_text is not None:
            return self.known_text
        if self._lacks_text and self.file.looks_first:
            return reader.pending
        return reader.made_of(self.picture_text or PictureText(), embedded.facts)

    def text_of_reference(
        self,
        embedded: Embedded,
        reader: Reader,
        inbox: InboxReader,
        path_of: Callable[[str], str | None],
    ) -> ScreenText:
        """Return what a reference says, as far as is known: also where it lay when it was scored.

        Args:
            embedded: its vectors.
            reader: makes sense of texts.
            inbox: reads the text beside the picture that was scored.
            path_of: tells by content id where that lay.
        """
        text = self.text(embedded, reader)
        path = path_of(self.content_id) if text.text is None else None
        beside = inbox.texts_beside({path}).get(path) if path is not None else None
        return reader.beside(beside) or text

    @contextmanager
    def timed(self, stage: str) -> Iterator[None]:
        """Note how long the block takes, in milliseconds."""
        started = time.perf_counter()
        try:
            yield
        finally:
            self.timing_ms[stage] = round(1000 * (time.perf_counter() - started))
