"""sentence-transformers as its manual says: a folder with a CLIP, and paths of pictures."""

import numpy as np
import torch
from marks import Run
from sentence_transformers import SentenceTransformer

BATCH = 32


def main() -> None:
    """Embed the files of a run, and store their vectors."""
    run = Run()
    torch.set_num_threads(run.threads)
    model = SentenceTransformer(str(run.model), device="cpu", local_files_only=True)
    run.mark("ready")

    def embed(files: list[str]) -> np.ndarray:
        return model.encode(files, batch_size=BATCH, normalize_embeddings=True)

    first = embed(run.files[:1])
    np.save(run.vectors_file, first)
    run.mark("first")
    np.save(run.vectors_file, np.concatenate([first, embed(run.files[1:])]))
    run.mark("last")
    run.report("sentence-transformers", "transformers", "torch", "pillow")


main()
