"""Writes `embedder.model` into the settings file of a home, and nothing else of it.

The one setting that a running tasted changes for a person who asks for it on the page.
"""

import os
from collections.abc import Mapping

from tasted.config.editing import with_setting
from tasted.config.loading import load_settings
from tasted.config.sources import read_text
from tasted.config.template import render_toml
from tasted.config.writing import not_written, write_text
from tasted.errors import CommandError, ConfigError
from tasted.home.layout import Home

_KEY = ("embedder", "model")
_SHOWN = "config/tasted.toml"


class ModelGivenElsewhere(CommandError):
    """The settings file does not decide about the model."""

    code = "conflict"


def write_model_setting(
    home: Home, model: str, *, environment: Mapping[str, str] = os.environ
) -> None:
    """Let the settings ask for a model.

    Args:
        home: whose settings they are.
        model: as `embedder.model` names it.
        environment: that takes precedence over the file.

    Raises:
        ConfigError: when the file is invalid; nothing was changed.
        ModelGivenElsewhere: when the environment or `.env` names the model.
        CommandError: when the file cannot be written.
    """
    file = home.config_file
    before, problems = read_text(file, _SHOWN) if file.exists() else (render_toml(), [])
    if problems:
        raise ConfigError("\n".join(problems), remedy="Correct it first: tasted config edit")
    after = with_setting(before, _KEY, model)
    loaded = load_settings(home, environment=environment, toml=after)
    origin = loaded.origins[".".join(_KEY)]
    if not origin.startswith(_SHOWN):
        raise ModelGivenElsewhere(
            f"The model is given by {origin}, which takes precedence over {_SHOWN}.",
            remedy="Remove it there, and try again.",
        )
    try:
        write_text(file, after)
    except OSError as error:
        raise not_written(file, error) from error
