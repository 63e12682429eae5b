"""What is said of a change of the model, in every state."""

from dataclasses import replace

import pytest

from tasted.home.switch_file import ModelSwitch, Switches, SwitchProof, SwitchReason, SwitchState
from tasted.home.switch_words import about, change_body, former_sentence, remedy, sentence

SWITCH = ModelSwitch(
    "id", "clip", "pocket", "embedding", "2026-11-30T08:00:00Z", done=62, total=340,
    seconds_each=0.5,
)  # fmt: skip
BEGINNING = "Changing the model to clip: "
END = ". pocket decides until then."


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"state": "checking"}, f"{BEGINNING}its files are checked{END}"),
        ({"state": "fetching", "total": 0}, f"{BEGINNING}its files are not here yet{END}"),
        (
            {"state": "fetching", "done": 2_000_000, "total": 600_000_000},
            f"{BEGINNING}2.0 MB of 600 MB downloaded{END}",
        ),
        ({}, f"{BEGINNING}62 of 340 pictures, about 2 minutes left{END}"),
        ({"seconds_each": None}, f"{BEGINNING}62 of 340 pictures{END}"),
        ({"state": "proving"}, f"{BEGINNING}it learns from your likes and rejects{END}"),
        ({"state": "switching"}, f"{BEGINNING}it takes over{END}"),
        ({"state": "done"}, None),
        ({"state": "rescoring"}, None),
    ],
)
def test_each_state_is_told(fields: dict[str, object], said: str | None) -> None:
    """In a sentence that says what decides meanwhile."""
    switches = Switches(replace(SWITCH, **fields))  # type: ignore[arg-type]
    assert sentence(switches, None, wished="clip") == said


def test_one_that_asks_says_why_and_what_to_do() -> None:
    """With the figures of both."""
    proof = SwitchProof(180, 0.741, 0.793, -0.01, -2.0)
    switches = Switches(replace(SWITCH, state=SwitchState.ASKING, proof=proof))
    said = sentence(switches, None, wished="clip")
    assert said is not None
    assert "on your 180 answers it puts a like first in 74 of 100 pairs, against 79" in said
    assert said.endswith("pocket decides until you say so.")
    assert remedy(switches, wished="clip") == (
        "To use it all the same: tasted models use clip --force. To keep the model of now: tasted "
        "models use --cancel"
    )


def test_one_that_was_cancelled_says_both_ways_on() -> None:
    """To try it again, or to have the settings name the model that decides."""
    stopped = replace(
        SWITCH, state=SwitchState.CANCELLED, former="mine", former_setting="/my models/1"
    )
    assert remedy(Switches(stopped), wished="clip") == (
        "To try again: tasted models use clip. To stay with mine: tasted models use '/my models/1'"
    )
    # the settings name it: nothing is left to do
    assert remedy(Switches(stopped), wished="/my models/1") is None


def test_one_that_waits_says_for_what() -> None:
    """And that it goes on by itself."""
    reason = SwitchReason("disk_full", "Only 3 MB are free.", "Free some space.")
    switches = Switches(replace(SWITCH, reason=reason))
    said = sentence(switches, None, wished="clip")
    assert said is not None
    assert "It waits: only 3 MB are free." in said
    assert (
        remedy(switches, wished="clip") == "Free some space. To stop it: tasted models use --cancel"
    )


@pytest.mark.parametrize(
    ("others", "said"),
    [
        (0, None),
        (1, "1 older one is still scored by the former model."),
        (1_240, "1,240 older ones are still scored by the former model."),
    ],
)
def test_what_the_former_model_scored_is_counted(others: int, said: str | None) -> None:
    """Until all of it is scored again."""
    assert former_sentence(others) == said
    switches = Switches(replace(SWITCH, state=SwitchState.RESCORING))
    assert sentence(switches, None, wished="clip", others=others) == said


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0.2, "1 second"), (30, "30 seconds"), (240, "4 minutes"), (20_000, "6 hours")],
)
def test_spans_are_about(seconds: float, words: str) -> None:
    """Nobody wants them to the second."""
    assert about(seconds) == f"about {words}"


def test_a_home_without_a_change_has_nothing_to_tell() -> None:
    """Only what decides."""
    body = change_body(Switches(), None, wished="pocket")
    assert body == {
        "in_force": "pocket",
        "wished": "pocket",
        "change": None,
        "sentence": None,
        "remedy": None,
        "former_results": 0,
        "back_to": None,
    }
