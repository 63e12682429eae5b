"""Charts as they come out: valid SVG of the right size and colours, everything in its place."""

import base64
from xml.etree import ElementTree as ET

import pytest

from tasted.charts.canvas import GRID, INK, LIKED, PAPER, REJECTED, Canvas
from tasted.charts.ranking import SHOWN_MAX, Ranked, draw_ranking, shown_places
from tasted.charts.reliability import Panel, Share, draw_reliability, interval

JPEG = b"\xff\xd8 not looked at"
SVG = "{http://www.w3.org/2000/svg}"


def _parsed(data: bytes) -> ET.Element:
    return ET.fromstring(data)  # noqa: S314 - our own drawing


def _drawn(data: bytes, element: str, **attributes: str) -> list[ET.Element]:
    """Return the elements of a kind that have some attributes, in the order of drawing."""
    sheet = _parsed(data)
    assert sheet.tag == f"{SVG}svg"
    return [
        found
        for found in sheet.iter(f"{SVG}{element}")
        if all(found.get(name) == value for name, value in attributes.items())
    ]


def _height(data: bytes) -> int:
    return int(_parsed(data).attrib["height"])


def test_the_band_has_a_cell_for_each_picture() -> None:
    """In the order of the ranking, in the colour of the label, from margin to margin."""
    liked = [True, True, False, True, False, False]
    chart = draw_ranking([Ranked(is_liked, 0.5, JPEG) for is_liked in liked], subtitle="taste")
    cells = _drawn(chart, "rect", height="30")
    assert [cell.get("fill") for cell in cells] == [
        LIKED if is_liked else REJECTED for is_liked in liked
    ]
    lefts = [float(cell.attrib["x"]) for cell in cells]
    assert lefts == sorted(lefts)
    assert lefts[0] == 48
    assert lefts[-1] + float(cells[-1].attrib["width"]) == pytest.approx(1152, abs=0.1)
    pictures = _drawn(chart, "image", width="100", height="100")
    assert len(pictures) == 6
    data = pictures[0].attrib["href"].removeprefix("data:image/jpeg;base64,")
    assert base64.b64decode(data) == JPEG
    # the paper lies below everything else
    assert _drawn(chart, "rect")[0].get("fill") == PAPER


def test_a_picture_that_cannot_be_shown_is_a_grey_square() -> None:
    """Its label and its place stay."""
    chart = draw_ranking([Ranked(liked=True, probability=None, thumbnail=None)], subtitle="")
    assert len(_drawn(chart, "rect", fill=GRID, width="100", height="100")) == 1
    assert len(_drawn(chart, "rect", fill=LIKED, width="100", height="5")) == 1
    assert not _drawn(chart, "image")


@pytest.mark.parametrize("count", [1, SHOWN_MAX, SHOWN_MAX + 1, 5000])
def test_of_many_pictures_the_best_and_the_worst_are_shown(count: int) -> None:
    """The sheet stays of a size that can be looked at."""
    places = shown_places(count)
    assert places[0] == 0
    assert places[-1] == count - 1
    assert places == sorted(set(places))
    assert len(places) == min(count, SHOWN_MAX)
    ranked = Ranked(liked=True, probability=0.5, thumbnail=None)
    chart = draw_ranking([ranked] * count, subtitle="")
    assert len(_drawn(chart, "rect", fill=GRID)) == len(places)
    assert _parsed(chart).get("width") == "1200"
    assert _height(chart) < 1800


def test_a_dot_lies_where_its_share_is() -> None:
    """On the dashed line when both agree, above it when more is liked."""
    shares = (Share(0.25, 0.25, 50), Share(0.5, 1.0, 50))
    panel = Panel("taste", "AUC 0.9", shares, liked=(0.5,), rejected=(0.25,))
    chart = draw_reliability([panel], subtitle="100 pictures")
    left, top, wide, tall = 48 + 84, 144 + 116, 1104 - 84 - 32, 330
    dots = [(float(dot.attrib["cx"]), float(dot.attrib["cy"])) for dot in _drawn(chart, "circle")]
    assert dots == [
        (left + share.probability * wide, top + (1 - share.like_share) * tall) for share in shares
    ]
    assert {dot.get("fill") for dot in _drawn(chart, "circle")} == {INK}
    (perfect,) = [line for line in _drawn(chart, "polyline") if "stroke-dasharray" in line.attrib]
    assert perfect.get("points") == f"{left},{top + tall} {left + wide},{top}"
    for colour, x in ((LIKED, left + 0.5 * wide), (REJECTED, left + 0.25 * wide)):
        (tick,) = _drawn(chart, "polyline", stroke=colour)
        assert tick.attrib["points"].startswith(f"{x:g},")


def test_panels_stand_in_pairs_and_may_be_empty() -> None:
    """One, two, three and four scorers; one without probabilities says so."""
    empty = Panel("taste", "", (), (), ())
    heights = [_height(draw_reliability([empty] * count, subtitle="")) for count in range(1, 5)]
    assert heights[0] == heights[1] < heights[2] == heights[3]
    words = [text.text for text in _drawn(draw_reliability([empty], subtitle=""), "text")]
    assert "No probabilities yet" in words


def test_words_of_others_are_only_text() -> None:
    """A name in another script, with markup or control characters in it, breaks nothing."""
    canvas = Canvas(200, 60)
    canvas.text((10, 40), "模型 <script>&\x00\ud800", size=20)
    (text,) = _drawn(canvas.svg(), "text")
    assert text.text == "模型 <script>&\ufffd\ufffd"
    assert not list(text)


@pytest.mark.parametrize(("share", "count"), [(0.0, 5), (1.0, 5), (0.5, 2), (0.3, 1000)])
def test_the_interval_of_a_share_holds_it(share: float, count: int) -> None:
    """Within 0 and 1, never empty, and narrow for many."""
    low, high = interval(share, count)
    assert 0 <= low <= share <= high <= 1
    assert high - low > 0.02
    assert count < 1000 or high - low < 0.06
