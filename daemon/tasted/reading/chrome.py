"""What belongs to the phone and the app, not to the person: status bar, navigation, buttons. Pure.

The words are data, in `chrome.json`: those of `anywhere` never stand in a profile's text, those of
`edges` might ("Like" as a line of a poem) and count only near the top and the bottom, those of
`line_ends` are cut off where a detector joined them to a line.
"""

import json
import re
from collections.abc import Sequence
from importlib import resources

from tasted.reading.ocr import TextLine
from tasted.reading.rows import middle

_STATUS_BAR_ABOVE = 0.06
_TOP_BAR_ABOVE = 0.13
_BOTTOM_BAR_WITHIN = 0.12
_STATUS_CHARACTERS_MAX = 4
_STATUS = re.compile(
    r"(?:[0-2]?\d[:.]\d{2}(?:\s*[ap]m)?|lte|[345]g\+?|wi-?fi|\d{1,3}\s*%|no service|[\W_]|\s)+",
    re.IGNORECASE,
)
_EDGE_MARKS = re.compile(r"^[\W_]+|[\W_]+$")


def _words(name: str) -> frozenset[str]:
    text = resources.files("tasted.reading").joinpath("chrome.json").read_text("utf-8")
    return frozenset(json.loads(text)[name])


_APPS = _words("apps")
_ANYWHERE = _words("anywhere")
_EDGES = _words("edges") | _APPS | _ANYWHERE
_LINE_END = re.compile(
    rf"[\W_]*(?:{'|'.join(map(re.escape, sorted(_words('line_ends'))))})[\W_]*$", re.IGNORECASE
)


def is_chrome(line: TextLine, row: Sequence[TextLine], *, screen: float = 1.0) -> bool:
    """Tell whether a line is part of the phone or the app.

    Args:
        line: with a finite box.
        row: the lines beside it, itself among them: one button may stand near the top or bottom in
            a row of its own or among other buttons, but not within a sentence.
        screen: height of one screen as a share of the picture's; less than 1 in a capture of
            several screens.
    """
    middle = (line.box[1] + line.box[3]) / 2
    below = 1 - middle
    words = _plain(line.text)
    if words in _ANYWHERE:
        return True
    if middle < _STATUS_BAR_ABOVE * screen and (
        len(line.text.strip()) <= _STATUS_CHARACTERS_MAX or _STATUS.fullmatch(line.text.strip())
    ):
        return True
    if middle < _TOP_BAR_ABOVE * screen:
        return words in _EDGES
    if below < _BOTTOM_BAR_WITHIN * screen:
        return all(_plain(beside.text) in _EDGES for beside in row)
    return False


def is_at_edge(line: TextLine, screen: float) -> bool:
    """Tell whether a line is where a phone and an app have their signs.

    Args:
        line: with any box.
        screen: as for `is_chrome`.
    """
    at = middle(line)
    return at < _TOP_BAR_ABOVE * screen or 1 - at < _BOTTOM_BAR_WITHIN * screen


def without_line_end(text: str) -> str:
    """Cut off what an app writes behind a line: "she/her Active today" → "she/her"."""
    return _LINE_END.sub("", text)


def _plain(text: str) -> str:
    return _EDGE_MARKS.sub("", " ".join(text.casefold().replace("\u2019", "'").split()))
