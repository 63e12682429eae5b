"""Which folders are profiles, and which references are one label."""

from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.inbox_files import inbox_file
from kit.profile_looks import BIO, Look, listed, many
from tasted.inbox.profiles import (
    PHOTOS_MAX,
    NotAProfile,
    details_in_sidecars,
    folder_of,
    folders_of,
    is_text_of_folder,
    label_folders_apart,
    label_groups,
)


def test_what_is_a_profile() -> None:
    """Two to twelve pictures in a folder at the top; larger and deeper ones are told of."""
    found = folders_of(
        listed(
            [
                *many("", 4),
                *many("one/", 1),
                *many("two/", 2),
                *many("twelve/", PHOTOS_MAX),
                *many("big/", PHOTOS_MAX + 1),
                *many("two/deep/", 3),
                *many("lone/deep/", 1),
                *many("liked/", 20),
                *many("Rejected/anna/", 3),
                *many("liked/big/", 13),
            ]
        )
    )
    assert list(found.profiles) == ["twelve/", "two/"]
    assert [photo.path for photo in found.profiles["two/"].photos] == many("two/", 2)
    assert found.plain == {
        "big/": NotAProfile.TOO_LARGE,
        "liked/big/": NotAProfile.TOO_LARGE,
        "two/deep/": NotAProfile.NESTED,
    }


@pytest.mark.parametrize(
    ("path", "is_text"),
    [
        ("anna/bio.txt", True),
        ("anna/BIO.TXT", True),
        ("liked/anna/bio.txt", True),
        ("bio.txt", False),
        ("liked/bio.txt", False),
        ("anna/may/bio.txt", False),
        ("anna/1.txt", False),
    ],
)
def test_which_text_belongs_to_a_folder(path: str, is_text: bool) -> None:
    """`bio.txt`, where a profile may be."""
    assert is_text_of_folder(path) == is_text


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["", "anna/", "liked/", "Liked/", "liked/anna/", "rejected/x/y/"]),
            st.integers(0, 20),
        ).map(lambda pair: f"{pair[0]}{pair[1]}.png"),
        unique=True,
    )
)
def test_references_are_grouped_by_the_folder_that_is_one_label(paths: list[str]) -> None:
    """Every path is there; a group has 2 to 12 members, all of one folder below a label folder."""
    groups = label_groups({path: path for path in paths})
    assert set(groups) == set(paths)
    sizes = Counter(group for group in groups.values() if group is not None)
    for path, group in groups.items():
        together = sum(folder_of(other) == folder_of(path) for other in paths)
        is_one = folder_of(path) == "liked/anna/" and 2 <= together <= PHOTOS_MAX
        assert group == ("liked/anna/" if is_one else None)
    assert all(2 <= size <= PHOTOS_MAX for size in sizes.values())


def test_a_folder_of_several_people_is_no_profile() -> None:
    """Its document goes; a text of the folder speaks for one person, a mark against it."""
    look = Look()
    look.documented("anna/")
    look.documented("bea/")
    look.ledger["anna/00.png"] = replace(look.ledger["anna/00.png"], name="Maya", age=25)
    assert look().outdated == ()
    look.ledger["anna/02.png"] = replace(look.ledger["anna/02.png"], name="Zoe")
    looked = look()
    assert (looked.outdated, looked.tasks, looked.waiting) == (("anna/",), (), 0)
    assert folders_of(look.files, details_of=details_in_sidecars(look.ledger)).plain == {
        "anna/": NotAProfile.NAMES
    }
    assert look(texts={"anna/": BIO}).outdated == ()
    assert look(texts={"anna/": BIO}, marked={"anna/", "bea/"}).outdated == ("anna/", "bea/")
    # while one of them is read anew, its sidecar speaks on
    look.files["anna/02.png"] = inbox_file("anna/02.png", 77)
    assert look().outdated == ("anna/",)


def test_the_same_rule_holds_for_the_label_folders() -> None:
    """Ten people in a folder of liked/ are ten labels."""
    paths = [*many("liked/screenshots/", 10), *many("liked/anna/", 3), *many("rejected/deep/x/", 2)]
    look = Look(*paths)
    for number, path in enumerate(many("liked/screenshots/", 10)):
        look.ledger[path] = replace(look.ledger[path], age=20 + number)
    apart = label_folders_apart(
        paths,
        details_of=details_in_sidecars(look.ledger),
        texts=(),
        marked=("liked/anna/",),
    )
    assert apart == {"liked/screenshots/", "liked/anna/"}
    contents: dict[str, str | None] = dict.fromkeys(paths)
    assert set(label_groups(contents, apart=apart).values()) == {None}
    assert set(label_groups(contents, apart={"liked/anna/"}).values()) == {
        None,
        "liked/screenshots/",
    }
