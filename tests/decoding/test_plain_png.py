"""PNG by libvips: the same pixels, the same facts and the same errors as by Pillow alone."""

import hashlib
import json
import subprocess
import sys
import threading
import warnings
import zlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image

from kit import mutations
from kit import pictures as kit
from tasted.decoding import containers, plain_png
from tasted.decoding.halving import halved
from tasted.decoding.pictures import decode
from tasted.errors import ItemError
from tasted.picture_formats import PNG_SIGNATURE

LIMIT = 1_000_000
PLAIN_MODES = ("RGB", "RGBA")
MODES = ("1", "L", "LA", "P", "RGB", "RGBA", "I;16")
ALONE = """
import hashlib, json, structlog, sys
sys.modules["pyvips"] = None
structlog.configure(logger_factory=structlog.ReturnLoggerFactory())
from tasted.decoding.pictures import decode
from tasted.errors import ItemError
for line in sys.stdin:
    try:
        picture = decode(
            bytes.fromhex(line), name="a.png", max_pixels=1_000_000, is_last_try=True
        )
        sketch = hashlib.sha256(picture.pixels).hexdigest()
        answer = [list(picture.pixels.shape), sketch, repr(picture.facts)]
    except ItemError as error:
        answer = [type(error).__name__, error.message, error.remedy]
    print(json.dumps(answer), flush=True)
"""
FIRST_OF_EACH = """
import sys, threading
files = [bytes.fromhex(line) for line in sys.stdin]
from tasted.decoding.pictures import decode
together = threading.Barrier(len(files))
def work(data):
    together.wait()
    shapes.append(decode(data, name="a", max_pixels=10_000).pixels.shape)
shapes = []
threads = [threading.Thread(target=work, args=(data,)) for data in files]
for thread in threads: thread.start()
for thread in threads: thread.join()
print(set(shapes), len(shapes))
"""
Answer = list[object]


class PillowAlone:
    """A Python that cannot load libvips, and decodes what it is given."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-c", ALONE],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def answer(self, data: bytes) -> Answer:
        """Return shape, digest and facts of the picture, or its error."""
        asked, answered = self._process.stdin, self._process.stdout
        assert asked is not None
        assert answered is not None
        asked.write(data.hex() + "\n")
        asked.flush()
        answer: Answer = json.loads(answered.readline())
        return answer

    def close(self) -> None:
        """End it."""
        self._process.communicate()


@pytest.fixture(scope="module")
def pillow() -> Iterator[PillowAlone]:
    """Decode by Pillow alone, in another process."""
    alone = PillowAlone()
    yield alone
    alone.close()


def answer(data: bytes) -> Answer:
    """Answer as `PillowAlone` does, with libvips."""
    try:
        picture = decode(data, name="a.png", max_pixels=LIMIT, is_last_try=True)
    except ItemError as error:
        return [type(error).__name__, error.message, error.remedy]
    assert picture.pixels.flags.c_contiguous
    assert picture.pixels.flags.writeable
    sketch = hashlib.sha256(picture.pixels).hexdigest()
    return [list(picture.pixels.shape), sketch, repr(picture.facts)]


@st.composite
def drawn(draw: st.DrawFn, modes: tuple[str, ...] = MODES) -> bytes:
    """Draw a PNG of any mode, size, compression and metadata."""
    mode = draw(st.sampled_from(modes))
    width, height = draw(st.integers(1, 70)), draw(st.integers(1, 70))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    levels = draw(st.sampled_from([2, 256]))
    noise = rng.integers(0, levels, (height, width, 4), np.uint8)
    if draw(st.booleans()):
        noise[..., 3] = 255
    image = _image(mode, noise)
    options: dict[str, object] = {"compress_level": draw(st.integers(0, 9))}
    if draw(st.booleans()):
        options["icc_profile"] = kit.display_p3_profile()
    if draw(st.booleans()):
        exif = Image.Exif()
        exif[0x0112] = draw(st.integers(0, 9))
        options["exif"] = exif.tobytes()
    if draw(st.booleans()) and mode in {"L", "RGB"}:
        options["transparency"] = 1 if mode == "L" else (1, 1, 1)
    data = kit.encoded(image, "PNG", **options)
    kinds = draw(st.lists(st.sampled_from(sorted(ANCILLARY)), unique=True, max_size=4))
    return with_chunks(data, [kit.chunk(kind, ANCILLARY[kind]) for kind in kinds])


ANCILLARY = {
    b"gAMA": (45455).to_bytes(4, "big"),
    b"sRGB": b"\0",
    b"cHRM": b"".join(
        value.to_bytes(4, "big")
        for value in (31270, 32900, 64000, 33000, 30000, 60000, 15000, 6000)
    ),
    b"pHYs": b"\0\0\x0b\x13\0\0\x0b\x13\1",
    b"sBIT": b"\5\6\5",
    b"bKGD": b"\0\1\0\2\0\3",
    b"tEXt": b"Software\0drawn",
    b"iDOT": b"\0\0\0\2\0\0\0\0\0\0\0\x20\0\0\0\x10\0\0\0\x20\0\0\0\x40\0\0\0\x30",
    b"cICP": b"\1\x0d\0\1",
}


def _image(mode: str, noise: NDArray[np.uint8]) -> Image.Image:
    if mode == "I;16":
        return Image.fromarray(noise[..., :2].copy().view(np.uint16)[..., 0])
    if mode == "P":
        return Image.fromarray(noise[..., :3]).quantize(16)
    if mode == "LA":
        return Image.fromarray(noise[..., 2:].copy())
    if mode in {"L", "1"}:
        return Image.fromarray(noise[..., 0].copy()).convert(mode)
    return Image.fromarray(noise[..., : len(mode)].copy())


def with_chunks(data: bytes, chunks: list[bytes]) -> bytes:
    """Put chunks behind the header of a PNG."""
    behind = len(PNG_SIGNATURE) + 25
    return data[:behind] + b"".join(chunks) + data[behind:]


def assert_alike(pillow: PillowAlone, data: bytes) -> None:
    """Libvips makes no difference, but where nothing is wrong but the sum of all rows.

    Pillow refuses some of these, by where its buffers end. A file that was damaged on its way has a
    wrong checksum of a chunk, too, and libvips refuses it for that.
    """
    ours, theirs = answer(data), pillow.answer(data)
    assert ours == theirs or only_the_sum_is_wrong(data)


def only_the_sum_is_wrong(data: bytes) -> bool:
    """Tell whether the rows of a PNG can be inflated to their end, where they do not add up."""
    chunks = containers.png_chunks(data, len(PNG_SIGNATURE))
    try:
        zlib.decompress(b"".join(content for kind, content, _sum in chunks if kind == b"IDAT"))
    except zlib.error as error:
        return "incorrect data check" in str(error)
    return False


@given(data=drawn())
@settings(max_examples=150, deadline=None)
def test_drawn_pictures_of_all_modes_are_the_same(pillow: PillowAlone, data: bytes) -> None:
    """With libvips and without, bit for bit."""
    assert answer(data) == pillow.answer(data)


@given(data=drawn(PLAIN_MODES))
@settings(max_examples=50, deadline=None)
def test_plain_pictures_are_decoded_by_libvips(data: bytes) -> None:
    """Or all that is compared here would be Pillow's on both sides."""
    if b"tRNS" in data:
        assert plain_png.pixels_of(data) is None
    else:
        assert plain_png.is_plain(data)
        assert plain_png.pixels_of(data) is not None


@given(data=drawn(PLAIN_MODES), plan=st.lists(mutations.changes, min_size=1, max_size=3))
@settings(max_examples=150, deadline=None)
def test_damaged_structure_is_answered_as_by_pillow(
    pillow: PillowAlone, data: bytes, plan: list[mutations.Change]
) -> None:
    """Numbers and pieces that are changed, with checksums that are right."""
    for change in plan:
        data = mutations.changed(data, mutations.png, change)
    assert_alike(pillow, mutations.with_png_checksums(data))


@given(
    data=drawn(PLAIN_MODES),
    place=st.floats(0, 1, exclude_max=True),
    value=st.integers(1, 255),
    mend=st.booleans(),
)
@settings(max_examples=150, deadline=None)
def test_a_damaged_byte_is_answered_as_by_pillow(
    pillow: PillowAlone, data: bytes, place: float, value: int, *, mend: bool
) -> None:
    """Any byte behind the signature, in the compressed rows most of all."""
    at = len(PNG_SIGNATURE) + int(place * (len(data) - len(PNG_SIGNATURE)))
    damaged = bytearray(data)
    damaged[at] ^= value
    if mend:
        assert_alike(pillow, mutations.with_png_checksums(bytes(damaged)))
    else:
        assert answer(bytes(damaged)) == pillow.answer(bytes(damaged))


@given(data=drawn(PLAIN_MODES), share=st.floats(0, 1), is_closed=st.booleans())
@settings(max_examples=100, deadline=None)
def test_a_cut_file_is_answered_as_by_pillow(
    pillow: PillowAlone, data: bytes, share: float, *, is_closed: bool
) -> None:
    """Wherever it ends, and where an end was put behind it nevertheless."""
    cut = data[: int(share * len(data))] + kit.chunk(b"IEND", b"") * is_closed
    assert answer(cut) == pillow.answer(cut)


@given(place=st.integers(0, 63), bit=st.integers(0, 7))
@settings(max_examples=30, deadline=None)
def test_damage_within_a_long_stream_is_answered_as_by_pillow(
    pillow: PillowAlone, place: int, bit: int
) -> None:
    """Rows in several chunks, with the checksum of the damaged one as it was."""
    data = bytearray(kit.noise("PNG", size=(240, 200)))
    data[100 + place * (len(data) - 120) // 64] ^= 1 << bit
    assert plain_png.is_plain(bytes(data))
    assert answer(bytes(data)) == pillow.answer(bytes(data))


@given(width=st.integers(1, 40), height=st.integers(1, 40), seed=st.integers(0, 2**32 - 1))
@settings(max_examples=60, deadline=None)
def test_halving_is_that_of_pillow(width: int, height: int, seed: int) -> None:
    """Odd sides included, bit for bit."""
    pixels = kit.noise_pixels(size=(width, height), seed=seed)
    assert np.array_equal(halved(pixels), np.asarray(Image.fromarray(pixels).reduce(2)))


@pytest.mark.parametrize(
    ("mode", "size"), [("RGB", (2048, 2049)), ("RGBA", (2051, 2050)), ("RGB", (4097, 4096))]
)
def test_large_pictures_are_reduced_as_by_pillow(mode: str, size: tuple[int, int]) -> None:
    """By two in numpy, and by more than that in Pillow."""
    noise = np.tile(kit.noise_pixels(size=(64, 64)), (70, 70, 1))[: size[1], : size[0]]
    image = Image.fromarray(noise).convert(mode)
    data = kit.encoded(image, "PNG", compress_level=1)
    ours = decode(data, name="a", max_pixels=10 * LIMIT * 2).pixels
    factor = 4 if min(size) == 4096 else 2
    assert np.array_equal(ours, np.asarray(image.convert("RGB").reduce(factor)))


def test_what_stands_behind_the_rows_is_read() -> None:
    """An orientation there still turns the picture: such a file is Pillow's."""
    exif = Image.Exif()
    exif[0x0112] = 6
    lying = kit.encoded(kit.corners((48, 24)), "PNG")
    end = lying.rindex(b"IEND") - 4
    data = lying[:end] + kit.chunk(b"eXIf", exif.tobytes()[6:]) + lying[end:]
    assert not plain_png.is_plain(data)
    assert decode(data, name="a", max_pixels=LIMIT).pixels.shape == (48, 24, 3)


def test_many_threads_decode_at_the_same_time() -> None:
    """All kinds at once, the first of each among them: pictures, errors and silence as alone."""
    kinds = ("PNG", "JPEG", "WEBP", "GIF", "TIFF", "BMP", "HEIF", "AVIF")
    files = [kit.noise(kind, size=(64, 40), seed=index) for index, kind in enumerate(kinds)]
    files += [kit.solid("JPEG", exif=b"Exif\0\0II*\0\x08\0\0\0\x20\0" + b"\1" * 9), files[0][:200]]
    alone = [answer(data) for data in files]
    together = threading.Barrier(6)

    def work(first: int) -> None:
        together.wait()
        for turn in range(30):
            index = (first + turn) % len(files)
            assert answer(files[index]) == alone[index]

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        with ThreadPoolExecutor(6) as pool:
            list(pool.map(work, range(6)))
    assert caught == []


def test_the_first_pictures_of_a_process_may_come_together() -> None:
    """No thread finds the decoder of a format half loaded."""
    kinds = ("WEBP", "AVIF", "TIFF", "BMP", "GIF", "JPEG", "PNG", "HEIF") * 2
    lines = "\n".join(kit.noise(kind).hex() for kind in kinds)
    done = subprocess.run(
        [sys.executable, "-c", FIRST_OF_EACH],
        input=lines,
        capture_output=True,
        text=True,
        check=True,
    )
    assert (done.stdout.strip(), done.stderr) == ("{(16, 24, 3)} 16", "")
