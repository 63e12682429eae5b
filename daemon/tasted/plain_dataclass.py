"""`dataclasses.dataclass` whose methods are compiled when the first of them is called. Pure.

The standard library writes and compiles the source of up to six methods for every dataclass that is
imported. tasted has several hundred, and a process calls those of a few: a third of the time that
an engine or a daemon needs to import what it is made of, and a quarter of a command's
(`python -m bench importing`). Here a class gets its fields and slots at once. What stands in for
`__init__`, `__repr__`, `__eq__` and `__hash__` lets the standard library make all of them.

The result is a dataclass to `fields`, `replace`, `asdict` and pydantic, and mypy sees the original.
Who asks for the signature of `__init__` learns it once an instance was made.
"""

import abc
import dataclasses
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

__all__ = ["dataclass"]

Method = Callable[..., Any]


def _dataclass(
    *, frozen: bool = False, eq: bool = True, slots: bool = False, kw_only: bool = False
) -> Callable[[type], type]:
    """Make a class a dataclass.

    Args:
        frozen: whether assigning to a field raises `dataclasses.FrozenInstanceError`.
        eq: whether instances with equal fields are equal; frozen ones then hash by their fields.
        slots: whether instances have no `__dict__`.
        kw_only: whether fields are given by name alone.

    Raises:
        TypeError: when a frozen class has a `__setattr__` or `__delattr__` of its own.
    """

    def decorate(written: type) -> type:
        own = dict(vars(written))
        if frozen and not own.keys().isdisjoint(("__setattr__", "__delattr__")):
            raise TypeError(f"{written.__name__} is frozen, and says itself how to change it")
        declare = dataclasses.dataclass(  # noqa: TID251 - its fields and slots
            init=False, repr=False, eq=False, slots=slots, kw_only=kw_only
        )
        owner: Any = declare(written)
        # what pprint and others read; a frozen base would be refused to what is declared from it
        told = owner.__dataclass_params__
        told.init, told.repr, told.eq = True, True, eq
        names = ["__init__", "__repr__", *(["__eq__"] if eq else [])]
        missing = [name for name in names if name not in own]
        # a class that defines __eq__ has None for __hash__ without having said so
        if eq and ("__hash__" not in own or (own["__hash__"] is None and "__eq__" in own)):
            owner.__hash__ = None
            if frozen:
                missing.append("__hash__")
        _make_late(owner, missing, frozen=frozen, slots=slots)
        if frozen:
            _freeze(owner, own, slots=slots)
        abc.update_abstractmethods(owner)
        return owner  # type: ignore[no-any-return]  # `written`, or what has its slots

    return decorate


def _make_late(owner: type, names: Sequence[str], *, frozen: bool, slots: bool) -> None:
    """Let methods be made by the first call of one of them.

    Two threads may both make them: either's do.
    """
    made: dict[str, Method] = {}
    standing: dict[str, Method] = {}

    def complete() -> None:
        made.update(_methods(owner, names, frozen=frozen, slots=slots))
        for name, method in standing.items():
            # somebody may have put another in its place
            if vars(owner).get(name) is method:
                setattr(owner, name, made[name])

    def stand_in(name: str) -> Method:
        def method(self: object, /, *arguments: Any, **named: Any) -> Any:
            if name not in made:
                complete()
            return made[name](self, *arguments, **named)

        method.__qualname__ = f"{owner.__qualname__}.{name}"
        return method

    for name in names:
        standing[name] = stand_in(name)
        setattr(owner, name, standing[name])


def _methods(owner: Any, names: Sequence[str], *, frozen: bool, slots: bool) -> dict[str, Method]:
    """Return the methods that the standard library makes for a class with the same fields."""
    fields = owner.__dataclass_fields__
    members = {
        "__module__": owner.__module__,
        "__qualname__": owner.__qualname__,
        # without one it would be made of the signature
        "__doc__": owner.__doc__ or owner.__name__,
        "__annotations__": {name: field.type for name, field in fields.items()},
        **fields,
    }
    if hasattr(owner, "__post_init__"):
        members["__post_init__"] = owner.__post_init__
    compiled = dataclasses.dataclass(  # noqa: TID251 - its methods
        frozen=frozen, slots=slots, match_args=False
    )
    full: type = compiled(type(owner.__name__, (), members))
    return {name: vars(full)[name] for name in names}


def _freeze(owner: Any, own: dict[str, Any], *, slots: bool) -> None:
    """Refuse what would change an instance of a class, as the standard library does."""
    fields = {field.name for field in dataclasses.fields(owner)}

    def refuse(self: object, name: str, act: str) -> None:
        if type(self) is owner or name in fields:
            raise dataclasses.FrozenInstanceError(f"cannot {act} field {name!r}")

    def set_member(self: object, name: str, value: object) -> None:
        refuse(self, name, "assign to")
        super(owner, self).__setattr__(name, value)

    def delete_member(self: object, name: str) -> None:
        refuse(self, name, "delete")
        super(owner, self).__delattr__(name)

    owner.__setattr__, owner.__delattr__ = set_member, delete_member
    if slots:
        owner.__getstate__ = own.get("__getstate__", _state)
        owner.__setstate__ = own.get("__setstate__", _restore)


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
