"""libvips decodes PNG as Pillow does, resizes as it was chosen for, and opens nothing else."""

import ast
import os
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import tasted
from kit import pictures
from tasted.native import libvips

PACKAGE = Path(tasted.__file__).parent
# a module of that name that cannot be imported
WITHOUT = """
import sys
sys.modules["pyvips"] = None
from tasted.native import libvips
print(libvips.missing())
"""
ODD_PROFILE = """
import zlib
from kit.pictures import chunk, display_p3_profile, png
from tasted.native import libvips
profile = bytearray(display_p3_profile())
profile[64:68] = b"what"
named = chunk(b"iCCP", b"ICC Pro\\xf0ile\\0\\0" + zlib.compress(bytes(profile)))
rows = chunk(b"IDAT", zlib.compress(bytes(8 * (1 + 8 * 3))))
print(libvips.png_pixels(png(8, 8, named, rows, colour_type=2)).shape)
"""
OTHER_LOADERS = """
import sys
from kit import pictures
from tasted.native import libvips
assert libvips.missing() is None
import pyvips
for kind, name in (("jpeg", "JPEG"), ("gif", "GIF"), ("webp", "WEBP"), ("tiff", "TIFF")):
    try:
        getattr(pyvips.Image, kind + "load_buffer")(pictures.solid(name))
    except pyvips.Error as error:
        print(kind, "operation is blocked" in str(error))
"""


def run(code: str) -> str:
    """Run code in a Python of its own and return what it prints."""
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent)},
    )
    assert not done.stderr
    return done.stdout


def test_what_libvips_says_about_a_file_is_not_printed() -> None:
    """It quotes names from the file, which need not be UTF-8; each such line was a traceback."""
    assert run(ODD_PROFILE) == "(8, 8, 3)\n"


def test_only_its_door_imports_it() -> None:
    """No other module of the package names pyvips in an import."""
    importing = set()
    for module in sorted(PACKAGE.rglob("*.py")):
        for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            if any(name.partition(".")[0] == "pyvips" for name in names):
                importing.add(str(module.relative_to(PACKAGE)))
    assert importing == {"native/libvips.py"}


def test_no_other_loader_is_open() -> None:
    """What a file claims to be decides nothing: all loaders but the one for PNG are blocked."""
    assert run(OTHER_LOADERS).split() == [
        "jpeg",
        "True",
        "gif",
        "True",
        "webp",
        "True",
        "tiff",
        "True",
    ]


def test_without_libvips_it_says_why() -> None:
    """A machine without it is told so in words, and no import fails."""
    assert run(WITHOUT).startswith("libvips cannot be loaded (")


def test_it_can_be_asked_from_outside() -> None:
    """As the doctor does, whose own process loads no native library: nothing to say is well."""
    done = subprocess.run(
        [sys.executable, "-I", "-m", "tasted.native.libvips"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert (done.stdout, done.stderr) == ("", "")


@pytest.mark.parametrize("mode", ["L", "LA", "RGB", "RGBA"])
@pytest.mark.parametrize("size", [(1, 1), (37, 16), (16, 37), (300, 1)])
def test_png_pixels_are_those_of_pillow(mode: str, size: tuple[int, int]) -> None:
    """Strips are put together without a seam, whatever the height."""
    bands = len(mode)
    noise = np.random.default_rng(1).integers(0, 256, (size[1], size[0], bands), np.uint8)
    data = pictures.encoded(Image.fromarray(noise.squeeze(2) if bands == 1 else noise), "PNG")
    assert np.array_equal(libvips.png_pixels(data), noise)


@pytest.mark.parametrize("size", [(1, 1), (37, 16), (16, 37), (301, 3)])
def test_an_opaque_alpha_is_left_out(size: tuple[int, int]) -> None:
    """Wherever its rows fall, and all of it is kept where the last pixel alone is not opaque."""
    noise = np.random.default_rng(1).integers(0, 256, (size[1], size[0], 4), np.uint8)
    noise[..., 3] = 255
    opaque = libvips.png_pixels(pictures.encoded(Image.fromarray(noise), "PNG"))
    assert np.array_equal(opaque, noise[..., :3])
    noise[-1, -1, 3] = 254
    assert np.array_equal(
        libvips.png_pixels(pictures.encoded(Image.fromarray(noise), "PNG")), noise
    )


def test_damage_is_an_error_of_its_own() -> None:
    """A cut file, no PNG at all, and nothing."""
    whole = pictures.noise("PNG", size=(200, 100))
    for data in (whole[: len(whole) // 2], pictures.noise("JPEG"), b"", whole[:8]):
        with pytest.raises(libvips.LibvipsError, match=r"\w"):
            libvips.png_pixels(data)


@pytest.mark.parametrize("size", [(1170, 1170), (900, 300), (100, 400), (50, 60), (1, 1)])
def test_resize_is_near_to_pillow(size: tuple[int, int]) -> None:
    """It averages over all that a pixel covers, as Pillow's bicubic does."""
    grain = Image.fromarray(pictures.noise_pixels(size=(24, 24))).resize(size)
    pixels = np.asarray(grain)
    ours = libvips.resize(pixels, 224, 224)
    theirs = np.asarray(grain.resize((224, 224), Image.Resampling.BICUBIC))
    assert ours.shape == (224, 224, 3)
    assert np.abs(ours.astype(int) - theirs).mean() < 0.5


@pytest.mark.parametrize(
    "part",
    [
        np.s_[20:120, 50:150],
        np.s_[:100, :100],
        np.s_[100:, 200:],
        np.s_[50:150],
        np.s_[:, 30:],
        np.s_[199:, 299:],
        np.s_[::2, 10:100],
        np.s_[::-1, ::-1],
        np.s_[20:120, 50:150, ::-1],
        np.s_[20:120, 50:150, :2],
    ],
)
@pytest.mark.parametrize("size", [(40, 30), (400, 300)])
def test_a_part_of_a_picture_is_resized_as_by_itself(
    part: tuple[slice, ...], size: tuple[int, int]
) -> None:
    """An array that is a part of another need not lie in one piece, and nothing around it shows."""
    width, height = size
    for pixels in (pictures.noise_pixels(size=(300, 200)), _read_only(size=(300, 200))):
        found = libvips.resize(pixels[part], width, height)
        assert np.array_equal(found, libvips.resize(pixels[part].copy(), width, height))


@pytest.mark.parametrize("begins", [1, 3, 150])
def test_a_view_that_was_not_cut_is_resized_as_it_is(begins: int) -> None:
    """It has the strides of a part, and begins amid a pixel or a row."""
    pixels = pictures.noise_pixels(size=(50, 40))
    count = 39 * 50 * 3
    view = pixels.reshape(-1)[begins : begins + count].reshape(39, 50, 3)
    assert np.array_equal(libvips.resize(view, 20, 20), libvips.resize(view.copy(), 20, 20))


def _read_only(size: tuple[int, int]) -> np.ndarray:
    pixels = pictures.noise_pixels(size=size)
    return np.frombuffer(pixels.tobytes(), np.uint8).reshape(pixels.shape)


def test_it_computes_in_the_calling_thread() -> None:
    """No thread of a pool is left behind, which would work at another urgency."""
    tasks = Path("/proc/self/task")
    if not tasks.exists():
        pytest.skip("threads are counted in /proc")
    libvips.missing()
    before = {task.name for task in tasks.iterdir()}
    libvips.resize(libvips.png_pixels(pictures.noise("PNG", size=(400, 400))), 30, 30)
    assert {task.name for task in tasks.iterdir()} <= before


def test_many_threads_at_once_get_their_own_pictures() -> None:
    """Nothing is shared between calls."""
    sizes = [(90 + index, 70) for index in range(8)]
    wanted = [pictures.noise_pixels(size=size, seed=index) for index, size in enumerate(sizes)]
    files = [pictures.encoded(Image.fromarray(pixels), "PNG") for pixels in wanted]
    together = threading.Barrier(8)

    def decoded(index: int) -> bool:
        together.wait()
        return all(
            np.array_equal(libvips.png_pixels(files[index]), wanted[index]) for _ in range(20)
        )

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(decoded, range(8)))
