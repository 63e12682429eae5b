"""What the embedded model promises: small, safe, loads anywhere, knows what it was taught."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest
import torch
from safetensors import safe_open
from transformers import AutoModel, AutoProcessor, AutoTokenizer, CLIPModel, CLIPTokenizer

from tasted.embedding.pocket import FOLDER
from training.embedder import Embedder
from training.evaluate import load_held_out
from training.measures import (
    PAIRS,
    few_shot,
    fresh_scenes,
    spread,
    trait_order,
    word_order,
    zero_shot,
)
from training.photographs import held_out_hashes
from training.pictures.phone import phone_screenshot

PHOTOS = Path(__file__).parents[1] / "photos"
#: A little under the figures of the model's README, the phone's included.
FLOORS = {
    "shoes / t-shirts": {"mean": 0.94, "max": 0.92, "seed": 0.84},
    "hats / t-shirts": {"mean": 0.92, "max": 0.83, "seed": 0.63},
    "shoes / hats": {"mean": 0.82, "max": 0.77, "seed": 0.69},
}


@pytest.fixture(scope="module")
def embedder() -> Embedder:
    """Open the model once."""
    return Embedder.open(FOLDER)


@pytest.fixture(autouse=True)
def offline(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no test of this file ask the network."""
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")


def test_the_files_are_few_small_and_safe() -> None:
    """All files together are at most 6 MB, and none can hold code or a pickle."""
    files = [path for path in FOLDER.iterdir() if path.is_file()]
    assert sum(path.stat().st_size for path in files) <= 6_000_000
    assert {path.suffix for path in files} <= {".json", ".safetensors", ".md", ".py", ".txt"}


def test_the_weights_are_half_precision() -> None:
    """Every floating-point tensor is float16 and finite."""
    with safe_open(FOLDER / "model.safetensors", framework="pt") as weights:
        tensors = [weights.get_tensor(name) for name in weights.keys()]  # noqa: SIM118 - no mapping
    floats = [tensor for tensor in tensors if tensor.is_floating_point()]
    assert {tensor.dtype for tensor in floats} == {torch.float16}
    assert all(torch.isfinite(tensor).all() for tensor in floats)
    assert sum(tensor.numel() for tensor in floats) <= 3_000_000


def test_it_loads_through_every_door_of_transformers() -> None:
    """Clip's own classes and the automatic ones open the folder and agree."""
    assert isinstance(AutoModel.from_pretrained(FOLDER), CLIPModel)
    text = "A person who is adventurous, active"
    one = CLIPTokenizer.from_pretrained(FOLDER)(text)["input_ids"]
    assert AutoTokenizer.from_pretrained(FOLDER)(text)["input_ids"] == one
    processor = AutoProcessor.from_pretrained(FOLDER)
    pixels = processor(images=fresh_scenes(1)[1], return_tensors="pt")["pixel_values"]
    side = json.loads((FOLDER / "config.json").read_text())["vision_config"]["image_size"]
    assert pixels.shape == (1, 3, side, side)


def test_text_of_any_length_and_script_can_be_read(embedder: Embedder) -> None:
    """Empty, very long and foreign texts give unit vectors."""
    vectors = embedder.texts(["", "hiking " * 400, "Ich wandere gern 🏔️ 登山"])
    assert torch.allclose(vectors.norm(dim=1), torch.ones(3), atol=1e-4)


def test_held_out_photographs_are_the_ones_listed() -> None:
    """The photographs beside the tests are those whose hashes the training leaves out."""
    found = {hashlib.sha256(path.read_bytes()).hexdigest() for path in PHOTOS.glob("*/*.jpg")}
    assert found == held_out_hashes()
    assert len(found) == 44


def test_it_tells_unseen_drawings_by_a_sentence(embedder: Embedder) -> None:
    """A sentence finds the place of at least 95 % of drawings never seen, on a phone too."""
    scenes, drawings = fresh_scenes(80)
    assert zero_shot(embedder, scenes, embedder.pictures(drawings))["place"] >= 0.95
    framed = [phone_screenshot(one, seed=n) for n, one in enumerate(drawings[:24])]
    assert zero_shot(embedder, scenes[:24], embedder.pictures(framed))["place"] >= 0.95


@pytest.mark.parametrize("on_a_phone", [False, True])
def test_it_tells_unseen_photographs_by_a_few_references(
    embedder: Embedder, *, on_a_phone: bool
) -> None:
    """Eight unseen references a side rank other unseen photographs, by each of the scores."""
    held_out = {
        garment: [phone_screenshot(one, seed=n) for n, one in enumerate(pictures)]
        if on_a_phone
        else pictures
        for garment, pictures in load_held_out(PHOTOS).items()
    }
    areas = few_shot({name: embedder.pictures(pictures) for name, pictures in held_out.items()})
    assert set(areas) == {" / ".join(pair) for pair in PAIRS}
    for pair, floors in FLOORS.items():
        for score, floor in floors.items():
            assert areas[pair][score] >= floor, (pair, score, areas[pair])


def test_cosines_are_spread(embedder: Embedder) -> None:
    """Pictures of one subject are near each other and others far: 0.9 is not the default."""
    scenes, drawings = fresh_scenes(80)
    vectors = embedder.pictures(drawings)
    groups = {
        place: vectors[torch.tensor([scene.place == place for scene in scenes])]
        for place in sorted({scene.place for scene in scenes})
    }
    photographs = load_held_out(PHOTOS).items()
    found = spread({**groups, **{name: embedder.pictures(some) for name, some in photographs}})
    assert found["other subject"][1] < 0.3
    assert found["same subject"][1] > 0.55


def test_related_words_lie_together(embedder: Embedder) -> None:
    """Trail running is nearer to hiking than to cooking; so for every triple that is listed."""
    assert word_order(embedder)["wrong"] == []


def test_sentences_about_people_rank_pictures(embedder: Embedder) -> None:
    """An adventurous person is looked for on mountains and not in libraries, and so on."""
    scenes, drawings = fresh_scenes(80)
    areas = trait_order(embedder, scenes, embedder.pictures(drawings))
    assert min(areas.values()) > 0.9, areas
