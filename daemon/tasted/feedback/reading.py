"""What the segments of the feedback log hold. Reads `.tasted/feedback`; changes nothing.

A segment is named after the first number that it may hold: `0001.jsonl`. Whoever reads while the
log is written sees whole lines: one that is still being written has no newline yet.
"""

import os
import re
from collections.abc import Iterator
from pathlib import Path

from tasted.feedback.events import LINE_BYTES_MAX, FeedbackEvent
from tasted.plain_dataclass import dataclass

_SEGMENT = re.compile(r"[0-9]{4,15}\.jsonl")


@dataclass(frozen=True, slots=True)
class DamagedLine:
    """A line that is not an event."""

    segment: str
    """Name of the file."""
    number: int
    """Of the line, from 1."""
    why: str


@dataclass(frozen=True, slots=True)
class LogHealth:
    """What a look at every line found."""

    events: int = 0
    damaged: tuple[DamagedLine, ...] = ()
    torn_bytes: int = 0
    """Length of a last line that was cut short; the next start cuts it off."""


@dataclass(frozen=True, slots=True)
class SegmentLine:
    """One line as it is on disk."""

    segment: Path
    number: int
    raw: bytes
    """Without a newline where the file ends in the middle of a line."""


def segment_name(seq: int) -> str:
    """Return the name of the segment that begins with a number."""
    return f"{seq:04d}.jsonl"


def first_seq(segment: Path) -> int:
    """Return the lowest number that a segment may hold."""
    return int(segment.stem)


def segments(folder: Path) -> list[Path]:
    """Return the segments of a log, the oldest first; none when there is no log.

    Raises:
        OSError: when the folder cannot be listed.
    """
    try:
        names = os.listdir(folder)  # noqa: PTH208 - names, and no paths of what is not ours
    except FileNotFoundError:
        return []
    return sorted((folder / name for name in names if _SEGMENT.fullmatch(name)), key=first_seq)


def lines_of(segment: Path) -> Iterator[SegmentLine]:
    """Yield the lines of a segment; one without end comes in pieces, so memory is bounded.

    Raises:
        OSError: when it cannot be read; ELOOP for a link.
    """
    descriptor = os.open(segment, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK)
    with open(descriptor, "rb") as stream:  # noqa: PTH123 - a descriptor has no path
        number = 0
        while raw := stream.readline(LINE_BYTES_MAX + 1):
            number += 1
            yield SegmentLine(segment, number, raw)


def read_events(folder: Path, *, after: int = 0) -> Iterator[FeedbackEvent]:
    """Yield the events of a log in their order; what is damaged is passed over.

    Args:
        folder: of the log.
        after: only events with higher numbers.

    Raises:
        OSError: when the log cannot be read.
    """
    found = segments(folder)
    for index, segment in enumerate(found):
        if index + 1 < len(found) and first_seq(found[index + 1]) <= after + 1:
            # all of its numbers are lower
            continue
        for line in lines_of(segment):
            event = event_in(line)
            if event is not None and event.seq > after:
                yield event


def event_in(line: SegmentLine) -> FeedbackEvent | None:
    """Return the event of a line; None when it is damaged or not finished."""
    if not line.raw.endswith(b"\n"):
        return None
    try:
        return FeedbackEvent.from_line(line.raw)
    except ValueError:
        return None


def examine(folder: Path) -> LogHealth:
    """Look at every line of a log.

    Raises:
        OSError: when the log cannot be read.
    """
    events, torn_bytes = 0, 0
    damaged: list[DamagedLine] = []
    found = segments(folder)
    for segment in found:
        for line in lines_of(segment):
            if not line.raw.endswith(b"\n") and segment == found[-1]:
                torn_bytes = len(line.raw)
                continue
            try:
                FeedbackEvent.from_line(line.raw)
            except ValueError as error:
                damaged.append(DamagedLine(segment.name, line.number, str(error)))
            else:
                events += 1
    return LogHealth(events, tuple(damaged), torn_bytes)
