"""A change of the model, step by step: every way in which a step can end leaves something in force.

The engine is a script of answers; files, record and ledger are the real ones.
"""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from kit.switching import OTHER, add_model
from tasted.config import Settings
from tasted.daemon.shared.shared_state import ScanResult, SharedState
from tasted.daemon.shared.switch_record import SwitchRecord, time_now
from tasted.daemon.shared.work_queue import PresentLabels
from tasted.daemon.working.switch_steps import SwitchSteps, group_size
from tasted.errors import DiskFull, EngineFailed, InternalFault, ModelUnusable
from tasted.home.layout import Home
from tasted.home.status import write_current
from tasted.home.switch_file import ModelSwitch, SwitchState, read_switches
from tasted.outbox.ledger import Ledger
from tasted.records import Current
from tasted.rpc.client import EngineDiedError
from tasted.rpc.messages import EngineAnswer, EngineRequest, ReferencesMissing
from tasted.rpc.model_messages import (
    CandidateFitted,
    CandidateProven,
    CheckModel,
    EmbeddingPlanned,
    FitCandidate,
    ModelChecked,
    ModelPublished,
    PlanEmbedding,
    ProveCandidate,
    PublishModel,
)

FORMER = Current("pocket", "a" * 64, "taste", "v2", "t", "c", "l", 6, 6, model="pocket")
WANTED = replace(FORMER, embedder=OTHER, embedder_fingerprint="b" * 64, taste="v3", model=OTHER)
Answers = dict[type[EngineRequest[Any]], Any]
ALL_WELL: Answers = {
    CheckModel: ModelChecked(OTHER, "b" * 64, 0.1),
    PlanEmbedding: EmbeddingPlanned(),
    FitCandidate: CandidateFitted(),
    ProveCandidate: CandidateProven(25, 25, 0.0, 0.0),
    PublishModel: ModelPublished(WANTED, "a" * 64),
}


class Stage:
    """A home whose model is being changed."""

    def __init__(self, home: Home, **fields: Any) -> None:
        self.home = home
        self.shared = SharedState(
            Settings.model_validate({"embedder": {"model": "pocket"}}), Ledger.of(home), FORMER
        )
        self.shared.wish = self.shared.settings.with_model(OTHER)
        self.shared.last_scan = ScanResult({}, PresentLabels((), "l", "c"))
        self.now = 0.0
        self.record = SwitchRecord(home, self.shared, clock=lambda: self.now)
        self.published: list[Current] = []
        self.asked: list[EngineRequest[Any]] = []
        self.answers: Answers = dict(ALL_WELL)
        self.steps = SwitchSteps(
            home, self.shared, self.record, version="0", on_published=self._take_over
        )
        write_current(home.current_file, FORMER)
        switch = ModelSwitch(
            id="0190a0a0-0000-7000-8000-000000000001",
            model=OTHER,
            former="pocket",
            state=SwitchState.CHECKING,
            began_at=time_now(),
        )
        self.record.begin(replace(switch, **fields))

    def _take_over(self, switch: ModelSwitch, current: Current) -> None:
        self.published.append(current)
        self.record.change(switch, state=SwitchState.RESCORING)

    def ask(self, request: EngineRequest[Any], **_deadlines: int) -> Any:
        """Answer as the script says: an answer, an error, or what makes one of either."""
        self.asked.append(request)
        answer = self.answers[type(request)]
        if isinstance(answer, Exception):
            raise answer
        return answer(request) if callable(answer) else answer

    def step(self, times: int = 1) -> ModelSwitch:
        """Take steps, and return how far it is."""
        for _ in range(times):
            self.steps.step(self.ask, engine_pid=lambda: 7)
        switch = self.record.switch
        assert switch is not None
        return switch

    def run(self) -> ModelSwitch:
        """Take steps until nothing goes on any more."""
        for _ in range(50):
            if not self.step().is_running:
                break
        return self.step()


@pytest.fixture
def stage(home: Home, tmp_path: Path) -> Stage:
    """A change that was just begun, to a model that is there."""
    add_model(home, tmp_path / "other")
    return Stage(home)


def test_it_goes_through_all_states_and_publishes_once(stage: Stage) -> None:
    """Nothing is published before the last step; each state is on the disk before the next."""
    seen = []
    while (switch := stage.step()).is_running:
        seen.append(switch.state)
        stored = read_switches(stage.home.switch_file).switch
        assert stored is not None
        assert stored.state == switch.state
        assert not stage.published
    assert list(dict.fromkeys(seen)) == [
        "verifying",
        "embedding",
        "fitting",
        "proving",
        "switching",
    ]
    assert stage.published == [WANTED]
    assert stage.shared.taste.current == WANTED
    published = [request for request in stage.asked if isinstance(request, PublishModel)]
    assert [request.model for request in published] == [OTHER]
    # of the settings with the new model, so that the next scan finds nothing to publish
    assert published[0].labels.config_digest != "c"


@pytest.mark.parametrize("request_", [CheckModel, PlanEmbedding, FitCandidate, PublishModel])
@pytest.mark.parametrize(
    "died",
    [
        EngineDiedError("killed"),
        EngineFailed("It ended over loading.", remedy=""),
        InternalFault("tasted itself failed.", remedy=""),
    ],
    ids=lambda died: type(died).__name__,
)
def test_row_61_the_second_engine_that_ends_over_it_ends_the_change(
    stage: Stage, request_: type[EngineRequest[Any]], died: Exception
) -> None:
    """The model in force stays, and the reason is told; no picture and no daemon is at fault."""
    stage.answers[request_] = died
    switch = stage.run()
    assert switch.state == SwitchState.FAILED
    assert switch.reason is not None
    assert sum(isinstance(asked, request_) for asked in stage.asked) == 2
    assert not stage.published
    assert stage.shared.taste.current == FORMER


def test_one_engine_that_ends_is_followed_by_another(stage: Stage) -> None:
    """It goes on where it was."""
    tries: list[int] = []

    def once(_request: FitCandidate) -> EngineAnswer:
        tries.append(1)
        if len(tries) == 1:
            raise EngineDiedError("killed")
        return CandidateFitted()

    stage.answers[FitCandidate] = once
    assert stage.run().state == SwitchState.RESCORING
    assert stage.published == [WANTED]


@pytest.mark.parametrize("request_", [CheckModel, PlanEmbedding, FitCandidate, PublishModel])
def test_row_61_a_full_disk_is_waited_for(stage: Stage, request_: type[EngineRequest[Any]]) -> None:
    """The reason is told, nothing is lost, and it goes on by itself when there is room."""
    answer = stage.answers[request_]
    stage.answers[request_] = DiskFull("No room.", remedy="Make some.")
    while (switch := stage.step()).reason is None:
        assert switch.is_running
    assert (switch.reason.code, stage.record.seconds_to_wait) == ("disk_full", 2.0)
    stage.step()
    assert stage.record.seconds_to_wait == 10.0
    assert stage.shared.taste.current == FORMER
    stage.answers[request_] = answer
    stage.now += 10.0
    assert stage.record.seconds_to_wait == 0.0
    assert stage.run().state == SwitchState.RESCORING


def test_a_model_that_cannot_be_loaded_ends_the_change_at_once(stage: Stage) -> None:
    """Trying again would not help."""
    stage.answers[CheckModel] = ModelUnusable("Damaged.", remedy="Fetch it again.")
    switch = stage.run()
    assert (switch.state, switch.reason and switch.reason.code) == ("failed", "model_unusable")


def test_answers_that_speak_against_it_stop_it(stage: Stage) -> None:
    """It asks; whoever said `force` was asked already."""
    stage.answers[ProveCandidate] = CandidateProven(25, 25, -0.02, -1.8)
    switch = stage.run()
    assert (switch.state, switch.is_open, switch.is_running) == ("asking", True, False)
    assert not stage.published
    stage.record.change(switch, state=SwitchState.SWITCHING, is_forced=True)
    assert stage.run().state == SwitchState.RESCORING


@pytest.mark.parametrize(("t", "is_forced"), [(-1.75, False), (None, False), (-9.0, True)])
def test_other_answers_do_not(home: Home, tmp_path: Path, t: float | None, is_forced: bool) -> None:
    """Too few to tell, not enough against it, or a person who knows."""
    add_model(home, tmp_path / "other")
    stage = Stage(home, is_forced=is_forced)
    stage.answers[ProveCandidate] = CandidateProven(25, 25, -0.01, t)
    assert stage.run().state == SwitchState.RESCORING


def test_what_is_cancelled_in_the_middle_of_a_step_stays_cancelled(stage: Stage) -> None:
    """The answer that comes then changes nothing."""

    def cancelled(_request: EngineRequest[Any]) -> EngineAnswer:
        switch = stage.record.switch
        assert switch is not None
        stage.record.change(switch, state=SwitchState.CANCELLED)
        return CandidateFitted()

    stage.answers[FitCandidate] = cancelled
    assert stage.run().state == SwitchState.CANCELLED
    assert not stage.published


def test_labels_that_come_meanwhile_are_embedded_first(stage: Stage) -> None:
    """The engine names them; what the model in force cannot learn either is done without."""
    missing: list[Callable[[], EngineAnswer]] = [
        lambda: ReferencesMissing(("liked/new.png",)),
        CandidateFitted,
    ]
    stage.answers[FitCandidate] = lambda _request: missing.pop(0)()
    assert stage.run().state == SwitchState.RESCORING
    plans = [asked for asked in stage.asked if isinstance(asked, PlanEmbedding)]
    assert len(plans) == 2


def test_row_61_an_engine_that_ends_after_publishing_has_published(stage: Stage) -> None:
    """What is on the disk decides, not whether the answer arrived."""

    def published(_request: PublishModel) -> EngineAnswer:
        write_current(stage.home.current_file, WANTED)
        raise EngineDiedError("killed")

    stage.answers[PublishModel] = published
    assert stage.run().state == SwitchState.RESCORING
    assert stage.published == [WANTED]
    assert stage.shared.taste.current == WANTED


def test_a_model_that_is_not_here_waits_for_its_files(home: Home) -> None:
    """Nothing is downloaded by itself."""
    stage = Stage(home)
    switch = stage.step()
    assert switch.state == SwitchState.FETCHING
    assert switch.reason is not None
    assert "tasted models pull" in switch.reason.remedy
    assert not stage.asked


@pytest.mark.parametrize(
    ("seconds_each", "pictures"), [(0.01, 16), (0.1, 15), (0.5, 3), (9.0, 1), (0.0, 1)]
)
def test_no_group_takes_long(seconds_each: float, pictures: int) -> None:
    """Arrivals wait for it: a slow model is given few pictures at a time."""
    switch = ModelSwitch("", OTHER, "pocket", "embedding", time_now(), seconds_each=seconds_each)
    assert group_size(switch) == pictures
