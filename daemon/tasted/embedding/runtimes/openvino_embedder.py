"""An embedder that computes with OpenVINO on the CPU; any number of threads may use it at once."""

import threading
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tasted.embedding.runtimes.clip_tokens import ClipTokens
from tasted.embedding.runtimes.picture_processor import PictureProcessor
from tasted.embedding.runtimes.unit_rows import embed_in_batches, unit_rows
from tasted.errors import ModelUnusable
from tasted.native.openvino import CompiledModel, InferRequest

PICTURES_AT_ONCE = 8
"""More at a time take as long for each; memory grows with them."""
TEXTS_AT_ONCE = 64


class Tower:
    """A compiled graph with one output, and a request for each thread that runs it.

    Args:
        compiled: the graph.
        ordering: entered while so many inputs are computed for the first time: OpenVINO may then
            put weights into another order, and reads them from the file for that.
    """

    def __init__(
        self,
        compiled: CompiledModel,
        ordering: Callable[[], AbstractContextManager[None]] = nullcontext,
    ) -> None:
        self._compiled = compiled
        self._ordering = ordering
        self._met: set[int] = set()
        """How many inputs there were at a time."""
        self._idle: list[InferRequest] = []

    def run(self, *inputs: NDArray[Any]) -> NDArray[np.float32]:
        """Compute in the calling thread, and in those that help it.

        Args:
            inputs: of the graph, in its order; arrays are read where they lie.

        Returns:
            Shape (n, d), float32.
        """
        try:
            # taken and given back in one step each, whoever else does so meanwhile
            request = self._idle.pop()
        except IndexError:
            request = self._compiled.create_infer_request()
        count = len(inputs[0])
        with nullcontext() if count in self._met else self._ordering():
            rows: NDArray[np.float32] = request.infer(list(inputs), share_inputs=True)[0]
        self._met.add(count)
        self._idle.append(request)
        return rows


class TextTower:
    """The tower that reads, with the tokens that it reads."""

    def __init__(self, tower: Tower, tokens: ClipTokens, *, end_id: int) -> None:
        self._tower = tower
        self._tokens = tokens
        self._end_id = end_id

    def run(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Read texts: (n, d), float32."""
        ids = self._tokens.ids(texts)
        return self._tower.run(ids, ends(ids, self._end_id))


# CLIP's old configurations name this, and mean the token with the highest number
_HIGHEST = 2


def ends(ids: NDArray[np.int32], end_id: int) -> NDArray[np.int32]:
    """Return where each text is read from: at its first end token.

    Args:
        ids: (n, t).
        end_id: of config.json.
    """
    found = ids.argmax(axis=1) if end_id == _HIGHEST else (ids == end_id).argmax(axis=1)
    places: NDArray[np.int32] = found.astype(np.int32)
    return places


class OpenvinoEmbedder:
    """A model of either family; see `embedder.Embedder`.

    Args:
        pictures: the tower that looks.
        processor: makes the squares that it takes.
        open_texts: opens the tower that reads, when the first text is asked for; None when the
            model has none.
        name: of the embedder.
        fingerprint: equal for embedders with comparable vectors.
        dimensions: length of a vector.
    """

    def __init__(
        self,
        pictures: Tower,
        processor: PictureProcessor,
        open_texts: Callable[[], TextTower] | None,
        *,
        name: str,
        fingerprint: str,
        dimensions: int,
    ) -> None:
        self.name = name
        self.fingerprint = fingerprint
        self.dimensions = dimensions
        self.device_note: str | None = None
        self._pictures = pictures
        self._processor = processor
        self._open_texts = open_texts
        self._texts: TextTower | None = None
        self._opening = threading.Lock()

    @property
    def reads_text(self) -> bool:
        """Whether there is a tower that reads."""
        return self._open_texts is not None

    def prepare(self, pictures: Sequence[NDArray[np.uint8]]) -> NDArray[np.uint8]:
        """Make squares of pictures, (n, side, side, 3); see `Embedder.prepare`."""
        return self._processor.squares(pictures)

    def embed_prepared(self, prepared: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Embed squares; see `Embedder.embed_prepared`."""
        return embed_in_batches(
            prepared, self._look, batch_size=PICTURES_AT_ONCE, dimensions=self.dimensions
        )

    def embed_pictures(self, pictures: Sequence[NDArray[np.uint8]]) -> NDArray[np.float32]:
        """Embed pictures; see `Embedder.embed_pictures`."""
        return self.embed_prepared(self.prepare(pictures))

    def embed_texts(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Embed texts; see `Embedder.embed_texts`."""
        if self._open_texts is None:
            raise ModelUnusable(
                f"The model {self.name} reads pictures only; {len(texts)} texts cannot be "
                "embedded.",
                remedy="Set embedder.model to a CLIP model, or remove traits and interests.",
            )
        return embed_in_batches(
            texts, self._read, batch_size=TEXTS_AT_ONCE, dimensions=self.dimensions
        )

    def _look(self, squares: NDArray[np.uint8]) -> NDArray[np.float32]:
        return unit_rows(self._pictures.run(squares), model=self.name)

    def _read(self, texts: Sequence[str]) -> NDArray[np.float32]:
        with self._opening:
            if self._texts is None and self._open_texts is not None:
                self._texts = self._open_texts()
            tower = self._texts
        assert tower is not None  # noqa: S101 - embed_texts refuses a model without
        return unit_rows(tower.run(texts), model=self.name)
