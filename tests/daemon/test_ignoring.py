"""Ignored pictures are passed over and counted, but for those that shall teach."""

from pathlib import Path

import pytest

from kit.inbox_files import inbox_file
from kit.memories import content
from tasted.daemon.ignoring import Ignoring
from tasted.errors import ServiceFault
from tasted.inbox.listing import Listing
from tasted.records import InboxFile, Label


def _listing(*files: InboxFile) -> Listing:
    return Listing({file.path: file for file in files}, {"link": 2}, ())


KEPT, OTHER = inbox_file("a.png"), inbox_file("b.png", 2)


@pytest.fixture
def ignoring(tmp_path: Path) -> Ignoring:
    """A list that holds one picture."""
    made = Ignoring(tmp_path / "ignored.json")
    made.keep([(KEPT, content("kept"))])
    return made


def test_without_a_list_nothing_is_passed_over(tmp_path: Path) -> None:
    """And no list is made by looking."""
    ignoring = Ignoring(tmp_path / "ignored.json")
    listing = _listing(KEPT)
    assert ignoring.passed_over(listing) is listing
    ignoring.met(KEPT, content("kept"))
    ignoring.asked_again(KEPT, content("kept"))
    assert list(tmp_path.iterdir()) == []


def test_a_kept_picture_is_counted_instead(ignoring: Ignoring) -> None:
    """The other reasons for passing over are still told."""
    passed = ignoring.passed_over(_listing(KEPT, OTHER))
    assert list(passed.files) == ["b.png"]
    assert passed.ignored == {"link": 2, "forgotten": 1}


def test_a_label_folder_is_never_passed_over(ignoring: Ignoring) -> None:
    """Who likes it wants it to teach, kept or not."""
    liked = inbox_file("liked/a.png", label=Label.LIKED)
    ignoring.keep([(liked, content("kept"))])
    assert "liked/a.png" in ignoring.passed_over(_listing(liked)).files


def test_what_the_engine_recognised_is_known_by_its_new_name(ignoring: Ignoring) -> None:
    """Until a command asks for one of them: then all names of the content are scored."""
    renamed = inbox_file("renamed.png", 3)
    assert renamed.path in ignoring.passed_over(_listing(renamed)).files
    ignoring.met(renamed, content("kept"))
    assert ignoring.passed_over(_listing(KEPT, renamed, OTHER)).ignored["forgotten"] == 2
    ignoring.asked_again(renamed, content("kept"))
    assert len(ignoring.passed_over(_listing(KEPT, renamed, OTHER)).files) == 3


def test_a_list_without_its_folder_is_a_fault(tmp_path: Path) -> None:
    """It says which file, and what to do."""
    with pytest.raises(ServiceFault, match=r"ignored\.json cannot be written"):
        Ignoring(tmp_path / "gone" / "ignored.json").keep([(KEPT, None)])
