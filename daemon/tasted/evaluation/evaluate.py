"""Evaluates scorers and embedders on the references of a home: START HERE.

Every picture is judged by all the others, so that nothing is judged by what it taught. Texts are
left out. With several embedders the history is left out too: only one of them may have seen it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from tasted.config import Settings
from tasted.evaluation.embedding import Embeddings, Progress, embed_references
from tasted.evaluation.references import Found, Taught, find_references
from tasted.home import Home
from tasted.library.embedded import mean_view
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
    taught: tuple[Taught, ...]
    """Those whose photos have vectors of every embedder; judgements tell of them by index."""
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
        """How many are liked."""
        return sum(each.is_liked for each in self.taught)

    @property
    def rejected(self) -> int:
        """How many are rejected."""
        return len(self.taught) - self.liked


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
        for name in (embedders if found.taught else ())
    ]
    failed = {path: reason for each in made for path, reason in each.failed}
    taught = tuple(
        each
        for each in found.taught
        if all(photo.content_id in one.vectors for one in made for photo in each.photos)
    )
    known = [_known(taught, each, has_history=len(made) == 1) for each in made]
    sections = tuple(
        Section(
            embedder=each.embedder,
            cached=each.cached,
            embedded=len(each.vectors) - each.cached,
            history=len(each.history) if len(made) == 1 else 0,
            notes=each.notes,
            rows=tuple(_row(scorer, one, settings) for scorer in scorers),
        )
        for each, one in zip(made, known, strict=True)
        if taught
    )
    liked = sum(each.is_liked for each in taught)
    rejected = len(taught) - liked
    rate = settings.scoring.max_error_rate
    return Evaluation(
        found=found,
        taught=taught,
        failed=tuple(failed.items()),
        current=current,
        sections=sections,
        stage=stage(liked, rejected, max_error_rate=rate),
        next=next_step(liked, rejected, max_error_rate=rate),
        curve=(
            learning_curve("taste" if current == "seed" else current, known[0]) if taught else None
        ),
        doubts=known[0].fitted("taste").doubts if taught else (),
    )


def _known(taught: Sequence[Taught], made: Embeddings, *, has_history: bool) -> Known:
    views = [
        np.concatenate([made.vectors[photo.content_id].views for photo in each.photos])
        for each in taught
    ]
    return Known(
        views=views,
        whole=np.array([mean_view(each) for each in views], dtype=np.float32),
        liked=np.array([each.is_liked for each in taught], np.bool_),
        curated=np.array([each.is_brought for each in taught], np.bool_),
        history=[each.views for each in made.history] if has_history and made.history else None,
    )


def _row(scorer: ScorerName, known: Known, settings: Settings) -> Row:
    judged = left_out(
        scorer,
        known,
        max_error_rate=settings.scoring.max_error_rate,
        match_threshold=settings.scoring.match_threshold,
    )
    return Row(scorer, figures_of(judged), judged)
