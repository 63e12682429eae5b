"""Files whose structure is attacked: lengths, dimensions, offsets, types, order and number."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from kit import mutations, pictures
from kit.fuzzing import bounded, fuzzed
from tasted.decoding.pictures import decode
from tasted.errors import ItemError

LIMIT = 1_000_000

SAMPLES: dict[str, tuple[bytes, Callable[[bytes], mutations.Anatomy]]] = {
    "png": (pictures.noise("PNG"), mutations.png),
    "png_palette": (
        pictures.encoded(Image.new("P", (9, 9)), "PNG", transparency=b"\0\1"),
        mutations.png,
    ),
    "png_animated": (pictures.animated("PNG", 3), mutations.png),
    "png_profile": (
        pictures.solid("PNG", icc_profile=pictures.display_p3_profile(), dpi=(72, 72)),
        mutations.png,
    ),
    "jpeg": (pictures.noise("JPEG"), mutations.jpeg),
    "jpeg_exif": (pictures.lying(pictures.corners(), 6), mutations.jpeg),
    "jpeg_progressive": (
        pictures.encoded(pictures.corners(), "JPEG", progressive=True),
        mutations.jpeg,
    ),
    "jpeg_cmyk": (pictures.solid("JPEG", (9, 9, 9, 9), mode="CMYK"), mutations.jpeg),
    "mpo": (pictures.animated("MPO", 2), mutations.jpeg),
    "gif": (pictures.animated("GIF", 3), mutations.gif),
    "webp": (pictures.noise("WEBP"), mutations.webp),
    "webp_lossless": (pictures.solid("WEBP"), mutations.webp),
    "webp_animated": (pictures.animated("WEBP", 3), mutations.webp),
    "tiff": (pictures.noise("TIFF"), mutations.tiff),
    "tiff_lzw": (
        pictures.encoded(pictures.corners(), "TIFF", compression="tiff_lzw"),
        mutations.tiff,
    ),
    "tiff_pages": (pictures.animated("TIFF", 3), mutations.tiff),
    "heic": (pictures.noise("HEIF"), mutations.boxes),
    "avif": (pictures.noise("AVIF"), mutations.boxes),
}


@pytest.mark.parametrize("sample", SAMPLES)
def test_the_samples_are_sound_and_have_parts(sample: str) -> None:
    """What is attacked below decodes before, and its walk finds something to attack."""
    data, walk = SAMPLES[sample]
    assert decode(data, name="a", max_pixels=LIMIT).pixels.size
    found = walk(data)
    assert len(found.fields) > 5
    assert found.pieces


@pytest.mark.parametrize("sample", SAMPLES)
@given(plan=st.lists(mutations.changes, min_size=1, max_size=4), mend=st.booleans())
@fuzzed(40)
def test_attacked_structure_is_answered(
    sample: str, plan: list[mutations.Change], mend: bool
) -> None:
    """Whatever a number or a piece becomes, the answer is a picture within limits or an error."""
    data, walk = SAMPLES[sample]
    for change in plan:
        data = mutations.changed(data, walk, change)
    if mend and walk is mutations.png:
        data = mutations.with_png_checksums(data)
    with bounded(f"decode_{sample}", data):
        try:
            picture = decode(data, name="anna/1.png", max_pixels=LIMIT)
        except ItemError as error:
            assert "anna/1.png" in error.message  # noqa: PT017 - either end is right
            assert error.remedy  # noqa: PT017 - as above
            error.message.encode("utf-8")
            return
    height, width, bands = picture.pixels.shape
    assert bands == 3
    assert height * width <= LIMIT
    assert picture.facts.width * picture.facts.height <= LIMIT
    assert picture.facts.frames >= 1
