"""What was tried for speed and is not used: `python -m bench.peers.dead_ends --cache FOLDER`.

Prints processor time, which other work on the machine changes less than time on the clock. Touches
the cache folder of `bench.peers` and a temporary folder.
"""

import argparse
import io
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from bench.peers import machine
from bench.peers.figures import lowest_cosine, table
from tasted.embedding.models.folder import verify_folder
from tasted.embedding.runtimes.mapped_weights import MappedWeights
from tasted.embedding.runtimes.openvino_clip import read_clip_shape, vision_graph
from tasted.embedding.runtimes.picture_processor import read_processor
from tasted.native import libvips
from tasted.native.openvino import (
    CompiledModel,
    Model,
    compile_graph,
    has_native_bfloat16,
    openvino,
    operations,
)

_SIDE = 224
_TIMES = 8
_BATCHES = (1, 2, 4, 8, 16)
_GAP = 2.0


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--cache", type=Path)
    parser.add_argument("--compile", type=Path, nargs="+", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.compile:
        checkpoint, *folders = given.compile
        _compile_once(checkpoint, folders[0] if folders else None)
        return
    machine.keep_to(2)
    checkpoint = given.cache / "vit-b-32"
    file = min(given.cache.glob("corpus-*/phone-*.png"))
    print(f"{machine.described()}\n")
    compiled = compile_graph(_graph(checkpoint), precision="float32", threads=1)
    print(_batches(compiled), _compile_cache(checkpoint), _resizing(compiled, file), sep="\n\n")


def _graph(checkpoint: Path) -> Model:
    model = verify_folder(checkpoint)
    return vision_graph(read_clip_shape(model), MappedWeights(model), read_processor(model))


def _batches(compiled: CompiledModel) -> str:
    """Time the model over batches of several sizes."""
    pictures = np.random.default_rng(1).integers(0, 256, (16, _SIDE, _SIDE, 3), np.uint8)
    rows = []
    for count in _BATCHES:
        compiled(pictures[:count])
        spent = _core_ms(lambda count=count: compiled(pictures[:count])) / count
        rows.append((str(count), f"{spent:.1f}"))
    return table(("pictures at once", "model, core-ms a picture"), rows)


def _compile_cache(checkpoint: Path) -> str:
    """Compile with and without OpenVINO's cache of compiled models, each in a fresh process."""
    rows = []
    with tempfile.TemporaryDirectory(prefix="tasted-bench-") as folder:
        for name, arguments in (
            ("without a cache", []),
            ("cache, first start", [folder]),
            ("cache, later start", [folder]),
            ("without a cache", []),
            ("cache, later start", [folder]),
        ):
            command = [sys.executable, "-m", "bench.peers.dead_ends", "--compile", str(checkpoint)]
            done = subprocess.run(
                [*command, *arguments], check=True, capture_output=True, text=True
            )
            wall, spent = json.loads(done.stdout)
            size = sum(file.stat().st_size for file in Path(folder).rglob("*") if file.is_file())
            rows.append((name, f"{wall:.2f}", f"{spent:.2f}", f"{size / 1e6:.0f} MB"))
    return table(("compile and first picture", "s", "core-s", "on disk"), rows)


def _compile_once(checkpoint: Path, folder: Path | None) -> None:
    """Print what compiling and the first picture take, on the clock and of the processor."""
    graph = _graph(checkpoint)
    precision = "bf16" if has_native_bfloat16() else "f32"
    options = {"INFERENCE_PRECISION_HINT": precision, "INFERENCE_NUM_THREADS": 2}
    if folder is not None:
        options["CACHE_DIR"] = str(folder)
    wall, spent = time.perf_counter(), time.process_time()
    compiled = openvino.Core().compile_model(graph, "CPU", options)
    compiled(np.zeros((1, _SIDE, _SIDE, 3), np.uint8))
    print(json.dumps([time.perf_counter() - wall, time.process_time() - spent]))


def _resizing(compiled: CompiledModel, file: Path) -> str:
    """Make the middle square of a screenshot small in several ways, and compare the vectors."""
    picture = Image.open(io.BytesIO(file.read_bytes())).convert("RGB")
    width, height = picture.size
    top = (height - width) // 2
    square = picture.crop((0, top, width, top + width))
    size, bicubic = (_SIDE, _SIDE), Image.Resampling.BICUBIC
    interpolate = _interpolating(width)
    pixels = np.asarray(square)[None].copy()
    ways: dict[str, Callable[[], NDArray[np.uint8]]] = {
        "Pillow, as transformers": lambda: np.asarray(square.resize(size, bicubic))[None],
        "libvips, as tasted": lambda: libvips.resize(pixels[0], *size)[None],
        "Pillow, reducing_gap": lambda: np.asarray(square.resize(size, bicubic, reducing_gap=_GAP))[
            None
        ],
        "OpenVINO, bicubic_pillow": lambda: interpolate(pixels)[0],
    }
    exact = _unit(compiled(ways["Pillow, as transformers"]())[0])
    rows = []
    for name, way in ways.items():
        way()
        cosine = lowest_cosine(exact, _unit(compiled(np.ascontiguousarray(way()))[0]))
        rows.append((name, f"{_core_ms(way):.1f}", f"{cosine:.6f}"))
    return table((f"{width}² to {_SIDE}²", "core-ms", "cosine of the vectors"), rows)


def _interpolating(side: int) -> CompiledModel:
    pixels = operations.parameter([1, side, side, 3], np.uint8)
    target = operations.constant(np.array([_SIDE, _SIDE], np.int32))
    axes = operations.constant(np.array([1, 2], np.int32))
    smaller = operations.interpolate(
        pixels, target, mode="bicubic_pillow", shape_calculation_mode="sizes",
        pads_begin=[0, 0, 0, 0], pads_end=[0, 0, 0, 0], cube_coeff=-0.5, axes=axes,
    )  # fmt: skip
    return compile_graph(Model([smaller], [pixels]), precision="float32", threads=1)


def _unit(rows: NDArray[np.float32]) -> NDArray[np.float32]:
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def _core_ms(step: Callable[[], object]) -> float:
    """Return the median processor time of a step."""
    spent = []
    for _time in range(_TIMES):
        before = time.process_time()
        step()
        spent.append(time.process_time() - before)
    return 1000 * sorted(spent)[_TIMES // 2]


if __name__ == "__main__":
    main()
