"""What the daemon says of itself comes back as it was written, and rubbish is nothing."""

import json
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.children import python
from kit.snapshots import FULL
from tasted.home.lock import process_exists
from tasted.home.status import (
    FaultReport,
    Heartbeat,
    QueueReport,
    Status,
    current_from,
    read_current,
    read_heartbeats,
    read_status,
    write_blocked,
    write_current,
    write_status,
)
from tasted.records import Current

PLAIN = Status(
    pid=1,
    state="idle",
    started_at="2026-11-23T17:05:00+00:00",
    heartbeat_at="2026-11-23T17:06:00+00:00",
    version="0.1.0",
    model="pocket",
)
CURRENT = Current(
    embedder="pocket",
    embedder_fingerprint="e",
    scorer="seed",
    taste=None,
    taste_fingerprint="t",
    config_digest="a",
    labels_digest="l",
    liked=3,
    rejected=1,
    contradictions=("liked/\udcff.png",),
    suspects=(("liked/\udcfe.png", "You liked this, but it looks like 3 you rejected."),),
    next="Reject 4 to get verdicts",
)


@pytest.mark.parametrize("status", [PLAIN, FULL], ids=["plain", "full"])
def test_a_status_comes_back(tmp_path: Path, status: Status) -> None:
    """Every field survives, nested ones and undecodable names included; the file is private."""
    file = tmp_path / "status.json"
    write_status(file, status)
    assert read_status(file) == status
    assert file.stat().st_mode & 0o777 == 0o600


def test_what_is_current_comes_back(tmp_path: Path) -> None:
    """Every field survives."""
    file = tmp_path / "current.json"
    write_current(file, CURRENT)
    assert read_current(file) == CURRENT


def test_the_total_counts_what_waits_for_the_engine() -> None:
    """Files that still settle, and re-scores counted twice, are not added."""
    assert QueueReport(1, 2, 3, 4, 5, settling=100, asked_again=5).total == 15


def test_nothing_written_is_nothing(tmp_path: Path) -> None:
    """A daemon that never ran has no status."""
    assert read_status(tmp_path / "status.json") is None
    assert read_current(tmp_path / "current.json") is None


@given(
    st.binary(max_size=40)
    | st.sampled_from([
        b"{}", b"[]", b"null", b'{"queue": 1}', b'{"queue": {}, "fault": 1}',
        b'{"contradictions": 1}', b'{"contradictions": [], "other": 1}',
    ])
)  # fmt: skip
def test_what_is_not_ours_is_nothing(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    """Rubbish, and the files of other versions, are treated as if they were not there."""
    file = tmp_path_factory.getbasetemp() / "rubbish.json"
    file.write_bytes(data)
    assert read_status(file) is None
    assert read_current(file) is None


def test_unreadable_places_are_nothing(tmp_path: Path) -> None:
    """A folder or a link in the place of the file says nothing."""
    (tmp_path / "folder").mkdir()
    write_current(tmp_path / "real", CURRENT)
    (tmp_path / "link").symlink_to(tmp_path / "real")
    assert read_status(tmp_path / "folder") is None
    assert read_current(tmp_path / "link") is None


def test_another_version_of_current_is_nothing() -> None:
    """A missing or an unknown field means that another tasted published it."""
    assert current_from({}) is None
    assert current_from({"embedder": "pocket", "contradictions": []}) is None


@pytest.mark.parametrize(
    "edited",
    [
        {"embedder_fingerprint": None},
        {"liked": "3"},
        {"contradictions": [1]},
        {"suspects": [["a", 1]]},
        {"next": 4},
    ],
)
def test_a_current_with_a_value_of_another_type_is_nothing(edited: dict[str, object]) -> None:
    """An edited current.json is published again instead of being compared with."""
    value: dict[str, object] = {
        **dict.fromkeys(("embedder", "embedder_fingerprint", "scorer", "taste"), "a"),
        **dict.fromkeys(("taste_fingerprint", "config_digest", "labels_digest"), "b"),
        "liked": 3,
        "rejected": 4,
        "contradictions": ["liked/a.png"],
        "suspects": [["liked/b.png", "You liked this, but it looks like 3 you rejected."]],
        "next": None,
    }
    assert current_from(value) is not None
    assert current_from(value | edited) is None


def test_a_process_exists_until_it_has_ended() -> None:
    """Our own runs, one that was waited for does not, and one of root counts as well."""
    child = python("-c", "import os; print(os.getpid())")
    assert process_exists(os.getpid())
    assert process_exists(1)
    assert not process_exists(int(child.stdout))


@pytest.mark.parametrize(
    "text",
    ["[" * 300_000, '{"counts": []}', "{}", '{"queue": {"per_minute": "x"}, "fault": 3}'],
    ids=["deep", "list", "empty", "types"],
)
def test_an_edited_status_is_none(tmp_path: Path, text: str) -> None:
    """Whatever is in the file, reading it fails nothing."""
    file = tmp_path / "status.json"
    file.write_text(text, encoding="utf-8")
    assert read_status(file) is None
    assert read_current(file) is None


def test_a_status_with_a_count_without_end_is_none(tmp_path: Path) -> None:
    """No whole number stands for it."""
    file = tmp_path / "status.json"
    write_status(file, PLAIN)
    value = json.loads(file.read_bytes())
    file.write_text(json.dumps({**value, "counts": {"scored": float("inf")}}), "utf-8")
    assert read_status(file) is None


def test_a_heartbeat_is_read_from_either_file(tmp_path: Path) -> None:
    """What a waiting service says comes back; so does a status, of any version."""
    blocked, status = tmp_path / "blocked.json", tmp_path / "status.json"
    assert read_heartbeats(blocked, status) == []
    at = datetime(2026, 11, 24, 12, 0, 1, 500_000, tzinfo=UTC)
    beat = Heartbeat(7, "blocked", at, at, FaultReport("home_locked", "Another has it.", "Wait."))
    write_blocked(blocked, beat)
    assert blocked.stat().st_mode & 0o077 == 0
    write_status(status, PLAIN)
    later = {**json.loads(status.read_bytes()), "of_a_later_version": 1}
    status.write_text(json.dumps(later), "utf-8")
    assert read_status(status) is None
    own, other = read_heartbeats(blocked, status)
    assert own == beat
    assert (other.pid, other.state, other.fault) == (1, "idle", None)


@pytest.mark.parametrize(
    "changed",
    [
        {"pid": -1},
        {"pid": 2**40},
        {"pid": "7"},
        {"heartbeat_at": "yesterday"},
        {"heartbeat_at": "0001-01-01T00:00:00+23:59"},
        {"fault": ["x"]},
        {"fault": {"code": "x"}},
        {"started_at": None},
    ],
)
def test_a_heartbeat_that_makes_no_sense_is_none(
    tmp_path: Path, changed: dict[str, object]
) -> None:
    """No process is looked up by such an id, and no age is computed from such a time."""
    file = tmp_path / "status.json"
    write_status(file, PLAIN)
    file.write_text(json.dumps({**json.loads(file.read_bytes()), **changed}), "utf-8")
    assert read_heartbeats(file) == []
