"""What a real browser does for other pages, with the cookie of a person who was let in.

The other pages lie on another port of this machine, which is the same site to a browser, and under
another name that leads here.
"""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from kit.fake_light import FakeLight
from kit.fake_pictures import FakePicture
from kit.homes import pocket_home
from kit.review_pages import PATIENCE_MS, chromium
from kit.waiting import eventually
from kit.web_visits import WebVisit, visited
from tasted.rpc.review_messages import GiveAnswer, TakeBack

EVIL = "evil.example"
# each act says what became of it; an error that the browser raises is a refusal
_ACTS = """<!doctype html><title>evil</title><body><script>
const told = {};
async function act(name, tries) {
  try { told[name] = await tries(); } catch (error) { told[name] = "refused"; }
}
const loaded = (node) => new Promise((resolve) => {
  node.onload = () => resolve("loaded");
  node.onerror = () => resolve("refused");
  document.body.append(node);
});
const made = (name, fields) => Object.assign(document.createElement(name), fields);
(async () => {
  const at = "ORIGIN";
  const mine = {credentials: "include"};
  await act("read", async () => (await fetch(`${at}/api/feedback`, mine)).status);
  await act("opaque", async () => {
    const answer = await fetch(`${at}/api/feedback`, {credentials: "include", mode: "no-cors"});
    return answer.type + answer.status;
  });
  await act("write", async () => (await fetch(`${at}/api/feedback/undo`, {
    method: "POST", credentials: "include", body: '{"last": 1}',
    headers: {"content-type": "application/json"}})).status);
  await act("simple", async () => (await fetch(`${at}/api/feedback/undo`, {
    method: "POST", credentials: "include", mode: "no-cors", body: '{"last": 1}',
    headers: {"content-type": "text/plain"}})).type);
  await act("image", () => loaded(made("img", {src: `${at}/api/pictures/CONTENT/whole`})));
  const css = {rel: "stylesheet", href: `${at}/static/review.css`};
  await act("style", () => loaded(made("link", css)));
  await act("script", () => loaded(made("script", {src: `${at}/static/review.js`})));
  const frame = made("iframe", {src: `${at}/review`});
  await act("frame", async () => {
    await loaded(frame);
    try { return frame.contentDocument === null ? "closed" : "open"; } catch { return "closed"; }
  });
  const sink = made("iframe", {name: "sink"});
  document.body.append(sink);
  const form = made("form", {method: "post", action: `${at}/undo`, target: "sink"});
  form.append(made("input", {name: "csrf", value: "0"}));
  document.body.append(form);
  form.submit();
  await loaded(sink);
  document.title = JSON.stringify(told);
})();
</script>"""


@pytest.fixture(scope="module")
def light() -> FakeLight:
    """Some pictures to be stolen."""
    return FakeLight([FakePicture(f"p{number}.png") for number in range(4)])


@pytest.fixture(scope="module")
def visit(tmp_path_factory: pytest.TempPathFactory, light: FakeLight) -> Iterator[WebVisit]:
    """A page that can be reached."""
    home = pocket_home(tmp_path_factory.mktemp("browser") / "home")
    with visited(home, light) as page:
        yield page


@pytest.fixture(scope="module")
def evil(visit: WebVisit, light: FakeLight) -> Iterator[int]:
    """The port of a page that tries everything."""
    body = _ACTS.replace("ORIGIN", visit.origin).replace("CONTENT", light.pictures[0].id).encode()

    class Evil(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("content-type", "text/html")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_words: Any) -> None:
            """Be quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Evil)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server.server_port
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A browser to which the other name leads to this machine, too."""
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(
            executable_path=chromium(),
            args=["--no-sandbox", f"--host-resolver-rules=MAP {EVIL} 127.0.0.1"],
        )
        yield started
        started.close()


@pytest.fixture
def context(browser: Browser, visit: WebVisit) -> Iterator[BrowserContext]:
    """A person who was let in by the link, as it is opened: from a file."""
    made = browser.new_context()
    made.set_default_timeout(PATIENCE_MS)
    page = made.new_page()
    start = visit.files.leave_start_link(visit.port)
    page.goto(start.page.as_uri())
    page.wait_for_url(f"{visit.origin}/review")
    yield made
    made.close()


def _orders(visit: WebVisit) -> int:
    return sum(isinstance(call, GiveAnswer | TakeBack) for call in visit.light.calls)


def _told(page: Page) -> dict[str, Any]:
    page.wait_for_function("document.title.startsWith('{')")
    told: dict[str, Any] = page.evaluate("JSON.parse(document.title)")
    return told


def test_the_link_in_a_file_lets_a_browser_in(context: BrowserContext, visit: WebVisit) -> None:
    """The token leaves the address, the cookie is strict, and scripts cannot read it."""
    (page,) = context.pages
    assert "token" not in page.url
    (cookie,) = context.cookies(visit.origin)
    assert cookie["name"] == f"tasted-{visit.port}"
    assert (cookie["httpOnly"], cookie["sameSite"]) == (True, "Strict")
    assert page.evaluate("document.cookie") == ""
    assert page.evaluate("fetch('/api/status').then((answer) => answer.status)") == 200


@pytest.mark.parametrize("name", ["127.0.0.1", EVIL])
def test_row_59_another_page_reads_embeds_and_changes_nothing(
    context: BrowserContext, visit: WebVisit, evil: int, name: str
) -> None:
    """Neither one on another port, which gets the cookie sent along, nor one of another site."""
    before = _orders(visit)
    page = context.new_page()
    page.goto(f"http://{name}:{evil}/")
    told = _told(page)
    assert told["read"] == "refused"
    assert told["write"] == "refused"
    assert told["image"] == "refused"
    assert told["style"] == "refused"
    assert told["script"] == "refused"
    # what is answered at all cannot be seen: by a header, or by the status 403
    assert told["opaque"] in {"refused", "opaque0"}
    assert told["simple"] in {"refused", "opaque"}
    assert told["frame"] in {"closed", "refused"}
    assert all(
        "/review" not in frame.url or not frame.query_selector("main") for frame in page.frames
    )
    assert _orders(visit) == before


def test_row_59_a_name_that_leads_here_is_not_this_page(
    context: BrowserContext, visit: WebVisit
) -> None:
    """DNS rebinding: refused before anything is looked at."""
    page = context.new_page()
    answer = page.goto(f"http://{EVIL}:{visit.port}/review")
    assert answer is not None
    assert answer.status == 421
    assert page.query_selector("form") is None


def test_our_own_forms_work_without_script(browser: Browser, visit: WebVisit) -> None:
    """The same checks let our own page through: Origin, Sec-Fetch-Site and the token are right."""
    made = browser.new_context(java_script_enabled=False)
    made.set_default_timeout(PATIENCE_MS)
    name, value = visit.cookie()
    made.add_cookies([{"name": name, "value": value, "url": visit.origin}])
    page = made.new_page()
    page.goto(f"{visit.origin}/review")
    before = _orders(visit)
    page.locator("form button:visible").first.click()
    eventually(lambda: _orders(visit) > before)
    made.close()


def test_text_that_is_written_as_code_is_text(context: BrowserContext, visit: WebVisit) -> None:
    """Trusted types: not even our own script can make markup of a text."""
    (page,) = context.pages
    outcome = page.evaluate(
        "() => { try { document.body.innerHTML = '<b>x</b>'; return 'made'; }"
        " catch (error) { return error.name; } }"
    )
    assert outcome == "TypeError"
