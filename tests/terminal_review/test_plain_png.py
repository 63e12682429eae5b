"""Small PNG files, decoded without a library; anything else is refused."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from kit.fuzzing import bounded, fuzzed
from kit.pictures import noise, noise_pixels, png, png_bomb
from tasted.terminal_review.plain_png import SIDE_MAX, NotDrawable, read_png


def _encoded(image: Image.Image, **options: object) -> bytes:
    stream = io.BytesIO()
    image.save(stream, "PNG", **options)
    return stream.getvalue()


@pytest.mark.parametrize("size", [(1, 1), (7, 3), (64, 90)])
def test_pixels_are_what_pillow_wrote(size: tuple[int, int]) -> None:
    """With every filter that its encoder chooses: noise, a gradient, one colour."""
    gradient = Image.linear_gradient("L").resize(size).convert("RGB")
    for image in (
        Image.fromarray(noise_pixels(size=size)),
        gradient,
        Image.new("RGB", size, (9, 8, 7)),
    ):
        found = read_png(_encoded(image, optimize=True))
        assert (found.width, found.height) == size
        assert b"".join(found.rows) == image.tobytes()
        assert found.pixel(size[0] - 1, size[1] - 1) == image.getpixel((size[0] - 1, size[1] - 1))


@pytest.mark.parametrize("mode", ["L", "RGBA", "P", "1", "I;16"])
def test_other_kinds_are_refused(mode: str) -> None:
    """The engine writes none of them."""
    with pytest.raises(NotDrawable):
        read_png(_encoded(Image.new(mode, (4, 4))))


def test_nothing_large_is_decoded() -> None:
    """Neither a large picture nor a small one with too many pixels in it."""
    for data in (png_bomb(), _encoded(Image.new("RGB", (SIDE_MAX + 1, 1))), png(3, 3), b"", b"GIF"):
        with pytest.raises(NotDrawable):
            read_png(data)


@given(st.data())
@fuzzed(300)
def test_damage_is_refused_or_harmless(data: st.DataObject) -> None:
    """A flipped bit changes a pixel at most; it never hangs, and raises nothing else."""
    whole = bytearray(noise(size=(9, 5)))
    at = data.draw(st.integers(0, len(whole) - 1))
    whole[at] ^= 1 << data.draw(st.integers(0, 7))
    if data.draw(st.booleans()):
        del whole[data.draw(st.integers(0, len(whole))) :]
    with bounded("png", bytes(whole)):
        try:
            found = read_png(bytes(whole))
        except NotDrawable:
            return
    assert all(len(row) == 3 * found.width for row in found.rows)
