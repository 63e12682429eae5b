"""The line of an event: what is written is what is read, and nothing else is taken for one."""

import json
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.feedback_events import any_event, content, event_id, judged
from tasted.feedback.events import (
    LINE_BYTES_MAX,
    FeedbackEvent,
    checked_text,
    is_event_id,
    new_event_id,
)

GOLDEN = (
    b'{"seq":7,"id":"00000001-0000-7000-8000-000000000001","at":1700000001000,"kind":"judge",'
    b'"content":"0000000000000000000000000000000000000000000000000000000000000002",'
    b'"answer":"like","via":"page","session":"s1","window":"w1","chosen_by":"explore",'
    b'"propensity":0.01,"blind":true,"shown_ms":900,"before":{"version":"v3","recipe":"r1",'
    b'"probability":0.75,"verdict":"match","percentile":0.9},"crc32":"70b5032a"}\n'
)


def sealed(members: object) -> bytes:
    """Return a line with the right checksum, whatever it says."""
    text = json.dumps(members).encode()
    return text[:-1] + b',"crc32":"%08x"}\n' % zlib.crc32(text)


def test_the_line_on_disk_does_not_change() -> None:
    """Logs of today are read by later versions."""
    event = judged(1, 2).numbered(7)
    assert event.to_line() == GOLDEN
    assert FeedbackEvent.from_line(GOLDEN) == event


def test_a_line_is_json_that_other_programs_can_read() -> None:
    """`jq` reads the log as it is."""
    assert json.loads(GOLDEN)["answer"] == "like"


@given(any_event())
def test_what_is_written_is_what_is_read(event: FeedbackEvent) -> None:
    """Any event comes back equal."""
    assert FeedbackEvent.from_line(event.to_line()) == event


@given(st.data())
def test_a_damaged_line_is_known(data: st.DataObject) -> None:
    """One changed byte is noticed, wherever it is."""
    at = data.draw(st.integers(0, len(GOLDEN) - 2))
    byte = data.draw(st.integers(0, 255).filter(lambda other: other != GOLDEN[at]))
    damaged = GOLDEN[:at] + bytes([byte]) + GOLDEN[at + 1 :]
    with pytest.raises(ValueError, match=r"."):
        FeedbackEvent.from_line(damaged)


@given(st.integers(0, len(GOLDEN) - 2))
def test_a_line_that_was_cut_short_is_known(length: int) -> None:
    """Cut anywhere, it is no event."""
    with pytest.raises(ValueError, match=r"."):
        FeedbackEvent.from_line(GOLDEN[:length])


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("id", "x"),
        ("id", None),
        ("at", None),
        ("at", -1),
        ("at", True),
        ("at", 10**30),
        ("kind", "shout"),
        ("kind", []),
        ("via", None),
        ("content", "a/../b"),
        ("content", None),
        ("answer", "perhaps"),
        ("answer", None),
        ("photos", {}),
        ("photos", [7]),
        ("photos", [content(1)] * 65),
        ("session", "a b"),
        ("window", "x" * 65),
        ("propensity", 1.5),
        ("propensity", "1"),
        ("blind", 1),
        ("shown_ms", 0.5),
        ("before", []),
        ("before", {"p": 1}),
        ("trial", {"recipe": "r2"}),
        ("undoes", "x"),
        ("seq", 0),
        ("path", "/home/me/a.png"),
    ],
)
def test_what_is_no_event_is_refused(name: str, value: object) -> None:
    """A right checksum does not make an event of it."""
    members = json.loads(checked_text(GOLDEN))
    assert FeedbackEvent.from_line(sealed(members)) == judged(1, 2).numbered(7)
    with pytest.raises(ValueError, match=r"."):
        FeedbackEvent.from_line(sealed({**members, name: value}))


def test_deep_nesting_is_refused() -> None:
    """It neither ends the process nor raises anything else."""
    text = b'{"a":' + b"[" * 8_000 + b"]" * 8_000 + b"}"
    line = text[:-1] + b',"crc32":"%08x"}\n' % zlib.crc32(text)
    assert len(line) < LINE_BYTES_MAX
    with pytest.raises(ValueError, match=r"."):
        FeedbackEvent.from_line(line)


def test_the_line_of_the_largest_profile_fits() -> None:
    """Twelve photos are the most that a profile has."""
    event = judged(1, 2, photos=tuple(map(content, range(12)))).numbered(10**9)
    assert len(event.to_line()) < LINE_BYTES_MAX / 4


def test_ids_are_in_the_order_of_time() -> None:
    """A new id is a UUID of version 7, larger than those of earlier milliseconds."""
    ids = [new_event_id(now_ms) for now_ms in (1, 2, 1_700_000_000_000, 2**48 - 1)]
    assert ids == sorted(ids)
    assert all(map(is_event_id, ids))
    assert {text[14] for text in ids} == {"7"}
    assert {text[19] for text in ids} <= set("89ab")
    assert len({new_event_id(5) for _count in range(100)}) == 100
    assert not is_event_id("../../x")
    assert is_event_id(event_id(3))
