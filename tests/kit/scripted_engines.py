"""Engines of a few lines of Python, each of which behaves in its own way, and questions to them."""

from collections.abc import Callable

import psutil

from tasted.config import Settings
from tasted.rpc.client import EngineProcess
from tasted.rpc.messages import Hello, RequestedFile, ScoreBatch

BEGINNING = """
import os, sys, time
from dataclasses import replace
from tasted.rpc import framing
from tasted.rpc.encoding import hello_from, request_from, to_json
from tasted.rpc.messages import (
    PROTOCOL, BatchScored, FileResult, FileScored, TastePublished, ModelLoaded, ModelLoading,
    Ready, ReferencesMissing,
)

def say(answer): framing.write(1, to_json(answer))
def results():
    for path in paths: say(FileScored(FileResult(path)))
    return BatchScored()

hello = hello_from(framing.read(0))
say(Ready(os.getpid(), PROTOCOL))
while True:
    try:
        request = request_from(framing.read(0))
    except framing.PipeClosed:
        sys.exit(0)
    paths = [file.path for file in request.files] if hasattr(request, "files") else []
"""
ANSWERS = "    say(results())"
DIES = """
    if "die.png" in paths:
        print("a picture was too much", file=sys.stderr, flush=True)
        os.write(1, b"\\0\\0\\0\\x10{half")
        os._exit(7)
    say(results())
"""
HANGS = """
    if "hang.png" in paths:
        time.sleep(600)
    say(results())
"""
HELLO = Hello("/somewhere", None, Settings(), version="0.1.0", parent=0)
Make = Callable[..., EngineProcess]


def batch(*paths: str) -> ScoreBatch:
    """Return the request to score these files."""
    return ScoreBatch(tuple(map(RequestedFile, paths)))


NOTHING = batch()


def scored(engine: EngineProcess, *paths: str) -> list[str]:
    """Have these files scored, and return the paths that were answered."""
    answered: list[str] = []
    engine.score(batch(*paths), lambda result: answered.append(result.path))
    return answered


def running_pid(engine: EngineProcess) -> int:
    """Return the pid of an engine that runs."""
    assert engine.pid is not None
    return engine.pid


def assert_gone(pid: int) -> None:
    """No process and no zombie of this id is left."""
    assert not psutil.pid_exists(pid)
