"""What terminals send is read as the keys of the page, and nothing else is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasted.terminal_review.keyboard import KEYS, Action, RepeatGuard, keys_in


@pytest.mark.parametrize(
    ("sent", "action"),
    [
        (b"\x1b[C", Action.LIKE), (b"\x1bOC", Action.LIKE), (b"l", Action.LIKE),
        (b"\x1b[D", Action.REJECT), (b"x", Action.REJECT),
        (b"\x1b[B", Action.LATER), (b" ", Action.LATER), (b"n", Action.EXCLUDE),
        (b"\x7f", Action.UNDO), (b"\x08", Action.UNDO), (b"u", Action.UNDO), (b"Z", Action.REDO),
        (b"\x1b[A", Action.WHY), (b"w", Action.WHY), (b"7", Action.PHOTO),
        (b"o", Action.OPEN), (b"?", Action.KEYS), (b"q", Action.END), (b"\x1b", Action.END),
    ],
)  # fmt: skip
def test_a_key_does_what_the_page_says(sent: bytes, action: Action) -> None:
    """Arrows in both modes, letters, and escape by itself."""
    assert [KEYS[key] for key in keys_in(sent)] == [action]


@pytest.mark.parametrize(
    "sent",
    [b"\x1b[1;5C", b"\x1b[3~", b"\x1b[200~", b"\x1bl", b"\x1b[<0;3;4M", b"\xc3\xa9", b"\x00"],
)
def test_other_keys_do_nothing(sent: bytes) -> None:
    """Ctrl and an arrow, delete, pasting, alt with a letter, the mouse, letters of others."""
    assert [KEYS[key] for key in keys_in(sent) if key in KEYS] == []


def test_keys_that_come_together_are_all_there() -> None:
    """In their order."""
    assert list(keys_in(b"l\x1b[D\x7f2q")) == ["l", "left", "backspace", "2", "q"]


@given(st.binary(max_size=40))
def test_any_bytes_are_read_to_their_end(data: bytes) -> None:
    """Whatever a terminal or a paste sends."""
    for key in keys_in(data):
        assert key


def test_row_67_a_key_that_is_held_is_pressed_once() -> None:
    """It would judge pictures that nobody saw; pressed again, or another key, it counts."""
    guard = RepeatGuard(0.08)
    times = [0.0, 0.03, 0.06, 0.09, 0.12]
    assert [guard.is_repeat("l", now) for now in times] == [False, True, True, True, True]
    assert not guard.is_repeat("x", 0.13)
    assert not guard.is_repeat("l", 0.15)
    assert not guard.is_repeat("l", 0.30)
