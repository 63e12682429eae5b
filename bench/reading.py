"""Reading text by RapidOCR: what a screen takes, the lines found, and memory over many sizes.

Drawn screens of text in light and dark. Each is read three times in turn: as RapidOCR does it left
alone, by onnxruntime; as tasted does it by onnxruntime; and as tasted does it on this processor.
Memory is that of a process of its own, which reads pictures of 120 sizes.
"""

import multiprocessing
import statistics
import time
from collections import Counter
from collections.abc import Iterator
from multiprocessing.connection import Connection

import numpy as np
import psutil
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from bench.table import Row, megabytes
from tasted.reading.rapidocr import RapidOcr

SCREENS = 12
SIZES = 120
THREADS = 2
WIDTH, HEIGHT = 780, 1688
_LOOKS = (((24, 24, 28), (255, 255, 255)), ((238, 238, 240), (17, 18, 20)))
_NAME = "Maya, 29"
_SAID = (
    "I bake bread & play the cello.",
    "Berlin since 2016, born in Leeds",
    "Looking for someone who laughs",
    "at my puns (most of them bad).",
    "Hike every trail in the Alps",
    "Old maps, sourdough and jazz",
    "Markets, then a film at home",
    "Nurse at St. Mary's hospital",
    "Two dogs, no car, many plants",
    "Ask me about the winter of 2019",
)
_ROWS = 26
ROWS_FEW = 6


def measure() -> list[Row]:
    """Read twelve screens in three ways, then pictures of many sizes in two."""
    engines = {
        "as RapidOCR left alone": _with_own_limit(),
        "onnxruntime": RapidOcr(threads=THREADS, may_be_bfloat16=False),
        "as on this processor": RapidOcr(threads=THREADS),
    }
    seconds: dict[str, list[float]] = {name: [] for name in engines}
    found: dict[str, list[list[str]]] = {name: [] for name in engines}
    screens = [text_screen(number, WIDTH, HEIGHT) for number in range(SCREENS)]
    for engine in engines.values():
        engine.read(screens[0], ("en",))
    for screen in screens:
        for name, engine in engines.items():
            started = time.perf_counter()
            lines = engine.read(screen, ("en",))
            seconds[name].append(time.perf_counter() - started)
            found[name].append(sorted(line.text for line in lines))
    first = next(iter(engines))
    rows = []
    for name in engines:
        pairs = list(zip(found[first], found[name], strict=True))
        same = sum(before == after for before, after in pairs)
        tight = sum(_tight(before) == _tight(after) for before, after in pairs)
        wrong = sum(
            (Counter(lines_of(number)) - Counter(read)).total()
            for number, read in enumerate(found[name])
        )
        ratio = statistics.median(seconds[name]) / statistics.median(seconds[first])
        rows.append(
            Row(
                f"a screen of {_ROWS + 1} lines, {name}",
                f"{statistics.median(seconds[name]):.2f} s",
                f"median of {SCREENS}; {ratio:.2f} of the first; same lines in {same}, but for "
                f"spaces in {tight}; {wrong} of {SCREENS * (_ROWS + 1)} lines not as drawn",
            )
        )
    return rows + [_memory(may_be_bfloat16=which) for which in (False, True)]


def _with_own_limit() -> RapidOcr:
    engine = RapidOcr(threads=THREADS, may_be_bfloat16=False)
    engine._engine.cfg.Det.limit_type = "min"  # noqa: SLF001
    engine._engine.cfg.Det.limit_side_len = 736  # noqa: SLF001
    engine._engine.cfg.Rec.rec_batch_num = 6  # noqa: SLF001
    return engine


def _tight(lines: list[str]) -> list[str]:
    return sorted("".join(line.split()) for line in lines)


def lines_of(number: int, *, rows: int = _ROWS) -> list[str]:
    """Return what is written on a screen, from its top."""
    return [_NAME, *(_SAID[(row + number) % len(_SAID)] for row in range(rows))]


def text_screen(number: int, width: int, height: int, *, rows: int = _ROWS) -> NDArray[np.uint8]:
    """Draw a screen of some rows of text, (height, width, 3), in light or in dark."""
    ink, paper = _LOOKS[number % 2]
    image = Image.new("RGB", (width, height), paper)
    draw = ImageDraw.Draw(image)
    name, *others = lines_of(number, rows=rows)
    draw.text((40, 60), name, fill=ink, font=ImageFont.load_default(60))
    font = ImageFont.load_default(30 + number // 2)
    for row, words in enumerate(others):
        draw.text((40, 180 + 56 * row), words, fill=ink, font=font)
    return np.array(image)


def sizes() -> Iterator[tuple[int, int]]:
    """Yield the width and height of each of the many sizes."""
    random = np.random.default_rng(5)
    for _size in range(SIZES):
        width, height = random.integers((500, 600), (1500, 2600))
        yield int(width), int(height)


def _memory(*, may_be_bfloat16: bool) -> Row:
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_read_many, args=(theirs, may_be_bfloat16))
    process.start()
    early, peak = ours.recv()
    process.join()
    name = "as on this processor" if may_be_bfloat16 else "onnxruntime"
    return Row(
        f"a process that read {SIZES} sizes, {name}",
        megabytes(peak),
        f"the most; {megabytes(early)} in the first {SIZES // 6}",
    )


def _read_many(answers: Connection, may_be_bfloat16: bool) -> None:
    engine = RapidOcr(threads=THREADS, may_be_bfloat16=may_be_bfloat16)
    itself = psutil.Process()
    resident = []
    for number, (width, height) in enumerate(sizes()):
        engine.read(text_screen(number, width, height, rows=ROWS_FEW), ("en",))
        resident.append(itself.memory_info().rss)
    answers.send((max(resident[: SIZES // 6]), max(resident)))
