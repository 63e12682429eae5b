"""What pydantic refuses, in words: place, key, value, and what it should be. Pure."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from tasted.config.entries import ENTRY_KINDS, entry_keys
from tasted.config.names import Key, spoken
from tasted.config.sources import GivenSetting, readable
from tasted.similar_words import nearest

_WORD = re.compile("'([^']*)'")
_BARE = re.compile(r"[+-]?[\d_]+(\.\d+)?|true|false|yes|no", re.IGNORECASE)
_SHOULD = re.compile(r"^(?:Input|String|Tuple|Value) should")
_VALUE_LENGTH_MAX = 60
_DIGITS_MAX = 10**18
_UNQUOTED = {
    "float_type": "it should be a number",
    "int_type": "it should be a whole number",
    "bool_type": "it should be true or false",
}
"""What a quoted value should be, by pydantic's name of the refusal."""
_PLAIN = {
    "string_unicode": "it should be one line of readable characters",
    "float_type": "it should be a number",
    "int_type": "it should be a whole number",
    "int_from_float": "it should be a whole number",
    "bool_type": "it should be true or false",
    "string_type": 'it should be words in "quotes"',
    "string_pattern_mismatch": "it should be a code of letters and hyphens, such as en or pt-BR",
}


def refusals(error: ValidationError, given: Mapping[Key, GivenSetting]) -> list[str]:
    """Return one sentence per refused value.

    Args:
        error: from validating all values.
        given: the values with their places.
    """
    details = error.errors(include_url=False)
    return [_sentence(detail, given) for detail in details if not _is_echo(detail, details)]


def _is_echo(detail: ErrorDetails, details: Iterable[ErrorDetails]) -> bool:
    """Return whether a list is too short only because an entry was refused."""
    own = detail["loc"]
    return detail["type"] == "too_short" and any(
        other["loc"][: len(own)] == own and len(other["loc"]) > len(own) for other in details
    )


def shown_value(value: object) -> str:
    """Return any value from outside as one line."""
    if isinstance(value, str):
        return f"'{readable(value, _VALUE_LENGTH_MAX)}'"
    if isinstance(value, bool):
        return str(value).lower()
    # an int of TOML can have more digits than Python prints
    if isinstance(value, int) and abs(value) > _DIGITS_MAX:
        return "a very large number"
    if isinstance(value, dict):
        return "a table"
    if isinstance(value, list | tuple):
        return "a list"
    return readable(str(value), _VALUE_LENGTH_MAX)


def _sentence(detail: ErrorDetails, given: Mapping[Key, GivenSetting]) -> str:
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
    """Name an entry of a list, and its key."""
    number, *names = below
    inner = [f"`{name}`," for name in names if name not in ENTRY_KINDS]
    return " ".join([f", entry {int(number) + 1},", *inner])


def _place(key: Key, about: list[Key], given: Mapping[Key, GivenSetting]) -> str:
    for candidate in (key, *about):
        if candidate in given:
            return given[candidate].origin
    below = [entry.origin for path, entry in given.items() if path[: len(key)] == key]
    return below[0] if below else "default"


def _choice(detail: ErrorDetails) -> str:
    """Return which words may be chosen, and the most similar one."""
    choices = _WORD.findall(detail["ctx"]["expected"])
    # short words are often similar by chance: gpu is not cpu
    near = nearest(str(detail["input"]).lower(), choices, similarity=0.7)
    if near is not None:
        return f"did you mean '{near}'? It can be {_listed(choices, 'or')}"
    return f"it should be {_listed(choices, 'or')}"


def _listed(words: list[str], last: str) -> str:
    shown = [f"'{word}'" for word in words]
    return f" {last} ".join(filter(None, [", ".join(shown[:-1]), shown[-1]]))


def _reason(detail: ErrorDetails, keys: tuple[str, ...]) -> str:
    """Return what a value should be.

    Args:
        detail: of the refusal.
        keys: of the table that may be in the list of this setting.
    """
    if keys and detail["type"] == "extra_forbidden":
        near = nearest(str(detail["loc"][-1]).lower(), keys)
        return f" Did you mean `{near}`?" if near else f" The keys are {' and '.join(keys)}."
    if keys and detail["type"] == "missing":
        return f"a table in this list has {' and '.join(keys)}"
    if keys and detail["type"] == "string_type" and detail["loc"][-1] == "words":
        return f"it should be text, or a table with {' and '.join(keys)}"
    return _of_value(detail) or _in_other_words(detail)


def _of_value(detail: ErrorDetails) -> str | None:
    kind, value = detail["type"], detail["input"]
    if kind == "literal_error":
        return _choice(detail)
    if kind in _UNQUOTED and isinstance(value, str) and _BARE.fullmatch(value.strip()):
        return f"{_UNQUOTED[kind]}, without quotes"
    if kind == "tuple_type" and isinstance(value, str) and "[" not in value:
        return f'it should be a list: ["{readable(value, _VALUE_LENGTH_MAX)}"]'
    return _PLAIN.get(kind)


def _in_other_words(detail: ErrorDetails) -> str:
    message: Any = _SHOULD.sub("it should", detail["msg"])
    return str(message).replace("valid tuple", "list").replace("Tuple", "List")
