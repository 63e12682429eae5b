"""Recipes that learn: what a replay and folds can tell. Prints its figures."""

import numpy as np

from bench.trials.gates import Gates
from bench.trials.learners import Pair, draw_pair, folded, replayed
from tasted.judging.fold_comparison import FoldVerdict, fold_verdict
from tasted.trials.differences import CountedDifference
from tasted.trials.evidence import LOG_PROVEN
from tasted.trials.rules import TrialStep, figures_of, next_step

ANSWERS = 400
MOMENTS = (100, 200, 400)
EQUAL = (1.5, 1.5)
BETTER = (2.05, 0.0)
"""So much noise that the mean gain over 400 answers is about .04."""
OTHERWISE = (3.7, 1.3)
"""A little less, between two models that see different things."""
_FOLD_LABELS = (100, 200)


def show(gates: Gates, pairs: int) -> None:
    """Print what replays and folds of learning recipes say.

    Args:
        gates: take the figures that must hold.
        pairs: how many that differ; twice as many equal ones.
    """
    print(f"\nreplay of {ANSWERS} past answers by recipes that learn: proven by so many answers")
    promoted = {
        name: _replays(name, noise, count)
        for name, noise, count in (
            ("equal models", EQUAL, 2 * pairs),
            ("a better model", BETTER, pairs),
            ("a better model that sees other things", OTHERWISE, pairs),
        )
    }
    print(f"\n5 x 5 folds: what {pairs} pairs are told")
    against = {
        name: _folds(name, noise, pairs)
        for name, noise in (("equal models", EQUAL), ("a better model", BETTER))
    }
    print()
    gates.most("equal models: promoted by a replay", promoted.pop("equal models"), 0.05)
    for name, share in promoted.items():
        gates.least(f"{name}: promoted by a replay", share, 0.45)
    gates.most("equal models: recommended by folds", against["equal models"], 0.10)


def _replays(name: str, noise: tuple[float, float], count: int) -> float:
    """Print a row, and return the share that the replay promotes."""
    found = [replayed(draw_pair(seed, ANSWERS, noise=noise)) for seed in range(count)]
    proven = [np.mean([_is_proven(run, moment) for run in found]) for moment in MOMENTS]
    gain = np.mean([_brier_gain(run) for run in found])
    row = "  ".join(f"{moment}: {share:.0%}" for moment, share in zip(MOMENTS, proven, strict=True))
    print(f"{name:<40} {count:>3} pairs, gain {gain:+.3f}   {row}", flush=True)
    return float(np.mean([_is_promoted(run) for run in found]))


def _is_proven(run: tuple[CountedDifference, ...], answers: int) -> bool:
    return figures_of([each for each in run if each.seq <= answers]).max_log_e >= LOG_PROVEN


def _is_promoted(run: tuple[CountedDifference, ...]) -> bool:
    return next_step(figures_of((), run), has_all_references=True) is TrialStep.PROMOTE


def _brier_gain(run: tuple[CountedDifference, ...]) -> float:
    return float(np.mean([each.value for each in run]))


def _folds(name: str, noise: tuple[float, float], count: int) -> float:
    """Print a row, and return the share that is recommended with the fewest labels."""
    shares = []
    for labels in _FOLD_LABELS:
        verdicts = [fold_verdict(folded(_few(seed, labels, noise), seed)) for seed in range(count)]
        listed = ", ".join(
            f"{verdict.value} {np.mean([found is verdict for found in verdicts]):.0%}"
            for verdict in FoldVerdict
            if verdict in verdicts
        )
        print(f"{name:<20} {labels} labels   {listed}", flush=True)
        shares.append(float(np.mean([found is FoldVerdict.RECOMMENDED for found in verdicts])))
    return shares[0]


def _few(seed: int, labels: int, noise: tuple[float, float]) -> Pair:
    # other users than those of the replays
    return draw_pair(1_000 + seed, labels, noise=noise)
