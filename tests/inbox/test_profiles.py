"""Which folders are profiles, when they are due, and which references are one label."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.inbox_files import inbox_file, stamp
from tasted.inbox.due_profiles import DueProfiles, look_at_profiles
from tasted.inbox.profiles import (
    PHOTOS_MAX,
    Folders,
    NotAProfile,
    details_in_sidecars,
    folder_of,
    folders_of,
    is_text_of_folder,
    label_folders_apart,
    label_groups,
    profile_content_id,
)
from tasted.inbox.reconcile import Reason, gone, moved_away, reconcile
from tasted.records import Companion, Current, InboxFile, LedgerEntry, Part

NOW = 1_000_000.0
VERSION = "0.1.0"
CURRENT = Current(
    embedder="pocket",
    embedder_fingerprint="e1",
    scorer="taste",
    taste="v1",
    taste_fingerprint="t1",
    config_digest="",
    labels_digest="",
    liked=1,
    rejected=1,
)
BIO = Companion("anna/bio.txt", stamp(50))


def many(folder: str, count: int) -> list[str]:
    """Return the paths of so many pictures."""
    return [f"{folder}{number:02}.png" for number in range(count)]


def listed(paths: Iterable[str]) -> dict[str, InboxFile]:
    """Return what a look saw; each file has a stamp of its own."""
    return {path: inbox_file(path, number) for number, path in enumerate(paths, 1)}


def entry_of(path: str, number: int, status: str = "scored", **fields: Any) -> LedgerEntry:
    """Return what a current sidecar proves; the content follows from the number."""
    is_error = status == "error"
    entry = LedgerEntry(
        path=path,
        status=status,
        stamp=stamp(number),
        companion=None,
        content_id=f"{number:064x}",
        text_id=None,
        embedder_fingerprint=None if is_error else "e1",
        taste_fingerprint=None if is_error else "t1",
        attempts=int(is_error),
        retry_at=None,
        tasted_version=VERSION,
    )
    return replace(entry, **fields)


class Look:
    """One look at two folders, all of whose photos are done, as a test wants it otherwise."""

    def __init__(self, *paths: str) -> None:
        self.files = listed(paths or [*many("anna/", 3), *many("bea/", 2), "alone.png"])
        self.ledger = {path: entry_of(path, file.stamp.inode) for path, file in self.files.items()}
        self.given: dict[str, Any] = {}

    def documented(self, folder: str, **fields: Any) -> LedgerEntry:
        """Let a profile have the document that its photos ask for."""
        paths = sorted(path for path in self.files if folder_of(path) == folder)
        entries = [self.ledger[path] for path in paths]
        parts = tuple(
            Part(entry.path, entry.content_id if entry.status == "scored" else None, entry.text_id)
            for entry in entries
        )
        contents = [part.content_id for part in parts if part.content_id is not None]
        given = {"parts": parts, "content_id": profile_content_id(contents), **fields}
        self.ledger[folder] = entry_of(folder, 1, **given)
        return self.ledger[folder]

    def content_of(self, file: InboxFile) -> str | None:
        """Return what the ledger proves of a file."""
        entry = self.ledger.get(file.path)
        return entry.content_id if entry is not None and entry.stamp == file.stamp else None

    def __call__(self, **given: Any) -> DueProfiles:
        """Look; what is not said is quiet, settled and current."""
        texts = given.pop("texts", {})
        folders = folders_of(
            self.files,
            texts,
            content_of=self.content_of,
            details_of=details_in_sidecars(self.ledger),
            marked=given.pop("marked", ()),
        )
        settled, current = given.get("settled", self.files), given.pop("current", CURRENT)
        tasks = reconcile(settled, self.ledger, current, now=NOW, version=VERSION)
        arguments = {
            "files": self.files,
            "settled": settled,
            "undone": {task.file.path for task in tasks} | given.pop("again", set()),
            "quiet": folders.profiles.keys(),
            "doubtful": frozenset(),
            "forced": frozenset(),
            "now": NOW,
            "version": VERSION,
            **given,
        }
        return look_at_profiles(folders, self.ledger, current, **arguments)


def due(looked: DueProfiles) -> list[str]:
    """Return the folders of the tasks."""
    return [task.file.path for task in looked.tasks]


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


def test_a_profile_is_due_once_all_its_photos_are_done() -> None:
    """No photo may be unsettled, undone, changed, stale, or wanted again; others do not matter."""
    look = Look()
    assert due(look()) == ["anna/", "bea/"]
    (anna, _bea) = look().tasks
    assert anna.reason is Reason.PROFILE
    assert [photo.path for photo in anna.photos] == many("anna/", 3)
    assert [part.content_id for part in anna.parts] == [f"{number:064x}" for number in (1, 2, 3)]
    photo = "anna/00.png"
    unsettled = {path: file for path, file in look.files.items() if path != photo}
    assert due(look(settled=unsettled)) == ["bea/"]
    assert look(settled=unsettled).waiting == 1
    assert due(look(again={photo})) == ["bea/"]
    assert due(look(quiet={"bea/"})) == ["bea/"]
    assert look(quiet={"bea/"}).waiting == 1
    entry = look.ledger[photo]
    for other in (
        replace(entry, stamp=stamp(99)),
        replace(entry, taste_fingerprint="t0"),
        entry_of(photo, 1, "error", retry_at=NOW),
    ):
        look.ledger[photo] = other
        assert due(look()) == ["bea/"]
    del look.ledger[photo]
    assert due(look()) == ["bea/"]
    assert due(look(doubtful={"anna/", "bea/"})) == []
    assert look(doubtful={"anna/", "bea/"}).waiting == 0


def test_a_profile_is_done_while_its_document_tells_of_exactly_this() -> None:
    """Photos, their contents and texts, the folder's text, embedder, taste, and nobody's wish.

    Other photos or another text are scored for the first time; anything else is a re-score.
    """
    look = Look()
    look.documented("bea/")
    done = look.documented("anna/")
    assert due(look()) == []
    assert look() == DueProfiles((), 0, (), ())
    assert due(look(forced={"anna/"})) == ["anna/"]
    assert look(forced={"anna/"}).tasks[0].reason is Reason.PROFILE_AGAIN
    assert due(look(texts={"anna/": BIO})) == ["anna/"]
    assert look(texts={"anna/": BIO}).tasks[0].reason is Reason.PROFILE
    look.ledger["anna/"] = replace(done, companion=BIO)
    assert due(look(texts={"anna/": BIO})) == []
    assert due(look()) == ["anna/"]
    for other in (
        replace(done, taste_fingerprint="t0"),
        replace(done, embedder_fingerprint="e0"),
        replace(done, parts=done.parts[:2]),
        replace(done, parts=(replace(done.parts[0], text_id="1" * 64), *done.parts[1:])),
        replace(done, parts=(replace(done.parts[0], content_id=None), *done.parts[1:])),
    ):
        look.ledger["anna/"] = other
        assert due(look()) == ["anna/"]
        again = other.parts == done.parts
        expected = Reason.PROFILE_AGAIN if again else Reason.PROFILE
        assert look().tasks[0].reason is expected
    look.ledger["anna/"] = replace(done, taste_fingerprint="t0")
    assert due(look(current=None)) == []


def test_a_photo_that_failed_does_not_count_and_is_waited_for_no_longer() -> None:
    """It is a part without a content; when it is mended the profile is due again."""
    look = Look()
    look.documented("bea/")
    look.ledger["anna/01.png"] = entry_of("anna/01.png", 2, "error", retry_at=NOW + 100)
    (task,) = look().tasks
    assert [part.content_id is None for part in task.parts] == [False, True, False]
    look.documented("anna/")
    assert due(look()) == []
    look.ledger["anna/01.png"] = entry_of("anna/01.png", 2)
    assert due(look()) == ["anna/"]


def test_a_folder_of_failures_has_no_document() -> None:
    """Each photo says what is wrong with it; a former document told of other photos."""
    look = Look(*many("anna/", 2))
    look.documented("anna/")
    for number, path in enumerate(many("anna/", 2), 1):
        look.ledger[path] = entry_of(path, number, "error")
    assert look() == DueProfiles((), 0, ("anna/",), ())
    assert look(forced={"anna/"}).given_up == {"anna/"}


def test_a_command_does_not_wait_for_what_gets_no_document() -> None:
    """A folder that is gone, is none any more, or cannot be seen whole; others it waits for."""
    look = Look()
    for folder in ("anna/", "bea/"):
        look.documented(folder)
    forced = {"anna/", "bea/", "gone/", "alone.png"}
    looked = look(forced=forced, doubtful={"bea/"})
    assert due(looked) == ["anna/"]
    assert looked.given_up == {"bea/", "gone/"}


@pytest.mark.parametrize(
    ("retry_at", "version", "is_due"),
    [(None, VERSION, False), (NOW + 1, VERSION, False), (NOW, VERSION, True), (None, "0", True)],
)
def test_a_profile_that_failed_is_tried_again_like_a_file(
    retry_at: float | None, version: str, is_due: bool
) -> None:
    """When its pause is over, or by another version; its attempts are counted on."""
    look = Look(*many("anna/", 2))
    failed = {"status": "error", "attempts": 2, "retry_at": retry_at, "tasted_version": version}
    look.documented("anna/", **failed, embedder_fingerprint=None, taste_fingerprint=None)
    assert [task.attempts for task in look().tasks] == [2] * is_due
    assert all(task.reason is Reason.PROFILE_AGAIN for task in look().tasks)
    look.files["anna/new.png"] = inbox_file("anna/new.png", 7)
    look.ledger["anna/new.png"] = entry_of("anna/new.png", 7)
    assert [(task.attempts, task.reason) for task in look().tasks] == [(0, Reason.PROFILE)]


def test_documents_of_what_is_no_profile_any_more() -> None:
    """Removed while the folder is lived in, or lives under another name; else kept and counted."""
    look = Look(*many("anna/", 3))
    look.documented("anna/")
    for folder in ("grown/", "shrunk/", "gone/", "doubtful/"):
        look.ledger[folder] = entry_of(folder, 7)
    look.ledger["maya/"] = replace(look.ledger["anna/"], path="maya/")
    look.files |= listed([*many("grown/", 13), *many("shrunk/", 1)])
    looked = look(doubtful={"doubtful/"})
    assert looked == DueProfiles((), 0, ("grown/", "shrunk/"), ("maya/",))
    # a document under a new name is awaited before the old one goes
    look.ledger["anna/"] = replace(look.ledger["anna/"], taste_fingerprint="t0")
    assert look(doubtful={"doubtful/"}).moved == ()


def test_files_and_profiles_do_not_count_for_each_other() -> None:
    """A profile is no file that is gone, nor one that moved."""
    look = Look(*many("anna/", 2))
    look.ledger["gone/"] = look.documented(
        "gone/", content_id=look.ledger["anna/00.png"].content_id
    )
    assert gone(look.files, look.ledger) == []
    assert moved_away(look.files, look.ledger) == []


folders = st.dictionaries(
    st.sampled_from(["", "anna/", "bea/", "c/d/", "liked/", "liked/e/"]), st.integers(0, 15)
)


@given(folders, st.data())
def test_exactly_the_profiles_without_their_document_are_due(
    sizes: dict[str, int], data: st.DataObject
) -> None:
    """Whatever else lies there; and when they have it nothing is left to do."""
    look = Look("x.png", *(path for folder, size in sizes.items() for path in many(folder, size)))
    found: Folders = folders_of(look.files)
    assert not found.profiles.keys() & found.plain.keys()
    done = {folder for folder in found.profiles if data.draw(st.booleans())}
    for folder in done:
        look.documented(folder)
    looked = look()
    assert set(due(looked)) == found.profiles.keys() - done
    for task in looked.tasks:
        assert 2 <= len(task.photos) <= PHOTOS_MAX
        assert {photo.path for photo in task.photos} == {part.path for part in task.parts}
        look.documented(task.file.path)
    assert look() == DueProfiles((), 0, (), ())


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
