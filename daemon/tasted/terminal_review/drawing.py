"""How a terminal shows a picture: the bytes to write. Pure.

kitty takes a PNG, iTerm2 any file, both as base64 in an escape sequence; every other terminal with
colours gets half-blocks: a cell is two pixels, one above the other. A terminal that is known for
nothing is sent nothing that it could take for text.
"""

import base64
from collections.abc import Callable, Iterator, Mapping
from enum import StrEnum

from tasted.plain_dataclass import dataclass
from tasted.terminal_review.plain_png import PixelRows

_CHUNK = 4096
"""The most that kitty takes in one escape sequence."""
_UPPER_HALF = "\u2580"
_STEPS_256 = (0, 95, 135, 175, 215, 255)
_CUBE_256 = 16
_KITTY_PROGRAMS = frozenset({"ghostty"})
_ITERM_PROGRAMS = frozenset({"iTerm.app", "WezTerm"})
_MULTIPLEXERS = ("screen", "tmux")


class Drawing(StrEnum):
    """A way to show pictures."""

    KITTY = "kitty"
    ITERM2 = "iterm2"
    BLOCKS = "blocks"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Cells:
    """A size on the screen."""

    columns: int
    lines: int


def drawing_for(environment: Mapping[str, str]) -> Drawing:
    """Return how the terminal of this environment shows pictures, by what it says of itself."""
    term = environment.get("TERM", "")
    if term in {"", "dumb"} or environment.get("NO_COLOR"):
        return Drawing.NONE
    # it would have to be told to pass sequences through, and to forget the picture afterwards
    is_wrapped = bool(environment.get("TMUX")) or term.startswith(_MULTIPLEXERS)
    program = environment.get("TERM_PROGRAM", "")
    if not is_wrapped:
        if environment.get("KITTY_WINDOW_ID") or "kitty" in term or program in _KITTY_PROGRAMS:
            return Drawing.KITTY
        if program in _ITERM_PROGRAMS or environment.get("LC_TERMINAL") == "iTerm2":
            return Drawing.ITERM2
    return Drawing.BLOCKS


def has_many_colours(environment: Mapping[str, str]) -> bool:
    """Tell whether the terminal takes 24-bit colours; else it gets the nearest of 216."""
    return environment.get("COLORTERM", "") in {"truecolor", "24bit"}


def kitty_picture(png: bytes, cells: Cells, *, width: int, height: int) -> bytes:
    """Return what shows a PNG at the cursor, within these cells.

    Args:
        png: the picture.
        cells: the most room.
        width: of the picture, in pixels.
        height: of the picture, in pixels.
    """
    fitting = fitted(width, height, cells)
    # q=2: no reply, which would be read as keys; C=1: the cursor stays
    keys = f"a=T,f=100,q=2,C=1,c={fitting.columns},r={fitting.lines}"
    return b"".join(_kitty_chunks(base64.standard_b64encode(png), keys))


def _kitty_chunks(text: bytes, keys: str) -> Iterator[bytes]:
    for at in range(0, len(text), _CHUNK):
        more = int(at + _CHUNK < len(text))
        head = f"{keys},m={more}" if at == 0 else f"m={more}"
        yield b"\x1b_G%s;%s\x1b\\" % (head.encode("ascii"), text[at : at + _CHUNK])


KITTY_CLEAR = b"\x1b_Ga=d,q=2\x1b\\"
"""Takes all pictures off the screen."""


def iterm2_picture(data: bytes, cells: Cells) -> bytes:
    """Return what shows a file at the cursor, within these cells; the program scales it."""
    keys = (
        f"inline=1;size={len(data)};width={cells.columns};height={cells.lines};"
        "preserveAspectRatio=1"
    )
    return b"\x1b]1337;File=%s:%s\x07" % (keys.encode("ascii"), base64.standard_b64encode(data))


def half_blocks(picture: PixelRows, cells: Cells, *, many_colours: bool) -> list[str]:
    """Return the lines of a picture, scaled down to fit; a cell is two pixels high.

    Args:
        picture: small.
        cells: the most room.
        many_colours: as `has_many_colours` tells.
    """
    size = fitted(picture.width, picture.height, cells)
    colour: Callable[[tuple[int, int, int]], str] = _exact if many_colours else _nearest
    lines = []
    for line in range(size.lines):
        cell_texts = []
        for column in range(size.columns):
            top, bottom = (
                _mean(picture, column, size.columns, 2 * line + half, 2 * size.lines)
                for half in (0, 1)
            )
            cell_texts.append(f"\x1b[38;{colour(top)};48;{colour(bottom)}m{_UPPER_HALF}")
        lines.append("".join(cell_texts) + "\x1b[0m")
    return lines


def fitted(width: int, height: int, cells: Cells) -> Cells:
    """Return the largest size within these cells that keeps the shape; a cell is 1 by 2."""
    scale = min(cells.columns / max(width, 1), 2 * cells.lines / max(height, 1))
    columns = min(cells.columns, max(1, round(width * scale)))
    lines = min(cells.lines, max(1, round(height * scale / 2)))
    return Cells(columns, lines)


def _mean(
    picture: PixelRows, column: int, columns: int, row: int, rows: int
) -> tuple[int, int, int]:
    """Return the mean colour of the pixels that fall into one of many equal parts."""
    left, top = column * picture.width // columns, row * picture.height // rows
    right = max(left + 1, (column + 1) * picture.width // columns)
    below = max(top + 1, (row + 1) * picture.height // rows)
    found = [
        picture.pixel(x, y)
        for y in range(min(top, picture.height - 1), min(below, picture.height))
        for x in range(min(left, picture.width - 1), min(right, picture.width))
    ]
    red, green, blue = (sum(pixel[channel] for pixel in found) for channel in range(3))
    return red // len(found), green // len(found), blue // len(found)


def _exact(colour: tuple[int, int, int]) -> str:
    red, green, blue = colour
    return f"2;{red};{green};{blue}"


def _nearest(colour: tuple[int, int, int]) -> str:
    red, green, blue = (
        min(range(len(_STEPS_256)), key=lambda step: abs(_STEPS_256[step] - value))
        for value in colour
    )
    return f"5;{_CUBE_256 + 36 * red + 6 * green + blue}"
