"""Training as the API shows it, and why it does not begin."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from kit.homes import pocket_home
from tasted.config import Settings
from tasted.daemon.reviewing.training_desk import TrainingDesk
from tasted.daemon.shared.shared_state import SharedState
from tasted.errors import NotFound
from tasted.home.layout import Home
from tasted.home.training_file import GateTold, TrainingFolder, TrainingPlan, TrainingState
from tasted.home.training_needs import NotOffered
from tasted.outbox.ledger import Ledger
from tasted.records import Current
from tasted.review.api.training_schemas import TrainingAnswer
from tasted.review.page.training import TrainingPart
from tasted.rpc.training_messages import BeginTraining
from tasted.rpc.training_process import ExtraMissing, TrainingRuns

NOW = "2026-11-30T14:10:00.000+00:00"
STATE = TrainingState(1, "training", "pocket", NOW, NOW, adapter=2, adapters=4, steps_max=9)
CURRENT = Current("pocket", "0" * 64, "taste", "v2", "1" * 64, "c", "l", 400, 300)


class Started:
    """Remembers how a run was begun, in place of a process."""

    def __init__(self) -> None:
        self.asked: list[dict[str, Any]] = []

    def __call__(self, home: Home, **options: Any) -> None:
        """Begin nothing."""
        if not options["is_installed"]():
            raise ExtraMissing("Training needs the extra `train`.")
        self.asked.append({"home": home.root, **options})


def desk_of(
    home: Home, current: Current | None = CURRENT, *, installed: bool = True
) -> tuple[TrainingDesk, Started]:
    """Return a desk whose runs are only noted."""
    started = Started()
    shared = SharedState(Settings(), Ledger(home.outbox), current)
    desk = TrainingDesk(home, shared, start=started, is_installed=lambda: installed)
    return desk, started


def test_it_is_offered_where_labels_suffice(tmp_path: Path) -> None:
    """And begun without insisting."""
    home = pocket_home(tmp_path)
    desk, started = desk_of(home)
    answer = TrainingAnswer.model_validate(desk.show())
    assert answer.is_offered
    assert answer.run is None
    assert TrainingPart(answer).can_begin
    desk.begin(BeginTraining("lora", resume=True))
    assert started.asked[0]["home"] == home.root
    assert (started.asked[0]["is_forced"], started.asked[0]["resumes"]) == (False, True)


def test_with_few_labels_somebody_has_to_insist(tmp_path: Path) -> None:
    """And with hardly any it does not help."""
    home = pocket_home(tmp_path)
    desk, started = desk_of(home, replace(CURRENT, liked=20, rejected=30))
    with pytest.raises(NotOffered, match="there are 50"):
        desk.begin(BeginTraining("lora"))
    assert not TrainingPart(TrainingAnswer.model_validate(desk.show())).is_shown
    desk.begin(BeginTraining("lora", force=True))
    assert started.asked[0]["is_forced"]
    few, begun = desk_of(home, replace(CURRENT, liked=20, rejected=3))
    with pytest.raises(NotOffered, match="8 of each"):
        few.begin(BeginTraining("lora", force=True))
    assert not begun.asked


def test_a_run_that_was_insisted_on_goes_on(tmp_path: Path) -> None:
    """Nobody has to insist again; a run that was not insisted on is refused as any other."""
    home = pocket_home(tmp_path)
    desk, started = desk_of(home, replace(CURRENT, liked=20, rejected=30))
    with pytest.raises(NotOffered):
        desk.begin(BeginTraining("lora", resume=True))
    TrainingFolder(home).write_plan(TrainingPlan(1, "d", (), (), is_forced=True))
    desk.begin(BeginTraining("lora", resume=True))
    assert started.asked[0]["resumes"]


def test_without_the_extra_nothing_begins(tmp_path: Path) -> None:
    """Whatever the labels are."""
    desk, _started = desk_of(pocket_home(tmp_path), None, installed=False)
    assert not TrainingAnswer.model_validate(desk.show()).is_installed
    with pytest.raises(ExtraMissing):
        desk.begin(BeginTraining("lora"))


def test_one_run_at_a_time(tmp_path: Path) -> None:
    """Another is refused, and only one that runs can be ended."""
    home = pocket_home(tmp_path)
    desk, _started = desk_of(home)
    with pytest.raises(NotFound):
        desk.end()
    folder = TrainingFolder(home)
    with folder.held():
        folder.write(STATE)
        answer = TrainingAnswer.model_validate(desk.show())
        assert answer.is_running
        assert not TrainingPart(answer).can_begin
        with pytest.raises(TrainingRuns):
            desk.begin(BeginTraining("lora"))


def test_gates_are_shown_with_their_figures(tmp_path: Path) -> None:
    """On the page and in the API."""
    home = pocket_home(tmp_path)
    gate = GateTold("gain", is_passed=False, figure=0.01, limit=0.02, sentence="It says less.")
    TrainingFolder(home).write(replace(STATE, state="refused", gates=(gate,)))
    desk, _started = desk_of(home)
    part = TrainingPart(TrainingAnswer.model_validate(desk.show()))
    assert part.is_shown
    assert part.gates[0].sentence in part.sentence
    assert part.answer.run is not None
    assert part.answer.run.next == (
        "Nothing was changed. With more labels it may be worth another try."
    )
