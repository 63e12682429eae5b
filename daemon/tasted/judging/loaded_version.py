"""A taste version in memory, ready to weigh pictures; its references' vectors are not. Pure."""

from tasted.judging.judged import Preferences
from tasted.judging.version import TasteVersion
from tasted.plain_dataclass import dataclass
from tasted.records import LabelCounts
from tasted.scoring.taste.mixture import WarmStart
from tasted.scoring.traits.personality import TraitScales
from tasted.scoring.weighing.looks import ReferenceSearch
from tasted.scoring.weighing.weigher import Weigher, weight_factors


@dataclass(frozen=True, eq=False)
class LoadedVersion:
    """What scores are made with."""

    number: int
    name: str
    fitted_to: str
    digest: str
    """Of its bytes."""
    counts: LabelCounts
    contradictions: frozenset[str]
    history_count: int
    scales: TraitScales
    start: WarmStart
    weigher: Weigher
    anchors: tuple[str, ...]
    """The content that stands for each reference."""
    rows: dict[str, int]
    """The reference that each content belongs to."""
    answers: frozenset[tuple[frozenset[str], bool]]
    """The contents of each label, and whether it is a like."""


def load_version(
    version: TasteVersion, search: ReferenceSearch, preferences: Preferences, *, digest: str
) -> LoadedVersion:
    """Return a version ready to weigh pictures.

    Args:
        version: as fitted.
        search: finds its references.
        preferences: their weights and error rate act on any version.
        digest: of its bytes.
    """
    taste = version.taste
    return LoadedVersion(
        number=version.number,
        name=version.name,
        fitted_to=version.fitted_to,
        digest=digest,
        counts=version.counts,
        contradictions=frozenset(version.contradictions),
        history_count=len(version.history),
        scales=version.scales,
        start=taste.start,
        weigher=Weigher(
            taste,
            weight_factors(preferences.weights),
            search=search,
            reference_columns=version.columns,
            history=version.history_parts,
            max_error_rate=preferences.max_error_rate,
        ),
        anchors=tuple(contents[0] for contents in version.items),
        rows={content: row for row, item in enumerate(version.items) for content in item},
        answers=frozenset(
            (frozenset(item), liked)
            for item, liked in zip(version.items, taste.liked.tolist(), strict=True)
        ),
    )
