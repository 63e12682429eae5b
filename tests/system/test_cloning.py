"""Copies that share blocks: made where the file system can, and never trusted unread."""

import os
import stat
import subprocess
from pathlib import Path

import pytest

from tasted.system.cloning import cloned, holds
from tasted.system.files import create_atomically

DATA = os.urandom(3_000_000)


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A file of three megabytes."""
    file = tmp_path / "source.png"
    file.write_bytes(DATA)
    return file


def copying(source: int, target: Path) -> int:
    """Do as a file system that can clone."""
    descriptor = os.open(target, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
    os.sendfile(descriptor, source, 0, os.fstat(source).st_size)
    return descriptor


def test_whatever_the_file_system_can_the_copy_is_a_file_of_its_own(source: Path) -> None:
    """Private, durable, equal; changing the one leaves the other."""
    target = source.with_name("copy.png")
    create_atomically(target, DATA, alike=source)
    assert target.read_bytes() == DATA
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert target.stat().st_nlink == 1
    assert target.stat().st_ino != source.stat().st_ino
    with source.open("r+b") as stream:
        stream.write(b"changed")
    assert target.read_bytes() == DATA
    assert [file.name for file in sorted(source.parent.iterdir())] == ["copy.png", "source.png"]


def test_a_clone_is_taken_when_it_holds_what_it_should(source: Path) -> None:
    """Nothing is written then; a source that changed meanwhile is not believed."""
    target = source.with_name("copy.png")
    made: list[Path] = []

    def clone(opened: int, temporary: Path) -> int:
        made.append(temporary)
        return copying(opened, temporary)

    create_atomically(target, DATA, alike=source, clone=clone)
    assert target.read_bytes() == DATA
    source.write_bytes(DATA[:-1] + b"\0")
    second = source.with_name("second.png")
    create_atomically(second, DATA, alike=source, clone=clone)
    assert second.read_bytes() == DATA
    assert len(made) == 2
    assert not any(path.exists() for path in made)


def test_a_source_that_is_gone_or_a_link_is_not_needed(source: Path) -> None:
    """The bytes are known."""
    link = source.with_name("link.png")
    link.symlink_to(source)
    for number, alike in enumerate((link, source.with_name("none.png"), source.parent)):
        target = source.with_name(f"{number}.png")
        create_atomically(target, DATA, alike=alike)
        assert target.read_bytes() == DATA


def test_a_name_that_is_taken_leaves_no_temporary_file(source: Path) -> None:
    """As without a clone."""
    with pytest.raises(FileExistsError):
        create_atomically(source, DATA, alike=source, clone=copying)
    assert list(source.parent.iterdir()) == [source]


def test_where_nothing_can_be_cloned_nothing_is_left(source: Path) -> None:
    """From one file system to another, and on a system that has no such call."""
    other = Path("/dev/shm") / f"tasted-{os.getpid()}"  # noqa: S108 - another file system
    with source.open("rb") as stream:
        assert cloned(stream.fileno(), other, system="linux") is None
        assert cloned(stream.fileno(), source.with_name("x"), system="plan9") is None
    assert not other.exists()
    assert not source.with_name("x").exists()


def test_a_content_is_compared_to_the_last_byte(source: Path) -> None:
    """Longer, shorter and different files are not it."""
    with source.open("rb") as stream:
        assert holds(stream.fileno(), DATA)
        assert not holds(stream.fileno(), DATA[:-1])
        assert not holds(stream.fileno(), DATA + b"x")
        assert not holds(stream.fileno(), DATA[:-1] + bytes([DATA[-1] ^ 1]))


def test_blocks_are_shared_where_the_file_system_can(source: Path) -> None:
    """On btrfs and XFS the copy takes no room; elsewhere this machine's `cp` cannot either."""
    by_cp = source.with_name("by cp.png")
    can = (
        subprocess.run(
            ["cp", "--reflink=always", str(source), str(by_cp)],
            capture_output=True,
            check=False,
        ).returncode
        == 0
    )
    with source.open("rb") as stream:
        descriptor = cloned(stream.fileno(), source.with_name("clone.png"), system="linux")
    assert (descriptor is not None) is can
    if descriptor is not None:
        assert holds(descriptor, DATA)
        os.close(descriptor)
