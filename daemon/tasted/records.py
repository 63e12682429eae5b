"""The nouns that travel between rooms, as dataclasses. Touches nothing, stdlib only.

Nobody changes one; all are frozen, but for what long lists are made of.

Paths inside a home travel as POSIX strings relative to the inbox (`anna/2.png`), so that no record
holds an absolute path of a home and a home can be moved.
"""

from dataclasses import replace
from enum import StrEnum

from tasted.plain_dataclass import dataclass


class Label(StrEnum):
    """What the user said about a reference: the name of the folder that it lies in."""

    LIKED = "liked"
    REJECTED = "rejected"


class Origin(StrEnum):
    """Where a reference comes from."""

    REFERENCE = "reference"
    """A picture that the user added as a label."""
    FEEDBACK = "feedback"
    """A screenshot that had been scored before the user judged it."""


class Verdict(StrEnum):
    """What tasted thinks of a screenshot."""

    MATCH = "match"
    NO_MATCH = "no_match"
    UNSURE = "unsure"


@dataclass(frozen=True, slots=True)
class FileStamp:
    """What `lstat` says of a content: while all of it is equal it is taken as unchanged."""

    size_bytes: int
    modified_ns: int
    inode: int
    changed_ns: int | None = None
    """When the inode last changed (ctime), which no program can put back; None where a sidecar of
    an older version does not tell it."""

    def is_of(self, other: "FileStamp") -> bool:
        """Tell whether it is the same file, even if it was renamed or its rights were changed."""
        return replace(self, changed_ns=None).agrees(other)

    def agrees(self, other: "FileStamp") -> bool:
        """Tell whether nothing is known to differ: a change time that one lacks is passed over."""
        return (
            self.size_bytes == other.size_bytes
            and self.modified_ns == other.modified_ns
            and self.inode == other.inode
            and (None in {self.changed_ns, other.changed_ns} or self.changed_ns == other.changed_ns)
        )


@dataclass(frozen=True, slots=True)
class FolderIdentity:
    """What tells a folder from another one at the same path: a disk, or what lies below it."""

    device: int
    inode: int


@dataclass(frozen=True, slots=True)
class Companion:
    """The text file beside a screenshot: `shot.txt` for `shot.png`."""

    path: str
    """Relative to the inbox."""
    stamp: FileStamp

    def agrees(self, other: "Companion | None") -> bool:
        """Tell whether it is the same text, as far as stamps tell."""
        return other is not None and self.path == other.path and self.stamp.agrees(other.stamp)


@dataclass(frozen=True, slots=True)
class InboxFile:
    """A settled file of the inbox that should have a sidecar."""

    path: str
    """Relative to the inbox."""
    stamp: FileStamp
    companion: Companion | None = None
    label: Label | None = None
    """Set for files under liked/ and rejected/."""


# a list makes a hundred thousand of them, which takes five times as long where they are frozen
@dataclass(slots=True)
class RankingFacts:
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
    judgement: str | None = None
    """What the user said of it, as `Label`."""
    first_scored_at: float | None = None
    """When its contents were scored first, or failed first; None where a sidecar does not tell."""
    verdict_changed_at: float | None = None
    """When a new score changed its verdict last."""


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
    ranking_facts: RankingFacts | None = None
    """Of anything but a reference."""
    parts: tuple[Part, ...] = ()
    """Of a profile: its photos, sorted by path."""
    error_code: str | None = None
    """Why it has no score; None unless `status` is `error`."""
    blank: bool = False
    """Whether there is nothing to see in the picture."""
    name: str | None = None
    """Of the person in it, as the picture or the text beside it says."""
    age: int | None = None
    """As `name`."""
    text_pending: bool = False
    """Whether the text in the picture is still to be read."""
    gone_since: float | None = None
    """Since when its file is known to be gone, in seconds since the epoch; None while it is not."""

    @property
    def is_gone(self) -> bool:
        """Whether its file is known to be gone, so that it counts for nothing."""
        return self.gone_since is not None

    @property
    def is_profile(self) -> bool:
        """Whether it is of a folder; no file's path ends in a slash."""
        return self.path.endswith("/")

    def has_text(self, companion: Companion | None) -> bool:
        """Tell whether it was made with this text, as far as stamps tell."""
        own = self.companion
        return own.agrees(companion) if own is not None else companion is None


@dataclass(frozen=True, slots=True)
class ScoredInputs:
    """What a score was made of and with: made of the same again it would be the same score."""

    content_id: str | None
    text_id: str | None
    embedder_fingerprint: str | None
    taste_fingerprint: str | None


@dataclass(frozen=True, slots=True)
class LabelCounts:
    """How many labels count; see `scoring.taste.counting`, the one place where they are counted."""

    liked: int = 0
    rejected: int = 0
    copies: int = 0
    """Further labels that are copies of those, and count with them."""
    lookalikes: int = 0
    """Labels among those that look like copies of others, without that it can be told."""
    twofold: int = 0
    """Pictures that are liked and, in a copy, rejected: they count for neither."""

    @property
    def remarks(self) -> tuple[str, ...]:
        """Sentences about copies; none where there are none."""
        remarks = []
        if self.copies == 1:
            remarks.append("1 label is a copy of another, and counts together with it.")
        elif self.copies:
            remarks.append(
                f"{self.copies} labels are copies of others, and count together with them."
            )
        if self.twofold == 1:
            remarks.append("1 picture is liked and, in a copy, rejected: it counts for neither.")
        elif self.twofold:
            remarks.append(
                f"{self.twofold} pictures are liked and, in copies, rejected: they count for "
                "neither."
            )
        if self.lookalikes == 1:
            remarks.append(
                "1 of your labels looks like a copy of another; figures may be too good."
            )
        elif self.lookalikes:
            remarks.append(
                f"{self.lookalikes} of your labels look like copies of others; figures may be too "
                "good."
            )
        return tuple(remarks)


@dataclass(frozen=True, slots=True)
class Current:
    """What the engine published as current; sidecars made with anything else are stale."""

    embedder: str
    embedder_fingerprint: str
    scorer: str
    taste: str | None
    taste_fingerprint: str
    config_digest: str
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
    """What the user can do to get verdicts, for example a number of labels; None with them."""
    copies: int = 0
    """As in `LabelCounts`, like `liked` and `rejected`."""
    lookalikes: int = 0
    is_held: bool = False
    """Whether a person holds this version, so that newer answers are kept and not used."""
    waiting_answers: int = 0
    """How many labels came, went or changed since a version that is held was fitted."""
    chosen: str | None = None
    """What a person chose, such as `hold v9`, as it was when this was published."""
    set_aside: str | None = None
    """Why what a person chose does not decide: a sentence; None when it does."""
    recipe: str | None = None
    """The id of what the version is made with; None where an older tasted published it."""
    model: str = ""
    """The embedder, as the settings name it; empty where an older tasted published."""


@dataclass(frozen=True, slots=True)
class Reference:
    """A labelled picture, as the library knows it."""

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
    weight: float = 1.0
    """In (0, 1]: how photographic it is beside the most photographic view of its picture."""


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
    blank: bool = False
    """Whether there is nothing to see in it."""
