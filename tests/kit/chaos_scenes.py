"""A home as the oracle of the chaos harness wants it, until a test plants something in it.

Homes, sidecars and pictures are real files; no daemon runs.
"""

from dataclasses import dataclass, field
from typing import Any

from chaos.evidence import Evidence, Inbox, gather
from chaos.journal import Journal
from kit.sidecars import scored
from tasted.home.layout import Home
from tasted.outbox.sidecar import ModelPart, Sidecar
from tasted.system.files import content_id, private_folder

TASTE = "t" * 64
EMBEDDER = "e" * 64
MODEL = ModelPart(
    embedder="pocket", embedder_fingerprint=EMBEDDER, dimensions=64, taste_fingerprint=TASTE
)


@dataclass
class Scene:
    """A home in which everything is as it should be, until somebody plants something."""

    home: Home
    journal: Journal = field(default_factory=Journal)

    def evidence(self) -> Evidence:
        """Return what lies there now."""
        return gather(self.home, self.home.logs, Inbox(self.home.inbox).found())

    def saw(self) -> None:
        """Let the journal take in what the inbox holds, as after an act."""
        found = Inbox(self.home.inbox).found()
        self.journal.act += 1
        self.journal.saw({path: file.content for path, file in found.items()})

    def sidecar(
        self, path: str, document: Sidecar, *, place: str | None = None, **source: Any
    ) -> None:
        """Write a sidecar with what is true of the file, but for what `source` says."""
        file = self.home.inbox / path
        status = file.lstat()
        text = file.with_suffix(".txt")
        facts: dict[str, Any] = {
            "path": path,
            "sha256": content_id(file.read_bytes()),
            "text_sha256": content_id(text.read_bytes()) if text.exists() else None,
            "bytes": status.st_size,
            "modified_ns": status.st_mtime_ns,
            "inode": status.st_ino,
            "companion": None,
        }
        true = document.source.model_copy(update=facts | source)
        target = self.home.outbox / (place or f"{path}.json")
        private_folder(target.parent)
        target.write_bytes(document.model_copy(update={"source": true}).to_json())
        target.chmod(0o600)


def learnt(path: str) -> Sidecar:
    """Return the sidecar of a liked reference."""
    return scored(path, None, kind="reference", status="learnt", judgement="liked", model=MODEL)
