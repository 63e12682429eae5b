"""Requests and answers pass through a folder, whoever dies meanwhile."""

import json
import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.waiting import eventually
from tasted.daemon.shared.forget_order import Order, Target
from tasted.daemon.shared.requests import (
    Request,
    await_answer,
    failure,
    leave_request,
    parse_request,
    waiting_requests,
    write_answer,
)
from tasted.errors import DiskFull, ServiceFault
from tasted.home.layout import Home


@pytest.fixture
def folder(home: Home) -> Path:
    """The folder of requests."""
    return home.requests


def waiting(folder: Path, answered: set[str] | None = None) -> list[Request]:
    """Return what waits."""
    return list(waiting_requests(folder, answered=answered or set()))


def names(folder: Path) -> set[str]:
    """Return the names of all files."""
    return {file.name for file in folder.iterdir()}


def test_a_request_reaches_the_daemon(folder: Path) -> None:
    """Kind and paths arrive as they were left, undecodable names included; the file is private."""
    request_id = leave_request(folder, "score", inside=["caf\udce9.png"], outside=["/b.png"])
    assert waiting(folder) == [Request(request_id, "score", ("caf\udce9.png",), ("/b.png",))]
    assert (folder / f"{request_id}.json").stat().st_mode & 0o777 == 0o600


def test_an_order_to_forget_reaches_the_daemon(folder: Path) -> None:
    """It waits until it was carried out, for its asker may be gone; without an order it is none."""
    order = Order((Target(paths=("a.png",)),), keeps_pictures=True, is_dry=False)
    leave_request(folder, "forget")
    request_id = leave_request(folder, "forget", **order.to_json())
    assert waiting(folder) == [Request(request_id, "forget", order=order)]
    assert waiting(folder) == [Request(request_id, "forget", order=order)]
    write_answer(folder, request_id, {})
    write_answer(folder, request_id, {})
    assert waiting(folder) == []
    assert names(folder) == {f"{request_id}.answer.json"}


def test_a_request_is_taken_up_once(folder: Path) -> None:
    """What was yielded before is not yielded again while its files are there."""
    first = leave_request(folder, "rescore")
    assert waiting(folder, {first}) == []
    second = leave_request(folder, "rescore")
    assert waiting(folder, {first}) == [Request(second, "rescore")]
    assert [request.id for request in waiting(folder)] == sorted([first, second])
    write_answer(folder, second, {})
    assert [request.id for request in waiting(folder)] == [first]


def test_what_was_answered_is_remembered_as_long_as_its_file_is_there(folder: Path) -> None:
    """A daemon that lives for months is asked again and again."""
    request_id = leave_request(folder, "rescore")
    answered = {request_id, "0123456789abcdef"}
    assert waiting(folder, answered) == []
    assert answered == {request_id}
    write_answer(folder, request_id, {})
    assert waiting(folder, answered) == []
    assert answered == set()


@pytest.mark.parametrize("kind", ["score", "rescore", "rebuild"])
def test_what_was_answered_is_not_done_again_by_the_next_daemon(folder: Path, kind: str) -> None:
    """An asker that was killed takes no request back."""
    request_id = leave_request(folder, kind)
    assert [request.kind for request in waiting(folder)] == [kind]
    write_answer(folder, request_id, {})
    assert waiting(folder) == []


def test_the_answer_comes_back_and_everything_is_cleared_away(folder: Path) -> None:
    """The asker waits for the daemon, and leaves no file behind."""

    def serve() -> None:
        (request,) = eventually(lambda: waiting(folder))
        write_answer(folder, request.id, {"documents": {"caf\udce9.png": {"n": 1}}})

    daemon = threading.Thread(target=serve)
    daemon.start()
    request_id = leave_request(folder, "score", inside=["caf\udce9.png"])
    answer = await_answer(folder, request_id, still_served=lambda: True)
    daemon.join()
    assert answer == {"documents": {"caf\udce9.png": {"n": 1}}}
    assert names(folder) == set()


def test_a_daemon_that_goes_away_is_noticed(folder: Path) -> None:
    """The asker does not wait for ever, says what to do, and withdraws its request."""
    request_id = leave_request(folder, "rescore")
    with pytest.raises(ServiceFault) as caught:
        await_answer(folder, request_id, still_served=lambda: False)
    assert "tasted status" in caught.value.remedy
    assert names(folder) == set()


def test_the_last_answer_of_a_daemon_counts(folder: Path) -> None:
    """A daemon that answers and ends at once has answered."""
    request_id = leave_request(folder, "rescore")

    def answers_and_ends() -> bool:
        write_answer(folder, request_id, {"looked": True})
        return False

    assert await_answer(folder, request_id, still_served=answers_and_ends) == {"looked": True}


@pytest.mark.parametrize("seconds", [-7200, 7200])
def test_a_request_that_waits_is_never_stale(folder: Path, seconds: float) -> None:
    """A clock that was set, or a network drive with its own, takes no request from its asker."""
    taken, fresh = leave_request(folder, "rescore"), leave_request(folder, "rescore")
    for request_id in (taken, fresh):
        os.utime(folder / f"{request_id}.json", (time.time() + seconds,) * 2)
    found: list[Request] = []

    def serves() -> bool:
        if not found:
            found.extend(waiting(folder, {taken}))
            assert (folder / f"{taken}.json").exists()
            write_answer(folder, fresh, {"looked": True})
        return True

    assert await_answer(folder, fresh, still_served=serves) == {"looked": True}
    assert [request.id for request in found] == [fresh]


def test_an_asker_tells_now_and_then_that_it_lives(folder: Path) -> None:
    """A command that waits for hours is not taken for a dead one."""
    request_id = leave_request(folder, "rescore")
    file = folder / f"{request_id}.json"
    times = iter(range(0, 1000, 4))
    ages: list[float] = []

    def serves() -> bool:
        ages.append(time.time() - file.stat().st_mtime)
        os.utime(file, (0, 0))
        return len(ages) < 8

    with pytest.raises(ServiceFault):
        await_answer(
            folder,
            request_id,
            still_served=serves,
            clock=lambda: float(next(times)),
            pause=lambda _seconds: None,
        )
    assert [age < 3600 for age in ages] == [True, False, True, False, False, True, False, False]


def test_row_12_an_answer_that_cannot_be_written_is_not_waited_for(folder: Path) -> None:
    """A full disk, which the answer would report, does not keep the command waiting forever."""
    request_id = leave_request(folder, "rescore")
    (folder / f"{request_id}.answer.json").mkdir()
    write_answer(folder, request_id, {})
    (folder / f"{request_id}.answer.json").rmdir()
    with pytest.raises(ServiceFault, match="did not answer"):
        await_answer(folder, request_id, still_served=lambda: True)


def test_waiting_ends_with_the_time(folder: Path) -> None:
    """A daemon that lives and does not answer is given up."""
    times = iter(range(100))
    pauses: list[float] = []
    request_id = leave_request(folder, "rescore")
    with pytest.raises(ServiceFault):
        await_answer(
            folder,
            request_id,
            still_served=lambda: True,
            clock=lambda: float(next(times)),
            pause=pauses.append,
            timeout_seconds=5,
        )
    assert len(pauses) == 5
    assert names(folder) == set()


@pytest.mark.parametrize(
    "body",
    [
        b"", b"{", b"[]", b"null", b"1", b'{"kind": "delete"}', b'{"kind": []}', b'{"kind": {}}',
        b'{"kind": "score", "inside": "a.png"}', b'{"kind": "score", "outside": [1]}', b"\xff",
        b"[" * 100_000, b'{"kind": "score", "inside": ["a\\u0000b.png"]}',
        b'{"kind": "score", "inside": ["\\ud800.png"]}', b'{"kind": "score", "inside": ["."]}',
        b'{"kind": "score", "inside": ["../a.png"]}', b'{"kind": "score", "inside": ["/a.png"]}',
        b'{"kind": "score", "outside": ["a.png"]}', b'{"kind": "score", "outside": ["/../a.png"]}',
    ],
    ids=range(19),
)  # fmt: skip
def test_malformed_requests_are_removed(folder: Path, body: bytes) -> None:
    """Rubbish is cleared away and keeps no other request from being served."""
    (folder / "0.json").write_bytes(body)
    good = leave_request(folder, "rescore")
    assert waiting(folder) == [Request(good, "rescore")]
    assert names(folder) == {f"{good}.json"}


@given(
    st.binary(max_size=50)
    | st.recursive(
        st.none() | st.integers() | st.sampled_from(["score", "kind", "inside", "outside"]),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.sampled_from(["kind", "inside", "outside"]), inner)
        ),
    ).map(lambda value: json.dumps(value).encode())
)
def test_parsing_never_fails(data: bytes) -> None:
    """Any bytes are a request of a known kind or none at all."""
    request = parse_request("id", data)
    assert request is None or request.kind in {"score", "rescore"}


def test_special_files_are_never_read(folder: Path, tmp_path: Path) -> None:
    """A planted link or FIFO neither blocks the daemon nor shows it another file."""
    (tmp_path / "other").write_text('{"kind": "rescore"}')
    (folder / "link.json").symlink_to(tmp_path / "other")
    os.mkfifo(folder / "fifo.json")
    assert waiting(folder) == []
    assert names(folder) == set()
    assert (tmp_path / "other").exists()


def test_what_a_dead_asker_left_is_removed(folder: Path) -> None:
    """After an hour requests and answers that nobody cleared away go."""
    write_answer(folder, "old", {})
    leave_request(folder, "rescore")
    for file in folder.iterdir():
        os.utime(file, (time.time() - 4000,) * 2)
    young = leave_request(folder, "rescore")
    write_answer(folder, "unclaimed", {})
    assert [request.id for request in waiting(folder)] == [young]
    assert names(folder) == {f"{young}.json", "unclaimed.answer.json"}


def test_a_request_that_is_withdrawn_meanwhile_is_no_trouble(folder: Path) -> None:
    """An asker may clear its files away while the daemon goes through the folder."""
    for name in "abc":
        (folder / f"{name}.json").write_text('{"kind": "rescore"}')
    requests: Iterator[Request] = waiting_requests(folder, answered=set())
    assert next(requests).id == "a"
    (folder / "b.json").unlink()
    assert [request.id for request in requests] == ["c"]


def test_temporary_files_are_not_requests(folder: Path) -> None:
    """What is still being written is left alone."""
    (folder / ".a.json.0badcafe.tmp").touch()
    (folder / ".b.json").touch()
    assert waiting(folder) == []
    assert len(names(folder)) == 2


def test_a_missing_folder_is_said(folder: Path) -> None:
    """The daemon learns that it cannot hear commands."""
    folder.rmdir()
    with pytest.raises(FileNotFoundError):
        waiting(folder)


def test_a_failure_tells_what_to_do() -> None:
    """The asker can raise the same error again."""
    answer: dict[str, Any] = failure(DiskFull("The disk is full.", remedy="Free some space."))
    assert answer == {
        "error": {
            "code": "disk_full",
            "message": "The disk is full.",
            "remedy": "Free some space.",
        }
    }


def test_a_folder_named_like_a_request_keeps_no_other_from_being_served(folder: Path) -> None:
    """It is passed over, stale or not, and left where it is."""
    (folder / "0.json").mkdir()
    (folder / "1.json").mkdir()
    os.utime(folder / "1.json", (0, 0))
    request_id = leave_request(folder, "rescore")
    assert waiting(folder) == [Request(request_id, "rescore")]
    assert names(folder) == {"0.json", "1.json", f"{request_id}.json"}
