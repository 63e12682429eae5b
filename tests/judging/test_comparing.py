"""Two versions on the same pictures and answers, without touching what decides."""

from pathlib import Path

import numpy as np
import pytest

from kit.learnt_homes import PATHS, ROWS, LearntHome, score, taught_home
from kit.memories import content, random_units
from kit.weighings import ReferenceScan
from tasted.judging.comparing import MemorySearch
from tasted.library.library import Embedded
from tasted.records import PictureFacts

SEEN = [content(f"1 {number}") for number in range(40)]
NEW = random_units(3, seed=5)
NEW_PATHS = [f"rejected/new-{number}.png" for number in range(3)]


@pytest.fixture
def home(tmp_path: Path) -> LearntHome:
    """A home with 40 screenshots and 18 labels, and three more rejects in its second fit."""
    home = taught_home(tmp_path)
    judge = home.chosen()
    judge.renew()
    home.teach([*PATHS, *NEW_PATHS], np.concatenate([ROWS, NEW]))
    judge.renew()
    return home


def test_a_comparison_says_what_each_version_would_score(home: LearntHome) -> None:
    """The very probabilities and verdicts that sidecars of each have; what decides stays."""
    judge = home.chosen()
    judge.renew()
    before = score(judge)
    compared = judge.compare(2, 3, [*SEEN, content("liked-0.png"), content("never seen")])
    assert compared is not None
    assert compared.opinions.keys() == set(SEEN), "labelled and unknown ones are left out"
    assert score(judge) == before
    assert judge.taste == "v3"
    for name in SEEN[:5]:
        views = home.library.cached([name])[name].views
        judged = judge.judge(Embedded(views, PictureFacts(9, 9, "PNG")), name, None, timing_ms={})
        opinion = compared.opinions[name][1]
        assert opinion.probability == pytest.approx(judged.confidence, abs=1e-6)
        assert opinion.verdict is judged.verdict


def test_both_are_measured_on_the_same_answers(home: LearntHome) -> None:
    """The newer one leaves out each label; the older one foretells those that it does not know."""
    judge = home.chosen()
    judge.renew()
    compared = judge.compare(2, 3, ())
    assert compared is not None
    older, newer = compared.figures
    assert older.answers == newer.answers == 21
    assert older.base_brier == newer.base_brier
    row = home.versions().row(3)
    assert row is not None
    assert newer.auc is not None
    assert row.figures.auc is not None
    assert newer.auc.value == pytest.approx(row.figures.auc.value, abs=1e-6)
    assert judge.compare(3, 3, SEEN) is not None
    same = judge.compare(3, 3, SEEN)
    assert same is not None
    assert all(one == other for one, other in same.opinions.values())


def test_the_formula_can_be_compared(home: LearntHome) -> None:
    """Its confidence is no probability, but it orders pictures."""
    judge = home.chosen()
    judge.renew()
    compared = judge.compare(1, 3, SEEN)
    assert compared is not None
    assert compared.figures[0].answers == 21
    assert len(compared.opinions) == 40
    assert judge.compare(1, 99, SEEN) is None


def test_a_search_in_memory_finds_what_a_scan_finds(home: LearntHome) -> None:
    """In the same order, and without the reference itself."""
    version = home.versions().whole(3)
    assert version is not None
    search = MemorySearch(version)
    scan = ReferenceScan(version.taste.references, version.taste.liked)
    item = random_units(1, seed=8)[0].astype(np.float64)
    for liked in (True, False):
        for without in (None, 0, 1):
            found, expected = (
                each.near(item, liked=liked, without=without) for each in (search, scan)
            )
            assert found[0].tolist() == expected[0].tolist()
            assert found[1] == pytest.approx(expected[1])
    assert search.vectors([2, 0]).tolist() == scan.vectors([2, 0]).tolist()
