"""Reasons and summaries: plain sentences, strongest first, never without evidence."""

import re

from hypothesis import given
from hypothesis import strategies as st

from kit.evidences import evidence, neighbours
from tasted.records import Label
from tasted.scoring.seed.evidence import SeedEvidence
from tasted.scoring.seed.formula import score_seed
from tasted.scoring.seed.sentences import reasons, summary


def _sentences(known: SeedEvidence) -> tuple[tuple[str, ...], str]:
    score = score_seed(known)
    why = reasons(score, known)
    return why, summary(score, why)


def test_a_match_with_an_interest() -> None:
    """The sentence that the design page shows."""
    known = evidence(
        best=0.88,
        reference=0.8,
        near_liked=neighbours(Label.LIKED, 0.88, 0.86, 0.84, 0.83, 0.7),
        bio="hiking and tea",
        interests=("hiking",),
    )
    why, line = _sentences(known)
    assert why == ("Close to 3 of your likes (0.88, 0.86, 0.84)", "Hiking is in the bio")
    assert line == "Match, 76 %: close to 3 of your likes; hiking is in the bio."


def test_only_neighbours_near_the_best_are_named() -> None:
    """What is 0.05 behind the nearest is no reason beside it."""
    why, _line = _sentences(evidence(near_liked=neighbours(Label.LIKED, 0.9, 0.8)))
    assert why == ("Close to one of your likes (0.90)",)


def test_far_likes_are_not_called_close() -> None:
    """Below the formula's own line the nearest like is named as far."""
    why, line = _sentences(
        evidence(best=0.41, reference=0.2, near_liked=neighbours(Label.LIKED, 0.41, 0.4))
    )
    assert why == ("Not close to any of your likes (0.41)",)
    assert line == "No match, 40 %: not close to any of your likes."


def test_near_rejects_come_first_when_nearer() -> None:
    """The stronger sentence leads, whichever way it points."""
    known = evidence(
        best=0.7,
        reference=0.6,
        rejected=0.7,
        near_liked=neighbours(Label.LIKED, 0.7),
        near_rejected=neighbours(Label.REJECTED, 0.83, 0.80),
    )
    why, line = _sentences(known)
    assert why == ("Looks like 2 you rejected (0.83, 0.80)", "Close to one of your likes (0.70)")
    assert line.startswith("No match, ")


def test_rejects_behind_the_likes_are_left_out() -> None:
    """A reject that is farther away and took nothing off is no reason."""
    known = evidence(
        reference=0.8,
        near_liked=neighbours(Label.LIKED, 0.9),
        near_rejected=neighbours(Label.REJECTED, 0.7),
    )
    assert _sentences(known)[0] == ("Close to one of your likes (0.90)",)


def test_liked_feedback_is_named_when_it_pulled() -> None:
    """It speaks of the mean, and only above the line."""
    why, _line = _sentences(
        evidence(reference=0.8, feedback=0.7, near_liked=neighbours(Label.LIKED, 0.9))
    )
    assert why[-1] == "Close to the screenshots you liked before (mean 0.70)"


def test_interests_keep_their_spelling() -> None:
    """Inside a sentence too: NASA stays NASA, hiking gets its capital only in front."""
    known = evidence(bio="nasa, hiking, tea", interests=("NASA", "hiking", "tea"), best=0.5)
    why, line = _sentences(known)
    assert why == ("NASA, hiking and tea are in the bio",)
    assert line.endswith(": NASA, hiking and tea are in the bio.")


def test_a_bio_without_interests_says_so() -> None:
    """Only where there is a bio and something to look for."""
    known = evidence(bio="hello", interests=("hiking",))
    assert _sentences(known)[0] == ("The bio mentions none of your interests",)
    assert _sentences(evidence(bio=None, interests=("hiking",)))[0] == ()
    assert _sentences(evidence(bio="hello"))[0] == ()


def test_no_likes_says_what_to_do() -> None:
    """The first step leads, and what is known besides follows."""
    known = evidence(
        best=None,
        near_rejected=neighbours(Label.REJECTED, 0.9),
        bio="hiking",
        interests=("hiking",),
    )
    why, line = _sentences(known)
    assert why[0] == "No likes yet. Put pictures you like into inbox/liked"
    assert line == (
        "Unsure: no likes yet. Put pictures you like into inbox/liked; "
        "looks like one you rejected; hiking is in the bio."
    )


def test_a_strong_match_is_called_one() -> None:
    """Without reasons a summary is the verdict alone."""
    known = evidence(best=1.0, reference=1.0, bio="tea", interests=("tea",))
    score = score_seed(known, strong_match_threshold=0.8)
    assert summary(score, ()) == "Strong match, 85 %."


def test_a_score_below_the_threshold_never_shows_it() -> None:
    """59.9 % is shown as 59 %: `No match, 60 %` would look like a mistake."""
    known = evidence(best=0.665, reference=0.665)
    assert summary(score_seed(known), ()) == "No match, 59 %."


@given(
    liked=st.lists(st.floats(-1, 1), max_size=5),
    rejected=st.lists(st.floats(-1, 1), max_size=5),
    feedback=st.none() | st.floats(-1, 1),
    bio=st.none() | st.text(max_size=60),
    interests=st.lists(st.text(max_size=12), max_size=4).map(tuple),
)
def test_sentences_follow_from_evidence(
    liked: list[float],
    rejected: list[float],
    feedback: float | None,
    bio: str | None,
    interests: tuple[str, ...],
) -> None:
    """Nothing is said twice or without evidence, and the same evidence says the same."""
    known = evidence(
        best=max(liked, default=None),
        feedback=feedback if liked else None,
        near_liked=neighbours(Label.LIKED, *sorted(liked, reverse=True)),
        near_rejected=neighbours(Label.REJECTED, *sorted(rejected, reverse=True)),
        bio=bio,
        interests=interests,
    )
    why, line = _sentences(known)
    assert (why, line) == _sentences(known)
    assert len(set(why)) == len(why)
    assert line.endswith(".")
    for sentence in why:
        if sentence.startswith("Looks like"):
            assert max(rejected) >= 0.65
        if re.match(r"(Close|Not close) to .* your likes", sentence):
            assert liked
        if sentence.startswith("No likes"):
            assert not liked
