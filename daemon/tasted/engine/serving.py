"""The engine: the process that loads the model, answers requests, and leaves when its pipe closes.

Started as `python -I -m tasted.engine` by `tasted.rpc.client`. Requests come on descriptor 0,
answers leave on what was descriptor 1; whatever a library prints goes to stderr.
"""

import os
import select
import signal
import threading
from collections.abc import Callable
from pathlib import Path

import structlog

from tasted.engine.assembly import Load, load_embedder
from tasted.engine.server import EngineServer
from tasted.errors import EngineFailed
from tasted.home.layout import Home
from tasted.rpc import framing
from tasted.rpc.encoding import hello_from, to_json
from tasted.rpc.messages import PROTOCOL, EndBatch, EngineAnswer, Fault, Hello, Ready
from tasted.system.logs import set_up_logs
from tasted.system.platform import end_with_parent

_REQUESTS = 0
_ANSWERS = 1
_PRIVATE_UMASK = 0o077
_MEGABYTE = 1_000_000

log = structlog.get_logger("tasted.engine")


def serve(requests: int, answers: int, *, load: Load = load_embedder) -> None:
    """Answer requests from one pipe on another until it closes. The first of them is `Hello`.

    Args:
        requests: the descriptor to read.
        answers: the descriptor to write.
        load: loads the model.
    """
    sending = threading.Lock()

    def send(answer: EngineAnswer) -> None:
        message = to_json(answer)
        try:
            with sending:
                framing.write(answers, message)
        except BrokenPipeError as error:
            # the daemon has gone in the middle of a batch: no file and no fault of tasted ends it
            log.info("engine_leaves")
            raise SystemExit from error

    try:
        hello = hello_from(framing.read(requests))
    except EngineFailed as fault:
        send(Fault.of(fault))
        return
    # only `EndBatch` comes in the middle of a batch; and then the pipe may have closed
    server = _server(
        hello, send, load, is_to_end=lambda: bool(select.select([requests], [], [], 0)[0])
    )
    send(Ready(os.getpid(), PROTOCOL))
    log.info("engine_started")
    while True:
        try:
            message = framing.read(requests)
        except framing.PipeClosed:
            log.info("engine_leaves")
            return
        if message.get("type") == EndBatch.__name__:
            continue
        try:
            send(server.answer(message))
        except (framing.FrameError, TypeError, ValueError) as error:
            # nothing of it was written yet; if the engine ended here, a picture would seem at fault
            log.exception("answer_not_sent", type=message.get("type"))
            send(server.crash(error, "answer"))


def _server(
    hello: Hello,
    send: Callable[[EngineAnswer], None],
    load: Load,
    *,
    is_to_end: Callable[[], bool],
) -> EngineServer:
    # the pipe tells an engine that listens; this reaches one that hangs in a decoder
    end_with_parent(hello.parent)
    home, settings = Home(Path(hello.home), hello.identity), hello.settings
    home.check()
    logs = home.logs if hello.log_folder is None else Path(hello.log_folder)
    set_up_logs(
        logs / "engine.log",
        level=settings.log.level,
        max_bytes=int(settings.log.max_mb * _MEGABYTE),
        keep=settings.log.keep,
    )
    return EngineServer(
        home, settings, version=hello.version, send=send, is_to_end=is_to_end, load=load
    )


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
    serve(_REQUESTS, answers)
