"""The start of the engine: begins with its model, and imports all the rest meanwhile.

Started as `python -I -m tasted.engine` by `tasted.rpc.engine_start`. Requests come on descriptor 0,
answers leave on what was descriptor 1; whatever a library prints goes to stderr.
"""

import os
import signal
import time
from pathlib import Path

from tasted.engine.model_opening import EarlyModel, load_embedder
from tasted.errors import EngineFailed
from tasted.home.layout import Home
from tasted.native.pillow import load_formats
from tasted.rpc import framing
from tasted.rpc.encoding import hello_from
from tasted.system.garbage import no_collections

_REQUESTS = 0
_ANSWERS = 1
_PRIVATE_UMASK = 0o077


def main() -> None:
    """Be the engine process."""
    # Ctrl-C, a terminal that closes and systemd reach the whole group; the light process decides
    # when the engine goes, by closing the pipe
    for ignored in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGUSR1):
        signal.signal(ignored, signal.SIG_IGN)
    os.umask(_PRIVATE_UMASK)
    # a stray print of any library must not land between two frames
    answers = os.dup(_ANSWERS)
    os.dup2(2, _ANSWERS)
    try:
        hello = framing.read(_REQUESTS, deadline=time.monotonic() + framing.HELLO_SECONDS)
    except (framing.PipeClosed, TimeoutError):
        # it was started before anybody needed it, and nobody does
        return
    early = _early_model(hello)
    if early is not None:
        early.await_compiling()
    # by far the most of what an engine imports, while the model is being compiled
    with no_collections():
        from tasted.engine.serving import serve  # noqa: PLC0415 - see above

        if early is not None:
            # a picture will follow
            load_formats()
    load = load_embedder if early is None else early.load
    serve(_REQUESTS, answers, hello=hello, load=load, is_loading=early is not None)


def _early_model(message: framing.Message) -> EarlyModel | None:
    try:
        hello = hello_from(message)
    except EngineFailed:
        # whoever serves says so
        return None
    if not hello.opens_model:
        return None
    return EarlyModel(Home(Path(hello.home)), hello.settings, load_embedder)
