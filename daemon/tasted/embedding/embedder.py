"""The interface of embedders, which every runtime implements. Touches nothing."""

from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray


class Embedder(Protocol):
    """A loaded model that turns pictures, and perhaps texts, into unit vectors."""

    @property
    def name(self) -> str:
        """Hub name of the model, `pocket`, or the name under which a local folder was added."""
        ...

    @property
    def fingerprint(self) -> str:
        """64 hex digits: equal fingerprints mean comparable vectors."""
        ...

    @property
    def dimensions(self) -> int:
        """Length d of a vector."""
        ...

    @property
    def reads_text(self) -> bool:
        """Whether `embed_texts` works: True for CLIP, False for ResNet."""
        ...

    @property
    def device_note(self) -> str | None:
        """Why an accelerator is not used; None if there is nothing to say."""
        ...

    def prepare(self, pictures: Sequence[NDArray[np.uint8]]) -> NDArray[Any]:
        """Make of pictures what the model looks at, which is small whatever their size.

        Args:
            pictures: n arrays of shape (h, w, 3), sRGB, uint8; of any size from 1 by 1.

        Returns:
            One row for each picture, (n, ...); rows of several calls may be joined.

        Raises:
            ValueError: when an array is not such a picture.
        """
        ...

    def embed_prepared(self, prepared: NDArray[Any]) -> NDArray[np.float32]:
        """Embed what `prepare` returned, in its order.

        Returns:
            Shape (n, d), float32, rows of length 1.

        Raises:
            ModelUnusable: when the model returns numbers that are not finite.
        """
        ...

    def embed_pictures(self, pictures: Sequence[NDArray[np.uint8]]) -> NDArray[np.float32]:
        """Prepare pictures and embed them, in their order; see both."""
        ...

    def embed_texts(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Embed texts, in their order; text beyond the model's context is cut off.

        Returns:
            Shape (n, d), float32, rows of length 1, comparable with those of pictures.

        Raises:
            ModelUnusable: when the model cannot read text, or its numbers are not finite.
        """
        ...
