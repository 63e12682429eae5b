"""A person chooses which version decides: the newest, exactly one, or the formula."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from kit.learnt_homes import PATHS, ROWS, LearntHome, score, taught_home
from kit.memories import content, random_units
from tasted.home.taste_versions import ERASED, REFITTABLE, WHOLE, TasteChoice, write_choice
from tasted.judging.fit_record import FitRecord

NEW = random_units(1, seed=5)


@pytest.fixture
def home(tmp_path: Path) -> LearntHome:
    """A home with 40 screenshots seen, 9 likes and 9 rejects."""
    return taught_home(tmp_path)


def like(home: LearntHome, name: str = "new") -> None:
    """Learn one more like."""
    home.teach([*PATHS, f"liked/{name}.png"], np.concatenate([ROWS, NEW]))


def test_the_first_version_is_the_formula(home: LearntHome) -> None:
    """It can be used like any other, and is no fit."""
    judge = home.chosen()
    judge.renew()
    judge.note_in_force()
    assert (judge.scorer, judge.taste) == ("taste", "v2")
    newest, formula = home.versions().rows()
    assert (formula.name, formula.is_seed, formula.is_in_force) == ("v1", True, False)
    assert (newest.parent, newest.is_in_force, newest.reason) == (None, True, "answers")
    write_choice(home.tastes, TasteChoice("follow", 1))
    judge.renew()
    judge.note_in_force()
    judged = score(judge)
    assert (judge.scorer, judge.taste, judged.taste, judged.scorer) == ("seed", "v1", "v1", "seed")
    assert [row.is_in_force for row in home.versions().rows()] == [False, True]
    assert not judge.is_held, "it counts every answer"
    write_choice(home.tastes, None)
    judge.renew()
    assert judge.taste == "v2"


def test_the_settings_can_ask_for_the_formula(home: LearntHome) -> None:
    """Its version decides, and nothing is fitted."""
    judge = home.chosen(follows="seed")
    judge.renew()
    assert (judge.taste, home.kept()) == ("v1", [])


def test_a_held_version_scores_as_before_whatever_is_answered(home: LearntHome) -> None:
    """Newer answers are counted, and not used; sidecars say so, and do not become stale again."""
    judge = home.chosen()
    judge.renew()
    before = score(judge)
    write_choice(home.tastes, TasteChoice("hold", 2))
    judge.renew()
    held = score(judge)
    assert (held.confidence, held.evidence, held.taste) == (
        before.confidence,
        before.evidence,
        "v2",
    )
    assert "v2, which is held" in held.notes[-1]
    assert held.taste_fingerprint != before.taste_fingerprint, "the note is to be written"
    assert (judge.is_held, judge.waiting_answers) == (True, 0)
    like(home)
    judge.renew()
    assert judge.waiting_answers == 1
    assert score(judge) == held
    assert score(home.chosen()) == held, "in a new engine, too"
    home.library.keep_only(PATHS[1:])
    judge.renew()
    assert (judge.waiting_answers, judge.taste_fingerprint) == (1, held.taste_fingerprint)
    assert home.kept() == ["v2.taste"]
    write_choice(home.tastes, None)
    judge.renew()
    assert (judge.taste, judge.is_held) == ("v3", False)


def test_labels_that_are_taken_back_bring_back_their_version(home: LearntHome) -> None:
    """The same labels are never fitted twice."""
    judge = home.chosen()
    for _time in range(2):
        home.library.keep_only(PATHS)
        judge.renew()
        judge.note_in_force()
        assert judge.taste == "v2"
        like(home)
        judge.renew()
        judge.note_in_force()
        assert judge.taste == "v3"
    row = home.versions().row(3)
    assert row is not None
    assert [span.until is None for span in row.in_force] == [False, True]


def test_a_version_that_is_fitted_again_scores_as_the_whole_one(home: LearntHome) -> None:
    """To 1e-9, though labels have come and gone since."""
    judge = home.chosen()
    judge.renew()
    before = score(judge)
    demoted(home, 2)
    like(home)
    home.library.keep_only([*PATHS[4:], "liked/new.png"])
    write_choice(home.tastes, TasteChoice("hold", 2))
    judge = home.chosen()
    judge.renew()
    after = score(judge)
    assert (after.taste, judge.is_held) == ("v2", True)
    assert after.confidence == pytest.approx(before.confidence, abs=1e-9)
    assert before.evidence is not None
    assert after.evidence is not None
    assert after.evidence.log_odds == pytest.approx(before.evidence.log_odds, abs=1e-9)
    row = home.versions().row(2)
    assert row is not None
    assert row.kept == WHOLE, "while it is used"


def demoted(home: LearntHome, number: int) -> None:
    """Keep of a version only what it was fitted to."""
    versions = home.versions()
    version, row = versions.whole(number), versions.row(number)
    assert version is not None
    assert row is not None
    record = FitRecord.of(version)
    assert record is not None
    (home.tastes / f"v{number}.fit").write_bytes(record.to_bytes())
    (home.tastes / f"v{number}.taste").unlink()
    versions.write_row(replace(row, kept=REFITTABLE))


def test_old_labels_find_the_version_of_which_only_they_are_kept(home: LearntHome) -> None:
    """It is fitted again under its name."""
    judge = home.chosen()
    judge.renew()
    before = score(judge)
    demoted(home, 2)
    judge = home.chosen()
    judge.renew()
    assert judge.taste == "v2"
    assert score(judge).confidence == pytest.approx(before.confidence, abs=1e-9)


def test_a_version_with_a_forgotten_picture_is_refused_and_the_newest_decides(
    home: LearntHome,
) -> None:
    """It says why; whoever only compared with the picture is fitted again without it."""
    judge = home.chosen()
    judge.renew()
    write_choice(home.tastes, TasteChoice("hold", 2))
    judge.renew()
    home.versions().erase([content("liked-0.png")])
    home.library.keep_only(PATHS[1:])
    judge = home.chosen()
    judge.renew()
    assert not judge.is_held
    assert judge.set_aside == "v2 is gone. A picture in it was forgotten."
    assert judge.taste == "v3"
    rows = {row.number: row for row in home.versions().rows()}
    assert (rows[2].kept, rows[3].reason) == (ERASED, "forget")
    home.versions().erase([content("1 7")])
    write_choice(home.tastes, TasteChoice("hold", 3))
    judge = home.chosen()
    judge.renew()
    assert (judge.is_held, judge.taste) == (True, "v3")
    whole = home.versions().whole(3)
    assert whole is not None
    assert content("1 7") not in whole.history


def test_a_version_of_other_settings_is_refused(home: LearntHome) -> None:
    """Its traits could not be measured any more; with the former settings it can be used again."""
    judge = home.chosen()
    judge.renew()
    write_choice(home.tastes, TasteChoice("hold", 2))
    other = home.chosen(reading="another reader")
    other.renew()
    assert (other.is_held, other.taste) == (False, "v3")
    assert other.set_aside is not None
    assert "than the settings of now" in other.set_aside
    row = home.versions().row(3)
    assert row is not None
    assert row.reason == "settings"
    again = home.chosen()
    again.renew()
    assert (again.is_held, again.taste) == (True, "v2")


def test_a_choice_of_nothing_that_exists_is_set_aside(home: LearntHome) -> None:
    """Edited by hand, for instance."""
    judge = home.chosen()
    judge.renew()
    write_choice(home.tastes, TasteChoice("hold", 7))
    judge.renew()
    assert judge.set_aside == "v7 is not there."
    assert judge.taste == "v2"


def test_a_version_of_an_older_tasted_gets_a_row(home: LearntHome) -> None:
    """And its sidecars stay as they are."""
    old = home.judge()
    old.renew()
    before = score(old)
    (home.tastes / "v1.json").unlink()
    judge = home.chosen()
    judge.renew()
    judge.note_in_force()
    assert score(judge) == before
    rows = {row.number: row for row in home.versions().rows()}
    assert rows[1].is_in_force
    assert rows[1].figures.auc is not None
    assert rows[2].is_seed


def test_a_held_version_knows_nothing_of_a_newer_label(home: LearntHome) -> None:
    """The picture is scored as any other, and is not its own neighbour."""
    judge = home.chosen()
    judge.renew()
    write_choice(home.tastes, TasteChoice("hold", 2))
    like(home)
    judge.renew()
    judged = score(judge, "new.png")
    assert judged.judgement == "liked"
    assert content("new.png") not in {near.reference.content_id for near in judged.liked}
