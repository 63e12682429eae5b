"""What lies in `.tasted/` may have been edited, cut short, or written by another version."""

import hashlib
import json
import os
from importlib import metadata
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from kit.commands import run
from kit.fuzzing import bounded, fuzzed
from kit.json_values import mangled_text
from kit.sidecars import failed, profile, scored
from kit.snapshots import FULL
from tasted.config import Settings
from tasted.embedding.models.verdicts import contents_digest
from tasted.embedding.models.weights import (
    choose_runtime,
    find_model,
    hashes_file_beside,
    list_recorded,
    verify_folder,
)
from tasted.embedding.pocket import FOLDER as POCKET
from tasted.errors import EngineFailed, ModelMissing, ModelUnusable
from tasted.home.crash_reports import CrashLog
from tasted.home.layout import Home
from tasted.home.lock import hold_lock, lock_owner
from tasted.home.status import (
    Status,
    read_current,
    read_status,
    write_current,
    write_status,
)
from tasted.outbox.ledger_index import IndexedRows, index_bytes, parse_index
from tasted.packing.entries import Entries
from tasted.packing.entry_rows import SharedTexts, packed_entry
from tasted.records import Current, FileStamp
from tasted.rpc import framing
from tasted.rpc.encoding import answer_from, hello_from, request_from, to_json
from tasted.rpc.messages import (
    BatchScored,
    EngineAnswer,
    EngineRequest,
    FileResult,
    FileScored,
    Hello,
    KnownContent,
    RequestedFile,
    ScoreBatch,
    TastePublished,
)

CURRENT = Current(
    embedder="pocket",
    embedder_fingerprint="e" * 64,
    scorer="seed",
    taste="seed",
    taste_fingerprint="t" * 64,
    config_digest="a" * 64,
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
MESSAGES = [
    to_json(
        ScoreBatch((RequestedFile("a.png", known=KnownContent("0" * 64, FileStamp(1, 2, 3, 4))),))
    ),
    to_json(FileScored(FileResult("a.png", scored()))),
    to_json(BatchScored(is_taste_outgrown=True)),
    to_json(TastePublished(CURRENT, unlearnt=("liked/a.png",))),
    to_json(Hello("/home", None, Settings(), version="0.1.0", parent=1)),
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
    """`tasted status` tells what it can of any file of the daemon; no traceback."""
    document = _status_document(home)
    content = data.draw(st.one_of(st.binary(max_size=60), mangled_text([document])))
    home.status_file.write_bytes(content)
    home.blocked_file.write_bytes(content)
    CrashLog(home.crashes_file, version="0.1.0").note(KeyError("x"), "labels")
    crashes = home.crashes_file.read_bytes().decode()
    home.crashes_file.write_bytes(data.draw(mangled_text([json.loads(crashes)])))
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


VERDICTS: list[dict[str, Any]] = [
    {
        "version": 1,
        "verdicts": {
            contents_digest(verify_folder(POCKET)): {
                "openvino": metadata.version("openvino"),
                "float32": 0.5,
                "bfloat16": 0.5,
                "lacks": None,
            }
        },
    }
]


@given(content=st.one_of(st.binary(max_size=60), mangled_text(VERDICTS)))
@fuzzed(100)
def test_any_file_of_verdicts_chooses_a_runtime(home: Home, content: bytes) -> None:
    """What cannot be read was not compared; pocket's own verdict then counts."""
    hashes = hashes_file_beside(home.models_file)
    hashes.parent.mkdir(parents=True, exist_ok=True)
    hashes.with_name("runtimes.json").write_bytes(content)
    with bounded("verdicts", content):
        pocket = find_model("pocket", models_file=home.models_file, home_root=home.root)
        choice = choose_runtime(pocket, runtime="auto", device="cpu", dtype="auto")
    assert choice.runtime in {"openvino", "torch"}


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
        mangled_text(MESSAGES),
    )
)
@fuzzed(300)
def test_any_bytes_of_a_frame_are_a_message_or_refused(content: bytes) -> None:
    """What is not a JSON object, or not a message of ours, raises FrameError and nothing else."""
    for parse in (request_from, answer_from, hello_from):
        with bounded("frame", content):
            try:
                message = parse(framing.decode(content))
            except (framing.FrameError, EngineFailed):
                continue
        assert isinstance(message, EngineRequest | EngineAnswer)


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
                framing.read(reading)
        except (framing.FrameError, framing.PipeClosed):
            os.close(reading)


def _resealed(data: bytes) -> bytes:
    """Return an index with the checksum that it would have if these bytes were meant."""
    return data[:-16] + hashlib.blake2b(data[:-16], digest_size=16).digest()


@fuzzed(300)
@given(changes=st.lists(st.tuples(st.integers(0, 5000), st.integers(0, 255)), max_size=4),
       is_sealed=st.booleans(), is_cut=st.booleans())  # fmt: skip
def test_an_index_gives_the_entries_that_it_was_made_of_or_none(
    changes: list[tuple[int, int]], is_sealed: bool, is_cut: bool
) -> None:
    """Damage is refused; what somebody sealed again can be unpacked, or is refused as well."""
    shared = SharedTexts()
    documents = [scored(), profile("anna/", "anna/1.png", "anna/2.png"), failed("b.png")]
    entries = [document.ledger_entry() for document in documents]
    rows = {entry.path: packed_entry(entry, bytes(32), shared) for entry in entries}
    whole = index_bytes(IndexedRows(rows, shared, {}, {"x.json": bytes(32)}), ["v", 1])
    data = bytearray(whole[: -(changes[0][0] + 1)] if is_cut and changes else whole)
    for at, value in changes:
        if data:
            data[at % len(data)] = value
    given = _resealed(bytes(data)) if is_sealed else bytes(data)
    with bounded("index", given):
        try:
            held = parse_index(given, ["v", 1])
        except ValueError:
            return
    unpacked = dict(Entries(held.rows, held.shared))
    assert is_sealed or unpacked == {entry.path: entry for entry in entries}
