"""A terminal in use: a pseudo-terminal with somebody at its other end."""

import os
import select
import termios
from collections.abc import Iterator

import pytest

from kit.terminals import set_size, shown_until
from kit.waiting import PATIENCE_SECONDS
from tasted.terminal_review.drawing import Cells
from tasted.terminal_review.terminal import Terminal


@pytest.fixture
def ends() -> Iterator[tuple[int, int]]:
    """The person's end and the program's end."""
    person, program = os.openpty()
    yield person, program
    os.close(person)
    os.close(program)


def test_row_67_it_is_left_as_it_was(ends: tuple[int, int]) -> None:
    """Whatever is raised: with its echo, its cursor and its own screen."""
    person, program = ends
    before = termios.tcgetattr(program)
    terminal = Terminal(program, program)

    def use() -> None:
        with terminal.in_use():
            assert termios.tcgetattr(program) != before
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        use()
    assert termios.tcgetattr(program) == before
    written = shown_until(person, b"\x1b[?25h\x1b[?1049l")
    assert written.startswith(b"\x1b[?1049h")


def test_keys_come_one_after_the_other(ends: tuple[int, int]) -> None:
    """Without enter; nothing within the time is None, and a hung-up line ends it."""
    person, program = ends
    terminal = Terminal(program, program)
    with terminal.in_use():
        os.write(person, b"l\x1b[D?")
        keys = [terminal.key(PATIENCE_SECONDS) for _time in range(3)]
        assert keys == ["l", "left", "?"]
        assert terminal.key(0.0) is None


def test_what_was_pressed_before_a_card_is_dropped(ends: tuple[int, int]) -> None:
    """It was meant for the one before."""
    person, program = ends
    terminal = Terminal(program, program)
    with terminal.in_use():
        os.write(person, b"lx")
        assert terminal.key(PATIENCE_SECONDS) == "l"
        os.write(person, b"l")
        # a key is on its way for a moment; nobody drops what has not arrived
        assert select.select([program], [], [], PATIENCE_SECONDS)[0]
        terminal.drop_keys()
        assert not select.select([program], [], [], 0.0)[0]
        assert terminal.key(0.0) is None


def test_a_size_is_told_and_its_change_is_a_key(ends: tuple[int, int]) -> None:
    """A terminal that tells none has the usual one."""
    _person, program = ends
    terminal = Terminal(program, program)
    set_size(program, 0, 0)
    assert terminal.size() == Cells(80, 24)
    set_size(program, 100, 40)
    assert terminal.size() == Cells(100, 40)
    read, write = os.pipe()
    try:
        assert Terminal(read, read).size() == Cells(80, 24)
        os.close(write)
        # nobody sits there any more
        assert Terminal(read, program).key(PATIENCE_SECONDS) == "escape"
    finally:
        os.close(read)


def test_parts_are_drawn_where_they_belong(ends: tuple[int, int]) -> None:
    """After the screen was cleared, and after what takes former pictures away."""
    person, program = ends
    terminal = Terminal(program, program)
    terminal.show([(1, b"name"), (3, b"keys")], before=b"\x1b_Ga=d\x1b\\")
    assert shown_until(person, b"keys") == (
        b"\x1b_Ga=d\x1b\\\x1b[0m\x1b[2J\x1b[H\x1b[1;1Hname\x1b[3;1Hkeys"
    )
