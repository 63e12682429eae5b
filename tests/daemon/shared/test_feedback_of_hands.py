"""What hands did in the label folders becomes answers in the log."""

from kit.answered_homes import AnsweredHome, id_of, picture
from tasted.feedback.events import Answer, ChosenBy, EventKind, Via
from tasted.feedback.intents import leave_intent
from tasted.home.label_lock import hold_labels
from tasted.inbox.find_copies import list_labels

LIKE, REJECT = Answer.LIKE, Answer.REJECT


def test_row_57_a_label_by_hand_is_an_answer(answered: AnsweredHome) -> None:
    """With the score that it had, and the time at which the file came there."""
    file = answered.home.inbox / "liked" / "a.png"
    file.write_bytes(picture("a.png"))
    answered.turn()
    (event,) = answered.events
    assert (event.kind, event.answer, event.via) == (EventKind.JUDGE, LIKE, Via.FOLDER)
    assert event.chosen_by is ChosenBy.FOLDER
    assert event.at_ms == file.stat().st_ctime_ns // 1_000_000
    assert event.before is not None
    answered.turn()
    file.rename(answered.home.inbox / "rejected" / "other name.png")
    answered.turn()
    assert answered.answers == {id_of("a.png"): REJECT}
    (answered.home.inbox / "rejected" / "other name.png").unlink()
    answered.turn()
    assert answered.answers == {}
    kinds = [event.kind for event in answered.events]
    assert kinds == [EventKind.JUDGE, EventKind.JUDGE, EventKind.UNDO]


def test_a_score_that_knows_the_answer_is_no_guess(answered: AnsweredHome) -> None:
    """Labels that were there before the log have been learnt long since."""
    (answered.home.inbox / "liked" / "a.png").write_bytes(picture("a.png"))
    answered.score("a.png", judgement="liked")
    answered.turn()
    assert answered.events[0].before is None


def test_a_picture_in_both_folders_is_no_answer(answered: AnsweredHome) -> None:
    """It counts for neither until one of them is gone."""
    for label in ("liked", "rejected"):
        (answered.home.inbox / label / "a.png").write_bytes(picture("a.png"))
    answered.turn()
    assert answered.events == []
    (answered.home.inbox / "liked" / "a.png").unlink()
    answered.turn()
    assert answered.answers == {id_of("a.png"): REJECT}


def test_a_label_that_is_renamed_says_nothing(answered: AnsweredHome) -> None:
    """Also before the new name was learnt."""
    answered.judge("a.png", LIKE)
    answered.turn()
    liked = answered.home.inbox / "liked"
    (liked / "a.png").rename(liked / "b.png")
    answered.follow()
    answered.turn()
    assert len(answered.events) == 1


def test_row_57_an_old_look_does_not_take_an_answer_back(answered: AnsweredHome) -> None:
    """What a scan saw may be a moment old: it is checked on the disk before it is logged."""
    answered.judge("a.png", LIKE)
    answered.turn()
    labels = list_labels(answered.home.inbox)
    old = {path: file.stamp for path, file in labels.items()}
    answered.recorder.withdraw(id_of("a.png"), "a.png", via=Via.PAGE)
    answered.recorder.catching_up.follow(old, "old", missed=frozenset())
    assert answered.answers == {}
    answered.judge("a.png", LIKE)
    answered.recorder.catching_up.follow({}, "older", missed=frozenset())
    assert answered.answers == {id_of("a.png"): LIKE}


def test_erasing_forgets_what_is_in_memory(answered: AnsweredHome) -> None:
    """Events, intents, and what stands."""
    answered.judge("a.png", LIKE)
    answered.judge("b.png", LIKE)
    event = answered.recorder.standing.event(
        EventKind.JUDGE, via=Via.CLI, content=id_of("a.png"), answer=LIKE
    )
    leave_intent(answered.home.feedback, event)
    with hold_labels(answered.home):
        assert answered.recorder.count([id_of("a.png")]) == 1
        assert answered.recorder.erase([id_of("a.png")]) == 2
    assert answered.recorder.standing.now().judgements.keys() == {id_of("b.png")}
    left = b"".join(
        file.read_bytes() for file in answered.home.feedback.rglob("*") if file.is_file()
    )
    assert id_of("a.png").encode() not in left
    assert list((answered.home.feedback / "incoming").iterdir()) == []
