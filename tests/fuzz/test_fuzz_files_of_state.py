"""What lies in `.tasted/` may have been edited, cut short, or written by another version."""

import json
import os
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from kit.commands import run
from kit.fuzzing import bounded, fuzzed
from kit.json_values import mangled_text
from kit.snapshots import FULL
from tasted import frames
from tasted.embedding.weights import find_model, hashes_file_beside, list_recorded
from tasted.errors import ModelMissing, ModelUnusable
from tasted.home import Home
from tasted.lock import hold_lock, lock_owner
from tasted.records import Current
from tasted.status import (
    Status,
    read_current,
    read_status,
    write_current,
    write_status,
)

CURRENT = Current(
    embedder="pocket",
    embedder_fingerprint="e" * 64,
    scorer="seed",
    taste="seed",
    taste_fingerprint="t" * 64,
    acting_digest="a" * 64,
    labels_digest="b" * 64,
    liked=3,
    rejected=4,
    contradictions=("liked/a.png",),
)
MODELS: list[dict[str, Any]] = [
    {
        "version": 1,
        "models": {
            "owner/model": {"folder": "models/one", "revision": "r"},
            "two": {"folder": "/"},
        },
    }
]
FOLDERS = ("../..", "/", "~nobody/x", "a\0b", "~", "", "x" * 5000, "\udcff")


def as_json(value: Any, slots: Any) -> dict[str, Any]:
    """Return a dataclass with slots as JSON holds it."""
    return json.loads(json.dumps({name: getattr(value, name) for name in slots}))


def _status_document(home: Home) -> dict[str, Any]:
    write_status(home.status_file, FULL)
    document: dict[str, Any] = json.loads(home.status_file.read_bytes())
    return document


@given(st.data())
@fuzzed(80)
def test_any_status_can_be_read_and_shown(home: Home, data: st.DataObject) -> None:
    """`tasted status` tells what it can of any status.json and blocked.json; no traceback."""
    document = _status_document(home)
    content = data.draw(st.one_of(st.binary(max_size=60), mangled_text([document])))
    home.status_file.write_bytes(content)
    home.blocked_file.write_bytes(content)
    with bounded("status", content):
        snapshot = read_status(home.status_file)
        assert snapshot is None or isinstance(snapshot, Status)
        assert run(home, "status") == 0
        with hold_lock(home):
            # a daemon runs, so more of the snapshot is shown
            assert run(home, "status") == 0
            assert run(home, "status", "--json") == 0


@given(st.data())
@fuzzed(200)
def test_any_published_current_is_one_or_none(home: Home, data: st.DataObject) -> None:
    """What is read back from current.json has the types that the daemon compares and counts."""
    write_current(home.current_file, CURRENT)
    document = json.loads(home.current_file.read_bytes())
    content = data.draw(st.one_of(st.binary(max_size=60), mangled_text([document])))
    home.current_file.write_bytes(content)
    with bounded("current", content):
        current = read_current(home.current_file)
    if current is not None:
        assert isinstance(current.embedder_fingerprint, str)
        assert isinstance(current.taste_fingerprint, str)
        assert isinstance(current.liked, int)
        assert isinstance(current.rejected, int)
        assert all(isinstance(path, str) for path in current.contradictions)


@given(
    content=st.one_of(st.binary(max_size=60), mangled_text(MODELS, texts=FOLDERS)),
    wanted=st.sampled_from(["owner/model", "two", "clip", "a\0b", "~nobody/x", "x" * 300]),
)
@fuzzed(100)
def test_any_models_file_is_a_list_or_damaged(home: Home, content: bytes, wanted: str) -> None:
    """Every failure to find a model is ModelMissing or ModelUnusable, and can be printed."""
    home.models_file.write_bytes(content)
    with bounded("models", content):
        try:
            list_recorded(home.models_file, home.root)
            find_model(wanted, models_file=home.models_file, home_root=home.root)
        except (ModelMissing, ModelUnusable) as error:
            assert error.remedy  # noqa: PT017 - either end is right
        assert run(home, "models", "list") in range(256)


@given(
    content=st.one_of(
        st.binary(max_size=60), mangled_text([{"version": 1, "files": {"a": {"sha256": "0"}}}])
    )
)
@fuzzed(100)
def test_any_file_of_hashes_is_survived(home: Home, content: bytes) -> None:
    """The embedded model is found whatever weights.json holds: it is only a memory."""
    hashes_file_beside(home.models_file).write_bytes(content)
    with bounded("hashes", content):
        find_model("pocket", models_file=home.models_file, home_root=home.root)


@given(content=st.one_of(st.binary(max_size=40), st.integers(0, 10**31).map(lambda n: b"%d" % n)))
@fuzzed(200)
def test_any_content_of_the_lock_names_an_owner_or_none(home: Home, content: bytes) -> None:
    """The lock is the kernel's; what stands in its file is only a name."""
    with hold_lock(home):
        home.lock_file.write_bytes(content)
        with bounded("lock", content):
            owner = lock_owner(home)
        assert owner is None or owner > 0


@given(
    content=st.one_of(
        st.binary(max_size=200),
        mangled_text([{"type": "batch", "items": [{"path": "a", "foreign": False}]}]),
    )
)
@fuzzed(300)
def test_any_bytes_of_a_frame_are_a_message_or_refused(content: bytes) -> None:
    """A body that is no JSON object raises FrameError and nothing else."""
    with bounded("frame", content):
        try:
            message = frames.decode(content)
        except frames.FrameError:
            return
    assert isinstance(message, dict)


@given(stream=st.binary(max_size=200), size=st.integers(0, 2**32 - 1))
@fuzzed(200)
def test_any_stream_ends_in_a_message_or_a_refusal(stream: bytes, size: int) -> None:
    """Whatever comes through the pipe before it closes, reading ends."""
    reading, writing = os.pipe()
    with bounded("stream", stream):
        os.write(writing, size.to_bytes(4, "big") + stream)
        os.close(writing)
        try:
            while True:
                frames.read(reading)
        except (frames.FrameError, frames.PipeClosed):
            os.close(reading)
