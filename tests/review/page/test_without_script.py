"""Everything by forms, in a browser that runs no script."""

from playwright.sync_api import expect

from kit.fake_light import FakeLight
from kit.fake_tastes import version_of
from kit.review_pages import Reader


def test_cards_are_judged_and_undone_by_forms(reader: Reader, light: FakeLight) -> None:
    """Each button leads to the next card; loading that page again sends nothing twice."""
    page = reader.page(java_script_enabled=False)
    name = page.locator("#card bdi")
    for button, following in (
        ("Like", "shot-01.png"),
        ("Reject", "shot-02.png"),
        ("Later", "shot-03.png"),
        ("Not for judging", "shot-04.png"),
    ):
        page.get_by_role("button", name=button).click()
        expect(name).to_have_text(following)
    page.reload()
    expect(page.locator(".progress")).to_have_text("2 of 40 judged")
    expect(page.locator("#strip li")).to_have_count(4)
    kinds = [(event["kind"], event["answer"], event["blind"]) for event in light.events]
    assert kinds == [
        ("judge", "like", True),
        ("judge", "reject", True),
        ("skip", None, None),
        ("exclude", None, None),
    ]
    page.get_by_role("button", name="Undo").click()
    expect(name).to_have_text("shot-03.png")
    assert light.events[-1]["undone"]


def test_the_photos_of_a_profile_stand_side_by_side(reader: Reader, light: FakeLight) -> None:
    """The strip can be reached and moved with the keys of the browser."""
    light.pictures = [picture for picture in light.pictures if picture.photos > 1]
    page = reader.page(java_script_enabled=False)
    expect(page.locator("#card img")).to_have_count(3)
    expect(page.get_by_role("list", name="Photos")).to_have_attribute("tabindex", "0")


def test_the_gallery_judges_by_forms(reader: Reader, light: FakeLight) -> None:
    """The page is the same afterwards, with its choices."""
    page = reader.page("/results?verdict=match&q=shot-3", java_script_enabled=False)
    page.get_by_role("button", name="Like shot-39.png").click()
    expect(page.locator(".tile .judged.liked")).to_have_count(1)
    assert page.url.endswith("/results?verdict=match&q=shot-3")
    page.get_by_role("button", name="Like shot-39.png").click()
    expect(page.locator(".tile .judged.liked")).to_have_count(0)


def test_versions_and_history_need_no_script(reader: Reader, light: FakeLight) -> None:
    """Nor does the end of a session."""
    light.versions = [version_of(2, is_in_force=True), version_of(1)]
    page = reader.page(java_script_enabled=False)
    page.get_by_role("button", name="Like").click()
    page.goto(f"{reader.visit.origin}/versions")
    page.get_by_role("button", name="Use v1").click()
    expect(page.locator("tr.now")).to_contain_text("v1")
    page.get_by_role("button", name="Follow again").click()
    expect(page.locator("tr.now")).to_contain_text("v2")
    page.goto(f"{reader.visit.origin}/review/session")
    expect(page.locator(".figures")).to_contain_text("1 picture in 0 s.")
    page.get_by_role("button", name="Undo the session").click()
    expect(page.locator(".events .undone")).to_have_count(1)


def test_a_form_that_is_sent_twice_is_one_answer(reader: Reader, light: FakeLight) -> None:
    """The id of the answer is in the form."""
    page = reader.page(java_script_enabled=False)
    fields = {
        name: str(page.locator(f".actions input[name={name}]").get_attribute("value"))
        for name in ("csrf", "event", "content")
    }
    target = page.get_by_role("button", name="Like").get_attribute("formaction")
    headers = {"origin": reader.visit.origin, "sec-fetch-site": "same-origin"}
    for _ in range(2):
        done = page.request.post(
            f"{reader.visit.origin}{target}", form=fields, headers=headers, max_redirects=0
        )
        assert (done.status, done.headers["location"]) == (303, "/review")
    assert [event["id"] for event in light.events] == [fields["event"]]
