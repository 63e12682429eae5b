"""The trials of a home, as files."""

import dataclasses
import json
import stat
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given

from kit.json_values import mangled_text, values
from kit.trials import counted, recipe, trial_row
from tasted.trials.rules import figures_of
from tasted.trials.trial_file import (
    DISMISSED,
    PROMOTED,
    WITHDRAWN,
    FoldFigures,
    next_number,
    read_trial,
    read_trials,
    running_trial,
    was_tried,
    write_trial,
)

REPLAYED = (counted(3, 0.4, 0.8, liked=True), counted(4, 0.4, 0.3, liked=False, is_drawn=True))
FULL = trial_row(
    folds=FoldFigures(labels=60, gain=0.02, t=1.9),
    replayed=REPLAYED,
    state=PROMOTED,
    decided_by="test",
    decided_at="2026-11-30T13:00:00+00:00",
    decided_seq=99,
    figures=figures_of((), REPLAYED),
    former_version="v9",
)


def test_a_row_is_read_as_it_was_written(tmp_path: Path) -> None:
    """With private modes."""
    folder = tmp_path / "trials"
    write_trial(folder, FULL)
    assert read_trial(folder, 1) == FULL
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE((folder / "0001.json").stat().st_mode) == 0o600


def test_a_home_without_trials_has_none(tmp_path: Path) -> None:
    """The folder comes with the first one."""
    folder = tmp_path / "trials"
    assert read_trials(folder) == ()
    assert running_trial(folder) is None
    assert next_number(folder) == 1


def test_a_folder_is_not_made_where_the_home_was(tmp_path: Path) -> None:
    """It may have been moved meanwhile."""
    with pytest.raises(FileNotFoundError):
        write_trial(tmp_path / "gone" / "trials", FULL)


def test_the_running_trial_is_the_one_in_which_two_predict(tmp_path: Path) -> None:
    """Also after a promotion, while the former recipe is watched."""
    folder = tmp_path / "trials"
    write_trial(folder, trial_row(state=DISMISSED))
    assert running_trial(folder) is None
    promoted = replace(FULL, number=2)
    write_trial(folder, promoted)
    assert running_trial(folder) == promoted
    assert [row.number for row in read_trials(folder)] == [1, 2]
    assert next_number(folder) == 3


def test_forgetting_takes_a_picture_out_of_what_was_replayed() -> None:
    """The figures that decided are numbers, and stay."""
    left = FULL.without({REPLAYED[0].content})
    assert left.replayed == REPLAYED[1:]
    assert left.figures == FULL.figures
    assert FULL.without({"f" * 64}) is FULL


def test_a_challenger_is_not_tried_twice_on_the_same_labels() -> None:
    """With other labels it may win."""
    rows = (FULL,)
    assert was_tried(rows, recipe("large"), "digest")
    assert not was_tried(rows, recipe("large"), "other")
    assert not was_tried(rows, recipe("huge"), "digest")


def test_a_trial_that_ended_before_any_answer_counted_has_tried_nothing() -> None:
    """One that was withdrawn later has: it is not begun again until its luck turns."""
    assert FULL.figures is not None
    figures = replace(FULL.figures, count=9, replayed=5)
    withdrawn = replace(FULL, state=WITHDRAWN, figures=figures)
    begun = replace(withdrawn, figures=replace(figures, count=5))
    assert was_tried((withdrawn,), recipe("large"), "digest")
    assert not was_tried((begun,), recipe("large"), "digest")
    assert not was_tried((replace(begun, figures=None),), recipe("large"), "digest")


@pytest.mark.parametrize(
    "change",
    [
        {"state": "winning"},
        {"decided_by": "dice"},
        {"number": 2},
        {"opened_at": "yesterday"},
        {"after_seq": -1},
        {"replayed": [{"seq": 1}]},
        {"unknown": 1},
        {"in_force": None},
    ],
    ids=str,
)
def test_a_file_that_others_wrote_is_no_trial(tmp_path: Path, change: dict[str, object]) -> None:
    """It is passed over."""
    write_trial(tmp_path, FULL)
    file = tmp_path / "0001.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | change))
    assert read_trials(tmp_path) == ()


@given(
    mangled_text([dataclasses.asdict(FULL)])
    | values().map(lambda value: json.dumps(value).encode())
)
def test_any_bytes_are_a_row_or_none(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    """Nothing in the folder breaks a reader, and what is read can be weighed."""
    folder = tmp_path_factory.mktemp("trials")
    (folder / "0001.json").write_bytes(data)
    for row in read_trials(folder):
        figures_of((), row.replayed)
        assert row.number == 1
