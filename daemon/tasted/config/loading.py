"""Joins everything that was said about settings, by precedence, into one checked whole.

Touches `config/tasted.toml` and `config/.env` of the home, by reading. Neither `os.environ` nor the
working folder is asked: launchd starts the daemon in `/` with an environment of its own.
"""

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from pydantic import ValidationError
from pydantic.fields import FieldInfo
from pydantic_settings import PydanticBaseSettingsSource
from typing_extensions import override

from tasted.config.checking import refusals
from tasted.config.names import SETTINGS, Key
from tasted.config.older_names import folder_named, older_settings
from tasted.config.settings import Settings
from tasted.config.sources import (
    Given,
    read_environment,
    read_environment_file,
    read_flags,
    read_toml,
    settings_among,
)
from tasted.errors import ConfigError
from tasted.home import Home

_NO_FLAGS: Mapping[str, Any] = MappingProxyType({})
_TOML_NAME = "config/tasted.toml"
_ENVIRONMENT_FILE_NAME = "config/.env"
_MODEL = ("embedder", "model")
_SHORT_NAMES = frozenset({"pocket", "clip", "resnet50"})
_FOLDER_STARTS = ("/", "~", "./", "../")


@dataclass(frozen=True, slots=True)
class Loaded:
    """The settings, and where each of them comes from.

    Attributes:
        settings: checked and frozen.
        origins: every dotted key → `config/tasted.toml line 12`,
            `environment TASTED_WATCH__SETTLE_SECONDS`, `config/.env line 3 CLIP_MODEL_NAME`, `flag`
            or `default`.
    """

    settings: Settings
    origins: Mapping[str, str]


def load_settings(
    home: Home, *, environment: Mapping[str, str], flags: Mapping[str, Any] = _NO_FLAGS
) -> Loaded:
    """Load the settings of a home.

    Flags win over `TASTED_` names of the environment, these over the older names there, these over
    the home's `config/.env` (`TASTED_` before older names), that over `config/tasted.toml`, that
    over the defaults. A file that is not there says nothing.

    Args:
        home: whose files are read; relative model folders are relative to its root.
        environment: usually `os.environ`.
        flags: dotted key → value, from the options of a command; None counts as not given.

    Raises:
        ConfigError: naming everything that is unknown, misspelt, malformed or out of range, one per
            line, each with its place.
    """
    names = read_environment(environment)
    file_names, problems = read_environment_file(home.environment_file, _ENVIRONMENT_FILE_NAME)
    readings = (
        read_flags(flags),
        settings_among(names.values()),
        older_settings(names, below=file_names),
        settings_among(file_names.values()),
        older_settings(file_names, below={}),
        read_toml(home.config_file, _TOML_NAME),
    )
    problems += [problem for reading in reversed(readings) for problem in reading.problems]
    layers = [
        [_located(given, home, environment) for given in reading.given] for reading in readings
    ]
    # the first to name a key decides, as in pydantic-settings
    winners = {given.key: given for layer in reversed(layers) for given in layer}
    settings = _checked([_Layer(layer) for layer in layers], winners, problems)
    if settings is None or problems:
        raise ConfigError("\n".join(problems), remedy=_remedy(problems))
    origins = {
        ".".join(key): winners[key].origin if key in winners else "default" for key in SETTINGS
    }
    return Loaded(settings, origins)


def _remedy(problems: Iterable[str]) -> str:
    places = {problem.split(":", 1)[0].split(" ", 1)[0] for problem in problems}
    if _TOML_NAME in places:
        return "Correct it with: tasted config edit"
    if _ENVIRONMENT_FILE_NAME in places:
        return f"Correct {_ENVIRONMENT_FILE_NAME}, then: tasted config check"
    return "Correct or unset it, then: tasted config check"


class _Layer(PydanticBaseSettingsSource):
    """One place of the precedence, in the form that pydantic-settings merges."""

    def __init__(self, given: Iterable[Given]) -> None:
        super().__init__(Settings)
        self._tables: dict[str, Any] = {}
        for entry in given:
            table = self._tables
            for name in entry.key[:-1]:
                table = table.setdefault(name, {})
            table[entry.key[-1]] = entry.value

    @override
    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        return self._tables.get(field_name), field_name, False

    @override
    def __call__(self) -> dict[str, Any]:
        return self._tables


def _checked(
    layers: list[_Layer], winners: Mapping[Key, Given], problems: list[str]
) -> Settings | None:
    try:
        # mypy makes an __init__ out of the fields and does not see that of BaseSettings
        return Settings(_build_sources=(tuple(layers), {}))  # type: ignore[call-arg]
    except ValidationError as error:
        problems += refusals(error, winners)
        return None


def _located(given: Given, home: Home, environment: Mapping[str, str]) -> Given:
    # done before the check, as only here it is known what a relative folder is relative to
    if given.key != _MODEL or not isinstance(given.value, str):
        return given
    text = given.value.strip()
    if not text or text in _SHORT_NAMES or "\0" in text:
        return given
    folder = folder_named(text, home.root, environment)
    if text.startswith(_FOLDER_STARTS) or text == "." or os.path.isdir(folder):  # noqa: PTH112 - a name that no disk can hold is no folder, not an error
        return Given(given.key, os.path.normpath(folder), given.origin)
    return given
