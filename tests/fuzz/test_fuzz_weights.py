"""A file of weights that was edited, cut short or made to mislead never leaves its own bytes."""

import struct
from pathlib import Path
from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from kit.fuzzing import bounded, fuzzed
from kit.json_values import mangled_text
from tasted.embedding.models.folder import ModelFolder
from tasted.embedding.runtimes.mapped_weights import MappedWeights
from tasted.errors import ModelUnusable

HEADERS: list[dict[str, Any]] = [
    {
        "__metadata__": {"format": "pt"},
        "weight": {"dtype": kind, "shape": [2, 4], "data_offsets": [0, size]},
        "other": {"dtype": "F32", "shape": [1], "data_offsets": [size, size + 4]},
    }
    for kind, size in (("F32", 32), ("F16", 16), ("BF16", 16))
]


@given(
    header=mangled_text(HEADERS),
    data=st.binary(max_size=40),
    excess=st.sampled_from([0, 0, 0, 1, -1, 2**40, 2**63]),
)
@fuzzed(300)
def test_any_file_of_weights_is_read_or_refused(
    tmp_path: Path, header: bytes, data: bytes, excess: int
) -> None:
    """Tensors have the shape that was asked for, or the model is unusable, with a remedy."""
    weights = tmp_path / "model.safetensors"
    length = struct.pack("<Q", max(0, len(header) + excess))
    weights.write_bytes(length + header + data)
    model = ModelFolder("model", tmp_path, "clip", None, weights)
    with bounded("weights", length + header + data):
        try:
            mapped = MappedWeights(model)
            array = mapped.take("weight", (2, 4))
            mapped.refuse_leftovers(("other",))
        except ModelUnusable as error:
            assert error.remedy  # noqa: PT017 - either end is right
        else:
            assert (array.shape, array.dtype) == ((2, 4), np.float32)
