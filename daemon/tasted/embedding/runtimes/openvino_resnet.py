"""ResNet as an OpenVINO graph: the pooled features before the classifier, from safetensors.

He et al., 2015; the names of tensors and the places of strides are transformers'. A batch norm that
is not trained any more is a scale and a shift of each channel, so it is folded into the convolution
before it.
"""

from typing import Any

import numpy as np

from tasted.embedding.models.folder import CONFIG, ModelFolder, read_json
from tasted.embedding.runtimes.mapped_weights import MappedWeights
from tasted.embedding.runtimes.model_config import ModelConfig
from tasted.embedding.runtimes.openvino_layers import ACTIVATIONS, integers, shared
from tasted.embedding.runtimes.openvino_pixels import pixels_input
from tasted.embedding.runtimes.picture_processor import PictureProcessor
from tasted.embedding.runtimes.refusing import lacks
from tasted.native.openvino import Model, Node, operations
from tasted.plain_dataclass import dataclass

# transformers' own, for keys that config.json leaves out
_DEFAULTS = {
    "num_channels": 3,
    "embedding_size": 64,
    "hidden_sizes": (256, 512, 1024, 2048),
    "depths": (3, 4, 6, 3),
    "layer_type": "bottleneck",
    "hidden_act": "relu",
    "downsample_in_first_stage": False,
    "downsample_in_bottleneck": False,
}
_CHANNELS = 3
_REDUCTION = 4
"""How many times fewer channels the middle of a bottleneck has."""
_EPSILON = 1e-5
UNUSED = (r".*\.num_batches_tracked", r"classifier\..*")
"""What a checkpoint may hold beside the features: a counter of the training, and the head."""
CLASSIFIER_PREFIX = "resnet."
"""In front of every name where the file holds a classifier."""

FIRST = "embedder.embedder.convolution.weight"


@dataclass(frozen=True, slots=True)
class ResnetShape:
    """What config.json says."""

    stem: int
    channels: tuple[int, ...]
    depths: tuple[int, ...]
    has_bottlenecks: bool
    activation: str
    first_stride: int
    strides_early: bool
    """Whether a bottleneck halves the picture in its first convolution, not in its second."""


def read_resnet_shape(model: ModelFolder) -> ResnetShape:
    """Read the shape of a ResNet from its config.json.

    Raises:
        RuntimeLacks: when it has something that the graph here does not.
        ModelUnusable: when the file cannot be read.
    """
    config = ModelConfig(model, read_json(model.folder / CONFIG), _DEFAULTS)
    if config.count("num_channels") != _CHANNELS:
        raise lacks(model, "its pictures have other channels than red, green and blue")
    shape = ResnetShape(
        stem=config.count("embedding_size"),
        channels=config.counts("hidden_sizes"),
        depths=config.counts("depths"),
        has_bottlenecks=config.word("layer_type", ("basic", "bottleneck")) == "bottleneck",
        activation=config.word("hidden_act", ACTIVATIONS),
        first_stride=2 if config.flag("downsample_in_first_stage") else 1,
        strides_early=config.flag("downsample_in_bottleneck"),
    )
    if len(shape.channels) != len(shape.depths):
        raise lacks(model, "its config.json has another number of hidden_sizes than of depths")
    return shape


def resnet_graph(shape: ResnetShape, weights: MappedWeights, processor: PictureProcessor) -> Model:
    """Build the network: (n, side, side, 3) uint8 → (n, d) float32.

    Raises:
        RuntimeLacks, ModelUnusable: when the weights do not fit.
    """
    pixels, values = pixels_input(processor)
    build = _Builder(shape, weights)
    values = build.convolve(
        values, "embedder.embedder", size=(shape.stem, _CHANNELS), kernel=7, stride=2
    )
    values = operations.max_pool(
        values, [2, 2], [1, 1], [1, 1], [1, 1], [3, 3], index_element_type="i32", axis=2
    ).output(0)
    before = shape.stem
    for number, (channels, depth) in enumerate(zip(shape.channels, shape.depths, strict=True)):
        for layer in range(depth):
            stride = (2 if number else shape.first_stride) if layer == 0 else 1
            name = f"encoder.stages.{number}.layers.{layer}"
            values = build.layer(values, name, size=(channels, before), stride=stride)
            before = channels
    rows = operations.reduce_mean(values, integers(2, 3), keep_dims=False)
    return Model([rows], [pixels], "resnet")


class _Builder:
    """Adds layers, each with its weights."""

    def __init__(self, shape: ResnetShape, weights: MappedWeights) -> None:
        self._shape = shape
        self._weights = weights

    def layer(self, values: Any, name: str, *, size: tuple[int, int], stride: int) -> Node:
        """Add a residual layer, with a projection where it changes the size."""
        to, before = size
        if self._shape.has_bottlenecks:
            inner = to // _REDUCTION
            early, late = (stride, 1) if self._shape.strides_early else (1, stride)
            steps = [(inner, before, 1, early), (inner, inner, 3, late), (to, inner, 1, 1)]
        else:
            steps = [(to, before, 3, stride), (to, to, 3, 1)]
        residual = values
        for number, (channels, from_channels, kernel, step) in enumerate(steps):
            values = self.convolve(
                values,
                f"{name}.layer.{number}",
                size=(channels, from_channels),
                kernel=kernel,
                stride=step,
                is_active=number < len(steps) - 1,
            )
        if before != to or stride != 1:
            residual = self.convolve(
                residual, f"{name}.shortcut", size=size, kernel=1, stride=stride, is_active=False
            )
        return ACTIVATIONS[self._shape.activation](operations.add(values, residual))

    def convolve(
        self,
        values: Any,
        name: str,
        *,
        size: tuple[int, int],
        kernel: int,
        stride: int,
        is_active: bool = True,
    ) -> Node:
        """Add a convolution with its batch norm, and the activation after it."""
        to, before = size
        take = self._weights.take
        norm = f"{name}.normalization"
        scale = take(f"{norm}.weight", (to,)) / np.sqrt(
            take(f"{norm}.running_var", (to,)) + np.float32(_EPSILON)
        )
        shift = take(f"{norm}.bias", (to,)) - take(f"{norm}.running_mean", (to,)) * scale
        matrix = take(f"{name}.convolution.weight", (to, before, kernel, kernel))
        convolved = operations.convolution(
            values,
            shared(matrix * scale[:, None, None, None]),
            strides=[stride, stride],
            pads_begin=[kernel // 2] * 2,
            pads_end=[kernel // 2] * 2,
            dilations=[1, 1],
        )
        added = operations.add(convolved, shared(shift.reshape(1, to, 1, 1)))
        return ACTIVATIONS[self._shape.activation](added) if is_active else added
