"""`dataclasses.dataclass` whose methods are compiled when the first of them is called. Pure.

The standard library writes and compiles the source of up to six methods for every dataclass that is
imported. tasted has several hundred, and a process calls those of a few: a third of the time that
an engine, a daemon or a command needs to import what it is made of (`python -m bench importing`).
Here a class gets its fields and slots at once. What stands in for its methods lets the standard
library make them.

The result is a dataclass to everybody: to `fields`, `replace`, `asdict`, pydantic and mypy. Only
`inspect.signature` does not know its parameters before it was first used.
"""

import dataclasses
import threading
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

__all__ = ["dataclass"]

# two threads may use a class for the first time
_completing = threading.RLock()


def _dataclass(
    *, frozen: bool = False, eq: bool = True, slots: bool = False, kw_only: bool = False
) -> Callable[[type], type]:
    """Make a class a dataclass.

    Args:
        frozen: whether assigning to a field raises `dataclasses.FrozenInstanceError`.
        eq: whether instances with equal fields are equal; frozen ones then hash by their fields.
        slots: whether instances have no `__dict__`.
        kw_only: whether fields are given by name alone.
    """

    def decorate(written: type) -> type:
        own = dict(vars(written))
        declare = dataclasses.dataclass(  # noqa: TID251 - its fields and slots
            init=False, repr=False, eq=False, slots=slots, kw_only=kw_only
        )
        owner: type = declare(written)
        names = ["__init__", "__repr__", *(["__eq__"] if eq else [])]
        missing = [name for name in names if name not in own]
        # a class that defines __eq__ has None for __hash__ without having said so
        if eq and ("__hash__" not in own or (own["__hash__"] is None and "__eq__" in own)):
            owner.__hash__ = None  # type: ignore[assignment]
            if frozen:
                missing.append("__hash__")
        for name in missing:
            setattr(owner, name, _stand_in(owner, name, missing, frozen=frozen))
        if frozen:
            _freeze(owner, slots=slots)
        return owner

    return decorate


def _stand_in(owner: type, name: str, names: Sequence[str], *, frozen: bool) -> Callable[..., Any]:
    """Return a method that completes its class when it is called, and then does what was asked."""

    def method(self: object, /, *arguments: Any, **named: Any) -> Any:
        with _completing:
            if vars(owner)[name] is method:
                _complete(owner, names, frozen=frozen)
        return vars(owner)[name](self, *arguments, **named)

    return method


def _complete(owner: type, names: Sequence[str], *, frozen: bool) -> None:
    """Give a class the methods that the standard library makes for one with the same fields."""
    members = {"__module__": owner.__module__}
    if hasattr(owner, "__post_init__"):
        members["__post_init__"] = owner.__post_init__
    fields = [(field.name, field.type, field) for field in dataclasses.fields(owner)]
    full = dataclasses.make_dataclass(owner.__name__, fields, namespace=members, frozen=frozen)
    for name in names:
        method = vars(full)[name]
        method.__qualname__ = f"{owner.__qualname__}.{name}"
        setattr(owner, name, method)


def _freeze(owner: type, *, slots: bool) -> None:
    """Refuse what would change an instance of a class, as the standard library does."""
    fields = {field.name for field in dataclasses.fields(owner)}

    def is_refused(self: object, name: str) -> bool:
        return type(self) is owner or name in fields

    def set_member(self: object, name: str, value: object) -> None:
        if is_refused(self, name):
            raise dataclasses.FrozenInstanceError(f"cannot assign to field {name!r}")
        object.__setattr__(self, name, value)

    def delete_member(self: object, name: str) -> None:
        if is_refused(self, name):
            raise dataclasses.FrozenInstanceError(f"cannot delete field {name!r}")
        object.__delattr__(self, name)

    owner.__setattr__ = set_member  # type: ignore[assignment]
    owner.__delattr__ = delete_member  # type: ignore[assignment]
    if slots:
        owner.__getstate__ = _state  # type: ignore[assignment]
        owner.__setstate__ = _restore  # type: ignore[attr-defined]


def _state(self: Any) -> list[object]:
    """Return what a copy is made of: without it, copying assigns to fields."""
    return [getattr(self, field.name) for field in dataclasses.fields(self)]


def _restore(self: Any, state: Sequence[object]) -> None:
    for field, value in zip(dataclasses.fields(self), state, strict=True):
        object.__setattr__(self, field.name, value)


if TYPE_CHECKING:
    from dataclasses import dataclass  # noqa: TID251 - what type checkers know
else:
    dataclass = _dataclass
