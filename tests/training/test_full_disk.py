"""A run on a disk that fills up meanwhile says so with its last word."""

import shutil
from pathlib import Path

from kit.disks import fill, mounted_disk
from kit.labelled_homes import labelled_home
from kit.waiting import eventually
from tasted.daemon.shared.training_words import training_lines
from tasted.home.training_file import TrainingFolder, TrainingState
from tasted.rpc.training_process import start_training


def test_why_it_ended_is_told_although_nothing_can_be_written(tmp_path: Path) -> None:
    """Before, it was broken off and nobody knew why."""
    disk = tmp_path / "disk"
    with mounted_disk(disk, megabytes=60):
        home = labelled_home(disk, 24)
        folder = TrainingFolder(home)
        start_training(home, environment={}, is_forced=True)
        eventually(lambda: (state := folder.read()) is not None and state.adapter > 0)
        fill(disk)
        eventually(lambda: not folder.is_running())
        state = folder.read()
        assert state is not None
        assert state.state == "failed"
        assert state.message == "The disk is full."
        step = "go on: tasted train --resume" if state.can_go_on else "train: tasted train"
        assert training_lines(state)[1:] == [
            "  → Free some space; then train again.",
            f"To {step}",
        ]


def test_a_disk_without_that_room_is_left_as_it_is(tmp_path: Path) -> None:
    """What is left may be enough; the run begins, and its lock takes nothing of it."""
    disk = tmp_path / "disk"
    with mounted_disk(disk, megabytes=1):
        home = labelled_home(disk, 2)
        folder = TrainingFolder(home)
        with folder.held():
            pass
        ballast = fill(disk)
        with ballast.open("r+b") as stream:
            stream.truncate(ballast.stat().st_size - 64 * 1024)
        with folder.held() as is_free:
            assert is_free
            folder.write(TrainingState(1, "starting", "pocket", "now", "now"))
            assert shutil.disk_usage(disk).free > 0
