"""Whether pictures are of one person, by what they say."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasted.inbox.people import PersonDetails as Person
from tasted.inbox.people import SeveralPeople, photo_id, several_people

SAYINGS = st.lists(
    st.builds(
        Person,
        st.none() | st.sampled_from(["Anna", "ANNA", "Anna Maria", "Anna K.", "Zoë", "Zoe", "…"]),
        st.none() | st.integers(18, 40),
    )
)


@pytest.mark.parametrize(
    ("said", "several"),
    [
        ([Person("Anna", 29), Person("anna", 29), Person(None, None)], None),
        ([Person("Zoë", 30), Person("ZOE", 31)], None),
        (
            [
                Person("Anna", None),
                Person("Anna Maria", 29),
                Person("Anna M.", None),
            ],
            None,
        ),
        ([Person("Anna Maria", 29), Person("Anna Katrin", 29)], SeveralPeople.NAMES),
        ([Person("Maya", 25), Person("Zoe", 25)], SeveralPeople.NAMES),
        ([Person("Anna", 29), Person(None, 32)], SeveralPeople.AGES),
        ([Person("Anna", 29), Person("Anna", 45)], SeveralPeople.AGES),
        ([Person("!", None), Person("Anna", None)], None),
        ([], None),
    ],
)
def test_names_and_ages_tell_people_apart(
    said: list[Person], several: SeveralPeople | None
) -> None:
    """A short form, accents, case and a birthday are one person's."""
    assert several_people(said) is several


def test_unlike_photos_tell_people_apart_while_all_of_them_are_there() -> None:
    """Another picture changes nothing; another text, or one photo less, asks anew."""
    photos = [Person(None, None, photo_id(letter * 64, None)) for letter in "abc"]
    unlike = {frozenset(photo_id(letter * 64, None) for letter in "ab")}
    assert several_people(photos) is None
    assert several_people(photos, unlike=unlike) is SeveralPeople.LOOKS
    assert several_people(photos[1:], unlike=unlike) is None
    other = Person(None, None, photo_id("a" * 64, "f" * 64))
    assert several_people([other, *photos[1:]], unlike=unlike) is None
    named = [Person("Maya", None), Person("Zoe", None)]
    assert several_people([*photos, *named], unlike=unlike) is SeveralPeople.NAMES


@given(SAYINGS, SAYINGS)
def test_another_picture_never_makes_one_person_of_several(
    said: list[Person], more: list[Person]
) -> None:
    """So a folder does not go back and forth while its pictures come in, in whatever order."""
    if several_people(said) is not None:
        assert several_people([*more, *said]) is not None
    assert (several_people(said) is None) == (several_people(said[::-1]) is None)
