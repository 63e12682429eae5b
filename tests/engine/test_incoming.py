"""What comes in the middle of a batch is taken as what it is; the pipes here are real."""

import os
from collections.abc import Iterator

import pytest

from tasted.engine.incoming import Incoming
from tasted.rpc import framing
from tasted.rpc.batch_messages import AddFiles, EndBatch
from tasted.rpc.encoding import Message, request_from, to_json
from tasted.rpc.messages import RequestedFile, ScoreBatch, WarmUp

FILES = (RequestedFile("a.png"), RequestedFile("\udcff.png", looks_first=True))


class Sender:
    """The light process's end of a pipe."""

    def __init__(self) -> None:
        reading, self._writing = os.pipe()
        self.incoming = Incoming(reading)
        self._descriptors = {reading, self._writing}

    def send(self, *messages: Message) -> None:
        """Send messages."""
        for message in messages:
            framing.write(self._writing, to_json(message))

    def send_bytes(self, sent: bytes) -> None:
        """Send what may be no message."""
        os.write(self._writing, sent)

    def leave(self) -> None:
        """Close the pipe, in the middle of whatever."""
        os.close(self._writing)
        self._descriptors.discard(self._writing)

    def close(self) -> None:
        """Close what is open."""
        for descriptor in self._descriptors:
            os.close(descriptor)


@pytest.fixture
def sender() -> Iterator[Sender]:
    """A pipe that nothing was sent through."""
    sender = Sender()
    yield sender
    sender.close()


def test_files_are_added_to_the_batch_in_hand(sender: Sender) -> None:
    """Once each, in the order in which they were sent; the batch does not end for them."""
    assert sender.incoming.added() == ()
    sender.send(AddFiles(FILES[:1]))
    assert not sender.incoming.is_batch_to_end
    sender.send(AddFiles(FILES[1:]))
    assert sender.incoming.added() == FILES
    assert sender.incoming.added() == ()
    assert not sender.incoming.is_batch_to_end


def test_a_batch_ends_when_it_is_told_to(sender: Sender) -> None:
    """What was added before that is left: it is asked for again."""
    sender.send(AddFiles(FILES), EndBatch(), ScoreBatch(FILES))
    assert sender.incoming.is_batch_to_end
    assert sender.incoming.is_batch_to_end
    assert request_from(sender.incoming.next()) == ScoreBatch(FILES)
    assert sender.incoming.added() == ()
    assert not sender.incoming.is_batch_to_end


def test_what_comes_too_late_is_passed_over(sender: Sender) -> None:
    """The batch was done when it was sent."""
    sender.send(AddFiles(FILES), EndBatch(), AddFiles(FILES), WarmUp())
    assert request_from(sender.incoming.next()) == WarmUp()
    assert not sender.incoming.is_batch_to_end


def test_another_request_ends_a_batch_and_is_answered_after_it(sender: Sender) -> None:
    """Whatever comes is not lost."""
    sender.send(WarmUp())
    assert sender.incoming.is_batch_to_end
    assert request_from(sender.incoming.next()) == WarmUp()


@pytest.mark.parametrize("sent", [b"\0\0\1\0{", b"\0\0\0\2[]", b'\0\0\0\x13{"type":"AddFiles"}'])
def test_a_batch_ends_when_what_came_is_no_message(sender: Sender, sent: bytes) -> None:
    """It is told when the batch has ended, and blamed on no file of it."""
    sender.send_bytes(sent)
    sender.leave()
    assert sender.incoming.added() == ()
    assert sender.incoming.is_batch_to_end
    with pytest.raises(framing.FrameError):
        sender.incoming.next()


def test_what_was_no_message_ends_one_batch_alone(sender: Sender) -> None:
    """What comes after it is taken as ever."""
    sender.send_bytes(b"\0\0\0\2[]")
    assert sender.incoming.is_batch_to_end
    sender.send(WarmUp())
    assert request_from(sender.incoming.next()) == WarmUp()
    assert not sender.incoming.is_batch_to_end


def test_a_batch_ends_when_the_light_process_has_gone(sender: Sender) -> None:
    """Nobody is there to take its answers."""
    sender.send(AddFiles(FILES))
    sender.leave()
    assert sender.incoming.is_batch_to_end
    with pytest.raises(framing.PipeClosed):
        sender.incoming.next()
