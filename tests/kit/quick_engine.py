"""An engine without a model: it hashes, and answers valid documents within a millisecond.

Started as `python quick_engine.py [--grow-mb N]` in the place of the real one, for stories about
folders, disks and processes. It reads files as the real engine does, and knows the references that
were learnt by their sidecars. What a picture's bytes end in makes it misbehave: see `POISON`,
`HANG` and `VANISH`. Each score that it begins is a line of `.tasted/scores`.
"""

import argparse
import hashlib
import json
import os
import signal
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tasted import frames
from tasted.errors import ItemError
from tasted.home import Home
from tasted.inbox.profiles import profile_content_id
from tasted.intake import Intake, Item, ProfileItem, Read, item_from, profile_from
from tasted.outbox.failures import error_sidecar, source_part
from tasted.outbox.ledger import Ledger
from tasted.outbox.sidecar import ModelPart, Sidecar
from tasted.platform import end_with_parent
from tasted.records import Current, Proven
from tasted.status import write_current

COMMAND = (sys.executable, __file__)
POISON = b"IEND poison"
"""The engine ends as a decoder does that runs wild."""
HANG = b"IEND hang"
"""It never answers."""
VANISH = b"IEND vanish"
"""The file is gone when the answer comes."""
_EMBEDDER = "quick"
_BYTES_MAX = 100_000_000


def scores_begun(home: Home) -> list[tuple[str, str]]:
    """Return path and content id of every score that was begun, in order."""
    file = home.state / "scores"
    lines = file.read_text("ascii").splitlines() if file.exists() else []
    return [(path, content) for path, content in map(json.loads, lines)]


def profiles_begun(home: Home) -> list[tuple[str, list[str]]]:
    """Return folder and photos of every profile that was begun, in order."""
    file = home.state / "profiles"
    lines = file.read_text("ascii").splitlines() if file.exists() else []
    return [(folder, photos) for folder, photos in map(json.loads, lines)]


class QuickEngine:
    """Answers for one home."""

    def __init__(self, home: Home, *, version: str) -> None:
        self._home = home
        self._version = version
        self._intake = Intake(home.inbox, max_bytes=_BYTES_MAX)
        ledger = Ledger(home.outbox)
        ledger.refresh()
        entries = ledger.entries
        self._learnt = {path for path in entries if entries[path].status == "learnt"}
        self._present: set[str] = set()

    def answer(self, message: frames.Message) -> frames.Message:
        """Answer one request."""
        if message["type"] == "labels":
            return self._labels(message)
        if message["type"] == "profile":
            return self._profile(profile_from(message))
        items = [item_from(item) for item in message["items"]]
        return {"type": "documents", "answers": [self._document(item) for item in items]}

    def _labels(self, message: frames.Message) -> frames.Message:
        paths = set(message["paths"])
        self._present = paths & self._learnt
        current = Current(
            embedder=_EMBEDDER,
            embedder_fingerprint=_EMBEDDER,
            scorer=_EMBEDDER,
            taste=_EMBEDDER,
            taste_fingerprint=self._taste(),
            acting_digest=message["acting_digest"],
            labels_digest=message["labels_digest"],
            liked=len(self._present),
            rejected=0,
        )
        write_current(self._home.current_file, current)
        told = {name: getattr(current, name) for name in Current.__slots__}
        return {"type": "current", "current": told, "unlearnt": sorted(paths - self._learnt)}

    def _taste(self) -> str:
        names = "\0".join(sorted(self._present)).encode("utf-8", "surrogateescape")
        return hashlib.sha256(names).hexdigest()

    def _document(self, item: Item) -> dict[str, Any]:
        read = self._intake.look(item)
        document: Sidecar | None = None
        try:
            if read is not None and self._intake.read(item, read):
                proven = Proven(read.content, read.text_id, _EMBEDDER, self._taste())
                if item.proven == proven:
                    source = read.source(item.path).model_dump(mode="json")
                    return {"path": item.path, "document": None, "unchanged": source}
                document = self._scored(item, read)
        except ItemError as error:
            if read is not None:
                document = error_sidecar(
                    read.source(item.path),
                    error,
                    label=item.label,
                    attempts=item.attempts + 1,
                    now=datetime.now(UTC),
                    version=self._version,
                )
        return {
            "path": item.path,
            "document": document.model_dump(mode="json") if document is not None else None,
        }

    def _scored(self, item: Item, read: Read) -> Sidecar:
        self._misbehave(item, read.data)
        with (self._home.state / "scores").open("a", encoding="ascii") as stream:
            stream.write(json.dumps([item.path, read.content]) + "\n")
        if item.label is not None:
            self._learnt.add(item.path)
            self._present.add(item.path)
        return Sidecar(
            kind="screenshot" if item.label is None else "reference",
            status="scored" if item.label is None else "learnt",
            summary="Quickly done.",
            verdict="unsure" if item.label is None else None,
            source=read.source(item.path),
            model=ModelPart(
                embedder=_EMBEDDER,
                embedder_fingerprint=_EMBEDDER,
                dimensions=1,
                taste_fingerprint=self._taste(),
            ),
            scored_at=datetime.now(UTC),
            tasted_version=self._version,
        )

    def _profile(self, item: ProfileItem) -> frames.Message:
        with (self._home.state / "profiles").open("a", encoding="ascii") as stream:
            stream.write(json.dumps([item.path, [part.path for part in item.parts]]) + "\n")
        contents = [part.sha256 for part in item.parts if part.sha256 is not None]
        companion, text_id = None, None
        if item.companion is not None:
            companion, text_id, _text = self._intake.read_text(item.companion)
        content = profile_content_id(contents)
        document = Sidecar(
            kind="profile",
            status="scored",
            summary="Quickly done.",
            verdict="unsure",
            parts=list(item.parts),
            source=source_part(
                item.path, item.stamp, companion, content_id=content, text_id=text_id
            ),
            model=ModelPart(
                embedder=_EMBEDDER,
                embedder_fingerprint=_EMBEDDER,
                dimensions=1,
                taste_fingerprint=self._taste(),
            ),
            scored_at=datetime.now(UTC),
            tasted_version=self._version,
        )
        return {"type": "document", "document": document.model_dump(mode="json")}

    def _misbehave(self, item: Item, data: bytes) -> None:
        if data.endswith(POISON):
            os.kill(os.getpid(), signal.SIGSEGV)
        if data.endswith(HANG):
            time.sleep(3600)
        if data.endswith(VANISH):
            (self._home.inbox / item.path).unlink()


def main() -> None:
    """Serve descriptor 0 until it closes."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--grow-mb", type=int, default=0)
    grows_mb: int = parser.parse_args().grow_mb
    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, signal.SIG_IGN)
    hello = frames.read(0)
    end_with_parent(hello["parent"])
    engine = QuickEngine(Home(Path(hello["home"])), version=hello["version"])
    frames.write(1, {"type": "ready"})
    held = 0
    while True:
        try:
            message = frames.read(0)
        except frames.PipeClosed:
            return
        held += grows_mb * 1_000_000
        frames.write(1, {**engine.answer(message), "resident_bytes": held})


if __name__ == "__main__":
    main()
