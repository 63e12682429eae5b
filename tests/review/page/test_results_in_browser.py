"""The gallery, one result, versions and history in a real browser."""

from datetime import timedelta

from playwright.sync_api import expect

from kit.fake_light import FakeLight
from kit.fake_pictures import FakePicture
from kit.fake_tastes import version_of
from kit.review_pages import Reader, wait_until_ready
from tasted.rpc.review_messages import GiveAnswer


def test_a_tile_keeps_its_place_when_it_is_judged(reader: Reader, light: FakeLight) -> None:
    """It gets a badge; answers here are not blind."""
    page = reader.page("/results")
    wait_until_ready(page)
    names = page.locator(".tile h2").all_inner_texts()
    assert names[0] == "shot-39.png"
    page.locator(".tile a").first.focus()
    page.keyboard.press("l")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("x")
    expect(page.locator(".tile .judged.liked")).to_have_text("✓ liked")
    expect(page.locator(".tile .judged.rejected")).to_have_text("✕ rejected")
    expect(page.locator("#said")).to_have_text("Rejected.")
    assert page.locator(".tile h2").all_inner_texts() == names
    page.keyboard.press("u")
    expect(page.locator(".tile .judged.rejected")).to_have_count(0)
    page.keyboard.press("Shift+Z")
    expect(page.locator(".tile .judged.rejected")).to_have_count(1)
    page.wait_for_load_state("networkidle")
    assert [event["blind"] for event in light.events] == [False] * 3
    assert light.judgement(light.pictures[39].id) == "liked"
    assert light.judgement(light.pictures[38].id) == "rejected"


def test_a_tile_is_taken_out_of_judging(reader: Reader, light: FakeLight) -> None:
    """By the key that does it on a card; undo and redo as for answers."""
    page = reader.page("/results")
    wait_until_ready(page)
    page.locator(".tile a").first.focus()
    page.keyboard.press("n")
    badge = page.locator(".tile .judged").first
    expect(badge).to_have_text("\u2013 taken out")
    expect(page.locator("#said")).to_have_text("Taken out.")
    page.keyboard.press("u")
    expect(badge).to_have_text("")
    page.keyboard.press("Shift+Z")
    expect(badge).to_have_text("\u2013 taken out")
    expect(page.locator("#said")).to_have_text("Taken out.")
    page.wait_for_load_state("networkidle")
    assert [(event["kind"], event["undone"]) for event in light.events] == [
        ("exclude", True),
        ("exclude", False),
    ]
    assert {event["content"] for event in light.events} == {light.pictures[39].id}


def test_tiles_are_walked_with_one_stop_for_tab(reader: Reader) -> None:
    """Arrows move by tile and by row; Enter and `w` open the details, Escape leads back."""
    page = reader.page("/results", viewport={"width": 1280, "height": 800})
    wait_until_ready(page)
    page.locator(".tile a").first.focus()
    assert page.locator(".tile [tabindex='0']").count() == 1
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    columns = page.evaluate(
        """() => { const tiles = [...document.querySelectorAll('.tile')];
            return tiles.filter((tile) => tile.offsetTop === tiles[0].offsetTop).length; }"""
    )
    name = f"shot-{39 - columns - 1:02}.png"
    expect(page.locator(".tile a:focus h2")).to_have_text(name)
    page.keyboard.press("w")
    expect(page.get_by_role("heading", level=1)).to_have_text(name)
    wait_until_ready(page)
    page.keyboard.press("Escape")
    expect(page.get_by_role("heading", level=1)).to_have_text("Results")


def test_a_new_order_comes_only_when_asked_for(reader: Reader, light: FakeLight) -> None:
    """The button says how many would move."""
    page = reader.page("/results")
    wait_until_ready(page)
    light.pictures[0].probability = 0.99
    page.locator(".tile a").first.focus()
    page.keyboard.press("l")
    refresh = page.get_by_role("button", name="Refresh order")
    expect(refresh).to_have_text("Refresh order (40 moved)")
    expect(page.locator(".tile h2").first).to_have_text("shot-39.png")
    refresh.click()
    expect(page.locator(".tile h2").first).to_have_text("shot-00.png")


def test_what_failed_is_listed_with_its_remedy(reader: Reader, light: FakeLight) -> None:
    """And can be filtered."""
    light.pictures = [
        *light.pictures,
        FakePicture("cut.png", None, error=("truncated", "The file ends early.", "Copy it again.")),
    ]
    page = reader.page("/results?verdict=error")
    row = page.locator(".failures li")
    expect(row).to_have_count(1)
    expect(row).to_contain_text("cut.png")
    expect(row).to_contain_text("The file ends early. (truncated)")
    expect(row.locator(".remedy")).to_have_text("Copy it again.")
    expect(page.locator(".tile")).to_have_count(0)


def test_choices_are_links_that_can_be_kept(reader: Reader, light: FakeLight) -> None:
    """Verdict, order and name are in the address."""
    page = reader.page("/results")
    wait_until_ready(page)
    page.get_by_role("link", name="Match").first.click()
    page.get_by_label("Name or text").fill("shot-3")
    page.get_by_role("button", name="Show", exact=True).click()
    expect(page).to_have_url(
        f"{reader.visit.origin}/results?verdict=match&sort=rank&judged=&since=&q=shot-3"
    )
    assert all(name.startswith("shot-3") for name in page.locator(".tile h2").all_inner_texts())
    page.goto(f"{reader.visit.origin}/results?q=nothing")
    expect(page.get_by_role("heading", name="Nothing found.")).to_be_visible()


def test_one_result_shows_where_every_reason_comes_from(reader: Reader, light: FakeLight) -> None:
    """The regions that were looked at, what moved the score, neighbours, text and answers."""
    picture = light.pictures[30]
    light(GiveAnswer(picture.id, "like", blind=True, via="terminal"))
    page = reader.page(f"/results/{picture.id}")
    expect(page.locator(".seen svg rect.under")).to_have_attribute("width", "200")
    expect(page.locator(".parts")).to_contain_text("Looks")
    assert page.locator(".parts .number").all_inner_texts() == ["+1.4", "+0.3", "\u22120.8"]
    expect(page.locator(".near img")).to_have_count(6)
    expect(page.locator(".text")).to_contain_text("Anna, 29")
    expect(page.locator(".events")).to_contain_text("You liked shot-30.png")
    expect(page.locator(".events")).to_contain_text("(in the terminal, guessed 71\u202f%)")
    page.get_by_role("button", name="Reject").click()
    expect(page.locator(".signs .rejected")).to_have_text("✕ rejected")
    assert light.judgement(picture.id) == "rejected"
    page.get_by_role("button", name="Reject").click()
    expect(page.locator(".signs .rejected")).to_have_count(0)
    assert light.judgement(picture.id) is None


def test_a_version_is_held_and_followed_again(reader: Reader, light: FakeLight) -> None:
    """Every page says that newer answers wait, with the button that ends it."""
    light.versions = [
        version_of(2, is_in_force=True, in_force=[{"since": light.now.isoformat(), "until": None}]),
        version_of(1),
    ]
    page = reader.page("/versions")
    page.get_by_role("button", name="Use v1").click()
    row = page.locator("tr.now")
    expect(row).to_contain_text("v1")
    expect(row).to_contain_text("in force, held")
    for path in ("/review", "/results", "/history"):
        page.goto(reader.visit.origin + path)
        expect(page.locator("#notices")).to_contain_text(
            "v1 is held. 23 newer answers are kept and not used."
        )
    page.get_by_role("button", name="Follow again").click()
    expect(page.locator("tr.now")).to_contain_text("v2")
    expect(page.locator("#notices .notice")).to_have_count(0)


def test_two_versions_are_compared(reader: Reader, light: FakeLight) -> None:
    """With the pictures about which they disagree."""
    light.versions = [version_of(2, is_in_force=True), version_of(1)]
    page = reader.page("/versions")
    page.get_by_role("link", name="Compare v1").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("v1 and v2")
    expect(page.locator(".lead")).to_have_text("They give another verdict to 10 of 40 pictures.")
    expect(page.locator(".tile")).to_have_count(10)


def test_answers_and_sessions_are_undone_in_the_history(reader: Reader, light: FakeLight) -> None:
    """Each is told with what had been guessed."""
    for picture in light.pictures[:3]:
        light(GiveAnswer(picture.id, "like", blind=True, via="page", session="morning"))
    page = reader.page("/history")
    expect(page.locator(".events li")).to_have_count(3)
    expect(page.locator(".events li").first).to_contain_text(
        "You liked shot-02.png (guessed 15\u202f%)"
    )
    page.get_by_role("button", name="Undo: You liked shot-02.png").click()
    expect(page.locator(".events .undone")).to_have_count(1)
    page.get_by_role("button", name="Undo session").click()
    expect(page.locator(".events .undone")).to_have_count(3)
    assert light.progress()["judged"] == 0


def test_the_end_of_a_session_tells_what_came_of_it(reader: Reader, light: FakeLight) -> None:
    """Guesses beside those of the first session, and how many verdicts changed."""
    long_ago = light.now - timedelta(days=1)
    light.versions = [
        version_of(2, is_in_force=True, in_force=[{"since": light.now.isoformat(), "until": None}]),
        version_of(1, in_force=[{"since": long_ago.isoformat(), "until": light.now.isoformat()}]),
    ]
    light.now = long_ago
    light(GiveAnswer(light.pictures[0].id, "like", blind=True, via="page", session="first"))
    page = reader.page()
    reader.press(page, "x", "x", "x")
    expect(page.locator("#saved")).to_have_text("saved ✓")
    page.get_by_role("link", name="End of this session").last.click()
    told = page.locator(".figures")
    expect(told).to_contain_text(
        "3 pictures in 6 s. It guessed 3 of them; in your first session 0 of 1."
    )
    expect(told).to_contain_text("Likes above rejects: 62 in 100, was 61.")
    expect(told).to_contain_text("10 pictures changed their verdict.")
    expect(page.get_by_role("link", name="See them")).to_be_visible()
    page.get_by_role("button", name="Undo the session").click()
    expect(page.locator(".events .undone")).to_have_count(3)
