"""Evaluates scorers and embedders on the references of a home: START HERE.

Every picture is judged by all the others, so that nothing is judged by what it taught. Texts are
left out. With several embedders the history is left out too: only one of them may have seen it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from tasted.config import Settings
from tasted.evaluation.embedding import Embeddings, Progress, embed_references
from tasted.evaluation.references import Found, find_references
from tasted.home import Home
from tasted.records import Label, Origin, Reference
from tasted.scoring.evaluating import (
    Figures,
    Known,
    LeftOut,
    ScorerName,
    figures_of,
    left_out,
)
from tasted.scoring.explaining import Doubt
from tasted.scoring.ladder import Stage, next_step, stage
from tasted.scoring.learning_curve import Curve, learning_curve

__all__ = ["Evaluation", "Row", "ScorerName", "Section", "evaluate"]


@dataclass(frozen=True, slots=True, eq=False)
class Row:
    """One scorer on the vectors of one embedder."""

    scorer: ScorerName
    figures: Figures
    judged: LeftOut


@dataclass(frozen=True, slots=True, eq=False)
class Section:
    """All scorers on the vectors of one embedder."""

    embedder: str
    cached: int
    """Vectors that were in the library."""
    embedded: int
    """Vectors that were made for this."""
    history: int
    """Pictures of history that were centred on."""
    notes: tuple[str, ...]
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Evaluation:
    """Everything that was found out."""

    found: Found
    references: tuple[Reference, ...]
    """Those that have a vector of every embedder; judgements tell of them by index."""
    failed: tuple[tuple[str, str], ...]
    """Path and reason of each that has not."""
    current: ScorerName
    """The scorer that the settings name."""
    sections: tuple[Section, ...]
    """One for each embedder, as they were named; none without references."""
    stage: Stage
    next: str | None
    curve: Curve | None
    """Of the first embedder and the current scorer, of `taste` where that is `seed`."""
    doubts: tuple[Doubt, ...]
    """Of `taste` and the first embedder."""

    @property
    def liked(self) -> int:
        """References that are liked."""
        return sum(each.label is Label.LIKED for each in self.references)

    @property
    def rejected(self) -> int:
        """References that are rejected."""
        return len(self.references) - self.liked


def evaluate(
    home: Home,
    settings: Settings,
    *,
    scorers: Sequence[ScorerName],
    embedders: Sequence[str],
    on_progress: Callable[[Progress], None],
) -> Evaluation:
    """Judge every reference by all others.

    Args:
        home: whose references these are.
        settings: as they are in force.
        scorers: at least one.
        embedders: names or folders of models, at least one.
        on_progress: called while pictures are embedded.

    Raises:
        ModelMissing, ModelUnusable: when a model is not there or cannot be used.
        LibraryUnusable: when the library is there and cannot be read.
        InboxUnavailable, OutboxUnwritable: when those folders cannot be read.
    """
    found = find_references(home.inbox, home.outbox, max_bytes=settings.limits.max_bytes)
    current: ScorerName = settings.scoring.scorer
    made = [
        embed_references(found, name, home, settings, on_progress=on_progress)
        for name in (embedders if found.references else ())
    ]
    failed = {path: reason for each in made for path, reason in each.failed}
    references = tuple(
        each
        for each in found.references
        if all(each.content_id in embeddings.vectors for embeddings in made)
    )
    known = [_known(references, each, has_history=len(made) == 1) for each in made]
    threshold = settings.scoring.match_threshold
    sections = tuple(
        Section(
            embedder=each.embedder,
            cached=each.cached,
            embedded=len(each.vectors) - each.cached,
            history=len(each.history) if len(made) == 1 else 0,
            notes=each.notes,
            rows=tuple(_row(scorer, one, threshold) for scorer in scorers),
        )
        for each, one in zip(made, known, strict=True)
        if references
    )
    liked = sum(each.label is Label.LIKED for each in references)
    rejected = len(references) - liked
    return Evaluation(
        found=found,
        references=references,
        failed=tuple(failed.items()),
        current=current,
        sections=sections,
        stage=stage(liked, rejected),
        next=next_step(liked, rejected),
        curve=(
            learning_curve("taste" if current == "seed" else current, known[0])
            if references
            else None
        ),
        doubts=known[0].fitted("taste").doubts if references else (),
    )


def _known(references: Sequence[Reference], made: Embeddings, *, has_history: bool) -> Known:
    vectors = [made.vectors[each.content_id] for each in references]
    return Known(
        views=[each.views for each in vectors],
        whole=np.array([each.vector for each in vectors], dtype=np.float32),
        liked=np.array([each.label is Label.LIKED for each in references], np.bool_),
        curated=np.array([each.origin is Origin.REFERENCE for each in references], np.bool_),
        history=[each.views for each in made.history] if has_history and made.history else None,
    )


def _row(scorer: ScorerName, known: Known, match_threshold: float) -> Row:
    judged = left_out(scorer, known, match_threshold=match_threshold)
    return Row(scorer, figures_of(judged), judged)
