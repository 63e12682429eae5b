"""A taste is fitted when labels change, kept on disk, and scores by what it was fitted to."""

from pathlib import Path

import numpy as np
import pytest

from kit.learnt_homes import FACTS, PATHS, ROWS, SHOT, score
from kit.learnt_homes import LearntHome as Home
from kit.memories import content, random_units
from tasted.errors import LibraryUnusable
from tasted.judging.judged import NEIGHBOURS
from tasted.library.library import Embedded
from tasted.records import Label


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A home with 40 screenshots seen, 9 likes and 9 rejects."""
    return _taught(tmp_path)


def _taught(folder: Path, **options: int) -> Home:
    home = Home(folder, **options)
    home.see(40, seed=1)
    home.teach(PATHS, ROWS)
    return home


def test_new_screenshots_never_change_a_taste(home: Home) -> None:
    """Nor does a new engine: it finds the version of these labels on the disk."""
    judge = home.judge()
    judge.renew()
    first = score(judge)
    home.see(30, seed=3)
    assert not judge.is_outgrown
    judge.renew()
    assert score(judge) == first
    assert score(home.judge()) == first
    assert home.kept() == ["v1.taste"]


def test_the_judge_says_what_its_documents_say_to_do_next(home: Home) -> None:
    """Known without a screenshot; nothing once there are verdicts."""
    judge = home.judge()
    assert judge.next_step is None
    assert score(judge).next is None
    home.library.keep_only(PATHS[:4])
    judge.renew()
    assert judge.next_step == (
        "To get verdicts: 10 labels, at least 4 likes and 4 rejects. You have 2 likes and 2 rejects"
    )
    assert score(judge).next == judge.next_step


def test_a_taste_of_before_there_was_a_history_is_fitted_anew_once(tmp_path: Path) -> None:
    """At 30 screenshots, and never again."""
    home = Home(tmp_path)
    home.teach(PATHS, ROWS)
    home.see(29, seed=1)
    judge = home.judge()
    judge.renew()
    first = score(judge)
    assert first.ranked_among < 30
    assert not judge.is_outgrown
    home.see(1, seed=3)
    assert judge.is_outgrown
    assert score(judge) == first, "before it is published all sidecars would be stale"
    judge.renew()
    second = score(judge)
    assert (second.taste, second.ranked_among) == ("v2", 30)
    assert second.taste_fingerprint != first.taste_fingerprint
    home.see(30, seed=4)
    assert not judge.is_outgrown
    judge.renew()
    assert score(home.judge()) == second


def test_nothing_is_fitted_before_all_is_learnt(home: Home) -> None:
    """Each batch asks whether the taste is outgrown, and a fit is not what answers."""
    judge = home.judge()
    assert not judge.is_outgrown
    score(judge)
    assert home.kept() == [], "a version is made when it is published"
    judge.renew()
    home.teach([*PATHS, "liked/new.png"], np.concatenate([ROWS, random_units(1, seed=5)]))
    assert not judge.is_outgrown
    assert score(judge).taste == "v1", "what is not published would be stale at once"
    assert home.kept() == ["v1.taste"]
    judge.renew()
    assert score(judge).taste == "v2"


def test_a_first_label_counts_before_it_is_published(tmp_path: Path) -> None:
    """What is scored while it is learnt needs no second score then."""
    home = Home(tmp_path)
    home.see(40, seed=1)
    judge = home.judge()
    judge.renew()
    home.teach(PATHS, ROWS)
    first = score(judge)
    assert first.liked
    judge.renew()
    assert score(judge) == first
    assert home.kept() == ["v1.taste", "v2.taste"]


def test_a_version_that_cannot_be_read_is_fitted_anew(home: Home) -> None:
    """It scores as before, under a new name."""
    judge = home.judge()
    judge.renew()
    first = score(judge)
    (home.tastes / "v1.taste").write_bytes(b"no taste")
    second = score(home.judge())
    assert (first.taste, second.taste) == ("v1", "v2")
    assert second.confidence == first.confidence
    assert second.evidence == first.evidence


def test_neighbours_are_told_by_content_in_whatever_order_they_were_learnt(home: Home) -> None:
    """A rebuilt library learns in another order, and the version on the disk is still right."""
    judge = home.judge()
    judge.renew()
    before = score(judge)
    rebuilt = Home(home.tastes.parent / "rebuilt")
    rebuilt.see(40, seed=1)
    rebuilt.teach(PATHS[::-1], ROWS[::-1])
    home.tastes.rename(rebuilt.tastes)
    after = score(rebuilt.judge())
    assert after == before
    for label, near in ((Label.LIKED, after.liked), (Label.REJECTED, after.rejected)):
        assert len(near) == NEIGHBOURS
        assert {neighbour.reference.label for neighbour in near} == {label}
        similarities = [neighbour.similarity for neighbour in near]
        assert similarities == sorted(similarities, reverse=True)


def test_equally_near_references_are_told_in_their_order_and_none_twice(tmp_path: Path) -> None:
    """Nine likes that are all as near: the first five; and a picture is never its own neighbour."""
    home = Home(tmp_path)
    home.see(40, seed=1)
    alike = np.repeat(random_units(1, seed=6), 9, axis=0)
    likes = [f"liked/{index}.png" for index in range(9)]
    home.teach([*likes, *PATHS[1::2]], np.concatenate([alike, ROWS[1::2]]))
    judge = home.judge()
    assert [neighbour.reference.path for neighbour in score(judge).liked] == likes[:NEIGHBOURS]
    own = judge.judge(Embedded(alike[:1], FACTS), content("0.png"), None, timing_ms={})
    assert [neighbour.reference.path for neighbour in own.liked] == likes[1 : NEIGHBOURS + 1]


def test_likes_that_become_a_profile_are_another_taste(home: Home) -> None:
    """Moved into one folder they count as one person, though no picture and no label changed."""
    judge = home.judge()
    assert score(judge).taste == "v1"
    judge.renew()
    moved = [path.replace("liked/liked-", "liked/anna/liked-") for path in PATHS]
    home.teach(moved, ROWS)
    judge.renew()
    assert score(judge).taste == "v2"
    renamed = [path.replace("anna", "berta") for path in moved]
    home.teach(renamed, ROWS)
    judge.renew()
    assert score(judge).taste == "v2", "what the folder is called says nothing"


@pytest.mark.parametrize("what", ["table", "taste", "both"])
def test_what_is_searched_is_made_again_when_it_is_lost(tmp_path: Path, what: str) -> None:
    """The taste on the disk makes the table again; without both, the next try fits it again."""
    home = _taught(tmp_path, held_bytes=0)
    judge = home.judge()
    judge.renew()
    first = score(judge)
    if what != "taste":
        for file in home.tastes.parent.glob("library/neighbours_*/data/*"):
            file.unlink()
    if what != "table":
        (home.tastes / "v1.taste").unlink()
    if what == "both":
        with pytest.raises(LibraryUnusable, match="is not there any more"):
            score(judge)
        assert judge.is_outgrown, "another one is to be published"
    second = score(judge)
    assert (second.confidence, second.evidence) == (first.confidence, first.evidence)
    assert (second.liked, second.rejected) == (first.liked, first.rejected)
    assert judge.suspects() == ()


def test_many_pictures_in_a_row_are_scored_like_single_ones(tmp_path: Path) -> None:
    """By vectors that are read once: the same score, and the same neighbours to 1e-6."""
    judge = _taught(tmp_path, held_bytes=0).judge()
    single = score(judge)
    judge.prepare(64)
    many = score(judge)
    assert (many.confidence, many.verdict, many.summary) == (
        single.confidence,
        single.verdict,
        single.summary,
    )
    assert many.evidence == single.evidence
    for one, other in ((single.liked, many.liked), (single.rejected, many.rejected)):
        assert [near.reference for near in one] == [near.reference for near in other]
        for numbers in ("similarity", "contribution"):
            assert [getattr(near, numbers) for near in one] == pytest.approx(
                [getattr(near, numbers) for near in other], abs=1e-6
            )


def test_the_taste_of_one_scorer_takes_the_place_of_that_of_another(home: Home) -> None:
    """Both search one table, which holds what was asked for last."""
    judge = home.judge()
    first = score(judge)
    near = home.library.nearest(SHOT[0], Label.LIKED, limit=3, exclude=None)
    assert near[0].similarity == pytest.approx(float((ROWS[::2] @ SHOT[0]).max()), abs=1e-6)
    assert score(judge) == first
    assert home.library.nearest(SHOT[0], Label.LIKED, limit=3, exclude=None) == near
