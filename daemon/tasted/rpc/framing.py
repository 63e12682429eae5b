"""Messages between the light process and the engine: length-prefixed JSON on pipes.

Four bytes, big-endian, say how many bytes of UTF-8 JSON follow. Nothing is ever unpickled. Lone
surrogates of undecodable file names survive, for JSON escapes them.
"""

import json
import os
import select
import struct
import time
from typing import Any

_HEADER = struct.Struct(">I")
FRAME_BYTES_MAX = 64 * 1024 * 1024
HELLO_SECONDS = 30.0
"""An engine that hears nothing for so long after its start leaves."""
_CHUNK_BYTES = 1 << 16

Message = dict[str, Any]


class FrameError(Exception):
    """The other side sent something that is not a message, or left in the middle of one."""


class PipeClosed(FrameError):
    """The other side closed the pipe between two messages."""


def encode(message: Message) -> bytes:
    """Return the frame of a message.

    Raises:
        FrameError: when it would be larger than `FRAME_BYTES_MAX`.
    """
    body = json.dumps(message, separators=(",", ":"), allow_nan=False).encode("ascii")
    if len(body) > FRAME_BYTES_MAX:
        raise FrameError(f"a message of {len(body)} bytes is larger than {FRAME_BYTES_MAX}")
    return _HEADER.pack(len(body)) + body


def decode(body: bytes) -> Message:
    """Return the message of a frame's body.

    Raises:
        FrameError: when the body is not a JSON object.
    """
    try:
        message = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise FrameError("a message that is not JSON") from error
    if not isinstance(message, dict):
        raise FrameError("a message that is not a JSON object")
    return message


def write(descriptor: int, message: Message, *, deadline: float | None = None) -> None:
    """Write one message to a pipe.

    Args:
        descriptor: the writing end.
        message: what is sent.
        deadline: the monotonic time, in seconds, at which to give up; None waits for ever.

    Raises:
        FrameError: when the message is too large.
        OSError, TimeoutError: as `write_frame`.
    """
    write_frame(descriptor, encode(message), deadline=deadline)


def write_frame(descriptor: int, frame: bytes, *, deadline: float | None = None) -> None:
    """Write what `encode` returned to a pipe.

    Args:
        descriptor: the writing end.
        frame: of one message.
        deadline: the monotonic time, in seconds, at which to give up; None waits for ever.

    Raises:
        OSError: EPIPE when the other side is gone.
        TimeoutError: when the deadline passed; part of the message may have been written.
    """
    view = memoryview(frame)
    while view:
        if deadline is None:
            view = view[os.write(descriptor, view) :]
            continue
        left = deadline - time.monotonic()
        if left <= 0 or not select.select([], [descriptor], [], left)[1]:
            raise TimeoutError("the deadline passed")
        # a pipe that is ready takes so much without making the writer wait
        view = view[os.write(descriptor, view[: select.PIPE_BUF]) :]


def read(descriptor: int, *, deadline: float | None = None) -> Message:
    """Read one message from a pipe.

    Args:
        descriptor: the reading end.
        deadline: the monotonic time, in seconds, at which to give up; None waits for ever.

    Raises:
        PipeClosed: when the other side closed the pipe between two messages.
        FrameError: when it left in the middle, or sent something that is not a message.
        TimeoutError: when the deadline passed.
    """
    (size,) = _HEADER.unpack(_read_exactly(descriptor, _HEADER.size, deadline, at_start=True))
    if size > FRAME_BYTES_MAX:
        raise FrameError(f"a message of {size} bytes is announced")
    return decode(_read_exactly(descriptor, size, deadline, at_start=False))


def _read_exactly(descriptor: int, size: int, deadline: float | None, *, at_start: bool) -> bytes:
    received = bytearray()
    while len(received) < size:
        if deadline is not None:
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([descriptor], [], [], left)[0]:
                raise TimeoutError("the deadline passed")
        chunk = os.read(descriptor, min(size - len(received), _CHUNK_BYTES))
        if not chunk:
            if at_start and not received:
                raise PipeClosed("the pipe was closed")
            raise FrameError("the pipe was closed in the middle of a message")
        received += chunk
    return bytes(received)
