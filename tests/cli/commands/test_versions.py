"""`tasted versions` in words: the list, what is held, and names that are none."""

from dataclasses import asdict, replace
from pathlib import Path

import pytest

from kit.commands import run
from kit.homes import pocket_home
from tasted.cli.commands.versions import chosen_words, comparison_lines
from tasted.home.layout import Home
from tasted.home.status import write_current
from tasted.home.taste_versions import (
    Estimate,
    Recipe,
    TimeInForce,
    VersionFigures,
    VersionLabels,
    VersionRow,
    write_version_row,
)
from tasted.records import Current

Captured = pytest.CaptureFixture[str]
NOW = "2026-11-30T14:10:00.000+00:00"
FIGURES = VersionFigures(150, Estimate(0.79, 0.72, 0.85), Estimate(0.171, 0.15, 0.19), 0.237)
ROW = VersionRow(
    number=3,
    recipe=Recipe("taste", "pocket", "e1", "f1", "2.4"),
    labels=VersionLabels("digest", 58, 92),
    fitted_to="all",
    reason="answers",
    figures=FIGURES,
    minted_at=NOW,
    in_force=(TimeInForce(NOW),),
)
FORMULA = replace(
    ROW,
    number=1,
    recipe=replace(ROW.recipe, method="seed"),
    figures=VersionFigures(0),
    in_force=(),
)
GONE = replace(ROW, number=2, in_force=(), kept="erased", note="A picture in it was forgotten.")
CURRENT = Current("pocket", "e1", "taste", "v3", "t1", "c1", "l1", 58, 92)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A home with three versions, of which the newest decides."""
    made = pocket_home(tmp_path / "home")
    made.tastes.mkdir()
    for row in (ROW, GONE, FORMULA):
        write_version_row(made.tastes, row)
    write_current(made.current_file, CURRENT)
    return made


def test_the_list_says_how_good_each_is_and_which_decides(home: Home, capsys: Captured) -> None:
    """With intervals, beside always saying the same; what is gone says why."""
    assert run(home, "versions") == 0
    said = capsys.readouterr()
    heading, newest, gone, formula = said.out.splitlines()
    assert "Likes above rejects" in heading
    assert newest.startswith("v3")
    assert "58 liked, 92 rejected" in newest
    assert "79 in 100 (72-85)" in newest
    assert "0.171 (0.237)" in newest
    assert newest.endswith("in force")
    assert gone.endswith("gone: A picture in it was forgotten.")
    assert "fixed formula" in formula
    assert "held" not in said.err


def test_a_held_version_and_a_choice_that_fails_are_told(home: Home, capsys: Captured) -> None:
    """Each with the command that ends it."""
    write_current(home.current_file, replace(CURRENT, is_held=True, waiting_answers=23))
    assert run(home, "versions") == 0
    said = capsys.readouterr()
    assert said.out.splitlines()[1].endswith("held")
    assert "v3 is held. 23 newer answers are kept and not used." in said.err
    assert "tasted versions follow" in said.err
    write_current(home.current_file, replace(CURRENT, set_aside="v2 is gone."))
    assert run(home, "versions") == 0
    assert "v2 is gone. The newest decides." in capsys.readouterr().err


def test_only_the_newest_are_listed_unless_all_are_wanted(home: Home, capsys: Captured) -> None:
    """A list of two hundred helps nobody."""
    for number in range(4, 40):
        write_version_row(home.tastes, replace(ROW, number=number, in_force=()))
    assert run(home, "versions") == 0
    said = capsys.readouterr()
    assert len(said.out.splitlines()) == 1 + 20
    assert "19 older versions: tasted versions --all" in said.err
    assert run(home, "versions", "--all") == 0
    assert len(capsys.readouterr().out.splitlines()) == 1 + 39


def test_before_the_first_version_there_is_something_to_do(
    tmp_path: Path, capsys: Captured
) -> None:
    """A new home has none."""
    assert run(pocket_home(tmp_path / "new"), "versions") == 0
    said = capsys.readouterr()
    assert said.out == ""
    assert "tasted run" in said.err


@pytest.mark.parametrize("name", ["3", "v0", "../v3", "newest", "v3.taste"])
def test_a_name_that_is_none_is_wrong_usage(home: Home, capsys: Captured, name: str) -> None:
    """No file is looked for under it."""
    assert run(home, "versions", "use", name) == 2
    assert "is not a version" in capsys.readouterr().err


def test_what_decides_now_is_said_with_the_way_back() -> None:
    """Held, the formula, or the newest although another was named."""
    answer = {"in_force": "v3", "before": "v9", "is_held": True, "scorer": "taste"}
    held = {**answer, "held": "v3 is held. Newer answers will be kept and not used."}
    assert chosen_words(held).startswith("v3 decides now (was v9). v3 is held.")
    formula = {**answer, "is_held": False, "scorer": "seed", "in_force": "v1"}
    assert "the fixed formula" in chosen_words(formula)
    newest = {**answer, "is_held": False, "in_force": "v13"}
    assert chosen_words(newest, wanted="v9").endswith("tasted versions use v9 --hold")
    assert "--hold" not in chosen_words(newest)


def test_a_comparison_counts_and_names_what_would_change() -> None:
    """A picture that is gone is told by the beginning of its id."""
    changed = [
        {"path": path, "content_id": "f" * 64, "verdict_a": "unsure", "verdict_b": "no_match"}
        for path in ("a.png", None)
    ]
    figures = asdict(FIGURES)
    answer = {"a": figures, "b": {**figures, "brier": None}, "changed": changed, "compared": 212}
    text = "\n".join(comparison_lines("v9", "v13", answer))
    assert "2 pictures of 212 would change verdict." in text
    assert "2  unsure to no match" in text
    assert "a.png: unsure to no match" in text
    assert "ffffffffffff: unsure to no match" in text
    assert "150 labels" in text
    assert "0.237" in text
