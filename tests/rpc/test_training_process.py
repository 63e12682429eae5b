"""The door to the process that trains: what it leaves when that does not start."""

import os
import stat
import sys
from pathlib import Path

import pytest

from tasted.errors import CommandError, EngineFailed
from tasted.home.layout import Home
from tasted.rpc.training_process import start_training

ENDS = (sys.executable, "-c", "import sys; sys.exit('no words')")


def test_its_last_words_are_private(home: Home, tmp_path: Path) -> None:
    """Whatever the mask of the command is, and whatever lay there before."""
    elsewhere = tmp_path / "elsewhere"
    elsewhere.write_text("mine", encoding="utf-8")
    words = home.logs / "training.stderr"
    home.logs.mkdir(parents=True, exist_ok=True)
    words.symlink_to(elsewhere)
    before = os.umask(0)
    try:
        for _time in range(2):
            with pytest.raises(EngineFailed, match="no words"):
                start_training(home, environment={}, command=ENDS, is_installed=lambda: True)
            assert stat.S_IMODE(words.lstat().st_mode) == 0o600
            assert stat.S_ISREG(words.lstat().st_mode)
    finally:
        os.umask(before)
    assert elsewhere.read_text("utf-8") == "mine"


@pytest.mark.parametrize("linked", ["training", "training/run"])
def test_a_folder_of_it_that_is_a_link_is_refused(home: Home, tmp_path: Path, linked: str) -> None:
    """Views of pictures would be kept where `tasted forget` does not look."""
    outside = tmp_path / "outside"
    outside.mkdir()
    place = home.state / linked
    place.parent.mkdir(parents=True, exist_ok=True)
    place.symlink_to(outside)
    with pytest.raises(CommandError, match="is a link"):
        start_training(home, environment={}, command=ENDS, is_installed=lambda: True)
    assert list(outside.iterdir()) == []
