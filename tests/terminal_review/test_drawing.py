"""What is written to a terminal for a picture, by what the terminal says of itself."""

import base64
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasted.terminal_review.drawing import (
    Cells,
    Drawing,
    drawing_for,
    fitted,
    half_blocks,
    has_many_colours,
    iterm2_picture,
    kitty_picture,
)
from tasted.terminal_review.plain_png import PixelRows


@pytest.mark.parametrize(
    ("environment", "drawing"),
    [
        ({"TERM": "xterm-kitty"}, Drawing.KITTY),
        ({"TERM": "xterm-256color", "KITTY_WINDOW_ID": "1"}, Drawing.KITTY),
        ({"TERM": "xterm-ghostty", "TERM_PROGRAM": "ghostty"}, Drawing.KITTY),
        ({"TERM": "xterm-256color", "TERM_PROGRAM": "iTerm.app"}, Drawing.ITERM2),
        ({"TERM": "xterm-256color", "LC_TERMINAL": "iTerm2"}, Drawing.ITERM2),
        ({"TERM": "xterm-256color", "TERM_PROGRAM": "WezTerm"}, Drawing.ITERM2),
        ({"TERM": "xterm-256color", "TERM_PROGRAM": "Apple_Terminal"}, Drawing.BLOCKS),
        ({"TERM": "xterm"}, Drawing.BLOCKS),
        ({"TERM": "screen-256color", "KITTY_WINDOW_ID": "1"}, Drawing.BLOCKS),
        ({"TERM": "xterm-kitty", "TMUX": "/run/tmux,1,0"}, Drawing.BLOCKS),
        ({"TERM": "dumb"}, Drawing.NONE),
        ({}, Drawing.NONE),
        ({"TERM": "xterm-kitty", "NO_COLOR": "1"}, Drawing.NONE),
    ],
)
def test_a_terminal_gets_what_it_can_show(environment: dict[str, str], drawing: Drawing) -> None:
    """A multiplexer would pass nothing on; who is known for nothing gets no escape sequence."""
    assert drawing_for(environment) is drawing


def test_kitty_gets_the_png_in_pieces() -> None:
    """None longer than it takes, the last one marked; no reply that would be read as keys."""
    png = bytes(range(256)) * 60
    data = kitty_picture(png, Cells(40, 10), width=200, height=100)
    pieces = re.findall(rb"\x1b_G([^;]*);([^\x1b]*)\x1b\\", data)
    assert b"".join(rb"\x1b_G" * 0 + text for _keys, text in pieces) == base64.b64encode(png)
    assert data == b"".join(b"\x1b_G%s;%s\x1b\\" % piece for piece in pieces)
    assert max(len(text) for _keys, text in pieces) <= 4096
    assert pieces[0][0] == b"a=T,f=100,q=2,C=1,c=40,r=10,m=1"
    assert [keys for keys, _text in pieces[1:]] == [b"m=1"] * (len(pieces) - 2) + [b"m=0"]


def test_iterm2_gets_the_file_and_the_room() -> None:
    """As one sequence that ends with a bell."""
    data = iterm2_picture(b"\xff\xd8abc", Cells(30, 9))
    assert data == (
        b"\x1b]1337;File=inline=1;size=5;width=30;height=9;preserveAspectRatio=1:"
        + base64.b64encode(b"\xff\xd8abc")
        + b"\x07"
    )


def test_half_blocks_are_two_pixels_a_cell() -> None:
    """The upper one in front, the lower one behind; the colours end with the line."""
    picture = PixelRows(2, (bytes([1, 2, 3, 4, 5, 6]), bytes([7, 8, 9, 10, 11, 12])))
    assert half_blocks(picture, Cells(2, 1), many_colours=True) == [
        "\x1b[38;2;1;2;3;48;2;7;8;9m\u2580\x1b[38;2;4;5;6;48;2;10;11;12m\u2580\x1b[0m"
    ]
    assert half_blocks(picture, Cells(1, 1), many_colours=False)[0].startswith(
        "\x1b[38;5;16;48;5;16m"
    )
    white = PixelRows(1, (b"\xff\xff\xff",))
    assert half_blocks(white, Cells(1, 1), many_colours=False) == [
        "\x1b[38;5;231;48;5;231m\u2580\x1b[0m"
    ]


@given(st.integers(1, 400), st.integers(1, 400), st.integers(1, 60), st.integers(1, 30))
def test_a_picture_fits_whatever_its_shape(
    width: int, height: int, columns: int, lines: int
) -> None:
    """It has at least one cell, and no more than there is room for."""
    size = fitted(width, height, Cells(columns, lines))
    assert 1 <= size.columns <= columns
    assert 1 <= size.lines <= lines
    assert size.columns == columns or size.lines == lines


@given(st.integers(1, 30), st.integers(1, 30), st.integers(1, 12), st.integers(1, 6))
def test_every_cell_is_drawn(width: int, height: int, columns: int, lines: int) -> None:
    """However many pixels there are for it."""
    picture = PixelRows(width, tuple(bytes(3 * width) for _row in range(height)))
    drawn = half_blocks(picture, Cells(columns, lines), many_colours=True)
    size = fitted(width, height, Cells(columns, lines))
    assert len(drawn) == size.lines
    assert {line.count("\u2580") for line in drawn} == {size.columns}


def test_many_colours_are_for_those_who_say_so() -> None:
    """Terminal.app has 256."""
    assert has_many_colours({"COLORTERM": "truecolor"})
    assert not has_many_colours({"TERM": "xterm-256color"})
