"""When a profile is due, what it waits for, and when its document is one no more."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.inbox_files import inbox_file, stamp
from kit.profile_looks import BIO, NOW, VERSION, Look, due, entry_of, listed, many
from tasted.inbox.due_profiles import DueProfiles
from tasted.inbox.profiles import PHOTOS_MAX, Folders, folders_of
from tasted.inbox.reconcile import Reason, gone, moved_away


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
