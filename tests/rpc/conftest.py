"""Engine processes around scripts, for tests of the light side of the engine."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from kit.scripted_engines import BEGINNING, HELLO, Make
from tasted.rpc.client import EngineProcess
from tasted.rpc.engine_start import EngineStart


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Make]:
    """Builds engine processes around scripts, and ends them."""
    made: list[EngineProcess] = []

    def build(script: str, *, deadline_seconds: float = 20, **options: object) -> EngineProcess:
        file = tmp_path / f"engine_{len(made)}.py"
        file.write_text(BEGINNING + script, encoding="utf-8")
        engine = EngineProcess(
            HELLO,
            EngineStart(tmp_path / "engine.err", command=(sys.executable, str(file))),
            deadline_seconds=deadline_seconds,
            **options,
        )
        made.append(engine)
        return engine

    yield build
    for engine in made:
        engine.interrupt()
        engine.stop()
