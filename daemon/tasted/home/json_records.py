"""Records from JSON that anybody may have edited: of the right types throughout, or none. Pure.

pydantic would do, but for names that are not UTF-8: it refuses the lone surrogates that stand for
their bytes.
"""

import dataclasses
import math
import types
from functools import cache
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

_NUMBERS = (int, float)

Record = TypeVar("Record")


def record_from(kind: type[Record], value: object) -> Record | None:
    """Build a record from what `dataclasses.asdict` and JSON made of one.

    Args:
        kind: a dataclass of strings, numbers, booleans, None, other records, and tuples and dicts
            with keys of text of those.
        value: any JSON value.

    Returns:
        None when the value is not such a record: of another version, or edited by hand. Fields with
        a default may be missing.
    """
    try:
        built = _built(kind, value)
    except _OtherTypeError:
        return None
    return built if isinstance(built, kind) else None


class _OtherTypeError(Exception):
    """A value is not of the type that its field has."""


@cache
def _hints(kind: type) -> dict[str, Any]:
    return get_type_hints(kind)


def _built(kind: Any, value: object) -> Any:
    origin, arguments = get_origin(kind), get_args(kind)
    if dataclasses.is_dataclass(kind) and isinstance(kind, type):
        return _record(kind, value)
    if origin in {Union, types.UnionType}:
        return _one_of(arguments, value)
    if origin is tuple and isinstance(value, list | tuple):
        return _tuple(arguments, value)
    if origin is dict and isinstance(value, dict):
        return {_built(str, key): _built(arguments[1], item) for key, item in value.items()}
    if type(value) in _NUMBERS and not _is_finite(value):
        # sentences, shares and JSON are made of them
        raise _OtherTypeError
    if kind is float and type(value) in _NUMBERS:
        return value
    if type(value) is not kind:
        # exact: True is an int to isinstance
        raise _OtherTypeError
    return value


def _is_finite(value: Any) -> bool:
    """Tell whether a number can be computed with: Python reads `1e999`, and 400 digits."""
    try:
        return math.isfinite(value)
    except OverflowError:
        return False


def _record(kind: type, value: object) -> Any:
    if not isinstance(value, dict):
        raise _OtherTypeError
    hints = _hints(kind)
    try:
        return kind(**{name: _built(hints[name], item) for name, item in value.items()})
    except (KeyError, TypeError):
        # an unknown field, or one without a default is missing
        raise _OtherTypeError from None


def _one_of(kinds: tuple[Any, ...], value: object) -> Any:
    if value is None and type(None) in kinds:
        return None
    for kind in kinds:
        try:
            return _built(kind, value)
        except _OtherTypeError:
            continue
    raise _OtherTypeError


def _tuple(kinds: tuple[Any, ...], value: list[object] | tuple[object, ...]) -> Any:
    if len(kinds) == 2 and kinds[1] is Ellipsis:  # noqa: PLR2004 - tuple[Item, ...]
        return tuple(_built(kinds[0], item) for item in value)
    if len(kinds) != len(value):
        raise _OtherTypeError
    return tuple(_built(kind, item) for kind, item in zip(kinds, value, strict=True))
