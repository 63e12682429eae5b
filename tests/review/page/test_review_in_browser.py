"""Judging in a real browser: keys, the queue, undo and redo, and what the taste had guessed."""

from typing import Any

from playwright.sync_api import Page, expect

from kit.fake_light import FakeLight
from kit.review_pages import Reader


def answers(light: FakeLight) -> list[tuple[str, str]]:
    """Return what stands: the name and the answer of each picture, in the order of answers."""
    return [
        (event["name"], event["answer"])
        for event in light.events
        if event["kind"] == "judge" and not event["undone"]
    ]


def shown(page: Page) -> Any:
    """Return the caption of the card."""
    return page.locator("#card bdi")


def test_two_hundred_presses_of_three_keys(reader: Reader, light: FakeLight) -> None:
    """Every card is answered once, in order, and the queue is filled behind."""
    page = reader.page()
    for at in range(40):
        expect(shown(page)).to_have_text(f"shot-{at:02}.png")
        reader.press(page, ("ArrowRight", "ArrowLeft", "l", "x")[at % 4])
    expect(page.get_by_text("You have judged all 40.")).to_be_visible()
    expect(page.locator("#saved")).to_have_text("saved ✓")
    expected = [(f"shot-{at:02}.png", "like" if at % 2 == 0 else "reject") for at in range(40)]
    assert answers(light) == expected
    assert all(event["blind"] and event["shown_ms"] >= 120 for event in light.events)
    assert len({event["id"] for event in light.events}) == 40
