"""Pictures for the page: found by content, made anew by the engine. Never the file itself."""

from collections.abc import Callable
from concurrent.futures import Future
from typing import cast

import structlog

from tasted.daemon.reviewing.backfill_results import BackfillResults
from tasted.daemon.reviewing.results_view import ResultsView
from tasted.errors import NotFound, TastedError
from tasted.rpc.asking_messages import MakePreview, PreviewAnswer, PreviewMade, PreviewSize
from tasted.rpc.review_messages import CallRefused, GivePicture, PictureGiven, ReviewAnswer

Send = Callable[[ReviewAnswer], None]
AskPreview = Callable[[MakePreview], "Future[PreviewAnswer]"]

log = structlog.get_logger("tasted.reviewing")


class Pictures:
    """Has pictures made.

    Args:
        results: finds the file of a content.
        backfills: finds those of backfills.
        ask: hands a request to the engine.
    """

    def __init__(self, results: ResultsView, backfills: BackfillResults, ask: AskPreview) -> None:
        self._results = results
        self._backfills = backfills
        self._ask = ask

    def give(self, number: int, call: GivePicture, send: Send) -> None:
        """Send a picture as soon as the engine has made it; nobody waits here meanwhile.

        Raises:
            NotFound: when no file holds this content.
        """
        results = self._results if call.in_ is None else self._backfills.view(call.in_)
        paths = [path for path in results.paths(call.content) if not path.endswith("/")]
        if not paths:
            raise NotFound(f"There is no picture {call.content[:8]}.")
        size = cast("PreviewSize", call.size)
        path, root = paths[0], None
        if call.in_ is not None:
            file = self._backfills.file(call.in_, path)
            path, root = file.name, str(file.parent)
        request = MakePreview(path, call.content, size, call.view, root)

        def made(future: "Future[PreviewAnswer]") -> None:
            send(_answer(number, future))

        self._ask(request).add_done_callback(made)


def _answer(number: int, future: "Future[PreviewAnswer]") -> ReviewAnswer:
    try:
        answer = future.result()
    except TastedError as fault:
        return CallRefused(number, fault.code, fault.message, fault.remedy)
    except Exception as error:
        log.exception("preview_failed")
        return CallRefused(number, "failed", f"tasted itself failed ({type(error).__name__}).")
    if isinstance(answer, PreviewMade):
        return PictureGiven(number, answer.media_type, answer.data)
    code = "not_found" if answer.code == "gone" else answer.code
    return CallRefused(number, code, answer.message, answer.remedy)
