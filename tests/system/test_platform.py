"""What differs between systems, by forged values: none of this was run on a Mac."""

import errno
import os
import struct
import threading
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.children import running_python
from kit.waiting import eventually
from tasted.home.lock import process_exists
from tasted.system import platform
from tasted.system.platform import FileSystem

_MOUNTS = """\
21 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
22 21 0:20 / /home/me/NAS rw,relatime - cifs //nas/photos rw
23 21 0:21 / /mnt/my\\040disk rw - nfs4 nas:/disk rw
24 21 0:22 / /home/me/cloud rw - fuse.rclone remote: rw
25 21 0:23 / /home/me/exfat rw - fuseblk /dev/sdb1 rw
26 22 0:24 / /home/me/NAS/local rw - tmpfs tmpfs rw
"""


@pytest.mark.parametrize(
    ("path", "kind", "is_remote"),
    [
        ("/home/me/Tasted/inbox", "ext4", False),
        ("/home/me/NAS", "cifs", True),
        ("/home/me/NAS/a/b", "cifs", True),
        ("/home/me/NAS-not", "ext4", False),
        ("/home/me/NAS/local/x", "tmpfs", False),
        ("/mnt/my disk/x", "nfs4", True),
        ("/home/me/cloud", "fuse.rclone", True),
        ("/home/me/exfat/x", "fuseblk", False),
    ],
)
def test_row_43_the_mount_of_a_folder_is_found(path: str, kind: str, *, is_remote: bool) -> None:
    """The longest mount point that holds a folder decides whether it is polled."""
    assert platform.parse_mountinfo(_MOUNTS, path) == FileSystem(kind, is_remote=is_remote)


@given(st.text(), st.text())
def test_any_mount_table_is_read(text: str, path: str) -> None:
    """A line of another shape is passed over."""
    assert isinstance(platform.parse_mountinfo(text, path), FileSystem)


def test_this_machine_is_local(tmp_path: Path) -> None:
    """The real table answers for a real folder."""
    assert platform.file_system_of(tmp_path).is_remote is False
    assert platform.file_system_of(tmp_path).kind


def _statfs(kind: bytes, *, flags: int) -> bytes:
    data = bytearray(2168)
    struct.pack_into("=I", data, 64, flags)
    struct.pack_into("=16s", data, 72, kind)
    return bytes(data)


@pytest.mark.parametrize(
    ("kind", "flags", "is_remote"),
    [(b"apfs", 0x1000, False), (b"smbfs", 0, True), (b"macfuse", 0x1000, True)],
)
def test_row_43_a_network_volume_of_a_mac_is_recognised(
    kind: bytes, flags: int, *, is_remote: bool
) -> None:
    """MNT_LOCAL and the name of the type, as <sys/mount.h> has them."""
    found = platform.parse_statfs(_statfs(kind, flags=flags))
    assert found == FileSystem(kind.decode(), is_remote=is_remote)


def _status(**fields: Any) -> Any:
    return SimpleNamespace(**fields)


def test_row_27_a_dataless_file_is_recognised(tmp_path: Path) -> None:
    """SF_DATALESS among the flags; a system without flags has none."""
    assert platform.is_dataless(_status(st_flags=0x40000000 | 0x20))
    assert not platform.is_dataless(_status(st_flags=0x20))
    assert not platform.is_dataless(os.lstat(tmp_path))


@pytest.mark.parametrize("hours", [-12, 0, 14])
def test_row_26_a_file_that_finder_copies_is_recognised(hours: int) -> None:
    """Finder dates it to 14 February 1946 or to 1 January 1904, in some time zone."""
    for busy in (-753_578_704, -2_082_844_800):
        assert platform.is_being_copied(_status(st_birthtime=busy + 3600 * hours))


def test_other_files_are_not_being_copied(tmp_path: Path) -> None:
    """Today's files, those of 1970, and those of a system that knows no birth."""
    assert not platform.is_being_copied(_status(st_birthtime=1_700_000_000.0))
    assert not platform.is_being_copied(_status(st_birthtime=0))
    assert not platform.is_being_copied(os.lstat(tmp_path))


def test_row_16_a_privacy_rule_of_macos_is_no_mode() -> None:
    """EPERM on a Mac names the setting and the program to allow; EACCES and Linux do not."""
    eperm, eacces = OSError(errno.EPERM, "no"), OSError(errno.EACCES, "no")
    remedy = platform.access_remedy(eperm, "/opt/python3.12", system="darwin")
    assert remedy is not None
    assert "Privacy & Security" in remedy
    assert "/opt/python3.12" in remedy
    assert platform.access_remedy(eacces, "python", system="darwin") is None
    assert platform.access_remedy(eperm, "python", system="linux") is None
    assert platform.is_privacy_refusal(eperm, system="darwin")
    assert not platform.is_privacy_refusal(eacces, system="darwin")
    assert not platform.is_privacy_refusal(eperm, system="linux")


def test_row_02_a_flush_falls_back_where_the_drive_knows_no_full_one(tmp_path: Path) -> None:
    """F_FULLFSYNC is refused here, as network volumes of a Mac refuse it: fsync follows."""
    with (tmp_path / "a").open("wb") as stream:
        platform.flush(stream.fileno(), system="darwin")
        platform.flush(stream.fileno(), system="linux")


def test_a_linked_folder_has_one_canonical_path(tmp_path: Path) -> None:
    """Watching a link gives no events at all, so the path behind it is watched."""
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to("real")
    assert platform.canonical(tmp_path / "link") == (tmp_path / "real").resolve()
    with pytest.raises(FileNotFoundError):
        platform.canonical(tmp_path / "absent")


def test_memory_is_returned_in_bytes() -> None:
    """A Python process holds more than a megabyte and less than this machine has."""
    assert 1_000_000 < platform.resident_bytes() < 1 << 40
    assert platform.resident_bytes(system="darwin") > 0
    # asked of a C library that may not know how
    platform.return_freed_memory()
    assert platform.resident_bytes() > 1_000_000


_PARENT = """
import os, subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", '''
import os, sys, time
from tasted.system.platform import end_with_parent
end_with_parent(int(sys.argv[1]))
print(os.getpid(), flush=True)
time.sleep(60)
''', str(os.getpid())])
child.wait()
"""


def test_a_child_ends_with_its_parent_however_busy() -> None:
    """Killed with SIGKILL, a parent takes a child along that never looks at any pipe."""
    with running_python(_PARENT) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        assert process_exists(child)
        parent.kill()
        parent.wait()
        eventually(lambda: not _runs(child))


def _runs(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text("ascii").rsplit(")", 1)[1].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def test_the_thread_of_a_mac_waits_for_the_parent() -> None:
    """Elsewhere than on Linux and macOS nothing is started, and nothing fails."""
    before = threading.active_count()
    platform.end_with_parent(os.getppid(), system="freebsd")
    assert threading.active_count() == before


def test_a_system_without_an_exclusive_rename_is_recognised(tmp_path: Path) -> None:
    """This libc has no call of a Mac's, as an older one has none of Linux."""
    (tmp_path / "a").touch()
    assert not platform.rename_exclusively(tmp_path / "a", tmp_path / "b", system=platform.DARWIN)
    assert platform.rename_exclusively(tmp_path / "a", tmp_path / "b")
    with pytest.raises(FileNotFoundError):
        platform.rename_exclusively(tmp_path / "a", tmp_path / "b")
