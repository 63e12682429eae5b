"""Where an engine runs: its environment, its folder, and the file of its last words.

Processes, environments and folders are real.
"""

import os
import stat
import sys
from pathlib import Path

import pytest

from kit.scripted_engines import ANSWERS, HELLO, NOTHING, Make, batch, scored
from tasted.errors import EngineFailed
from tasted.rpc.client import EngineProcess
from tasted.rpc.engine_start import EngineStart


def test_its_last_words_are_private(make: Make, tmp_path: Path) -> None:
    """Whatever the mask of the command is that starts it."""
    before = os.umask(0)
    try:
        assert scored(make(ANSWERS), "1.png") == ["1.png"]
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "engine.err").stat().st_mode) == 0o600


def test_the_engine_is_offline_and_far_from_any_folder(make: Make) -> None:
    """Its environment forbids downloads, and its working folder holds no module to import."""
    engine = make(
        "    said = '\\n'.join([*(f'{name}={value}' for name, value in os.environ.items())])\n"
        "    say(FileScored(FileResult(paths[0], ignored=said)))\n"
        "    say(FileScored(FileResult(paths[1], ignored=os.getcwd())))\n"
        "    say(BatchScored())"
    )
    said: list[str | None] = []
    engine.score(batch("a.png", "b.png"), lambda result: said.append(result.ignored))
    environment, folder = (said[0] or "").split("\n"), said[1]
    assert "HF_HUB_OFFLINE=1" in environment
    assert "DISABLE_SAFETENSORS_CONVERSION=1" in environment
    policy = os.environ.get("OMP_WAIT_POLICY", "PASSIVE")
    assert f"OMP_WAIT_POLICY={policy}" in environment
    assert folder == "/"


def test_row_50_an_engine_makes_no_folders_below_an_empty_mount_point(tmp_path: Path) -> None:
    """What it says at its end has no place there; only the folder of the logs may be made again."""
    command = (sys.executable, "-c", "raise SystemExit(1)")
    for state in (tmp_path / "mounted" / ".tasted", tmp_path / "empty" / ".tasted"):
        state.parent.mkdir()
        if state.parent.name == "mounted":
            state.mkdir()
        engine = EngineProcess(
            HELLO,
            EngineStart(state / "logs" / "engine.err", command=command),
            deadline_seconds=5,
        )
        with pytest.raises(EngineFailed):
            engine.ask(NOTHING)
    assert (tmp_path / "mounted" / ".tasted" / "logs" / "engine.err").exists()
    assert not list((tmp_path / "empty").iterdir())
