"""The loop that everybody writes first: transformers, Pillow, eight pictures at a time."""

import numpy as np
import torch
from marks import Run
from PIL import Image
from transformers import CLIPModel, CLIPProcessor

BATCH = 8


def main() -> None:
    """Embed the files of a run, and store their vectors."""
    run = Run()
    torch.set_num_threads(run.threads)
    model = CLIPModel.from_pretrained(run.model).eval()
    processor = CLIPProcessor.from_pretrained(run.model)
    run.mark("ready")

    @torch.inference_mode()
    def embed(files: list[str]) -> np.ndarray:
        pictures = [Image.open(file) for file in files]
        inputs = processor(images=pictures, return_tensors="pt")
        features = model.get_image_features(**inputs)
        rows = getattr(features, "pooler_output", features)
        return (rows / rows.norm(dim=-1, keepdim=True)).numpy()

    stored = [embed(run.files[:1])]
    np.save(run.vectors_file, stored[0])
    run.mark("first")
    starts = range(1, len(run.files), BATCH)
    stored += [embed(run.files[start : start + BATCH]) for start in starts]
    np.save(run.vectors_file, np.concatenate(stored))
    run.mark("last")
    run.report("transformers", "torch", "pillow")


main()
