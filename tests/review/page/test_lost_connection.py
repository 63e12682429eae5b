"""Answers while tasted does not answer, and answers that are refused: kept, and never silent."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from kit.fake_light import FakeLight
from kit.review_pages import Reader, wait_until_seen


@pytest.fixture(autouse=True)
def _failures_are_expected(reader: Reader) -> None:
    """The browser itself notes each of them in its console."""
    reader.expected += ["Failed to load resource", "ERR_INTERNET_DISCONNECTED"]


def standing(light: FakeLight) -> list[str]:
    """Return the answers in their order."""
    return [event["answer"] for event in light.events if not event["undone"]]


def told(page: Page, kind: str) -> str:
    """Return where a kind of notice stands."""
    return f"#notices [data-kind={kind}]"


def test_row_68_answers_wait_in_the_tab_and_arrive_once(reader: Reader, light: FakeLight) -> None:
    """Also over a reload; judging goes on meanwhile."""
    context = reader.context()
    page = reader.tab(context)
    wait_until_seen(page)
    light.refuses["GiveAnswer"] = ("no_answer", "tasted is not answering.", "")
    reader.press(page, "l")
    expect(page.locator(told(page, "gone"))).to_have_text(
        "tasted is not answering. Your last answer is kept here and sent when it is back."
    )
    reader.press(page, "x", "l")
    expect(page.locator(told(page, "gone"))).to_have_text(
        "tasted is not answering. Your last 3 answers are kept here and sent when it is back."
    )
    expect(page.locator("#saved")).to_have_text("saving 3 …")
    assert light.events == []
    page.reload()
    # what was answered is not shown again
    expect(page.locator("#card bdi")).to_have_text("shot-03.png")
    del light.refuses["GiveAnswer"]
    expect(page.locator(told(page, "gone"))).to_have_count(0)
    expect(page.locator("#saved")).to_have_text("saved ✓")
    assert standing(light) == ["like", "reject", "like"]
    assert len({event["id"] for event in light.events}) == 3


def test_row_68_a_browser_without_connection_keeps_them_too(
    reader: Reader, light: FakeLight
) -> None:
    """The cards that were loaded ahead can be judged; undo takes back what was not sent."""
    context = reader.context()
    page = reader.tab(context)
    wait_until_seen(page)
    page.wait_for_load_state("networkidle")
    context.set_offline(True)
    reader.press(page, "l", "x", "l")
    page.keyboard.press("u")
    expect(page.locator("#card bdi")).to_have_text("shot-02.png")
    expect(page.locator("#saved")).to_have_text("saving 2 …")
    context.set_offline(False)
    expect(page.locator("#saved")).to_have_text("saved ✓")
    assert standing(light) == ["like", "reject"]
    assert not [event for event in light.events if event["undone"]]


def test_row_68_a_restart_of_the_page_loses_nothing(reader: Reader, light: FakeLight) -> None:
    """The port stays, and so does the tab."""
    page = reader.page()
    reader.press(page, "l")
    expect(page.locator("#saved")).to_have_text("saved ✓")
    reader.kill_child()
    reader.press(page, "x", "l")
    expect(page.locator("#saved")).to_have_text("saved ✓")
    assert standing(light) == ["like", "reject", "like"]


def test_row_68_a_refused_answer_brings_its_picture_back(reader: Reader, light: FakeLight) -> None:
    """With the reason, and a button that gives the answer again."""
    page = reader.page()
    wait_until_seen(page)
    light.refuses["GiveAnswer"] = ("disk_full", "There is no room.", "Make room.")
    reader.press(page, "l")
    notice = page.locator(told(page, "refused"))
    expect(notice).to_contain_text("Not saved: the disk is full. The picture is back.")
    expect(page.locator("#card bdi")).to_have_text("shot-00.png")
    expect(page.locator(".progress")).to_have_text("0 of 40 judged")
    expect(page.locator("#strip li")).to_have_count(0)
    del light.refuses["GiveAnswer"]
    notice.get_by_role("button", name="Try again").click()
    expect(notice).to_have_count(0)
    expect(page.locator("#card bdi")).to_have_text("shot-01.png")
    expect(page.locator("#saved")).to_have_text("saved ✓")
    assert standing(light) == ["like"]


def test_a_page_that_expired_says_what_to_type(reader: Reader, light: FakeLight) -> None:
    """The answer is kept."""
    context = reader.context()
    page = reader.tab(context)
    wait_until_seen(page)
    context.clear_cookies()
    reader.press(page, "l")
    expect(page.locator(told(page, "gone"))).to_have_text(
        "This page has expired. Type: tasted review"
    )
    assert light.events == []
    name, value = reader.visit.cookie()
    context.add_cookies([{"name": name, "value": value, "url": reader.visit.origin}])
    page.reload()
    expect(page.locator("#saved")).to_have_text("saved ✓")
    assert standing(light) == ["like"]


def test_a_page_that_was_never_opened_says_so_too(reader: Reader) -> None:
    """Without a cookie there is one sentence and a remedy."""
    context = reader.browser.new_context()
    page = context.new_page()
    page.goto(reader.visit.origin + "/review")
    expect(page.get_by_role("heading")).to_have_text("This page has expired.")
    expect(page.locator("main")).to_contain_text("Type: tasted review")


def test_the_link_of_the_page_of_results_leads_in(reader: Reader, tmp_path: Path) -> None:
    """A visit from a file is another site's to the browser: it keeps the cookie back at first."""
    page = reader.tab(reader.context(), "/review")
    link = tmp_path / "results.html"
    link.write_text(f'<a href="{reader.visit.origin}/">Judge these</a>', "utf-8")
    reader.expected.append("asked file:")
    page.goto(link.as_uri())
    page.get_by_role("link").click()
    expect(page.locator("#card bdi")).to_have_text("shot-00.png")
