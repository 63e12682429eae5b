"""A small disk of its own, mounted on a folder: it can be full, and taken away. Linux, as root."""

import contextlib
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

_AT_ONCE = 1024


@contextlib.contextmanager
def mounted_disk(folder: Path, *, megabytes: int) -> Iterator[None]:
    """Mount an empty disk on a folder while the block runs; skip the test where that is refused.

    Args:
        folder: made where it is missing.
        megabytes: of the disk.
    """
    folder.mkdir(exist_ok=True)
    options = f"size={megabytes}m,mode=700"
    mount = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)]
    if os.geteuid() != 0 or subprocess.run(mount, check=False, capture_output=True).returncode:
        pytest.skip("only root may mount a disk")
    try:
        yield
    finally:
        take_away(folder)


def take_away(folder: Path) -> None:
    """Unmount a disk, whoever uses it; nothing happens where none is mounted."""
    subprocess.run(["umount", "--lazy", str(folder)], check=False, capture_output=True)


def fill(disk: Path) -> Path:
    """Fill a disk to its last block; return the file that has to go for that to end."""
    ballast = disk / "ballast"
    with contextlib.suppress(OSError), ballast.open("wb", buffering=0) as stream:
        while True:
            stream.write(bytes(_AT_ONCE))
    return ballast
