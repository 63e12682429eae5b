"""The nouns that travel between rooms, as frozen dataclasses. Touches nothing, stdlib only.

Paths inside a home travel as POSIX strings relative to the inbox (`anna/2.png`), so that no record
holds an absolute path of a home and a home can be moved.
"""

from dataclasses import dataclass
from enum import StrEnum


class Label(StrEnum):
    """What the user said about a reference: the name of the folder that it lies in."""

    LIKED = "liked"
    REJECTED = "rejected"


class Origin(StrEnum):
    """Where a reference comes from."""

    REFERENCE = "reference"
    """A picture that the user brought to teach with."""
    FEEDBACK = "feedback"
    """A screenshot that had been scored before the user judged it."""


class Verdict(StrEnum):
    """What tasted thinks of a screenshot."""

    MATCH = "match"
    NO_MATCH = "no_match"
    UNSURE = "unsure"


@dataclass(frozen=True, slots=True)
class FileStamp:
    """What `lstat` says of a content: while these three are equal it is taken as unchanged."""

    size_bytes: int
    modified_ns: int
    inode: int


@dataclass(frozen=True, slots=True)
class Companion:
    """The text file beside a screenshot: `shot.txt` for `shot.png`."""

    path: str
    """Relative to the inbox."""
    stamp: FileStamp


@dataclass(frozen=True, slots=True)
class InboxFile:
    """A settled file of the inbox that should have a sidecar."""

    path: str
    """Relative to the inbox."""
    stamp: FileStamp
    companion: Companion | None = None
    label: Label | None = None
    """Set for files under liked/ and rejected/."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a result stands among others: what decides whether and where a list shows it."""

    verdict: str | None
    """As `Verdict`; None for a file that failed."""
    needs_labels: bool
    """Whether there is no verdict for want of references, so that only the rank says something."""
    percentile: float | None
    """Rank in [0, 1] among what was scored with the same taste."""
    confidence: float | None
    physical: float | None
    scored_at: float
    """Seconds since the epoch."""


@dataclass(frozen=True, slots=True)
class Part:
    """One photo of a profile: what of it decides the score of the whole."""

    path: str
    """Relative to the inbox."""
    content_id: str | None
    """sha256; None for a photo that could not be scored, and does not count."""
    text_id: str | None
    """sha256 of its companion text."""


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """What one sidecar of the outbox proves: which content was done, and with what."""

    path: str
    """Relative to the inbox: the file that the sidecar belongs to, or a folder with its slash."""
    status: str
    """`scored`, `learnt` or `error`."""
    stamp: FileStamp
    companion: Companion | None
    content_id: str | None
    """sha256, or None when the file could not be read."""
    text_id: str | None
    """sha256 of the companion text that was read."""
    embedder_fingerprint: str | None
    taste_fingerprint: str | None
    attempts: int
    """How often the file failed; 0 unless `status` is `error`."""
    retry_at: float | None
    """Seconds since the epoch; None means never by itself."""
    tasted_version: str
    origin: Origin | None = None
    """Of a learnt reference."""
    standing: Standing | None = None
    """Of anything but a reference."""
    parts: tuple[Part, ...] = ()
    """Of a profile: its photos, sorted by path."""

    @property
    def is_profile(self) -> bool:
        """Whether it is of a folder; no file's path ends in a slash."""
        return self.path.endswith("/")


@dataclass(frozen=True, slots=True)
class Proven:
    """What a score was made of and with: made of the same again it would be the same score."""

    content_id: str | None
    text_id: str | None
    embedder_fingerprint: str | None
    taste_fingerprint: str | None


@dataclass(frozen=True, slots=True)
class Current:
    """What the engine published as current; sidecars made with anything else are stale."""

    embedder: str
    embedder_fingerprint: str
    scorer: str
    taste: str | None
    taste_fingerprint: str
    acting_digest: str
    """Digest of the settings, the model folder and the version that this was published for."""
    labels_digest: str
    """Digest of the reference paths that were present when this was published."""
    liked: int
    rejected: int
    contradictions: tuple[str, ...] = ()
    """Paths whose content lies in both folders; they count for neither."""
    suspects: tuple[tuple[str, str], ...] = ()
    """Path of each reference whose label all others contradict, and a sentence about it."""
    next: str | None = None
    """What the user can do to get verdicts, such as "Reject 4 to get verdicts"; None with them."""


@dataclass(frozen=True, slots=True)
class Reference:
    """A picture that teaches, as the library knows it."""

    content_id: str
    """sha256 of the file's bytes, lower-case hex."""
    path: str
    """Relative to the inbox."""
    label: Label
    origin: Origin


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A reference with its cosine to one screenshot."""

    reference: Reference
    similarity: float
    """Cosine in [-1, 1]; of what is left without the background, where a scorer takes that off."""
    contribution: float | None = None
    """What it moved the score by, in log-odds; None where a scorer does not add."""


Box = tuple[int, int, int, int]
"""(left, top, width, height) in pixels."""


@dataclass(frozen=True, slots=True)
class View:
    """One region of a picture that is embedded: a square, unless it is the whole picture."""

    kind: str
    """Why it was chosen: `photo`, `tile`, `whole` or `center`."""
    box: Box
    """In upright pixels of the original size."""


@dataclass(frozen=True, slots=True)
class PictureFacts:
    """What is known of a decoded picture besides its pixels; cached with its vector."""

    width: int
    height: int
    format: str
    """Pillow's name of the format: PNG, JPEG, HEIF, ..."""
    frames: int = 1
    notes: tuple[str, ...] = ()
    """Sentences for the sidecar: what was converted or left out while decoding."""
    views: tuple[View, ...] = ()
    """The regions that were embedded, in the order of their vectors."""
