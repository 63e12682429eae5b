"""The models themselves: frozen, through JSON unchanged, and digested by what acts."""

import subprocess
import sys
from collections.abc import Mapping
from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from tasted.config import Settings
from tasted.config.names import SETTINGS, section_model


def test_settings_come_unchanged_through_json() -> None:
    """They are sent to the engine process as JSON, as text or as a decoded object."""
    chosen = Settings.model_validate(
        {"watch": {"settle_seconds": 3}, "preferences": {"interests": ["jazz", "hiking"]}}
    )
    assert Settings.model_validate_json(chosen.model_dump_json()) == chosen
    assert Settings.model_validate(chosen.model_dump(mode="json")) == chosen


def test_settings_cannot_be_changed() -> None:
    """Threads share them."""
    with pytest.raises(ValidationError, match="frozen"):
        Settings().watch.settle_seconds = 3
    assert isinstance(hash(Settings()), int)


def test_every_setting_is_described_and_every_number_is_bounded() -> None:
    """The template is made of the descriptions; a number without bounds can do harm."""
    for key, field in SETTINGS.items():
        assert field.description, key
        if field.annotation in {int, float}:
            marks = {type(mark).__name__ for mark in field.metadata}
            assert {"Ge", "Le"} <= marks, key
    for name, field in Settings.model_fields.items():
        section = section_model(field)
        assert section is not None, name
        assert issubclass(section, BaseModel), name
        assert section.__doc__, name


@pytest.mark.parametrize(
    "acting",
    [
        {"embedder": {"model": "pocket"}},
        {"limits": {"max_bytes": 5_000}},
        {"limits": {"max_pixels": 5_000}},
        {"embedder": {"dtype": "float32"}},
        {"views": {"mode": "center"}},
        {"scoring": {"match_threshold": 0.5}},
        {"preferences": {"traits": ["kind"]}},
        {"preferences": {"weights": {"physical": 0.5}}},
        {"reading": {"engine": "none"}},
        {"reading": {"languages": ["de", "en"]}},
        {"reading": {"keep_text": "fields"}},
    ],
)
def test_what_acts_on_scores_changes_the_digest(acting: Mapping[str, Any]) -> None:
    """The light process compares digests to find stale sidecars."""
    assert Settings.model_validate(acting).config_digest() != Settings().config_digest()


@pytest.mark.parametrize(
    "idle",
    [
        {},
        {"watch": {"settle_seconds": 2}},
        {"embedder": {"device": "cpu"}},
        {"embedder": {"revision": "abc"}},
        {"engine": {"batch_size": 2}},
        {"limits": {"min_free_mb": 5}},
        {"log": {"level": "debug"}},
        {"preferences": {"weights": {"physical": 0.6}}},
    ],
)
def test_what_does_not_act_on_scores_leaves_the_digest_alone(idle: Mapping[str, Any]) -> None:
    """Otherwise a change of the log level would score everything again."""
    digest = Settings.model_validate(idle).config_digest()
    assert digest == Settings().config_digest()
    assert len(digest) == 64


def test_the_commands_of_settings_import_pydantic_only_when_they_run() -> None:
    """Help and completion stay quick."""
    code = (
        "import sys\n"
        "from tasted.cli.commands import completion, config, init\n"
        "heavy = {'pydantic', 'torch', 'transformers', 'lancedb', 'pyarrow', 'PIL', 'numpy'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-I", "-c", code], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("language", ["", "--help", "../eng", "en+de", "a", "x" * 9])
def test_a_language_is_a_code_and_nothing_else(language: str) -> None:
    """Codes become arguments of a program: none may look like an option or a path."""
    with pytest.raises(ValidationError):
        Settings.model_validate({"reading": {"languages": [language]}})
    kept = Settings.model_validate({"reading": {"languages": ["en", "pt-BR", "chi_sim"]}})
    assert kept.reading.languages == ("en", "pt-BR", "chi_sim")
