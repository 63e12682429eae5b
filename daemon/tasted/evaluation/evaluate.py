"""Evaluates scorers and embedders on the references of a home: START HERE.

Each picture is judged by all the others, never by its own label. Texts are not used. With several
embedders the history is not used either, since only one of them may have seen it.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from tasted.config import Settings
from tasted.copies.finding import CopyFinder, Pictured
from tasted.evaluation.embedding import Embeddings, Progress, embed_references
from tasted.evaluation.judgements import (
    Figures,
    LeaveOneOutJudgements,
    ReferenceVectors,
    ScorerName,
    figures_of,
    judge_leave_one_out,
)
from tasted.evaluation.learning_curve import LearningCurve, learning_curve
from tasted.evaluation.references import FoundReferences, LabelledItem, find_references
from tasted.home.layout import Home
from tasted.inbox.unlike_photos import UnlikePhotos
from tasted.judging.counted_labels import joined_hashes
from tasted.library.embedded import mean_view
from tasted.plain_dataclass import dataclass
from tasted.records import LabelCounts
from tasted.scoring.taste.doubts import Doubt
from tasted.scoring.taste.label_stages import Stage, next_step, stage

__all__ = ["EmbedderResult", "Evaluation", "ScorerName", "ScorerResult", "evaluate"]


@dataclass(frozen=True, slots=True, eq=False)
class ScorerResult:
    """One scorer on the vectors of one embedder."""

    scorer: ScorerName
    figures: Figures
    judgements: LeaveOneOutJudgements


@dataclass(frozen=True, slots=True, eq=False)
class EmbedderResult:
    """All scorers on the vectors of one embedder."""

    embedder: str
    cached: int
    """Vectors found in the library."""
    embedded: int
    """Vectors computed for this evaluation."""
    history: int
    """Pictures of history used for centring."""
    notes: tuple[str, ...]
    scorers: tuple[ScorerResult, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Evaluation:
    """The result."""

    found: FoundReferences
    items: tuple[LabelledItem, ...]
    """Those whose photos have vectors of every embedder; judgements refer to them by index."""
    failed: tuple[tuple[str, str], ...]
    """Path and reason of each photo without a vector."""
    current: ScorerName
    """The scorer named in the settings."""
    embedders: tuple[EmbedderResult, ...]
    """In the order given; none without references."""
    stage: Stage
    next: str | None
    curve: LearningCurve | None
    """Of the first embedder and the current scorer, of `taste` where that is `seed`."""
    doubts: tuple[Doubt, ...]
    """Of `taste` and the first embedder."""
    counts: LabelCounts
    """The labels, by the first embedder."""
    copied: tuple[tuple[LabelledItem, ...], ...]
    """Those that are copies of one picture, by the first embedder: all of them count once together,
    or not at all where they are liked and rejected."""

    @property
    def twofold(self) -> tuple[tuple[str, ...], ...]:
        """Paths of each picture that is liked and rejected, and so counts for neither."""
        return (*self.found.contradictions, *(_paths(own) for own in self.copied if _differ(own)))

    @property
    def repeated(self) -> tuple[tuple[str, str], ...]:
        """Paths of copies, each with that of the picture that they count together with."""
        neither = {path for paths in self.twofold for path in paths}
        groups = [_paths(own) for own in self.copied if not _differ(own)]
        return (
            *((path, first) for first, *others in groups for path in others),
            *(pair for pair in self.found.repeated if pair[1] not in neither),
        )

    @property
    def main(self) -> ScorerResult:
        """The current scorer on the first embedder, or the first scorer there is."""
        scorers = self.embedders[0].scorers
        return next((result for result in scorers if result.scorer == self.current), scorers[0])

    @property
    def liked(self) -> int:
        """How many different pictures are liked."""
        return self.counts.liked

    @property
    def rejected(self) -> int:
        """How many different pictures are rejected."""
        return self.counts.rejected


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
    found = find_references(
        home.inbox,
        home.outbox,
        max_bytes=settings.limits.max_bytes,
        unlike=UnlikePhotos(home.unlike_file).current,
    )
    current: ScorerName = settings.scoring.scorer
    embedded = [
        embed_references(found, name, home, settings, on_progress=on_progress)
        for name in (embedders if found.items else ())
    ]
    failed = {path: reason for made in embedded for path, reason in made.failed}
    items = tuple(
        item
        for item in found.items
        if all(photo.content_id in made.vectors for made in embedded for photo in item.photos)
    )
    known, lookalikes = [], []
    for made in embedded:
        vectors, count = _reference_vectors(items, made, has_history=len(embedded) == 1)
        known.append(vectors)
        lookalikes.append(count)
    results = tuple(
        EmbedderResult(
            embedder=made.embedder,
            cached=made.cached,
            embedded=len(made.vectors) - made.cached,
            history=len(made.history) if len(embedded) == 1 else 0,
            notes=made.notes,
            scorers=tuple(_scorer_result(scorer, vectors, settings) for scorer in scorers),
        )
        for made, vectors in zip(embedded, known, strict=True)
        if items
    )
    fitted = known[0].fitted("taste") if items else None
    counts = LabelCounts()
    if fitted is not None:
        counts = replace(fitted.counts, lookalikes=lookalikes[0])
    rate = settings.scoring.max_error_rate
    return Evaluation(
        found=found,
        items=items,
        failed=tuple(failed.items()),
        current=current,
        embedders=results,
        stage=stage(counts.liked, counts.rejected, max_error_rate=rate),
        next=next_step(counts.liked, counts.rejected, max_error_rate=rate),
        curve=_curve(current, known[0]) if items else None,
        doubts=fitted.doubts if fitted is not None else (),
        counts=counts,
        copied=_copied(items, known[0].copies) if items else (),
    )


def _copied(
    items: Sequence[LabelledItem], copies: NDArray[np.intp] | None
) -> tuple[tuple[LabelledItem, ...], ...]:
    """Return the items of each group of more than one."""
    if copies is None:
        return ()
    groups: dict[int, list[LabelledItem]] = {}
    for item, number in zip(items, copies.tolist(), strict=True):
        groups.setdefault(number, []).append(item)
    return tuple(tuple(group) for group in groups.values() if len(group) > 1)


def _paths(items: Sequence[LabelledItem]) -> tuple[str, ...]:
    return tuple(item.path for item in items)


def _differ(items: Sequence[LabelledItem]) -> bool:
    return len({item.is_liked for item in items}) > 1


def _reference_vectors(
    items: Sequence[LabelledItem], made: Embeddings, *, has_history: bool
) -> tuple[ReferenceVectors, int]:
    """Return the references, and how many look like copies of others."""
    views = [
        np.concatenate([made.vectors[photo.content_id].views for photo in item.photos])
        for item in items
    ]
    pictures = [
        Pictured(
            item.path,
            rows,
            joined_hashes([made.hashes.get(photo.content_id) for photo in item.photos], len(rows)),
        )
        for item, rows in zip(items, views, strict=True)
    ]
    history = [picture.views for picture in made.history] if has_history and made.history else None
    copies = CopyFinder().find(pictures, history)
    vectors = ReferenceVectors(
        views=views,
        whole=np.array([mean_view(rows) for rows in views], dtype=np.float32),
        liked=np.array([item.is_liked for item in items], np.bool_),
        curated=np.array([item.is_curated for item in items], np.bool_),
        history=history,
        copies=copies.groups,
        held_out=_held_out(items, made) if made.held_out else None,
    )
    return vectors, copies.lookalikes


def _held_out(items: Sequence[LabelledItem], made: Embeddings) -> NDArray[np.float64]:
    known = made.held_out
    found = [
        [known[photo.content_id] for photo in item.photos if photo.content_id in known]
        for item in items
    ]
    return np.array([np.mean(own) if own else np.nan for own in found], np.float64)


def _curve(current: ScorerName, vectors: ReferenceVectors) -> LearningCurve | None:
    """Return what more labels would bring; None where the model has seen those that it would."""
    if vectors.held_out is not None:
        return None
    return learning_curve("taste" if current == "seed" else current, vectors)


def _scorer_result(
    scorer: ScorerName, vectors: ReferenceVectors, settings: Settings
) -> ScorerResult:
    judgements = judge_leave_one_out(
        scorer,
        vectors,
        max_error_rate=settings.scoring.max_error_rate,
        match_threshold=settings.scoring.match_threshold,
    )
    return ScorerResult(scorer, figures_of(judgements), judgements)
