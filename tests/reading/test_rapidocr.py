"""RapidOCR on drawn profiles: every letter that a person wrote, nothing of the app."""

import importlib
import importlib.util
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import ImageFont

from kit.environments import bare
from kit.profiles import HEIGHT, WIDTH, Layout, Mode, Spoken, draw_profile
from tasted.native import openvino
from tasted.reading.layout import read_layout
from tasted.reading.ocr import OcrEngine, ReadingFailed
from tasted.reading.rapidocr import RapidOcr

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("rapidocr") is None, reason="the extra `ocr` is not installed"
)

MAYA = Spoken(
    "Maya",
    29,
    (
        "A life goal of mine",
        "Hike every trail in the Alps",
        "I geek out on",
        "Old maps, sourdough and jazz",
        "Typical Sunday",
        "Markets, then a film at home",
    ),
)
ANNE = Spoken(
    "Anne-Marie",
    34,
    (
        "Nurse at St. Mary's hospital",
        "Berlin since 2016, born in Leeds",
        "I bake bread & play the cello.",
        "Looking for someone who laughs",
        "at my puns (most of them bad).",
    ),
)
CHLOE = Spoken(
    "Chloé",
    41,
    ("São Paulo, then Zürich", "Cafés, no clichés"),
    font="DejaVuSans.ttf",
)
WIDTHS = (330, 384, 385, 448)
PROFILES: list[tuple[Spoken, Layout, Mode]] = [
    (MAYA, "photo", "dark"),
    (MAYA, "prompts", "light"),
    (ANNE, "prompts", "dark"),
    (ANNE, "list", "light"),
]


@pytest.fixture(scope="module")
def engine() -> OcrEngine:
    """One engine for all pictures: its models take a second to load."""
    return RapidOcr(threads=1)


def _distance(left: str, right: str) -> int:
    """Levenshtein's."""
    before = list(range(len(right) + 1))
    for row, letter in enumerate(left, 1):
        now = [row]
        for column, other in enumerate(right, 1):
            changed = before[column - 1] + (letter != other)
            now.append(min(before[column] + 1, now[-1] + 1, changed))
        before = now
    return before[-1]


@pytest.mark.parametrize(("spoken", "layout", "mode"), PROFILES)
def test_a_profile_is_read_to_the_letter(
    engine: OcrEngine, spoken: Spoken, layout: Layout, mode: Mode
) -> None:
    """At most one letter in a hundred is wrong, no line is lost, and the app is gone."""
    drawn = draw_profile(spoken, layout, mode)
    profile = read_layout(engine.read(drawn.pixels, ("en",)), aspect=WIDTH / HEIGHT)
    read = (profile.bio or "").split("\n")
    wanted = "\n".join(spoken.bio)
    assert (profile.name, profile.age) == (spoken.name, spoken.age)
    assert len(read) == len(spoken.bio)
    assert _distance(profile.bio or "", wanted) <= 0.01 * len(wanted)
    assert {line.text for line in profile.facts} == set(drawn.facts)
    assert {line.text for line in profile.dropped} == set(drawn.chrome)


def test_both_precisions_read_the_same_words() -> None:
    """By onnxruntime as by OpenVINO in bfloat16; a processor without it reads twice alike."""
    drawn = draw_profile(ANNE, "list", "dark")
    engines = (RapidOcr(threads=1), RapidOcr(threads=1, may_be_bfloat16=False))
    read = [{line.text for line in engine.read(drawn.pixels, ())} for engine in engines]
    assert read[0] == read[1]
    assert set(ANNE.bio) <= read[0]


@pytest.mark.parametrize("changed", ["FileInfo", "InferSession"])
def test_a_rapidocr_with_other_private_names_still_reads(
    changed: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What bfloat16 needs of it is not promised: without that it reads with onnxruntime."""
    drawn = draw_profile(MAYA, "list", "light")
    # Its own modules take these names while they are imported: only ours may miss them.
    importlib.import_module("rapidocr.main")
    importlib.import_module("rapidocr.inference_engine.onnxruntime")
    monkeypatch.delattr(f"rapidocr.inference_engine.base.{changed}")
    read = {line.text for line in RapidOcr(threads=1).read(drawn.pixels, ())}
    assert set(MAYA.bio) <= read


@pytest.mark.skipif(
    not openvino.has_native_bfloat16(), reason="this processor does not compute in bfloat16"
)
def test_lines_of_many_widths_share_kernels() -> None:
    """They are filled up to a multiple of 64 columns, and read as far as that."""
    engine = RapidOcr(threads=1)
    engine.read(draw_profile(MAYA, "list", "light").pixels, ())
    recognise = engine._engine.text_rec.session
    steps = {width: recognise(np.zeros((1, 3, 48, width), np.float32)).shape[1] for width in WIDTHS}
    assert steps[330] == steps[384]
    assert steps[384] < steps[385] == steps[448]


def test_accents_survive(engine: OcrEngine) -> None:
    """The bundled model knows the letters of Western Europe."""
    try:
        ImageFont.truetype(CHLOE.font, 30)
    except OSError:
        pytest.skip("DejaVu is not installed, and Pillow's own letters have no accents")
    drawn = draw_profile(CHLOE, "list", "light")
    profile = read_layout(engine.read(drawn.pixels, ()), aspect=WIDTH / HEIGHT)
    assert (profile.name, profile.age) == (CHLOE.name, CHLOE.age)
    assert profile.bio == "\n".join(CHLOE.bio)


@pytest.mark.parametrize("size", [(1, 1), (3, 900)])
def test_pictures_without_text_have_none(engine: OcrEngine, size: tuple[int, int]) -> None:
    """Blank pictures of any shape."""
    assert engine.read(np.full((*size, 3), 200, dtype=np.uint8), ()) == []


def test_what_the_engine_raises_becomes_one_error(engine: OcrEngine) -> None:
    """Whatever OpenCV says about a picture that is none."""
    with pytest.raises(ReadingFailed, match="RapidOCR failed"):
        engine.read(np.empty((0, 0, 3), dtype=np.uint8), ())


def test_it_reads_without_a_network_and_tells_nobody(tmp_path: Path) -> None:
    """The models come with the package: a process that may open no socket reads a line.

    What onnxruntime would tell its maker it would first write into the user's folder.
    """
    code = (
        "import numpy as np; from tasted.reading.rapidocr import RapidOcr;"
        "from kit.profiles import *;"
        "page = draw_profile(Spoken('Maya', 29, ('Tea and maps',)), 'list', 'light').pixels;"
        "print([line.text for line in RapidOcr(threads=1).read(page, ())])"
    )
    tests = Path(__file__).parent.parent
    ended = subprocess.run(
        [sys.executable, tests / "kit" / "no_network.py", sys.executable, "-c", code],
        env=bare(PYTHONPATH=str(tests), HOME=str(tmp_path)),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert "'Tea and maps'" in ended.stdout, ended.stderr
    assert [file for file in tmp_path.rglob("*") if file.is_file()] == []
