"""Where the photographs lie in a screenshot, told from the page around them. Pure numpy.

A page has one exact colour, its paper, and whole rows and columns of it; a photograph has not. So a
screen is cut along its gaps of paper until nothing more can be cut. What is large, not cut further
and bounded by straight edges is a photograph, or a card: that is cut again by a paper of its own.
Lines of text, buttons and bars fall into pieces too small. Light or dark makes no difference.

Where paper does not explain what lies around the photographs, there is no page: an ordinary
photograph is one region, itself.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tasted.decoding.page_cuts import PageCuts, Paper, is_straight
from tasted.decoding.samples import Rectangle, Samples
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
        samples.in_pixels(each) for each in sorted(found, key=lambda each: (each.top, each.left))
    ]


@dataclass(frozen=True, slots=True)
class _Finder:
    samples: Samples
    cuts: PageCuts

    def photos(self) -> list[Rectangle]:
        rows, columns = self.samples.grey.shape
        is_screen = rows > _SCREEN_ASPECT_MIN * columns
        return self._explain(self.samples.whole, _PAGE, _PAGES_DEEP, counts_drawn=is_screen).photos

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
            photos = [each for each in page.photos if each.of(self.samples.flat).mean() < _FLAT_MAX]
            if photos:
                return _Explained(photos, page.paper)
        return whole

    def _page(
        self, region: Rectangle, parts: list[Rectangle], paper: Paper, deep: int
    ) -> _Explained:
        """Look into what stands on a paper."""
        photos: list[Rectangle] = []
        explained = float(region.of(paper.marked).sum())
        for part in parts:
            trimmed = self.cuts.trimmed(part, paper)
            if trimmed is not None and is_straight(trimmed, region, paper):
                inside = self._explain(trimmed, _CARD, deep - 1, counts_drawn=False)
                photos += inside.photos
                explained += inside.paper - float(trimmed.of(paper.marked).sum())
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
