"""JSON of our own documents, damaged: in its values, its keys, or its bytes."""

import copy
import json
from collections.abc import Iterator, Sequence
from typing import Any

from hypothesis import strategies as st

_ODD_NUMBERS = (0, -1, 1, 2**31, 2**63, 2**64, 10**30, -(10**30), 0.5, -0.0, 1e308, float("nan"))
_ODD_TEXTS = (
    "", "\0", "\ud800", "\udcff", "\ud83d\ude00", "9999-12-31T23:59:59-23:59",
    "0001-01-01T00:00:00+23:59", "a" * 5000,
)  # fmt: skip


def values(texts: Sequence[str] = ()) -> st.SearchStrategy[Any]:
    """Return JSON values: odd ones, plain ones, and nested ones."""
    leaves = st.one_of(
        st.none(),
        st.booleans(),
        st.sampled_from(_ODD_NUMBERS),
        st.integers(),
        st.floats(),
        st.sampled_from((*_ODD_TEXTS, *texts)),
        st.text(st.characters(), max_size=20),
    )
    return st.recursive(
        leaves,
        lambda inner: (
            st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
        ),
        max_leaves=5,
    )


def mangled_text(
    documents: Sequence[dict[str, Any]], *, texts: Sequence[str] = ()
) -> st.SearchStrategy[bytes]:
    """Return the bytes of one of the documents with some values replaced, or bytes changed."""
    replaced = st.builds(
        _replaced,
        st.sampled_from(list(documents)),
        st.lists(st.tuples(st.integers(0, 10_000), st.booleans(), values(texts)), max_size=3),
    )
    flips = st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 255)), max_size=3)
    cut = st.one_of(st.just(1.0), st.floats(0, 1))
    return st.builds(_damaged, replaced, flips, cut)


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    keys: Any = ()
    if isinstance(value, dict):
        keys = list(value)
    elif isinstance(value, list):
        keys = range(len(value))
    for key in keys:
        yield value, key
        yield from _places(value[key])


def _replaced(document: dict[str, Any], plan: list[tuple[int, bool, Any]]) -> bytes:
    changed = copy.deepcopy(document)
    for number, is_removed, value in plan:
        places = list(_places(changed))
        if not places:
            break
        holder, key = places[number % len(places)]
        if is_removed:
            del holder[key]
        else:
            holder[key] = copy.deepcopy(value)
    return json.dumps(changed).encode("ascii")


def _damaged(data: bytes, flips: list[tuple[float, int]], cut: float) -> bytes:
    changed = bytearray(data)
    for share, byte in flips:
        changed[int(share * len(changed))] = byte
    return bytes(changed[: int(cut * len(changed))])
