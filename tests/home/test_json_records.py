"""Records from JSON: what comes back has the types that its fields say, or is none."""

import json
from dataclasses import asdict, dataclass, field
from typing import Any

import pytest
from hypothesis import given

from kit.json_values import mangled_text
from tasted.home.json_records import record_from


@dataclass(frozen=True, slots=True)
class Inner:
    """A record in a record."""

    name: str
    share: float = 0.0


@dataclass(frozen=True, slots=True)
class Outer:
    """One field of each kind."""

    count: int
    is_ready: bool = False
    title: str | None = None
    inner: Inner | None = None
    names: tuple[str, ...] = ()
    pairs: tuple[tuple[str, int], ...] = ()
    inners: tuple[Inner, ...] = ()
    counts: dict[str, int] = field(default_factory=dict)


FULL = Outer(
    count=1,
    is_ready=True,
    title="t",
    inner=Inner("\udcff", 0.5),
    names=("a",),
    pairs=(("b", 2),),
    inners=(Inner("c"), Inner("d", 1)),
    counts={"e": 3},
)


def test_what_was_written_is_read_back() -> None:
    """Also names whose bytes are not UTF-8."""
    assert record_from(Outer, json.loads(json.dumps(asdict(FULL)))) == FULL
    assert record_from(Outer, {"count": 2}) == Outer(2)


@pytest.mark.parametrize(
    "edit",
    [
        {"count": True},
        {"count": 1.0},
        {"count": None},
        {"is_ready": 1},
        {"title": []},
        {"inner": {}},
        {"inner": {"name": "a", "share": "b"}},
        {"inner": {"name": "a", "unknown": 1}},
        {"names": "ab"},
        {"names": [1]},
        {"pairs": [["a"]]},
        {"pairs": [["a", 1, 2]]},
        {"inners": [None]},
        {"counts": []},
        {"counts": {"a": "b"}},
        {"unknown": 1},
    ],
    ids=str,
)
def test_another_type_anywhere_makes_it_none(edit: dict[str, Any]) -> None:
    """Nothing is guessed."""
    assert record_from(Outer, {**asdict(FULL), **edit}) is None


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999", "9" * 401])
def test_numbers_that_nothing_can_be_computed_with_make_it_none(number: str) -> None:
    """Python's json reads all of these; a sentence or a share of them would raise."""
    for text in (
        f'{{"count": {number}}}',
        f'{{"count": 1, "inner": {{"name": "a", "share": {number}}}}}',
    ):
        assert record_from(Outer, json.loads(text)) is None


@pytest.mark.parametrize("value", [None, [], "a", 1, {}])
def test_what_is_no_object_is_none(value: object) -> None:
    """Nor is an object without what has to be there."""
    assert record_from(Outer, value) is None


@given(mangled_text([json.loads(json.dumps(asdict(FULL)))]))
def test_any_edit_leaves_a_record_or_none(content: bytes) -> None:
    """And the record is what its own JSON says."""
    try:
        value = json.loads(content)
    except (ValueError, RecursionError):
        return
    record = record_from(Outer, value)
    again = record_from(Outer, json.loads(json.dumps(asdict(record)))) if record else None
    assert again == record
