"""The pages in a real browser: chromium before a real web child and a played light process.

Every page that a `Reader` opens is watched: a request that leaves the page's own address, a message
in the console and an error of a script each fail the test at its end.
"""

import contextlib
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import psutil
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from kit.fake_light import FakeLight
from kit.web_visits import WebVisit, visited
from tasted.home.layout import Home
from tasted.rpc.review_messages import Happened

_NAMES = ("chromium", "chromium-browser", "google-chrome")
# how long a condition of a page is waited for, on a machine that is busy with other tests
PATIENCE_MS = 30_000
expect.set_options(timeout=PATIENCE_MS)


def chromium() -> str:
    """Return where the browser is; a test for which there is none is left out."""
    found = next(filter(None, map(shutil.which, _NAMES)), None)
    if found is None:
        pytest.skip("needs chromium, as in: apt-get install chromium")
    return found


@contextlib.contextmanager
def browser() -> Iterator[Browser]:
    """Run a browser while the block runs; a test for which there is none is left out."""
    with sync_playwright() as playwright:
        # the tests run as root in CI, where chromium's own sandbox refuses to start
        started = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        try:
            yield started
        finally:
            started.close()


@dataclass
class Reader:
    """A person with a browser who was let in."""

    browser: Browser
    visit: WebVisit
    light: FakeLight
    complaints: list[str] = field(default_factory=list)
    expected: list[str] = field(default_factory=list)
    """Parts of complaints that the test provokes."""

    def context(self, **options: Any) -> BrowserContext:
        """Open a browser of its own, with a cookie and no motion."""
        made = self.browser.new_context(**{"reduced_motion": "reduce", **options})
        made.set_default_timeout(PATIENCE_MS)
        name, value = self.visit.cookie()
        made.add_cookies([{"name": name, "value": value, "url": self.visit.origin}])
        return made

    def page(self, path: str = "/review", **options: Any) -> Page:
        """Open a page in a browser of its own."""
        return self.tab(self.context(**options), path)

    def tab(self, context: BrowserContext, path: str = "/review") -> Page:
        """Open a further tab."""
        page = context.new_page()
        page.on("console", lambda message: self.complaints.append(message.text))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("request", lambda request: self._check(request.url))
        page.goto(self.visit.origin + path)
        return page

    def _check(self, url: str) -> None:
        if not url.startswith(f"{self.visit.origin}/"):
            self.complaints.append(f"asked {url}")

    def tell(self, kind: str, data: dict[str, Any], seq: int | None = None) -> None:
        """Let something happen in every window."""
        self.visit.door.tell(Happened(kind, data, seq))

    def kill_child(self) -> None:
        """Kill the web child; the door starts another for the next visitor."""
        children = psutil.Process().children()
        (child,) = [one for one in children if "tasted.review" in one.cmdline()]
        child.kill()
        self.visit.light.left.wait(30)

    def press(self, page: Page, *keys: str) -> None:
        """Press keys, each once the card that it is for has been seen long enough."""
        for key in keys:
            wait_until_seen(page)
            page.keyboard.press(key)

    def faults(self) -> list[str]:
        """Return the complaints that no test expects."""
        return [
            complaint
            for complaint in self.complaints
            if not any(part in complaint for part in self.expected)
        ]


def wait_until_seen(page: Page) -> None:
    """Wait until a card is on the screen for so long that keys count; or until there is none."""
    holds(
        page,
        """() => {
            const card = document.querySelector('#card');
            if (!card) return !document.querySelector('#empty').hidden;
            // a picture that comes back was painted before: that does not count
            const shown = performance.getEntriesByName('shown').at(-1);
            const painted = performance.getEntriesByName('painted')
                .filter((mark) => mark.detail === card.dataset.id).at(-1);
            return shown && painted && painted.startTime > shown.startTime
                && performance.now() - painted.startTime > 150;
        }""",
    )


def wait_until_ready(page: Page) -> None:
    """Wait until the script of a page listens to keys."""
    page.locator("button[data-do=keys]").wait_for(state="visible")


def holds(page: Page, expression: str) -> None:
    """Wait until an expression is true.

    Playwright's own way to wait for one makes it from a string in the page, which that forbids.
    """
    deadline = time.monotonic() + PATIENCE_MS / 1_000
    while not page.evaluate(expression):
        assert time.monotonic() < deadline, expression
        page.wait_for_timeout(20)


@contextlib.contextmanager
def reading(browser: Browser, home: Home, light: FakeLight) -> Iterator[Reader]:
    """Keep the pages of a played light process open while the block runs."""
    with visited(home, light) as visit:
        reader = Reader(browser, visit, light)
        light.happened = reader.tell
        yield reader
        for context in browser.contexts:
            context.close()
        assert reader.faults() == []


def violations(page: Page) -> list[str]:
    """Return what axe finds on a page as it is now."""
    # reading half a megabyte of script takes as long as a look at the page: once is enough
    if page.evaluate("typeof axe") == "undefined":
        page.evaluate(Axe().axe_script)
    found = page.evaluate("axe.run({resultTypes: ['violations']})")
    return [f"{rule['id']}: {rule['nodes'][0]['html']}" for rule in found["violations"]]
