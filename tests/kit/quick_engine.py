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
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from tasted.amounts import counted
from tasted.config import Settings
from tasted.engine.reading_files import InboxReader, OpenedFile, TreeReader
from tasted.errors import EngineFailed, ItemError
from tasted.home.layout import Home
from tasted.home.status import write_current
from tasted.inbox.profiles import profile_content_id
from tasted.outbox.failures import error_sidecar
from tasted.outbox.ledger import Ledger
from tasted.outbox.sidecar import ModelPart, Sidecar, source_part
from tasted.records import Current, ScoredInputs
from tasted.rpc import framing
from tasted.rpc.asking_messages import (
    AnswersTaken,
    CardsChosen,
    ChooseCards,
    ChosenCard,
    MakePreview,
    PreviewMade,
    PreviewRefused,
    TakeAnswers,
)
from tasted.rpc.backfill_messages import ScoreTree, ShipTaste, TasteShipped
from tasted.rpc.encoding import hello_from, request_from, to_json
from tasted.rpc.messages import (
    PROTOCOL,
    BatchScored,
    EngineAnswer,
    EngineRequest,
    FileResult,
    FileScored,
    ProfileScored,
    PublishTaste,
    Ready,
    ReferencesMissing,
    RequestedFile,
    ScoreBatch,
    ScoreProfile,
    TastePublished,
    WarmedUp,
    WarmUp,
)
from tasted.rpc.shipped_facts import SHIPPED_FORMAT, ShippedFacts, read_facts, write_facts
from tasted.system.platform import end_with_parent

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


def tree_scores_begun(home: Home, name: str) -> list[tuple[str, str]]:
    """Return path and content id of every score of a backfill that was begun, in order."""
    file = home.backfills / name / "scores"
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
        self._inbox = InboxReader(home.inbox, max_bytes=_BYTES_MAX)
        ledger = Ledger(home.outbox)
        # an engine of a backfill has a folder of its own, with nothing in it
        if home.outbox.is_dir():
            ledger.refresh()
        entries = ledger.entries
        self._learnt = {path for path in entries if entries[path].status == "learnt"}
        self._present: set[str] = set()
        self._scores = home.state / "scores"
        self._by: str | None = None
        """The taste of a backfill."""

    def answer(self, message: framing.Message) -> EngineAnswer:
        """Answer one request."""
        request = request_from(message)
        match request:
            case WarmUp():
                return WarmedUp()
            case PublishTaste():
                return self._labels(request)
            case ScoreProfile():
                return ProfileScored(self._profile(request))
            case ScoreBatch():
                for file in request.files:
                    framing.write(1, to_json(FileScored(self._result(file))))
                return BatchScored()
            case ShipTaste() | ScoreTree():
                return self._backfill(request)
        return self._answer_page(request)

    def _backfill(self, request: ShipTaste | ScoreTree) -> EngineAnswer:
        """Ship a taste that is but a name, or score by it; `tree_scores_begun` tells of that."""
        if isinstance(request, ShipTaste):
            write_facts(Path(request.folder), _facts(self._taste()))
            return TasteShipped(_EMBEDDER)
        facts = read_facts(Path(request.shipped))
        assert facts is not None
        self._scores = Path(request.shipped).parent / "scores"
        self._by = facts.taste_fingerprint
        roots = {name: Path(root) for name, root in request.roots.items()}
        self._inbox = TreeReader(roots, max_bytes=_BYTES_MAX)
        for file in request.files:
            framing.write(1, to_json(FileScored(self._result(file))))
        return BatchScored()

    def _answer_page(self, request: EngineRequest[EngineAnswer]) -> EngineAnswer:
        match request:
            case ChooseCards():
                return self._cards(request)
            case TakeAnswers():
                return self._answers(request)
            case MakePreview():
                return self._preview(request)
        raise EngineFailed("The engine without a model keeps nothing that could be erased.")

    def _labels(self, request: PublishTaste) -> TastePublished | ReferencesMissing:
        paths = set(request.paths)
        self._present = paths & self._learnt
        unlearnt = paths - self._learnt
        if not unlearnt <= request.without:
            return ReferencesMissing(tuple(sorted(unlearnt)))
        current = Current(
            embedder=_EMBEDDER,
            embedder_fingerprint=_EMBEDDER,
            scorer=_EMBEDDER,
            taste=_EMBEDDER,
            taste_fingerprint=self._taste(),
            config_digest=request.config_digest,
            labels_digest=request.labels_digest,
            liked=len(self._present),
            rejected=0,
        )
        write_current(self._home.current_file, current)
        return TastePublished(current, tuple(sorted(unlearnt)))

    def _cards(self, request: ChooseCards) -> CardsChosen:
        """Choose in the order of the pool."""
        version = _version(len(request.answers))
        free = [picture for picture in request.pool if picture.id not in request.queued]
        cards = [
            ChosenCard(picture, "ask", None, 0.5, 0.5, "unsure", version)
            for picture in free[: request.count]
        ]
        return CardsChosen(tuple(cards), version)

    def _answers(self, request: TakeAnswers) -> AnswersTaken:
        liked = sum(answer.liked is True for answer in request.answers)
        rejected = sum(answer.liked is False for answer in request.answers)
        version = _version(len(request.answers))
        return AnswersTaken(dict.fromkeys(request.asked, 0.5), version, liked, rejected)

    def _preview(self, request: MakePreview) -> PreviewMade | PreviewRefused:
        """Return the file itself: nothing is decoded here."""
        file = RequestedFile(request.path)
        opened = self._inbox.stat(file)
        if opened is not None and self._inbox.read(file, opened):
            self._misbehave(file, opened.data)
            if opened.content_id == request.content_id:
                return PreviewMade.of(opened.data, media_type="image/png", width=1, height=1)
        return PreviewRefused("gone", f"{request.path} is gone.", "")

    def _taste(self) -> str:
        if self._by is not None:
            return self._by
        names = "\0".join(sorted(self._present)).encode("utf-8", "surrogateescape")
        return hashlib.sha256(names).hexdigest()

    def _result(self, file: RequestedFile) -> FileResult:
        opened = self._inbox.stat(file)
        document: Sidecar | None = None
        try:
            if opened is not None and self._inbox.read(file, opened):
                taste = self._taste() if file.label is None else None
                inputs = ScoredInputs(opened.content_id, opened.text_id, _EMBEDDER, taste)
                if file.scored_inputs == inputs:
                    return FileResult(file.path, unchanged=opened.source(file.path))
                document = self._scored(file, opened)
        except ItemError as error:
            if opened is not None:
                document = error_sidecar(
                    opened.source(file.path),
                    error,
                    label=file.label,
                    attempts=file.attempts + 1,
                    now=datetime.now(UTC),
                    version=self._version,
                )
        return FileResult(file.path, document)

    def _scored(self, file: RequestedFile, opened: OpenedFile) -> Sidecar:
        self._misbehave(file, opened.data)
        with self._scores.open("a", encoding="ascii") as stream:
            stream.write(json.dumps([file.path, opened.content_id]) + "\n")
        if file.label is not None:
            self._learnt.add(file.path)
            self._present.add(file.path)
        return Sidecar(
            kind="screenshot" if file.label is None else "reference",
            status="scored" if file.label is None else "learnt",
            summary="Quickly done.",
            verdict="unsure" if file.label is None else None,
            source=opened.source(file.path),
            model=ModelPart(
                embedder=_EMBEDDER,
                embedder_fingerprint=_EMBEDDER,
                dimensions=1,
                taste_fingerprint=self._taste() if file.label is None else None,
            ),
            scored_at=datetime.now(UTC),
            tasted_version=self._version,
        )

    def _profile(self, profile: ScoreProfile) -> Sidecar:
        with (self._home.state / "profiles").open("a", encoding="ascii") as stream:
            stream.write(json.dumps([profile.path, [part.path for part in profile.parts]]) + "\n")
        contents = [part.sha256 for part in profile.parts if part.sha256 is not None]
        companion, text_id = None, None
        if profile.companion is not None:
            companion, text_id, _text = self._inbox.read_text(profile.companion)
        content = profile_content_id(contents)
        return Sidecar(
            kind="profile",
            status="scored",
            summary="Quickly done.",
            verdict="unsure",
            parts=list(profile.parts),
            source=source_part(
                profile.path, profile.stamp, companion, content_id=content, text_id=text_id
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

    def _misbehave(self, file: RequestedFile, data: bytes) -> None:
        if data.endswith(POISON):
            os.kill(os.getpid(), signal.SIGSEGV)
        if data.endswith(HANG):
            time.sleep(3600)
        if data.endswith(VANISH):
            (self._home.inbox / file.path).unlink()


def _facts(taste: str) -> ShippedFacts:
    return ShippedFacts(
        format=SHIPPED_FORMAT,
        tasted_version="0",
        scorer=_EMBEDDER,
        taste=_EMBEDDER,
        taste_fingerprint=taste,
        is_held=False,
        embedder=_EMBEDDER,
        embedder_fingerprint=_EMBEDDER,
        reading="",
        model_folder=None,
        settings=Settings().model_dump_json(),
    )


def _version(answers: int) -> str:
    return f"{_EMBEDDER} + {counted(answers, 'answer')}" if answers else _EMBEDDER


def main() -> None:
    """Serve descriptor 0 until it closes."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--grow-mb", type=int, default=0)
    grows_mb: int = parser.parse_args().grow_mb
    for ignored in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGUSR1):
        signal.signal(ignored, signal.SIG_IGN)
    hello = hello_from(framing.read(0))
    end_with_parent(hello.parent)
    engine = QuickEngine(Home(Path(hello.home)), version=hello.version)
    framing.write(1, to_json(Ready(os.getpid(), PROTOCOL)))
    held = 0
    while True:
        try:
            message = framing.read(0)
        except framing.PipeClosed:
            return
        if message.get("type") in {"AddFiles", "EndBatch"}:
            continue
        held += grows_mb * 1_000_000
        framing.write(1, to_json(replace(engine.answer(message), resident_bytes=held)))


if __name__ == "__main__":
    main()
