"""Sentences of weighed scores: from what moved the score, strongest first, and never more."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from kit.tastes import drawn
from kit.weighings import TasteWeigher, drawn_weigher, personality
from tasted.records import Verdict
from tasted.scoring.interests.interests import Interest, InterestEvidence, weigh_interests
from tasted.scoring.interests.phrase_similarity import PhraseSimilarity
from tasted.scoring.taste.doubts import Doubt
from tasted.scoring.taste.fit import Taste, fit_taste
from tasted.scoring.traits.personality import PersonalityEvidence
from tasted.scoring.weighing.looks import NearPictures
from tasted.scoring.weighing.sentences import (
    CLOSE_COSINE,
    MOVED_MIN,
    ScoreReason,
    doubt_sentence,
    weighed_reasons,
    weighed_summary,
)
from tasted.scoring.weighing.weigher import Weighed

GOLDEN = Path(__file__).parents[2] / "golden" / "sentences.txt"
WANTED = [
    Interest("hiking"),
    Interest("NASA"),
    Interest("jazz"),
    Interest("smoking", dealbreaker=True),
]


def _near(corner: int, count: int, *, seed: int, spread: float = 0.5) -> NDArray[np.float32]:
    """Return pictures that lie about one corner, all sharing a mean."""
    random = np.random.default_rng(seed)
    rows = spread * random.normal(size=(count, 12)) / np.sqrt(12)
    rows[:, corner] += 1
    rows[:, 11] += 2
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


HISTORY = np.concatenate([_near(corner, 30, seed=corner) for corner in range(5)])
LIKED, REJECTED, OTHER = _near(0, 1, seed=90)[0], _near(1, 1, seed=91)[0], _near(3, 1, seed=92)[0]


def _weigher(likes: int, rejects: int, *, history: bool = True) -> TasteWeigher:
    """Return a weigher of references at two corners; every third has a bio and traits, too.

    Args:
        likes: at corner 0.
        rejects: at corner 1.
        history: whether pictures were seen that all lie about five corners.
    """
    vectors = np.concatenate([_near(0, likes, seed=50), _near(1, rejects, seed=51)])
    liked = np.arange(likes + rejects) < likes
    column_values = 0.5 * (2.0 * liked[:, None] - 1)
    column_values = column_values + 0.8 * np.random.default_rng(7).normal(size=(len(liked), 3))
    column_values[np.arange(len(column_values)) % 3 > 0] = np.nan
    taste = fit_taste(vectors, liked, history=HISTORY if history else None, columns=column_values)
    return TasteWeigher(taste, reference_columns=column_values)


def _against() -> TasteWeigher:
    """Return a weigher of references that all look alike; what is wished for, the likes lack."""
    liked = np.arange(40) % 2 == 0
    column_values = -1.5 * (2.0 * liked[:, None] - 1) * np.ones(3)
    taste = fit_taste(_near(0, 40, seed=50), liked, history=HISTORY, columns=column_values)
    return TasteWeigher(taste, reference_columns=column_values)


@dataclass(frozen=True)
class _Case:
    title: str
    weigher: TasteWeigher
    vector: NDArray[np.float32]
    traits: PersonalityEvidence | None = None
    bio: str | None = None
    similarity: PhraseSimilarity | None = None
    reference: int | None = None

    def sentences(self) -> tuple[tuple[str, ...], str]:
        said: InterestEvidence | None = weigh_interests(self.bio, WANTED, self.similarity)
        weighed = self.weigher.weigh(self.vector, self.traits, said, reference=self.reference)
        why = weighed_reasons(weighed)
        return tuple(reason.sentence for reason in why), weighed_summary(weighed, why)


# below 20 references no column is ever dropped
MANY, FEW, NONE = _weigher(10, 9), _weigher(2, 1), _weigher(0, 0)
AGAINST = _against()
TRAIL = PhraseSimilarity(
    ("trail running",),
    ("hiking", "NASA", "jazz"),
    np.array([[0.9], [0.1], [0.1]]),
    np.tile(np.linspace(-0.1, 0.1, 40), (3, 1)),
    np.linspace(-0.1, 0.1, 40)[None, :],
)
CASES = [
    _Case("near the likes", MANY, LIKED),
    _Case("near the likes, with an interest", MANY, LIKED, bio="hiking and tea"),
    _Case("near the rejects", MANY, REJECTED),
    _Case("near neither", MANY, OTHER),
    _Case("near the rejects, with interests", MANY, REJECTED, bio="Nasa, hikes"),
    _Case("a similar interest", MANY, LIKED, bio="trail running", similarity=TRAIL),
    _Case("no interest", MANY, LIKED, bio="tea"),
    _Case("a negated interest", MANY, LIKED, bio="not into hiking"),
    _Case("a trait in the picture", MANY, LIKED, personality({"kind": 2.0})),
    _Case("a trait in the bio", MANY, LIKED, personality({"kind": 0.1}, {"kind": 2.5})),
    _Case("a trait that is missing", MANY, LIKED, personality({"kind": -2.0})),
    _Case("a trait that hardly shows", MANY, LIKED, personality({"kind": 0.6})),
    _Case("a trait that likes lack", AGAINST, LIKED, personality({"kind": 2.0})),
    _Case("a trait that likes lack, missing", AGAINST, LIKED, personality({"kind": -2.0})),
    _Case("an interest that likes lack", AGAINST, LIKED, bio="NASA"),
    _Case("a dealbreaker", MANY, LIKED, bio="hiking, jazz and smoking"),
    _Case("a dealbreaker without labels", NONE, LIKED, bio="I smoke"),
    _Case("text alone", NONE, LIKED, personality({"kind": 2.0}), bio="NASA"),
    _Case("nothing at all", NONE, OTHER),
    _Case("few labels", FEW, LIKED),
    _Case("likes alone", _weigher(2, 0), LIKED),
    _Case("likes alone, without history", _weigher(6, 0, history=False), LIKED),
    _Case("not centred, near a like", _weigher(5, 4, history=False), LIKED),
    _Case("not centred, near a reject", _weigher(5, 4, history=False), REJECTED),
    _Case("a like itself", MANY, _near(0, 10, seed=50)[0], reference=0),
]


def test_golden(golden: Callable[[Path, str], None]) -> None:
    """All of them, for a person to read and judge."""
    blocks = []
    for case in CASES:
        why, line = case.sentences()
        blocks.append(
            "\n".join([f"# {case.title}", line, *(f"- {sentence}" for sentence in why), ""])
        )
    doubts = [
        doubt_sentence(Doubt(0, is_liked, 0.5, count))
        for is_liked in (False, True)
        for count in (14, 1, 0)
    ]
    blocks.append("\n".join(["# doubtful labels", *doubts, ""]))
    golden(GOLDEN, "\n".join(blocks))


@settings(max_examples=40, deadline=None)
@given(
    seed=st.integers(0, 2**31),
    count=st.integers(0, 40),
    z=st.floats(-3, 3),
    bio=st.none() | st.sampled_from(["hiking", "smoking", "no hiking", "Jazz, NASA", "tea"]),
    label=st.sampled_from([None, True, False]),
    with_history=st.booleans(),
    as_reference=st.booleans(),
)
def test_no_claim_without_evidence(
    seed: int,
    count: int,
    z: float,
    bio: str | None,
    label: bool | None,
    *,
    with_history: bool,
    as_reference: bool,
) -> None:
    """Each sentence has the part behind it that it stands for, and none is said twice."""
    weigher = drawn_weigher(count, seed=seed, with_history=with_history, label=label)
    reference = seed % count if as_reference and count else None
    weighed = weigher.weigh(
        drawn(1, seed=seed + 1).vectors[0],
        personality({"kind": z}),
        weigh_interests(bio, WANTED),
        reference=reference,
    )
    taste = weigher.taste
    reasons = weighed_reasons(weighed)
    assert reasons == weighed_reasons(weighed)
    why = tuple(reason.sentence for reason in reasons)
    assert len(set(why)) == len(why)
    _check_looks(weighed, taste, why)
    for sentence in why:
        if "kind" in sentence:
            assert abs(z) >= 1
            assert abs(weighed.traits[0].part) >= MOVED_MIN
        if sentence.endswith("in the bio"):
            assert bio is not None
        if "dealbreaker" in sentence:
            assert sentence == why[0]
            assert weighed.verdict is Verdict.NO_MATCH
    line = weighed_summary(weighed, reasons)
    assert line.endswith(".")
    assert "\n" not in line
    _check_direction(weighed, reasons, line)


def _check_direction(weighed: Weighed, reasons: tuple[ScoreReason, ...], line: str) -> None:
    if weighed.verdict is Verdict.UNSURE:
        return
    support, _, _against = line.partition(", although ")
    is_match = weighed.verdict is Verdict.MATCH
    if weighed.probability is not None and not weighed.dealbreakers:
        assert is_match == (weighed.probability >= 0.5)
    for reason in reasons:
        if (reason.part > 0) != is_match:
            assert reason.sentence.casefold() not in support.casefold()


def _check_looks(weighed: Weighed, taste: Taste, why: tuple[str, ...]) -> None:
    liked, rejected = weighed.looks.liked, weighed.looks.rejected
    likes = liked.parts[(liked.cosines >= CLOSE_COSINE) & (liked.parts > 0)]
    rejects = rejected.parts[(rejected.cosines >= CLOSE_COSINE) & (rejected.parts < 0)]
    for sentence in why:
        if sentence.startswith("Close to"):
            assert taste.mean.any()
            assert likes.sum() >= MOVED_MIN
        if sentence.startswith("Looks like"):
            assert taste.mean.any()
            assert rejects.sum() <= -MOVED_MIN
        if sentence.startswith("Closest"):
            assert not taste.mean.any()
        if sentence.startswith("Not close"):
            assert not len(likes)
            assert taste.liked.any()


def test_percentages_are_rounded_down_and_ranks_are_counted() -> None:
    """59.9 % shows as 59 %; 92.9 % of 210 rank lower than the 15th."""
    weighed = MANY.weigh(LIKED)
    assert weighed.verdict is Verdict.MATCH
    assert weighed_summary(replace(weighed, probability=0.599), ()) == "Match, 59 %."
    ranked = replace(
        weighed,
        verdict=Verdict.UNSURE,
        unsure_because="needs_labels",
        probability=None,
        percentile=0.929,
        history_count=210,
        next="Reject 4 to get verdicts",
    )
    assert weighed_summary(ranked, ()) == "Ranked 15th of 210. Reject 4 to get verdicts."
    best = replace(ranked, percentile=1.0)
    assert weighed_summary(best, ()).startswith("Ranked 1st of 210. ")
    assert weighed_summary(
        replace(ranked, percentile=None), [ScoreReason(1, "Hiking is in the bio")]
    ) == ("Unsure: too few labels for a verdict; hiking is in the bio.")


def test_a_summary_never_argues_against_its_verdict() -> None:
    """What speaks against it comes last, and says so, also where nothing else is to be said."""
    weighed = MANY.weigh(LIKED, None, weigh_interests("NASA", WANTED))
    reject, bio = (
        ScoreReason(-1, "Looks like one you rejected", "it"),
        ScoreReason(0.5, "NASA is in the bio"),
    )
    weighed = replace(weighed, probability=0.72)
    assert weighed_summary(weighed, [reject, bio]) == (
        "Match, 72 %: NASA is in the bio, although it looks like one you rejected."
    )
    assert weighed_summary(weighed, [reject]) == (
        "Match, 72 %, although it looks like one you rejected."
    )


def test_what_many_distant_likes_outweigh_is_told() -> None:
    """One reject is near, and all the likes together still say more."""
    liked = MANY.taste.liked
    parts, cosines = np.where(liked, 0.1, -0.01), np.where(liked, 0.2, -0.2)
    parts[-1], cosines[-1] = -0.3, 0.4
    weighed = MANY.weigh(LIKED)
    looks = replace(
        weighed.looks,
        part=float(parts.sum()),
        pictures=NearPictures(liked.astype(np.float64), cosines, parts),
        lead=float(cosines[liked].mean() - cosines[~liked].mean()),
    )
    weighed = replace(weighed, looks=looks)
    why = weighed_reasons(weighed)
    assert weighed_summary(replace(weighed, probability=0.6), why) == (
        "Match, 60 %: overall closer to your likes than to your rejects, "
        "although it looks like one you rejected."
    )
    # nothing is said of the whole where it points the same way
    darker = parts - 0.2
    pictures = replace(looks.pictures, parts=darker)
    looks = replace(looks, part=float(darker.sum()), pictures=pictures)
    same = weighed_reasons(replace(weighed, looks=looks))
    assert [reason.sentence for reason in same] == ["Looks like one you rejected"]


@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_the_strongest_comes_first(sign: float) -> None:
    """Whichever way it points."""
    weighed = MANY.weigh(LIKED, personality({"kind": sign * 3.0}), weigh_interests("NASA", WANTED))
    strengths = {
        "kind": abs(weighed.traits[0].part),
        "likes": float(weighed.looks.liked.parts.sum()),
        "NASA": abs(weighed.interests[1].part),
    }
    why = [reason.sentence for reason in weighed_reasons(weighed)]
    order = [next(name for name in strengths if name in sentence) for sentence in why]
    assert [strengths[name] for name in order] == sorted(
        (strengths[name] for name in order), reverse=True
    )
    assert len(order) == 3
