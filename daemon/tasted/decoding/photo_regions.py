"""Where the photographs are in a screenshot, found by the page around them. Pure numpy.

A page has one exact colour, its paper, and whole rows and columns of it; a photograph has not. So a
screen is cut along its gaps of paper until nothing more can be cut. What is large, not cut further
and bounded by straight edges is a photograph, or a card: that is cut again by a paper of its own.
Lines of text, buttons and bars fall into pieces too small. Light or dark makes no difference.

Where paper does not explain what lies around the photographs, there is no page: an ordinary
photograph is one region, itself. But what is mostly of even colours is never a photograph as a
whole: there bars and buttons count as page too, and where that does not explain it either,
photographs are recognised by their texture, whatever is behind them.
"""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from tasted.decoding.page_cuts import PageCuts, Paper, is_straight
from tasted.decoding.samples import Rectangle, Samples
from tasted.decoding.texture import Texture
from tasted.plain_dataclass import dataclass
from tasted.records import Box

_SHORT_SIDE_MIN = 48
"""Smaller pictures hold no page with photographs."""
_PAGES_DEEP = 6

_PAPER_SHARE_MIN = 0.05
_PAPERS_TRIED = 3
"""A large card may have more of its colour than the page has."""
_EXPLAINED_MIN = 0.75
"""The share of paper in what is left beside the photographs; the rest is ink."""
_PLAIN_MIN = 0.5
"""What cannot be cut and has this share of one colour is a button or a drawing, no photograph."""
_FLAT_MAX = 0.6
"""Photographs have fewer flat samples than this, and drawings more: a wall with a window in it is
drawn just as a card with a photograph is."""
_MUCH_FLAT = 0.45
"""Of 480 photographs of things none has more than 0.41 of flat samples; pages have 0.5 to 0.9."""
_FRAME = 0.04
"""How much of its short side the frame of a phone takes on each side."""
_FRAME_MIN = 0.8
"""The share of its colour along the edges; the corners are round."""
_SCREEN_ASPECT_MIN = 1.5
"""A picture taller than this is a screen: what stands on its page counts, drawn or not."""


@dataclass(frozen=True, slots=True)
class _Tolerance:
    """How far samples of paper may differ."""

    levels: int
    same_min: float


# a messenger's JPEG blurs the gaps of a grid
_PAGE = _Tolerance(levels=5, same_min=0.0)
# on a photograph too: its darkest part must not pass for paper
_CARD = _Tolerance(levels=3, same_min=0.9)


@dataclass(frozen=True, slots=True)
class _Explained:
    """What a region is: photographs, and how much of the rest is paper."""

    photos: list[Rectangle]
    paper: float
    """In samples."""


def find_photos(pixels: NDArray[np.uint8]) -> list[Box]:
    """Find the photographs of a screenshot.

    Args:
        pixels: (h, w, 3), upright, of any size.

    Returns:
        Boxes in pixels of that array, from top to bottom and from left to right. The whole picture
        where there is no page around a photograph; none where there is no photograph, and for
        pictures of a few pixels.
    """
    samples = Samples.of(pixels)
    if samples.whole.short_side < _SHORT_SIDE_MIN:
        return []
    found = _Finder(samples, PageCuts(samples)).photos()
    return [
        samples.in_pixels(photo)
        for photo in sorted(found, key=lambda photo: (photo.top, photo.left))
    ]


@dataclass(frozen=True, slots=True)
class _Finder:
    samples: Samples
    cuts: PageCuts
    counts_flat: bool = False
    """Whether all that is of an even colour is page, as bars and buttons are, and not paper alone.
    A drawn photograph is lost by it."""

    def photos(self) -> list[Rectangle]:
        whole = self.samples.whole
        rows, columns = self.samples.grey.shape
        is_screen = rows > _SCREEN_ASPECT_MIN * columns
        found = self.photos_on(whole, counts_drawn=is_screen)
        return [photo for region in found for photo in self._within(region)]

    def _within(self, region: Rectangle) -> list[Rectangle]:
        """Return the photographs of a region that was not cut further: itself, but for flat ones.

        The frame of a phone holds a photograph; a drawing has none in it, and stands for itself.
        """
        is_much_flat = bool(region.of(self.samples.flat).mean() >= _MUCH_FLAT)
        is_whole = region == self.samples.whole
        if not is_much_flat and (is_whole or not self._has_frame(region)):
            return [region]
        page = region if is_whole else _without_frame(region)
        inside = replace(self, counts_flat=True).photos_on(page)
        if inside and inside != [page]:
            return inside
        inside = Texture(self.samples).photos(region, self.cuts.side_min) if is_much_flat else []
        return inside if inside or is_whole else [region]

    def _has_frame(self, region: Rectangle) -> bool:
        """Tell whether one colour goes around a region that is not the paper within it."""
        inner = _without_frame(region)
        papers = self._papers(inner)
        frame = np.bincount(_ring(region.of(self.samples.grey)), minlength=256)
        level = int(frame.argmax())
        low, high = max(0, level - _CARD.levels), level + _CARD.levels + 1
        return (
            bool(papers)
            and abs(papers[0][0] - level) > _PAGE.levels
            and float(frame[low:high].sum()) >= _FRAME_MIN * float(frame.sum())
        )

    def photos_on(self, page: Rectangle, *, counts_drawn: bool = False) -> list[Rectangle]:
        """Return the photographs on a page; the page itself where it is none."""
        return self._explain(page, _PAGE, _PAGES_DEEP, counts_drawn=counts_drawn).photos

    def _explain(
        self, region: Rectangle, tolerance: _Tolerance, deep: int, *, counts_drawn: bool
    ) -> _Explained:
        """Tell the photographs of a region from the page or card around them."""
        whole = _Explained([region], 0.0)
        for level, share in self._papers(region) if deep else ():
            paper = Paper(self.samples.near(level, tolerance.levels), tolerance.same_min)
            parts = self.cuts.parts(region, paper)
            if parts == [region]:
                if share >= _PLAIN_MIN:
                    return _Explained([], share * region.area)
                continue
            page = self._page(region, parts, paper, deep)
            rest = region.area - sum(photo.area for photo in page.photos)
            if page.paper < _EXPLAINED_MIN * rest:
                continue
            if counts_drawn or not page.photos:
                return page
            photos = [part for part in page.photos if part.of(self.samples.flat).mean() < _FLAT_MAX]
            if photos:
                return _Explained(photos, page.paper)
        return whole

    def _page(
        self, region: Rectangle, parts: list[Rectangle], paper: Paper, deep: int
    ) -> _Explained:
        """Look into what stands on a paper."""
        photos: list[Rectangle] = []
        page = paper.marked | self.samples.flat if self.counts_flat else paper.marked
        explained = float(region.of(page).sum())
        for part in parts:
            trimmed = self.cuts.trimmed(part, paper)
            if trimmed is not None and is_straight(trimmed, region, paper):
                inside = self._explain(trimmed, _CARD, deep - 1, counts_drawn=False)
                photos += inside.photos
                explained += inside.paper - float(trimmed.of(page).sum())
        return _Explained(photos, explained)

    def _papers(self, region: Rectangle) -> list[tuple[int, float]]:
        """Return the levels of grey that most flat samples have, and their shares of the region."""
        levels = region.of(self.samples.grey)[region.of(self.samples.flat)]
        counts = np.bincount(levels, minlength=256)
        found = []
        for _paper in range(_PAPERS_TRIED):
            level = int(counts.argmax())
            low, high = max(0, level - _CARD.levels), level + _CARD.levels + 1
            share = float(counts[low:high].sum()) / region.area
            if share < _PAPER_SHARE_MIN:
                break
            found.append((level, share))
            counts[low:high] = 0
        return found


def _without_frame(region: Rectangle) -> Rectangle:
    margin = round(_FRAME * region.short_side)
    return Rectangle(
        region.top + margin, region.left + margin, region.bottom - margin, region.right - margin
    )


def _ring(grid: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return the samples next to the four edges of a grid, without those at the very edge."""
    return np.concatenate([grid[2], grid[-3], grid[:, 2], grid[:, -3]])
