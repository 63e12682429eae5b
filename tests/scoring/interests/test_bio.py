"""What a bio says of interests: named in any form, negated, similar, or ruling a person out."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasted.scoring.interests.interests import (
    NO_INTERESTS,
    Interest,
    InterestEvidence,
    distinct_interests,
    named_interests,
    weigh_interests,
)
from tasted.scoring.interests.phrase_similarity import PhraseSimilarity
from tasted.scoring.interests.phrases import BACKGROUND_PHRASES, PHRASES_MAX, phrases
from tasted.scoring.interests.word_forms import are_same_word

HIKING = [Interest("hiking")]
SMOKING = [Interest("smoking", dealbreaker=True)]


@pytest.mark.parametrize(
    "bio",
    [
        "I love hiking",
        "Hikes every weekend",
        "passionate hiker",
        "#hiking",
        "not only hiking but also jazz",
        "not just hiking",
        "can't live without hiking",
        "I can\u2019t live without hiking",
        "no day without hiking",
        "never miss a hike",
        "never say no to a hike",
        "I will never stop hiking",
        "can't wait to go hiking",
        "don't mind hiking",
        "don't hate hiking",
        "no stranger to hiking",
        "not bad at hiking",
        "no better feeling than hiking",
        "nothing beats hiking",
        "why not go for a hike",
        "If you don't like hiking, swipe left",
        "swipe left if you don't hike",
        "If you hike, text me",
        "no smokers, hiking daily",
        "No drama. Hiking",
        "I don't smoke but love hiking",
        "I don't drink and I love hiking",
        "I don't eat meat, I hike",
        "I hate cities but hiking is life",
        "hates mornings, loves hiking",
        "My ex hated it, hiking is my thing",
        "Hiking, not clubbing",
        "hiking > clubbing",
        "no filter just hiking",
        "NOT INTO CLUBS. HIKING!",
        "not into clubs\nhiking",
        "hiking \U0001f3d4\ufe0f",
        "Dealbreakers: smoking\nhiking and tea",
    ],
)
def test_what_a_bio_says_counts(bio: str) -> None:
    """Inflected, and in spite of negative words that do not mean it."""
    (mention,) = weigh_interests(bio, HIKING).mentions
    assert (mention.interest, mention.how) == ("hiking", "named")
    assert mention.words.casefold().startswith("hik")


@pytest.mark.parametrize(
    "bio",
    [
        "not into hiking",
        "I'm not into hiking",
        "I don't like hiking",
        "I dont like hiking",
        "I don\u2019t like hiking",
        "no hiking",
        "hate hiking",
        "not a big fan of hiking",
        "never hike",
        "I never go hiking",
        "Hiking is not my thing",
        "hiking isn't for me",
        "hiking sucks",
        "Hiking: no",
        "Hiking? No thanks",
        "Hiking? Never!",
        "I don't like camping, hiking or running",
        "neither jazz nor hiking",
        "not really into camping or hiking",
        "I hate camping, hiking and tents",
        "Dislikes: camping, hiking, tents",
        "not interested in hiking",
        "can't stand hiking",
        "anything but hiking",
        "rather than hiking I sleep",
        "sick of hiking photos",
        "please no more hiking pics",
        "don't ask me to go hiking",
        "swipe left if you hike",
        "no hikers please",
        "NO HIKING",
    ],
)
def test_what_a_bio_negates_does_not_count(bio: str) -> None:
    """It is not held against anybody either: the interest is as if not mentioned."""
    evidence = weigh_interests(bio, HIKING)
    assert evidence.mentions == ()
    assert evidence == weigh_interests("tea", HIKING)


@pytest.mark.parametrize(
    "bio",
    [
        "smoker",
        "I smoke",
        "Smoking is my vice",
        "social smoker, hiking",
        "Smokes sometimes",
        "Smoking: sometimes",
        "I smoke but never drink",
        "can't live without smoking",
        "don't judge me, I smoke",
        "I'm not a morning person. I smoke.",
    ],
)
def test_a_dealbreaker_is_met(bio: str) -> None:
    """By a plain word for it."""
    evidence = weigh_interests(bio, [*HIKING, *SMOKING])
    assert [mention.interest for mention in evidence.dealbreakers] == ["smoking"]


@pytest.mark.parametrize(
    "bio",
    [
        "no smokers",
        "non-smoker",
        "nonsmoker",
        "smoke-free",
        "I don't smoke",
        "ex-smoker",
        "quit smoking",
        "gave up smoking",
        "never smoked",
        "Smoking: no",
        "Smoking? Nope",
        "smoking is a dealbreaker",
        "Dealbreakers: smoking, lying",
        "red flags: smoking",
        "no smokers or drinkers",
        "no smokers and drinkers",
        "no drinkers or smokers",
        "I neither smoke nor drink",
        "don't drink or smoke",
        "no drugs, no smoking",
        "don't like drama, smoking, games",
        "hate smokers",
        "allergic to smoke",
        "smokers need not apply",
        "Smokers swipe left",
        "swipe left if you smoke",
        "If you smoke we won't get along",
        "hiking",
        "smock",
    ],
)
def test_a_dealbreaker_is_not_met(bio: str) -> None:
    """Whatever leaves a doubt rules nobody out."""
    assert weigh_interests(bio, SMOKING).dealbreakers == ()


@pytest.mark.parametrize(
    "words",
    [
        "hike hikes hiking hiker hikers",
        "run running runner runs",
        "ski skiing skis skier",
        "party parties partying partied",
        "travel travelling traveling traveller travelers",
        "dance dancing dancer danced",
        "box boxing boxer boxes",
        "photography photographer",
        "dish dishes",
        "cookie cookies",
    ],
)
def test_forms_of_a_word(words: str) -> None:
    """Each stands for the first."""
    first, *others = words.split()
    assert all(are_same_word(first, other) for other in others)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("wine", "winning"),
        ("hop", "hoping"),
        ("flow", "flower"),
        ("poke", "poker"),
        ("bar", "baring"),
        ("art", "artist"),
        ("even", "evening"),
        ("tenni", "tennis"),
        ("tea", "team"),
        ("чай", "чаи"),
    ],
)
def test_other_words(one: str, other: str) -> None:
    """Letters in common are not enough."""
    assert not are_same_word(one, other)


def test_phrases_and_other_scripts() -> None:
    """Words of a phrase may be inflected each; without spaces an interest stands anywhere."""
    wanted = [Interest(name) for name in ("rock climbing", "trail running", "徒步", "C++", "café")]
    evidence = weigh_interests("Rock climbers; trail-runs. 周末喜欢徒步. C++! Cafe\u0301s", wanted)
    assert [mention.words for mention in evidence.mentions] == [
        "Rock climbers",
        "trail-runs",
        "徒步",
        "c++",
    ]


def test_the_column_is_a_standard_score() -> None:
    """By the stated formula: shares sum to it, more mentions are worth more, and it has an end."""
    wanted = [Interest(name) for name in ("tea", "jazz", "chess", "yoga", "running")]
    evidences = [
        weigh_interests(", ".join(["me", *(interest.name for interest in wanted[:count])]), wanted)
        for count in range(6)
    ]
    values = [evidence.column for evidence in evidences]
    assert values == sorted(values)
    assert values[0] == pytest.approx(-1 / math.sqrt(5 * 0.16 * 1.4))
    assert values[-1] == 3
    assert [evidence.score for evidence in evidences] == [0, 0.2, 0.4, 0.6, 0.8, 1]
    for evidence in evidences:
        assert math.fsum(share.share for share in evidence.shares) == pytest.approx(evidence.column)


@pytest.mark.parametrize("bio", [None, "", " \n "])
def test_without_a_bio_nothing_is_known(bio: str | None) -> None:
    """It is missing, which is not the same as saying nothing of interest."""
    assert weigh_interests(bio, [*HIKING, *SMOKING]) is NO_INTERESTS


def test_dealbreakers_alone_are_no_evidence() -> None:
    """They rule out, and are never wanted."""
    evidence = weigh_interests("I smoke", SMOKING)
    assert evidence.column is None
    assert (evidence.shares, evidence.score) == ((), None)
    assert weigh_interests("hiking", [*HIKING, *SMOKING]).score == 1


def _vectors(random: np.random.Generator, count: int, common: float) -> np.ndarray:
    """Return texts of one encoder: what all have in common, and little of their own."""
    rows = random.normal(size=(count, 64)) / 8
    rows[:, 0] += common
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


@pytest.mark.parametrize("common", [0.0, 1.5, 4.0])
def test_similar_stands_out_whatever_all_texts_have_in_common(common: float) -> None:
    """Only the phrase that means about the interest supports it, at any level of raw cosines."""
    random = np.random.default_rng(5)
    texts = _vectors(random, 6 + 8 + len(BACKGROUND_PHRASES), common)
    wanted, said, background = texts[:6], texts[6:14], texts[14:]
    near = said[2] + 1.2 * (wanted[0] - texts.mean(axis=0))
    said[2] = near / np.linalg.norm(near)
    names = ["hiking", *"abcde"]
    similarity = PhraseSimilarity.between(
        ["one", "two", "trail running", *"defgh"],
        names,
        phrase_vectors=said,
        interest_vectors=wanted,
        background_vectors=background,
    )
    evidence = weigh_interests(
        "trail running and more", [Interest(name) for name in names], similarity
    )
    (mention,) = evidence.mentions
    assert (mention.interest, mention.how, mention.words) == ("hiking", "similar", "trail running")
    assert evidence.shares[0].share > 0
    assert evidence.score == pytest.approx(0.5 / 6)


def test_a_phrase_that_is_near_to_everything_supports_nothing() -> None:
    """A high cosine must stand out for the interest, for the phrase, and among enough others."""
    waves = np.linspace(-0.05, 0.05, 40)[None, :]
    high, low = 0.9 + waves, 0.5 + waves

    def similar(interest: np.ndarray, phrase: np.ndarray) -> dict[str, str]:
        cosine = np.full((1, 1), 0.92)
        return PhraseSimilarity(("pine",), ("tree",), cosine, interest, phrase).similar()

    assert similar(low, low) == {"tree": "pine"}
    assert similar(low, high) == similar(high, low) == {}
    assert similar(low[:, :19], low[:, :19]) == {}


def test_named_comes_before_similar() -> None:
    """The plainer reason is given."""
    similarity = PhraseSimilarity(
        ("a hike",), ("hiking",), np.ones((1, 1)), np.zeros((1, 30)), np.zeros((1, 30))
    )
    assert similarity.similar() == {"hiking": "a hike"}
    assert weigh_interests("hiking", HIKING, similarity).mentions[0].how == "named"
    assert weigh_interests("no hiking", HIKING, similarity).mentions[0].how == "similar"


def test_cosines_that_do_not_fit_are_refused() -> None:
    """Instead of supporting the wrong interest."""
    with pytest.raises(ValueError, match="have shapes"):
        PhraseSimilarity(("a",), ("b", "c"), np.ones((1, 1)), np.zeros((1, 30)), np.zeros((1, 30)))
    with pytest.raises(ValueError, match="not finite"):
        PhraseSimilarity(
            ("a",), ("b",), np.full((1, 1), np.nan), np.zeros((1, 30)), np.zeros((1, 30))
        )


def test_phrases_of_a_bio() -> None:
    """Short, as written, without little words at the ends and without what is negated."""
    bio = (
        "I love Trail Running and my dog. Not into clubs, drugs or smoking! "
        "Never miss a sunset 🍷 Wine\nwine, 29, the long walks on that beach after dark "
        "with friends"
    )
    assert phrases(bio) == (
        "Trail Running",
        "dog",
        "Never miss a sunset",
        "Wine",
        "long walks on that beach after dark",
        "friends",
    )


@settings(deadline=None)
@given(bio=st.text(max_size=400), names=st.lists(st.text(max_size=20), max_size=6))
def test_any_text_is_taken(bio: str, names: list[str]) -> None:
    """No text makes it fail; what is met was asked for; what is negated was named."""
    wanted = [Interest(name, dealbreaker=index % 2 == 1) for index, name in enumerate(names)]
    evidence = weigh_interests(bio, wanted)
    assert {mention.interest for mention in evidence.mentions} <= set(distinct_interests(names))
    assert len(phrases(bio)) <= PHRASES_MAX
    assert all(0 < len(phrase) <= 80 for phrase in phrases(bio))
    assert isinstance(evidence, InterestEvidence)
    if bio.strip() and distinct_interests(names[::2]):
        assert math.isfinite(evidence.column)
        assert 0 <= (evidence.score or 0) <= 1


@given(st.lists(st.sampled_from(["tea", "jazz", "rock climbing", "徒步"]), unique=True, min_size=1))
def test_what_seed_names_is_named(names: list[str]) -> None:
    """A plain list of interests reads the same by both rules."""
    bio = ", ".join(names).upper()
    evidence = weigh_interests(bio, [Interest(name) for name in names])
    assert tuple(mention.interest for mention in evidence.mentions) == named_interests(bio, names)


@pytest.mark.parametrize(
    "filler",
    [
        "a ",
        " ",
        "a-",
        "\u0301",
        "ß",
        "a\u200d",
        "not ",
        "don't hate ",
        "hate, ",
        "no: ",
        "tea is not ",
        "if you don't ",
        "not a,",
        "徒步",
        "?no",
        "'",
        "ing",
        "or a,",
    ],
)
def test_long_bios_are_quick(filler: str) -> None:
    """Ten thousand characters of the worst kind end long before the time limit of a test."""
    bio = filler * (10_000 // len(filler))
    wanted = [Interest(name) for name in ["a a a b", "tea time", "a b", "徒步", "not a"] * 5]
    assert weigh_interests(bio, wanted).score is not None or not bio.strip()
    assert len(phrases(bio)) <= PHRASES_MAX
