"""The references of one taste version in the neighbour table. Reads and fills the library."""

from collections.abc import Callable, Sequence
from typing import TypeVar

import numpy as np
import structlog
from numpy.typing import NDArray

from tasted.errors import LibraryUnusable
from tasted.library.neighbours import LabelVectors, NeighbourTable
from tasted.records import Label
from tasted.scoring.weighing.looks import CLOSE_COSINE, NEAR_MIN

Answer = TypeVar("Answer")

log = structlog.get_logger("tasted.learning")


class TasteNeighbours:
    """Finds references near a picture; see `scoring.weighing.looks.ReferenceSearch`.

    Args:
        table: of the library; published again when it holds something else or is damaged.
        made_of: digest of the taste version.
        liked: shape (n,), the labels of its references.
        again: returns its centred items, shape (n, d), to publish them again.
    """

    def __init__(
        self,
        table: NeighbourTable,
        made_of: str,
        liked: NDArray[np.bool_],
        *,
        again: Callable[[], NDArray[np.float32]],
    ) -> None:
        self._table = table
        self._made_of = made_of
        self._liked = liked
        self._again = again

    def publish(self, items: NDArray[np.float32]) -> None:
        """Write the centred items, shape (n, d), to the table unless it has them.

        Raises:
            LibraryUnusable, DiskFull: when they cannot be written.
        """
        if not self._table.holds(self._made_of):
            labels = [Label.LIKED if liked else Label.REJECTED for liked in self._liked.tolist()]
            self._table.publish(self._made_of, LabelVectors(items, labels))

    def near(
        self, item: NDArray[np.float64], *, liked: bool, without: int | None
    ) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
        """Return the near references of one label; see `ReferenceSearch.near`.

        Raises:
            LibraryUnusable, DiskFull: when the table can neither be read nor published again.
        """
        return self._asked(
            lambda table: table.nearest(
                item,
                Label.LIKED if liked else Label.REJECTED,
                at_least=NEAR_MIN,
                cosine_min=CLOSE_COSINE,
                without=without,
            )
        )

    def vectors(self, references: Sequence[int]) -> NDArray[np.float32]:
        """Return the centred items of references, shape (m, d); errors as `near`."""
        return self._asked(lambda table: table.vectors(references))

    def _asked(self, ask: Callable[[NeighbourTable], Answer]) -> Answer:
        """Query the table; publish it again if it is damaged."""
        try:
            return self._once(ask)
        except LibraryUnusable as fault:
            log.warning("neighbours_made_again", reason=fault.message)
            return self._once(ask)

    def _once(self, ask: Callable[[NeighbourTable], Answer]) -> Answer:
        if not self._table.holds(self._made_of):
            self.publish(self._again())
        return ask(self._table)
