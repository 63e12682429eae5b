"""Judging in a real browser: keys, the queue, undo and redo, and what the taste had guessed."""

from playwright.sync_api import Locator, Page, expect

from kit.fake_light import FakeLight
from kit.review_pages import Reader, holds, wait_until_ready, wait_until_seen
from tasted.rpc.review_messages import GiveAnswer


def answers(light: FakeLight) -> list[tuple[str, str]]:
    """Return what stands: the name and the answer of each picture, in the order of answers."""
    return [
        (event["name"], event["answer"])
        for event in light.events
        if event["kind"] == "judge" and not event["undone"]
    ]


def shown(page: Page) -> Locator:
    """Return the caption of the card."""
    return page.locator("#card bdi")


def saved(page: Page) -> None:
    """Wait until every answer was acknowledged."""
    expect(page.locator("#saved")).to_have_text("saved ✓")


def test_every_card_is_answered_once_and_in_order(reader: Reader, light: FakeLight) -> None:
    """Two keys for each answer; the queue is filled behind, and ends with what is true."""
    page = reader.page()
    for at in range(40):
        expect(shown(page)).to_have_text(f"shot-{at:02}.png")
        reader.press(page, ("ArrowRight", "ArrowLeft", "l", "x")[at % 4])
    expect(page.get_by_text("You have judged all 40.")).to_be_visible()
    saved(page)
    expected = [(f"shot-{at:02}.png", "like" if at % 2 == 0 else "reject") for at in range(40)]
    assert answers(light) == expected
    assert all(event["blind"] and event["shown_ms"] >= 120 for event in light.events)
    assert {event["via"] for event in light.events} == {"page"}
    assert len({event["id"] for event in light.events}) == 40
    assert len({event["session"] for event in light.events}) == 1


def test_the_score_is_told_after_the_answer_only(reader: Reader) -> None:
    """Nothing on the page knows it before."""
    page = reader.page()
    wait_until_seen(page)
    assert "11" not in page.locator("body").inner_text()
    assert "probability" not in page.content()
    reader.press(page, "ArrowRight")
    last = page.locator("#last")
    expect(last).to_contain_text("you liked it; it had guessed 11\u202f%")
    expect(last).to_contain_text("Nearest: two you rejected.")
    expect(page.locator("#said")).to_have_text("Liked. 1 of 40.")


def test_progress_is_told_in_guesses_that_came_true(reader: Reader) -> None:
    """Beside what always giving the usual answer would have got."""
    page = reader.page()
    reader.press(page, "x", "x", "x", "l")
    expect(page.locator("#guessed")).to_contain_text("Of your last 4: 3 right, 1 wrong")
    expect(page.locator("#guessed")).to_contain_text("Always “no” would have: 3")
    expect(page.locator(".progress")).to_have_text("4 of 40 judged")
    expect(page.locator(".state")).to_have_text("v12 + 4 answers")
    assert page.locator("#bar").get_attribute("value") == "4"


def test_undo_and_redo_go_back_and_forth(reader: Reader, light: FakeLight) -> None:
    """Each picture comes back as it was; what is given again is a new answer, and not blind."""
    page = reader.page()
    reader.press(page, "l", "x", "ArrowRight")
    saved(page)
    page.keyboard.press("Backspace")
    expect(shown(page)).to_have_text("shot-02.png")
    page.keyboard.press("u")
    expect(shown(page)).to_have_text("shot-01.png")
    page.keyboard.press("Control+z")
    expect(shown(page)).to_have_text("shot-00.png")
    saved(page)
    assert answers(light) == []
    page.keyboard.press("Shift+Z")
    expect(shown(page)).to_have_text("shot-01.png")
    page.keyboard.press("Shift+Z")
    expect(shown(page)).to_have_text("shot-02.png")
    saved(page)
    assert answers(light) == [("shot-00.png", "like"), ("shot-01.png", "reject")]
    assert [event["blind"] for event in light.events] == [True, True, True, False, False]


def test_undo_goes_back_as_far_as_there_is_history(reader: Reader, light: FakeLight) -> None:
    """Also to answers that were given before this window was opened."""
    for picture in light.pictures[:2]:
        light(GiveAnswer(picture.id, "like", blind=True, via="terminal"))
    page = reader.page()
    expect(shown(page)).to_have_text("shot-02.png")
    wait_until_seen(page)
    page.keyboard.press("u")
    expect(shown(page)).to_have_text("shot-01.png")
    page.keyboard.press("u")
    expect(shown(page)).to_have_text("shot-00.png")
    saved(page)
    assert answers(light) == []
    page.keyboard.press("u")
    expect(page.locator("#said")).to_have_text("There is nothing to undo.")
    # the picture can be judged again; its score may have been seen
    reader.press(page, "x")
    expect(shown(page)).to_have_text("shot-01.png")
    saved(page)
    assert answers(light) == [("shot-00.png", "reject")]
    assert light.events[-1]["blind"] is False


def test_a_card_is_left_for_later_or_taken_out(reader: Reader, light: FakeLight) -> None:
    """Neither is an answer; both can be undone."""
    page = reader.page()
    reader.press(page, "ArrowDown", "Space", "n")
    expect(shown(page)).to_have_text("shot-03.png")
    saved(page)
    assert [event["kind"] for event in light.events] == ["skip", "skip", "exclude"]
    expect(page.locator(".count")).to_contain_text(
        "2 left for later, which is much: nothing is learnt from those"
    )
    page.keyboard.press("u")
    expect(shown(page)).to_have_text("shot-02.png")
    saved(page)
    assert light.events[-1]["undone"]


def test_a_key_that_is_held_or_comes_too_early_judges_nothing(
    reader: Reader, light: FakeLight
) -> None:
    """Nor does one that belongs to the browser."""
    page = reader.page()
    wait_until_seen(page)
    page.keyboard.down("l")
    for _ in range(5):
        page.keyboard.down("l")
    page.keyboard.up("l")
    # the second of two at once finds a card that nobody has seen
    wait_until_seen(page)
    page.evaluate(
        """() => { for (let i = 0; i < 2; i++) document.body.dispatchEvent(
            new KeyboardEvent('keydown', {key: 'x', bubbles: true})); }"""
    )
    wait_until_seen(page)
    for combination in ("Control+l", "Alt+x", "Meta+l", "Control+f"):
        page.keyboard.press(combination)
    expect(shown(page)).to_have_text("shot-02.png")
    saved(page)
    assert answers(light) == [("shot-00.png", "like"), ("shot-01.png", "reject")]


def test_the_space_bar_after_a_click_is_the_key_again(reader: Reader, light: FakeLight) -> None:
    """It does not press the button that was clicked; who came there by Tab presses it."""
    page = reader.page()
    wait_until_seen(page)
    page.get_by_role("button", name="Like").click()
    reader.press(page, "Space")
    expect(shown(page)).to_have_text("shot-02.png")
    wait_until_seen(page)
    page.get_by_role("button", name="Reject").focus()
    page.keyboard.press("Space")
    expect(shown(page)).to_have_text("shot-03.png")
    saved(page)
    assert [(event["kind"], event["answer"]) for event in light.events] == [
        ("judge", "like"),
        ("skip", None),
        ("judge", "reject"),
    ]


def test_one_of_the_last_ten_is_changed_by_a_click(reader: Reader, light: FakeLight) -> None:
    """The card that was on the screen comes next; the strip never has a picture twice."""
    page = reader.page()
    reader.press(page, *["l"] * 12)
    expect(page.locator("#strip li")).to_have_count(10)
    page.get_by_role("button", name="shot-05.png: liked").click()
    expect(shown(page)).to_have_text("shot-05.png")
    expect(page.locator("#card .was")).to_have_text("You liked this; answer again to change it.")
    reader.press(page, "x")
    expect(shown(page)).to_have_text("shot-12.png")
    expect(page.locator("#strip li")).to_have_count(10)
    saved(page)
    assert light.judgement(light.pictures[5].id) == "rejected"
    expect(page.locator(".progress")).to_have_text("12 of 40 judged")
    page.keyboard.press("u")
    expect(page.locator("#card .was")).to_have_text("You liked this; answer again to change it.")
    saved(page)
    assert light.judgement(light.pictures[5].id) == "liked"


def test_the_strip_is_walked_with_arrow_keys(reader: Reader, light: FakeLight) -> None:
    """There they judge nothing."""
    page = reader.page()
    reader.press(page, "l", "l", "l")
    saved(page)
    page.locator("#strip button").first.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Enter")
    expect(shown(page)).to_have_text("shot-01.png")
    assert len(light.events) == 3


def test_who_looks_at_the_score_first_does_not_answer_blind(
    reader: Reader, light: FakeLight
) -> None:
    """It is shown with reasons and neighbours, and keys go on working."""
    page = reader.page()
    wait_until_seen(page)
    page.keyboard.press("w")
    why = page.locator("#why")
    expect(why).to_contain_text("11\u202f%")
    expect(why).to_contain_text("Close to 8 of your likes.")
    expect(why.locator(".near img")).to_have_count(6)
    expect(why.locator("form")).to_have_count(0)
    reader.press(page, "x")
    expect(why).not_to_be_visible()
    expect(shown(page)).to_have_text("shot-01.png")
    reader.press(page, "x")
    saved(page)
    assert [event["blind"] for event in light.events] == [False, True]


def test_the_photos_of_a_profile_are_turned_by_digits(reader: Reader, light: FakeLight) -> None:
    """And by the dots beneath."""
    light.pictures = [picture for picture in light.pictures if picture.photos > 1]
    page = reader.page()
    wait_until_seen(page)
    dots = page.locator(".dots button")
    expect(dots).to_have_count(3)
    expect(dots.nth(0)).to_have_attribute("aria-current", "true")
    page.keyboard.press("3")
    expect(dots.nth(2)).to_have_attribute("aria-current", "true")
    dots.nth(1).click()
    expect(dots.nth(1)).to_have_attribute("aria-current", "true")
    expect(page.locator("#card img").nth(1)).to_be_in_viewport()
    assert page.locator("#card img").nth(1).get_attribute("alt") == (
        "shot-09.png, added 28 Nov, photo 2 of 3"
    )


def test_a_picture_is_zoomed_and_never_made_larger_than_it_is(reader: Reader) -> None:
    """At 100 % it may be larger than the window."""
    page = reader.page(viewport={"width": 900, "height": 420})
    wait_until_seen(page)
    width = "document.querySelector('#card img').width"
    fitted = page.evaluate(width)
    natural = page.evaluate("document.querySelector('#card img').naturalWidth")
    assert fitted < natural
    page.keyboard.press("z")
    holds(page, f"{width} === {natural}")
    page.keyboard.press("z")
    holds(page, f"{width} === {fitted}")


def test_letters_are_changed_and_switched_off(reader: Reader, light: FakeLight) -> None:
    """Both are kept; arrows always work."""
    context = reader.context()
    page = reader.tab(context)
    wait_until_seen(page)
    page.keyboard.press("?")
    expect(page.locator("#keys")).to_be_visible()
    page.get_by_label("Letter for: like").fill("f")
    page.get_by_label("Letter for: reject").fill("f")
    expect(page.locator("#keys-said")).to_have_text("")
    page.get_by_label("Letter for: like").focus()
    expect(page.locator("#keys-said")).to_have_text("f is taken.")
    expect(page.get_by_label("Letter for: reject")).to_have_value("x")
    page.keyboard.press("Escape")
    reader.press(page, "f")
    page.keyboard.press("l")
    expect(shown(page)).to_have_text("shot-01.png")
    page.close()
    page = reader.tab(context)
    reader.press(page, "f")
    expect(shown(page)).to_have_text("shot-02.png")
    page.get_by_role("button", name="keys").click()
    page.get_by_label("Use letters, digits and ? as keys").uncheck()
    page.keyboard.press("Escape")
    wait_until_seen(page)
    for key in ("f", "x", "n", "g", "?", "1"):
        page.keyboard.press(key)
    expect(shown(page)).to_have_text("shot-02.png")
    reader.press(page, "ArrowLeft")
    expect(shown(page)).to_have_text("shot-03.png")
    saved(page)
    assert [event["answer"] for event in light.events] == ["like", "like", "reject"]


def test_pages_are_reached_by_their_letters(reader: Reader) -> None:
    """Escape leads back."""
    page = reader.page()
    for letter, name in (("g", "Results"), ("v", "Versions"), ("h", "History"), ("a", "Review")):
        wait_until_ready(page)
        page.keyboard.press(letter)
        expect(page.locator("nav [aria-current=page]")).to_have_text(name)
    wait_until_ready(page)
    page.keyboard.press("h")
    expect(page.get_by_role("heading", name="History")).to_be_visible()
    wait_until_ready(page)
    page.keyboard.press("Escape")
    expect(page.locator("#card")).to_be_visible()


def test_a_finger_wipes_to_the_right_or_the_left(reader: Reader, light: FakeLight) -> None:
    """A short move, or one up or down, is none."""
    page = reader.page(viewport={"width": 360, "height": 740}, has_touch=True)
    wipe = """([x, y]) => { const place = document.querySelector('.place');
        const at = (kind, clientX, clientY) => place.dispatchEvent(
            new PointerEvent(kind, {pointerType: 'touch', clientX, clientY, bubbles: true}));
        at('pointerdown', 180, 300); at('pointerup', 180 + x, 300 + y); }"""
    for move in ([120, 10], [-120, -10], [30, 0], [100, 200]):
        wait_until_seen(page)
        page.evaluate(wipe, move)
    expect(shown(page)).to_have_text("shot-02.png")
    saved(page)
    assert [event["answer"] for event in light.events] == ["like", "reject"]


def test_a_name_that_would_steer_the_page_is_only_text(reader: Reader, light: FakeLight) -> None:
    """Markup, line breaks and marks of direction are shown as what they are."""
    light.pictures[0].name = "a\u202egnp.<img src=x onerror=alert(1)>\n.png"
    light.pictures[1].name = "b\u202egnp.<b>\x85.png"
    page = reader.page()
    for _ in range(2):
        expect(shown(page)).to_contain_text(r"\u202e")
        expect(shown(page)).to_contain_text("<")
        expect(page.locator("#card img")).to_have_count(1)
        reader.press(page, "l")
    saved(page)
    label = page.locator("#strip button").first.get_attribute("aria-label")
    assert label == r"b\u202egnp.<b>\x85.png: liked"
