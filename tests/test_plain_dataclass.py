"""A dataclass whose methods are made late is one that the standard library made."""

import abc
import copy
import dataclasses
import pickle
import threading
from collections.abc import Callable, Hashable
from dataclasses import field
from typing import Any, ClassVar, Generic, TypeVar, get_type_hints

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from tasted.plain_dataclass import dataclass

Decorator = Callable[..., Any]
OPTIONS = [
    {},
    {"slots": True},
    {"frozen": True},
    {"frozen": True, "slots": True},
    {"frozen": True, "slots": True, "eq": False},
    {"frozen": True, "eq": False, "kw_only": True},
    {"frozen": True, "slots": True, "kw_only": True},
]
Item = TypeVar("Item")


def written(decorate: Decorator, options: dict[str, bool]) -> type:
    """Make a class with every kind of field, and one that inherits them."""

    @decorate(**options)
    class Base:
        """A base."""

        kind: ClassVar[str] = "base"
        name: str
        numbers: list[int] = field(default_factory=list)

        @property
        def shown(self) -> str:
            """A property."""
            return f"<{self.name}>"

    @decorate(**options)
    class Told(Base):
        """What inherits it."""

        hidden: int = field(default=1, repr=False)
        unlike: int = field(default=2, compare=False)
        share: float = 0.5

        def __post_init__(self) -> None:
            if self.share > 1:
                raise ValueError("too much")

    return Told


def came_of(act: Callable[[], Any]) -> object:
    """Return what an act gives: its value, or its error by kind and words."""
    try:
        return act()
    except Exception as error:  # noqa: BLE001 - whatever the standard library raises
        return type(error), str(error)


def told(kind: type, values: dict[str, Any], other: dict[str, Any]) -> list[object]:
    """Return everything that can be seen of instances of a class."""
    one, same, second = (kind(**given) for given in (values, values, other))
    return [
        repr(one),
        [one == same, one == second, one == 1, one != second],
        came_of(lambda: hash(one) == hash(same)) if kind.__hash__ is not object.__hash__ else None,
        kind.__hash__ is None,
        dataclasses.asdict(one),
        [item.name for item in dataclasses.fields(one)],
        came_of(lambda: repr(dataclasses.replace(one, name="new"))),
        came_of(lambda: repr(dataclasses.replace(one, share=2.0))),
        came_of(lambda: setattr(one, "name", "changed")),
        came_of(lambda: delattr(one, "share")),
        came_of(lambda: repr(copy.copy(one))),
        came_of(lambda: repr(copy.deepcopy(one))),
        came_of(kind),
        came_of(lambda: repr(kind("given"))),
        came_of(lambda: kind(name="a", strange=1)),
        hasattr(one, "__dict__"),
        one.shown,
        kind.__doc__,
        kind.__init__.__qualname__,
        kind.__match_args__,
    ]


VALUES = st.fixed_dictionaries(
    {"name": st.text(max_size=3)},
    optional={
        "numbers": st.lists(st.integers(0, 2), max_size=2),
        "hidden": st.integers(0, 1),
        "unlike": st.integers(0, 1),
        "share": st.sampled_from([0.0, 0.5, 1.0]),
    },
)


@pytest.mark.parametrize("options", OPTIONS, ids=str)
@given(values=VALUES, other=VALUES)
def test_it_does_what_the_standard_library_does(
    options: dict[str, bool], values: dict[str, Any], other: dict[str, Any]
) -> None:
    """Values, words, errors and copies."""
    ours, theirs = (written(decorate, options) for decorate in (dataclass, dataclasses.dataclass))
    assert told(ours, values, other) == told(theirs, values, other)


@pytest.mark.parametrize("name", ["__init__", "__repr__", "__eq__", "__hash__"])
def test_what_a_class_defines_itself_is_kept(name: str) -> None:
    """As the standard library does, and a class that defines `__eq__` alone can still be hashed."""

    def classes() -> list[type]:
        made = []
        for decorate in (dataclass, dataclasses.dataclass):
            members = {
                "__annotations__": {"value": int},
                "__init__": lambda self: object.__setattr__(self, "value", 3),
                "__repr__": lambda _self: "own",
                "__eq__": lambda _self, _other: True,
                "__hash__": lambda _self: 7,
            }
            namespace = {key: members[key] for key in ("__annotations__", name)}
            made.append(decorate(frozen=True, slots=True)(type("Own", (), namespace)))
        return made

    def seen(kind: type) -> list[object]:
        one = kind() if name == "__init__" else kind(3)
        return [repr(one).rpartition(".")[2], one == one.__class__, hash(one), one.value]

    ours, theirs = classes()
    assert seen(ours) == seen(theirs)


def test_pydantic_reads_one_that_was_never_used() -> None:
    """Messages between processes are checked by it."""

    @dataclass(frozen=True, slots=True)
    class Message:
        """A message."""

        number: int
        words: tuple[str, ...] = ()

        def __post_init__(self) -> None:
            if self.number < 0:
                raise ValueError("below zero")

    adapter = TypeAdapter(Message)
    read = adapter.validate_python({"number": 3, "words": ["a"]})
    assert read == Message(3, ("a",))
    assert adapter.dump_python(read) == {"number": 3, "words": ("a",)}
    for wrong in ({"number": "x"}, {"number": -1}, {}):
        with pytest.raises(ValidationError):
            adapter.validate_python(wrong)


def test_generic_and_abstract_ones_stay_so() -> None:
    """Type parameters and abstract methods."""

    @dataclass(frozen=True, slots=True)
    class Held(Generic[Item]):
        """Anything."""

        item: Item

    @dataclass(frozen=True)
    class Shape(abc.ABC):
        """A shape."""

        side: int

        @abc.abstractmethod
        def area(self) -> int:
            """Compute."""

    class Square(Shape):
        """Not decorated: it has the methods of its base, and members of its own."""

        def area(self) -> int:
            """Compute."""
            return self.side**2

    @dataclass(frozen=True)
    class Key(Hashable):
        """What makes hashing abstract is answered by the class."""

        text: str

    assert Held[int](3) == Held(3)
    assert {Key("a")} == {Key("a")}
    with pytest.raises(TypeError):
        Shape(3)  # type: ignore[abstract]
    square = Square(3)
    object.__setattr__(square, "colour", "red")
    assert (square, square.area(), vars(square)) == (Square(3), 9, {"side": 3, "colour": "red"})
    with pytest.raises(dataclasses.FrozenInstanceError):
        square.side = 4  # type: ignore[misc]


@pytest.mark.parametrize("name", ["__init__", "__repr__", "__eq__", "__hash__"])
def test_whichever_method_is_called_first(name: str) -> None:
    """One that came from a pickle was never initialised."""
    seen = []
    for decorate in (dataclass, dataclasses.dataclass):
        kind = written(decorate, {"frozen": True})
        one, other = object.__new__(kind), object.__new__(kind)
        for instance in (one, other):
            vars(instance).update(name="a", numbers=(), hidden=1, unlike=2, share=0.5)
        arguments = {"__init__": ("b", (1,)), "__eq__": (other,)}.get(name, ())
        got = getattr(kind, name)(one, *arguments)
        seen.append((got, vars(one), repr(one), one == other, hash(one)))
    assert seen[0] == seen[1]


def test_its_methods_are_of_its_module() -> None:
    """Their annotations are looked up there; and pprint takes it for a dataclass."""

    @dataclass(frozen=True, slots=True)
    class Row:
        """A row."""

        value: "Sent"

    Row(Sent(1))
    assert Row.__init__.__module__ == __name__
    assert get_type_hints(Row.__init__)["value"] is Sent
    assert Row.__dataclass_params__.repr  # type: ignore[attr-defined]


def test_what_the_standard_library_refuses_or_keeps() -> None:
    """Members of a frozen class that are no fields, rules for changing it, and own copies."""
    for decorate in (dataclass, dataclasses.dataclass):
        frozen = written(decorate, {"frozen": True})("a")
        with pytest.raises(dataclasses.FrozenInstanceError, match="'strange'"):
            frozen.strange = 1
        with pytest.raises(TypeError):
            decorate(frozen=True)(type("Changing", (), {"__setattr__": lambda *_all: None}))
        members = {"__annotations__": {"value": int}, "__getstate__": lambda _self: [7]}
        kept = decorate(frozen=True, slots=True)(type("Kept", (), members))
        assert copy.copy(kept(3)).value == 7
        unhashable = decorate(frozen=True)(type("Unhashable", (), {"__hash__": None}))
        assert unhashable.__hash__ is None


def test_fields_that_only_initialise_and_ones_that_nobody_gives() -> None:
    """`InitVar`, and a default that cannot be given."""
    seen = []
    for decorate in (dataclass, dataclasses.dataclass):

        @decorate(slots=True)
        class Made:
            """Something made."""

            source: dataclasses.InitVar[int]
            fixed: int = field(default=3, init=False)
            doubled: int = 0

            def __post_init__(self, source: int) -> None:
                self.doubled = 2 * source

        seen.append((repr(Made(4)), came_of(lambda made=Made: made(4, fixed=1))))  # type: ignore[misc]
    assert seen[0] == seen[1]


def test_a_default_is_not_shown_to_be_used() -> None:
    """Its words may be slow, or wrong."""

    class Mute:
        __hash__ = object.__hash__

        def __repr__(self) -> str:
            raise ValueError("no words")

    mute = Mute()

    @dataclass(slots=True)
    class Holder:
        held: object = mute

    assert Holder().held is mute


def test_a_method_that_was_replaced_before_its_first_use_stays_replaced() -> None:
    """As a test or a tracer does."""
    kind: Any = written(dataclass, {})
    original = kind.__init__
    calls: list[str] = []

    def traced(self: object, *arguments: Any) -> None:
        calls.append("made")
        original(self, *arguments)

    kind.__init__, kind.__repr__ = traced, lambda _self: "replaced"
    assert kind("a") == kind("a")
    assert (repr(kind("a")), len(calls)) == ("replaced", 3)


@dataclass(frozen=True, slots=True)
class Sent:
    """Of a module, so that it has a name to be found by."""

    number: int


def test_a_frozen_one_can_be_pickled() -> None:
    """As Ray does with what its workers are made of."""
    assert pickle.loads(pickle.dumps(Sent(3))) == Sent(3)  # noqa: S301 - its own bytes


def test_threads_may_use_it_first_at_once() -> None:
    """All get the same."""
    for _round in range(50):
        kind = written(dataclass, {"frozen": True, "slots": True, "eq": False})
        together, made = threading.Barrier(4), list[str]()

        def use(kind: type = kind, gate: threading.Barrier = together) -> None:
            gate.wait()
            made.append(repr(kind("a")))  # noqa: B023 - read before the round ends

        threads = [threading.Thread(target=use) for _thread in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(made) == 4
        assert len(set(made)) == 1
