"""Answers are in the log before they are in the folders, and the folders say what the log says."""

import pytest

from kit.answered_homes import AnsweredHome, id_of, picture
from kit.feedback_events import event_id
from tasted.errors import CommandError, NotFound, UnreadableFile, UsageError
from tasted.feedback.events import Answer, ChosenBy, EventKind, GuessBefore, Via

LIKE, REJECT = Answer.LIKE, Answer.REJECT


def test_an_answer_is_logged_and_copied(answered: AnsweredHome) -> None:
    """With what the taste had said before it, and how the card was chosen."""
    done = answered.judge(
        "a.png",
        LIKE,
        session="s",
        window="w",
        chosen_by=ChosenBy.EXPLORE,
        propensity=0.5,
        blind=True,
        shown_ms=700,
    )
    assert done.is_new
    assert done.copied_to == "liked/a.png"
    assert done.judgement is LIKE
    assert (answered.home.inbox / "liked" / "a.png").read_bytes() == picture("a.png")
    (event,) = answered.events
    assert event == done.event
    assert (event.content, event.seq, event.blind) == (id_of("a.png"), 1, True)
    assert event.before == GuessBefore("v3", None, 0.75, "match", 0.9)
    assert answered.shared.wakeups.pause_scanner(0)[1] >= {"liked/a.png"}


def test_row_56_the_same_answer_twice_is_one(answered: AnsweredHome) -> None:
    """Five times, out of order: one event, one copy; also after an opposite answer."""
    for _time in range(3):
        answered.judge("a.png", LIKE, event_id=event_id(1))
    other = answered.judge("a.png", REJECT, event_id=event_id(2))
    again = answered.judge("a.png", LIKE, event_id=event_id(1))
    assert (other.is_new, again.is_new, again.judgement) == (True, False, REJECT)
    assert len(answered.events) == 2
    assert answered.labels() == {id_of("a.png"): "rejected"}


def test_the_later_answer_counts_and_undo_brings_the_earlier_back(answered: AnsweredHome) -> None:
    """Taken back one by one, all is as before the first."""
    first = answered.judge("a.png", LIKE)
    second = answered.judge("a.png", REJECT)
    undone = answered.recorder.undo(second.event.id, via=Via.PAGE)
    assert undone.judgement is LIKE
    assert answered.labels() == {id_of("a.png"): "liked"}
    again = answered.recorder.undo(second.event.id, via=Via.PAGE)
    assert not again.is_new
    assert again.event == undone.event
    assert answered.recorder.undo(first.event.id, via=Via.PAGE).judgement is None
    assert answered.labels() == {}
    assert (answered.home.inbox / "a.png").exists()


def test_withdrawing_leaves_no_answer(answered: AnsweredHome) -> None:
    """As `tasted undo FILE` does: no earlier answer comes back."""
    answered.judge("a.png", LIKE)
    answered.judge("a.png", REJECT)
    done = answered.recorder.withdraw(id_of("a.png"), "a.png", via=Via.PAGE)
    assert done is not None
    assert done.judgement is None
    assert answered.labels() == {}
    assert answered.recorder.withdraw(id_of("a.png"), "a.png", via=Via.PAGE) is None


def test_a_picture_that_moved_is_found(answered: AnsweredHome) -> None:
    """It is its content that is judged, wherever it lies."""
    answered.drop("d.png")
    (answered.home.inbox / "d.png").rename(answered.home.inbox / "e.png")
    with pytest.raises(NotFound):
        answered.judge("d.png", LIKE)
    answered.score("e.png")
    assert answered.judge("d.png", LIKE).copied_to == "liked/e.png"


def test_a_picture_that_is_gone_is_not_judged(answered: AnsweredHome) -> None:
    """Nothing is logged: there is nothing that could be a label."""
    (answered.home.inbox / "a.png").unlink()
    with pytest.raises(NotFound, match=r"a\.png is gone"):
        answered.judge("a.png", LIKE)
    assert answered.events == []


def test_an_answer_to_a_replaced_picture_does_not_stand(answered: AnsweredHome) -> None:
    """What was on the screen is not what lies there now; the log says so, and the folders."""
    (answered.home.inbox / "a.png").write_bytes(picture("another"))
    with pytest.raises(UnreadableFile, match="another picture now"):
        answered.judge("a.png", LIKE)
    assert answered.answers == {}
    assert answered.labels() == {}
    assert [event.via for event in answered.events] == [Via.PAGE, Via.DAEMON]


def test_row_56_an_answer_that_cannot_be_copied_does_not_stand(answered: AnsweredHome) -> None:
    """The error says why, and the same picture can be answered again."""
    liked = answered.home.inbox / "liked"
    liked.rmdir()
    liked.symlink_to(answered.home.root)
    with pytest.raises(CommandError, match="is a link"):
        answered.judge("a.png", LIKE)
    assert answered.answers == {}
    liked.unlink()
    assert answered.judge("a.png", LIKE).copied_to == "liked/a.png"


def test_a_profile_is_one_answer(answered: AnsweredHome) -> None:
    """Its photos are copied together, and each of them has the answer."""
    profile = answered.make_profile("anna/", "1.png", "2.png")
    done = answered.recorder.judge(profile, "anna/", LIKE, via=Via.PAGE)
    assert done.copied_to == "liked/anna/"
    photos = {id_of("anna/1.png"), id_of("anna/2.png")}
    assert set(done.event.photos) == photos
    assert answered.labels() == dict.fromkeys(photos, "liked")
    assert answered.answers.keys() == {profile, *photos}
    one = answered.judge("anna/1.png", REJECT)
    undone = answered.recorder.undo(done.event.id, via=Via.PAGE)
    assert undone.judgement is None
    assert answered.labels() == {id_of("anna/1.png"): "rejected"}
    answered.recorder.undo(one.event.id, via=Via.PAGE)
    assert answered.labels() == {}
    assert {file.name for file in (answered.home.inbox / "anna").iterdir()} == {"1.png", "2.png"}


def test_cards_are_put_off_and_left_out(answered: AnsweredHome) -> None:
    """And taken back, by the same undo."""
    recorder = answered.recorder
    skipped = recorder.skip(id_of("a.png"), via=Via.PAGE, session="s", event_id=event_id(1))
    assert not recorder.skip(id_of("a.png"), via=Via.PAGE, event_id=event_id(1)).is_new
    excluded = recorder.exclude(id_of("b.png"), via=Via.PAGE)
    assert recorder.standing.now().excluded == {id_of("b.png")}
    assert recorder.undo(excluded.event.id, via=Via.PAGE).is_new
    assert recorder.undo(skipped.event.id, via=Via.PAGE).is_new
    assert recorder.standing.now().excluded == frozenset()
    recorder.exclude(id_of("b.png"), via=Via.PAGE)
    recorder.include(id_of("b.png"), via=Via.PAGE)
    assert recorder.standing.now().excluded == frozenset()


def test_only_answers_are_undone(answered: AnsweredHome) -> None:
    """An undo is undone by answering again; versions have ways of their own."""
    recorder = answered.recorder
    done = answered.judge("a.png", LIKE)
    undo = recorder.undo(done.event.id, via=Via.PAGE)
    activated = recorder.note(EventKind.ACTIVATE, via=Via.CLI, note="v2")
    for event in (undo.event, activated.event):
        with pytest.raises(UsageError, match="cannot be undone"):
            recorder.undo(event.id, via=Via.PAGE)
    with pytest.raises(NotFound, match="no answer"):
        recorder.undo(event_id(99), via=Via.PAGE)


def test_the_last_answers_are_taken_back(answered: AnsweredHome) -> None:
    """Of all, or of one session; not those that hands gave in the folders."""
    for number, name in enumerate(("a.png", "b.png", "c.png")):
        answered.judge(name, LIKE, session=f"s{number % 2}")
    answered.drop("d.png")
    (answered.home.inbox / "liked" / "d.png").write_bytes(picture("d.png"))
    answered.turn()
    last = answered.recorder.latest_session()
    assert last is not None
    assert last.id == "s0"
    undone = answered.recorder.undo_last(9, session="s0", via=Via.CLI)
    assert [done.event.content for done in undone] == [id_of("c.png"), id_of("a.png")]
    assert answered.labels().keys() == {id_of("b.png"), id_of("d.png")}
    answered.recorder.undo_last(1, via=Via.CLI)
    assert answered.labels().keys() == {id_of("d.png")}
    assert answered.recorder.undo_last(5, via=Via.CLI) == []
