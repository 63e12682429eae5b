"""Copies of one photo count once, in a profile as among references."""

from dataclasses import replace

from kit.inbox_files import inbox_file, stamp
from kit.profile_looks import Look, entry_of, listed, many
from tasted.inbox.due_profiles import DueProfiles
from tasted.inbox.profiles import PHOTOS_MAX, Folders, NotAProfile, folders_of, label_groups


def test_row_54_copies_of_one_content_count_once() -> None:
    """Twelve photos and a conflict copy are a profile, two and a copy are two, one is none."""
    look = Look(*many("anna/", PHOTOS_MAX), *many("bea/", 2), "cleo/a.png", "cleo/b.png")
    copies = {
        "anna/03.sync-conflict-20260102-101112-ABCDEFG.png": "anna/03.png",
        "bea/00 (Bea's conflicted copy 2026-01-02).png": "bea/00.png",
        "cleo/b.png": "cleo/a.png",
    }
    for number, (copy, original) in enumerate(copies.items(), 100):
        look.files[copy] = inbox_file(copy, number)
        look.files[copy] = replace(
            look.files[copy],
            stamp=replace(stamp(number), size_bytes=look.files[original].stamp.size_bytes),
        )
        content = look.ledger[original].content_id
        look.ledger[copy] = entry_of(copy, number, stamp=look.files[copy].stamp, content_id=content)
    anna, bea = look().tasks
    assert [photo.path for photo in anna.photos] == many("anna/", PHOTOS_MAX)
    assert [photo.path for photo in bea.photos] == many("bea/", 2)
    assert [part.path for part in bea.parts] == many("bea/", 2)
    found = folders_of(look.files, content_of=look.content_of)
    assert (found.profiles.keys(), found.plain) == ({"anna/", "bea/"}, {})


def test_row_54_a_copy_whose_content_is_not_known_yet_changes_nothing() -> None:
    """The document of the profile stands, and nothing is said of too many pictures."""
    look = Look(*many("anna/", PHOTOS_MAX))
    look.documented("anna/")
    assert look() == DueProfiles((), 0, (), ())
    copy = "anna/03 (1).png"
    size_bytes = look.files["anna/03.png"].stamp.size_bytes
    file = inbox_file(copy, 99)
    look.files[copy] = replace(file, stamp=replace(file.stamp, size_bytes=size_bytes))
    found = folders_of(look.files, content_of=look.content_of)
    assert (found.profiles, found.plain, found.undecided) == ({}, {}, {"anna/"})
    assert look() == DueProfiles((), 1, (), ())
    # another picture after all
    look.ledger[copy] = entry_of(copy, 99, stamp=look.files[copy].stamp)
    assert folders_of(look.files, content_of=look.content_of).plain == {
        "anna/": NotAProfile.TOO_LARGE
    }
    assert look().outdated == ("anna/",)


def test_row_54_pictures_of_thirteen_sizes_are_no_copies() -> None:
    """Nothing has to be known of their contents."""
    found = folders_of(listed(many("anna/", PHOTOS_MAX + 1)))
    assert found == Folders({}, {"anna/": NotAProfile.TOO_LARGE})


def test_row_54_copies_among_references_count_once() -> None:
    """A label folder with twelve contents is one label; one that cannot be read is no copy."""
    contents: dict[str, str | None] = {path: path for path in many("liked/anna/", PHOTOS_MAX)}
    contents["liked/anna/03 (1).png"] = "liked/anna/03.png"
    assert set(label_groups(contents).values()) == {"liked/anna/"}
    contents["liked/anna/04 (1).png"] = None
    assert set(label_groups(contents).values()) == {None}
