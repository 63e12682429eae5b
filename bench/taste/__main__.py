"""`python -m bench.taste`: prints how good the scorers are, on simulated users and on photographs.

240 users take about ten minutes on one core; --quick takes 24 of them, in about one. The figures of
--quick are too noisy for a claim; without it, a MISS ends with exit status 1. --photos DIR only
prints the tables of other photographs, with a subfolder for each kind of thing; --unseen states
that pocket, the embedded model, was not trained on them. --asking prints the tables of cards alone,
which take another ten minutes.
"""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from bench.taste import asking, costs, photographs
from bench.taste.methods import METHODS
from bench.taste.simulation import (
    COUNTS,
    COVERAGE_COUNTS,
    ERROR_RATES,
    Cells,
    Simulated,
    pooled,
    run,
)
from bench.taste.world import Kind, World

USERS = 40
KEPT = 0.8
HALF_RATE, HALF_RATE_FROM, HALF_RATE_BELOW_MAX = 0.1, 30, 0.05
QUICK_USERS = 4
# seed, centroid and oracle in the study: mean AUC at 3, 10, 30, 100, 300 labels
STUDY = {
    "seed": (0.576, 0.608, 0.641, 0.663, 0.674),
    "centroid": (0.582, 0.638, 0.699, 0.747, 0.771),
    "oracle": (0.868,) * 5,
}
STUDY_TOLERANCE = 0.02
# labels, least AUC, largest Brier score and calibration error
TARGETS = ((30, 0.69, 0.215, 1.0), (100, 0.75, 0.188, 0.085))


def main() -> int:
    """Print the world, the table, the targets, photographs, and costs.

    Returns:
        The exit status: 1 when something that must hold does not.
    """
    parser = argparse.ArgumentParser(prog="python -m bench.taste")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--photos", type=Path, metavar="DIR")
    parser.add_argument("--unseen", action="store_true")
    parser.add_argument("--asking", action="store_true")
    chosen = parser.parse_args()
    if chosen.photos is not None:
        photographs.show(chosen.photos, is_unseen=chosen.unseen)
        return 0
    if chosen.asking:
        asking.show(is_quick=chosen.quick)
        return 0
    _print_world()
    found = run(QUICK_USERS if chosen.quick else USERS)
    _print_table(found.cells)
    is_held = [*_print_study(found.cells), *_print_targets(found.cells)]
    is_held += [*_print_verdicts(found), *_print_constant(found)]
    is_held += photographs.show(photographs.FOLDER, is_unseen=False)
    _print_costs(is_quick=chosen.quick)
    asking.show(is_quick=chosen.quick)
    return 0 if chosen.quick or all(is_held) else 1


def _print_world() -> None:
    figures = []
    for seed in range(5):
        random = np.random.default_rng(seed)
        world = World.drawn(random)
        pictures = world.pictures(world.latent(random, 1500)).astype(np.float64)
        cosines = (pictures @ pictures.T)[np.triu_indices(len(pictures), 1)]
        spectrum = np.linalg.eigvalsh(np.cov(pictures.T))
        ratio = spectrum.sum() ** 2 / (spectrum**2).sum()
        figures.append([*np.percentile(cosines, [1, 50, 99]), ratio])
    low, middle, high, ratio = np.mean(figures, axis=0)
    print(
        f"world      cosines at 1/50/99 %: {low:.2f}/{middle:.2f}/{high:.2f} (.35/.57/.81), "
        f"participation ratio {ratio:.1f} (24)",
        flush=True,
    )


def _print_table(cells: Cells) -> None:
    users = len(pooled(cells, "seed", COUNTS[0]).auc)
    print(f"\nmean AUC / Brier / ECE of {users} users")
    print(f"{'method':<10}" + "".join(f"{f'n={count}':>19}" for count in COUNTS))
    for name in METHODS:
        row = [pooled(cells, name, count).means() for count in COUNTS]
        print(f"{name:<10}" + "".join(f"{f'{a:.3f}/{b:.3f}/{e:.3f}':>19}" for a, b, e in row))
    print("\nmean AUC by kind of taste, n=30")
    for name in METHODS:
        by_kind = [f"{kind} {np.mean(cells[kind, name, 30].auc):.3f}" for kind in Kind]
        print(f"{name:<10} {'   '.join(by_kind)}", flush=True)


def _print_study(cells: Cells) -> Iterator[bool]:
    print(f"\nthe world is right when these are within {STUDY_TOLERANCE} of the study")
    for name, targets in STUDY.items():
        gaps = [
            pooled(cells, name, count).means()[0] - target
            for count, target in zip(COUNTS, targets, strict=True)
        ]
        listed = "  ".join(f"{gap:+.3f}" for gap in gaps)
        is_near = max(map(abs, gaps)) <= STUDY_TOLERANCE
        print(f"{_word(is_near)} {name:<10} {listed}")
        yield is_near


def _print_targets(cells: Cells) -> Iterator[bool]:
    print("\nwhat must hold")
    for count, least_auc, most_brier, most_error in TARGETS:
        area, score, error = pooled(cells, "taste", count).means()
        is_held = area >= least_auc and score <= most_brier and error <= most_error
        print(
            f"{_word(is_held)} taste, n={count}: AUC {area:.3f} >= {least_auc}, "
            f"Brier {score:.3f} <= {most_brier}, ECE {error:.3f}"
            + (f" <= {most_error}" if most_error < 1 else "")
        )
        yield is_held
    for other in ("seed", "knn", "centroid"):
        for count in COUNTS[1:]:
            yield _print_lead(cells, other, count)


def _print_verdicts(found: Simulated) -> Iterator[bool]:
    """Print what verdicts give the mean user, and the spread over users."""
    print(f"\nverdicts: of likes / rejects kept from the wrong one; users with less than {KEPT}")
    for rate in ERROR_RATES:
        for count in COVERAGE_COUNTS:
            coverage = found.coverage[count, rate]
            means = np.mean(coverage.likes_kept), np.mean(coverage.rejects_kept)
            below, lowest = coverage.share_below(KEPT), coverage.lowest(5)
            # on average, and at half the rate for nearly everybody
            is_kept = min(means) >= 1 - rate - 0.03 and (
                rate > HALF_RATE or count < HALF_RATE_FROM or max(below) <= HALF_RATE_BELOW_MAX
            )
            right = f"{np.mean(coverage.right):.2f}" if coverage.right else "-"
            print(
                f"{_word(bool(is_kept))} at {rate}, n={count:<3} mean {means[0]:.3f}/{means[1]:.3f}"
                f"   users below {below[0]:.0%}/{below[1]:.0%}"
                f"   lowest 5 % {lowest[0]:.2f}/{lowest[1]:.2f}"
                f"   decide {np.mean(coverage.decided):.2f}, right {right}",
                flush=True,
            )
            yield bool(is_kept)


def _print_constant(found: Simulated) -> Iterator[bool]:
    print("\nBrier score of the shown probabilities, and of the constant base-rate predictor")
    for count in COUNTS:
        ours, constant = (pooled(found.cells, name, count) for name in ("taste", "constant"))
        gain = np.subtract(constant.brier, ours.brier)
        worse = found.worse_than_constant.get(count)
        left_out = "" if worse is None else f"   left out: worse for {worse} users"
        is_held = bool(gain.mean() >= 0) and not worse
        print(
            f"{_word(is_held)} n={count:<3} {np.mean(ours.brier):.3f} <= "
            f"{np.mean(constant.brier):.3f} (se {gain.std() / len(gain) ** 0.5:.4f}){left_out}"
        )
        yield is_held


def _print_lead(cells: Cells, other: str, count: int) -> bool:
    ours, theirs = pooled(cells, "taste", count), pooled(cells, other, count)
    ahead = np.subtract(ours.auc, theirs.auc)
    better = np.subtract(theirs.brier, ours.brier)
    users = len(ahead) ** 0.5
    # the order has to be better, and probabilities no worse than by their noise
    is_ahead = bool(ahead.mean() > 0 and better.mean() > -better.std() / users)
    print(
        f"{_word(is_ahead)} ahead of {other:<8} n={count:<3} "
        f"AUC {ahead.mean():+.4f} (se {ahead.std() / users:.4f}), "
        f"Brier {-better.mean():+.4f} (se {better.std() / users:.4f})"
    )
    return is_ahead


def _print_costs(*, is_quick: bool) -> None:
    print("\ncosts, 512 dimensions, CPU time")
    for count in (10, 300, 1000) if is_quick else (10, 300, 1000, 2000, 5000):
        print(f"fit of {count:>5} references   {costs.fit_seconds(count):.3f} s", flush=True)
    if not is_quick:
        print(f"fit of  5000, once more    {costs.refit_seconds(5000):.3f} s")
        print(f"one score against 5000    {1000 * costs.score_seconds(5000):.3f} ms")
    for count in (12, 30) if is_quick else (12, 30, 100):
        correlation, gap = costs.refit_agreement(count, 3 if is_quick else 6)
        print(
            f"left-out logits and refits, n={count:<3}  correlation {correlation:.5f}, "
            f"gap {gap:.3f}"
        )


def _word(is_held: bool) -> str:
    return "ok  " if is_held else "MISS"


if __name__ == "__main__":
    sys.exit(main())
