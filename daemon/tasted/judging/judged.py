"""What a scorer makes of one screenshot, and what it goes by. Plain values."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, Protocol

from tasted.library.library import Embedded
from tasted.reading.companion import CompanionText
from tasted.records import Label, Neighbour, Verdict
from tasted.scoring.interests import Interest
from tasted.scoring.personality import Trait

NEIGHBOURS = 5
"""How many of either label a sidecar tells."""

ScorerName = Literal["taste", "seed"]
UnsureBecause = Literal["needs_labels", "between", "no_evidence"]


@dataclass(frozen=True, slots=True)
class Preferences:
    """What the user said in words and numbers; all of it acts on scores."""

    traits: tuple[Trait, ...]
    interests: tuple[Interest, ...]
    weights: Mapping[str, float]
    match_threshold: float
    strong_match_threshold: float
    max_error_rate: float = 0.2


@dataclass(frozen=True, slots=True)
class EvidencePart:
    """One thing that picture or text say, and what it moved the score by."""

    kind: Literal["trait", "interest", "dealbreaker"]
    name: str
    """As the user wrote it."""
    contribution: float
    """In log-odds."""
    picture_z: float | None = None
    """Of a trait: standard deviations above what is usual, by the picture."""
    bio_z: float | None = None
    """As `picture_z`, by the bio."""
    how: str | None = None
    """Of an interest: `named` or `similar`; None when the bio does not mention it."""
    words: str | None = None
    """Of the bio."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """The parts of a score in log-odds: `log_odds` = `bias` + `looks` + those of `parts`."""

    log_odds: float
    bias: float
    """What is so before anything of the picture is known."""
    looks: float
    """Of all references together."""
    parts: tuple[EvidencePart, ...]


@dataclass(frozen=True, slots=True)
class Judged:
    """A score with everything that a sidecar tells of it; no number is NaN or infinite."""

    verdict: Verdict
    confidence: float | None
    """In [0, 1]; None where nothing identifies it."""
    calibrated: bool
    strong: bool
    unsure_because: UnsureBecause | None
    percentile: float | None
    """Share of the history that ranks lower, in [0, 1]."""
    ranked_among: int
    """How many pictures the history has."""
    next: str | None
    physical: float | None
    """In [0, 1], as the next two."""
    personality: float | None
    interests: float | None
    views: tuple[float | None, ...]
    """`physical` of each view alone."""
    weights: Mapping[str, float]
    reasons: tuple[str, ...]
    summary: str
    liked: tuple[Neighbour, ...]
    rejected: tuple[Neighbour, ...]
    judgement: Label | None
    notes: tuple[str, ...]
    scorer: str
    taste: str
    taste_fingerprint: str
    evidence: Evidence | None = None
    """None where a scorer does not add."""


@dataclass(frozen=True, slots=True)
class Suspect:
    """A reference whose label all others contradict."""

    path: str
    """Relative to the inbox."""
    sentence: str


class Judge(Protocol):
    """Scores screenshots by the references of a home."""

    @property
    def scorer(self) -> str:
        """The name of the scorer."""
        ...

    @property
    def taste(self) -> str:
        """The name of the taste."""
        ...

    @property
    def taste_fingerprint(self) -> str:
        """A sha256 over everything that decides a score, but for the screenshot itself."""
        ...

    @property
    def is_outgrown(self) -> bool:
        """Whether `renew` would give another taste although no label has changed."""
        ...

    def renew(self) -> None:
        """Take in what changed; called before the taste is published."""
        ...

    @property
    def next_step(self) -> str | None:
        """What the user can do to get verdicts; None when there are verdicts."""
        ...

    def suspects(self) -> tuple[Suspect, ...]:
        """Return the references that the user should look at again, most doubtful first."""
        ...

    def judge(
        self,
        picture: Embedded,
        content_id: str,
        text: CompanionText | None,
        *,
        timing_ms: dict[str, int],
        is_kept: bool = True,
    ) -> Judged:
        """Score one screenshot.

        Args:
            picture: the vectors of its views.
            content_id: of the screenshot; references of the same content do not count for it.
            text: what it says.
            timing_ms: gets `search` and `score`.
            is_kept: whether anything about it may be kept.
        """
        ...
