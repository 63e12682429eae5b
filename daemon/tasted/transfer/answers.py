"""The feedback log as it travels: answers of one home become imported answers of another. Pure.

An imported answer counts as a label, and is no evidence for how good this home's guesses are. Only
answers about pictures that travel with them do so; when versions were in force here stays here.
"""

import hashlib
import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace

from tasted.feedback.events import (
    LINE_BYTES_MAX,
    Answer,
    ChosenBy,
    EventKind,
    FeedbackEvent,
    Via,
)
from tasted.feedback.standing import ANSWERS, StandingAnswers
from tasted.records import Label

_TRAVELLING = ANSWERS | {EventKind.UNDO, EventKind.EXCLUDE, EventKind.INCLUDE}
_ANSWER_OF = {Label.LIKED: Answer.LIKE, Label.REJECTED: Answer.REJECT}


def travelling_answers(
    events: Iterable[FeedbackEvent], labels: Mapping[str, Label], *, now_ms: int
) -> list[FeedbackEvent]:
    """Return the answers that are exported, in their order, and one for each label without.

    Args:
        events: of the log.
        labels: of each picture that travels, by content id: the folders are the truth.
        now_ms: when the answers that no event tells of are taken to be given.
    """
    travelling = [event for event in events if _travels(event, labels.keys())]
    standing = StandingAnswers(travelling)
    for content, label in labels.items():
        judgement = standing.of(content)
        if judgement is None or judgement.answer is not _ANSWER_OF[label]:
            travelling.append(_told_by_folder(content, label, now_ms))
    return travelling


def _travels(event: FeedbackEvent, contents: Collection[str]) -> bool:
    if event.kind not in _TRAVELLING or event.content is None:
        return False
    is_label = event.kind in ANSWERS | {EventKind.UNDO}
    return not is_label or all(content in contents for content in event.judged)


def _told_by_folder(content: str, label: Label, now_ms: int) -> FeedbackEvent:
    # the same label is the same event, however often it is exported
    digest = hashlib.sha256(f"{content} {label.value}".encode("ascii")).hexdigest()
    parts = (digest[:8], digest[8:12], digest[12:16], digest[16:20], digest[20:32])
    return FeedbackEvent(
        id="-".join(parts),
        at_ms=now_ms,
        kind=EventKind.IMPORTED,
        via=Via.FOLDER,
        content=content,
        answer=_ANSWER_OF[label],
        chosen_by=ChosenBy.FOLDER,
    )


def imported_answers(
    events: Iterable[FeedbackEvent], *, without: Collection[str]
) -> list[FeedbackEvent]:
    """Return what an import adds to the log of this home.

    Args:
        events: of an export, in their order.
        without: contents whose answer in this home stands.
    """
    return [
        replace(event, seq=0, kind=EventKind.IMPORTED if event.kind in ANSWERS else event.kind)
        for event in events
        if event.kind in _TRAVELLING and not set(without).intersection(event.contents)
    ]


def answer_lines(events: Sequence[FeedbackEvent]) -> bytes:
    """Return events as JSON lines."""
    lines = (json.dumps(event.to_json(), separators=(",", ":")) for event in events)
    return "".join(f"{line}\n" for line in lines).encode("ascii")


def answers_in(data: bytes) -> list[FeedbackEvent]:
    """Return the events in such lines.

    Raises:
        ValueError: when a line is anything else.
    """
    events = []
    for line in data.splitlines():
        if len(line) > LINE_BYTES_MAX:
            raise ValueError("an answer is too long")
        try:
            value = json.loads(line)
        except RecursionError as error:
            raise ValueError("nested too deeply") from error
        if not isinstance(value, dict):
            raise ValueError("not an answer")  # noqa: TRY004 - one kind of error for any bytes
        known = {name: member for name, member in value.items() if member is not None}
        events.append(FeedbackEvent.from_json(known))
    return events
