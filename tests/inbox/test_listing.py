"""One look at a folder sees every file that should have a sidecar, and nothing else."""

import contextlib
import json
import os
import socket
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kit.children import python, running_python
from kit.inbox_files import HEIC, PNG, WEBP, packed_files
from tasted.errors import InboxUnavailable
from tasted.home.layout import Home
from tasted.inbox.first_bytes import FirstBytes
from tasted.inbox.listing import IgnoredFile, Listing, find_companions, find_file, list_inbox
from tasted.records import Companion, InboxFile, Label
from tasted.system.files import stamp_of

_LOOK = """
import json, pathlib, sys
from tasted.inbox.listing import list_inbox
seen = list_inbox(pathlib.Path(sys.argv[1]))
print(json.dumps([sorted(seen.files), sorted(seen.unreadable), seen.healthy]))
"""


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    """An empty inbox."""
    folder = tmp_path / "inbox"
    folder.mkdir()
    return folder


def put(inbox: Path, *paths: str, data: bytes = PNG) -> None:
    """Put files into the inbox."""
    for path in paths:
        (inbox / path).parent.mkdir(parents=True, exist_ok=True)
        (inbox / path).write_bytes(data)


def looked_at_as_a_bound_user(inbox: Path) -> tuple[list[str], list[str], bool]:
    """List the inbox in a child that permission bits bind; paths, unreadable folders, health."""
    child = python("-c", _LOOK, str(inbox), modes_bind=True)
    assert child.returncode == 0, child.stderr
    paths, unreadable, healthy = json.loads(child.stdout)
    return paths, unreadable, healthy


def test_a_picture_is_listed_with_its_stamp(inbox: Path) -> None:
    """Size, time and inode are those of lstat; the path is relative to the inbox."""
    put(inbox, "anna/2.png")
    file = inbox / "anna" / "2.png"
    expected = InboxFile("anna/2.png", stamp_of(file.lstat()))
    assert list_inbox(inbox) == Listing(packed_files([expected]), {}, (), has_label_folders=False)


def test_row_17_row_41_links_and_special_files_are_counted_and_never_opened(inbox: Path) -> None:
    """A link, even to a picture, a FIFO and a socket are passed over; nothing blocks."""
    put(inbox, "real.png")
    (inbox / "link.png").symlink_to(inbox / "real.png")
    (inbox / "dangling.png").symlink_to(inbox / "nowhere")
    (inbox / "folder-link").symlink_to(inbox)
    os.mkfifo(inbox / "fifo.png")
    os.mkfifo(inbox / "fifo")
    with socket.socket(socket.AF_UNIX) as server:
        here = Path.cwd()
        os.chdir(inbox)  # the address of a socket may be no longer than 104 bytes
        server.bind("socket.png")
        os.chdir(here)
        seen = list_inbox(inbox)
    assert set(seen.files) == {"real.png"}
    assert seen.ignored == {"link": 3, "special": 3}


def test_row_17_hidden_and_unfinished_files_wait(inbox: Path) -> None:
    """What another program is still writing under another name is no screenshot yet."""
    put(inbox, ".hidden.png", "shot.png.part", "shot.crdownload", ".trash/shot.png", "page.pdf")
    seen = list_inbox(inbox)
    assert not seen.files
    assert seen.ignored == {"hidden": 1, "unfinished": 2, "other": 1}


@pytest.mark.parametrize("first_bytes", [PNG, HEIC, WEBP, b"\xff\xd8\xff\xe0"])
def test_a_picture_without_extension_is_known_by_its_first_bytes(
    inbox: Path, first_bytes: bytes
) -> None:
    """A file without extension counts when it begins like an image."""
    put(inbox, "shot", data=first_bytes)
    put(inbox, "script", data=b"#!/bin/sh\n")
    put(inbox, "empty", data=b"")
    seen = list_inbox(inbox)
    assert set(seen.files) == {"shot"}
    assert seen.ignored == {"other": 2}


ODD_NAMES = (
    "image.jpg_large",
    "image.jpg:large",
    "photo.jpg!d",
    "pic.png?width=640",
    "shot.png.1",
    "shot.png ",
    "foto.pjpeg",
    "x.jfif",
    "signal.attach",
    "WhatsApp Image 2026-08-31 at 15.41.14",
    "Screenshot 2026-01-02 at 9.41.03\u202fPM",
)


def test_row_52_whatever_a_name_ends_with_the_first_bytes_make_a_picture(inbox: Path) -> None:
    """As for names without an extension; `find_file`, which commands ask, agrees with the look."""
    put(inbox, *ODD_NAMES)
    put(inbox, "x.config", "letter.attach", data=b"BMW is a car and no bitmap, dear reader, is it")
    seen = list_inbox(inbox)
    assert set(seen.files) == set(ODD_NAMES)
    assert seen.ignored == {"other": 2}
    assert {name: find_file(inbox, name) for name in ODD_NAMES} == seen.files
    assert find_file(inbox, "letter.attach") is None


def test_row_54_bins_snapshots_and_libraries_are_passed_over(inbox: Path) -> None:
    """Whatever pictures lie in them; a library and a download are named, a bin is not."""
    for folder in ("#recycle", "@Recycle", "#snapshot/2026", "lost+found", "anna/@eaDir"):
        put(inbox, f"{folder}/old.png")
    library = "Photos Library.photoslibrary"
    put(inbox, f"{library}/resources/d.jpeg", "holiday.png.download/holiday.png", "anna/1.png")
    seen = list_inbox(inbox)
    assert set(seen.files) == {"anna/1.png"}
    assert seen.ignored == {"bundle": 1, "unfinished": 1}
    assert {ignored.path for ignored in seen.ignored_newest} == {library, "holiday.png.download"}
    assert find_file(inbox, "#recycle/old.png") is None


def test_row_54_a_place_holder_waits_for_what_is_loaded_beside_it(inbox: Path) -> None:
    """It is there and not opened; when the browser has renamed its file, it is a picture."""
    put(inbox, "fox.png", "bea/empty.png", data=b"")
    put(inbox, "fox.Ab12Cd.png.part", "whole.png", "cat.jpg", "cat.jpg.aria2")
    seen = list_inbox(inbox)
    assert set(seen.files) == {"bea/empty.png", "whole.png"}
    assert seen.passed_over == {"fox.png", "cat.jpg"}
    assert seen.ignored == {"unfinished": 4}
    assert find_file(inbox, "fox.png") is None
    assert find_file(inbox, "bea/empty.png") is not None
    (inbox / "fox.Ab12Cd.png.part").rename(inbox / "fox.png")
    (inbox / "cat.jpg.aria2").unlink()
    assert set(list_inbox(inbox).files) == {"bea/empty.png", "whole.png", "fox.png", "cat.jpg"}


def test_row_52_what_certainly_is_no_picture_is_not_opened(inbox: Path) -> None:
    """Films and documents are told by their names; of the rest each state is opened once."""
    put(inbox, "film.mp4", "page.pdf", "data.json", "song.MP3", data=PNG)
    put(inbox, "a.png", "b.jpg")
    put(inbox, *ODD_NAMES[:3], "notes.unknown")
    first_bytes = FirstBytes()
    seen = list_inbox(inbox, first_bytes=first_bytes)
    assert set(seen.files) == {"a.png", "b.jpg", *ODD_NAMES[:3], "notes.unknown"}
    assert first_bytes.opened == 4
    for _ in range(3):
        assert list_inbox(inbox, first_bytes=first_bytes) == seen
    assert first_bytes.opened == 4
    (inbox / "notes.unknown").write_bytes(b"no picture")
    assert "notes.unknown" not in list_inbox(inbox, first_bytes=first_bytes).files
    assert first_bytes.opened == 5
    (inbox / "notes.unknown").unlink()
    list_inbox(inbox, first_bytes=first_bytes)
    put(inbox, "notes.unknown")
    assert "notes.unknown" in list_inbox(inbox, first_bytes=first_bytes).files


def test_row_52_the_newest_of_what_is_ignored_is_named(inbox: Path) -> None:
    """Five, with the reason; what is hidden was never meant."""
    names = ("1.pdf", "2.mp4", "3.part", "4.bin", "5.zip", "6.json", ".7.png", "Thumbs.db")
    for number, name in enumerate(names):
        put(inbox, name, data=b"something")
        os.utime(inbox / name, (0, number))
    (inbox / "link.png").symlink_to(inbox / "1.pdf")
    assert list_inbox(inbox).ignored_newest == (
        IgnoredFile("link.png", "link"),
        IgnoredFile("6.json", "other"),
        IgnoredFile("5.zip", "other"),
        IgnoredFile("4.bin", "other"),
        IgnoredFile("3.part", "unfinished"),
    )


def test_labels_come_from_the_top_folders_in_any_letter_case(inbox: Path) -> None:
    """Liked/ teaches as liked/ does; a folder of that name further down does not."""
    put(inbox, "Liked/a.png", "rejected/deep/b.png", "anna/liked/c.png", "d.png")
    labels = {path: file.label for path, file in list_inbox(inbox).files.items()}
    assert labels == {
        "Liked/a.png": Label.LIKED,
        "rejected/deep/b.png": Label.REJECTED,
        "anna/liked/c.png": None,
        "d.png": None,
    }


def test_a_text_belongs_to_the_picture_beside_it(inbox: Path) -> None:
    """A companion comes with its stamp; texts without a picture are counted."""
    put(inbox, "shot.png", "shot.txt", "lonely.txt", "anna/shot.txt")
    seen = list_inbox(inbox)
    text = Companion("shot.txt", stamp_of((inbox / "shot.txt").lstat()))
    assert seen.files["shot.png"].companion == text
    assert seen.ignored == {"text_without_picture": 2}
    assert set(seen.lonely_texts) == {"lonely.txt", "anna/shot.txt"}


def test_our_own_notice_is_no_lonely_text(inbox: Path) -> None:
    """It is told by its name at the top; it may still serve a picture of that name."""
    put(inbox, "README.txt", "anna/README.txt")
    assert list_inbox(inbox).ignored == {"text_without_picture": 1}
    put(inbox, "README.png", "anna/README.png")
    seen = list_inbox(inbox)
    assert seen.files["README.png"].companion is not None
    assert not seen.ignored


def test_the_newest_lonely_texts_are_named(inbox: Path) -> None:
    """A handful, so that a status can show them."""
    for number in range(7):
        put(inbox, f"{number}.txt")
        os.utime(inbox / f"{number}.txt", (0, number))
    assert list_inbox(inbox).lonely_texts == ("6.txt", "5.txt", "4.txt", "3.txt", "2.txt")


def test_the_text_of_a_folder_serves_a_single_photo(inbox: Path) -> None:
    """A second photo makes a profile of the folder, and it the profile's."""
    put(inbox, "anna/1.png", "anna/bio.txt")
    assert find_file(inbox, "anna/1.png") == list_inbox(inbox).files["anna/1.png"]
    seen = list_inbox(inbox)
    text = seen.files["anna/1.png"].companion
    assert text is not None
    assert text.path == "anna/bio.txt"
    assert not seen.lonely_texts
    assert find_companions(inbox, ["anna/1.png"]) == {"anna/1.png": text}
    put(inbox, "anna/2.png")
    seen = list_inbox(inbox)
    assert {file.companion for file in seen.files.values()} == {None}
    assert seen.texts == {"anna/": text}
    assert not seen.lonely_texts


_STEMS = st.sampled_from(["a", "A", "Zo\u00eb", "Zoe\u0308", "a.png", "bio", "BIO"])
_NAMES = st.tuples(_STEMS, st.sampled_from([".png", ".PNG", ".jpg", ".txt", ".TXT", ".md", ""]))
_PATHS = st.builds(
    lambda folder, name: folder + "".join(name),
    st.sampled_from(["", "anna/", "liked/", "liked/anna/", "anna/may/"]),
    _NAMES,
)


@given(st.sets(_PATHS, max_size=12))
@settings(max_examples=150, deadline=None)
def test_one_path_is_found_with_the_text_that_a_look_gives_it(paths: set[str]) -> None:
    """Whatever lies in a folder: both ways to find a file, and its text alone, agree."""
    with tempfile.TemporaryDirectory() as folder:
        inbox = Path(folder)
        for path in paths:
            # a file and a folder may want one name
            with contextlib.suppress(OSError):
                put(inbox, path)
        seen = list_inbox(inbox)
        for path in paths:
            assert find_file(inbox, path) == seen.files.get(path)
        texts = {path: file.companion for path, file in seen.files.items() if file.companion}
        assert find_companions(inbox, seen.files.keys()) == texts


def test_one_text_may_serve_two_pictures(inbox: Path) -> None:
    """shot.png and shot.jpg share shot.txt."""
    put(inbox, "shot.png", "shot.jpg", "shot.txt")
    seen = list_inbox(inbox)
    assert all(file.companion is not None for file in seen.files.values())
    assert not seen.ignored


def test_row_39_any_name_of_the_file_system_is_listed(inbox: Path) -> None:
    """Newlines, control characters and bytes that are no UTF-8 are names like others."""
    names = ["two\nlines.png", "\x1b[31mred.png", "Zoë 🎿.png", "-rf.png", "'; drop.png"]
    put(inbox, *names)
    raw = os.fsencode(inbox) + b"/caf\xe9.png"
    with open(raw, "wb") as stream:  # noqa: PTH123 - pathlib takes no bytes
        stream.write(PNG)
    assert set(list_inbox(inbox).files) == {*names, "caf\udce9.png"}


def test_row_18_ten_thousand_files_are_all_listed(inbox: Path) -> None:
    """A large folder is listed whole."""
    for number in range(10_000):
        (inbox / f"{number}.png").touch()
    assert len(list_inbox(inbox).files) == 10_000


def test_row_42_a_very_deep_tree_ends_somewhere(inbox: Path) -> None:
    """Folders are entered to a depth, and those below it are counted."""
    put(inbox, "/".join(["d"] * 16) + "/in.png", "/".join(["d"] * 17) + "/out.png")
    seen = list_inbox(inbox)
    assert [path[-6:] for path in seen.files] == ["in.png"]
    assert seen.ignored == {"too_deep": 1}


def test_a_missing_inbox_is_said(inbox: Path) -> None:
    """The inbox itself must be there: an empty listing would mean that all files are gone."""
    inbox.rmdir()
    with pytest.raises(InboxUnavailable):
        list_inbox(inbox)


def test_row_16_an_unreadable_inbox_is_said(inbox: Path) -> None:
    """An inbox that may not be listed is an error, not an empty inbox."""
    put(inbox, "a.png")
    inbox.chmod(0)
    child = python("-c", _LOOK, str(inbox), modes_bind=True)
    inbox.chmod(0o700)
    assert "PermissionError" in child.stderr


@pytest.mark.parametrize("mode", [0o000, 0o300, 0o400])
def test_an_unreadable_subfolder_makes_the_look_unhealthy(inbox: Path, mode: int) -> None:
    """What a subfolder holds is unknown then; the other files are listed all the same."""
    put(inbox, "a.png", "anna/b.png", "berta/c.png")
    (inbox / "anna").chmod(mode)
    seen = looked_at_as_a_bound_user(inbox)
    (inbox / "anna").chmod(0o700)
    assert seen == (["a.png", "berta/c.png"], ["anna"], False)


def test_unreadable_files_are_listed(inbox: Path) -> None:
    """A picture that may not be read gets a sidecar that says so; a nameless file does not."""
    put(inbox, "a.png", "nameless")
    (inbox / "a.png").chmod(0)
    (inbox / "nameless").chmod(0)
    assert looked_at_as_a_bound_user(inbox) == (["a.png"], [], True)


def test_a_folder_that_vanishes_meanwhile_is_no_trouble(inbox: Path) -> None:
    """Folders that come and go during a look never make it fail or unhealthy."""
    put(inbox, "stays.png")
    child = (
        "import pathlib, shutil, sys\n"
        "while not pathlib.Path(sys.argv[1], 'enough').exists():\n"
        "    folder = pathlib.Path(sys.argv[1], 'flicker')\n"
        "    folder.mkdir(); (folder / 'a.png').touch(); shutil.rmtree(folder)\n"
    )
    with running_python(child, str(inbox)) as process:
        for _ in range(300):
            seen = list_inbox(inbox)
            assert "stays.png" in seen.files
            assert seen.healthy
        (inbox / "enough").touch()
        assert process.wait(30) == 0


def test_find_file_sees_one_path_as_a_look_does(inbox: Path) -> None:
    """One path is found with companion and label; links, folders and absent files are not."""
    put(inbox, "liked/a.png", "liked/a.txt", "alone.txt")
    (inbox / "link.png").symlink_to(inbox / "liked" / "a.png")
    assert find_file(inbox, "liked/a.png") == list_inbox(inbox).files["liked/a.png"]
    for path in ("link.png", "liked", "absent.png", "absent/b.png", "alone.txt", ".", ".."):
        assert find_file(inbox, path) is None


def test_a_companion_in_capitals_is_one(home: Home) -> None:
    """A phone that writes SHOT.PNG writes SHOT.TXT."""
    (home.inbox / "SHOT.PNG").write_bytes(b"pixels")
    (home.inbox / "SHOT.TXT").write_text("words", encoding="utf-8")
    listed = list_inbox(home.inbox).files["SHOT.PNG"]
    assert listed.companion is not None
    assert listed.companion.path == "SHOT.TXT"
    assert find_file(home.inbox, "SHOT.PNG") == listed


def test_row_27_a_file_in_the_cloud_is_not_opened(inbox: Path) -> None:
    """Not even to see whether it begins like a picture: that would fetch it. Not run on a Mac."""
    put(inbox, "here.png", "cloud.png", "no-extension")
    (inbox / "no-extension").unlink()
    os.mkfifo(inbox / "no-extension")
    in_cloud = (inbox / "cloud.png").stat().st_ino
    listing = list_inbox(inbox, lies_elsewhere=lambda status: status.st_ino == in_cloud)
    assert list(listing.files) == ["here.png"]
    assert listing.ignored == {"in_the_cloud": 1, "special": 1}
    assert listing.passed_over == {"cloud.png"}
    assert set(list_inbox(inbox).files) == {"here.png", "cloud.png"}


def test_row_26_a_file_that_finder_still_copies_waits(inbox: Path) -> None:
    """It is counted, and listed as soon as the mark is gone. Not run on a Mac."""
    put(inbox, "a.png")
    listing = list_inbox(inbox, is_busy=lambda _status: True)
    assert not listing.files
    assert listing.ignored == {"being_copied": 1}
    assert listing.passed_over == {"a.png"}
    assert list(list_inbox(inbox).files) == ["a.png"]
