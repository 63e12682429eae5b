"""What this process may read of the inbox, with forged refusals of macOS."""

import errno
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tasted.home.status import AccessReport
from tasted.inbox.access import try_access


def _me(refused: str | None = None, path: Path | None = None, *, opened: bool = False) -> object:
    interpreter = os.path.realpath(sys.executable)
    return AccessReport(interpreter, refused, None if path is None else str(path), opened)


def test_a_readable_inbox_is_told_with_and_without_a_file(tmp_path: Path) -> None:
    """A file in a label folder counts; links are not followed."""
    (tmp_path / "link").symlink_to("/etc/hostname")
    assert try_access(tmp_path) == _me()
    (tmp_path / "liked").mkdir()
    (tmp_path / "liked" / "a.png").write_bytes(b"")
    assert try_access(tmp_path) == _me(opened=True)


def test_a_missing_inbox_is_told(tmp_path: Path) -> None:
    """By the name of the error."""
    assert try_access(tmp_path / "gone") == _me("ENOENT", tmp_path / "gone")


@pytest.mark.parametrize("code", [errno.EPERM, errno.EACCES])
def test_a_refused_listing_is_named_by_the_errors_name(tmp_path: Path, code: int) -> None:
    """EPERM is macOS's privacy, EACCES a mode."""

    def refused(folder: Path) -> Iterator[Path]:
        raise OSError(code, os.strerror(code), str(folder))

    name = errno.errorcode[code]
    assert try_access(tmp_path, listed=refused) == _me(name, tmp_path)


def test_files_may_be_refused_where_the_folder_is_not(tmp_path: Path) -> None:
    """One that can be opened proves the right; a vanished one proves nothing."""
    files = [tmp_path / name for name in ("gone", "closed", "open")]
    answers = {files[0]: errno.ENOENT, files[1]: errno.EPERM}

    def opened(file: Path) -> None:
        if file in answers:
            raise OSError(answers[file], os.strerror(answers[file]), str(file))

    assert try_access(tmp_path, listed=lambda _: iter(files[:2]), opened=opened) == _me(
        "EPERM", tmp_path
    )
    assert try_access(tmp_path, listed=lambda _: iter(files), opened=opened) == _me(opened=True)
