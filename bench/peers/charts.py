"""The pictures of `docs/performance.md`, as SVG: the race, and cost against size."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import Any

from tasted.charts.canvas import GRID, INK, LIKED, PANEL, QUIET, REJECTED, Canvas

RACE = "race.svg"
SIZES = "sizes.svg"
_WIDTH = 1000
_MARGIN = 40
_BAR = 26
_STEP = 46
_NAMES = 220
_COLOURS = (LIKED, REJECTED)


def draw_race(race: Mapping[str, Any], *, subtitle: str) -> bytes:
    """Draw a bar of pictures in a second for each contestant, with the range of its rounds."""
    ran = {name: found for name, found in race.items() if "missing" not in found}
    names = sorted(ran, key=lambda name: -median(ran[name]["files_per_second"]))
    most = max(max(ran[name]["files_per_second"]) for name in names)
    canvas = Canvas(_WIDTH, 140 + _STEP * len(names))
    canvas.text((_MARGIN, 50), "Pictures a second, from file to stored vector", size=24)
    canvas.text((_MARGIN, 78), subtitle, size=14, colour=QUIET)
    left, wide = _MARGIN + _NAMES, _WIDTH - 2 * _MARGIN - _NAMES - 60
    for place, name in enumerate(names):
        rates = ran[name]["files_per_second"]
        top = 112 + place * _STEP
        end = left + wide * median(rates) / most
        is_ours = name.startswith("tasted")
        canvas.text((left - 12, top + 18), name, size=15, anchor="end")
        canvas.box((left, top, end, top + _BAR), fill=LIKED if is_ours else QUIET, radius=3)
        low, high = (left + wide * rate / most for rate in (min(rates), max(rates)))
        middle = top + _BAR / 2
        canvas.line([(low, middle), (high, middle)], colour=INK, width=1.5)
        canvas.text((max(end, high) + 10, top + 18), f"{median(rates):.1f}", size=15)
    return canvas.svg()


Curve = tuple[str, Sequence[tuple[int, float]]]


def draw_sizes(panels: Sequence[tuple[str, Sequence[Curve]]], *, subtitle: str) -> bytes:
    """Draw a panel of curves for each kind of cost: count to the right, cost upwards from nought.

    Args:
        panels: title with its unit, and curves of (count, cost).
        subtitle: where the figures come from.
    """
    columns, tall = 2, 260
    rows = -(-len(panels) // columns)
    canvas = Canvas(_WIDTH, 110 + rows * (tall + 60))
    canvas.text((_MARGIN, 50), "What more of them cost", size=24)
    canvas.text((_MARGIN, 78), subtitle, size=14, colour=QUIET)
    wide = (_WIDTH - 3 * _MARGIN) / columns
    for place, (title, curves) in enumerate(panels):
        left = _MARGIN + place % columns * (wide + _MARGIN)
        top = 110 + place // columns * (tall + 60)
        _panel(canvas, title, curves, (left, top, left + wide, top + tall))
    return canvas.svg()


def _panel(
    canvas: Canvas, title: str, curves: Sequence[Curve], box: tuple[float, float, float, float]
) -> None:
    left, top, right, bottom = box
    canvas.box((left, top, right, bottom + 40), fill=PANEL, radius=8, edge=GRID)
    canvas.text((left + 18, top + 28), title, size=15)
    x_left, x_right, y_top, y_bottom = left + 64, right - 24, top + 70, bottom
    most_x = max(count for _name, points in curves for count, _cost in points)
    most_y = max(cost for _name, points in curves for _count, cost in points) or 1.0

    def at(count: float, cost: float) -> tuple[float, float]:
        return (
            x_left + (x_right - x_left) * count / most_x,
            y_bottom - (y_bottom - y_top) * cost / most_y,
        )

    for share in (0, 0.5, 1):
        canvas.line([at(0, share * most_y), at(most_x, share * most_y)], colour=GRID)
        x, y = at(0, share * most_y)
        canvas.text((x - 8, y + 4), f"{share * most_y:.3g}", size=12, colour=QUIET, anchor="end")
        x, y = at(share * most_x, 0)
        canvas.text((x, y + 22), f"{share * most_x:,.0f}", size=12, colour=QUIET, anchor="middle")
    for place, ((name, points), colour) in enumerate(zip(curves, _COLOURS, strict=False)):
        canvas.text((left + 18 + 200 * place, top + 50), name, size=12, colour=colour)
        canvas.line([at(*point) for point in points], colour=colour, width=2)
        for point in points:
            canvas.dot(at(*point), 4, fill=colour)


def write(folder: Path, results: Mapping[str, Any]) -> None:
    """Write the pictures for which there are figures."""
    if "race" in results:
        kept = results["race"]
        (folder / RACE).write_bytes(draw_race(kept["figures"], subtitle=kept["machine"]))
    if "sizes" in results:
        kept = results["sizes"]
        panels = [
            (title, [(name, [tuple(point) for point in points]) for name, points in curves])
            for title, curves in kept["figures"]["panels"]
        ]
        (folder / SIZES).write_bytes(draw_sizes(panels, subtitle=kept["machine"]))
