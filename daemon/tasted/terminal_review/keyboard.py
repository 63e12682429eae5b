"""Bytes that a terminal sends → actions, by the keys of the page. Pure."""

from collections.abc import Iterator
from enum import StrEnum


class Action(StrEnum):
    """What a key does."""

    LIKE = "like"
    REJECT = "reject"
    LATER = "later"
    EXCLUDE = "exclude"
    UNDO = "undo"
    REDO = "redo"
    WHY = "why"
    OPEN = "open"
    KEYS = "keys"
    END = "end"
    PHOTO = "photo"
    """With a digit: that photo of a profile."""


KEYS: dict[str, Action] = {
    "right": Action.LIKE,
    "l": Action.LIKE,
    "left": Action.REJECT,
    "x": Action.REJECT,
    "down": Action.LATER,
    " ": Action.LATER,
    "n": Action.EXCLUDE,
    "backspace": Action.UNDO,
    "u": Action.UNDO,
    "Z": Action.REDO,
    "up": Action.WHY,
    "w": Action.WHY,
    "o": Action.OPEN,
    "?": Action.KEYS,
    "q": Action.END,
    "escape": Action.END,
    **{str(digit): Action.PHOTO for digit in range(1, 10)},
}
_ARROWS = {b"A": "up", b"B": "down", b"C": "right", b"D": "left"}
_ESCAPE = 0x1B
_BACKSPACE = frozenset({0x7F, 0x08})
_CONTROL_Z_UNDO = 0x1F
"""Of ctrl+_ ; ctrl+z itself is the terminal's own."""
_FINAL = range(0x40, 0x7F)


def keys_in(data: bytes) -> Iterator[str]:
    """Yield the names of the keys in what was read at once; unknown sequences are passed over.

    A sequence that begins with escape is one key: the arrow keys, with or without modifiers, as
    terminals send them in either mode. Letters of other alphabets are no keys.
    """
    at = 0
    while at < len(data):
        byte = data[at]
        if byte == _ESCAPE:
            length, name = _escape_sequence(data[at:])
            at += length
            if name is not None:
                yield name
            continue
        at += 1
        if byte in _BACKSPACE or byte == _CONTROL_Z_UNDO:
            yield "backspace"
        elif 0x20 <= byte < 0x7F:  # noqa: PLR2004 - the printable part of ASCII
            yield chr(byte)


def _escape_sequence(data: bytes) -> tuple[int, str | None]:
    """Return how long a sequence is, and the key that it stands for."""
    if len(data) == 1 or data[1] not in b"[O":
        # escape by itself, or alt with a key, which is none of ours
        return (1, "escape") if len(data) == 1 else (2, None)
    for at in range(2, len(data)):
        if data[at] in _FINAL:
            return at + 1, _ARROWS.get(data[at : at + 1]) if at == 2 else None  # noqa: PLR2004
    return len(data), None


class RepeatGuard:
    """Tells a key that is held down from one that is pressed again: it would judge what was unseen.

    Args:
        seconds: a key that comes again sooner is the same press.
    """

    def __init__(self, seconds: float = 0.08) -> None:
        self._seconds = seconds
        self._last: tuple[str, float] | None = None

    def is_repeat(self, key: str, now: float) -> bool:
        """Take in a key, at a time in monotonic seconds."""
        last, self._last = self._last, (key, now)
        return last is not None and last[0] == key and now - last[1] < self._seconds
