"""A home of its own for one run, on a small disk where that is permitted. Touches mounts.

The log files lie beside the disk, so that nothing of what happened is missing when it was full.
"""

import contextlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from kit.drawings import label_scenes
from tasted.home.layout import Home

_DISK_MB = 256
JUNKYARD = "junkyard"
PREFERENCES = """\
[preferences]
traits = ["outdoorsy"]
interests = ["hiking"]
"""
"""With them every label sync embeds texts, and looks for those beside pictures."""
SETTINGS = """\
[embedder]
model = "pocket"
[watch]
rescan_seconds = 2
[engine]
idle_seconds = 4.0
batch_size = 3
[limits]
min_free_mb = 0
[reading]
engine = "companion"
[log]
level = "debug"
max_mb = 1000
"""


@dataclass(frozen=True, slots=True)
class World:
    """Where one run takes place."""

    base: Path
    """Everything lies below it."""
    disk: Path | None
    """The mounted small disk; None where mounting is not permitted."""
    home: Home

    @property
    def outside(self) -> Path:
        """A folder on the home's disk that is not in the home: files are moved from and to it."""
        return self.home.root.parent / "outside"

    @property
    def logs(self) -> Path:
        """Where the home's log files really lie."""
        return self.base / "logs"

    @property
    def stderr_file(self) -> Path:
        """What the daemons said when they died."""
        return self.base / "daemons.stderr"


@contextlib.contextmanager
def open_world(*, keep: bool, kept_if: list[str], has_preferences: bool = False) -> Iterator[World]:
    """Make a world, and remove it afterwards.

    Args:
        keep: leave it there in any case.
        kept_if: when it is not empty in the end, the world is left for inspection.
        has_preferences: whether its user has traits and interests set.
    """
    base = Path(tempfile.mkdtemp(prefix="tasted-chaos-")).resolve()
    disk = _mounted(base / "disk")
    try:
        yield _furnished(base, disk, SETTINGS + (PREFERENCES if has_preferences else ""))
    finally:
        kept = keep or bool(kept_if)
        if disk is not None:
            if kept:
                shutil.copytree(disk, base / "kept", symlinks=True)
            subprocess.run(["umount", "--lazy", str(disk)], check=True)
        if not kept:
            shutil.rmtree(base)


def _mounted(folder: Path) -> Path | None:
    folder.mkdir()
    if os.geteuid() != 0 or shutil.which("mount") is None:
        return None
    options = f"size={_DISK_MB}m,mode=0700"
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)],
        capture_output=True,
        check=False,
    )
    return folder if done.returncode == 0 else None


def _furnished(base: Path, disk: Path | None, settings: str) -> World:
    world = World(base, disk, Home((disk or base) / "home"))
    world.logs.mkdir(mode=0o700)
    world.home.root.mkdir(mode=0o700)
    world.home.state.mkdir(mode=0o700)
    world.home.logs.symlink_to(world.logs)
    world.home.make_folders()
    world.home.config_file.write_text(settings, encoding="utf-8")
    world.outside.mkdir()
    (world.home.inbox / JUNKYARD).mkdir()
    label_scenes(world.home)
    return world
