"""fastembed with a folder that holds the model as ONNX; everything else as it comes."""

import numpy as np
from fastembed import ImageEmbedding
from marks import Run

# the name says which preparation and which file it looks for; the weights are those of the folder
MODEL = "Qdrant/clip-ViT-B-32-vision"


def main() -> None:
    """Embed the files of a run, and store their vectors."""
    run = Run()
    model = ImageEmbedding(
        MODEL, specific_model_path=str(run.model), threads=run.threads, local_files_only=True
    )
    run.mark("ready")
    first = np.stack(list(model.embed(run.files[:1])))
    np.save(run.vectors_file, first)
    run.mark("first")
    np.save(run.vectors_file, np.concatenate([first, np.stack(list(model.embed(run.files[1:])))]))
    run.mark("last")
    run.report("fastembed", "onnxruntime", "pillow")


main()
