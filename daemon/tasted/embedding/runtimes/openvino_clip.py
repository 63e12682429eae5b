"""CLIP's two towers as OpenVINO graphs, straight from the safetensors file.

The names of tensors are transformers'. A test compares every variation with transformers itself,
and so does `tasted models pull` for every model that it fetches.
"""

from typing import Any

from tasted.embedding.models.folder import CONFIG, ModelFolder, read_json
from tasted.embedding.runtimes.mapped_weights import MappedWeights
from tasted.embedding.runtimes.model_config import ModelConfig
from tasted.embedding.runtimes.openvino_layers import (
    ACTIVATIONS,
    EncoderShape,
    encoder,
    integers,
    layer_norm,
    projection,
    shared,
)
from tasted.embedding.runtimes.openvino_pixels import pixels_input
from tasted.embedding.runtimes.picture_processor import PictureProcessor
from tasted.embedding.runtimes.refusing import lacks
from tasted.native.openvino import Model, Type, operations
from tasted.plain_dataclass import dataclass

# transformers' own, for keys that config.json leaves out
_VISION = {
    "hidden_size": 768,
    "intermediate_size": 3072,
    "num_hidden_layers": 12,
    "num_attention_heads": 12,
    "num_channels": 3,
    "image_size": 224,
    "patch_size": 32,
    "hidden_act": "quick_gelu",
    "layer_norm_eps": 1e-5,
}
_TEXT = {
    "vocab_size": 49408,
    "hidden_size": 512,
    "intermediate_size": 2048,
    "num_hidden_layers": 12,
    "num_attention_heads": 8,
    "max_position_embeddings": 77,
    "hidden_act": "quick_gelu",
    "layer_norm_eps": 1e-5,
    "eos_token_id": 49407,
}
_CHANNELS = 3
UNUSED = (r"logit_scale", r".*\.position_ids")
"""What a checkpoint may hold beside the towers: the temperature, and buffers of older versions."""


@dataclass(frozen=True, slots=True)
class ClipShape:
    """What config.json says of both towers."""

    dimensions: int
    vision: EncoderShape
    side: int
    """Of a picture, in pixels."""
    patch: int
    text: EncoderShape
    context: int
    """The most tokens of a text."""
    vocabulary: int
    end_id: int
    """The token that a text is read from; 2 stands for the highest number in the text."""


def read_clip_shape(model: ModelFolder) -> ClipShape:
    """Read the shape of a CLIP from its config.json.

    Raises:
        RuntimeLacks: when it has something that the graphs here do not.
        ModelUnusable: when the file cannot be read.
    """
    config = read_json(model.folder / CONFIG)
    vision = ModelConfig(model, _section(config, "vision_config"), _VISION)
    text = ModelConfig(model, _section(config, "text_config"), _TEXT)
    if vision.count("num_channels") != _CHANNELS:
        raise lacks(model, "its pictures have other channels than red, green and blue")
    shape = ClipShape(
        dimensions=ModelConfig(model, config, {"projection_dim": 512}).count("projection_dim"),
        vision=_encoder_shape(model, vision),
        side=vision.side("image_size"),
        patch=vision.side("patch_size"),
        text=_encoder_shape(model, text),
        context=text.count("max_position_embeddings"),
        vocabulary=text.count("vocab_size"),
        end_id=text.count("eos_token_id"),
    )
    if shape.patch > shape.side:
        raise lacks(model, "its patches are larger than its pictures")
    return shape


def _section(config: dict[str, Any], name: str) -> dict[str, Any]:
    # where old files have both, transformers lets the older form win, its defaults included
    older = config.get(f"{name}_dict")
    if isinstance(older, dict):
        defaults = _VISION if name == "vision_config" else _TEXT
        return {**(config.get(name) or {}), **defaults, **older}
    section = config.get(name)
    return section if isinstance(section, dict) else {}


def _encoder_shape(model: ModelFolder, config: ModelConfig) -> EncoderShape:
    shape = EncoderShape(
        width=config.count("hidden_size"),
        inner_width=config.count("intermediate_size"),
        layers=config.count("num_hidden_layers"),
        heads=config.count("num_attention_heads"),
        activation=config.word("hidden_act", ACTIVATIONS),
        epsilon=config.number("layer_norm_eps"),
    )
    if shape.width % shape.heads:
        raise lacks(model, "its width is no multiple of its heads")
    return shape


def vision_graph(shape: ClipShape, weights: MappedWeights, processor: PictureProcessor) -> Model:
    """Build the tower that looks: (n, side, side, 3) uint8 → (n, d) float32.

    Raises:
        RuntimeLacks, ModelUnusable: when the weights do not fit.
    """
    width, grid = shape.vision.width, shape.side // shape.patch
    pixels, values = pixels_input(processor)
    kernel = (width, _CHANNELS, shape.patch, shape.patch)
    patches = operations.convolution(
        values,
        shared(weights.take("vision_model.embeddings.patch_embedding.weight", kernel)),
        strides=[shape.patch, shape.patch],
        pads_begin=[0, 0],
        pads_end=[0, 0],
        dilations=[1, 1],
    )
    # (n, w, grid, grid) → (n, grid², w)
    flat = operations.reshape(patches, integers(0, width, grid * grid), special_zero=True)
    tokens = operations.transpose(flat, integers(0, 2, 1))
    first = weights.take("vision_model.embeddings.class_embedding", (width,))
    count = operations.gather(operations.shape_of(pixels), integers(0), integers(0))
    firsts = operations.broadcast(
        shared(first.reshape(1, 1, width)),
        operations.concat([count, integers(1, width)], axis=0),
    )
    tokens = operations.concat([firsts, tokens], axis=1)
    places = weights.take(
        "vision_model.embeddings.position_embedding.weight", (grid * grid + 1, width)
    )
    tokens = operations.add(tokens, shared(places))
    norm = {"width": width, "epsilon": shape.vision.epsilon}
    # the missing letter is in the name of the tensor
    tokens = layer_norm(tokens, weights, "vision_model.pre_layrnorm", **norm)  # type: ignore[arg-type]
    tokens = encoder(tokens, weights, "vision_model.encoder", shape.vision, is_causal=False)
    pooled = operations.reshape(tokens, integers(0, width), special_zero=True)
    pooled = layer_norm(pooled, weights, "vision_model.post_layernorm", **norm)  # type: ignore[arg-type]
    rows = projection(pooled, weights, "visual_projection", size=(shape.dimensions, width))
    return Model([rows], [pixels], "vision")


def text_graph(shape: ClipShape, weights: MappedWeights) -> Model:
    """Build the tower that reads: ids (n, t) and the place of each end (n,), int32 → (n, d).

    A token sees only those before it, so what stands behind the end token needs no mask: it changes
    nothing that is read.

    Raises:
        RuntimeLacks, ModelUnusable: when the weights do not fit.
    """
    width = shape.text.width
    ids = operations.parameter([-1, -1], Type.i32)
    ends = operations.parameter([-1], Type.i32)
    words = weights.take("text_model.embeddings.token_embedding.weight", (shape.vocabulary, width))
    places = weights.take("text_model.embeddings.position_embedding.weight", (shape.context, width))
    length = operations.gather(operations.shape_of(ids), integers(1), integers(0))
    used = operations.slice(shared(places), integers(0), length, integers(1), integers(0))
    tokens = operations.add(operations.gather(shared(words), ids, integers(0)), used)
    tokens = encoder(tokens, weights, "text_model.encoder", shape.text, is_causal=True)
    tokens = layer_norm(
        tokens,
        weights,
        "text_model.final_layer_norm",
        width=width,
        epsilon=shape.text.epsilon,
    )
    pooled = operations.gather(tokens, ends, integers(1), batch_dims=1)
    rows = projection(pooled, weights, "text_projection", size=(shape.dimensions, width))
    return Model([rows], [ids, ends], "text")
