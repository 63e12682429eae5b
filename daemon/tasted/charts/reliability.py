"""The reliability diagram: of the pictures given 70 %, how many are liked?"""

import math
from collections.abc import Sequence

from tasted.amounts import percent
from tasted.charts.canvas import GRID, INK, LIKED, PANEL, QUIET, REJECTED, Canvas
from tasted.plain_dataclass import dataclass

_WIDTH = 1200
_MARGIN = 48
_HEAD = 144
_GAP = 32
_TALL = 526
_PLOT = 330
_KEY = (
    "Dots: your pictures in equal groups. Grey bars: uncertainty. Dashed line: perfect. "
    "Ticks: your pictures, liked above, rejected below."
)
_TICKS = (0.0, 0.25, 0.5, 0.75, 1.0)


@dataclass(frozen=True, slots=True)
class Share:
    """A group of pictures with neighbouring probabilities."""

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
    """Empty: there are no probabilities."""
    liked: tuple[float, ...]
    """The probability of each liked picture."""
    rejected: tuple[float, ...]
    """The probability of each rejected picture."""


def draw_reliability(panels: Sequence[Panel], *, subtitle: str) -> bytes:
    """Draw a panel for each scorer, two in a row; return an SVG.

    Args:
        panels: at least one.
        subtitle: what was judged, and by which model.
    """
    columns = min(2, len(panels))
    rows = math.ceil(len(panels) / columns)
    canvas = Canvas(_WIDTH, _HEAD + rows * (_TALL + _GAP) - _GAP + _MARGIN)
    canvas.text((_MARGIN, 56), "When it says 70 %, do you like 7 in 10?", size=27)
    canvas.text((_MARGIN, 86), subtitle, size=15, colour=QUIET)
    canvas.text((_MARGIN, 112), _KEY, size=15, colour=QUIET)
    wide = (_WIDTH - 2 * _MARGIN - _GAP * (columns - 1)) / columns
    for place, panel in enumerate(panels):
        left = _MARGIN + place % columns * (wide + _GAP)
        _draw_panel(canvas, panel, left, _HEAD + place // columns * (_TALL + _GAP), wide)
    return canvas.svg()


def _draw_panel(canvas: Canvas, panel: Panel, left: float, top: float, wide: float) -> None:
    canvas.box((left, top, left + wide, top + _TALL), fill=PANEL, radius=10, edge=GRID)
    canvas.text((left + 24, top + 40), panel.title, size=20)
    canvas.text((left + 24, top + 64), panel.caption, size=14, colour=QUIET)
    plot_left, plot_top = left + 84, top + 116
    plot = _Plot(canvas, plot_left, plot_top, wide - 84 - 32, _PLOT)
    plot.grid()
    if not panel.shares:
        plot.say("No probabilities yet")
        return
    plot.ticks(panel.liked, share=1, colour=LIKED)
    plot.ticks(panel.rejected, share=0, colour=REJECTED)
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
        """Draw axes, their names, and the line of perfect probabilities."""
        canvas = self._canvas
        for tick in _TICKS:
            canvas.line([self.at(0, tick), self.at(1, tick)], colour=GRID)
            x, y = self.at(0, tick)
            canvas.text((x - 10, y + 4), percent(tick), size=12, colour=QUIET, anchor="end")
            x, y = self.at(tick, 0)
            canvas.text((x, y + 26), percent(tick), size=12, colour=QUIET, anchor="middle")
        canvas.line([self.at(0, 0), self.at(1, 1)], colour=QUIET, width=1.2, dash=6)
        middle, bottom = self.at(0.5, 0)
        below = (middle, bottom + 54)
        canvas.text(below, "predicted probability", size=13, colour=QUIET, anchor="middle")
        x, y = self.at(0, 1)
        canvas.text((x - 60, y - 18), "actually liked", size=13, colour=QUIET)

    def ticks(self, probabilities: Sequence[float], *, share: float, colour: str) -> None:
        """Draw a tick for each picture, above the plot for likes, below it for rejects."""
        for probability in probabilities:
            x, y = self.at(probability, share)
            outward = -8 if share else 8
            self._canvas.line([(x, y), (x, y + outward)], colour=colour, width=1.5)

    def shares(self, shares: Sequence[Share]) -> None:
        """Draw a dot for each group, and the interval of its true share."""
        for share in shares:
            low, high = interval(share.like_share, share.count)
            x = self.at(share.probability, 0)[0]
            ends = [(x, self.at(0, low)[1]), (x, self.at(0, high)[1])]
            self._canvas.line(ends, colour=_PALE, width=8)
        self._canvas.line(
            [self.at(share.probability, share.like_share) for share in shares],
            colour=_SOFT,
            width=2,
        )
        for share in shares:
            at = self.at(share.probability, share.like_share)
            self._canvas.dot(at, 7, fill=INK)

    def say(self, words: str) -> None:
        """Write into the middle of an empty plot."""
        x, y = self.at(0.5, 0.5)
        self._canvas.box((x - 100, y - 18, x + 100, y + 18), fill=PANEL)
        self._canvas.text((x, y + 5), words, size=15, anchor="middle")


_PALE = "#e2e5eb"
_SOFT = "#9ca3af"
_Z = 1.645


def interval(share: float, count: int) -> tuple[float, float]:
    """Return the 90 % interval of the true share (Wilson 1927), for a share of a count."""
    middle = (share + _Z**2 / (2 * count)) / (1 + _Z**2 / count)
    reach = _Z / (1 + _Z**2 / count)
    reach *= math.sqrt(share * (1 - share) / count + _Z**2 / (4 * count**2))
    return max(0.0, middle - reach), min(1.0, middle + reach)
