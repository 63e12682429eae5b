"""The owner's part of `tasted export` and `tasted import`: the library and the taste versions.

Touches the engine and a folder of `.tasted/transfer`. Pictures and answers are the command's part:
it reads them before, and leaves them in the home afterwards, as `tasted like` does. Whatever is
killed in between, the same command completes it.
"""

from typing import Any

import structlog

from tasted.daemon.shared.transfer_order import EXPORT, TransferOrder
from tasted.errors import EngineFailed
from tasted.rpc.client import AnswerT, EngineDiedError, EngineProcess
from tasted.rpc.messages import EngineRequest
from tasted.rpc.transfer_messages import ExportLibrary, ImportLibrary

# thousands of pictures travel in one message, and its deadline is meant for one of them
_DEADLINES = 20

log = structlog.get_logger("tasted.transfer")


def transfer(engine: EngineProcess, order: TransferOrder) -> dict[str, Any]:
    """Export or import, and return the answer.

    Raises:
        ServiceFault: when it cannot be done; the same order may be given again.
    """
    if order.kind == EXPORT:
        exported = _ask(engine, ExportLibrary(order.staging_id))
        return {
            "embedder": exported.embedder,
            "embedder_fingerprint": exported.embedder_fingerprint,
        }
    imported = _ask(engine, ImportLibrary(order.staging_id))
    log.info("imported", vectors=imported.vectors, versions=imported.versions)
    return {
        "vectors": imported.vectors,
        "versions": imported.versions,
        "is_other_model": imported.is_other_model,
    }


def _ask(engine: EngineProcess, request: EngineRequest[AnswerT]) -> AnswerT:
    try:
        return engine.ask(request, deadlines=_DEADLINES)
    except EngineDiedError as error:
        raise EngineFailed(
            f"The engine ended while it worked on an export or import: {error}.",
            remedy="Close other programs if memory is short, and run the command again.",
        ) from error
