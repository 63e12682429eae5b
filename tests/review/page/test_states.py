"""What a page says in each state, word for word, without a browser."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from kit.fake_light import FakeLight
from kit.fake_pictures import BEGAN, FakePicture
from kit.fake_tastes import version_of
from kit.model_bodies import change_body, model_body
from kit.pages import parsed, visible_text
from tasted.review.api.result_schemas import ResultAnswer, ResultsAnswer
from tasted.review.api.schemas import (
    HistoryAnswer,
    Problem,
    QueueAnswer,
    RecordedEvent,
    SessionSummary,
)
from tasted.review.api.taste_schemas import (
    ModelAnswer,
    StatusAnswer,
    TasteVersionAnswer,
    VersionsAnswer,
)
from tasted.review.api.training_schemas import TrainingAnswer
from tasted.review.page.frame import frame_of
from tasted.review.page.gallery import GalleryPage, WantedResults
from tasted.review.page.history import HistoryPage, SessionPage, version_at
from tasted.review.page.rendering import problem_page, rendered
from tasted.review.page.result import ResultPage
from tasted.review.page.review import ReviewPage, card_alt
from tasted.review.page.training import TrainingPart
from tasted.review.page.versions import VersionsPage
from tasted.rpc import review_messages as messages
from tasted.rpc.training_messages import ShowTraining

NOW = datetime(2026, 11, 30, 14, 0, tzinfo=UTC)


def body(light: FakeLight, call: messages.ReviewCall) -> Any:
    """Return what the played light process answers."""
    answer = light(call)
    assert isinstance(answer, dict)
    return answer


def review_text(light: FakeLight) -> str:
    """Return the text of the page on which cards are judged; what is hidden is not in it."""
    queue = QueueAnswer.model_validate(body(light, messages.GiveQueue(12)))
    recent = HistoryAnswer.model_validate(body(light, messages.ListFeedback()))
    status = StatusAnswer.model_validate({**body(light, messages.ShowStatus()), "streams": 0})
    page = rendered(
        "review",
        frame_of("Review", "c" * 64, status),
        ReviewPage(queue, recent.events, "00000000-0000-7000-8000-000000000000"),
        alt=card_alt,
    )
    return visible_text(page)


def judged(light: FakeLight, answer: str, count: int) -> None:
    """Answer the first pictures."""
    for picture in light.pictures[:count]:
        light(messages.GiveAnswer(picture.id, answer, blind=True, shown_ms=900, via="page"))


def test_without_pictures() -> None:
    """It says where they come from."""
    text = review_text(FakeLight([]))
    assert "Nothing to judge yet." in text
    assert (
        "Drop screenshots into ~/Tasted/inbox; each is here a moment after it was scored." in text
    )


def test_without_labels(light: FakeLight) -> None:
    """It says what twelve answers bring."""
    text = review_text(light)
    assert "Judge twelve and it starts to rank. Verdicts need 4 likes and 4 rejects." in text


def test_when_all_is_judged(light: FakeLight) -> None:
    """It says how many, and offers old ones again."""
    light.pictures = light.pictures[:21]
    judged(light, "like", 21)
    text = review_text(light)
    assert "You have judged all 21." in text
    assert "New ones come by themselves." in text
    assert "Check 5 old answers" in text
    assert "Nothing to judge yet" not in text


def test_when_the_rest_was_left_for_later(light: FakeLight) -> None:
    """Then not all is judged."""
    light.pictures = light.pictures[:1]
    card = body(light, messages.GiveQueue(1))["cards"][0]["card"]
    light(messages.SkipCard(card, "later", via="page"))
    text = review_text(light)
    assert "You have judged all" not in text
    assert "1 picture that you left for later comes back." in text


def test_without_a_like_in_twenty(light: FakeLight) -> None:
    """It says what it does about that."""
    judged(light, "reject", 19)
    assert "None liked yet" not in review_text(light)
    judged(light, "reject", 20)
    text = review_text(light)
    assert "None liked yet. The next ones are those nearest to your traits." in text


def test_what_is_missing_for_verdicts_is_not_told_when_it_is_there(light: FakeLight) -> None:
    """While answers come in the taste, and what it said, are those of before."""
    judged(light, "reject", 12)
    for picture in light.pictures[12:15]:
        light(messages.GiveAnswer(picture.id, "like", blind=True, via="page"))
    assert "1 more likes for verdicts." in review_text(light)
    light.needs = "To get verdicts: 10 labels."
    light(messages.GiveAnswer(light.pictures[15].id, "like", blind=True, via="page"))
    assert "To get verdicts" not in review_text(light)


def test_a_held_version_a_fault_and_saved_power(light: FakeLight) -> None:
    """The sentence of `status`, with its remedy, on every page."""
    light.held = "v9 is held. 23 newer answers are kept and not used."
    light.fault = {
        "code": "model_missing",
        "message": "The model is not there.",
        "remedy": "Get it: tasted models pull",
    }
    light.saving = "the battery is low"
    text = review_text(light)
    assert "v9 is held. 23 newer answers are kept and not used. Follow again" in text
    assert "The model is not there." in text
    assert "Get it: tasted models pull" in text
    assert "Older pictures wait because the battery is low." in text


def test_a_file_that_failed_and_one_that_is_gone(light: FakeLight) -> None:
    """Code, words and remedy of the sidecar; and that the answer stands."""
    cut = FakePicture("cut.png", None, error=("truncated", "It ends early.", "Copy it again."))
    gone = FakePicture("gone.png", is_gone=True)
    light.pictures = [cut, gone]
    judged(light, "like", 2)
    status = StatusAnswer.model_validate({**body(light, messages.ShowStatus()), "streams": 0})
    frame = frame_of("Results", "c" * 64, status)
    results = ResultsAnswer.model_validate(body(light, messages.ListResults()))
    page = visible_text(rendered("results", frame, GalleryPage(results, WantedResults())))
    for words in ("cut.png", "It ends early.", "(truncated)", "Copy it again."):
        assert words in page
    answer = ResultAnswer.model_validate(body(light, messages.ShowResult(gone.id)))
    page = visible_text(rendered("result", frame, ResultPage(answer, NOW)))
    assert "The file is gone; the answer stands, for its content was learnt." in page


def test_a_page_that_expired() -> None:
    """One sentence, and what to type; a visit from a file is led on once."""
    problem = Problem(
        type="urn:tasted:unauthorized", title="", status=401, detail="It was never opened."
    )
    page = problem_page(problem, "/review")
    assert "This page has expired." in page
    assert "Type: tasted review" in page
    assert "refresh" not in page
    assert 'http-equiv="refresh" content="0;url=/review"' in problem_page(problem, "/")


def test_no_page_has_a_style_or_a_script_within(light: FakeLight) -> None:
    """The policy of the server would not run it, and says so in the console."""
    judged(light, "like", 12)
    queue = QueueAnswer.model_validate(body(light, messages.GiveQueue(12)))
    recent = HistoryAnswer.model_validate(body(light, messages.ListFeedback()))
    status = StatusAnswer.model_validate({**body(light, messages.ShowStatus()), "streams": 0})
    frame = frame_of("Review", "c" * 64, status)
    pages = [
        rendered("review", frame, ReviewPage(queue, recent.events, "e"), alt=card_alt),
        rendered("history", frame, HistoryPage(recent, NOW)),
        rendered(
            "versions",
            frame,
            VersionsPage(
                VersionsAnswer.model_validate(
                    {"versions": [version_of(1)], "in_force": None, "held": None}
                ),
                ModelAnswer.model_validate(model_body(change=change_body(), sentence="Changing.")),
                NOW,
                "",
                training=TrainingPart(TrainingAnswer.model_validate(body(light, ShowTraining()))),
            ),
        ),
    ]
    for page in pages:
        for tag, attributes in parsed(page).elements:
            names = {name for name, _value in attributes}
            assert "style" not in names, tag
            assert not {name for name in names if name.startswith("on")}, tag
            assert tag != "style"
            assert tag != "script" or "src" in names


# ---- the end of a session ----


def summary(**fields: Any) -> SessionSummary:
    """Return a session of 87 answers."""
    given = {
        "session": "two",
        "began_at": NOW - timedelta(minutes=4, seconds=38),
        "ended_at": NOW,
        "liked": 58,
        "rejected": 29,
        "guessed": {"right": 71, "of": 87, "constant_right": 58},
        **fields,
    }
    return SessionSummary.model_validate(given)


def version(number: int, auc: float) -> TasteVersionAnswer:
    """Return a version that ranks so well."""
    return TasteVersionAnswer.model_validate(
        version_of(number, auc={"value": auc, "low": None, "high": None})
    )


def test_a_session_that_made_it_better() -> None:
    """The sentence of the specification, word for word."""
    first = summary(session="one", guessed={"right": 52, "of": 87, "constant_right": 60})
    page = SessionPage(summary(), first, version(12, 0.70), version(13, 0.79), 14)
    assert page.sentences == (
        "87 pictures in 4 min 38 s. It guessed 71 of them; in your first session 52 of 87. "
        "Likes above rejects: 79 in 100, was 70. 14 pictures changed their verdict."
    )
    assert page.compare == "/versions/compare?a=12&b=13"


@pytest.mark.parametrize(
    ("now", "told"),
    [
        (0.70, "Likes above rejects: 70 in 100, as before: it got no better."),
        (0.66, "Likes above rejects: 66 in 100, was 70: it got no better."),
    ],
)
def test_a_session_that_made_nothing_better(now: float, told: str) -> None:
    """It is told all the same."""
    page = SessionPage(summary(), None, version(12, 0.70), version(13, now), 0)
    assert told in page.sentences
    assert "No picture changed its verdict." in page.sentences
    assert page.compare is None


def test_a_session_without_guesses() -> None:
    """Before there is a taste there is nothing to be proud of."""
    page = SessionPage(summary(guessed=None, liked=1, rejected=0))
    assert page.sentences == "1 picture in 4 min 38 s. It could not guess yet."
    assert SessionPage(None).sentences == "Nothing was judged in this window."


def test_the_version_of_a_time() -> None:
    """What decided then: no gap, and none twice."""
    began, change = BEGAN, BEGAN + timedelta(hours=1)
    spans = {
        2: [{"since": change.isoformat(), "until": None}],
        1: [{"since": began.isoformat(), "until": change.isoformat()}],
    }
    versions = [
        TasteVersionAnswer.model_validate(version_of(number, in_force=span))
        for number, span in spans.items()
    ]
    found = [version_at(versions, BEGAN + timedelta(minutes=minutes)) for minutes in (-1, 0, 60)]
    assert [one.number if one else None for one in found] == [None, 1, 2]


# ---- events ----


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"kind": "judge", "answer": "like"}, "You liked shot.png"),
        (
            {"kind": "judge", "answer": "reject", "via": "terminal", "blind": False},
            "You rejected shot.png (in the terminal, after seeing the score)",
        ),
        (
            {"kind": "judge", "answer": "like", "guess": {"probability": 0.12}},
            "You liked shot.png (guessed 12\u202f%)",
        ),
        ({"kind": "skip"}, "shot.png left for later"),
        ({"kind": "exclude"}, "shot.png taken out: not for judging"),
        ({"kind": "undo"}, "Answer taken back: shot.png"),
        ({"kind": "follow", "name": None}, "The newest version followed again"),
        ({"kind": "model_switched", "name": None}, "Model switched"),
    ],
)
def test_every_event_is_a_sentence(fields: dict[str, Any], words: str) -> None:
    """Also one of a kind that pages do not know yet."""
    event = RecordedEvent.model_validate(
        {"seq": 1, "id": "e", "at": NOW.isoformat(), "name": "shot.png", **fields}
    )
    (told,) = HistoryPage(
        HistoryAnswer.model_validate({"events": [event.model_dump()], "sessions": []}), NOW
    ).events
    assert told.words == words


# ---- the model ----


def versions_page(light: FakeLight, model: dict[str, Any]) -> str:
    """Return the page of versions with this model."""
    status = StatusAnswer.model_validate({**body(light, messages.ShowStatus()), "streams": 0})
    answer = VersionsAnswer.model_validate({"versions": [], "in_force": None, "held": None})
    page = VersionsPage(answer, ModelAnswer.model_validate(model), NOW, "")
    return rendered("versions", frame_of("Versions", "c" * 64, status), page)


def test_a_change_of_the_model_can_be_stopped_on_the_page(light: FakeLight) -> None:
    """While it goes on there is nothing else to choose."""
    told = "Changing the model to other/model: 62 of 340 pictures. pocket decides until then."
    page = versions_page(light, model_body(change=change_body(), sentence=told))
    assert told in page
    assert 'value="62" max="340"' in page
    assert "Keep pocket" in page
    assert "<select" not in page
    assert "Use it all the same" not in page


def test_a_model_that_answers_speak_against_is_asked_about(light: FakeLight) -> None:
    """Both ways are a button."""
    page = versions_page(light, model_body(change=change_body(state="asking")))
    assert "Use it all the same" in page
    assert "Keep pocket" in page


def test_another_model_is_chosen_from_the_list(light: FakeLight) -> None:
    """Those that would have to be downloaded say so; the former one has a button of its own."""
    page = versions_page(light, model_body(back_to="other/model"))
    assert "openai/clip-vit-base-patch32 (to be downloaded)" in page
    assert '<option value="pocket">' not in page
    assert "Back to other/model" in page
