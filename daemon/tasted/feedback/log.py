"""The feedback log: appends events durably, and erases those of forgotten pictures.

Writes `.tasted/feedback`. Only the owner of the home's lock has one; its threads may share it. An
event is on the medium before `append` returns.
"""

import contextlib
import os
import threading
from collections.abc import Callable, Collection, Iterator, Sequence
from pathlib import Path
from uuid import UUID

import structlog

from tasted.errors import CommandError
from tasted.feedback.events import FeedbackEvent, checked_text
from tasted.feedback.reading import (
    LogHealth,
    SegmentLine,
    event_in,
    examine,
    first_seq,
    lines_of,
    read_events,
    segment_name,
    segments,
)
from tasted.system.faultpoints import reach
from tasted.system.files import PRIVATE_FILE, private_folder, sync_folder, write_atomically
from tasted.system.platform import flush

SEGMENT_BYTES_MAX = 1_000_000

log = structlog.get_logger("tasted.feedback")


class FeedbackLog:
    """The log of one home.

    Args:
        folder: of the log; its parent must exist.
        check: called before every write; raises when the home is another one now.
        segment_bytes: a segment that would grow beyond this is followed by another one.
    """

    def __init__(
        self,
        folder: Path,
        *,
        check: Callable[[], None] = lambda: None,
        segment_bytes: int = SEGMENT_BYTES_MAX,
    ) -> None:
        self._folder = folder
        self._check = check
        self._segment_bytes = segment_bytes
        self._guard = threading.RLock()
        self._known: dict[bytes, int] | None = None
        """Id of each event → first number of its segment; None before the log was read."""
        self._next = 1
        self._tail: Path | None = None
        self._tail_bytes = 0
        self._listeners: list[Callable[[FeedbackEvent], None]] = []

    # ---- reading --------------------------------------------------------------------------

    @property
    def last_seq(self) -> int:
        """The highest number that was given so far."""
        with self._guard:
            self._load()
            return self._next - 1

    def events(self) -> Iterator[FeedbackEvent]:
        """Yield all events in their order.

        Raises:
            OSError: when the log cannot be read.
        """
        return self.after(0)

    def after(self, seq: int) -> Iterator[FeedbackEvent]:
        """Yield the events with higher numbers.

        Raises:
            OSError: when the log cannot be read.
        """
        with self._guard:
            self._load()
        return read_events(self._folder, after=seq)

    def find(self, event_id: str) -> FeedbackEvent | None:
        """Return the event of an id; None when there is none.

        Raises:
            OSError: when the log cannot be read.
        """
        with self._guard:
            segment = self._load().get(UUID(event_id).bytes)
            if segment is None:
                return None
            named = event_id.encode("ascii")
            # thousands of lines are not parsed for the one that names it
            lines = (
                line for line in lines_of(self._folder / segment_name(segment)) if named in line.raw
            )
            found = (event for line in lines if (event := event_in(line)) is not None)
            return next((event for event in found if event.id == event_id), None)

    def health(self) -> LogHealth:
        """Look at every line.

        Raises:
            OSError: when the log cannot be read.
        """
        return examine(self._folder)

    def listen(self, heard: Callable[[FeedbackEvent], None]) -> Callable[[], None]:
        """Call something with each new event, once it is durable; return what ends that.

        It is called by the thread that appends, and must be quick and not raise.
        """
        with self._guard:
            self._listeners.append(heard)

        def end() -> None:
            with self._guard, contextlib.suppress(ValueError):
                self._listeners.remove(heard)

        return end

    # ---- writing --------------------------------------------------------------------------

    def append(self, event: FeedbackEvent) -> FeedbackEvent:
        """Add an event, and return it with its number once it is on the medium.

        An event whose id is known is not added again; the first one is returned.

        Raises:
            HomeGone: as `check` does.
            CommandError: when it cannot be written; the log is as it was.
        """
        return self.append_all([event])[0]

    def append_all(self, events: Sequence[FeedbackEvent]) -> list[FeedbackEvent]:
        """Add several events with one wait for the medium; as `append`."""
        with self._guard:
            self._check()
            try:
                return self._append(events)
            except OSError as error:
                # what is in memory may be ahead of the disk
                self._known = None
                raise CommandError(
                    f"The answer was not saved: {self._folder} is not writable: {error.strerror}.",
                    remedy="Check the free space and who owns the folder, then answer again.",
                ) from error

    def _append(self, events: Sequence[FeedbackEvent]) -> list[FeedbackEvent]:
        known = self._load()
        done: list[FeedbackEvent] = []
        new: list[FeedbackEvent] = []
        given: dict[str, FeedbackEvent] = {}
        for event in events:
            event.check()
            key = UUID(event.id).bytes
            first = given.get(event.id) or (self.find(event.id) if key in known else None)
            if first is None:
                first = event.numbered(self._next + len(new))
                new.append(first)
            given[event.id] = first
            done.append(first)
        if new:
            self._write(new)
            for event in new:
                for heard in tuple(self._listeners):
                    heard(event)
        return done

    def _write(self, events: Sequence[FeedbackEvent]) -> None:
        known = self._load()
        lines = [_checked_line(event) for event in events]
        size = sum(map(len, lines))
        if self._tail is None or (
            self._tail_bytes and self._tail_bytes + size > self._segment_bytes
        ):
            self._begin_segment()
        assert self._tail is not None  # noqa: S101 - just begun
        flags = os.O_WRONLY | os.O_APPEND | os.O_CLOEXEC | os.O_NOFOLLOW
        descriptor = os.open(self._tail, flags)
        try:
            _write_all(descriptor, b"".join(lines))
            reach("feedback.written")
            flush(descriptor)
        except OSError:
            # half a line must not be the beginning of the next one
            with contextlib.suppress(OSError):
                os.ftruncate(descriptor, self._tail_bytes)
            raise
        finally:
            os.close(descriptor)
        self._tail_bytes += size
        self._next += len(events)
        for event in events:
            known[UUID(event.id).bytes] = first_seq(self._tail)
        reach("feedback.logged")

    def _begin_segment(self) -> None:
        """Make the next segment, under the number that comes next."""
        if not self._folder.is_dir():
            private_folder(self._folder, below=self._folder.parent)
            sync_folder(self._folder.parent)
        segment = self._folder / segment_name(self._next)
        flags = os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW
        os.close(os.open(segment, flags, PRIVATE_FILE))
        sync_folder(self._folder)
        self._tail, self._tail_bytes = segment, segment.lstat().st_size

    def _load(self) -> dict[bytes, int]:
        """Read the log once, and cut off a last line that was never finished."""
        if self._known is not None:
            return self._known
        known: dict[bytes, int] = {}
        self._next, self._tail, self._tail_bytes = 1, None, 0
        for segment in segments(self._folder):
            start = first_seq(segment)
            self._next = max(self._next, start)
            self._tail, self._tail_bytes, read_bytes = segment, 0, 0
            for line in lines_of(segment):
                read_bytes += len(line.raw)
                event = event_in(line)
                if event is not None:
                    known.setdefault(UUID(event.id).bytes, start)
                    self._next = max(self._next, event.seq + 1)
                if line.raw.endswith(b"\n"):
                    self._tail_bytes = read_bytes
        if self._tail is not None:
            self._heal(self._tail, self._tail_bytes)
        self._known = known
        return known

    def _heal(self, segment: Path, whole_bytes: int) -> None:
        torn_bytes = segment.lstat().st_size - whole_bytes
        if torn_bytes <= 0:
            return
        self._check()
        descriptor = os.open(segment, os.O_WRONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
        try:
            os.ftruncate(descriptor, whole_bytes)
            flush(descriptor)
        finally:
            os.close(descriptor)
        log.warning("torn_event_cut_off", segment=segment.name, bytes=torn_bytes)

    # ---- forgetting -----------------------------------------------------------------------

    def erase(self, contents: Collection[str]) -> int:
        """Write the segments anew without the events about some pictures; return how many went.

        Damaged lines go, too: nobody can say whom they name. Numbers are not used again. A run that
        was killed is completed by the next.

        Args:
            contents: sha256 of the pictures.

        Raises:
            HomeGone: as `check` does.
            OSError: when a segment cannot be read or written.
        """
        with self._guard:
            self._check()
            self._load()
            going = self._naming(frozenset(contents))
            kept = {segment: self._kept(segment, going) for segment in segments(self._folder)}
            erased = sum(len(lost) for _lines, lost in kept.values())
            if not erased:
                return 0
            if self._tail is not None and kept[self._tail][1]:
                # the next number must not be one that was used, even when the last event goes
                self._begin_segment()
            for segment, (lines, lost) in kept.items():
                if not lost:
                    continue
                if lines:
                    write_atomically(segment, b"".join(lines))
                else:
                    segment.unlink()
                    sync_folder(self._folder)
                reach("feedback.erased")
            self._known = None
            return erased

    def count(self, contents: Collection[str]) -> int:
        """Return how many events name one of some pictures.

        Raises:
            OSError: when the log cannot be read.
        """
        wanted = frozenset(contents)
        return sum(not wanted.isdisjoint(event.contents) for event in read_events(self._folder))

    def _naming(self, contents: frozenset[str]) -> frozenset[str]:
        """Return the contents, and the ids of all events that name one of them."""
        named = {
            event.id
            for event in read_events(self._folder)
            if not contents.isdisjoint(event.contents)
        }
        return contents | named

    def _kept(self, segment: Path, going: frozenset[str]) -> tuple[list[bytes], list[bytes]]:
        """Divide the lines of a segment into those that stay and those that go."""
        kept: list[bytes] = []
        lost: list[bytes] = []
        for line in lines_of(segment):
            (lost if _goes(line, going) else kept).append(line.raw)
        return kept, lost


def _goes(line: SegmentLine, going: frozenset[str]) -> bool:
    try:
        text = checked_text(line.raw)
    except ValueError:
        return True
    event = event_in(line)
    if event is None:
        # of a newer version: whatever it says, it does not name them
        return any(name.encode("ascii") in text for name in going)
    return not going.isdisjoint((event.id, *event.contents, event.undoes or ""))


def _checked_line(event: FeedbackEvent) -> bytes:
    """Return the line of an event.

    Raises:
        ValueError: when it could not be read back: what is written is never lost at a start.
    """
    line = event.to_line()
    if FeedbackEvent.from_line(line) != event:
        raise ValueError("the event is not what its line says")
    return line


def _write_all(descriptor: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]
