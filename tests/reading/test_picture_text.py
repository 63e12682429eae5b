"""What was found in a picture comes back from the cache, also from what older versions kept."""

import json

from hypothesis import given
from hypothesis import strategies as st

from tasted.reading.ocr import TextLine
from tasted.reading.picture_text import (
    PictureText,
    photos_of_views,
    picture_text_from,
    shares_of,
)
from tasted.records import View

_SHARE = st.floats(0, 1)
_BOX = st.tuples(_SHARE, _SHARE, _SHARE, _SHARE)
_LINES = st.lists(st.builds(TextLine, st.text(), _BOX, _SHARE, st.booleans()), max_size=4)


@given(_LINES, st.none() | st.lists(_BOX, max_size=3))
def test_what_was_found_comes_back(
    lines: list[TextLine], photos: list[tuple[float]] | None
) -> None:
    """Every line and every photograph, in ASCII."""
    seen = PictureText(tuple(lines), tuple(photos) if photos is not None else None)  # type: ignore[arg-type]  # boxes
    text = seen.to_json()
    assert text.isascii()
    assert picture_text_from(text) == seen


def test_lines_without_photographs_are_an_older_version_s() -> None:
    """A bare list: nobody had asked where the photographs are."""
    older = json.dumps([["Maya, 29", [0.1, 0.2, 0.3, 0.4], 0.98]])
    line = TextLine("Maya, 29", (0.1, 0.2, 0.3, 0.4), 0.98)
    assert picture_text_from(older) == PictureText((line,), None)


def test_views_tell_where_photographs_are() -> None:
    """Squares over one long photograph are one; two photographs below each other are two."""
    views = [
        View("photo", (0, 100, 400, 400)),
        View("photo", (0, 300, 400, 400)),
        View("photo", (0, 750, 400, 200)),
        View("tile", (0, 0, 400, 400)),
    ]
    found = photos_of_views(views, width=400, height=1000)
    assert found == ((0.0, 0.1, 1.0, 0.7), (0.0, 0.75, 1.0, 0.95))
    assert photos_of_views([], width=0, height=0) == ()
    assert shares_of([(10, 20, 30, 40)], width=100, height=200) == ((0.1, 0.1, 0.4, 0.3),)
