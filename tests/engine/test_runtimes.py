"""A library belongs to a model and a precision, whichever runtime computed its vectors."""

from pathlib import Path

import numpy as np
import pytest

from kit.drawings import drawing
from kit.memories import content
from tasted.config import Settings
from tasted.decoding.pictures import decode
from tasted.embedding.models.weights import find_model
from tasted.engine.embed_and_read import look_at_pictures
from tasted.engine.model_opening import embedder_identity, load_embedder
from tasted.library.library import Library


def chosen(runtime: str, dtype: str) -> Settings:
    """Return settings that name the embedded model and its runtime."""
    embedder = {"model": "pocket", "runtime": runtime, "device": "cpu", "dtype": dtype}
    return Settings.model_validate({"embedder": embedder})


@pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
def test_what_torch_embedded_is_not_embedded_anew(tmp_path: Path, dtype: str) -> None:
    """A library made with torch is gone on with by OpenVINO, and its vectors are the same."""
    model = find_model("pocket", models_file=tmp_path / "models.json", home_root=tmp_path)
    seen = {}
    for runtime in ("torch", "openvino"):
        settings = chosen(runtime, dtype)
        identity = embedder_identity(model, settings)
        library = Library.open(
            tmp_path / "library",
            fingerprint=identity.fingerprint,
            dimensions=identity.dimensions,
        )
        embedder = load_embedder(model, settings)
        assert embedder.fingerprint == identity.fingerprint
        pictures = {
            content(kind): decode(
                drawing(kind, seed=3), name=kind, max_pixels=10_000_000, is_last_try=True
            )
            for kind in ("mountain", "forest")
        }
        seen[runtime] = look_at_pictures(pictures, embedder, settings.views.mode)
        if runtime == "torch":
            library.remember(seen[runtime])
        else:
            cached = library.cached(list(pictures))
            assert set(cached) == set(pictures)
            for name, made in seen["openvino"].items():
                cosines = np.sum(made.views * cached[name].views, axis=1)
                lengths = np.sum(made.views**2, axis=1)
                assert (cosines / lengths).min() > (0.99999 if dtype == "float32" else 0.999)
        library.close()
