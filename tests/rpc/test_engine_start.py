"""An engine that was started before anybody needs it is taken once, or leaves."""

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from kit.waiting import eventually
from tasted.config import Settings
from tasted.rpc.client import EngineProcess
from tasted.rpc.engine_start import COMMAND, EngineStart, WaitingEngine, waiting_engine
from tasted.rpc.messages import Hello, ScoreBatch

_ENGINE = """
import os, sys
from tasted.rpc import framing
from tasted.rpc.encoding import request_from, to_json
from tasted.rpc.messages import BatchScored, Ready
while True:
    try:
        request = request_from(framing.read(0))
    except framing.PipeClosed:
        sys.exit(0)
    is_hello = type(request).__name__ == "Hello"
    framing.write(1, to_json(Ready(os.getpid(), request.protocol) if is_hello else BatchScored()))
"""
HELLO = Hello("/somewhere", None, Settings(), version="0.1.0", parent=0)
NOTHING = ScoreBatch(())


@pytest.fixture
def start(tmp_path: Path) -> EngineStart:
    """How an engine is started that answers everything."""
    script = tmp_path / "engine.py"
    script.write_text(_ENGINE, encoding="utf-8")
    (tmp_path / "logs").mkdir()
    return EngineStart(
        tmp_path / "logs" / "engine.err", threads=1, command=(sys.executable, str(script))
    )


@pytest.fixture
def waiting(start: EngineStart) -> Iterator[WaitingEngine]:
    """One that waits."""
    with waiting_engine(start, is_wanted=True) as waiting:
        assert waiting is not None
        yield waiting


def _engine(start: EngineStart, waiting: WaitingEngine | None) -> EngineProcess:
    return EngineProcess(
        HELLO,
        start,
        deadline_seconds=20,
        waiting=waiting,
    )


def _children() -> set[int]:
    return {child.pid for child in psutil.Process().children()}


def test_it_is_taken_by_the_first_request_and_only_once(start: EngineStart) -> None:
    """The next engine is started as ever."""
    before = _children()
    with waiting_engine(start, is_wanted=True) as waiting, _engine(start, waiting) as engine:
        (pid,) = _children() - before
        assert engine.pid is None, "it is nobody's engine yet"
        engine.ask(NOTHING)
        assert engine.pid == pid
        engine.stop()
        engine.ask(NOTHING)
        assert engine.pid != pid
    assert _children() == before


def test_one_that_was_started_otherwise_is_not_taken(
    start: EngineStart, waiting: WaitingEngine
) -> None:
    """The settings may have changed since."""
    before = _children()
    other = replace(start, threads=2)
    with _engine(other, waiting) as engine:
        engine.ask(NOTHING)
        assert _children() - before == {engine.pid}
        assert not before & _children(), "it is ended: nobody would ever take it"


def test_one_that_has_died_is_not_taken(start: EngineStart) -> None:
    """Whoever needs an engine does not hear of it."""
    before = _children()
    with waiting_engine(start, is_wanted=True) as waiting, _engine(start, waiting) as engine:
        (pid,) = _children() - before
        process = psutil.Process(pid)
        process.kill()
        eventually(lambda: process.status() == psutil.STATUS_ZOMBIE)
        engine.ask(NOTHING)
        assert engine.pid not in {None, pid}


def test_what_nobody_takes_is_gone_afterwards(start: EngineStart) -> None:
    """And nothing is started that is not wanted, or cannot be."""
    before = _children()
    with waiting_engine(start, is_wanted=True):
        assert _children() > before
    assert _children() == before
    with waiting_engine(start, is_wanted=False) as waiting:
        assert waiting is None
    lost = replace(start, command=("/nowhere/python",))
    with waiting_engine(lost, is_wanted=True) as waiting:
        assert waiting is None
    assert _children() == before


def test_a_real_engine_leaves_quietly_when_it_is_not_greeted() -> None:
    """As it does when the daemon is killed meanwhile: its pipe closes."""
    done = subprocess.run(COMMAND, input=b"", capture_output=True, check=False, cwd="/", timeout=60)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
