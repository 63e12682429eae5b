"""Rows of taste versions as files that anybody may have edited."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from tasted.home.taste_versions import (
    Estimate,
    Recipe,
    RecipeNames,
    TasteChoice,
    TimeInForce,
    VersionFigures,
    VersionLabels,
    VersionRow,
    held_sentence,
    is_published,
    read_choice,
    read_version_row,
    read_version_rows,
    version_number,
    write_choice,
    write_version_row,
)
from tasted.records import Current

ROW = VersionRow(
    number=3,
    recipe=Recipe("taste", "pocket", "e" * 64, "f1", "2.4"),
    labels=VersionLabels("digest", 58, 92, upto_seq=150),
    fitted_to="all of it",
    reason="answers",
    figures=VersionFigures(150, Estimate(0.79, 0.72, 0.85), Estimate(0.171, 0.15, 0.19), 0.237),
    minted_at="2026-11-30T14:10:00.000+00:00",
    parent=2,
    in_force=(
        TimeInForce("2026-11-30T14:10:00.000+00:00", "2026-11-30T15:10:00.000+00:00"),
        TimeInForce("2026-11-30T16:10:00.000+00:00"),
    ),
)
CURRENT = Current("pocket", "e1", "taste", "v9", "t1", "c1", "l1", 3, 4)


def test_rows_come_back_newest_first(tmp_path: Path) -> None:
    """Whatever else lies beside them."""
    assert read_version_rows(tmp_path / "none") == ()
    former = replace(ROW, number=2, in_force=(), parent=None)
    for row in (former, ROW):
        write_version_row(tmp_path, row)
    (tmp_path / "v3.taste").write_bytes(b"")
    (tmp_path / "last").write_bytes(b"7")
    assert read_version_rows(tmp_path) == (ROW, former)
    assert [row.is_in_force for row in read_version_rows(tmp_path)] == [True, False]


@pytest.mark.parametrize(
    "edit",
    [
        {"number": 4},
        {"minted_at": "yesterday"},
        {"in_force": [{"since": "0001-01-01T00:00:00+00:00"}]},
        {"figures": None},
        {"labels": 7},
        {"new_field_of_a_later_version": 1},
    ],
)
def test_a_row_that_was_edited_counts_as_absent(tmp_path: Path, edit: dict[str, object]) -> None:
    """Nothing is computed from what nobody wrote."""
    write_version_row(tmp_path, ROW)
    file = tmp_path / "v3.json"
    file.write_text(json.dumps({**json.loads(file.read_text("ascii")), **edit}), "ascii")
    assert read_version_row(tmp_path, 3) is None
    assert read_version_rows(tmp_path) == ()


def test_a_choice_is_kept_until_it_is_taken_back(tmp_path: Path) -> None:
    """A file of nonsense is no choice."""
    assert read_choice(tmp_path) is None
    assert is_published(tmp_path, CURRENT)
    write_choice(tmp_path, TasteChoice("hold", 9))
    assert read_choice(tmp_path) == TasteChoice("hold", 9)
    assert not is_published(tmp_path, CURRENT)
    assert is_published(tmp_path, replace(CURRENT, chosen="hold v9"))
    write_choice(tmp_path, TasteChoice("burn", 9))
    assert read_choice(tmp_path) is None
    write_choice(tmp_path, None)
    write_choice(tmp_path, None)
    assert list(tmp_path.iterdir()) == []


def test_names_are_numbers_or_nothing() -> None:
    """No name reaches a path that is not one of a version."""
    assert version_number("v12") == 12
    for name in ("12", "v0", "v", "v1.5", "../v1", "v1/../v2", "V1", "v1\n", "seed"):
        assert version_number(name) is None


def test_a_recipe_has_a_name_of_its_own() -> None:
    """Equal ones the same, in every home."""
    assert ROW.recipe.id == replace(ROW.recipe).id
    assert ROW.recipe.id != replace(ROW.recipe, features="f2").id
    assert len(ROW.recipe.id) == 9


def test_a_held_version_says_how_many_answers_wait() -> None:
    """On every surface in the same words."""
    assert held_sentence(None) is None
    assert held_sentence(CURRENT) is None
    held = replace(CURRENT, is_held=True)
    assert held_sentence(held) == "v9 is held. Newer answers will be kept and not used."
    assert held_sentence(replace(held, waiting_answers=1)) == (
        "v9 is held. 1 newer answer is kept and not used."
    )
    assert held_sentence(replace(held, waiting_answers=23)) == (
        "v9 is held. 23 newer answers are kept and not used."
    )


def test_a_version_names_its_recipe(tmp_path: Path) -> None:
    """Read once; what is no version, or is not there yet, has none."""
    names = RecipeNames(tmp_path)
    assert names.recipe_of(ROW.name) is None
    write_version_row(tmp_path, ROW)
    assert names.recipe_of(ROW.name) == ROW.recipe.id
    (tmp_path / f"{ROW.name}.json").unlink()
    assert names.recipe_of(ROW.name) == ROW.recipe.id
    assert names.recipe_of("../v3") is None
