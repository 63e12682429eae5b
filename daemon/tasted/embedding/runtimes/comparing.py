"""Tries a model: compares both runtimes on it, torch in float32 is the judge. Some ten seconds.

Run once for each model, by `tasted models pull` and `tasted models add`.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from tasted.embedding.embedder import Embedder
from tasted.embedding.models.folder import ModelFolder
from tasted.embedding.models.verdicts import RuntimeVerdict
from tasted.embedding.opening import open_embedder
from tasted.embedding.runtimes.refusing import RuntimeLacks, loading

TEXTS = (
    "a photo of a person who is outdoors",
    "climbing",
    "",
    "Maya, 29 · 3 km away. Loves dogs, hikes & good coffee!",
    "it's 100% café 🐈 登山",
    "one two three four five six seven eight nine ten " * 12,
)
_SIDE = 300

Vectors = tuple[NDArray[np.float32], NDArray[np.float32] | None]


def compare_runtimes(model: ModelFolder, *, has_bfloat16: bool) -> RuntimeVerdict:
    """Compare OpenVINO's vectors of test pictures and texts with torch's.

    Args:
        model: the checked folder.
        has_bfloat16: whether bfloat16 is worth a comparison.

    Returns:
        The smallest cosines; or what OpenVINO lacks, and then torch is not asked.

    Raises:
        ModelUnusable: when the model is damaged.
    """
    try:
        exact = _vectors(_opened(model, "openvino", "float32"))
    except RuntimeLacks as lacking:
        return RuntimeVerdict(lacks=lacking.message.rstrip("."))
    judge = _vectors(_opened(model, "torch", "float32"))
    coarse = _vectors(_opened(model, "openvino", "bfloat16")) if has_bfloat16 else None
    return RuntimeVerdict(
        float32=_smallest_cosine(exact, judge),
        bfloat16=_smallest_cosine(coarse, judge) if coarse is not None else None,
    )


def run_by_torch(model: ModelFolder) -> None:
    """Embed test pictures and texts by torch alone, for a model that no other runtime takes.

    Raises:
        ModelUnusable: when it cannot be loaded, or computes no numbers.
    """
    with loading(model):
        _vectors(_opened(model, "torch", "float32"))


def test_pictures() -> list[NDArray[np.uint8]]:
    """Return fixed pictures: a screen with blocks, ramps, noise, a strip, darkness, a pixel."""
    generator = np.random.default_rng(11)
    ramp = np.linspace(0, 255, _SIDE, dtype=np.uint8)
    colours = np.stack(np.broadcast_arrays(ramp[:, None], ramp[None, :], ramp[::-1, None]), axis=-1)
    screen = np.full((2 * _SIDE, _SIDE, 3), 245, np.uint8)
    screen[60:360, 20:280] = colours[:, 20:280]
    screen[400:420, 30:200] = screen[440:460, 30:150] = 40
    blocks = np.kron(generator.integers(0, 256, (6, 6, 3)), np.ones((50, 50, 1)))
    return [
        screen,
        colours,
        blocks.astype(np.uint8),
        generator.integers(0, 256, (_SIDE, 200, 3), dtype=np.uint8),
        generator.integers(90, 110, (80, 900, 3), dtype=np.uint8),
        np.zeros((64, 64, 3), np.uint8),
        np.full((1, 1, 3), 200, np.uint8),
    ]


def _opened(model: ModelFolder, runtime: str, dtype: str) -> Embedder:
    return open_embedder(
        model, device="cpu", dtype=dtype, views="any", preprocessing="any", runtime=runtime
    )


def _vectors(embedder: Embedder) -> Vectors:
    # the embedder goes with this call: two of them at a time would take twice the memory
    texts = embedder.embed_texts(TEXTS) if embedder.reads_text else None
    return embedder.embed_pictures(test_pictures()), texts


def _smallest_cosine(one: Vectors, other: Vectors) -> float:
    cosines: Sequence[NDArray[np.float32]] = [
        np.sum(left * right, axis=1)
        for left, right in zip(one, other, strict=True)
        if left is not None and right is not None
    ]
    # a NaN must not pass for agreement
    return round(float(np.min(np.concatenate(cosines))), 6)
