"""The reliability diagram: of what was given 70 %, how much is liked? Draws with PIL."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from tasted.charts.canvas import GRID, INK, LIKED, PANEL, QUIET, Canvas, percent

_WIDTH = 1200
_MARGIN = 48
_HEAD = 118
_GAP = 32
_TALL = 500
_PLOT = 330
_TICKS = (0.0, 0.25, 0.5, 0.75, 1.0)


@dataclass(frozen=True, slots=True)
class Share:
    """The pictures of one bin of probability."""

    probability: float
    """Mean."""
    like_share: float
    count: int


@dataclass(frozen=True, slots=True)
class Panel:
    """One scorer."""

    title: str
    caption: str
    shares: tuple[Share, ...]
    """Of the bins that hold a picture; none: there are no probabilities."""


def draw_reliability(panels: Sequence[Panel], *, subtitle: str) -> bytes:
    """Draw a panel for each scorer, two in a row; return a PNG.

    Args:
        panels: at least one.
        subtitle: what was judged, and by what.
    """
    rows = math.ceil(len(panels) / 2)
    canvas = Canvas(_WIDTH, _HEAD + rows * (_TALL + _GAP) - _GAP + _MARGIN)
    canvas.text((_MARGIN, 56), "Of what was given 70 %, do you like 7 in 10?", size=27)
    canvas.text((_MARGIN, 86), subtitle, size=15, colour=QUIET)
    wide = (_WIDTH - 2 * _MARGIN - _GAP) / 2
    for place, panel in enumerate(panels):
        left = _MARGIN + place % 2 * (wide + _GAP)
        _draw_panel(canvas, panel, left, _HEAD + place // 2 * (_TALL + _GAP), wide)
    return canvas.png()


def _draw_panel(canvas: Canvas, panel: Panel, left: float, top: float, wide: float) -> None:
    canvas.box((left, top, left + wide, top + _TALL), fill=PANEL, radius=10, edge=GRID)
    canvas.text((left + 24, top + 40), panel.title, size=20)
    canvas.text((left + 24, top + 64), panel.caption, size=14, colour=QUIET)
    plot_left, plot_top = left + 84, top + 92
    plot = _Plot(canvas, plot_left, plot_top, wide - 84 - 32, _PLOT)
    plot.grid()
    if not panel.shares:
        plot.say("No probabilities yet")
        return
    plot.shares(panel.shares)


class _Plot:
    """Probability to the right, share of likes upwards."""

    def __init__(self, canvas: Canvas, left: float, top: float, wide: float, tall: float) -> None:
        self._canvas = canvas
        self._left, self._top, self._wide, self._tall = left, top, wide, tall

    def at(self, probability: float, share: float) -> tuple[float, float]:
        """Return where a point lies."""
        return self._left + probability * self._wide, self._top + (1 - share) * self._tall

    def grid(self) -> None:
        """Draw axes, their names, and the line of perfect honesty."""
        canvas = self._canvas
        for tick in _TICKS:
            canvas.line([self.at(0, tick), self.at(1, tick)], colour=GRID)
            x, y = self.at(0, tick)
            canvas.text((x - 10, y), percent(tick), size=12, colour=QUIET, anchor="rm")
            x, y = self.at(tick, 0)
            canvas.text((x, y + 22), percent(tick), size=12, colour=QUIET, anchor="ms")
        canvas.dashes(self.at(0, 0), self.at(1, 1), colour=QUIET, width=1.2)
        middle, bottom = self.at(0.5, 0)
        canvas.text(
            (middle, bottom + 50), "probability that was given", size=13, colour=QUIET, anchor="ms"
        )
        x, y = self.at(0, 1)
        canvas.text((x - 60, y - 12), "really liked", size=13, colour=QUIET)

    def shares(self, shares: Sequence[Share]) -> None:
        """Draw a dot for each bin, as large as it is full, with what chance allows around it."""
        most = max(share.count for share in shares)
        for share in shares:
            low, high = interval(share.like_share, share.count)
            x = self.at(share.probability, 0)[0]
            ends = [(x, self.at(0, low)[1]), (x, self.at(0, high)[1])]
            self._canvas.line(ends, colour=_PALE, width=5)
        self._canvas.line(
            [self.at(share.probability, share.like_share) for share in shares],
            colour=LIKED,
            width=1.5,
        )
        for share in shares:
            at = self.at(share.probability, share.like_share)
            radius = 6 + 8 * math.sqrt(share.count / most)
            self._canvas.dot(at, radius, fill=LIKED)
            self._canvas.text(at, str(share.count), size=11, colour=PANEL, anchor="mm")

    def say(self, words: str) -> None:
        """Write into the middle of an empty plot."""
        x, y = self.at(0.5, 0.5)
        half = self._canvas.text_width(words, size=15) / 2 + 14
        self._canvas.box((x - half, y - 18, x + half, y + 18), fill=PANEL)
        self._canvas.text((x, y), words, size=15, colour=INK, anchor="mm")


_PALE = (204, 226, 223)
_Z = 1.645


def interval(share: float, count: int) -> tuple[float, float]:
    """Return where the true share lies with 90 of 100 (Wilson 1927), for a share of a count."""
    middle = (share + _Z**2 / (2 * count)) / (1 + _Z**2 / count)
    reach = _Z / (1 + _Z**2 / count)
    reach *= math.sqrt(share * (1 - share) / count + _Z**2 / (4 * count**2))
    return max(0.0, middle - reach), min(1.0, middle + reach)
