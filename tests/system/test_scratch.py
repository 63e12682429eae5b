"""Folders for passing files: private, gone with their process, and swept when it was killed."""

import subprocess
import sys
from pathlib import Path

from tasted.system.scratch import Scratch, sweep_scratch

_KILLED = """
import os, signal, sys
from pathlib import Path
from tasted.system.scratch import Scratch
(Scratch(Path(sys.argv[1])).folder / "picture.png").write_bytes(b"private")
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_it_is_private_and_goes_when_it_is_closed(tmp_path: Path) -> None:
    """Nobody else may look into it, and nothing stays."""
    scratch = Scratch(tmp_path)
    assert scratch.folder.stat().st_mode & 0o077 == 0
    (scratch.folder / "picture.png").write_bytes(b"private")
    scratch.close()
    scratch.close()
    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_process_left_is_removed_by_the_next(tmp_path: Path) -> None:
    """The folder of one that lives is left alone, and so is what others keep there."""
    living = Scratch(tmp_path)
    subprocess.run([sys.executable, "-c", _KILLED, str(tmp_path)], check=False, timeout=60)
    (tmp_path / "tasted-backfill-of-somebody").mkdir()
    assert len(list(tmp_path.iterdir())) == 3
    next_one = Scratch(tmp_path)
    left = {folder.name for folder in tmp_path.iterdir()}
    assert left == {living.folder.name, next_one.folder.name, "tasted-backfill-of-somebody"}
    assert sweep_scratch(tmp_path) == 0
    living.close()
    next_one.close()
