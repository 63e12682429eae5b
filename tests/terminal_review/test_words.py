"""The lines on the screen."""

from typing import Any

from tasted.cli.context import printable
from tasted.terminal_review import words


def test_a_line_tells_the_answer_and_the_guess() -> None:
    """Nothing of a name can steer the terminal; 0 and 1 are never certain."""
    assert words.answered_line("like", "a.png", {"probability": 0.344}, printable) == (
        "✓ liked; it had guessed 34 %   a.png"
    )
    assert "\x1b" not in words.answered_line("reject", "\x1b[2Ja.png", None, printable)
    assert (words.percent(0.0), words.percent(1.0)) == ("1 %", "99 %")
    card: dict[str, Any] = {"name": "anna/\x1b]0;x\x07", "pictures": [{}, {}, {}]}
    assert words.heading(card, 1, printable).endswith("photo 2 of 3")
    assert "\x1b" not in words.heading(card, 1, printable)


def test_a_session_tells_what_it_came_to() -> None:
    """Also when nothing came of it, and beside the constant predictor."""
    counts = {"like": 58, "reject": 29, "later": 4}
    assert words.session_lines(counts, [True, False, True], 278) == [
        "87 pictures in 4 min 38 s: 58 liked, 29 rejected.",
        "It had guessed 2 of 3.",
    ]
    assert words.session_lines({"like": 1}, [], 9)[0].startswith("1 picture in 9 s")
    assert words.session_lines({"later": 3}, [], 9) == ["Nothing was judged."]
    guessed = {"right": 38, "of": 50, "constant_right": 35}
    assert words.guessed_line({"guessed": guessed}) == (
        "Of your last 50 it guessed 38; always the usual answer would have been right 35 times."
    )
    once = words.guessed_line({"guessed": {**guessed, "constant_right": 1}})
    assert once is not None
    assert once.endswith("would have been right 1 time.")
    assert words.guessed_line({"guessed": None}) is None
    assert words.unsent_line(1).startswith("1 answer was")


def test_why_says_each_thing_once() -> None:
    """The guess, the summary, and the reasons that are not in it; nothing steers the terminal."""
    summary = {"summary": "Match: like one you liked.\x1b[2J", "probability": 0.83}
    reasons = ["Like one you liked", "Its text says jazz\x07"]
    first, second = words.why_lines({"result": summary, "reasons": reasons}, printable)
    assert first.startswith("Its guess: 83 %. Match: like one you liked.")
    assert second.startswith("· Its text says jazz")
    assert "\x1b" not in first
    assert "\x07" not in second
    unsure: dict[str, Any] = {"summary": "Too few labels.", "probability": None}
    assert words.why_lines({"result": unsure, "reasons": []}, printable) == ["Too few labels."]


def test_every_line_of_keys_fits() -> None:
    """A terminal has 80 columns."""
    assert max(map(len, (words.KEYS_LINE, *words.KEYS))) <= 80
