"""A preview shows the picture and holds nothing else of the file."""

import numpy as np
import pytest

from kit.pictures import corners, encoded, lying, noise, opened, solid
from tasted.decoding.pictures import Picture, decode
from tasted.decoding.previews import preview_of
from tasted.records import View
from tasted.terminal_review.plain_png import read_png

_SECRET = b"Alexandra, 51.5007 N"


def decoded(data: bytes) -> Picture:
    """Decode as the engine does."""
    return decode(data, name="a.png", max_pixels=10**7)


@pytest.mark.parametrize(
    ("side_max", "size"), [(320, (320, 160)), (1600, (640, 320)), (None, (640, 320))]
)
def test_a_preview_fits_and_is_never_enlarged(side_max: int | None, size: tuple[int, int]) -> None:
    """By its longer side."""
    preview = preview_of(decoded(noise(size=(640, 320))), view=None, side_max=side_max)
    assert (preview.width, preview.height) == size
    shown = opened(preview.data)
    assert (shown.format, shown.size) == ("JPEG", size)


@pytest.mark.parametrize(("as_png", "height"), [(False, 65_500), (True, 70_000)])
def test_a_page_of_many_screens_is_as_long_as_its_format_can_be(
    *, as_png: bool, height: int
) -> None:
    """Its whole size was refused, as if the machine were at fault."""
    picture = decoded(solid(size=(30, 70_000)))
    preview = preview_of(picture, view=None, side_max=None, as_png=as_png)
    assert preview.height == height
    assert opened(preview.data).size == (preview.width, height)


def test_a_terminal_gets_a_plain_png() -> None:
    """The very pixels, of any kind of picture, without a word more; `plain_png` decodes it."""
    for data in (noise(size=(200, 120)), solid(size=(9, 7)), lying(corners((80, 40)), 6)):
        preview = preview_of(decoded(data), view=None, side_max=160, as_png=True)
        assert preview.media_type == "image/png"
        rows = read_png(preview.data)
        assert (rows.width, rows.height) == (preview.width, preview.height)
        assert b"".join(rows.rows) == opened(preview.data).tobytes()
        assert not opened(preview.data).info


@pytest.mark.parametrize("side_max", [1, 3, None])
def test_any_shape_has_a_preview(side_max: int | None) -> None:
    """Also one of a single row."""
    preview = preview_of(decoded(solid(size=(900, 1))), view=None, side_max=side_max)
    assert opened(preview.data).size == (preview.width, preview.height)
    assert preview.height == 1


def test_nothing_of_the_file_is_in_it() -> None:
    """No Exif, comment, profile or thumbnail: where somebody was is nobody's business."""
    data = lying(corners((80, 40)), 6)
    data = data[:2] + b"\xff\xfe" + (2 + len(_SECRET)).to_bytes(2, "big") + _SECRET + data[2:]
    assert _SECRET in data
    preview = preview_of(decoded(data), view=None, side_max=None)
    assert _SECRET not in preview.data
    shown = opened(preview.data)
    assert not dict(shown.getexif())
    assert shown.info.keys() <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
    # upright, as the orientation said
    assert shown.size == (80, 40)


def test_a_view_is_cut_out() -> None:
    """In pixels of the original."""
    image = corners((90, 60))
    picture = decoded(encoded(image, "PNG"))
    preview = preview_of(picture, view=View("photo", (0, 0, 30, 20)), side_max=320)
    assert (preview.width, preview.height) == (30, 20)
    middle = np.asarray(opened(preview.data))[10, 15]
    assert middle[0] > 200
    assert middle[1:].max() < 60


def test_letters_keep_their_colours() -> None:
    """Red on white stays sharp: colours are kept for every pixel."""
    pixels = np.full((40, 40, 3), 255, np.uint8)
    pixels[:, 20] = (255, 0, 0)
    picture = Picture(pixels, decoded(solid(size=(40, 40))).facts)
    shown = np.asarray(opened(preview_of(picture, view=None, side_max=None).data)).astype(int)
    assert shown[20, 20, 0] - shown[20, 20, 1] > 150
    assert shown[20, 24, 1] > 230
