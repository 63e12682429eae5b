"""What `tasted versions` asks travels as JSON, and its answer as well."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.memories import content
from tasted.daemon.shared.version_order import (
    VersionOrder,
    newest_scored,
    parse_versions,
    version_answer,
    version_request,
)
from tasted.home.taste_versions import VersionFigures
from tasted.records import Current, FileStamp, LedgerEntry, RankingFacts
from tasted.rpc.version_messages import (
    ChangedVerdict,
    CompareVersions,
    GoBack,
    UseVersion,
    VersionChosen,
    VersionRefused,
    VersionsCompared,
)

CURRENT = Current("pocket", "e1", "taste", "v9", "t1", "c1", "l1", 3, 4)


def entry(path: str, at: float, **changes: Any) -> LedgerEntry:
    """Return what the sidecar of a picture proves that was scored first at a time."""
    facts = RankingFacts("unsure", False, None, None, None, 999.0, first_scored_at=at)  # noqa: FBT003
    made = LedgerEntry(
        path, "scored", FileStamp(1, 2, 3), None, content(path), None, "e", "t", 0, None, "0.1",
        ranking_facts=facts,
    )  # fmt: skip
    return replace(made, **changes)


@pytest.mark.parametrize(
    ("value", "order"),
    [
        ({"action": "use", "a": 9, "hold": True}, VersionOrder("use", 9, hold=True)),
        ({"action": "follow"}, VersionOrder("follow")),
        ({"action": "back", "a": None}, VersionOrder("back")),
        ({"action": "compare", "a": 9, "b": 13}, VersionOrder("compare", 9, 13)),
        ({"action": "use"}, None),
        ({"action": "compare", "a": 9}, None),
        ({"action": "burn"}, None),
        ({"action": ["use"], "a": 9}, None),
        ({"action": "use", "a": "9"}, None),
        ({"action": "use", "a": 0}, None),
        ({"action": "use", "a": -1}, None),
        ({"action": "use", "a": True}, None),
        ({"action": "use", "a": 10**10}, None),
        ({"action": "use", "a": 9, "hold": 1}, None),
    ],
)
def test_only_an_order_is_taken_for_one(value: dict[str, Any], order: VersionOrder | None) -> None:
    """Numbers of versions are whole and above 0; what an action needs is there."""
    assert parse_versions({"kind": "versions", **value}) == order
    assert parse_versions({"kind": "score", **value}) is None


@given(
    st.dictionaries(
        st.sampled_from(["action", "a", "b", "hold"]),
        st.none() | st.booleans() | st.integers() | st.text(max_size=6) | st.just("compare"),
    )
)
def test_any_fields_are_an_order_or_none(value: dict[str, Any]) -> None:
    """And an order is a request of the engine."""
    order = parse_versions({"kind": "versions", **value})
    if order is not None:
        assert isinstance(version_request(order, {}), UseVersion | GoBack | CompareVersions)


def test_an_order_becomes_a_request() -> None:
    """To follow is to use none in particular."""
    assert version_request(VersionOrder("use", 9, hold=True), {}) == UseVersion(9, hold=True)
    assert version_request(VersionOrder("follow"), {}) == UseVersion(None)
    assert version_request(VersionOrder("back"), {}) == GoBack()
    ledger = {"a.png": entry("a.png", 1.0)}
    compared = version_request(VersionOrder("compare", 9, 13), ledger)
    assert compared == CompareVersions(9, 13, (content("a.png"),))


def test_versions_are_compared_on_the_newest_pictures() -> None:
    """Not on what failed, is gone, is a reference or a profile."""
    ledger = {
        "old.png": entry("old.png", 1.0),
        "new.png": entry("new.png", 3.0),
        "copy.png": entry("copy.png", 2.0, content_id=content("old.png")),
        "gone.png": entry("gone.png", 9.0, gone_since=10.0),
        "anna/": entry("anna/", 9.0),
        "bad.png": entry("bad.png", 9.0, status="error"),
        "liked/a.png": entry("liked/a.png", 9.0, status="learnt", ranking_facts=None),
    }
    assert newest_scored(ledger) == [content("new.png"), content("old.png")]
    assert newest_scored(ledger, most=1) == [content("new.png")]


def test_an_answer_tells_what_decides_and_what_would_change() -> None:
    """With the paths of the pictures; a refusal is told as it is."""
    held = replace(CURRENT, is_held=True, waiting_answers=2)
    assert version_answer(VersionChosen(held, before="v13"), {}) == {
        "in_force": "v9",
        "scorer": "taste",
        "is_held": True,
        "held": "v9 is held. 2 newer answers are kept and not used.",
        "before": "v13",
        "was_held": False,
    }
    refused = VersionRefused("unknown_version", "There is no version v99.", "See them.")
    for answer in (VersionChosen(refused=refused), VersionsCompared(refused=refused)):
        assert version_answer(answer, {})["refused"]["code"] == "unknown_version"
    ledger = {
        "gone.png": entry("gone.png", 1.0, content_id=content("a.png"), gone_since=2.0),
        "a.png": entry("a.png", 1.0),
    }
    changed = (ChangedVerdict(content("a.png"), "unsure", "match", 0.4, 0.6),)
    told = version_answer(VersionsCompared(changed, 7, VersionFigures(3)), ledger)
    assert [(each["path"], each["verdict_b"]) for each in told["changed"]] == [("a.png", "match")]
    assert (told["compared"], told["a"]["answers"], told["b"]) == (7, 3, None)
