"""What is on trial, on the pages: in words, by forms without script, and live."""

from datetime import UTC, datetime

from playwright.sync_api import expect

from kit.fake_light import FakeLight
from kit.fake_tastes import version_of
from kit.pages import visible_text
from kit.review_pages import Reader
from kit.tried_homes import shown_trial
from tasted.review.api.taste_schemas import ModelAnswer, StatusAnswer, VersionsAnswer
from tasted.review.api.trial_schemas import TrialsAnswer
from tasted.review.page.frame import frame_of
from tasted.review.page.rendering import rendered
from tasted.review.page.trials import TrialsPart
from tasted.review.page.versions import VersionsPage
from tasted.rpc import review_messages as messages

NOW = datetime(2026, 11, 30, 14, 0, tzinfo=UTC)
MODEL = "openai/clip-vit-large-patch14"


def versions_text(light: FakeLight) -> str:
    """Return the text of the page of versions."""
    light.versions = [version_of(2, is_in_force=True), version_of(1)]
    status = StatusAnswer.model_validate({**light(messages.ShowStatus()), "streams": 0})  # type: ignore[dict-item]  # a body
    versions = VersionsAnswer.model_validate(light(messages.ListTasteVersions()))
    trials = TrialsAnswer.model_validate(light(messages.ListTrials()))
    model = ModelAnswer.model_validate(light(messages.ShowModel()))
    page = VersionsPage(versions, model, NOW, "", TrialsPart(trials.trials))
    return visible_text(rendered("versions", frame_of("Versions", "c" * 64, status), page))


def test_a_trial_is_told_in_words(light: FakeLight) -> None:
    """How far it is, what can be done, and all figures; what is over in one sentence."""
    over = shown_trial("dismissed", decided_by="test", is_told=True)
    light.trials = [shown_trial("open"), over]
    text = versions_text(light)
    assert f"On trial: {MODEL}. 47 answers counted." in text
    assert "it was nearer to your answer in 41." in text
    assert "47 of at least 40" in text
    assert "Use it now" in text
    assert "Evidence (E)" in text
    assert f"{MODEL} was not taken" in text
    light.trials = [shown_trial("promoted", decided_by="test")]
    text = versions_text(light)
    assert "predicts silently, and decides again if it proves better" in text
    assert "9 of 160" in text
    assert "Keep it" in text
    light.trials = []
    assert "trial" not in versions_text(light)


def test_what_decides_now_is_told_once_with_the_way_back(reader: Reader, light: FakeLight) -> None:
    """By forms alone; closed, it is gone from every page."""
    light.versions = [version_of(2, is_in_force=True), version_of(1)]
    light.trials = [shown_trial("promoted", decided_by="test")]
    page = reader.page(java_script_enabled=False)
    notice = page.locator(".notice[data-kind=trial]")
    expect(notice).to_contain_text(f"{MODEL} decides instead of small.")
    notice.get_by_role("link", name="What changed").click()
    assert page.url.endswith("/versions/compare?a=1&b=2")
    page.get_by_role("button", name="Close").click()
    assert page.url.endswith("/review")
    expect(notice).to_have_count(0)
    light.trials = [shown_trial("promoted", decided_by="test")]
    page.goto(f"{reader.visit.origin}/results")
    page.get_by_role("button", name="Go back").click()
    assert page.url.endswith("/versions#trial")
    changes = [call for call in light.calls if isinstance(call, messages.ChangeTrial)]
    assert changes == [messages.ChangeTrial(1, "seen"), messages.ChangeTrial(1, "dismiss")]


def test_an_open_page_hears_of_it(reader: Reader, light: FakeLight) -> None:
    """As a line at the top, while somebody judges; and it can be read with axe."""
    page = reader.page()
    light.trials = [shown_trial("promoted", decided_by="test")]
    reader.tell("trial", {"event": {"kind": "duel_closed"}}, 7)
    notice = page.locator("#notices [data-kind=trial]")
    expect(notice).to_contain_text("evidence this strong")
    notice.get_by_role("button", name="See more").click()
    expect(page.get_by_role("heading", name="Still checked")).to_be_visible()
