"""The scorers on real photographs that the embedded model was not trained on. Reads a folder.

A user likes one kind of thing (a subfolder) and rejects the others; in the second table one label
in ten is flipped. Fitted to n photographs and tested on the rest, over many random divisions. There
is no history: the background is known from the labels only.

`training/held_out.txt` lists photographs that were never trained on. Others are left out unless the
caller states that the model has not seen them.
"""

from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bench.taste.methods import METHODS
from bench.taste.simulation import Cell
from bench.taste.world import User
from tasted.decoding.pictures import PREPROCESSING, decode
from tasted.embedding.models.weights import POCKET, find_model
from tasted.embedding.opening import open_embedder
from tasted.engine.embed_and_read import look_at_pictures
from tasted.evaluation.metrics import auc, brier, calibration_error

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "tests" / "photos"
HELD_OUT = ROOT / "training" / "held_out.txt"
COUNTS = (3, 10, 30, 100)
TESTED_MIN = 10
"""The least number of photographs to test on."""
DIVISIONS = 40
FLIPPED = 0.1
_SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".webp", ".heic"})


@dataclass(frozen=True, slots=True, eq=False)
class Photographs:
    """Vectors and kinds of n photographs."""

    vectors: NDArray[np.float32]
    kinds: NDArray[np.str_]
    left_out: int
    """Photographs of the folder that the model may have seen."""


def load(folder: Path, *, is_unseen: bool) -> Photographs:
    """Embed the photographs of a folder's subfolders with `pocket`.

    Args:
        folder: with one subfolder for each kind of thing.
        is_unseen: whether the model has not seen those missing from `held_out.txt` either.
    """
    listed = {line.split()[0] for line in HELD_OUT.read_text("utf-8").splitlines() if line}
    pictures, kinds, left_out = {}, [], 0
    for file in sorted(folder.glob("*/*")):
        if file.suffix.lower() not in _SUFFIXES:
            continue
        data = file.read_bytes()
        content = sha256(data).hexdigest()
        if content not in listed and not is_unseen:
            left_out += 1
        elif content not in pictures:
            pictures[content] = decode(data, name=file.name, max_pixels=80_000_000)
            kinds.append(file.parent.name)
    if not pictures:
        return Photographs(np.zeros((0, 1), np.float32), np.array(kinds), left_out)
    model = find_model(POCKET, models_file=ROOT / ".tasted" / "models.json", home_root=ROOT)
    embedder = open_embedder(
        model, device="cpu", dtype="float32", views="center", preprocessing=PREPROCESSING
    )
    embedded = look_at_pictures(pictures, embedder, "center")
    rows = [embedded[content].vector for content in pictures]
    return Photographs(np.array(rows, np.float32), np.array(kinds), left_out)


def run(photographs: Photographs, *, flipped: float) -> dict[tuple[str, int], Cell]:
    """Return a cell for each method and each number of labels that leaves enough to test on."""
    cells: dict[tuple[str, int], Cell] = {}
    for kind in sorted(set(photographs.kinds.tolist())):
        liked = photographs.kinds == kind
        for division in range(DIVISIONS):
            random = np.random.default_rng([division, sorted(set(photographs.kinds)).index(kind)])
            order = random.permutation(len(liked))
            said = liked ^ (random.random(len(liked)) < flipped)
            for count in COUNTS:
                fitted, tested = order[:count], order[count:]
                if len(tested) < TESTED_MIN or len(set(liked[tested].tolist())) < 2:
                    continue
                _judge(cells, photographs, said, liked, fitted, tested)
    return cells


def _judge(
    cells: dict[tuple[str, int], Cell],
    photographs: Photographs,
    said: NDArray[np.bool_],
    liked: NDArray[np.bool_],
    fitted: NDArray[np.intp],
    tested: NDArray[np.intp],
) -> None:
    vectors = photographs.vectors
    user = User(
        pool=vectors[fitted],
        liked=said[fitted],
        history=vectors[:0],
        test=vectors[tested],
        test_liked=liked[tested],
        test_probability=liked[tested].astype(np.float64),
    )
    for name, method in METHODS.items():
        if name == "oracle":
            continue
        scores, probabilities = method(user, len(fitted))
        # without a probability, the assumed like rate
        probabilities = np.where(np.isnan(probabilities), 0.4, probabilities)
        cell = cells.setdefault((name, len(fitted)), Cell())
        cell.auc.append(auc(scores, user.test_liked))
        cell.brier.append(brier(probabilities, user.test_liked))
        cell.calibration_error.append(calibration_error(probabilities, user.test_liked))


def show(folder: Path, *, is_unseen: bool) -> list[bool]:
    """Print both tables, or why there are none.

    Returns:
        For each number of labels in each table, whether probabilities are no worse than the
        constant base-rate predictor.
    """
    photographs = load(folder, is_unseen=is_unseen)
    kinds = sorted(set(photographs.kinds.tolist()))
    print(f"\nphotographs of {folder} with the model pocket")
    if photographs.left_out:
        print(
            f"{photographs.left_out} are not listed in training/held_out.txt and left out: pocket "
            "may have seen them. If you know that it has not: --unseen"
        )
    if len(kinds) < 2:
        print("none of two kinds or more: no table")
        return []
    counted = ", ".join(f"{int((photographs.kinds == kind).sum())} {kind}" for kind in kinds)
    print(f"{counted}; each kind liked in turn, {DIVISIONS} divisions, no history")
    are_better = [
        better for flipped in (0.0, FLIPPED) for better in _show_table(photographs, flipped=flipped)
    ]
    missing = [count for count in COUNTS if len(photographs.kinds) - count < TESTED_MIN]
    if missing:
        print(f"too few photographs for n={', '.join(map(str, missing))}", flush=True)
    return are_better


def _show_table(photographs: Photographs, *, flipped: float) -> list[bool]:
    cells = run(photographs, flipped=flipped)
    said = f", {flipped:.0%} of the labels flipped" if flipped else ""
    print(f"\nmean AUC / Brier / ECE{said}")
    print(f"{'method':<10}" + "".join(f"{f'n={count}':>19}" for count in COUNTS))
    for name in METHODS:
        if name != "oracle":
            print(f"{name:<10}" + "".join(_figures(cells.get((name, n))) for n in COUNTS))
    counts = [count for count in COUNTS if ("taste", count) in cells]
    briers = [[cells[name, n].means()[1] for name in ("taste", "constant")] for n in counts]
    are_better = [ours <= constant for ours, constant in briers]
    print(f"{'ok' if all(are_better) else 'MISS'} no worse than the share of likes at {counts}")
    return are_better


def _figures(cell: Cell | None) -> str:
    if cell is None:
        return f"{'-':>19}"
    area, score, error = cell.means()
    return f"{f'{area:.3f}/{score:.3f}/{error:.3f}':>19}"
