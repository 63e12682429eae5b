"""Merges all sources of settings by precedence, and checks the result.

Reads `config/tasted.toml` and `config/.env` of the home. Uses neither `os.environ` nor the working
folder: launchd starts the daemon in `/` with an environment of its own.
"""

import os
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

from pydantic import ValidationError

from tasted.config.checking import refusals
from tasted.config.model_names import SHORT_NAMES, similar_model
from tasted.config.names import SETTINGS, Key, spoken
from tasted.config.older_names import folder_named, older_settings
from tasted.config.settings import Settings
from tasted.config.sources import (
    GivenSetting,
    parse_toml,
    read_environment,
    read_environment_file,
    read_flags,
    read_toml,
    readable,
    settings_among,
)
from tasted.errors import ConfigError
from tasted.home.layout import Home
from tasted.plain_dataclass import dataclass

_NO_FLAGS: Mapping[str, Any] = MappingProxyType({})
_TOML_NAME = "config/tasted.toml"
_ENVIRONMENT_FILE_NAME = "config/.env"
_MODEL = ("embedder", "model")
_FOLDER_STARTS = ("/", "~", "./", "../")


@dataclass(frozen=True, slots=True)
class LoadedSettings:
    """The settings, and where they come from.

    Attributes:
        settings: checked and frozen.
        origins: every dotted key → `config/tasted.toml line 12`,
            `environment TASTED_WATCH__SETTLE_SECONDS`, `config/.env line 3 CLIP_MODEL_NAME`, `flag`
            or `default`.
    """

    settings: Settings
    origins: Mapping[str, str]


def load_settings(
    home: Home,
    *,
    environment: Mapping[str, str],
    flags: Mapping[str, Any] = _NO_FLAGS,
    toml: str | None = None,
) -> LoadedSettings:
    """Load the settings of a home.

    Precedence: flags, `TASTED_` names of the environment, older names of the environment, the
    home's `config/.env` (`TASTED_` before older names), `config/tasted.toml`, defaults. A file that
    is missing counts as empty.

    Args:
        home: whose files are read; relative model folders are relative to its root.
        environment: usually `os.environ`.
        flags: dotted key → value, from the options of a command; None counts as not given.
        toml: used instead of the content of `config/tasted.toml`, to try a change.

    Raises:
        ConfigError: with everything that is unknown, misspelt, malformed or out of range, one per
            line with its place.
    """
    names = read_environment(environment)
    file_names, problems = read_environment_file(home.environment_file, _ENVIRONMENT_FILE_NAME)
    sources = (
        read_flags(flags),
        settings_among(names.values()),
        older_settings(names, below=file_names),
        settings_among(file_names.values()),
        older_settings(file_names, below={}),
        read_toml(home.config_file, _TOML_NAME) if toml is None else parse_toml(toml, _TOML_NAME),
    )
    problems += [problem for source in reversed(sources) for problem in source.problems]
    # the first source that names a key decides
    winners = {
        given.key: _located(given, home, environment)
        for source in reversed(sources)
        for given in source.given
    }
    settings = _checked(winners, problems)
    if settings is not None:
        problems += _model_problems(settings.embedder.model, winners.get(_MODEL), home)
    if settings is None or problems:
        raise ConfigError("\n".join(problems), remedy=_remedy(problems))
    origins = {
        ".".join(key): winners[key].origin if key in winners else "default" for key in SETTINGS
    }
    return LoadedSettings(settings, origins)


def _model_problems(model: str, given: GivenSetting | None, home: Home) -> list[str]:
    similar = similar_model(model, home.models_file)
    if similar is None or given is None:
        return []
    what = f"{spoken(_MODEL)} is '{readable(model)}'"
    return [f"{given.origin}: {what}: there is no such model. Did you mean '{similar}'?"]


def _remedy(problems: Iterable[str]) -> str:
    places = {problem.split(":", 1)[0].split(" ", 1)[0] for problem in problems}
    if places == {"flag"}:
        return "Correct the option."
    if _TOML_NAME in places:
        return "Correct it: tasted config edit"
    if _ENVIRONMENT_FILE_NAME in places:
        return f"Correct {_ENVIRONMENT_FILE_NAME}, then: tasted config check"
    return "Correct or unset it, then: tasted config check"


def _checked(given: Mapping[Key, GivenSetting], problems: list[str]) -> Settings | None:
    tables: dict[str, Any] = {}
    for key, setting in given.items():
        table = tables
        for name in key[:-1]:
            table = table.setdefault(name, {})
        table[key[-1]] = setting.value
    try:
        return Settings.model_validate(tables)
    except ValidationError as error:
        problems += refusals(error, given)
        return None


def _located(given: GivenSetting, home: Home, environment: Mapping[str, str]) -> GivenSetting:
    # before the check: only here is it known what a relative folder is relative to
    if given.key != _MODEL or not isinstance(given.value, str):
        return given
    text = given.value.strip()
    if not text or text in SHORT_NAMES or "\0" in text:
        return given
    folder = folder_named(text, home.root, environment)
    if text.startswith(_FOLDER_STARTS) or text == "." or os.path.isdir(folder):  # noqa: PTH112 - Path.is_dir() raises for a name that is too long
        return GivenSetting(given.key, os.path.normpath(folder), given.origin)
    return given
