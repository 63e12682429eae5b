"""One event of the feedback log, and its line on disk. Pure.

A line is one JSON object whose last member is the crc32 of all before it, so that a line that was
cut short or damaged is known. Content ids name what was judged; no event holds a path or a text.
"""

import json
import math
import re
import secrets
import zlib
from collections.abc import Mapping
from dataclasses import fields, replace
from enum import StrEnum
from typing import Any, TypeVar

from tasted.plain_dataclass import dataclass

_CONTENT_ID = re.compile(r"[0-9a-f]{64}")
_EVENT_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_TOKEN = re.compile(r"[A-Za-z0-9_.:-]{1,64}")
_NOTE = re.compile(r"[A-Za-z0-9_.:-]{1,64}(?:/[A-Za-z0-9_.:-]{1,96})?")
_CHECKSUM = re.compile(rb',"crc32":"([0-9a-f]{8})"\}\Z')
_COUNT_MAX = 2**63 - 1
_SEQ_MAX = 10**15
PHOTOS_MAX = 64
LINE_BYTES_MAX = 16_384
"""Longer lines are not ours: an event of a profile with all its photos has half of this."""


class EventKind(StrEnum):
    """What happened."""

    JUDGE = "judge"
    UNDO = "undo"
    """With `undoes`, that event is as if it had never been; without, the content has no answer."""
    SKIP = "skip"
    """No answer now: the card comes back later."""
    EXCLUDE = "exclude"
    """Not for judging: it leaves the pool, and is still scored."""
    INCLUDE = "include"
    ACTIVATE = "activate"
    HOLD = "hold"
    FOLLOW = "follow"
    DUEL_OPENED = "duel_opened"
    DUEL_CLOSED = "duel_closed"
    MODEL_SWITCHED = "model_switched"
    IMPORTED = "imported"
    """An answer that was given in another home: it counts as a label, and is no evidence."""


class Answer(StrEnum):
    """What a person said of a picture or a profile."""

    LIKE = "like"
    REJECT = "reject"


class Via(StrEnum):
    """Through what an event came."""

    PAGE = "page"
    TERMINAL = "terminal"
    CLI = "cli"
    API = "api"
    FOLDER = "folder"
    """A file was put into a label folder, or taken out, by hand."""
    DAEMON = "daemon"
    """tasted itself: an answer whose copy could not be made is taken back."""


class ChosenBy(StrEnum):
    """Why this picture was shown, or how it was named."""

    ASK = "ask"
    EXPLORE = "explore"
    DUEL = "duel"
    BEST = "best"
    TYPICAL = "typical"
    RECHECK = "recheck"
    BROWSE = "browse"
    NAMED = "named"
    FOLDER = "folder"


@dataclass(frozen=True, slots=True)
class GuessBefore:
    """What the taste in force had said before the answer."""

    version: str | None = None
    """Name of the taste version."""
    recipe: str | None = None
    probability: float | None = None
    """Of a like, in [0, 1]."""
    verdict: str | None = None
    """As `Verdict`."""
    percentile: float | None = None
    """Rank in [0, 1] among what was scored with the same taste."""


@dataclass(frozen=True, slots=True)
class TrialGuess:
    """What the challenger on trial had said before the answer."""

    recipe: str
    probability: float


@dataclass(frozen=True, slots=True)
class FeedbackEvent:
    """One event. Events are never edited; only forgetting removes them."""

    id: str
    """A UUID made by whoever asks: the same id again is the same event."""
    at_ms: int
    """UTC, in milliseconds since the epoch. Clocks jump: order is by `seq`."""
    kind: EventKind
    via: Via
    seq: int = 0
    """Rises from 1; numbers are never used again. 0 before the log has taken it in."""
    content: str | None = None
    """sha256 of the picture, or what stands for the photos of a profile; as in its sidecar."""
    photos: tuple[str, ...] = ()
    """Of a profile: sha256 of each of its photos."""
    answer: Answer | None = None
    session: str | None = None
    window: str | None = None
    chosen_by: ChosenBy | None = None
    propensity: float | None = None
    """Probability with which the card was drawn; of explore and duel cards."""
    blind: bool | None = None
    """Whether the score was hidden until the answer; None when that is not known."""
    shown_ms: int | None = None
    """How long the card was on the screen."""
    before: GuessBefore | None = None
    trial: TrialGuess | None = None
    undoes: str | None = None
    """Id of the event that is taken back."""
    note: str | None = None
    """Name of the version, recipe or model that an event about tastes concerns."""

    @property
    def contents(self) -> tuple[str, ...]:
        """Every content that it names."""
        own = (self.content,) if self.content is not None else ()
        return (*own, *self.photos)

    @property
    def judged(self) -> tuple[str, ...]:
        """The pictures whose labels it concerns: those of a profile, or the one."""
        return self.photos or self.contents

    def to_line(self) -> bytes:
        """Return the line on disk, with its newline.

        Raises:
            ValueError: when it is longer than `LINE_BYTES_MAX`.
        """
        members = {name: value for name, value in self.to_json().items() if value is not None}
        text = json.dumps(members, separators=(",", ":"), allow_nan=False).encode("ascii")
        line = text[:-1] + b',"crc32":"%08x"}\n' % zlib.crc32(text)
        if len(line) > LINE_BYTES_MAX:
            raise ValueError(f"an event of {len(line)} bytes is too long")
        return line

    def to_json(self) -> dict[str, Any]:
        """Return its fields as JSON has them; what is not known is None."""
        return {
            "seq": self.seq,
            "id": self.id,
            "at": self.at_ms,
            "kind": self.kind.value,
            "content": self.content,
            "photos": list(self.photos) or None,
            "answer": _value(self.answer),
            "via": self.via.value,
            "session": self.session,
            "window": self.window,
            "chosen_by": _value(self.chosen_by),
            "propensity": self.propensity,
            "blind": self.blind,
            "shown_ms": self.shown_ms,
            "before": _members(self.before),
            "trial": _members(self.trial),
            "undoes": self.undoes,
            "note": self.note,
        }

    @staticmethod
    def from_line(line: bytes) -> "FeedbackEvent":
        """Parse a line of the log, with or without its newline.

        Raises:
            ValueError: when it is damaged, or not an event that this version knows.
        """
        try:
            value = json.loads(checked_text(line))
        except RecursionError as error:
            raise ValueError("nested too deeply") from error
        event = FeedbackEvent.from_json(value)
        if not 1 <= event.seq <= _SEQ_MAX:
            raise ValueError("the event has no number")
        return event

    @staticmethod
    def from_json(value: object) -> "FeedbackEvent":
        """Build an event from the fields that `to_json` gives.

        Raises:
            ValueError: when one is missing, unknown or of another type.
        """
        if not isinstance(value, dict):
            raise ValueError("not an object")  # noqa: TRY004 - one kind of error for any bytes
        unknown = value.keys() - _NAMES
        if unknown:
            raise ValueError(f"unknown fields: {sorted(unknown)}")
        photos = value.get("photos", [])
        if not isinstance(photos, list) or len(photos) > PHOTOS_MAX:
            raise ValueError("photos is not a list, or too long a one")
        at_ms, seq = _count(value, "at"), _count(value, "seq")
        if at_ms is None:
            raise ValueError("no time")
        event = FeedbackEvent(
            id=_required(_text(value, "id", _EVENT_ID), "id"),
            at_ms=at_ms,
            kind=_chosen(EventKind, value.get("kind")),
            via=_chosen(Via, value.get("via")),
            seq=seq or 0,
            content=_text(value, "content", _CONTENT_ID),
            photos=tuple(_matching(photo, _CONTENT_ID, "photos") for photo in photos),
            answer=_member(Answer, value.get("answer")),
            session=_text(value, "session", _TOKEN),
            window=_text(value, "window", _TOKEN),
            chosen_by=_member(ChosenBy, value.get("chosen_by")),
            propensity=_share(value, "propensity"),
            blind=_flag(value, "blind"),
            shown_ms=_count(value, "shown_ms"),
            before=_before(value.get("before")),
            trial=_trial(value.get("trial")),
            undoes=_text(value, "undoes", _EVENT_ID),
            note=_text(value, "note", _NOTE),
        )
        event.check()
        return event

    def check(self) -> None:
        """Refuse an event that says nothing.

        Raises:
            ValueError: when an answer, or what it is about, is missing.
        """
        if self.kind in _ANSWERS and (self.content is None or self.answer is None):
            raise ValueError("an answer without a picture, or none at all")
        if self.kind in _ABOUT_CARDS and self.content is None:
            raise ValueError("nothing is named")
        if self.kind is EventKind.UNDO and self.content is None and self.undoes is None:
            raise ValueError("nothing is taken back")

    def numbered(self, seq: int) -> "FeedbackEvent":
        """Return the event with its place in the log."""
        return replace(self, seq=seq)


_ANSWERS = frozenset({EventKind.JUDGE, EventKind.IMPORTED})
_ABOUT_CARDS = frozenset({EventKind.SKIP, EventKind.EXCLUDE, EventKind.INCLUDE})
_NAMES = {field.name for field in fields(FeedbackEvent)} - {"at_ms"} | {"at"}
_Kind = TypeVar("_Kind", bound=StrEnum)


def checked_text(line: bytes) -> bytes:
    """Return the JSON of a line whose checksum is right.

    Raises:
        ValueError: when it is damaged.
    """
    line = line.removesuffix(b"\n")
    found = _CHECKSUM.search(line)
    if found is None or len(line) >= LINE_BYTES_MAX:
        raise ValueError("no checksum")
    text = line[: found.start()] + b"}"
    if zlib.crc32(text) != int(found[1], 16):
        raise ValueError("the checksum is wrong")
    return text


def new_event_id(now_ms: int) -> str:
    """Return a UUID of version 7: its first digits are the time, the others are drawn.

    Args:
        now_ms: UTC, in milliseconds since the epoch.
    """
    drawn = secrets.randbits(74)
    high = 0x7000 | (drawn >> 62)
    low = 0x8000_0000_0000_0000 | (drawn & (1 << 62) - 1)
    text = f"{now_ms & (1 << 48) - 1:012x}{high:04x}{low:016x}"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def is_event_id(text: object) -> bool:
    """Return whether a value may be the id of an event."""
    return isinstance(text, str) and _EVENT_ID.fullmatch(text) is not None


def is_token(text: object) -> bool:
    """Return whether a value may name a version, a recipe, a session or a window in an event."""
    return isinstance(text, str) and _TOKEN.fullmatch(text) is not None


def _value(member: StrEnum | None) -> str | None:
    return None if member is None else member.value


def _members(part: GuessBefore | TrialGuess | None) -> dict[str, Any] | None:
    if part is None:
        return None
    members = {field.name: getattr(part, field.name) for field in fields(part)}
    return {name: value for name, value in members.items() if value is not None}


def _before(value: object) -> GuessBefore | None:
    if value is None:
        return None
    part = _object(value, {field.name for field in fields(GuessBefore)})
    return GuessBefore(
        version=_text(part, "version", _TOKEN),
        recipe=_text(part, "recipe", _TOKEN),
        probability=_share(part, "probability"),
        verdict=_text(part, "verdict", _TOKEN),
        percentile=_share(part, "percentile"),
    )


def _trial(value: object) -> TrialGuess | None:
    if value is None:
        return None
    part = _object(value, {"recipe", "probability"})
    probability = _share(part, "probability")
    if probability is None:
        raise ValueError("a trial without a probability")
    return TrialGuess(_required(_text(part, "recipe", _TOKEN), "recipe"), probability)


def _object(value: object, names: set[str]) -> Mapping[str, object]:
    if not isinstance(value, dict) or not value.keys() <= names:
        raise ValueError("not such an object")
    return value


def _member(kind: type[_Kind], value: object) -> _Kind | None:
    return None if value is None else _chosen(kind, value)


def _chosen(kind: type[_Kind], value: object) -> _Kind:
    if not isinstance(value, str):
        raise ValueError(f"not a {kind.__name__}")  # noqa: TRY004 - one kind of error for any bytes
    return kind(value)


def _text(value: Mapping[str, object], name: str, form: re.Pattern[str]) -> str | None:
    text = value.get(name)
    return None if text is None else _matching(text, form, name)


def _matching(text: object, form: re.Pattern[str], name: str) -> str:
    if not isinstance(text, str) or form.fullmatch(text) is None:
        raise ValueError(f"{name} has another form")
    return text


def _required(text: str | None, name: str) -> str:
    if text is None:
        raise ValueError(f"no {name}")
    return text


def _count(value: Mapping[str, object], name: str) -> int | None:
    number = value.get(name)
    # exact: True is an int to isinstance
    if number is None or (type(number) is int and 0 <= number <= _COUNT_MAX):
        return number
    raise ValueError(f"{name} is not a count")


def _share(value: Mapping[str, object], name: str) -> float | None:
    number = value.get(name)
    if number is None:
        return None
    if type(number) not in {int, float}:
        raise ValueError(f"{name} is not a number")
    share = float(number)  # type: ignore[arg-type]  # one of the two
    if not (math.isfinite(share) and 0.0 <= share <= 1.0):
        raise ValueError(f"{name} is not in [0, 1]")
    return share


def _flag(value: Mapping[str, object], name: str) -> bool | None:
    flag = value.get(name)
    if flag is None or isinstance(flag, bool):
        return flag
    raise ValueError(f"{name} is neither true nor false")
