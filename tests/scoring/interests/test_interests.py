"""Interests are found in bios as whole words, in any case and script."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasted.scoring.interests.interests import distinct_interests, named_interests


@pytest.mark.parametrize(
    ("bio", "interest"),
    [
        ("Hiking, always.", "hiking"),
        ("i love HIKING!", "Hiking"),
        ("#hiking #tea", "hiking"),
        ("hiking🏔️", "hiking"),
        ("Rock  climbing on Sundays", "rock climbing"),
        ("rock-climbing", "Rock Climbing"),
        ("rock\nclimbing", "rock climbing"),
        ("I write C++ and read", "C++"),
        ("my cafe\u0301", "Caf\u00e9"),
        ("STRASSE", "straße"),
        ("ﬁshing", "fishing"),
        ("ΟΔΟΣ", "οδος"),
        ("周末喜欢徒步和咖啡", "徒步"),
        ("등산을 좋아해요", "등산"),
        ("ชอบปีนเขามาก", "ปีนเขา"),
        ("мне нравится Чай.", "чай"),
        ("xa a a", "a a"),
        ("chess (blitz)", "chess (blitz)"),
        ("I ❤️ 🏔️ trips", "🏔️"),
    ],
)
def test_named(bio: str, interest: str) -> None:
    """The bio names the interest, and it comes back as the user wrote it."""
    assert named_interests(bio, [interest]) == (interest,)


@pytest.mark.parametrize(
    ("bio", "interest"),
    [
        ("party", "art"),
        ("artist", "art"),
        ("hiking_boots", "hiking"),
        ("climbing a rock", "rock climbing"),
        ("caf\u00e9s", "caf\u00e9"),
        ("cafe\u0301", "cafe"),
        ("योगा", "योग"),
        ("teach", "tea"),
        ("", "tea"),
        ("a.b", "a+b"),
        ("aXb", "a.b"),
        ("- - -", "-"),
    ],
)
def test_not_named(bio: str, interest: str) -> None:
    """Parts of words are other words, and nothing in an interest is a pattern."""
    assert named_interests(bio, [interest]) == ()


def test_order_and_repetition() -> None:
    """The user's order, each interest once, blank ones not at all."""
    wanted = ["tea", " Hiking ", "hiking", "", "--", "jazz"]
    assert distinct_interests(wanted) == ("tea", "Hiking", "jazz")
    assert named_interests("jazz, hiking", wanted) == ("Hiking", "jazz")


@given(st.text(max_size=300), st.lists(st.text(max_size=20), max_size=8))
def test_any_text_is_taken(bio: str, interests: list[str]) -> None:
    """No text makes it fail, and what is named was wanted."""
    named = named_interests(bio, interests)
    assert set(named) <= set(distinct_interests(interests))


@given(st.lists(st.sampled_from(["tea", "jazz", "rock climbing", "徒步"]), unique=True))
def test_a_bio_made_of_interests_names_them(interests: list[str]) -> None:
    """Whatever stands between commas is found."""
    assert named_interests(", ".join(interests).upper(), interests) == tuple(interests)


@pytest.mark.parametrize("filler", ["a ", " ", "a-", "\u0301", "tea", "\u00df", "a\u200d"])
def test_long_bios_are_read_to_their_end(filler: str) -> None:
    """Ten thousand characters of the worst kind hide no word; `make bench` times them."""
    bio = filler * (10_000 // len(filler)) + ", jazz"
    assert "jazz" in named_interests(bio, [*["a a a b", "tea time", "a b"] * 5, "jazz"])
