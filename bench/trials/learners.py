"""Trials of recipes that learn: replays of past answers and folds, with real fits. Pure.

Simulated users of `bench.taste.world`; a model is the vectors of its pictures with noise, drawn
anew for each model: the more noise, the worse it sees.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bench.taste.world import Kind, User, draw_user
from tasted.feedback.events import Answer, ChosenBy, EventKind, FeedbackEvent, Via
from tasted.judging.fold_comparison import compare_in_folds
from tasted.judging.recipe_learner import KnownLabel, LearntFrom, TasteLearner
from tasted.judging.replaying import replay
from tasted.trials.differences import CountedDifference
from tasted.trials.trial_file import FoldFigures

LIKE_RATE = 0.3
_SHOWN_MS = 900

Rows = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Pair:
    """One user, and two models that see the same pictures."""

    user: User
    in_force: TasteLearner
    challenger: TasteLearner


def draw_pair(seed: int, answers: int, *, noise: tuple[float, float]) -> Pair:
    """Draw a user with as many pictures as answers.

    Args:
        seed: of everything; the kind of taste changes with it.
        answers: how many pictures are answered.
        noise: of the model in force and of the challenger: lengths of what is added to vectors.
    """
    kinds = list(Kind)
    user = draw_user(kinds[seed % len(kinds)], LIKE_RATE, seed, pool=answers)
    models = [
        _learner(user, length, np.random.default_rng([seed, side]))
        for side, length in enumerate(noise)
    ]
    return Pair(user, *models)


def _learner(user: User, length: float, random: np.random.Generator) -> TasteLearner:
    seen, history = _noisy(user.pool, length, random), _noisy(user.history, length, random)
    views = {content_id(place): row[None] for place, row in enumerate(seen)}
    return TasteLearner(LearntFrom(views, history=[row[None] for row in history]))


def _noisy(rows: Rows, length: float, random: np.random.Generator) -> Rows:
    noise = random.normal(size=rows.shape) * (length / np.sqrt(rows.shape[1]))
    seen = rows + noise
    return np.asarray(seen / np.linalg.norm(seen, axis=1, keepdims=True), np.float32)


def content_id(place: int) -> str:
    """Return the content id of a picture that was never made."""
    return f"{place:064x}"


def replayed(pair: Pair) -> tuple[CountedDifference, ...]:
    """Replay all answers, which were given to cards drawn by chance."""
    return replay(pair.in_force, pair.challenger, list(_events(pair.user.liked.tolist())))


def _events(liked: Sequence[bool]) -> Iterator[FeedbackEvent]:
    for place, is_liked in enumerate(liked):
        yield FeedbackEvent(
            id=f"{place:08x}-0000-7000-8000-{place:012x}",
            at_ms=1_000 * place,
            kind=EventKind.JUDGE,
            via=Via.PAGE,
            seq=place + 1,
            content=content_id(place),
            answer=Answer.LIKE if is_liked else Answer.REJECT,
            session="s",
            chosen_by=ChosenBy.EXPLORE,
            propensity=1 / len(liked),
            blind=True,
            shown_ms=_SHOWN_MS,
        )


def folded(pair: Pair, seed: int) -> FoldFigures | None:
    """Compare both on all labels in folds."""
    labels = [
        KnownLabel(content_id(place), is_liked)
        for place, is_liked in enumerate(pair.user.liked.tolist())
    ]
    return compare_in_folds(
        pair.in_force, pair.challenger, labels, np.arange(len(labels)), seed=seed
    )
