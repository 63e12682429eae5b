"""What pydantic refuses, said to a person: place, key, value, and what it should be. Pure."""

import re
from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from tasted.config.entries import ENTRY_KINDS, entry_keys
from tasted.config.names import Key, nearest, spoken
from tasted.config.sources import Given, readable

_SHOULD = re.compile(r"^(?:Input|String|Tuple|Value) should")
_VALUE_LENGTH_MAX = 60
_DIGITS_MAX = 10**18


def refusals(error: ValidationError, given: Mapping[Key, Given]) -> list[str]:
    """Return one sentence per refused value.

    Args:
        error: from validating the values together.
        given: the values with their places.
    """
    return [_sentence(detail, given) for detail in error.errors(include_url=False)]


def shown_value(value: object) -> str:
    """Show a value from outside on one line, whatever it is."""
    if isinstance(value, str):
        return f"'{readable(value, _VALUE_LENGTH_MAX)}'"
    if isinstance(value, bool):
        return str(value).lower()
    # an int of TOML may be longer than Python agrees to print
    if isinstance(value, int) and abs(value) > _DIGITS_MAX:
        return "a very large number"
    if isinstance(value, dict):
        return "a table"
    if isinstance(value, list | tuple):
        return "a list"
    return readable(str(value), _VALUE_LENGTH_MAX)


def _sentence(detail: ErrorDetails, given: Mapping[Key, Given]) -> str:
    location = detail["loc"]
    entries = [index for index, part in enumerate(location) if isinstance(part, int)]
    key: Key = tuple(str(part) for part in location[: entries[0] if entries else None])
    about = [(*key, str(name)) for name in detail.get("ctx", {}).get("about", ())]
    place = _place(key, about, given)
    reason = _reason(detail, entry_keys(key))
    if key not in given:
        return f"{place}: {spoken(key)}: {reason}"
    entry = _entry(location[entries[0] :]) if entries else ""
    if entry and detail["type"] == "extra_forbidden":
        return f"{place}: {spoken(key)}{entry} is an unknown key.{reason}"
    if entry and detail["type"] == "missing":
        return f"{place}: {spoken(key)}{entry} is missing: {reason}"
    return f"{place}: {spoken(key)}{entry} is {shown_value(detail['input'])}: {reason}"


def _entry(below: tuple[int | str, ...]) -> str:
    """Name an entry of a list, and what in it is meant."""
    number, *names = below
    inner = [f"`{name}`," for name in names if name not in ENTRY_KINDS]
    return " ".join([f", entry {int(number) + 1},", *inner])


def _place(key: Key, about: list[Key], given: Mapping[Key, Given]) -> str:
    for candidate in (key, *about):
        if candidate in given:
            return given[candidate].origin
    below = [entry.origin for path, entry in given.items() if path[: len(key)] == key]
    return below[0] if below else "default"


def _reason(detail: ErrorDetails, keys: tuple[str, ...]) -> str:
    """Say what a value should be.

    Args:
        detail: of the refusal.
        keys: those of a table that may stand in the list of this setting.
    """
    if keys and detail["type"] == "extra_forbidden":
        near = nearest(str(detail["loc"][-1]).lower(), keys)
        return f" Did you mean `{near}`?" if near else f" There are {' and '.join(keys)}."
    if keys and detail["type"] == "missing":
        return f"an entry that is a table has {' and '.join(keys)}"
    if keys and detail["type"] == "string_type" and detail["loc"][-1] == "words":
        return f"it should be a text, or a table with {' and '.join(keys)}"
    if detail["type"] == "string_unicode":
        return "it should be one line of readable characters"
    message: Any = _SHOULD.sub("it should", detail["msg"])
    return str(message).replace("valid tuple", "list").replace("Tuple", "List")
