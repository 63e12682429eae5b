"""A merged model is a model as any other, and says what it learnt from."""

import torch

from tasted.embedding.models.tuned import LearnedFrom, read_held_out, read_learned_from
from tasted.embedding.models.verdicts import COSINE_MIN, read_verdict
from tasted.embedding.models.weights import find_model, fingerprint_of
from tasted.home.layout import Home
from tasted.training.merging import merge

LEARNED = LearnedFrom("pocket", "0" * 64, "lora", "2026-11-30", "1" * 64, ("a" * 64,))
LAYER = "vision_model.encoder.layers.4.self_attn.v_proj.weight"


def test_both_runtimes_load_it_and_agree(home: Home) -> None:
    """Recorded under its name, private, with other vectors than the model that it was made of."""
    pocket = find_model("pocket", models_file=home.models_file, home_root=home.root)
    torch.set_num_threads(1)
    torch.manual_seed(0)
    changes = {LAYER: 0.05 * torch.randn(160, 160)}
    merged = merge(home, pocket, changes, number=3, learned=LEARNED, held_out={"a" * 64: -0.5})

    assert merged.name == "tuned-3"
    assert merged.verdict.float32 is not None
    assert merged.verdict.float32 >= COSINE_MIN["float32"]
    found = find_model("tuned-3", models_file=home.models_file, home_root=home.root)
    assert read_verdict(found) == merged.verdict
    assert read_learned_from(found.folder) == LEARNED
    assert read_held_out(found.folder) == {"a" * 64: -0.5}
    one, other = (
        fingerprint_of(model, dtype_class="float32", views="any", preprocessing="any")
        for model in (pocket, found)
    )
    assert one != other
    files = [*found.folder.iterdir(), found.folder]
    assert all(file.stat().st_mode & 0o077 == 0 for file in files)
    assert not [file for file in files if file.suffix in {".bin", ".pt", ".pkl"}]
    assert [place.name for place in home.tuned_models.iterdir()] == ["tuned-3"]
