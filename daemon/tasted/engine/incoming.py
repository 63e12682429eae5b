"""What the light process sends: one request after another, and what concerns a batch amid it.

Reads one pipe. Used by one thread at a time: by the one that answers, or by that of bulk work while
the other waits for it.
"""

import select

from tasted.rpc import framing
from tasted.rpc.batch_messages import AddFiles, EndBatch
from tasted.rpc.encoding import request_from
from tasted.rpc.messages import RequestedFile

_OF_A_BATCH = frozenset({AddFiles.__name__, EndBatch.__name__})


class Incoming:
    """The requests of one pipe.

    Args:
        descriptor: its reading end.
    """

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._added: list[RequestedFile] = []
        self._ahead: framing.Message | None = None
        """A message that came amid a batch and is not for adding to it."""
        self._is_closed = False

    def next(self) -> framing.Message:
        """Wait for the next request; what was meant for a batch that is over is passed over.

        Raises:
            PipeClosed: when the light process has gone.
            FrameError: when what it sent is not a message.
        """
        self._added.clear()
        while True:
            ahead, self._ahead = self._ahead, None
            message = framing.read(self._descriptor) if ahead is None else ahead
            self._is_closed = False
            if message.get("type") not in _OF_A_BATCH:
                return message

    @property
    def is_batch_to_end(self) -> bool:
        """Whether the batch in hand is to end: whatever came but more files for it says so."""
        self._look()
        return self._ahead is not None or self._is_closed

    def added(self) -> tuple[RequestedFile, ...]:
        """Return the files that were added to the batch in hand since this was asked last."""
        self._look()
        added = tuple(self._added)
        self._added.clear()
        return added

    def _look(self) -> None:
        while self._ahead is None and not self._is_closed and self._has_come():
            try:
                message = framing.read(self._descriptor)
                if message.get("type") != AddFiles.__name__:
                    self._ahead = message
                    return
                request = request_from(message)
            except framing.FrameError:
                # closed, perhaps in the middle: `next` reads again, and tells
                self._is_closed = True
                return
            assert isinstance(request, AddFiles)  # noqa: S101 - its type says so
            self._added += request.files

    def _has_come(self) -> bool:
        return bool(select.select([self._descriptor], [], [], 0)[0])
