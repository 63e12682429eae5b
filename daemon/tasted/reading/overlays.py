"""What stands over the photographs of a screen: print that was photographed, and words of an app.

A shirt, a sign or a poster says nothing of a person. But apps lay name and age over the foot of a
photograph; and where one photograph fills the screen, so that no page is left for a text, the words
below that heading are the person's. Pure.
"""

import itertools
from collections.abc import Sequence
from dataclasses import field

from tasted.plain_dataclass import dataclass
from tasted.reading.headings import Heading, heading_over_photo
from tasted.reading.ocr import TextLine
from tasted.reading.picture_text import Shares
from tasted.reading.rows import height, middle, rows_of, tidy

_INSIDE_MIN = 0.6
_FOOT_FROM = 0.4
"""Of a photograph's height: name and age stand below."""
_SIDE_MARGIN = 0.08
_SCREEN_SHARE_MIN = 0.7
"""A photograph as wide as the picture and of this share of its height leaves no page for a text."""
_ALIGNED_HEIGHTS = 1.0
# a block of set text, where nobody says which of the words over a photograph are the app's
_BLOCK_ROWS_MIN = 3
_BLOCK_WORDS_MIN = 8
_BLOCK_HEIGHTS_RATIO = 1.35
_CHIP_WORDS_MAX = 2


@dataclass(frozen=True, slots=True)
class Parted:
    """The lines of a screen by where they stand; each is in one of the lists."""

    page: list[TextLine] = field(default_factory=list)
    """Beside the photographs, or the text of an app that has no page."""
    printed: list[TextLine] = field(default_factory=list)
    """Over photographs."""
    heading: Heading = field(default_factory=Heading)
    """Over the foot of a photograph."""


def part(lines: Sequence[TextLine], photos: Sequence[Shares], *, shows_app: bool) -> Parted:
    """Tell what stands over the photographs from the page around them.

    Args:
        lines: of a screen, without those of the phone and the app.
        photos: where its photographs are.
        shows_app: whether the screen has anything of an app on it.
    """
    parted = Parted()
    over: dict[int, list[TextLine]] = {}
    for line in lines:
        at = next((n for n, photo in enumerate(photos) if _is_inside(line, photo)), None)
        if at is None:
            parted.page.append(line)
        else:
            over.setdefault(at, []).append(line)
    shows_app = shows_app or bool(parted.page)
    heading = Heading()
    for at, inside in sorted(over.items()):
        photo, rows = photos[at], rows_of(inside)
        below = photo[1] + _FOOT_FROM * (photo[3] - photo[1])
        found = heading_over_photo(rows, below=below, wants_comma=not shows_app)
        if not heading.lines:
            heading = found
        words = _words_over_screen(rows, found) if _fills_screen(photo) else []
        own = {id(line) for line in (*words, *(heading.lines if heading is found else ()))}
        parted.page.extend(words)
        parted.printed.extend(line for line in inside if id(line) not in own)
    return Parted(parted.page, parted.printed, heading)


def is_on(line: TextLine, photos: Sequence[Shares]) -> bool:
    """Tell whether a line stands over a photograph."""
    return any(_is_inside(line, photo) for photo in photos)


def _is_inside(line: TextLine, photo: Shares) -> bool:
    left, top, right, bottom = tidy(line).box
    wide = min(right, photo[2]) - max(left, photo[0])
    high = min(bottom, photo[3]) - max(top, photo[1])
    area = (right - left) * (bottom - top)
    if area <= 0:
        # without an area it stands where its corner does
        return photo[0] <= left <= photo[2] and photo[1] <= top <= photo[3]
    return min(wide, high) > 0 and wide * high >= _INSIDE_MIN * area


def _fills_screen(photo: Shares) -> bool:
    is_wide = photo[0] <= _SIDE_MARGIN and photo[2] >= 1 - _SIDE_MARGIN
    return is_wide and photo[3] - photo[1] >= _SCREEN_SHARE_MIN


def _words_over_screen(rows: list[list[TextLine]], heading: Heading) -> list[TextLine]:
    """Return what an app without a page writes over a photograph."""
    if not heading.lines:
        return _set_text(rows)
    first = heading.lines[0]
    left, reach = tidy(first).box[0], _ALIGNED_HEIGHTS * height(first)
    below = [
        row
        for row in rows
        if middle(row[0]) > middle(first)
        and abs(tidy(row[0]).box[0] - left) <= reach
        and not _is_chips(row)
    ]
    return [line for row in below for line in row if line not in heading.lines]


def _is_chips(row: list[TextLine]) -> bool:
    """Tell whether a row is several things of a word or two each."""
    return len(row) > 1 and all(len(line.text.split()) <= _CHIP_WORDS_MAX for line in row)


def _set_text(rows: list[list[TextLine]]) -> list[TextLine]:
    """Return the rows that are set like a paragraph: one left edge, one size, several words."""
    block: list[list[TextLine]] = []
    for row in rows:
        if block and not _goes_on(block[-1][0], row[0]):
            if _is_block(block):
                break
            block = []
        block.append(row)
    return list(itertools.chain.from_iterable(block)) if _is_block(block) else []


def _goes_on(before: TextLine, line: TextLine) -> bool:
    heights = sorted((height(before), height(line)))
    aligned = abs(tidy(before).box[0] - tidy(line).box[0]) <= _ALIGNED_HEIGHTS * heights[0]
    return aligned and heights[1] <= _BLOCK_HEIGHTS_RATIO * heights[0]


def _is_block(rows: list[list[TextLine]]) -> bool:
    words = sum(len(line.text.split()) for row in rows for line in row)
    return len(rows) >= _BLOCK_ROWS_MIN and words >= _BLOCK_WORDS_MIN
