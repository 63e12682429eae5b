"""How far a change of the model is, on disk: read back as written, and nothing else is believed."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.json_values import values
from tasted.home.switch_file import (
    KeptModel,
    ModelSwitch,
    Switches,
    SwitchProof,
    SwitchReason,
    SwitchState,
    read_switches,
    write_switches,
)

NOW = "2026-11-30T08:00:00.000+00:00"
SWITCH = ModelSwitch(
    id="0190a0a0-0000-7000-8000-000000000001",
    model="clip",
    former="pocket",
    state=SwitchState.EMBEDDING,
    began_at=NOW,
    done=3,
    total=9,
    seconds_each=0.25,
    reason=SwitchReason("disk_full", "No room.", "Make some."),
    proof=SwitchProof(40, 0.8, 0.7, 0.01, None),
)
KEPT = (KeptModel("pocket", "pocket", "a" * 64, NOW),)


@pytest.mark.parametrize("state", SwitchState)
def test_it_is_read_as_it_was_written(tmp_path: Path, state: SwitchState) -> None:
    """Every state, with all that is told of it."""
    file = tmp_path / "switch.json"
    switches = Switches(replace(SWITCH, state=state), KEPT)
    write_switches(file, switches)
    assert read_switches(file) == switches
    assert file.stat().st_mode & 0o777 == 0o600


def test_without_a_file_there_is_none(tmp_path: Path) -> None:
    """As in a home that never changed its model."""
    assert read_switches(tmp_path / "switch.json") == Switches()


@pytest.mark.parametrize(
    "changes",
    [{"state": "flying"}, {"began_at": "tomorrow"}, {"done": "3"}, {"id": 5}, {"more": 1}],
)
def test_what_was_edited_is_no_switch(tmp_path: Path, changes: dict[str, object]) -> None:
    """The model in force goes on, whatever somebody wrote."""
    file = tmp_path / "switch.json"
    write_switches(file, Switches(SWITCH, ()))
    value = json.loads(file.read_text())
    value["switch"] |= changes
    file.write_text(json.dumps(value))
    assert read_switches(file).switch is None


@given(value=values() | st.fixed_dictionaries({"switch": values()}))
def test_any_json_is_read_without_an_error(
    value: object, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """The file may hold anything."""
    file = tmp_path_factory.getbasetemp() / "any-switch.json"
    file.write_text(json.dumps(value))
    assert read_switches(file).switch is None
