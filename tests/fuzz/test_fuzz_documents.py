"""Sidecars on disk that anybody may have written: they prove nothing that is not theirs."""

import json
import os
import time
from pathlib import PurePosixPath
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from kit.fuzzing import bounded, fuzzed
from kit.json_values import mangled_text
from kit.sidecars import failed, scored
from tasted.home.layout import Home
from tasted.inbox.reconcile import next_retry, reason_for
from tasted.outbox.ledger import Ledger
from tasted.outbox.places import belongs
from tasted.outbox.results import Selection, select
from tasted.outbox.sidecar_files import sidecars
from tasted.outbox.sidecar_writer import Writer
from tasted.records import FileStamp, InboxFile

DOCUMENTS: list[dict[str, Any]] = [
    json.loads(scored("anna/2.png").to_json()),
    json.loads(scored("caf\udce9.png").to_json()),
    json.loads(failed("a.png").to_json()),
]
PATHS = (
    "../a.png", "/etc/passwd", "a/../../b.png", "a//b.png", "./a.png", "", ".", "..", "a\0.png",
    "a.png/", "liked/../a.png", "a\nb.png", "\u202ea.png", "x" * 300, "a/" * 400 + "b.png",
    "~.png", "a.png~0123abcd", "a.json/b.png", ".hidden.png", "anna/2.png", "a.png",
)  # fmt: skip
PLACES = ("anna/2.png.json", "a.png.json", "etc/passwd.json", "b.png.json", "a.json/b.png.json")


@given(
    data=st.one_of(st.binary(max_size=300), mangled_text(DOCUMENTS, texts=PATHS)),
    place=st.sampled_from(PLACES),
)
@fuzzed(300)
def test_no_document_proves_what_is_not_its_own(home: Home, data: bytes, place: str) -> None:
    """Reading never fails, and an entry's path is below the inbox and belongs to its place."""
    file = home.outbox / place
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(data)
    os.utime(file, ns=(time.time_ns(), time.time_ns()))
    outside = home.root / "untouched.png.json"
    outside.touch()
    with bounded("sidecar", data):
        ledger = Ledger(home.outbox)
        ledger.refresh()
        assert len(ledger.entries) + ledger.invalid == 1
        for path, entry in ledger.entries.items():
            assert not {"", ".", ".."} & set(path.split("/"))
            assert belongs(PurePosixPath(place), path)
            settled = InboxFile(path, FileStamp(1, 2, 3))
            reason_for(settled, entry, None, now=time.time(), version="0.1.0")
        next_retry(ledger.entries, now=time.time())
        select((sidecar for _place, sidecar in sidecars(home.outbox)), Selection())
        for path in list(ledger.entries):
            Writer(home.outbox, ledger).remove(path)
            assert not file.exists()
    file.unlink(missing_ok=True)
    assert outside.exists()
