"""The model is changed while files arrive: the old one scores on until one step; nothing is lost.

Real daemons and engines; the models differ in what they count and load in no time.
"""

from pathlib import Path

import pytest

from kit.api_clients import client_of
from kit.daemons import RunningDaemon, json_lines, observing, tasted
from kit.outboxes import documents, is_done
from kit.switching import OTHER, PIXEL, drop, home_of_two, models_of, switch_of, wish
from kit.waiting import eventually
from tasted.feedback.events import EventKind
from tasted.feedback.reading import read_events
from tasted.home.layout import Home
from tasted.home.status import read_current
from tasted.home.switch_file import SwitchState, read_switches
from tasted.system.faultpoints import VARIABLE


def decides(home: Home, model: str) -> bool:
    """Tell whether a model is in force."""
    current = read_current(home.current_file)
    return current is not None and current.embedder == model


def in_state(home: Home, *states: str) -> bool:
    """Tell whether a change is in one of these states."""
    switch = switch_of(home)
    return switch is not None and switch.state in states


def switched(home: Home) -> list[str | None]:
    """Return to which models the log says that it was changed."""
    events = read_events(home.feedback)
    return [event.note for event in events if event.kind is EventKind.MODEL_SWITCHED]


def await_change(home: Home, daemon: RunningDaemon) -> None:
    """Wait until everything is scored by the other model."""
    eventually(lambda: decides(home, OTHER))
    eventually(lambda: in_state(home, SwitchState.DONE))
    daemon.await_state("idle")


# ---- whoever is killed ----------------------------------------------------------------

# each engine takes one: it ends there, and the next one goes on
_ENGINE_PLACES = (
    "switch.verifying:1",
    "switch.embedding:2",
    "switch.embedded:2",
    "switch.fitting:1",
    "switch.proving:1",
    "switch.published:1",
)


def test_row_61_engines_that_are_killed_in_every_state_lose_nothing(tmp_path: Path) -> None:
    """Each ends in another state; the change is made once, and no picture is blamed."""
    home = home_of_two(tmp_path)
    drop(home, range(24))
    places = tmp_path / "places"
    places.write_text("\n".join(_ENGINE_PLACES), "ascii")
    armed = ("--engine", "armed", f"--engine-option={places}")
    with observing(home, "real", *armed) as daemon:
        eventually(lambda: is_done(home))
        daemon.await_state("idle")
        former = read_current(home.current_file)
        wish(home, OTHER)
        drop(home, range(24, 48))
        await_change(home, daemon)
    assert not places.read_text("ascii")
    found = documents(home)
    assert models_of(found) == {OTHER}
    assert {document.status for document in found.values()} == {"scored", "learnt"}
    assert switched(home) == [OTHER]
    (kept,) = read_switches(home.switch_file).kept
    assert former is not None
    assert (kept.model, kept.fingerprint) == ("pocket", former.embedder_fingerprint)


# where a daemon is killed, and its engine with it: by itself, or while the engine hangs there
_DAEMON_PLACES = (
    ("switch.checked:1", None),
    ("switch.verifying:1:hang", SwitchState.VERIFYING),
    ("switch.embedding:1:hang", SwitchState.EMBEDDING),
    ("switch.embedded:2:hang", SwitchState.EMBEDDING),
    ("switch.fitting:1:hang", SwitchState.FITTING),
    ("switch.proving:1:hang", SwitchState.PROVING),
    ("switch.switching:1:hang", SwitchState.SWITCHING),
    ("switch.told:1", None),
)


@pytest.mark.longest
def test_row_61_daemons_that_are_killed_in_every_state_lose_nothing(tmp_path: Path) -> None:
    """Files arrive before each kill; until the one step everything is scored by the old model."""
    home = home_of_two(tmp_path)
    drop(home, range(10))
    with observing(home, "real", *PIXEL) as daemon:
        eventually(lambda: is_done(home))
        daemon.await_state("idle")
    wish(home, OTHER)
    for number, (place, state) in enumerate(_DAEMON_PLACES):
        drop(home, range(10 + 5 * number, 15 + 5 * number))
        with observing(home, "real", *PIXEL, environment={VARIABLE: place}) as daemon:
            if state is None:
                eventually(lambda: daemon.process.poll() is not None)
            else:
                eventually(lambda state=state: in_state(home, state))
                daemon.kill()
        is_over = place.startswith("switch.told")
        # what is published is what scores: one model or the other, as a whole
        assert decides(home, OTHER if is_over else "pocket")
        assert models_of(documents(home)) == {"pocket"}
    with observing(home, "real", *PIXEL) as daemon:
        await_change(home, daemon)
        eventually(lambda: is_done(home))
    found = documents(home)
    assert models_of(found) == {OTHER}
    assert sum(document.status == "scored" for document in found.values()) == 50
    assert switched(home) == [OTHER]


# ---- by a person ----------------------------------------------------------------------


def test_commands_change_the_model_and_go_back(tmp_path: Path) -> None:
    """`use`, `--dry-run`, `--cancel` and `back`, with a daemon; the settings say what is wished."""
    home = home_of_two(tmp_path)
    drop(home, range(12))
    with observing(home, "real", *PIXEL) as daemon:
        eventually(lambda: is_done(home))
        daemon.await_state("idle")
        (plan,) = json_lines(tasted(home, "models", "use", OTHER, "--dry-run", "--json").stdout)
        assert (plan["references"], plan["first"], plan["rest"]) == (12, 24, 0)
        assert plan["seconds_each"] > 0
        assert switch_of(home) is None
        used = tasted(home, "models", "use", OTHER)
        assert used.returncode == 0, used.stderr
        assert f"Changing the model to {OTHER}" in used.stdout
        assert f'model = "{OTHER}"' in home.config_file.read_text("utf-8")
        await_change(home, daemon)
        (listed,) = [
            row
            for row in json_lines(tasted(home, "models", "list", "--json").stdout)
            if row["configured"]
        ]
        assert listed["name"] == OTHER
        back = tasted(home, "models", "back")
        assert back.returncode == 0, back.stderr
        eventually(lambda: decides(home, "pocket"))
        eventually(lambda: in_state(home, SwitchState.DONE))
        assert models_of(documents(home)) == {"pocket"}
    assert switched(home) == [OTHER, "pocket"]


def test_a_change_that_is_stopped_leaves_the_old_model(tmp_path: Path) -> None:
    """Over HTTP too. Status says so, and what the settings ask for; asked again it goes on."""
    home = home_of_two(tmp_path)
    drop(home, range(8))
    hang = {VARIABLE: "switch.fitting:1:hang"}
    with observing(home, "real", *PIXEL, environment=hang) as daemon:
        eventually(lambda: is_done(home))
        with client_of(home) as client:
            refused = client.put("/api/model", json={"name": "https://evil.example/model"})
            assert refused.status_code == 422
            unknown = client.put("/api/model", json={"name": "owner/unheard-of"})
            assert (unknown.status_code, unknown.json()["type"]) == (
                404,
                "urn:tasted:unknown_model",
            )
            begun = client.put("/api/model", json={"name": OTHER}).json()
            assert (begun["name"], begun["wished"]) == ("pocket", OTHER)
            eventually(lambda: in_state(home, SwitchState.FITTING))
            assert client.get("/api/model").json()["change"]["state"] == "fitting"
            stopped = client.delete("/api/model")
            assert (stopped.status_code, stopped.json()["change"]["state"]) == (200, "cancelled")
            assert client.delete("/api/model").status_code == 409
        daemon.kill()
    with observing(home, "real", *PIXEL) as daemon:
        daemon.await_state("idle")
        assert decides(home, "pocket")
        said = tasted(home, "status").stdout
        assert f"The settings ask for {OTHER}, and pocket decides" in said
        assert tasted(home, "models", "use", "--cancel").returncode != 0
        tasted(home, "models", "use", OTHER)
        await_change(home, daemon)
