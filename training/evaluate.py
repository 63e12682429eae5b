"""Measure a trained model on what it has never seen: python -m training.evaluate --help.

`--photos` is the folder of the held-out photographs (tests/photos). The references of the few-shot
figures are held-out photographs too, so that no figure rests on a picture that was trained on.
Prints one JSON object; writes nothing.
"""

from __future__ import annotations

import argparse
import hashlib
import json
from pathlib import Path
from typing import Any

import torch
from PIL import Image

from training.embedder import Embedder
from training.measures import few_shot, fresh_scenes, spread, trait_order, word_order, zero_shot
from training.photographs import held_out_hashes
from training.pictures.phone import phone_screenshot
from training.pictures.scenes import PLACES
from training.words import GARMENTS


def load_held_out(folder: Path) -> dict[str, list[Image.Image]]:
    """Load the held-out photographs as RGB pictures, per garment."""
    return {
        garment: [
            Image.open(path).convert("RGB") for path in sorted((folder / garment).glob("*.jpg"))
        ]
        for garment in GARMENTS
    }


def load_trained_on(folder: Path) -> dict[str, list[Image.Image]]:
    """Load the other photographs of a folder as RGB pictures, per garment."""
    held_out = held_out_hashes()
    return {
        garment: [
            Image.open(path).convert("RGB")
            for path in sorted((folder / garment).glob("*.jpg"))
            if hashlib.sha256(path.read_bytes()).hexdigest() not in held_out
        ]
        for garment in GARMENTS
    }


def measure(folder: Path, photos: Path, references: Path | None = None) -> dict[str, Any]:
    """Measure a model folder on everything."""
    embedder = Embedder.open(folder)
    scenes, drawings = fresh_scenes(240)
    drawn = embedder.pictures(drawings)
    held_out = load_held_out(photos)
    plain = {name: embedder.pictures(pictures) for name, pictures in held_out.items()}
    phone = {
        name: embedder.pictures([phone_screenshot(one, seed=n) for n, one in enumerate(pictures)])
        for name, pictures in held_out.items()
    }
    framed = [phone_screenshot(one, seed=n) for n, one in enumerate(drawings[:80])]
    places = {
        place: drawn[torch.tensor([scene.place == place for scene in scenes])] for place in PLACES
    }
    result: dict[str, Any] = {
        "parameters": sum(one.numel() for one in embedder.model.parameters()),
        "drawings, zero-shot": zero_shot(embedder, scenes, drawn),
        "drawings on a phone, zero-shot": zero_shot(
            embedder, scenes[:80], embedder.pictures(framed)
        ),
        "photographs, 8 + 8 held-out references": few_shot(plain),
        "photographs on a phone, 8 + 8 held-out references": few_shot(phone),
        "words": word_order(embedder),
        "traits": trait_order(embedder, scenes, drawn),
        "cosines": spread({**plain, **places}),
    }
    if references:
        known = {name: embedder.pictures(one) for name, one in load_trained_on(references).items()}
        key = "10 + 10 references that were trained on"
        result[f"photographs, {key}"] = few_shot(plain, references=known, shots=10)
        result[f"photographs on a phone, {key}"] = few_shot(phone, references=known, shots=10)
    return result


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path, required=True, help="folder of the model's files")
    parser.add_argument("--photos", type=Path, required=True, help="folder of held-out photographs")
    parser.add_argument("--references", type=Path, help="folder of all photographs")
    options = parser.parse_args()
    print(json.dumps(measure(options.model, options.photos, options.references), indent=2))


if __name__ == "__main__":
    main()
