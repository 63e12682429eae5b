"""The feedback log on a real disk: durable, healed, erased, and one event for one id."""

import errno
import os
import signal
import stat
import threading
import zlib
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kit.children import python
from kit.feedback_events import any_event, content, event_id, judged, taken_back
from tasted.errors import CommandError, HomeGone
from tasted.feedback.events import FeedbackEvent
from tasted.feedback.log import FeedbackLog
from tasted.feedback.reading import DamagedLine, examine, read_events, segments
from tasted.system.faultpoints import VARIABLE


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where a log is to be; its parent is there."""
    return tmp_path / "feedback"


def ids(folder: Path) -> list[str]:
    """Return the ids of all events on disk."""
    return [event.id for event in read_events(folder)]


def test_what_was_appended_is_on_disk(folder: Path) -> None:
    """Numbers rise from 1, and another process reads the same."""
    log = FeedbackLog(folder)
    done = [log.append(judged(number, number)) for number in range(1, 4)]
    assert [event.seq for event in done] == [1, 2, 3]
    assert list(read_events(folder)) == done == list(FeedbackLog(folder).events())
    assert list(log.after(2)) == done[2:]
    assert log.find(event_id(2)) == done[1]
    assert log.find(event_id(9)) is None


def test_it_is_private(folder: Path) -> None:
    """Nobody else reads what was judged."""
    FeedbackLog(folder).append(judged(1, 1))
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(file.stat().st_mode) for file in folder.iterdir()} == {0o600}


def test_the_same_id_is_the_same_event(folder: Path) -> None:
    """Five tries, out of order, by two logs and in one batch: one event, and all get it."""
    log = FeedbackLog(folder)
    first = log.append(judged(1, 1))
    log.append(judged(2, 2))
    again = [log.append(judged(1, 1, shown_ms=5 * number)) for number in range(5)]
    assert again == [first] * 5
    assert FeedbackLog(folder).append(judged(1, 1)) == first
    three, three_again = log.append_all([judged(3, 3), judged(3, 3)])
    assert three is three_again
    assert ids(folder) == [event_id(1), event_id(2), event_id(3)]


def test_it_goes_on_where_it_was(folder: Path) -> None:
    """A new process gives the next number."""
    FeedbackLog(folder).append(judged(1, 1))
    assert FeedbackLog(folder).last_seq == 1
    assert FeedbackLog(folder).append(judged(2, 2)).seq == 2


def test_segments_follow_each_other(folder: Path) -> None:
    """A full segment is followed by one that is named after its first number."""
    log = FeedbackLog(folder, segment_bytes=1_000)
    for number in range(1, 8):
        log.append(judged(number, number))
    names = [segment.name for segment in segments(folder)]
    assert names == ["0001.jsonl", "0003.jsonl", "0005.jsonl", "0007.jsonl"]
    assert [event.seq for event in read_events(folder)] == list(range(1, 8))
    for after in range(9):
        assert [event.seq for event in read_events(folder, after=after)] == list(
            range(after + 1, 8)
        )
    assert FeedbackLog(folder).find(event_id(4)) is not None


@given(st.data())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
def test_row_56_a_torn_last_line_is_cut_off(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    """Wherever power was lost, whole events stay, and the next one is a whole line."""
    folder = tmp_path_factory.mktemp("torn") / "feedback"
    log = FeedbackLog(folder)
    for number in range(1, 4):
        log.append(judged(number, number))
    segment = segments(folder)[0]
    whole = segment.read_bytes()
    third = whole.rindex(b"\n", 0, -1) + 1
    cut = data.draw(st.integers(third, len(whole) - 1))
    tail = data.draw(st.sampled_from([b"", b"\0" * 300, b"\xff" * 20_000]))
    segment.write_bytes(whole[:cut] + tail)
    healed = FeedbackLog(folder)
    assert healed.append(judged(4, 4)).seq == 3
    assert ids(folder) == [event_id(1), event_id(2), event_id(4)]
    assert healed.health().damaged == ()
    assert healed.health().torn_bytes == 0


def test_a_reader_passes_over_a_line_that_is_not_finished(folder: Path) -> None:
    """The log is read while its owner writes; a look changes nothing."""
    FeedbackLog(folder).append(judged(1, 1))
    segment = segments(folder)[0]
    with segment.open("ab") as stream:
        stream.write(b'{"seq":2,')
    before = segment.read_bytes()
    assert ids(folder) == [event_id(1)]
    assert examine(folder).torn_bytes == len(b'{"seq":2,')
    assert segment.read_bytes() == before


def test_row_56_a_damaged_line_is_reported_and_passed_over(folder: Path) -> None:
    """One bad line costs that line alone."""
    log = FeedbackLog(folder)
    for number in range(1, 4):
        log.append(judged(number, number))
    segment = segments(folder)[0]
    segment.write_bytes(segment.read_bytes().replace(b'"seq":2', b'"seq":8'))
    again = FeedbackLog(folder)
    assert [event.seq for event in again.events()] == [1, 3]
    assert again.append(judged(4, 4)).seq == 4
    health = again.health()
    assert health.events == 3
    assert health.damaged == (DamagedLine("0001.jsonl", 2, "the checksum is wrong"),)


def test_row_56_a_failed_write_leaves_no_half_line(folder: Path, tmp_path: Path) -> None:
    """A full disk refuses the answer, and the next one is whole."""
    limit = len(judged(1, 1).numbered(1).to_line()) + 50
    log = FeedbackLog(folder)
    log.append(judged(1, 1))
    child = os.fork()
    if child == 0:
        # the limit on the size of files stands for a full disk
        import resource  # noqa: PLC0415 - in the child alone
        import signal  # noqa: PLC0415 - as above

        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
        try:
            log.append(judged(2, 2))
        except CommandError as error:
            (tmp_path / "said").write_text(error.message)
            os._exit(7)
        os._exit(0)
    _pid, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) == 7
    assert "The answer was not saved" in (tmp_path / "said").read_text()
    assert examine(folder).torn_bytes == 0
    assert FeedbackLog(folder).append(judged(3, 3)).seq == 2


def test_nothing_is_written_where_the_home_was(folder: Path) -> None:
    """A home that was moved away is not made again."""

    def gone() -> None:
        raise HomeGone("moved", remedy="")

    with pytest.raises(HomeGone):
        FeedbackLog(folder, check=gone).append(judged(1, 1))
    assert not folder.exists()


def test_a_link_is_not_followed(folder: Path, tmp_path: Path) -> None:
    """A segment that leads elsewhere is an error, and its target stays as it is."""
    folder.mkdir()
    target = tmp_path / "target"
    target.write_bytes(b"")
    (folder / "0001.jsonl").symlink_to(target)
    with pytest.raises((CommandError, OSError)) as caught:
        FeedbackLog(folder).append(judged(1, 1))
    cause = caught.value.__cause__ or caught.value
    assert isinstance(cause, OSError)
    assert cause.errno == errno.ELOOP
    assert target.read_bytes() == b""


def test_several_threads_share_it(folder: Path) -> None:
    """Eight threads, each event twice: every event once, with a number of its own."""
    log = FeedbackLog(folder, segment_bytes=3_000)
    heard: list[int] = []
    log.listen(lambda event: heard.append(event.seq))

    def append(worker: int) -> None:
        for number in range(20):
            name = 100 * (worker // 2) + number
            log.append(judged(name, name))

    threads = [threading.Thread(target=append, args=(worker,)) for worker in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = list(read_events(folder))
    assert [event.seq for event in found] == list(range(1, 81)) == heard
    assert len({event.id for event in found}) == 80


def test_whoever_listens_hears_until_he_ends_it(folder: Path) -> None:
    """New events alone, and no event twice."""
    log = FeedbackLog(folder)
    log.append(judged(1, 1))
    heard: list[FeedbackEvent] = []
    end = log.listen(heard.append)
    second = log.append(judged(2, 2))
    log.append(judged(2, 2))
    end()
    log.append(judged(3, 3))
    assert heard == [second]


# ---- erasing --------------------------------------------------------------------------


def test_erasing_leaves_no_byte_of_a_picture(folder: Path) -> None:
    """Its answers, their undos and the profiles that show it go; all others stay as they were."""
    log = FeedbackLog(folder, segment_bytes=1_500)
    planted = judged(3, 77)
    profile = judged(4, 500, photos=(content(1), content(77)))
    undo = taken_back(5, planted, content=None)
    for event in (judged(1, 1), judged(2, 2), planted, profile, undo, judged(6, 6)):
        log.append(event)
    assert log.count([content(77)]) == 2
    assert log.erase([content(77)]) == 3
    assert ids(folder) == [event_id(1), event_id(2), event_id(6)]
    bytes_left = b"".join(file.read_bytes() for file in folder.iterdir())
    for trace in (content(77), event_id(3), event_id(4), event_id(5)):
        assert trace.encode() not in bytes_left
    assert [event.seq for event in FeedbackLog(folder).events()] == [1, 2, 6]
    assert log.erase([content(77)]) == 0
    assert log.append(judged(7, 7)).seq == 7


@pytest.mark.parametrize("is_reopened", [False, True])
def test_numbers_are_not_used_again(folder: Path, *, is_reopened: bool) -> None:
    """Even when the last events go, or all."""
    log = FeedbackLog(folder)
    for number in range(1, 4):
        log.append(judged(number, number))
    assert log.erase([content(2), content(3)]) == 2
    if is_reopened:
        log = FeedbackLog(folder)
    assert log.append(judged(4, 4)).seq == 4
    assert log.erase([content(1), content(4)]) == 2
    if is_reopened:
        log = FeedbackLog(folder)
    assert ids(folder) == []
    assert log.last_seq == 4
    assert log.append(judged(5, 5)).seq == 5


def test_erasing_takes_damaged_lines_along(folder: Path) -> None:
    """Nobody can say whom they name. A line of a newer version stays, unless it names one."""
    log = FeedbackLog(folder)
    log.append(judged(1, 1))
    log.append(judged(2, 2))
    segment = segments(folder)[0]
    good = segment.read_bytes()
    text = b'{"seq":3,"kind":"new"}'
    newer = text[:-1] + b',"crc32":"%08x"}\n' % zlib.crc32(text)
    segment.write_bytes(good + newer + b"damaged\n")
    assert FeedbackLog(folder).erase([content(2)]) == 2
    assert newer in segment.read_bytes()


@given(events=st.lists(any_event(), max_size=8, unique_by=lambda event: event.id))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=15)
def test_any_events_come_back(
    tmp_path_factory: pytest.TempPathFactory, events: list[FeedbackEvent]
) -> None:
    """Whatever they are, and however small the segments."""
    folder = tmp_path_factory.mktemp("any") / "feedback"
    log = FeedbackLog(folder, segment_bytes=700)
    done = [log.append(event) for event in events]
    assert list(FeedbackLog(folder).events()) == done
    assert [event.numbered(1) for event in done] == [event.numbered(1) for event in events]


_ERASES = """
import sys
from pathlib import Path
from tasted.feedback.log import FeedbackLog
FeedbackLog(Path(sys.argv[1]), segment_bytes=600).erase({sys.argv[2]})
"""


def test_row_56_an_erasing_that_was_killed_is_completed_by_the_next(folder: Path) -> None:
    """After the first of several segments; numbers of what went are not given again."""
    log = FeedbackLog(folder, segment_bytes=600)
    events = [log.append(judged(number, number % 2)) for number in range(1, 13)]
    assert len(segments(folder)) > 3
    killed = python(
        "-c", _ERASES, str(folder), content(1), environment={VARIABLE: "feedback.erased"}
    )
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    left = [event.id for event in events if event.content == content(0)]
    assert set(left) < set(ids(folder)) < {event.id for event in events}
    again = FeedbackLog(folder, segment_bytes=600)
    assert again.erase({content(1)}) > 0
    assert ids(folder) == left
    assert content(1).encode() not in b"".join(file.read_bytes() for file in segments(folder))
    assert examine(folder).damaged == ()
    assert again.append(judged(20, 2)).seq > events[-1].seq
