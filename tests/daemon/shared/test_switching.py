"""When a change of the model begins and ends: by the settings, by commands, by the page."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from kit.homes import home_with
from kit.switching import OTHER, add_model, wish
from kit.waiting import eventually
from tasted.config import Settings, load_settings
from tasted.daemon.changing_model import ModelChange
from tasted.daemon.shared.feedback import FeedbackRecorder
from tasted.daemon.shared.model_order import ModelOrder, parse_model_order
from tasted.daemon.shared.shared_state import SharedState
from tasted.daemon.shared.switch_orders import NotChanging, UnknownModel
from tasted.errors import CommandError, InternalFault
from tasted.home.crash_reports import read_crash_reports
from tasted.home.layout import Home
from tasted.home.switch_file import (
    KeptModel,
    ModelSwitch,
    Switches,
    SwitchReason,
    SwitchState,
    read_switches,
    write_switches,
)
from tasted.home.switch_words import remedy, sentence
from tasted.outbox.ledger import Ledger
from tasted.records import Current

FORMER = Current("pocket", "a" * 64, "taste", "v2", "t", "c", "l", 6, 6, model="pocket")
WANTED = replace(FORMER, embedder=OTHER, embedder_fingerprint="b" * 64, model=OTHER)
FUTURE = "2999-01-01T00:00:00.000+00:00"


class Stage:
    """What the scanner of a daemon has."""

    def __init__(self, home: Home, current: Current | None = FORMER) -> None:
        self.home = home
        settings = load_settings(home, environment={}).settings
        self.shared = SharedState(settings, Ledger.of(home), current)
        change = ModelChange(home, self.shared, FeedbackRecorder(home, self.shared))
        self.orders = change.orders

    def follow(self) -> ModelSwitch | None:
        """Let the scanner take its turn, with the settings as they are."""
        self.shared.wish = load_settings(self.home, environment={}).settings
        self.orders.follow()
        return self.shared.switches.switch

    def order(self, action: str, **fields: Any) -> dict[str, Any]:
        """Carry out an order, as a command asks for it."""
        return self.orders.at_once(ModelOrder(action, **fields))

    @property
    def has_step(self) -> bool:
        """Whether the worker is to do something."""
        return self.shared.queue.is_step_wanted


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A home that uses `pocket`, and knows another model."""
    made = home_with(tmp_path / "home", '[embedder]\nmodel = "pocket"\n')
    add_model(made, tmp_path / "other")
    return made


def test_the_settings_decide_before_anything_was_published(home: Home) -> None:
    """There is nothing that a change would have to keep going."""
    stage = Stage(home, None)
    wish(home, OTHER)
    assert stage.follow() is None
    assert stage.shared.settings.embedder.model == OTHER


def test_an_edited_setting_begins_a_change_and_the_engine_keeps_its_model(home: Home) -> None:
    """Everything else that was edited acts at once."""
    stage = Stage(home)
    assert stage.follow() is None
    wish(home, OTHER)
    home.config_file.write_text(home.config_file.read_text() + "[limits]\nmax_pixels = 9000000\n")
    switch = stage.follow()
    assert switch is not None
    assert (switch.model, switch.former, switch.state) == (OTHER, "pocket", "checking")
    assert (switch.asked_by, switch.former_fingerprint) == ("settings", "a" * 64)
    assert stage.has_step
    assert stage.shared.settings.embedder.model == "pocket"
    assert stage.shared.settings.limits.max_pixels == 9_000_000
    assert stage.follow() == switch
    assert read_switches(home.switch_file).switch == switch


def test_the_former_setting_calls_it_off(home: Home) -> None:
    """And nothing is said of it any more."""
    stage = Stage(home)
    wish(home, OTHER)
    stage.follow()
    wish(home, "pocket")
    switch = stage.follow()
    assert switch is not None
    assert switch.state == SwitchState.CANCELLED
    assert not stage.has_step
    assert sentence(stage.shared.switches, FORMER, wished="pocket") is None


@pytest.mark.parametrize("state", [SwitchState.FAILED, SwitchState.CANCELLED])
def test_what_was_stopped_is_not_begun_again_by_itself(home: Home, state: SwitchState) -> None:
    """Not by a new daemon either; by a person who asks again, or by another wish."""
    stage = Stage(home)
    wish(home, OTHER)
    switch = stage.follow()
    assert switch is not None
    reason = SwitchReason("model_unusable", "The weights are damaged.", "Fetch them again.")
    write_switches(home.switch_file, Switches(replace(switch, state=state, reason=reason)))
    stage = Stage(home)
    again = stage.follow()
    assert again is not None
    assert (again.id, again.state) == (switch.id, state)
    assert not stage.has_step
    said = sentence(stage.shared.switches, FORMER, wished=OTHER)
    assert said == (f"The settings ask for {OTHER}, and pocket decides: the weights are damaged.")
    assert "tasted models use" in (remedy(stage.shared.switches, wished=OTHER) or "")
    stage.order("use", model=OTHER)
    begun = stage.shared.switches.switch
    assert begun is not None
    assert (begun.state, begun.asked_by) == ("checking", "command")


def test_a_command_writes_the_wish_and_can_take_it_back(home: Home) -> None:
    """The settings file keeps everything else."""
    stage = Stage(home)
    body = stage.order("use", model=OTHER)
    assert (body["in_force"], body["wished"], body["change"]["state"]) == (
        "pocket",
        OTHER,
        "checking",
    )
    assert load_settings(home, environment={}).settings.embedder.model == OTHER
    stage.order("cancel")
    switch = stage.shared.switches.switch
    assert switch is not None
    assert switch.state == SwitchState.CANCELLED
    with pytest.raises(NotChanging):
        stage.order("cancel")


def test_what_another_process_published_is_told_once(home: Home) -> None:
    """A daemon that was killed right after the one step logs it when it is back."""
    stage = Stage(home)
    wish(home, OTHER)
    stage.follow()
    for _start in range(2):
        stage = Stage(home, WANTED)
        switch = stage.follow()
    assert switch is not None
    assert stage.shared.settings.embedder.model == OTHER
    (kept,) = read_switches(home.switch_file).kept
    assert (kept.model, kept.fingerprint) == ("pocket", "a" * 64)
    events = list(FeedbackRecorder(home, stage.shared).log.events())
    assert [(event.kind.value, event.note) for event in events] == [("model_switched", OTHER)]


def test_back_is_to_the_model_before(home: Home) -> None:
    """As long as it is kept."""
    stage = Stage(home)
    with pytest.raises(NotChanging):
        stage.order("back")
    write_switches(
        home.switch_file, Switches(None, (KeptModel("pocket", "pocket", "a" * 64, FUTURE),))
    )
    wish(home, OTHER)
    stage = Stage(home, WANTED)
    assert stage.order("back")["change"]["model"] == "pocket"


def test_a_former_model_is_dropped_when_its_time_is_over(home: Home) -> None:
    """That is a step of the worker; until then there is none."""
    kept = KeptModel("pocket", "pocket", "a" * 64, FUTURE)
    write_switches(home.switch_file, Switches(None, (kept,)))
    wish(home, OTHER)
    stage = Stage(home, WANTED)
    stage.follow()
    assert not stage.has_step
    past = replace(kept, until="2020-01-01T00:00:00.000+00:00")
    write_switches(home.switch_file, Switches(None, (past,)))
    stage = Stage(home, WANTED)
    stage.follow()
    assert stage.has_step


@pytest.mark.parametrize(
    "name", ["https://evil.example/model", "../other", "/etc", "other", "owner/unheard-of", ""]
)
def test_over_http_only_names_of_the_list_are_taken(home: Home, name: str) -> None:
    """No address, no folder, and nothing that would have to be looked for elsewhere."""
    stage = Stage(home)
    before = home.config_file.read_bytes()
    with pytest.raises(UnknownModel):
        stage.order("use", model=name, via="api")
    assert home.config_file.read_bytes() == before
    assert stage.shared.switches.switch is None
    assert stage.order("use", model=OTHER, via="api")["change"]["model"] == OTHER


def test_a_model_of_the_environment_is_not_written_over(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The file would not decide, and that is said."""
    home.environment_file.write_text("TASTED_EMBEDDER__MODEL=pocket\n")
    stage = Stage(home)
    before = home.config_file.read_bytes()
    with pytest.raises(CommandError, match=r"config/\.env"):
        stage.order("use", model=OTHER)
    assert home.config_file.read_bytes() == before


def test_a_model_whose_files_are_gone_gives_way(home: Home, tmp_path: Path) -> None:
    """To what the settings wish, at once."""
    gone = replace(WANTED, embedder="gone/model", model="gone/model")
    stage = Stage(home, gone)
    stage.follow()
    assert stage.shared.settings.embedder.model == "pocket"
    assert stage.shared.lost_model == "gone/model"
    said = stage.orders.body()["sentence"]
    assert said == "The files of gone/model are gone, so pocket decides, as the settings ask."


@pytest.mark.parametrize(
    "value",
    [
        {},
        {"kind": "model"},
        {"kind": "model", "action": "fly"},
        {"kind": "model", "action": "use"},
        {"kind": "model", "action": "use", "model": 3},
        {"kind": "model", "action": "use", "model": "x" * 1001},
        {"kind": "model", "action": "use", "model": "x", "force": "yes"},
    ],
)
def test_what_is_no_order_is_none(value: dict[str, Any]) -> None:
    """Whoever writes into the folder of requests."""
    assert parse_model_order(value) is None


def test_settings_with_a_model_are_the_same_otherwise() -> None:
    """The engine gets them."""
    settings = Settings()
    assert settings.with_model("pocket").with_model(settings.embedder.model) == settings


def test_what_nobody_foresaw_over_an_order_is_reported(home: Home) -> None:
    """Whoever asked is told whose fault it is, and `tasted doctor` knows what to report."""
    stage = Stage(home)
    nonsense: Any = object()
    with ThreadPoolExecutor(1) as threads:
        answer = threads.submit(stage.orders.carry_out, ModelOrder("use", nonsense))
        eventually(lambda: (stage.orders.follow(), answer.done())[1])
    with pytest.raises(InternalFault, match="tasted itself failed"):
        answer.result()
    assert [report.doing for report in read_crash_reports(home.crashes_file)] == ["model"]
