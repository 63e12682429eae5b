"""Which results are listed, and in which order."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.sidecars import NOW, entries_of, failed, profile, scored
from tasted.errors import UsageError
from tasted.outbox import results
from tasted.outbox.results import (
    Selection,
    parse_since,
    photo_count,
    photo_paths,
    picture_path,
    select_paths,
    verdict_of,
)
from tasted.outbox.sidecar import Sidecar
from tasted.records import Label


def select(documents: list[Sidecar], selection: Selection) -> list[Sidecar]:
    """Select, which the entries of the ledger do in the same way."""
    selected = results.select(documents, selection)
    found = select_paths(entries_of(documents), selection)
    assert found == [picture_path(sidecar) for sidecar in selected]
    return selected


def paths(documents: list[Sidecar]) -> list[str]:
    """Return what is listed, in order."""
    return [picture_path(document) for document in documents]


def test_best_first_failures_last() -> None:
    """Confidence decides, then likeness, then the newer one; a failure has neither."""
    documents = [
        failed("failed.png"),
        scored("blank.png", None, scored_at=NOW - timedelta(days=1)),
        scored("low.png", 0.1),
        scored("unsure.png", None, physical=0.9),
        scored("unsurer.png", None, physical=0.1),
        scored("high.png", 0.9),
        scored("twin.png", 0.9, scored_at=NOW + timedelta(seconds=1)),
    ]
    expected = ["twin.png", "high.png", "low.png", "unsure.png", "unsurer.png"]
    assert paths(select(documents, Selection())) == [*expected, "blank.png", "failed.png"]


def test_references_are_no_results() -> None:
    """What teaches is listed by another command, also when it failed."""
    documents = [
        scored("liked/a.png", kind="reference", status="learnt", verdict=None),
        failed("liked/b.png", label=Label.LIKED),
        scored("c.png"),
    ]
    assert paths(select(documents, Selection())) == ["c.png"]


def test_a_profile_is_one_result() -> None:
    """Its photos are told of in it, but for one that failed; other folders are as they were."""
    anna = profile("anna/", "anna/1.png", "anna/2.png", broken=["anna/3.png"])
    bea = profile("bea/", "bea/1.png", "bea/2.png")
    documents = [
        scored("anna/1.png", 0.9),
        scored("anna/2.png", 0.1),
        failed("anna/3.png"),
        scored("bea/1.png", 0.2),
        anna,
        failed("bea/").model_copy(update={"kind": "profile", "parts": bea.parts}),
    ]
    expected = ["anna/", "bea/1.png", "anna/3.png", "bea/"]
    assert paths(select(documents, Selection())) == expected
    assert photo_paths(anna) == ["anna/1.png", "anna/2.png"]
    assert photo_count(anna) == "2 of 3 photos"


def test_verdicts_times_and_numbers_choose() -> None:
    """Each condition narrows the list; together they all must hold."""
    documents = [
        scored("match.png", 0.9),
        scored("no.png", 0.1, verdict="no_match"),
        scored("unsure.png", 0.5, verdict="unsure"),
        scored("old.png", 0.95, scored_at=NOW - timedelta(days=1)),
        failed("failed.png"),
    ]
    matches = Selection(frozenset({"match"}))
    assert paths(select(documents, matches)) == ["old.png", "match.png"]
    assert paths(select(documents, Selection(frozenset({"error", "no_match"})))) == [
        "no.png",
        "failed.png",
    ]
    assert "old.png" not in paths(select(documents, Selection(since=NOW)))
    assert paths(select(documents, Selection(frozenset({"match"}), NOW, 1))) == ["match.png"]
    assert len(select(documents, Selection(top=2))) == 2


@given(st.lists(st.floats(0, 1) | st.none(), max_size=20), st.integers(1, 25))
def test_the_top_is_the_beginning_of_the_whole(scores: list[float | None], top: int) -> None:
    """Asking for the best few shows the beginning of the whole list, which is in order."""
    documents = [scored(f"{index}.png", score) for index, score in enumerate(scores)]
    whole = select(documents, Selection())
    assert select(documents, Selection(top=top)) == whole[:top]
    values = [
        -1.0 if document.confidence_score is None else document.confidence_score
        for document in whole
    ]
    assert values == sorted(values, reverse=True)


def test_a_verdict_is_shown_for_everything() -> None:
    """A file without one is an error."""
    assert verdict_of(scored()) == "match"
    assert verdict_of(failed()) == "error"


def test_undecodable_paths_are_those_of_the_file_system() -> None:
    """The path can be opened, whatever its bytes."""
    assert picture_path(scored("caf\udce9.png")) == "caf\udce9.png"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("30m", NOW - timedelta(minutes=30)),
        ("2h", NOW - timedelta(hours=2)),
        (" 3d ", NOW - timedelta(days=3)),
        ("1w", NOW - timedelta(weeks=1)),
        ("0m", NOW),
        ("2026-11-23T17:00+02:00", datetime(2026, 11, 23, 17, tzinfo=timezone(timedelta(hours=2)))),
        ("2026-11-23T17:00Z", datetime(2026, 11, 23, 17, tzinfo=UTC)),
    ],
)
def test_spans_and_times_are_understood(text: str, expected: datetime) -> None:
    """A span counts back from now; a time is a time."""
    assert parse_since(text, now=NOW) == expected


def test_a_time_without_zone_is_local() -> None:
    """What a person types is the time on their clock."""
    local = datetime(2026, 11, 23, 17).astimezone()
    assert parse_since("2026-11-23T17:00", now=NOW) == local
    assert parse_since("2026-11-23", now=NOW).tzinfo is not None


@pytest.mark.parametrize("text", ["", "soon", "3y", "-2h", "2 h", "2026-13-01", "999999w", "²h"])
def test_anything_else_is_refused_with_examples(text: str) -> None:
    """The error repeats what was given and shows what can be given."""
    with pytest.raises(UsageError) as caught:
        parse_since(text, now=NOW)
    assert repr(text) in caught.value.message
    assert "30m" in caught.value.remedy
