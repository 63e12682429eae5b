"""What was found in a picture by reading it: lines, and where its photographs are. Pure.

Both are cached together, as JSON in ASCII, so that their meaning can be worked out again without
opening the picture. Older caches hold a bare list of lines.
"""

import json
from collections.abc import Iterable, Sequence
from typing import Any

from tasted.plain_dataclass import dataclass
from tasted.reading.ocr import TextLine
from tasted.records import Box, View

Shares = tuple[float, float, float, float]
"""(left, top, right, bottom) as shares of the picture's width and height, from its top left."""


@dataclass(frozen=True, slots=True)
class PictureText:
    """What was found in a picture."""

    lines: tuple[TextLine, ...] = ()
    photos: tuple[Shares, ...] | None = None
    """Where its photographs are; None if unknown, as in older caches."""

    def to_json(self) -> str:
        """Write it for the cache."""
        lines = [
            [line.text, line.box, line.confidence, *([True] if line.is_doubted else [])]
            for line in self.lines
        ]
        return json.dumps(lines if self.photos is None else {"lines": lines, "photos": self.photos})


def picture_text_from(text: str) -> PictureText:
    """Read what `PictureText.to_json` of this version, or an older one, wrote."""
    value = json.loads(text)
    if isinstance(value, list):
        return PictureText(_lines(value))
    photos = tuple((box[0], box[1], box[2], box[3]) for box in value["photos"])
    return PictureText(_lines(value["lines"]), photos)


def _lines(value: list[list[Any]]) -> tuple[TextLine, ...]:
    return tuple(
        TextLine(text, (box[0], box[1], box[2], box[3]), confidence, bool(doubted))
        for text, box, confidence, *doubted in value
    )


def shares_of(boxes: Iterable[Box], *, width: int, height: int) -> tuple[Shares, ...]:
    """Return boxes in pixels as shares of a picture.

    Args:
        boxes: within the picture.
        width: of the picture, pixels, at least 1.
        height: of the picture, pixels, at least 1.
    """
    return tuple(
        (left / width, top / height, (left + wide) / width, (top + high) / height)
        for left, top, wide, high in boxes
    )


def photos_of_views(views: Sequence[View], *, width: int, height: int) -> tuple[Shares, ...]:
    """Return what is known of photographs by the squares of them that were looked at.

    Squares over one long photograph are one again.

    Args:
        views: of a picture.
        width: of the picture, pixels.
        height: of the picture, pixels.
    """
    joined: list[Box] = []
    for view in views:
        if view.kind != "photo":
            continue
        left, top, wide, high = view.box
        before = joined[-1] if joined else None
        if (
            before is not None
            and (before[0], before[2]) == (left, wide)
            and top <= before[1] + before[3]
        ):
            joined[-1] = (left, before[1], wide, max(before[1] + before[3], top + high) - before[1])
        else:
            joined.append(view.box)
    return shares_of(joined, width=max(1, width), height=max(1, height))
