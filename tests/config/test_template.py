"""The commented files are what the models say, and true."""

import re
import tomllib
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from kit.homes import home_with
from tasted.config import Settings, load_settings
from tasted.config.template import render_environment_example, render_toml, toml_value

CHECKOUT = Path(__file__).parents[2]


def test_the_settings_file_of_the_checkout_is_the_rendering() -> None:
    """To render it again: python -m tasted.config.template config."""
    written = (CHECKOUT / "config" / "tasted.toml").read_text("utf-8")
    assert written == render_toml()


def test_the_env_example_of_the_checkout_is_the_rendering() -> None:
    """To render it again: python -m tasted.config.template config."""
    written = (CHECKOUT / "config" / ".env.example").read_text("utf-8")
    assert written == render_environment_example()


def test_the_template_as_it_is_sets_nothing(tmp_path: Path) -> None:
    """Every setting in it is commented out."""
    loaded = load_settings(home_with(tmp_path, render_toml()), environment={})
    assert loaded.settings == Settings()
    assert set(loaded.origins.values()) == {"default"}


def test_every_commented_setting_is_the_default(tmp_path: Path) -> None:
    """Taking away each # in front of a name sets everything, to what it was."""
    text = re.sub(r"(?m)^#(?=[a-z])", "", render_toml())
    loaded = load_settings(home_with(tmp_path, text), environment={})
    assert loaded.settings == Settings()
    assert "default" not in loaded.origins.values()


def test_a_chosen_value_is_set_and_the_others_are_not(tmp_path: Path) -> None:
    """As `tasted init --model` does."""
    text = render_toml({("embedder", "model"): 'a "b" \\ c'})
    loaded = load_settings(home_with(tmp_path, text), environment={})
    assert loaded.settings.embedder.model == 'a "b" \\ c'
    assert sum(origin != "default" for origin in loaded.origins.values()) == 1


def test_the_examples_of_the_env_file_are_valid(tmp_path: Path) -> None:
    """Each line is a name that exists, with a value that it takes."""
    text = re.sub(r"(?m)^#(?=[A-Z])", "", render_environment_example())
    loaded = load_settings(home_with(tmp_path, env=text), environment={})
    assert loaded.settings.embedder.model == "pocket"
    assert loaded.settings.preferences.interests == ("hiking", "jazz")


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\n\r\0"), max_size=30))
def test_any_text_is_written_as_valid_toml(text: str) -> None:
    """Quotes, backslashes and control characters are escaped."""
    assert tomllib.loads(f"a = {toml_value(text)}") == {"a": text}
