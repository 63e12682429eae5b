"""Anything may lie in `.tasted/feedback`: what is no event is passed over, and the log goes on."""

import json
import shutil
import zlib
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from kit.feedback_events import content, event_id, judged, taken_back
from kit.fuzzing import bounded, fuzzed
from kit.json_values import mangled_text
from tasted.feedback.events import FeedbackEvent
from tasted.feedback.history import guesses, judgements, like_rate, sessions
from tasted.feedback.intents import waiting_intents
from tasted.feedback.log import FeedbackLog
from tasted.feedback.reading import examine
from tasted.home.layout import Home

_EVENTS = [
    judged(1, 1).numbered(1),
    judged(2, 500, photos=(content(1), content(2))).numbered(2),
    taken_back(3, judged(1, 1)).numbered(3),
]
MEMBERS: list[dict[str, Any]] = [
    {name: value for name, value in event.to_json().items() if value is not None}
    for event in _EVENTS
]
LINES = [event.to_line() for event in _EVENTS]


def sealed(text: bytes) -> bytes:
    """Return a line with the checksum that it would have if this were meant."""
    body = text.rstrip()
    body = body if body.endswith(b"}") else body + b"}"
    return body[:-1] + b',"crc32":"%08x"}\n' % zlib.crc32(body)


SEALED = mangled_text(MEMBERS).map(sealed)
JUNK = st.one_of(st.binary(max_size=200), st.sampled_from(LINES), SEALED, st.just(b"[" * 9_000))


@given(SEALED)
@fuzzed(500)
def test_any_sealed_line_is_an_event_or_refused(line: bytes) -> None:
    """A right checksum proves nothing about what is in it; what is taken is written back equal."""
    with bounded("event", line):
        try:
            event = FeedbackEvent.from_line(line)
        except ValueError:
            return
    assert FeedbackEvent.from_line(event.to_line()) == event


@given(st.lists(st.lists(JUNK, max_size=4).map(b"".join), min_size=1, max_size=3), st.binary())
@fuzzed(120)
def test_whatever_the_segments_hold_the_log_goes_on(
    home: Home, contents: list[bytes], mark: bytes
) -> None:
    """Events are read, folded, added and erased; none of it raises."""
    shutil.rmtree(home.feedback, ignore_errors=True)
    (home.feedback / "incoming").mkdir(parents=True)
    for number, data in enumerate(contents):
        (home.feedback / f"{1 + 1_000 * number:04d}.jsonl").write_bytes(data)
    (home.feedback / "carried_out").write_bytes(mark)
    (home.feedback / "incoming" / f"{event_id(7)}.json").write_bytes(contents[0])
    with bounded("feedback_log", b"\0".join(contents)):
        assert waiting_intents(home.feedback) == []
        examine(home.feedback)
        log = FeedbackLog(home.feedback)
        events = list(log.events())
        judgements(events)
        sessions(events)
        guesses(events)
        like_rate(events)
        last = log.last_seq
        added = log.append(judged(90, 90))
        assert added.seq == last + 1
        assert list(FeedbackLog(home.feedback).after(last)) == [added]
        log.erase([content(1)])
        left = b"".join(file.read_bytes() for file in home.feedback.glob("*.jsonl"))
        assert json.dumps(content(1)).encode() not in left
        assert log.append(judged(91, 91)).seq == last + 2
