"""A batch goes on while the engine works, and never sends more than the pipe holds."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasted.rpc import framing
from tasted.rpc.batch_in_hand import ADDED_BYTES_MAX, ADDED_TOGETHER, BatchInHand
from tasted.rpc.batch_messages import AddFiles, EndBatch
from tasted.rpc.encoding import request_from
from tasted.rpc.messages import BatchScored, FileResult, FileScored, RequestedFile


class Exchange:
    """A batch in hand, a queue that it takes from, and what is sent."""

    def __init__(self, *batch: str, waiting: list[str] | None = None) -> None:
        self.waiting = waiting or []
        self.asked: list[int] = []
        self.kept: list[str] = []
        self.sent: list[AddFiles | EndBatch] = []
        self.bytes_sent: list[int] = []
        self.is_overtaken = False
        self.batch = BatchInHand(
            files(*batch),
            lambda result: self.kept.append(result.path),
            send=self.send,
            is_overtaken=lambda: self.is_overtaken,
            more=self.more,
        )

    def send(self, frame: bytes) -> None:
        """Note what is sent."""
        request = request_from(framing.decode(frame[4:]))
        assert isinstance(request, AddFiles | EndBatch)
        self.sent.append(request)
        self.bytes_sent.append(len(frame))

    def more(self, most: int) -> tuple[RequestedFile, ...]:
        """Give what waits."""
        self.asked.append(most)
        taken, self.waiting = self.waiting[:most], self.waiting[most:]
        return files(*taken)

    def answer(self, *paths: str) -> None:
        """Have the engine answer files."""
        for path in paths:
            self.batch.take(FileScored(FileResult(path)))

    @property
    def added(self) -> list[list[str]]:
        """The paths of each request to go on."""
        return [[file.path for file in sent.files] for sent in self.sent if hasattr(sent, "files")]


def files(*paths: str) -> tuple[RequestedFile, ...]:
    """Return these files, to be asked for."""
    return tuple(map(RequestedFile, paths))


def test_it_goes_on_when_half_of_it_is_left() -> None:
    """And again only when one of the files that were added is answered: then they were read."""
    exchange = Exchange("a", "b", "c", "d", waiting=["e", "f", "g", "h"])
    exchange.answer("a")
    assert exchange.added == []
    exchange.answer("b")
    assert exchange.added == [["e", "f"]]
    exchange.answer("c", "d")
    assert exchange.added == [["e", "f"]]
    exchange.answer("e")
    assert exchange.added == [["e", "f"], ["g", "h"]]
    exchange.answer("f", "g", "h")
    exchange.batch.end()
    assert exchange.kept == list("abcdefgh")


def test_files_that_came_too_late_are_not_missed() -> None:
    """The engine was done with the batch: only its own files have to be answered."""
    exchange = Exchange("a", "b", waiting=["c"])
    exchange.answer("a")
    assert exchange.added == [["c"]]
    with pytest.raises(framing.FrameError, match="1 files of a batch"):
        exchange.batch.end()
    exchange.answer("b")
    exchange.batch.end()


def test_a_batch_that_is_overtaken_ends_and_does_not_go_on() -> None:
    """It is told once."""
    exchange = Exchange("a", "b", "c", "d", waiting=["e"])
    exchange.is_overtaken = True
    exchange.answer("a", "b", "c")
    exchange.batch.end()
    assert exchange.sent == [EndBatch()]
    assert exchange.asked == []


def test_what_is_too_much_for_a_pipe_is_not_sent() -> None:
    """The engine reads nothing while it writes an answer; it is asked for in another batch."""
    exchange = Exchange(*map(str, range(32)), waiting=["\udcff" * 2000 for _number in range(40)])
    exchange.answer(*map(str, range(20)))
    assert exchange.sent == []
    assert exchange.asked == [ADDED_TOGETHER]
    exchange.is_overtaken = True
    exchange.answer("20")
    assert exchange.sent == [EndBatch()]


@pytest.mark.parametrize("answer", [FileScored(FileResult("z")), BatchScored()])
def test_what_was_not_asked_for_is_no_answer(answer: FileScored | BatchScored) -> None:
    """Nothing that such an engine says can be trusted."""
    exchange = Exchange("a")
    with pytest.raises(framing.FrameError, match="about nothing that was asked"):
        exchange.batch.take(answer)


@given(
    first=st.integers(1, 40),
    waiting=st.lists(st.integers(1, 3000), max_size=60),
    reads_late=st.booleans(),
)
def test_every_file_is_answered_once_and_the_pipe_is_never_full(
    first: int, waiting: list[int], reads_late: bool
) -> None:
    """Whatever is asked for, and whenever the engine reads what was added."""
    names = [f"{number}-" + "x" * length for number, length in enumerate(waiting)]
    exchange = Exchange(*map(str, range(first)), waiting=names)
    engine = list(map(str, range(first)))
    unread = 0
    answered: list[str] = []
    while engine:
        path = engine.pop(0)
        exchange.answer(path)
        answered.append(path)
        if not reads_late or not engine:
            added = [path for paths in exchange.added[unread:] for path in paths]
            unread = len(exchange.added)
            engine += added
        assert len(exchange.added) - unread <= 1
    exchange.batch.end()
    assert len(set(answered)) == len(answered)
    assert max(exchange.bytes_sent, default=0) <= ADDED_BYTES_MAX
