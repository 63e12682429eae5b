"""`python -m bench.taste`: prints how the scorers do on simulated users and on photographs.

240 users, about ten minutes on one core; --quick takes 24 of them, in about one. The figures
of --quick are noisier: they are no ground for a claim, and without it a MISS ends with exit
status 1. --photos DIR prints the tables of other
photographs alone, a subfolder for each kind of thing; --unseen vouches that pocket, the embedded
model, was not trained on them.
"""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from bench.taste import costs, photographs
from bench.taste.methods import METHODS
from bench.taste.simulation import COUNTS, Cells, Coverage, pooled, run
from bench.taste.world import Kind, World

USERS = 40
QUICK_USERS = 4
# where seed, centroid and oracle landed in the study: mean AUC at 3, 10, 30, 100, 300 labels
STUDY = {
    "seed": (0.576, 0.608, 0.641, 0.663, 0.674),
    "centroid": (0.582, 0.638, 0.699, 0.747, 0.771),
    "oracle": (0.868,) * 5,
}
STUDY_TOLERANCE = 0.02
# labels, least AUC, largest Brier score and calibration error
TARGETS = ((30, 0.69, 0.215, 1.0), (100, 0.75, 0.188, 0.085))


def main() -> int:
    """Print the world, the table, what must hold, photographs, and what it costs.

    Returns:
        The exit status: 1 when something that must hold does not.
    """
    parser = argparse.ArgumentParser(prog="python -m bench.taste")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--photos", type=Path, metavar="DIR")
    parser.add_argument("--unseen", action="store_true")
    chosen = parser.parse_args()
    if chosen.photos is not None:
        photographs.show(chosen.photos, is_unseen=chosen.unseen)
        return 0
    _print_world()
    cells, coverage = run(QUICK_USERS if chosen.quick else USERS)
    _print_table(cells)
    is_held = [*_print_study(cells), *_print_targets(cells, coverage)]
    photographs.show(photographs.FOLDER, is_unseen=False)
    _print_costs(is_quick=chosen.quick)
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
    print(f"\nthe world counts when these are within {STUDY_TOLERANCE} of the study")
    for name, targets in STUDY.items():
        gaps = [
            pooled(cells, name, count).means()[0] - target
            for count, target in zip(COUNTS, targets, strict=True)
        ]
        told = "  ".join(f"{gap:+.3f}" for gap in gaps)
        is_near = max(map(abs, gaps)) <= STUDY_TOLERANCE
        print(f"{_word(is_near)} {name:<10} {told}")
        yield is_near


def _print_targets(cells: Cells, coverage: Coverage) -> Iterator[bool]:
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
    likes, rejects = np.mean(coverage.likes_kept), np.mean(coverage.rejects_kept)
    is_kept = bool(min(likes, rejects) >= 0.77)
    print(
        f"{_word(is_kept)} verdicts at 0.2, n=100: keep {likes:.3f} of likes "
        f"and {rejects:.3f} of rejects >= 0.77; decide {np.mean(coverage.decided):.2f}, "
        f"right {np.mean(coverage.right):.2f}",
        flush=True,
    )
    yield is_kept


def _print_lead(cells: Cells, other: str, count: int) -> bool:
    ours, theirs = pooled(cells, "taste", count), pooled(cells, other, count)
    ahead = np.subtract(ours.auc, theirs.auc)
    better = np.subtract(theirs.brier, ours.brier)
    users = len(ahead) ** 0.5
    is_ahead = bool(ahead.mean() > 0 and better.mean() > 0)
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
