"""What gives a picture away is found in every form, and nothing else is taken for it."""

import json
import os

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from kit.memories import content
from tasted.daemon.forgetting.traces import Traces

_NAMES = st.text(st.characters(codec="utf-8", exclude_characters="/\0"), min_size=1, max_size=12)


@pytest.mark.parametrize(
    "text",
    [
        "a.png",
        "a.png is empty.",
        "Not scored: a.png is empty.",
        "No such file: '/home/me/Tasted/inbox/a.png'",
        "outbox/x/inbox/a.png.json",
        "first b.png, then a.png",
        f"content {content('a')} again",
    ],
)
def test_a_trace_is_found(text: str) -> None:
    """As a whole text, in a sentence, behind the inbox of an absolute path, or as an id."""
    assert Traces([content("a")], ["a.png"]).named_in(text)


@pytest.mark.parametrize(
    "text",
    ["banana.png", "anna/a.png", "a.pngs", "a.jpg", "x-a.png", "b.png", "", content("b")],
)
def test_another_picture_is_no_trace(text: str) -> None:
    """A longer name, another folder, another id."""
    assert not Traces([content("a")], ["a.png"]).named_in(text)


def test_nothing_to_forget_is_found_nowhere() -> None:
    """Without ids and paths no text is a trace, not even an empty one."""
    assert not Traces([], []).named_in("")
    assert not Traces([], []).named_in("a.png")


def test_an_undecodable_name_is_found_as_it_is_shown() -> None:
    """Sidecars show U+FFFD, logs hold the surrogate, and a message may hold the escaped form."""
    path = os.fsdecode(b"caf\xe9.png")
    traces = Traces([], [path])
    assert traces.named_in("caf\ufffd.png is empty")
    assert traces.named_in(json.loads(json.dumps(path)))
    assert traces.named_in(f"not a path below the inbox: {path!r}")
    assert traces.has_path("caf\ufffd.png")


def test_every_string_of_a_value_is_looked_at() -> None:
    """Keys, lists and nested objects."""
    traces = Traces([], ["a.png"])
    assert traces.named_within({"x": [{"deep": ["nothing", "a.png"]}]})
    assert traces.named_within({"a.png": 1})
    assert not traces.named_within({"x": [None, 3, True, {"y": "b.png"}]})


@pytest.mark.parametrize("name", ["info", "learnt", "level", "event", "path"])
def test_a_line_of_the_log_is_not_found_by_its_frame(name: str) -> None:
    """A picture may be named like a level, an event or a key; the rest of the line counts."""
    traces = Traces([], [name])
    line = {"event": "learnt", "level": "info", "path": "b.png", "timestamp": "2026-11-23"}
    assert not traces.logged_in(line)
    assert traces.logged_in({**line, "path": name})
    assert traces.logged_in({**line, "deep": [{"path": name}]})
    assert traces.logged_in({**line, "event": f"cannot open {name}"})
    assert traces.logged_in(f"the last words of an engine: {name}")


@given(_NAMES, _NAMES, st.sampled_from(["", "anna/"]))
@example("0", "0", "")
def test_a_path_in_a_sentence_is_found(name: str, other: str, folder: str) -> None:
    """Whatever the name, among others, in a sentence as our errors have it."""
    path = f"{folder}{name}.png"
    traces = Traces([], [path, f"{other}.jpg"])
    assert traces.named_in(f"Not scored: {path} is empty.")
    assert traces.named_within(json.loads(json.dumps({"event": "learnt", "path": path})))
