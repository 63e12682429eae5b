"""Taste versions as the page and the API get them."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from kit.memories import content
from kit.waiting import eventually
from tasted.config import Settings
from tasted.daemon.reviewing.taste_desk import TasteDesk, VersionGone, VersionUnusable
from tasted.daemon.shared.shared_state import SharedState
from tasted.errors import NotFound, TastedError
from tasted.home.taste_versions import (
    Estimate,
    Recipe,
    TimeInForce,
    VersionFigures,
    VersionLabels,
    VersionRow,
    write_version_row,
)
from tasted.outbox.ledger import Ledger
from tasted.records import Current
from tasted.review.api.taste_schemas import (
    ActivateAnswer,
    ComparisonAnswer,
    TasteVersionAnswer,
    VersionsAnswer,
)
from tasted.rpc.messages import EngineAnswer
from tasted.rpc.version_messages import (
    ChangedVerdict,
    CompareVersions,
    UseVersion,
    VersionChosen,
    VersionRefused,
    VersionsCompared,
)

NOW = "2026-11-30T14:10:00.000+00:00"
CURRENT = Current(
    "pocket", "e1", "taste", "v2", "t1", "c1", "l1", 3, 4, is_held=True, waiting_answers=2
)
ROW = VersionRow(
    number=2,
    recipe=Recipe("taste", "pocket", "e1", "f1", "2.4"),
    labels=VersionLabels("digest", 3, 4),
    fitted_to="all",
    reason="answers",
    figures=VersionFigures(7, Estimate(0.8, 0.6, 0.9), Estimate(0.2, 0.1, 0.3), 0.25),
    minted_at=NOW,
    in_force=(TimeInForce(NOW),),
)


@pytest.fixture
def shared(tmp_path: Path) -> SharedState:
    """A home with two versions, of which the second is held."""
    write_version_row(tmp_path, ROW)
    write_version_row(
        tmp_path, replace(ROW, number=1, in_force=(), kept="erased", figures=VersionFigures(0))
    )
    return SharedState(Settings(), Ledger(tmp_path / "outbox"), CURRENT)


def test_answers_are_counted_from_what_a_version_knows(tmp_path: Path, shared: SharedState) -> None:
    """None are while one is held, and none of a version that does not say."""
    desk = TasteDesk(tmp_path, shared, events=list)
    assert desk.unknown_from() is None
    shared.taste.replace(replace(CURRENT, is_held=False))
    assert desk.unknown_from() is None
    row = replace(ROW, number=3, labels=VersionLabels("digest", 4, 4, upto_seq=41))
    write_version_row(tmp_path, row)
    shared.taste.replace(replace(CURRENT, taste="v3", is_held=False))
    assert desk.unknown_from() == 41


@contextmanager
def engine(shared: SharedState, answer: EngineAnswer) -> Iterator[list[object]]:
    """Answer the next call as an engine would; yields what was asked."""
    asked: list[object] = []

    def serve() -> None:
        call = eventually(shared.queue.calls.take)
        assert call is not None
        asked.append(call.request)
        call.begin()
        call.answer(answer)

    thread = threading.Thread(target=serve)
    thread.start()
    yield asked
    thread.join(30)


def test_versions_are_listed_as_the_document_describes_them(
    tmp_path: Path, shared: SharedState
) -> None:
    """Newest first; the one that is held says so."""
    desk = TasteDesk(tmp_path, shared, events=lambda: ())
    body = VersionsAnswer.model_validate(desk.versions())
    assert [row.version for row in body.versions] == ["v2", "v1"]
    assert [row.is_held for row in body.versions] == [True, False]
    assert body.held == "v2 is held. 2 newer answers are kept and not used."
    assert desk.recipe() == ROW.recipe.id
    one = TasteVersionAnswer.model_validate(desk.version(2))
    assert one.auc is not None
    assert one.auc.low == 0.6
    with pytest.raises(NotFound):
        desk.version(9)


def test_a_version_is_held_and_let_go_by_the_engine(tmp_path: Path, shared: SharedState) -> None:
    """The answer tells what decided before, so that it can be taken back."""
    desk = TasteDesk(tmp_path, shared, events=lambda: ())
    with engine(shared, VersionChosen(CURRENT, before="v3")) as asked:
        body = ActivateAnswer.model_validate(desk.activate(2, "hold"))
    assert asked == [UseVersion(2, hold=True)]
    assert (body.in_force, body.before, body.was_held) == ("v2", "v3", False)
    with engine(shared, VersionChosen(CURRENT, before="v2", was_held=True)) as asked:
        desk.activate(2, "follow")
    assert asked == [UseVersion(2)]


def test_two_versions_are_compared_on_the_same_answers(tmp_path: Path, shared: SharedState) -> None:
    """Their rows have the figures on those, and not on their own."""
    desk = TasteDesk(tmp_path, shared, events=lambda: ())
    changed = (ChangedVerdict(content("gone"), "unsure", "match", 0.4, 0.6),)
    figures = VersionFigures(9, Estimate(0.5, 0.4, 0.6), None, 0.24)
    with engine(shared, VersionsCompared(changed, 5, figures, figures)) as asked:
        body = ComparisonAnswer.model_validate(desk.compare(1, 2))
    assert asked == [CompareVersions(1, 2, ())]
    assert body.a.auc is not None
    assert (body.a.auc.value, body.b.brier, body.compared) == (0.5, None, 5)
    assert (body.changed[0].name, body.changed[0].b) == (content("gone")[:8], "match")


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("unknown_version", NotFound),
        ("version_erased", VersionGone),
        ("version_unusable", VersionUnusable),
    ],
)
def test_a_refusal_has_a_status_of_its_own(
    tmp_path: Path, shared: SharedState, code: Any, kind: type[TastedError]
) -> None:
    """404, 410 and 409."""
    desk = TasteDesk(tmp_path, shared, events=lambda: ())
    refused = VersionRefused(code, "It cannot be used.", "Choose another.")
    doing: Callable[[], object]
    for answer, doing in (
        (VersionChosen(refused=refused), lambda: desk.activate(1, "hold")),
        (VersionsCompared(refused=refused), lambda: desk.compare(1, 2)),
    ):
        with engine(shared, answer), pytest.raises(kind, match="It cannot be used"):
            doing()
