"""The first layers of every graph that looks: levels of pixels become the values of a model."""

import numpy as np

from tasted.embedding.runtimes.openvino_layers import integers, scalar, shared
from tasted.embedding.runtimes.picture_processor import PictureProcessor
from tasted.native.openvino import Node, Type, operations


def pixels_input(processor: PictureProcessor) -> tuple[Node, Node]:
    """Return the input (n, side, side, 3) uint8, and its normalised values (n, 3, side, side).

    Bytes travel to the graph, a quarter of what values would take.
    """
    side = processor.side
    pixels = operations.parameter([-1, side, side, 3], Type.u8)
    values = operations.multiply(
        operations.convert(pixels, Type.f32), scalar(processor.rescale_factor)
    )
    mean = np.array(processor.mean, np.float32)
    spread = np.array(processor.standard_deviation, np.float32)
    values = operations.divide(operations.subtract(values, shared(mean)), shared(spread))
    return pixels, operations.transpose(values, integers(0, 3, 1, 2))
