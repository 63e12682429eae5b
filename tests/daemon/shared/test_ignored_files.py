"""Ignored pictures are passed over and counted, except those that are labels."""

from pathlib import Path

import pytest

from kit.inbox_files import inbox_file, packed_files
from kit.memories import content
from tasted.daemon.shared.ignored_files import IgnoredFiles
from tasted.errors import ServiceFault
from tasted.inbox.listing import Listing
from tasted.records import InboxFile, Label


def _listing(*files: InboxFile) -> Listing:
    return Listing(packed_files(files), {"link": 2}, ())


KEPT, OTHER = inbox_file("a.png"), inbox_file("b.png", 2)


@pytest.fixture
def ignored_files(tmp_path: Path) -> IgnoredFiles:
    """A list that holds one picture."""
    made = IgnoredFiles(tmp_path / "ignored.json")
    made.keep([(KEPT, content("kept"))])
    return made


def test_without_a_list_nothing_is_passed_over(tmp_path: Path) -> None:
    """And no list is made by looking."""
    ignored_files = IgnoredFiles(tmp_path / "ignored.json")
    listing = _listing(KEPT)
    assert ignored_files.passed_over(listing) is listing
    ignored_files.met(KEPT, content("kept"))
    ignored_files.asked_again(KEPT, content("kept"))
    assert list(tmp_path.iterdir()) == []


def test_a_kept_picture_is_counted_instead(ignored_files: IgnoredFiles) -> None:
    """The other reasons for passing over are still counted."""
    passed = ignored_files.passed_over(_listing(KEPT, OTHER))
    assert list(passed.files) == ["b.png"]
    assert passed.ignored == {"link": 2, "forgotten": 1}


def test_a_label_folder_is_never_passed_over(ignored_files: IgnoredFiles) -> None:
    """Whoever likes it wants it to count, kept or not."""
    liked = inbox_file("liked/a.png", label=Label.LIKED)
    ignored_files.keep([(liked, content("kept"))])
    assert "liked/a.png" in ignored_files.passed_over(_listing(liked)).files


def test_what_the_engine_recognised_is_known_by_its_new_name(ignored_files: IgnoredFiles) -> None:
    """Until a command asks for one of them: then all names of the content are scored."""
    renamed = inbox_file("renamed.png", 3)
    assert renamed.path in ignored_files.passed_over(_listing(renamed)).files
    ignored_files.met(renamed, content("kept"))
    assert ignored_files.passed_over(_listing(KEPT, renamed, OTHER)).ignored["forgotten"] == 2
    ignored_files.asked_again(renamed, content("kept"))
    assert len(ignored_files.passed_over(_listing(KEPT, renamed, OTHER)).files) == 3


def test_a_list_without_its_folder_is_a_fault(tmp_path: Path) -> None:
    """It says which file, and what to do."""
    with pytest.raises(ServiceFault, match=r"Cannot write .*ignored\.json"):
        IgnoredFiles(tmp_path / "gone" / "ignored.json").keep([(KEPT, None)])
