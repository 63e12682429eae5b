"""What it buys to choose the cards that are judged, and how good scores are between two fits.

Simulated users judge the cards of a queue in fills of twelve, with a fit after each. The queue is
filled by the code that fills it in the engine.

    random   cards drawn evenly
    rule     what is open and typical, see `scoring.asking.choosing`
    mixture  six of ten by the rule, three drawn, the best guess: what `tasted review` asks
    best     the best guesses alone: what somebody does who only opens the matches
"""

import time
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from bench.taste.world import Kind, User, draw_user
from tasted.evaluation.metrics import auc, brier
from tasted.scoring.asking.choosing import PoolScores, choose
from tasted.scoring.asking.composition import ALL_KINDS, CardKind
from tasted.scoring.asking.pool import AskPool
from tasted.scoring.asking.provisional import LabelRow, ProvisionalFit
from tasted.scoring.asking.slots import slots
from tasted.scoring.taste.centring import centred_items
from tasted.scoring.taste.fit import fit_taste
from tasted.scoring.taste.logistic import sigmoid
from tasted.scoring.taste.model import Taste

LIKE_RATE = 0.3
POOL = 1_000
FILL = 12
COUNTS = (30, 60, 120, 200)
STRATEGIES: Mapping[str, frozenset[CardKind]] = {
    "random": frozenset({"explore"}),
    "rule": frozenset({"ask"}),
    "mixture": ALL_KINDS,
    "best": frozenset({"best"}),
}
_STEPS = (1, 5, 10, 30)
_STEP_LABELS = (12, 30, 60, 150)
_SCORED = 2_000

Array = NDArray[np.float64]


@dataclass(slots=True)
class Asked:
    """What one strategy gives with one number of labels; lists have an entry per user."""

    auc: list[float] = field(default_factory=list)
    brier: list[float] = field(default_factory=list)
    too_high: list[float] = field(default_factory=list)
    """By how much the mean probability is above the true share of likes."""
    too_high_by_all: list[float] = field(default_factory=list)
    """The same where every answer counts as drawn from the stream."""
    brier_by_all: list[float] = field(default_factory=list)


@dataclass(slots=True)
class Answers:
    """What a user was asked so far."""

    places: list[int] = field(default_factory=list)
    kinds: list[CardKind] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Followed:
    """How near provisional scores come to those of the next fit; means over users."""

    labels: int
    answers: int
    correlation: float
    former_correlation: float
    """Of the scores of the last fit."""
    gap: float
    """Mean difference of probabilities to the next fit."""
    brier: float
    next_brier: float
    former_brier: float


Table = dict[tuple[str, int], Asked]


def run(users: int) -> tuple[Table, dict[CardKind, float]]:
    """Let every strategy ask every user.

    Args:
        users: of each kind of taste.

    Returns:
        The table, and the share of likes among the cards of each kind in the mixture.
    """
    table: Table = {}
    likes: dict[CardKind, list[bool]] = {}
    for user in _users(users):
        for name, wanted in STRATEGIES.items():
            answers = Answers()
            for taste in _judged(user, wanted, answers):
                count = len(answers.places)
                if count in COUNTS:
                    _add(table.setdefault((name, count), Asked()), user, taste, answers)
            if name == "mixture":
                for place, kind in zip(answers.places, answers.kinds, strict=True):
                    likes.setdefault(kind, []).append(bool(user.liked[place]))
    return table, {kind: float(np.mean(found)) for kind, found in sorted(likes.items())}


def _users(users: int) -> Iterator[User]:
    for kind in Kind:
        for seed in range(users):
            yield draw_user(kind, LIKE_RATE, seed, pool=POOL)


def _judged(user: User, wanted: frozenset[CardKind], answers: Answers) -> Iterator[Taste]:
    """Judge card after card, and yield a fit after each fill and at each count."""
    taste = _fitted(user, answers)
    while len(answers.places) < max(COUNTS):
        first = len(answers.places)
        count = min(FILL, min(target for target in COUNTS if target > first) - first)
        kinds = slots(first, count, seed=0, has_rechecks=False, wanted=wanted)
        for place, kind in _chosen(user, taste, answers, kinds):
            answers.places.append(place)
            answers.kinds.append(kind)
        taste = _fitted(user, answers)
        yield taste


def _chosen(
    user: User, taste: Taste, answers: Answers, kinds: Sequence[CardKind]
) -> list[tuple[int, CardKind]]:
    items = centred_items(user.pool, taste.mean)
    logits = items @ taste.weights + taste.bias
    free = np.ones(len(items), np.bool_)
    free[answers.places] = False
    likes = int(user.liked[answers.places].sum())
    chosen = choose(
        AskPool.of(items),
        PoolScores(logits, sigmoid(logits) if taste.is_identified else None),
        kinds,
        free=free,
        queued=np.zeros(0, np.intp),
        judged=AskPool.of(taste.references.astype(np.float64)).directions,
        liked=likes,
        rejected=len(answers.places) - likes,
        seeds=(0, len(answers.places)),
    )
    return [(card.place, card.kind) for card in chosen]


def _fitted(user: User, answers: Answers, *, counts_all: bool = False) -> Taste:
    """Fit the answers; those that were not drawn say nothing of the stream."""
    drawn = np.array([kind == "explore" for kind in answers.kinds], np.bool_)
    return fit_taste(
        user.pool[answers.places],
        user.liked[answers.places],
        history=user.history,
        drawn=None if counts_all else drawn,
    )


def _add(cell: Asked, user: User, taste: Taste, answers: Answers) -> None:
    logits = taste.logit(user.test)
    truth = float(user.test_probability.mean())
    cell.auc.append(auc(logits, user.test_liked))
    cell.brier.append(brier(sigmoid(logits), user.test_liked))
    cell.too_high.append(float(sigmoid(logits).mean()) - truth)
    by_all = sigmoid(_fitted(user, answers, counts_all=True).logit(user.test))
    cell.too_high_by_all.append(float(by_all.mean()) - truth)
    cell.brier_by_all.append(brier(by_all, user.test_liked))


def followed(users: int) -> list[Followed]:
    """Compare provisional scores with those of a fit to all labels."""
    found = []
    for labels in _STEP_LABELS:
        for answers in _STEPS:
            rows = [_compared(user, labels, answers) for user in _users(users)]
            found.append(Followed(labels, answers, *np.mean(rows, axis=0).tolist()))
    return found


def _compared(user: User, labels: int, answers: int) -> list[float]:
    former = _of_first(user, labels)
    provisional = former.logit(user.test) + _followed_changes(former, user, labels, answers)
    final = _of_first(user, labels + answers, drawn=labels).logit(user.test)
    before = former.logit(user.test)
    liked = user.test_liked
    return [
        float(np.corrcoef(provisional, final)[0, 1]),
        float(np.corrcoef(before, final)[0, 1]),
        float(np.abs(sigmoid(provisional) - sigmoid(final)).mean()),
        *(brier(sigmoid(logits), liked) for logits in (provisional, final, before)),
    ]


def _of_first(user: User, labels: int, *, drawn: int | None = None) -> Taste:
    """Fit the first labels, of which so many were drawn; None: all."""
    return fit_taste(
        user.pool[:labels],
        user.liked[:labels],
        history=user.history,
        columns=np.full((labels, 3), np.nan),
        drawn=None if drawn is None else np.arange(labels) < drawn,
    )


def _followed_changes(former: Taste, user: User, labels: int, answers: int) -> Array:
    working = ProvisionalFit(former, np.full((labels, 3), np.nan))
    new = centred_items(user.pool[labels : labels + answers], former.mean)
    rows = working.features(new, np.full((answers, 3), np.nan))
    changes: dict[Hashable, LabelRow | None] = {}
    for place, row in enumerate(rows):
        changes[f"new {place}"] = LabelRow(row, bool(user.liked[labels + place]))
        working.follow(changes)
    return _changes(working, centred_items(user.test, former.mean))


def _changes(working: ProvisionalFit, items: Array) -> Array:
    columns = np.full((len(items), 3), np.nan)
    return working.logit_changes(items, columns, factors=np.ones(4))


def step_milliseconds(labels: int) -> tuple[float, float]:
    """Return the median and the longest wall time of one answer and 2,000 scores after it."""
    user = draw_user(Kind.LINEAR, LIKE_RATE, 0, pool=_SCORED + labels)
    taste = _of_first(user, labels)
    working = ProvisionalFit(taste, np.full((labels, 3), np.nan))
    items = centred_items(user.pool[labels:], taste.mean)
    rows = working.features(items[:60], np.full((60, 3), np.nan))
    changes: dict[Hashable, LabelRow | None] = {}
    times = []
    for place, row in enumerate(rows):
        changes[f"new {place}"] = LabelRow(row, bool(user.liked[labels + place]))
        started = time.perf_counter()
        working.follow(changes)
        _changes(working, items)
        times.append(1000 * (time.perf_counter() - started))
    return float(np.median(times)), max(times)


def show(*, is_quick: bool) -> None:
    """Print all of it."""
    table, likes = run(2 if is_quick else 20)
    _show_strategies(table)
    _show_shares(table, likes)
    _show_followed(followed(1 if is_quick else 6))
    for labels in (30, 300):
        middle, longest = step_milliseconds(labels)
        print(
            f"an answer after {labels:>3} labels, {_SCORED} pictures scored again: "
            f"{middle:.1f} ms, longest {longest:.0f} ms",
            flush=True,
        )


def _show_strategies(table: Table) -> None:
    users = len(table["random", COUNTS[0]].auc)
    print(f"\n{users} users who like {LIKE_RATE:.0%} of {POOL} pictures: mean AUC / Brier")
    print("(standard error of the lead over random in AUC)")
    print(f"{'cards':<10}" + "".join(f"{f'n={count}':>22}" for count in COUNTS))
    for name in STRATEGIES:
        row = [_figures(table[name, count], table["random", count]) for count in COUNTS]
        print(f"{name:<10}{''.join(row)}", flush=True)


def _show_shares(table: Table, likes: Mapping[CardKind, float]) -> None:
    listed = ", ".join(f"{kind} {share:.0%}" for kind, share in likes.items())
    print(f"\nlikes among the cards of the mixture: {listed}")
    print("mean probability above the true share of likes / Brier")
    for words, high, score in (
        ("drawn cards alone tell the share of likes", "too_high", "brier"),
        ("all cards tell it", "too_high_by_all", "brier_by_all"),
    ):
        print(words)
        for name in STRATEGIES:
            cells = [table[name, count] for count in COUNTS]
            row = [
                f"{np.mean(getattr(cell, high)):+.3f} / {np.mean(getattr(cell, score)):.4f}"
                for cell in cells
            ]
            print(f"{name:<10}" + "".join(f"{figures:>22}" for figures in row), flush=True)


def _show_followed(rows: Sequence[Followed]) -> None:
    print("\nscores between two fits, by labels of the last fit and answers since:")
    print("correlation with the next fit (of the last one), mean gap in probability,")
    print("Brier of provisional / next / last")
    for row in rows:
        print(
            f"n={row.labels:<3} +{row.answers:<2}  "
            f"{row.correlation:.4f} ({row.former_correlation:.4f})   {row.gap:.3f}   "
            f"{row.brier:.4f} / {row.next_brier:.4f} / {row.former_brier:.4f}",
            flush=True,
        )


def _figures(cell: Asked, random: Asked) -> str:
    lead = np.subtract(cell.auc, random.auc)
    error = f" ({lead.std() / len(lead) ** 0.5:.3f})" if lead.any() else ""
    return f"{f'{np.mean(cell.auc):.3f}/{np.mean(cell.brier):.3f}{error}':>22}"
