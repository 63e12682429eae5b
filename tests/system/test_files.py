"""Whole files or none, private to their owner, and read through one descriptor."""

import errno
import os
import signal
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.children import python, running_python
from kit.waiting import eventually
from tasted.system import files
from tasted.system.files import (
    _temporary_name,
    content_id,
    folder_bytes,
    is_temporary,
    is_temporary_of,
    private_folder,
    read_regular_file,
    remove_if_empty,
    rename_to_free_name,
    stamp_of,
    write_atomically,
)
from tasted.system.platform import rename_exclusively
from tasted.system.sweeping import sweep_temporary

_WRITE_FOR_EVER = """
import pathlib, sys
from tasted.system.files import write_atomically
target = pathlib.Path(sys.argv[1])
for number in range(10**9):
    write_atomically(target, bytes([number % 256]) * 300_000)
"""
_GROW_FOR_EVER = """
import sys
with open(sys.argv[1], "ab", buffering=0) as stream:
    while True:
        stream.write(b"x")
        stream.truncate(1_000_000)
"""
_WRITE_BEYOND_THE_LIMIT = """
import pathlib, resource, sys
from tasted.system.files import write_atomically
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
try:
    write_atomically(pathlib.Path(sys.argv[1]), b"x" * 2000)
except OSError as error:
    print(error.errno)
"""


def error_of(path: Path, *, max_bytes: int = 100) -> int | None:
    """Return why a file cannot be read."""
    with pytest.raises(OSError) as caught:  # noqa: PT011 - the errno is the answer
        read_regular_file(path, max_bytes=max_bytes)
    return caught.value.errno


@pytest.mark.parametrize("durable", [True, False])
def test_a_written_file_is_whole_and_private(tmp_path: Path, *, durable: bool) -> None:
    """The content replaces the old one, nobody else may read it, and nothing is left beside it."""
    target = tmp_path / "a.json"
    target.write_bytes(b"old")
    target.chmod(0o644)
    write_atomically(target, b"new", durable=durable)
    assert target.read_bytes() == b"new"
    assert target.stat().st_mode & 0o777 == 0o600
    assert list(tmp_path.iterdir()) == [target]


def test_a_file_for_others_to_read_has_its_mode_whatever_the_umask_is(tmp_path: Path) -> None:
    """The definition of a login item is refused when it is private."""
    former = os.umask(0o077)
    try:
        write_atomically(tmp_path / "a.plist", b"new", mode=0o644)
    finally:
        os.umask(former)
    assert (tmp_path / "a.plist").stat().st_mode & 0o777 == 0o644


def test_row_02_a_killed_writer_leaves_a_whole_file(tmp_path: Path) -> None:
    """Whenever SIGKILL strikes, the target holds one content, and the rest is recognisable."""
    target = tmp_path / "a.bin"
    for _ in range(8):
        target.unlink(missing_ok=True)
        with running_python(_WRITE_FOR_EVER, str(target)) as process:
            eventually(target.exists)
            process.send_signal(signal.SIGKILL)
            process.wait()
        data = target.read_bytes()
        assert len(data) == 300_000
        assert len(set(data)) == 1
        assert all(is_temporary(path.name) for path in tmp_path.iterdir() if path != target)


def test_row_12_a_failed_write_changes_nothing(tmp_path: Path) -> None:
    """When the disk takes no more the old content stands and no temporary file is left."""
    target = tmp_path / "a.json"
    target.write_bytes(b"old")
    child = python("-c", _WRITE_BEYOND_THE_LIMIT, str(target))
    assert int(child.stdout) == errno.EFBIG
    assert target.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [target]


def test_a_folder_in_the_way_is_an_error(tmp_path: Path) -> None:
    """A target that is a folder is not replaced."""
    (tmp_path / "a").mkdir()
    with pytest.raises(IsADirectoryError):
        write_atomically(tmp_path / "a", b"")
    assert [path.name for path in tmp_path.iterdir()] == ["a"]


def test_a_link_is_replaced_and_not_followed(tmp_path: Path) -> None:
    """What a link at the target points to stays as it was."""
    (tmp_path / "precious").write_bytes(b"precious")
    (tmp_path / "link").symlink_to(tmp_path / "precious")
    write_atomically(tmp_path / "link", b"new")
    assert (tmp_path / "precious").read_bytes() == b"precious"
    assert (tmp_path / "link").read_bytes() == b"new"
    assert not (tmp_path / "link").is_symlink()


@given(st.text(st.characters(codec="utf-8", exclude_characters="/\0"), min_size=1, max_size=255))
def test_temporary_names_are_names(name: str) -> None:
    """They fit every file system: at most 255 bytes, no half characters, recognised as ours."""
    temporary = files._temporary_name(name)
    assert len(temporary.encode()) <= 255
    assert is_temporary(temporary)
    assert temporary != files._temporary_name(name)


def test_the_longest_name_can_be_written(tmp_path: Path) -> None:
    """A name of 255 bytes has room for a temporary file too."""
    target = tmp_path / ("é" * 125 + ".json")
    write_atomically(target, b"x")
    assert target.read_bytes() == b"x"


def test_a_file_is_read_with_its_stamp(tmp_path: Path) -> None:
    """Bytes and stamp are those of one and the same file."""
    (tmp_path / "a").write_bytes(b"abc")
    assert read_regular_file(tmp_path / "a", max_bytes=3) == (
        b"abc",
        stamp_of((tmp_path / "a").lstat()),
    )


def test_row_17_only_regular_files_of_a_size_are_read(tmp_path: Path) -> None:
    """Links, FIFOs, folders, devices, absent and large files have their errno; none blocks."""
    (tmp_path / "a").write_bytes(b"abcd")
    (tmp_path / "link").symlink_to(tmp_path / "a")
    os.mkfifo(tmp_path / "fifo")
    (tmp_path / "folder").mkdir()
    assert error_of(tmp_path / "link") == errno.ELOOP
    assert error_of(tmp_path / "fifo") == errno.EINVAL
    assert error_of(tmp_path / "folder") == errno.EINVAL
    assert error_of(Path("/dev/zero")) == errno.EINVAL
    assert error_of(tmp_path / "absent") == errno.ENOENT
    assert error_of(tmp_path / "a", max_bytes=3) == errno.EFBIG


def test_row_20_a_file_that_changes_while_it_is_read_is_refused(tmp_path: Path) -> None:
    """A reader beside a writer gets one whole state or EAGAIN, never a mixture."""
    target = tmp_path / "growing"
    target.write_bytes(b"x" * 1_000_000)
    with running_python(_GROW_FOR_EVER, str(target)):

        def is_refused() -> bool:
            try:
                data, stamp = read_regular_file(target, max_bytes=10_000_000)
            except OSError as error:
                return error.errno == errno.EAGAIN
            assert len(data) == stamp.size_bytes
            return False

        eventually(is_refused)


def test_reading_takes_memory_by_the_size_of_the_file(tmp_path: Path) -> None:
    """A generous limit costs nothing: only what is there is made room for."""
    (tmp_path / "a").write_bytes(b"abc")
    tracemalloc.start()
    read_regular_file(tmp_path / "a", max_bytes=1_000_000_000)
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 1_000_000


def test_private_folders_are_made_with_their_parents(tmp_path: Path) -> None:
    """Each new folder is its owner's alone; folders that were there keep their mode."""
    tmp_path.chmod(0o755)
    made = private_folder(tmp_path / "a" / "b")
    assert made == tmp_path / "a" / "b"
    assert private_folder(made) == made
    assert [folder.stat().st_mode & 0o777 for folder in (made, made.parent)] == [0o700, 0o700]
    assert tmp_path.stat().st_mode & 0o777 == 0o755


def test_a_file_where_a_folder_should_be_is_said(tmp_path: Path) -> None:
    """A folder that cannot be made is an error, whatever stands in its way."""
    (tmp_path / "file").touch()
    (tmp_path / "dangling").symlink_to(tmp_path / "nowhere")
    for folder, what in (("file", "a file"), ("dangling", "a link"), ("file/below", "a file")):
        with pytest.raises(NotADirectoryError, match=f"{what}.* lies where this folder belongs"):
            private_folder(tmp_path / folder)


def test_a_content_has_one_id() -> None:
    """The id is the sha256 in lower-case hex."""
    assert content_id(b"abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (".a.json.0123abcd.tmp", True),
        (".a.json.1f.tmp", False),
        ("a.tmp", False),
        (".hidden", False),
        (".mine.tmp", False),
    ],
)
def test_temporary_files_are_recognised_by_name(name: str, *, expected: bool) -> None:
    """Only the very form of our own names is swept; other people's hidden files are not."""
    assert is_temporary(name) is expected


def test_a_folder_weighs_what_its_files_weigh(tmp_path: Path) -> None:
    """Regular files below it are summed; links are not followed, nothing is nothing."""
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "a" / "one").write_bytes(b"1")
    (tmp_path / "a" / "b" / "two").write_bytes(b"22")
    (tmp_path / "a" / "link").symlink_to("/etc")
    assert folder_bytes(tmp_path / "a") == 3
    assert folder_bytes(tmp_path / "absent") == 0


def test_a_sweep_takes_only_what_was_to_become_a_certain_file(tmp_path: Path) -> None:
    """What another process may be writing just now is left to it."""
    ours, theirs = tmp_path / ".status.json.0123abcd.tmp", tmp_path / ".models.json.0123abcd.tmp"
    ours.touch()
    theirs.touch()
    assert sweep_temporary(tmp_path, older_than_seconds=0, written_for=("status.json",)) == 1
    assert not ours.exists()
    assert theirs.exists()


def test_what_an_interrupted_write_left_is_known_by_its_target(tmp_path: Path) -> None:
    """Also of a name so long that it was cut."""
    for name in ("a.png", "caf\udce9.png", "é" * 120 + ".png"):
        temporary = _temporary_name(name)
        assert is_temporary_of(name, temporary)
        assert not is_temporary_of(f"x{name}", temporary)
    assert not is_temporary_of("a.png", ".a.png.tmp")
    assert not is_temporary_of("a.png", ".b.png.01234567.tmp")


def test_only_an_empty_folder_is_removed(tmp_path: Path) -> None:
    """One with anything in it stays, and one that is gone is no trouble."""
    (tmp_path / "full" / "empty").mkdir(parents=True)
    assert not remove_if_empty(tmp_path / "full")
    assert remove_if_empty(tmp_path / "full" / "empty")
    assert remove_if_empty(tmp_path / "full")
    assert not remove_if_empty(tmp_path / "full")


def test_row_41_no_folder_on_the_way_may_be_a_link(tmp_path: Path) -> None:
    """Below the folder that is named nothing is followed, in the middle of a path either."""
    (tmp_path / "inbox" / "real" / "deep").mkdir(parents=True)
    (tmp_path / "inbox" / "real" / "deep" / "a").write_bytes(b"a")
    (tmp_path / "inbox" / "link").symlink_to("real")
    inbox = tmp_path / "inbox"
    data, _stamp = read_regular_file(inbox / "real" / "deep" / "a", max_bytes=9, below=inbox)
    assert data == b"a"
    with pytest.raises(NotADirectoryError):
        read_regular_file(inbox / "link" / "deep" / "a", max_bytes=9, below=inbox)


@pytest.mark.parametrize("has_rename", [True, False], ids=["renameat2", "by links"])
def test_a_rename_to_a_free_name_takes_nobodys_place(tmp_path: Path, *, has_rename: bool) -> None:
    """Whatever the system knows: the file has its new name alone, or its old one."""

    def exclusively(source: Path, target: Path) -> bool:
        return has_rename and rename_exclusively(source, target)

    source, target = tmp_path / "a", tmp_path / "b"
    source.write_bytes(b"a")
    rename_to_free_name(source, target, exclusively=exclusively)
    assert [file.name for file in tmp_path.iterdir()] == ["b"]
    source.write_bytes(b"another")
    with pytest.raises(FileExistsError):
        rename_to_free_name(source, target, exclusively=exclusively)
    assert (source.read_bytes(), target.read_bytes()) == (b"another", b"a")
    with pytest.raises(FileNotFoundError):
        rename_to_free_name(tmp_path / "absent", tmp_path / "c", exclusively=exclusively)


def test_a_folder_is_renamed_to_a_free_name_where_it_cannot_be_linked(tmp_path: Path) -> None:
    """Links of folders are refused everywhere."""
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    with pytest.raises(FileExistsError):
        rename_to_free_name(tmp_path / "a", tmp_path / "b", exclusively=lambda *_: False)
    rename_to_free_name(tmp_path / "a", tmp_path / "c", exclusively=lambda *_: False)
    assert {file.name for file in tmp_path.iterdir()} == {"b", "c"}
