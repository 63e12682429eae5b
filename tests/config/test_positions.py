"""Line numbers of TOML keys."""

import tomllib

from hypothesis import given
from hypothesis import strategies as st

from tasted.config.positions import key_lines

WORDS = st.text("abcd-_", min_size=1, max_size=6)


def test_each_key_and_table_has_the_line_on_which_it_is_first_named() -> None:
    """Headers, dotted keys, inline tables, comments and blank lines are all counted."""
    text = (
        "# a comment\n"
        "\n"
        "[watch]\n"
        "settle_seconds = 1  # why\n"
        "\n"
        "[preferences]\n"
        "weights = { physical = 1, interests = 2 }\n"
        "[preferences.more]\n"
        "a.b = 1\n"
    )
    assert key_lines(text) == {
        ("watch",): 3,
        ("watch", "settle_seconds"): 4,
        ("preferences",): 6,
        ("preferences", "weights"): 7,
        ("preferences", "weights", "physical"): 7,
        ("preferences", "weights", "interests"): 7,
        ("preferences", "more"): 8,
        ("preferences", "more", "a"): 9,
        ("preferences", "more", "a", "b"): 9,
    }


def test_values_over_several_lines_have_the_line_of_their_key() -> None:
    """A list or string that goes on does not shift what follows, whatever it contains."""
    text = 'a = [\n  "x", # ]\n\n  "[b]",\n]\nc = """\nd = 1\n"""\ne = 1\n'
    assert key_lines(text) == {("a",): 1, ("c",): 6, ("e",): 9}


def test_windows_line_ends_and_lists_of_tables_are_understood() -> None:
    """Both are valid TOML."""
    assert key_lines("[[a]]\r\nb = 1\r\n[[a]]\r\nc = 1\r\n") == {
        ("a",): 1,
        ("a", "b"): 2,
        ("a", "c"): 4,
    }


def test_a_value_of_very_many_lines_ends_the_search_and_does_no_harm() -> None:
    """The work stays bounded; keys behind such a value have no line."""
    text = "a = 1\nb = [\n" + "1,\n" * 5_000 + "]\nc = 1\n"
    assert key_lines(text) == {("a",): 1}


@given(st.lists(st.tuples(WORDS, st.lists(WORDS, unique=True, max_size=4)), max_size=5))
def test_lines_are_right_for_any_flat_document(sections: list[tuple[str, list[str]]]) -> None:
    """The line that is named for a key is the line that was written for it."""
    lines: list[str] = []
    expected: dict[tuple[str, ...], int] = {}
    for section, keys in dict(sections).items():
        lines.append(f"[{section}]")
        expected[section,] = len(lines)
        for key in keys:
            lines.append(f"{key} = 1")
            expected[section, key] = len(lines)
    text = "\n".join(lines)
    assert tomllib.loads(text) is not None
    assert key_lines(text) == expected
