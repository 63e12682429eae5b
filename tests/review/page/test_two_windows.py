"""Two windows at once, and what arrives while one of them is open."""

from playwright.sync_api import Page, Route, expect

from kit.fake_light import FakeLight
from kit.fake_pictures import FakePicture
from kit.review_pages import Reader, wait_until_seen


def wait_until_heard(reader: Reader, page: Page, version: str) -> None:
    """Wait until the event stream of a page is open, and all that came before this was heard."""
    state = page.locator(".state")
    while state.inner_text() != version:
        reader.tell("minted", {"version": version})
        page.wait_for_timeout(50)


def test_row_69_an_answer_leaves_the_queue_of_the_other_window(
    reader: Reader, light: FakeLight
) -> None:
    """Within the next event; what is on the screen stays, and says so."""
    first, second = reader.page(), reader.page()
    for page in (first, second):
        wait_until_seen(page)
        wait_until_heard(reader, page, "v13")
    light.judge_elsewhere(light.pictures[1], "like")
    wait_until_heard(reader, first, "v14")
    reader.press(first, "x")
    expect(first.locator("#saved")).to_have_text("saved ✓")
    expect(first.locator("#card bdi")).to_have_text("shot-02.png")
    expect(second.locator("#card bdi")).to_have_text("shot-00.png")
    expect(second.locator("#card .was")).to_have_text("You rejected this in another window.")


def test_row_69_what_happens_while_a_page_is_on_its_way_is_not_missed(
    reader: Reader, light: FakeLight
) -> None:
    """It was made before the answer of another window, and its stream is opened after it."""
    context = reader.context()

    def answer_elsewhere(route: Route) -> None:
        light.judge_elsewhere(light.pictures[0], "reject")
        route.continue_()

    context.route("**/static/news.js", answer_elsewhere)
    page = reader.tab(context)
    expect(page.locator("#card bdi")).to_have_text("shot-00.png")
    expect(page.locator("#card .was")).to_have_text("You rejected this in another window.")


def test_row_69_the_last_word_counts_and_is_told(reader: Reader, light: FakeLight) -> None:
    """With a button that takes it back."""
    page = reader.page()
    wait_until_seen(page)
    wait_until_heard(reader, page, "v13")
    light.judge_elsewhere(light.pictures[0], "reject")
    expect(page.locator("#card .was")).to_have_text("You rejected this in another window.")
    reader.press(page, "l")
    notice = page.locator("#notices [data-kind=elsewhere]")
    expect(notice).to_contain_text("ago in another window; now it is liked.")
    expect(notice).to_contain_text("You rejected this ")
    notice.get_by_role("button", name="Undo").click()
    expect(page.locator("#card bdi")).to_have_text("shot-00.png")
    expect(page.locator("#saved")).to_have_text("saved ✓")
    assert light.judgement(light.pictures[0].id) == "rejected"


def test_a_new_picture_comes_by_itself(reader: Reader, light: FakeLight) -> None:
    """Where everything was judged, it is on the screen without a reload."""
    light.pictures = list(light.pictures[:1])
    page = reader.page()
    reader.press(page, "l")
    expect(page.get_by_text("You have judged all 1.")).to_be_visible()
    expect(page.get_by_text("New ones come by themselves.")).to_be_visible()
    wait_until_heard(reader, page, "v13")
    light.pictures.append(FakePicture("new.png"))
    reader.tell("scored", {"count": 1})
    expect(page.locator("#card bdi")).to_have_text("new.png")


def test_a_picture_that_comes_while_the_queue_is_asked_is_not_missed(
    reader: Reader, light: FakeLight
) -> None:
    """The reply was made before it came, and arrives after the news of it."""
    light.pictures = list(light.pictures[:1])
    page = reader.page()
    wait_until_seen(page)
    wait_until_heard(reader, page, "v13")
    held: list[Route] = []
    page.route("**/api/queue?*", lambda route: route.continue_() if held else held.append(route))
    reader.press(page, "l")
    while not held:
        page.wait_for_timeout(20)
    reply = held[0].fetch()
    assert reply.json()["cards"] == []
    light.pictures.append(FakePicture("new.png"))
    reader.tell("scored", {"count": 1})
    wait_until_heard(reader, page, "v14")
    held[0].fulfill(response=reply)
    expect(page.locator("#card bdi")).to_have_text("new.png")


def test_progress_of_others_is_shown(reader: Reader, light: FakeLight) -> None:
    """A new version has its name at the top without a reload."""
    page = reader.page()
    wait_until_seen(page)
    wait_until_heard(reader, page, "v11")
    reader.tell("progress", {"version": "v13", "probabilities": {}})
    expect(page.locator(".state")).to_have_text("v13")
