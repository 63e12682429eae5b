"""What the steps of one picture cost by themselves, in a process that does nothing else.

`python -m bench.peers.alone HOME STARTED FILE...` opens the model of a home as the engine does,
then decodes and embeds the middle square of each file; STARTED is the monotonic time of the start.
Prints JSON. Touches no file but those that it reads.
"""

import json
import os
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import tasted.engine.serving  # noqa: F401 - what the engine imports is part of the measure
from tasted.config import load_settings
from tasted.decoding.pictures import decode
from tasted.decoding.views import crops, find_views
from tasted.embedding.models.weights import find_model
from tasted.engine.model_opening import load_embedder
from tasted.home.layout import Home

_TIMES = 3


def main(home_folder: str, started: str, *files: str) -> None:
    """Print how long the start took, and the medians of decoding and of the model."""
    home = Home(Path(home_folder))
    settings = load_settings(home, environment=os.environ).settings
    model = find_model(settings.embedder.model, models_file=home.models_file, home_root=home.root)
    embedder = load_embedder(model, settings)
    ready = time.monotonic() - float(started)
    steps: dict[str, list[tuple[float, float]]] = {"decode": [], "forward": []}
    for _time in range(_TIMES):
        for file in map(Path, files):
            data = file.read_bytes()
            picture = _timed(
                steps["decode"],
                lambda data=data, file=file: decode(
                    data, name=file.name, max_pixels=settings.limits.max_pixels
                ),
            )
            size = {"width": picture.facts.width, "height": picture.facts.height}
            views = find_views("center", picture.pixels, **size)
            regions = crops(picture.pixels, views, **size)
            _timed(steps["forward"], lambda regions=regions: embedder.embed_pictures(regions))
    # the first of each warms up
    measured: dict[str, Any] = {"ready_seconds": ready}
    for step, taken in steps.items():
        wall, processor = zip(*taken[1:], strict=True)
        measured[f"{step}_seconds"] = statistics.median(wall)
        measured[f"{step}_core_seconds"] = statistics.fmean(processor)
    print(json.dumps(measured))


def _timed(taken: list[tuple[float, float]], step: Callable[[], Any]) -> Any:
    wall, processor = time.perf_counter(), time.process_time()
    result = step()
    taken.append((time.perf_counter() - wall, time.process_time() - processor))
    return result


if __name__ == "__main__":
    main(*sys.argv[1:])
