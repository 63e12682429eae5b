"""The engine process itself, spoken to over its pipes."""

import os
import subprocess
import sys
from pathlib import Path

from kit import pixel_engine
from kit.pictures import solid
from kit.waiting import PATIENCE_SECONDS
from tasted.config import Settings
from tasted.home.layout import Home
from tasted.rpc import framing
from tasted.rpc.encoding import to_json
from tasted.rpc.messages import Hello, RequestedFile, ScoreBatch


def test_an_engine_whose_daemon_is_gone_leaves_in_the_middle_of_a_batch(home: Home) -> None:
    """Nobody hears its answers: that is no failure of tasted over the files that were left."""
    for name in ("a.png", "b.png"):
        (home.inbox / name).write_bytes(solid(size=(64, 64)))
    settings = Settings.model_validate({"embedder": {"model": "pocket"}})
    hello = Hello(str(home.root), home.identity, settings, version="0", parent=os.getpid())
    with subprocess.Popen(
        [sys.executable, str(Path(pixel_engine.__file__))],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as engine:
        assert engine.stdin is not None
        assert engine.stdout is not None
        framing.write(engine.stdin.fileno(), to_json(hello))
        framing.read(engine.stdout.fileno())
        engine.stdout.close()
        batch = ScoreBatch((RequestedFile("a.png"), RequestedFile("b.png")))
        framing.write(engine.stdin.fileno(), to_json(batch))
        assert engine.wait(PATIENCE_SECONDS) == 0
    assert not home.crashes_file.exists()
