"""A browser for each module of tests, and a reader before a light process with forty pictures."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from kit.fake_light import FakeLight
from kit.fake_pictures import FakePicture
from kit.review_pages import Reader, browser, reading
from tasted.home.layout import Home


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """A browser."""
    with browser() as started:
        yield started


@pytest.fixture
def light() -> FakeLight:
    """Forty pictures, every tenth a profile of three photos."""
    return FakeLight(
        [
            FakePicture(
                f"shot-{at:02}.png", round(0.11 + 0.02 * at, 2), photos=3 if at % 10 == 9 else 1
            )
            for at in range(40)
        ]
    )


@pytest.fixture
def reader(chromium: Browser, home: Home, light: FakeLight) -> Iterator[Reader]:
    """Somebody who was let in."""
    with reading(chromium, home, light) as somebody:
        yield somebody
