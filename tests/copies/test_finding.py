"""Which references are one picture: copies of every kind, and other people in the same app."""

import io
from collections.abc import Callable, Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image, ImageOps

from kit.screens import LAYOUTS, drawn_screen, photographs
from tasted.copies.alignment import Sketch, fit
from tasted.copies.finding import Copies, CopyFinder, Pictured
from tasted.copies.perceptual_hash import LENGTH, LEVELS, perceptual_hash
from tasted.decoding.pictures import Picture
from tasted.decoding.views import find_views
from tasted.engine.embed_and_read import view_hashes
from tasted.library.embedded import ViewHashes
from tasted.records import PictureFacts

ALIKE = np.eye(4, dtype=np.float32)[:1]
"""One vector for all: what differs is seen in the pixels alone."""


def hashes_of(pixels: NDArray[np.uint8]) -> ViewHashes:
    """Return the hashes of the views of a picture."""
    height, width = pixels.shape[:2]
    views = find_views("auto", pixels, width=width, height=height)
    return view_hashes(Picture(pixels, PictureFacts(width, height, "PNG")), views)


def pictured(key: str, hashes: ViewHashes | None, vector: NDArray[np.float32] = ALIKE) -> Pictured:
    """Return a reference whose views all have one vector."""
    count = len(hashes.are_photos) if hashes is not None else 1
    return Pictured(key, np.repeat(vector, count, axis=0), hashes)


def found(*hashes: ViewHashes | None) -> Copies:
    """Return what pictures with equal vectors are to each other."""
    return CopyFinder().find(
        [pictured(str(number), picture_hashes) for number, picture_hashes in enumerate(hashes)]
    )


def page(photo: Image.Image, *, scrolled: int = 0, width: int = 1074) -> NDArray[np.uint8]:
    """Draw a screen with one photograph, as wide as asked, and lines of text."""
    screen = drawn_screen("one", "light", photos=[photo])
    screen.draw.rectangle((0, 141, 1170, 2292), fill=screen.look.paper)
    part = ImageOps.fit(photo, (width, round(1.2 * width)))
    screen.image.paste(part, (48, 260 - scrolled))
    screen.words(60, 1700 - scrolled, 4)
    screen.draw.rectangle((0, 0, 1170, 141), fill=screen.look.paper)
    return screen.pixels


def messenger(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Scale a picture down and compress it, as a messenger does."""
    image = Image.fromarray(pixels)
    small = image.resize((round(0.6 * image.width), round(0.6 * image.height)))
    stream = io.BytesIO()
    small.save(stream, "JPEG", quality=60)
    return np.array(Image.open(stream).convert("RGB"))


def cropped(photo: Image.Image) -> NDArray[np.uint8]:
    """Cut the edges off a photograph, not alike on all sides."""
    width, height = photo.size
    box = (0.05 * width, 0.1 * height, 0.9 * width, 0.95 * height)
    return np.array(photo.crop((round(box[0]), round(box[1]), round(box[2]), round(box[3]))))


COPIES: dict[str, Callable[[Image.Image], NDArray[np.uint8]]] = {
    "messenger": lambda photo: messenger(page(photo)),
    "scrolled": lambda photo: page(photo, scrolled=325),
    "cropped": cropped,
    "another screen": lambda photo: page(photo, width=760),
}


@pytest.mark.parametrize("how", list(COPIES))
def test_a_copy_is_found(how: str) -> None:
    """However it was kept again, of nearly all photographs; and no other is taken for one."""
    photos = photographs()[::4]
    originals = [hashes_of(page(photo)) for photo in photos]
    again = [hashes_of(COPIES[how](photo)) for photo in photos]
    are_found = [_are_one(*pair) for pair in zip(originals, again, strict=True)]
    assert sum(are_found) >= len(photos) - 2
    others = again[1:] + again[:1]
    assert not any(_are_one(*pair) for pair in zip(originals, others, strict=True))


def _are_one(one: ViewHashes, other: ViewHashes) -> bool:
    return found(one, other).groups.tolist() == [0, 0]


@pytest.mark.parametrize("layout", list(LAYOUTS))
def test_other_people_in_the_same_app_are_no_copies(layout: str) -> None:
    """Bars, buttons and words are the same to the pixel, and so are the places of photographs."""
    photos, look = photographs(), "dark" if len(layout) % 2 else "light"
    screens = [drawn_screen(layout, look, photos=photos[9 * n :][:9]).pixels for n in range(3)]
    assert found(*map(hashes_of, screens)).groups.tolist() == [0, 1, 2]


def test_different_photographs_are_no_copies() -> None:
    """Of all pairs of 44 photographs none fits, though T-shirts on a bed have one outline."""
    sketches = [Sketch.of(perceptual_hash(np.array(photo))) for photo in photographs()]
    fits = [fit(one, other) for n, one in enumerate(sketches) for other in sketches[:n]]
    assert max(fits) <= 0


def test_of_many_photographs_one_makes_no_copy() -> None:
    """A screen with six is not the picture of each; that one is the same is told."""
    photos = [hashes_of(np.array(photo)) for photo in photographs()[:6]]
    assert [len(photo.are_photos) for photo in photos] == [1] * 6
    grid = ViewHashes(
        np.concatenate([photo.cells for photo in photos]),
        np.ones(6, np.bool_),
        perceptual_hash(np.array(photographs()[30]))[None],
    )
    copies = found(grid, photos[0], photos[3])
    assert copies.groups.tolist() == [0, 1, 2]
    assert copies.lookalikes == 2


def test_what_an_app_draws_makes_no_copy() -> None:
    """Where a view is no photograph, nearly all of it has to fit, and all views."""
    screens = [drawn_screen("card", "light", photos=[photo]).pixels for photo in photographs()[:2]]
    foot = [perceptual_hash(screen[-1170:]) for screen in screens]
    heads = [perceptual_hash(screen[:1170]) for screen in screens]
    tiles = [
        ViewHashes(np.stack([head, end]), np.zeros(2, np.bool_), perceptual_hash(whole)[None])
        for head, end, whole in zip(heads, foot, screens, strict=True)
    ]
    assert fit(Sketch.of(foot[0]), Sketch.of(foot[1])) > 0
    assert found(*tiles).groups.tolist() == [0, 1]
    again = perceptual_hash(messenger(screens[0])[: round(0.6 * 1170)])
    other = perceptual_hash(screens[0][600:])
    copy = ViewHashes(np.stack([again, foot[0]]), np.zeros(2, np.bool_), other[None])
    assert found(tiles[0], copy).groups.tolist() == [0, 0]


def test_unlike_vectors_are_compared_as_wholes_alone() -> None:
    """What an embedder holds for different hardly vouches for another's label."""
    one, other = np.eye(4, dtype=np.float32)[:2, None]
    first, second = page(photographs()[4]), page(photographs()[4], scrolled=325)
    for again, groups in ((messenger(first), [0, 0]), (second, [0, 1])):
        pictures = [pictured("a", hashes_of(first), one), pictured("b", hashes_of(again), other)]
        assert CopyFinder().find(pictures).groups.tolist() == groups


def test_where_it_cannot_be_told_it_is_said() -> None:
    """References of an older library have no hash, and a bare wall has nothing to compare."""
    seen = hashes_of(np.array(photographs()[0]))
    bare = np.zeros((1, LENGTH), np.int8)
    wall = ViewHashes(bare, np.ones(1, np.bool_), bare)
    for unknown in (None, wall):
        copies = found(seen, unknown, unknown)
        assert copies.groups.tolist() == [0, 1, 2]
        assert copies.lookalikes == 2
    other = hashes_of(np.array(photographs()[20]))
    assert found(seen, other).lookalikes == 0


def test_copies_of_copies_are_one_picture() -> None:
    """A screen that was scrolled twice shows the same at both ends, over the one between them."""
    photo = photographs()[4]
    steps = [hashes_of(page(photo, scrolled=by)) for by in (0, 325, 650)]
    assert found(*steps).groups.tolist() == [0, 0, 0]


def test_a_second_look_tells_the_same() -> None:
    """What was compared is remembered, in any order and with more beside it."""
    photos = photographs()[::4][:4]
    pictures: list[Pictured] = [
        pictured(f"{how} {number}", hashes_of(draw(photo)))
        for number, photo in enumerate(photos)
        for how, draw in (("page", page), ("copy", COPIES["messenger"]))
    ]
    finder = CopyFinder()
    first = finder.find(pictures[:6])
    assert _pairs(finder.find(pictures), pictures) >= _pairs(first, pictures[:6])
    turned = pictures[::-1]
    assert _pairs(finder.find(turned), turned) == _pairs(CopyFinder().find(pictures), pictures)


def _pairs(copies: Copies, pictures: Sequence[Pictured]) -> set[frozenset[str]]:
    keys = [picture.key for picture in pictures]
    return {
        frozenset((one, other))
        for one, first in zip(keys, copies.groups, strict=True)
        for other, second in zip(keys, copies.groups, strict=True)
        if one < other and first == second
    }


def test_nothing_and_one_are_no_copies() -> None:
    """Without a pair there is nothing to compare."""
    assert found().groups.shape == (0,)
    assert found(None).groups.tolist() == [0]
    assert found(None).lookalikes == 0


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 900), st.integers(1, 900), st.integers(0, 2**32 - 1))
def test_every_picture_has_a_hash(rows: int, columns: int, seed: int) -> None:
    """Of any size, within its levels; and it fits itself as far as anything is drawn in it."""
    random = np.random.default_rng(seed)
    small = random.integers(0, 256, (5, 5, 3), dtype=np.uint8)
    pixels = np.array(Image.fromarray(small).resize((columns, rows), Image.Resampling.BICUBIC))
    hashed = perceptual_hash(pixels)
    assert hashed.shape == (LENGTH,)
    assert np.abs(hashed).max() <= LEVELS
    sketch = Sketch.of(hashed)
    assert np.isfinite(fit(sketch, sketch))
