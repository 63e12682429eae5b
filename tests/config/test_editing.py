"""One setting is changed in the text of the settings file, and nothing else."""

import tomllib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasted.config import load_settings
from tasted.config.editing import asks_for, with_setting
from tasted.config.names import SETTINGS, Key
from tasted.config.template import render_toml
from tasted.home.layout import Home


def changed(text: str, dotted: str, value: Any) -> str:
    """Return the text with a setting changed."""
    key = tuple(dotted.split("."))
    return with_setting(text, key, value)


def value_at(text: str, key: Key) -> Any:
    """Return what a text says of a setting."""
    found: Any = tomllib.loads(text)
    for name in key:
        found = found[name]
    return found


@pytest.mark.parametrize(
    ("before", "dotted", "value", "after"),
    [
        ("[log]\nkeep = 7  # a week\n", "log.keep", 9, "[log]\nkeep = 9  # a week\n"),
        ("[log]\n  keep=7\nlevel = 'x'\n", "log.keep", 9, "[log]\n  keep = 9\nlevel = 'x'\n"),
        ("[log]\n# why\n#keep = 3\n", "log.keep", 9, "[log]\n# why\nkeep = 9\n"),
        ("[log]\n# keep = 3\n", "log.keep", 9, "[log]\nkeep = 9\n"),
        (
            "[log]\nlevel = 'info'\n\n# more\n[watch]\n",
            "log.keep",
            9,
            "[log]\nlevel = 'info'\nkeep = 9\n\n# more\n[watch]\n",
        ),
        ("", "log.keep", 9, "[log]\nkeep = 9\n"),
        ("[watch]\n\n\n", "log.keep", 9, "[watch]\n\n[log]\nkeep = 9\n"),
        ("[log]\r\nkeep = 7\r\n", "log.keep", 9, "[log]\r\nkeep = 9\r\n"),
        ("log.keep = 7\n", "log.keep", 9, "log.keep = 9\n"),
        (
            '[preferences]\ntraits = [ # mine\n  "#1",\n  "b", # two\n] # so\nx = 1\n',
            "preferences.traits",
            ["c"],
            '[preferences]\ntraits = ["c"] # so\nx = 1\n',
        ),
        ('[embedder]\nmodel = "a#b" # c\n', "embedder.model", "d", '[embedder]\nmodel = "d" # c\n'),
        (
            "[preferences]\nweights = { physical = 0.5 } # mine\n",
            "preferences.weights.interests",
            0.2,
            "[preferences]\nweights = { physical = 0.5, interests = 0.2 } # mine\n",
        ),
        (
            "[preferences]\n#weights = { physical = 0.6 }\n",
            "preferences.weights.physical",
            0.5,
            "[preferences]\nweights = { physical = 0.5, personality = 0.3, interests = 0.1 }\n",
        ),
        (
            "[preferences]\n#weights = {}\n[preferences.weights]\nphysical = 0.5\n",
            "preferences.weights.physical",
            0.7,
            "[preferences]\n#weights = {}\n[preferences.weights]\nphysical = 0.7\n",
        ),
        (
            "[preferences]\nweights.physical = 0.5\n",
            "preferences.weights.physical",
            0.7,
            "[preferences]\nweights.physical = 0.7\n",
        ),
        ("#[log]\n#keep = 3\n", "log.keep", 9, "#[log]\n#keep = 3\n\n[log]\nkeep = 9\n"),
    ],
)  # fmt: skip
def test_comments_and_layout_stay(before: str, dotted: str, value: Any, after: str) -> None:
    """The new value stands where the old one, or the commented default, stood."""
    assert changed(before, dotted, value) == after


_VALUES = st.one_of(
    st.integers(-5, 10**6),
    st.floats(0, 100),
    st.booleans(),
    st.text(max_size=20),
    st.lists(st.text(max_size=10), max_size=3),
)


@given(steps=st.lists(st.tuples(st.sampled_from(sorted(SETTINGS)), _VALUES), max_size=5))
def test_in_the_template_one_line_changes_at_a_time(steps: list[tuple[Key, Any]]) -> None:
    """Whatever is set in whatever order: it is said, and so is everything that was set before."""
    text = render_toml()
    expected_values: dict[Key, Any] = {}
    for key, value in steps:
        before = text.split("\n")
        text = with_setting(text, key, value)
        after = text.split("\n")
        assert len(before) == len(after)
        assert sum(one != other for one, other in zip(before, after, strict=True)) <= 1
        expected_values[key] = value
        for path, expected in expected_values.items():
            found = value_at(text, path)
            assert found == expected, path


def test_every_setting_can_be_set_to_its_default(home: Home) -> None:
    """With all of them set the settings are those that they were."""
    text = render_toml()
    for key, field in SETTINGS.items():
        text = with_setting(text, key, field.default)
    home.config_file.write_text(text, "utf-8")
    loaded = load_settings(home, environment={})
    assert loaded.settings == load_settings(home, environment={}, toml="").settings
    assert set(loaded.origins.values()).isdisjoint({"default"})


@pytest.mark.parametrize(
    ("text", "asks"),
    [
        ('[embedder]\nmodel = "tuned-1"\n', True),
        ("embedder.model = 'tuned-1'\n", True),
        ('[embedder]\nmodel = "tuned-11"\n# "tuned-1"\n', False),
        ("embedder = 3\n", False),
        ('[embedder\nmodel = "tuned-1"\n', False),
        ("", False),
    ],
)
def test_what_a_file_asks_for(text: str, asks: bool) -> None:
    """However it is written; what is no TOML asks for nothing."""
    assert asks_for(text, ("embedder", "model"), "tuned-1") is asks
