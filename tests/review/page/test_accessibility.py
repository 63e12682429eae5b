"""axe finds nothing on any page: light, dark, with forced colours, from 320 pixels on."""

from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from kit.fake_light import FakeLight
from kit.fake_pictures import FakePicture
from kit.fake_tastes import version_of
from kit.review_pages import Reader, violations, wait_until_seen
from tasted.rpc.review_messages import GiveAnswer

SIZES = ((320, 256), (360, 740), (768, 1024), (1280, 800))
AS_USUAL: dict[str, Any] = {"color_scheme": "light", "forced_colors": "none"}
LOOKS: dict[str, dict[str, Any]] = {
    "light": {"color_scheme": "light"},
    "dark": {"color_scheme": "dark"},
    "forced": {"forced_colors": "active"},
}


@pytest.fixture
def light(light: FakeLight) -> FakeLight:
    """A home in which everything there is has happened."""
    light.pictures = [
        *light.pictures[7:12],
        FakePicture("cut.png", None, error=("truncated", "The file ends early.", "Copy it again.")),
    ]
    light.held = "v1 is held. 23 newer answers are kept and not used."
    light.fault = {"code": "disk_full", "message": "The disk is full.", "remedy": "Make room."}
    light.versions = [version_of(2), version_of(1, is_in_force=True, is_held=True)]
    light.versions.append(version_of(0, kept="erased"))
    for picture in light.pictures[:2]:
        light(GiveAnswer(picture.id, "like", blind=True, via="page", session="one"))
    return light


def test_axe_finds_nothing(reader: Reader, light: FakeLight) -> None:
    """On any page, narrow and wide; and none is wider than its window."""
    picture = light.pictures[2].id
    paths = ["/review", "/results", f"/results/{picture}", "/results?verdict=error", "/versions"]
    paths += [
        "/versions/compare?a=1&b=2",
        "/history",
        "/review/session",
        "/versions/compare?a=9&b=8",
    ]
    reader.expected.append("404")
    context = reader.context()
    for path in paths:
        page = reader.tab(context, path)
        if path == "/review":
            wait_until_seen(page)
        for look, media in LOOKS.items():
            page.emulate_media(**{**AS_USUAL, **media})
            # colours hang on the width no more than the layout on colours: one look has all widths
            for width, height in SIZES if look == "light" else SIZES[1::2]:
                page.set_viewport_size({"width": width, "height": height})
                assert violations(page) == [], (path, look, width)
                widest = page.evaluate("document.documentElement.scrollWidth")
                assert widest <= width, (path, look, width)
        page.close()


def test_axe_finds_nothing_in_what_opens(reader: Reader) -> None:
    """Neither in the dialogs, nor after answers."""
    page = reader.page()
    reader.press(page, "l", "x", "w")
    page.locator("#why").wait_for(state="visible")
    assert_accessible_in_every_look(page)
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    page.locator("#keys").wait_for(state="visible")
    assert_accessible_in_every_look(page)


def assert_accessible_in_every_look(page: Page) -> None:
    """Check a page as it is now, light, dark and with forced colours."""
    for look, media in LOOKS.items():
        page.emulate_media(**{**AS_USUAL, **media})
        assert violations(page) == [], look


def test_motion_is_only_for_who_wants_it(chromium: Browser, reader: Reader) -> None:
    """A card slides in for 120 ms, or not at all."""
    styles = "getComputedStyle(document.querySelector('#card')).animationName"
    still = reader.page()
    reader.press(still, "l")
    assert still.evaluate(styles) == "none"
    moving = reader.page(reduced_motion="no-preference")
    reader.press(moving, "l")
    assert moving.evaluate(styles) == "next"


def test_keys_are_printed_on_the_buttons(reader: Reader) -> None:
    """And named for a screen reader."""
    page = reader.page()
    wait_until_seen(page)
    keys = {
        button.get_attribute("data-do"): button.get_attribute("aria-keyshortcuts")
        for button in page.locator(".actions button").all()
    }
    assert keys["like"] == "ArrowRight L"
    assert keys["reject"] == "ArrowLeft X"
    assert all(keys.values())
    assert page.locator(".answers kbd").all_inner_texts() == ["←", "↓", "→"]


def test_focus_stays_on_the_card(reader: Reader) -> None:
    """It moves along from one to the next."""
    page = reader.page()
    wait_until_seen(page)
    page.locator("#card").focus()
    reader.press(page, "l")
    wait_until_seen(page)
    assert page.evaluate("document.activeElement.id") == "card"
