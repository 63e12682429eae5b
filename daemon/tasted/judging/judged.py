"""The answer of a scorer about one screenshot, and its inputs. Plain values."""

from collections.abc import Mapping
from typing import Literal, Protocol

from tasted.judging.review_taste import ReviewTaste
from tasted.library.library import Embedded
from tasted.plain_dataclass import dataclass
from tasted.reading.companion import CompanionText
from tasted.records import Label, LabelCounts, Neighbour, Verdict
from tasted.scoring.interests.interests import Interest
from tasted.scoring.traits.personality import Trait

NEIGHBOURS = 5
"""How many neighbours of each label a sidecar lists."""

ScorerName = Literal["taste", "seed"]
UnsureBecause = Literal["needs_labels", "between", "no_evidence"]


@dataclass(frozen=True, slots=True)
class Preferences:
    """What the user asked for in the settings; all of it affects scores."""

    traits: tuple[Trait, ...]
    interests: tuple[Interest, ...]
    weights: Mapping[str, float]
    match_threshold: float
    strong_match_threshold: float
    max_error_rate: float = 0.2


@dataclass(frozen=True, slots=True)
class EvidencePart:
    """One thing that the picture or its text says, and how much it moved the score."""

    kind: Literal["trait", "interest", "dealbreaker"]
    name: str
    """As the user wrote it."""
    contribution: float
    """In log-odds."""
    picture_z: float | None = None
    """Of a trait: standard deviations above the average, by the picture."""
    bio_z: float | None = None
    """As `picture_z`, by the bio."""
    how: str | None = None
    """Of an interest: `named` or `similar`; None: not mentioned in the bio."""
    words: str | None = None
    """The words of the bio."""


@dataclass(frozen=True, slots=True)
class ScoreEvidence:
    """The parts of a score in log-odds: `log_odds` = `bias` + `looks` + those of `parts`."""

    log_odds: float
    bias: float
    """Before anything is known about the picture."""
    looks: float
    """Of all references together."""
    parts: tuple[EvidencePart, ...]


@dataclass(frozen=True, slots=True)
class Judged:
    """A score with everything that its sidecar says; no number is NaN or infinite."""

    verdict: Verdict
    confidence: float | None
    """In [0, 1]; None where it cannot be estimated."""
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
    evidence: ScoreEvidence | None = None
    """None from a scorer that does not add parts."""


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
        """Whether `renew` would change the taste although no label has changed."""
        ...

    def renew(self) -> None:
        """Bring the taste up to date; called before it is published."""
        ...

    @property
    def next_step(self) -> str | None:
        """What the user can do to get verdicts; None when there are verdicts."""
        ...

    @property
    def counts(self) -> LabelCounts:
        """How many labels count."""
        ...

    @property
    def contradictions(self) -> frozenset[str]:
        """The content ids of copies of a picture that is both liked and rejected: none counts."""
        ...

    def suspects(self) -> tuple[Suspect, ...]:
        """Return the references that the user should look at again, most doubtful first."""
        ...

    @property
    def is_held(self) -> bool:
        """Whether exactly one version decides, because a person wants it so."""
        ...

    def review(self) -> ReviewTaste | None:
        """Return the taste in force for somebody who is judging; None where it orders no queue."""
        ...

    def prepare(self, pictures: int) -> None:
        """Get ready for this many pictures in a row: for many, the table is read once.

        Args:
            pictures: how many `judge` is about to be called for.
        """
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
            content_id: of the screenshot; references with the same content do not count for it.
            text: the text on it or beside it.
            timing_ms: `search` and `score` are entered here.
            is_kept: whether anything about it may be kept.
        """
        ...
