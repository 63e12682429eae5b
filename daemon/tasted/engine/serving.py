"""The engine's two pipes: requests are read, answered in their order, until the pipe closes."""

import os
import threading
from collections.abc import Callable
from pathlib import Path

import structlog

from tasted.engine.incoming import Incoming
from tasted.engine.model_opening import Load, load_embedder
from tasted.engine.server import EngineServer
from tasted.errors import EngineFailed
from tasted.home.layout import Home
from tasted.rpc import framing
from tasted.rpc.encoding import hello_from, to_json
from tasted.rpc.messages import PROTOCOL, EngineAnswer, Fault, Hello, ModelLoading, Ready
from tasted.system.logs import set_up_logs
from tasted.system.platform import end_with_parent

_MEGABYTE = 1_000_000

log = structlog.get_logger("tasted.engine")


def serve(
    requests: int,
    answers: int,
    *,
    hello: framing.Message | None = None,
    load: Load = load_embedder,
    is_loading: bool = False,
) -> None:
    """Answer requests from one pipe on another until it closes. The first of them is `Hello`.

    Args:
        requests: the descriptor to read.
        answers: the descriptor to write.
        hello: where it was read before.
        load: loads the model.
        is_loading: whether that has begun: if the engine ends now, it may have ended over that.
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
        greeting = hello_from(framing.read(requests) if hello is None else hello)
    except EngineFailed as fault:
        send(Fault.of(fault))
        return
    incoming = Incoming(requests)
    server = _server(greeting, send, load, incoming)
    send(Ready(os.getpid(), PROTOCOL))
    if is_loading:
        send(ModelLoading())
    log.info("engine_started")
    _answer_all(server, incoming, send)


def _answer_all(
    server: EngineServer, incoming: Incoming, send: Callable[[EngineAnswer], None]
) -> None:
    while True:
        try:
            message = incoming.next()
        except framing.PipeClosed:
            log.info("engine_leaves")
            return
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
    incoming: Incoming,
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
        home,
        settings,
        version=hello.version,
        send=send,
        is_to_end=lambda: incoming.is_batch_to_end,
        added=incoming.added,
        load=load,
    )
