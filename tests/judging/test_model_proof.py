"""Two models on the same labels: equal vectors say nothing, worse ones speak against the model."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from kit.memories import content, learned
from tasted.judging.fold_comparison import FoldVerdict, fold_verdict
from tasted.judging.model_proof import model_comparison
from tasted.library.library import Embedded, Library
from tasted.records import PictureFacts

DIMENSIONS = 12
LABELS = 80
FACTS = PictureFacts(10, 10, "PNG")


def library(folder: Path, rows: NDArray[np.float32], *, fingerprint: str) -> Library:
    """Return a library that knows labels and a history by these vectors."""
    folder.mkdir(exist_ok=True)
    made = Library.open(folder / "library", fingerprint=fingerprint, dimensions=DIMENSIONS)
    names = [f"{'liked' if n % 2 else 'rejected'}/{n}.png" for n in range(LABELS)]
    made.learn([learned(name, row, name=name) for name, row in zip(names, rows, strict=False)])
    made.keep_only(names)
    made.remember({content(f"h{n}"): Embedded(row[None], FACTS) for n, row in enumerate(rows)})
    return made


def vectors(*, sharpness: float, seed: int) -> NDArray[np.float32]:
    """Return unit rows of which odd ones lie to one side, by so much."""
    random = np.random.default_rng(seed)
    rows = random.normal(size=(LABELS, DIMENSIONS))
    rows[:, 0] += np.where(np.arange(LABELS) % 2, sharpness, -sharpness)
    unit: NDArray[np.float32] = (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype("f4")
    return unit


def test_the_same_vectors_say_nothing(tmp_path: Path) -> None:
    """Whatever the other model is called."""
    rows = vectors(sharpness=1.5, seed=1)
    one = library(tmp_path, rows, fingerprint="a" * 64)
    other = library(tmp_path, rows, fingerprint="b" * 64)
    comparison = model_comparison(one, other)
    while not comparison.is_done:
        comparison.step()
    figures = comparison.figures()
    assert figures is not None
    assert (figures.labels, figures.gain, figures.t) == (LABELS, 0.0, 0.0)


def test_a_model_that_tells_nothing_apart_is_spoken_against(tmp_path: Path) -> None:
    """By t ≤ -1.76; only labels that both know are asked."""
    one = library(tmp_path, vectors(sharpness=3.0, seed=1), fingerprint="a" * 64)
    other = library(tmp_path, vectors(sharpness=0.0, seed=2)[:60], fingerprint="b" * 64)
    comparison = model_comparison(one, other)
    while not comparison.is_done:
        comparison.step()
    figures = comparison.figures()
    assert figures is not None
    assert figures.labels == 60
    assert fold_verdict(figures) is FoldVerdict.AGAINST


def test_without_labels_there_is_nothing_to_compare(tmp_path: Path) -> None:
    """A new home changes its model without being asked."""
    one, other = (
        Library.open(tmp_path / "library", fingerprint=letter * 64, dimensions=DIMENSIONS)
        for letter in "ab"
    )
    assert model_comparison(one, other).of == 0
