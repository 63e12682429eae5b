"""rclip, which indexes folders into SQLite: the first file's, then that of the others.

It reads its one model from its own data folder. Ours takes 224 pixels where its own takes 256,
which is a constant of rclip's; its threads are as many as there are processors.
"""

import os
import shutil
from pathlib import Path

import numpy as np
import rclip.utils.preprocess
from marks import Run
from rclip.main import init_rclip

SIDE = 224
BATCH = 8
"""rclip's default."""


def main() -> None:
    """Index the files of a run."""
    run = Run()
    os.environ["RCLIP_DATADIR"] = str(run.work)
    shutil.copytree(run.model, run.work, copy_function=os.link, dirs_exist_ok=True)
    rclip.utils.preprocess.IMAGE_SIZE = SIDE
    folders = [run.work / "first", run.work / "others"]
    for folder, files in zip(folders, (run.files[:1], run.files[1:]), strict=True):
        folder.mkdir()
        for file in files:
            os.link(file, folder / Path(file).name)
    index, model, database = init_rclip(str(folders[0]), BATCH)
    run.mark("first")
    index.ensure_index(str(folders[1]))
    run.mark("last")
    stored = {
        Path(image["filepath"]).name: np.frombuffer(image["vector"], np.float32)
        for folder in folders
        for image in database.get_image_vectors_by_dir_path(str(folder))
    }
    np.save(run.vectors_file, np.stack([stored[Path(file).name] for file in run.files]))
    index.close()
    model.close()
    database.close()
    run.report("rclip", "onnxruntime", "pillow")


main()
