"""The gallery shows the inbox or a backfill, and keeps to it from page to page."""

from tasted.review.api.result_schemas import ResultsAnswer
from tasted.review.page.gallery import GalleryPage, WantedResults


def page(query: dict[str, str], *sources: str) -> GalleryPage:
    """Return a gallery without results."""
    answer = ResultsAnswer(items=[], next="c_1", version="v3", counts={}, sources=list(sources))
    return GalleryPage(answer, WantedResults.of(query))


def test_every_link_of_a_backfill_stays_in_it() -> None:
    """Chips, following pages and the query of the API name it."""
    shown = page({"in": "@photos", "sort": "date"}, "@photos", "@other")
    links = [shown.here, shown.query, shown.more or "", *(chip.href for chip in shown.chips)]
    assert all("in=%40photos" in link for link in links)
    assert [(link.name, link.is_here) for link in shown.sources] == [
        ("Inbox", False),
        ("@photos", True),
        ("@other", False),
    ]
    assert "@photos" in shown.lead


def test_without_backfills_nothing_is_offered() -> None:
    """A name that can be none is as no name."""
    assert page({}).sources == []
    assert page({"in": "../x"}, "@photos").wanted.in_ == ""
