"""An order to forget travels as JSON, and nothing in it leads out of the inbox."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.memories import content
from tasted.daemon.shared.forget_order import Order, Target, parse_order

ORDER = Order(
    targets=(
        Target(contents=(content("a"),), sizes=(70,)),
        Target(paths=("anna/caf\udce9.png",)),
        Target(folder="anna"),
    ),
    keeps_pictures=True,
    is_dry=False,
)
_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.just(content("a")),
    lambda inner: st.lists(inner, max_size=3),
)


def _sent(order: Order) -> dict[str, Any]:
    value: dict[str, Any] = json.loads(json.dumps(order.to_json()))
    return value


def test_an_order_arrives_as_it_was_left() -> None:
    """Undecodable names included."""
    assert parse_order(_sent(ORDER)) == ORDER


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("paths", ["../x.png"]),
        ("paths", ["/etc/passwd"]),
        ("paths", "a.png"),
        ("folder", ".."),
        ("folder", "a/../../b"),
        ("contents", ["deadbeef"]),
        ("contents", [content("a").upper()]),
        ("sizes", [True]),
        ("sizes", None),
    ],
)
def test_what_leads_elsewhere_is_no_order(field: str, value: object) -> None:
    """A path that climbs, something that is not an id, a size that is not a number."""
    sent = _sent(ORDER)
    sent["targets"][0][field] = value
    assert parse_order(sent) is None


@given(
    st.dictionaries(st.sampled_from(["targets", "keeps_pictures", "is_dry"]), _VALUES),
    st.lists(
        st.dictionaries(st.sampled_from(["contents", "paths", "folder", "sizes"]), _VALUES),
        max_size=2,
    ),
)
def test_no_form_makes_it_fail(value: dict[str, Any], targets: list[dict[str, Any]]) -> None:
    """Whatever lies in the request, it is an order or none."""
    for request in (value, {"keeps_pictures": True, "is_dry": True, "targets": targets}):
        order = parse_order(request)
        assert order is None or parse_order(_sent(order)) == order
