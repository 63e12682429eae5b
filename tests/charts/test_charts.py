"""Charts as they come out: the right size, the right colours, and nothing hidden in the file."""

import io

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from tasted.charts.canvas import GRID, INK, LIKED, PANEL, PAPER, REJECTED, Canvas
from tasted.charts.ranking import SHOWN_MAX, Ranked, draw_ranking, shown_places
from tasted.charts.reliability import Panel, Share, draw_reliability, interval

SKY = np.full((40, 60, 3), (120, 170, 220), np.uint8)


def _opened(data: bytes) -> NDArray[np.uint8]:
    with Image.open(io.BytesIO(data)) as image:
        assert image.format == "PNG"
        assert not image.info
        return np.asarray(image.convert("RGB"))


def _count(sheet: NDArray[np.uint8], colour: tuple[int, int, int]) -> int:
    return int((sheet == np.array(colour, np.uint8)).all(axis=2).sum())


def test_the_band_has_a_cell_for_each_picture() -> None:
    """In the order of the ranking, in the colour of the label, from margin to margin."""
    liked = [True, True, False, True, False, False]
    sheet = _opened(draw_ranking([Ranked(each, 0.5, SKY) for each in liked], subtitle="taste"))
    row = sheet[132]
    assert [
        tuple(int(part) for part in row[48 + round((place + 0.5) * 1104 / 6)]) for place in range(6)
    ] == [LIKED if each else REJECTED for each in liked]
    assert tuple(row[40]) == PAPER
    assert tuple(row[1151]) == REJECTED
    assert tuple(row[1156]) == PAPER
    # six thumbnails of 100 by 100, less their badges
    assert 6 * 100 * 100 * 0.9 < _count(sheet, (120, 170, 220)) < 6 * 100 * 100


def test_a_picture_that_cannot_be_shown_is_a_grey_square() -> None:
    """Its label and its place stay."""
    sheet = _opened(draw_ranking([Ranked(liked=True, probability=None, pixels=None)], subtitle=""))
    assert _count(sheet, GRID) > 9000
    assert _count(sheet, LIKED) > 1000


@pytest.mark.parametrize("count", [1, SHOWN_MAX, SHOWN_MAX + 1, 5000])
def test_of_many_pictures_the_best_and_the_worst_are_shown(count: int) -> None:
    """The sheet stays of a size that can be looked at."""
    places = shown_places(count)
    assert places[0] == 0
    assert places[-1] == count - 1
    assert places == sorted(set(places))
    assert len(places) == min(count, SHOWN_MAX)
    each = Ranked(liked=True, probability=0.5, pixels=None)
    sheet = _opened(draw_ranking([each] * count, subtitle=""))
    assert sheet.shape[1] == 1200
    assert sheet.shape[0] < 1800


def test_a_dot_lies_where_its_share_is() -> None:
    """On the line of honesty when both agree, above it when more is liked."""
    shares = (Share(0.25, 0.25, 50), Share(0.5, 1.0, 50))
    panel = Panel("taste", "AUC 0.9", shares, liked=(0.5,), rejected=(0.25,))
    sheet = _opened(draw_reliability([panel], subtitle="100 pictures"))
    left, top, wide, tall = 48 + 84, 144 + 116, 1104 - 84 - 32, 330
    for share in shares:
        x = round(left + share.probability * wide)
        y = round(top + (1 - share.like_share) * tall)
        assert tuple(sheet[y, x]) == INK
    assert _count(sheet, LIKED) > 0
    assert _count(sheet, REJECTED) > 0


def test_panels_stand_in_pairs_and_may_be_empty() -> None:
    """One, two, three and four scorers; one without probabilities says so in ink."""
    empty = Panel("taste", "", (), (), ())
    heights = [
        _opened(draw_reliability([empty] * count, subtitle="")).shape[0] for count in range(1, 5)
    ]
    assert heights[0] == heights[1] < heights[2] == heights[3]
    sheet = _opened(draw_reliability([empty], subtitle=""))
    assert _count(sheet[380:480, 400:900], INK) > 20


def test_letters_that_the_font_lacks_are_question_marks() -> None:
    """A name in another script does not break the sheet."""
    one, other = Canvas(200, 60), Canvas(200, 60)
    one.text((10, 40), "模型", size=20)
    other.text((10, 40), "??", size=20)
    assert one.png() == other.png()
    assert _count(_opened(one.png()), PANEL) == 0


@pytest.mark.parametrize(("share", "count"), [(0.0, 5), (1.0, 5), (0.5, 2), (0.3, 1000)])
def test_the_interval_of_a_share_holds_it(share: float, count: int) -> None:
    """Within 0 and 1, never empty, and narrow for many."""
    low, high = interval(share, count)
    assert 0 <= low <= share <= high <= 1
    assert high - low > 0.02
    assert count < 1000 or high - low < 0.06
