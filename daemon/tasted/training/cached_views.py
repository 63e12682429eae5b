"""What the frozen blocks made of every view, kept on the disk while an adapter is trained.

Touches one private folder, which is removed at the end. The states of a view of a usual CLIP are 77
KB; they are mapped, not held in memory.
"""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tasted.plain_dataclass import dataclass
from tasted.system.files import PRIVATE_FILE, private_folder

_STATES = "states.f16"


@dataclass(frozen=True, slots=True, eq=False)
class CachedViews:
    """The views of m pictures or profiles, v in all."""

    states: NDArray[np.float16]
    """Shape (v, tokens, width): what the frozen blocks made of each."""
    frozen: NDArray[np.float32]
    """Shape (v, d): its unit vector without an adapter."""
    weights: NDArray[np.float32]
    """Shape (v,): how much each counts beside the others of its item, in (0, 1]."""
    offsets: NDArray[np.intp]
    """Shape (m + 1,): the views of item i are those from `offsets[i]` to `offsets[i + 1]`."""

    def of(self, item: int) -> slice:
        """Return which views an item has."""
        return slice(int(self.offsets[item]), int(self.offsets[item + 1]))

    def places(self, items: Sequence[int] | NDArray[np.intp]) -> NDArray[np.intp]:
        """Return the numbers of all views of some items, in their order."""
        parts = [np.arange(self.offsets[item], self.offsets[item + 1]) for item in items]
        return np.concatenate(parts) if parts else np.zeros(0, np.intp)

    def rows(
        self, vectors: NDArray[np.float32], items: Sequence[int] | NDArray[np.intp]
    ) -> list[NDArray[np.float32]]:
        """Return the views of each item as a taste takes them, rows as long as their weights.

        Args:
            vectors: (v, d) unit rows, of all views.
            items: which.
        """
        return [vectors[self.of(item)] * self.weights[self.of(item)][:, None] for item in items]

    def drawn(self, items: NDArray[np.intp], random: np.random.Generator) -> NDArray[np.intp]:
        """Return one view of each item, drawn by its weight; shape (len(items),)."""
        chosen = []
        for item in items:
            shares = self.weights[self.of(item)].astype(np.float64)
            chosen.append(self.offsets[item] + random.choice(len(shares), p=shares / shares.sum()))
        return np.array(chosen, np.intp)


@dataclass(frozen=True, slots=True, eq=False)
class LookedAt:
    """What the frozen half of the model made of one picture or profile."""

    states: NDArray[np.float16]
    """Shape (k, tokens, width)."""
    frozen: NDArray[np.float32]
    """Shape (k, d)."""
    weights: NDArray[np.float32]
    """Shape (k,)."""


def cache_views(folder: Path, items: Iterable[LookedAt]) -> CachedViews:
    """Write the states of items, one after the other, and map them.

    Args:
        folder: made private when it is missing; what it held of an earlier run is replaced.
        items: at least one.

    Raises:
        OSError: when it cannot be written.
    """
    private_folder(folder, below=folder.parent.parent)
    file = folder / _STATES
    file.unlink(missing_ok=True)
    file.touch(mode=PRIVATE_FILE)
    kept = [*_written(file, items)]
    counts = [len(item.weights) for item in kept]
    tokens = kept[0].states.shape[1:]
    return CachedViews(
        np.memmap(file, np.float16, "r", shape=(sum(counts), *tokens)),
        np.concatenate([item.frozen for item in kept]),
        np.concatenate([item.weights for item in kept]),
        np.concatenate([[0], np.cumsum(counts)]).astype(np.intp),
    )


def _written(file: Path, items: Iterable[LookedAt]) -> Iterator[LookedAt]:
    with file.open("r+b") as stream:
        for item in items:
            stream.write(np.ascontiguousarray(item.states).tobytes())
            # its states are on the disk
            yield LookedAt(item.states[:0], item.frozen, item.weights)
