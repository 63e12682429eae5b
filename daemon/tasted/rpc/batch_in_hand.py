"""A batch that the engine is working on: what is answered, and whether it goes on or ends early."""

from collections.abc import Callable, Sequence

from tasted.rpc import framing
from tasted.rpc.batch_messages import AddFiles, EndBatch
from tasted.rpc.encoding import to_json
from tasted.rpc.messages import (
    EngineAnswer,
    FileResult,
    FileScored,
    RequestedFile,
)

ADDED_TOGETHER = 16
"""So that a frame fits into a pipe."""
ADDED_BYTES_MAX = 12_288
"""A pipe of macOS holds 16 KiB, one of Linux 64. The engine may be writing an answer, and reads
nothing then: if it were sent more than the pipe holds, the two would wait for each other."""


class BatchInHand:
    """Takes the answers of one batch; used by one thread.

    Args:
        files: of the batch.
        keep: called with the result of each file.
        send: sends the frame of a message to the engine.
        is_overtaken: whether the rest is to be left.
        more: returns so many files, or fewer, that the engine is to go on with.
    """

    def __init__(
        self,
        files: Sequence[RequestedFile],
        keep: Callable[[FileResult], None],
        *,
        send: Callable[[bytes], None],
        is_overtaken: Callable[[], bool],
        more: Callable[[int], Sequence[RequestedFile]],
    ) -> None:
        self._unanswered = {file.path for file in files}
        self._few = min(len(files) // 2, ADDED_TOGETHER)
        self._keep = keep
        self._send = send
        self._is_overtaken = is_overtaken
        self._more = more
        self._added: set[str] = set()
        """The last ones that were added, for as long as none of them was answered."""
        self._is_ended = False
        self._is_growing = True

    def take(self, answer: EngineAnswer) -> None:
        """Take what came.

        Raises:
            FrameError: when it is not the result of a file that was asked for.
        """
        if not isinstance(answer, FileScored) or answer.result.path not in self._unanswered:
            raise framing.FrameError(f"{type(answer).__name__} about nothing that was asked")
        path = answer.result.path
        self._unanswered.remove(path)
        if path in self._added:
            # they were read, and there is room in the pipe for others
            self._added = set()
        self._keep(answer.result)
        if self._unanswered and not self._is_ended:
            self._go_on()

    def end(self) -> None:
        """Take in that the engine is done with the batch.

        Raises:
            FrameError: when it has left out files. It may not have read the last that were added.
        """
        left_out = self._unanswered - self._added
        if left_out and not self._is_ended:
            raise framing.FrameError(f"{len(left_out)} files of a batch were not answered")

    def _go_on(self) -> None:
        if self._is_overtaken():
            self._is_ended = True
            self._send(framing.encode(to_json(EndBatch())))
        elif self._is_growing and not self._added and len(self._unanswered) <= self._few:
            files = tuple(self._more(self._few))
            frame = framing.encode(to_json(AddFiles(files)))
            self._is_growing = len(frame) <= ADDED_BYTES_MAX
            if files and self._is_growing:
                self._added = {file.path for file in files}
                self._unanswered |= self._added
                self._send(frame)
