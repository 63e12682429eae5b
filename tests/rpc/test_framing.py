"""Messages arrive whole and equal, or not at all, and never too late."""

import os
import struct
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasted.rpc import framing

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters()),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)  # fmt: skip
messages = st.dictionaries(st.text(st.characters()), values, max_size=5)

Pipe = tuple[int, int]


@pytest.fixture
def pipe() -> Iterator[Pipe]:
    """The reading and the writing end of a pipe."""
    reading, writing = os.pipe()
    yield reading, writing
    for descriptor in (reading, writing):
        try:
            os.close(descriptor)
        except OSError:  # a test closed it
            continue


def soon() -> float:
    """Return a deadline that is near and not yet over."""
    return time.monotonic() + 0.05


@given(messages)
def test_every_message_comes_back(message: dict[str, Any]) -> None:
    """Any JSON object, lone surrogates of file names included, survives its frame."""
    frame = framing.encode(message)
    assert struct.unpack(">I", frame[:4]) == (len(frame) - 4,)
    assert framing.decode(frame[4:]) == message


@given(st.lists(messages, min_size=1, max_size=4), st.integers(1, 50))
def test_messages_come_in_order_however_they_are_cut(
    sent: list[dict[str, Any]], piece: int
) -> None:
    """A stream that arrives in pieces of any size yields the messages that were sent."""
    reading, writing = os.pipe()
    stream = b"".join(map(framing.encode, sent))

    def trickle() -> None:
        for start in range(0, len(stream), piece):
            os.write(writing, stream[start : start + piece])
        os.close(writing)

    writer = threading.Thread(target=trickle)
    writer.start()
    try:
        assert [framing.read(reading) for _ in sent] == sent
        with pytest.raises(framing.PipeClosed):
            framing.read(reading)
    finally:
        writer.join()
        os.close(reading)


def test_a_large_message_passes_a_pipe(pipe: Pipe) -> None:
    """A message many times the size of the pipe's buffer is written and read whole."""
    reading, writing = pipe
    message = {"text": "x" * 3_000_000}
    writer = threading.Thread(target=framing.write, args=(writing, message))
    writer.start()
    assert framing.read(reading, deadline=time.monotonic() + 20) == message
    writer.join()


@pytest.mark.parametrize("kept", [1, 3, 4, 5])
def test_a_truncated_message_is_an_error(pipe: Pipe, kept: int) -> None:
    """The end of the pipe in the middle of header or body is no end between messages."""
    reading, writing = pipe
    os.write(writing, framing.encode({"a": 1})[:kept])
    os.close(writing)
    with pytest.raises(framing.FrameError) as caught:
        framing.read(reading)
    assert not isinstance(caught.value, framing.PipeClosed)


def test_a_huge_announcement_is_refused_unread(pipe: Pipe) -> None:
    """No memory is taken for what no honest side would send."""
    reading, writing = pipe
    os.write(writing, struct.pack(">I", framing.FRAME_BYTES_MAX + 1))
    with pytest.raises(framing.FrameError, match="announced"):
        framing.read(reading)


def test_a_huge_message_is_not_sent(pipe: Pipe) -> None:
    """The sender refuses before the first byte is written."""
    reading, writing = pipe
    with pytest.raises(framing.FrameError, match="larger"):
        framing.write(writing, {"text": "x" * framing.FRAME_BYTES_MAX})
    with pytest.raises(TimeoutError):
        framing.read(reading, deadline=soon())


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b"[1]", b"1", b"null", b"[" * 200_000])
def test_what_is_no_json_object_is_refused(pipe: Pipe, body: bytes) -> None:
    """Rubbish in a frame is an error, also when it is deeply nested."""
    reading, writing = pipe
    whole = struct.pack(">I", len(body)) + body
    writer = threading.Thread(target=lambda: os.write(writing, whole))
    writer.start()
    with pytest.raises(framing.FrameError):
        framing.read(reading)
    writer.join()


def test_numbers_that_json_lacks_are_not_sent() -> None:
    """NaN and infinity are refused by the sender, where the mistake is."""
    with pytest.raises(ValueError, match="JSON compliant"):
        framing.encode({"score": float("nan")})


@pytest.mark.parametrize("begun", [b"", b"\0\0", b"\0\0\0\x02{"])
def test_reading_ends_at_the_deadline(pipe: Pipe, begun: bytes) -> None:
    """Silence before or in the middle of a message ends with the deadline."""
    reading, writing = pipe
    os.write(writing, begun)
    with pytest.raises(TimeoutError):
        framing.read(reading, deadline=soon())


def test_a_deadline_that_is_over_is_over(pipe: Pipe) -> None:
    """Nothing is waited for after the deadline."""
    reading, _writing = pipe
    with pytest.raises(TimeoutError):
        framing.read(reading, deadline=time.monotonic() - 1)


def test_writing_ends_at_the_deadline(pipe: Pipe) -> None:
    """A reader that takes nothing does not hold the writer for ever."""
    _reading, writing = pipe
    with pytest.raises(TimeoutError):
        framing.write(writing, {"text": "x" * 1_000_000}, deadline=soon())


def test_writing_within_a_deadline_loses_nothing(pipe: Pipe) -> None:
    """A slow reader gets every byte."""
    reading, writing = pipe
    message = {"text": "x" * 1_000_000}
    writer = threading.Thread(
        target=framing.write,
        args=(writing, message),
        kwargs={"deadline": time.monotonic() + 20},
    )
    writer.start()
    assert framing.read(reading, deadline=time.monotonic() + 20) == message
    writer.join()


def test_writing_to_nobody_is_an_error(pipe: Pipe) -> None:
    """A reader that is gone is noticed."""
    reading, writing = pipe
    os.close(reading)
    with pytest.raises(BrokenPipeError):
        framing.write(writing, {})
