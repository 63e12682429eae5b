"""Builds the engine and the page of a home for its owner. Starts and writes nothing."""

import os

from tasted import __version__
from tasted.config import Settings
from tasted.daemon.shared.shared_state import SharedState
from tasted.daemon.starting import engine_start_of
from tasted.home.layout import Home
from tasted.home.web_files import WebFiles
from tasted.outbox.page.writer import PageWriter
from tasted.rpc.client import EngineProcess
from tasted.rpc.engine_start import COMMAND, WaitingEngine
from tasted.rpc.messages import Hello

_MEGABYTE = 1_000_000


def make_engine(
    home: Home,
    settings: Settings,
    *,
    lock: int,
    command: tuple[str, ...] = COMMAND,
    waiting: WaitingEngine | None = None,
) -> EngineProcess:
    """Return the engine of a home, not yet started; it shares the home's lock.

    Args:
        home: whose pictures it looks at.
        settings: by which.
        lock: the descriptor of the home's lock.
        command: what is started as the engine.
        waiting: was started before it was needed.
    """
    return EngineProcess(
        Hello(str(home.root), home.identity, settings, version=__version__, parent=os.getpid()),
        engine_start_of(home, settings, lock=lock, command=command),
        deadline_seconds=settings.engine.deadline_seconds,
        max_memory_bytes=settings.engine.max_memory_mb * _MEGABYTE,
        waiting=waiting,
    )


def make_page(home: Home, shared: SharedState) -> PageWriter:
    """Return what writes the page of a home."""
    return PageWriter(
        home.page_file,
        home.inbox,
        shared.ledger,
        version=__version__,
        check=home.check_outbox,
        review=lambda: _review_address(home),
        embedder=lambda: _embedder(shared),
    )


def _embedder(shared: SharedState) -> str | None:
    """Return the fingerprint of the model in force."""
    current = shared.taste.current
    return current.embedder_fingerprint if current is not None else None


def _review_address(home: Home) -> str | None:
    """Return where pictures are judged: without a token, which has no place in a file."""
    port = WebFiles(home.root, home.web).port()
    return f"http://127.0.0.1:{port}/" if port is not None else None
