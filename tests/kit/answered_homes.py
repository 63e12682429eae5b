"""A home whose pictures can be judged without an engine: their sidecars are written at once."""

from typing import Any

from kit.inbox_files import PNG
from kit.sidecars import profile, scored
from tasted.config import Settings
from tasted.daemon.shared.feedback import FeedbackRecorder, RecordedAnswer
from tasted.daemon.shared.shared_state import SharedState
from tasted.feedback.events import Answer, FeedbackEvent, Via
from tasted.feedback.history import judgements
from tasted.feedback.reading import read_events
from tasted.home.layout import Home
from tasted.inbox.find_copies import list_labels
from tasted.inbox.listing import list_inbox
from tasted.inbox.present_references import labels_digest
from tasted.inbox.profiles import profile_content_id
from tasted.outbox.ledger import Ledger
from tasted.outbox.sidecar import ModelPart, PhotoPart, Rank, Source, source_part
from tasted.outbox.sidecar_writer import Writer
from tasted.system.files import content_id

_MODEL = ModelPart(
    embedder="pocket", embedder_fingerprint="e1", dimensions=64, taste="v3", taste_fingerprint="t1"
)


def picture(name: str) -> bytes:
    """Return the bytes of a picture that is like no other."""
    return PNG + name.encode()


class AnsweredHome:
    """One home, and the recorder of the process that owns it.

    Args:
        home: with its folders.
    """

    def __init__(self, home: Home) -> None:
        self.home = home
        self.start()

    def start(self) -> None:
        """Begin as another process: nothing of what was in memory is known."""
        self.ledger = Ledger(self.home.outbox)
        self.ledger.refresh()
        self.shared = SharedState(Settings(), self.ledger, None)
        self.writer = Writer(self.home.outbox, self.ledger)
        self.recorder = FeedbackRecorder(self.home, self.shared)

    def drop(self, *names: str) -> None:
        """Put new pictures into the inbox, and score them."""
        for name in names:
            file = self.home.inbox / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(picture(name))
        self.score(*names)

    def score(self, *names: str, **fields: Any) -> None:
        """Write what a taste says of some pictures."""
        for name in names:
            given: dict[str, Any] = {"rank": Rank(percentile=0.9, of=10), "model": _MODEL}
            self.writer.write(scored(name, 0.75, source=self._source(name), **given, **fields))

    def make_profile(self, folder: str, *photos: str) -> str:
        """Put a profile into the inbox and score it; return its id."""
        names = [f"{folder}{photo}" for photo in photos]
        self.drop(*names)
        contents = [content_id(picture(name)) for name in names]
        source = self._source(names[0]).model_copy(
            update={"path": folder, "sha256": profile_content_id(contents)}
        )
        parts = [
            PhotoPart(path=name, sha256=content)
            for name, content in zip(names, contents, strict=True)
        ]
        self.writer.write(profile(folder, source=source, parts=parts, model=_MODEL))
        return profile_content_id(contents)

    def learn(self) -> None:
        """Write the sidecars of all labels, as an engine that learnt them."""
        for path in list_labels(self.home.inbox):
            learnt = {"kind": "reference", "status": "learnt", "verdict": None, "is_match": None}
            fields: dict[str, Any] = {**learnt, "confidence_score": None, "component_scores": None}
            self.writer.write(scored(path, source=self._source(path), **fields))

    def follow(self) -> None:
        """Let the log follow the folders, as a scan of everything does."""
        files = list_inbox(self.home.inbox).files
        present = {path: file.stamp for path, file in files.items() if file.label is not None}
        self.recorder.catching_up.follow(present, labels_digest(present), missed=frozenset())

    def turn(self) -> None:
        """Do what the daemon does with labels until nothing is left to do."""
        self.recorder.catching_up.settle()
        self.learn()
        self.follow()

    def _source(self, path: str) -> Source:
        file = list_inbox(self.home.inbox).files[path]
        content = content_id((self.home.inbox / path).read_bytes())
        return source_part(path, file.stamp, None, content_id=content)

    # ---- what there is --------------------------------------------------------------------

    def judge(self, name: str, answer: Answer, **how: Any) -> RecordedAnswer:
        """Answer for a picture that was dropped under this name."""
        how.setdefault("via", Via.PAGE)
        return self.recorder.judge(content_id(picture(name)), name, answer, **how)

    @property
    def events(self) -> list[FeedbackEvent]:
        """What the log holds."""
        return list(read_events(self.home.feedback))

    @property
    def answers(self) -> dict[str, Answer]:
        """What stands by the log, by the picture's bytes."""
        return {content: found.answer for content, found in judgements(self.events).items()}

    def labels(self) -> dict[str, str]:
        """Return what the folders say, by content; `both` for one in both folders."""
        found: dict[str, str] = {}
        for path, file in list_labels(self.home.inbox).items():
            content = content_id((self.home.inbox / path).read_bytes())
            label = str(file.label)
            found[content] = label if found.get(content, label) == label else "both"
        return found


def id_of(name: str) -> str:
    """Return the content id of a picture that was dropped under a name."""
    return content_id(picture(name))
