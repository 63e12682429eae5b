"""How torch gets its pixel values: by what is known of the model here, else by transformers. numpy.

What is known is the same for every runtime, so that their vectors are. transformers' processor is
the PIL one, called by its class: with torchvision installed the automatic choice changes pixel
values, and with them every cosine.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tasted.embedding.models.folder import ModelFolder
from tasted.embedding.runtimes.picture_processor import checked, middle_of_strip, read_processor
from tasted.embedding.runtimes.refusing import RuntimeLacks, loading
from tasted.plain_dataclass import dataclass


@dataclass(frozen=True, slots=True)
class PicturePreparation:
    """From pictures to what the model takes, in two steps."""

    prepare: Callable[[Sequence[NDArray[np.uint8]]], NDArray[Any]]
    """From n arrays (h, w, 3), uint8, to one row each; raises ValueError for other arrays."""
    values: Callable[[NDArray[Any]], NDArray[np.float32]]
    """From such rows to pixel values (n, 3, side, side)."""


def preparation(model: ModelFolder, processor_class: Any) -> PicturePreparation:
    """Return what resizes, crops and normalises pictures as the model was trained.

    Args:
        model: the checked folder.
        processor_class: transformers' image processor, PIL backend, for what is not known here.

    Raises:
        ModelUnusable: when the files cannot be read.
    """
    try:
        known = read_processor(model)
    except RuntimeLacks:
        with loading(model):
            processor = processor_class.from_pretrained(str(model.folder), local_files_only=True)
        return PicturePreparation(
            lambda pictures: pixel_values(pictures, processor), lambda rows: rows
        )
    return PicturePreparation(known.squares, known.values)


def pixel_values(pictures: Sequence[NDArray[np.uint8]], processor: Any) -> NDArray[np.float32]:
    """Prepare pictures by a processor of transformers.

    Args:
        pictures: n arrays (h, w, 3), uint8.
        processor: the model's image processor, PIL backend.

    Returns:
        Shape (n, 3, side, side), float32.

    Raises:
        ValueError: when an array has another shape or dtype.
    """
    prepared = processor(
        images=[middle_of_strip(checked(picture)) for picture in pictures],
        # explicit: a picture 3 pixels high would be taken for one with channels first
        input_data_format="channels_last",
        return_tensors="np",
    )
    return np.asarray(prepared["pixel_values"], dtype=np.float32)
