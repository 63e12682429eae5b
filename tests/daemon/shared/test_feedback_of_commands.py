"""What commands answered is taken into the log, in the order of the folders."""

import itertools

import pytest

from kit.answered_homes import AnsweredHome, id_of
from kit.feedback_events import event_id
from tasted.feedback.events import Answer, EventKind, Via
from tasted.feedback.intents import Recording, leave_intent, waiting_intents
from tasted.home.label_lock import hold_labels
from tasted.home.layout import Home
from tasted.inbox.change_label import remove_label, set_label
from tasted.inbox.change_profile_label import remove_folder_label
from tasted.records import Label

LIKE, REJECT = Answer.LIKE, Answer.REJECT


def recording(home: Home, kind: EventKind, answer: Answer | None, number: int = 1) -> Recording:
    """Return what a command records with."""
    recorder = AnsweredHome(home).recorder
    return Recording(
        home.feedback,
        lambda content, photos: recorder.standing.event(
            kind, id=event_id(number), via=Via.CLI, content=content, photos=photos, answer=answer
        ),
    )


def test_what_a_command_answered_is_taken_in(answered: AnsweredHome) -> None:
    """Once, with what the taste had said before."""
    set_label(
        answered.home,
        answered.home.inbox / "a.png",
        Label.LIKED,
        recording=recording(answered.home, EventKind.JUDGE, LIKE),
    )
    (intent,) = waiting_intents(answered.home.feedback)
    assert intent.is_carried_out
    answered.recorder.catching_up.settle()
    answered.turn()
    (event,) = answered.events
    assert (event.id, event.via, event.answer) == (event_id(1), Via.CLI, LIKE)
    assert event.before is not None
    assert waiting_intents(answered.home.feedback) == []
    remove_label(
        answered.home,
        answered.home.inbox / "a.png",
        recording=recording(answered.home, EventKind.UNDO, None, 2),
    )
    answered.turn()
    assert [event.id for event in answered.events] == [event_id(1), event_id(2)]
    assert answered.answers == {}


def test_the_undo_of_a_folder_is_a_few_events_however_much_it_holds(answered: AnsweredHome) -> None:
    """More photos than a profile has are no profile, and not an event for each."""
    names = [f"many/{number:02}.png" for number in range(70)]
    answered.drop(*names)
    for name in names:
        set_label(answered.home, answered.home.inbox / name, Label.LIKED)
    answered.turn()
    assert len(answered.answers) == 70
    numbers = itertools.count(1)
    recorder = answered.recorder
    undo = Recording(
        answered.home.feedback,
        lambda content, photos: recorder.standing.event(
            EventKind.UNDO,
            id=event_id(next(numbers)),
            via=Via.CLI,
            content=content,
            photos=photos,
        ),
    )
    remove_folder_label(answered.home, answered.home.inbox / "many", recording=undo)
    answered.turn()
    undone = [event for event in answered.events if event.kind is EventKind.UNDO]
    assert [len(event.photos) for event in undone] == [64, 6]
    assert answered.answers == {}
    assert answered.labels() == {}


def test_a_command_that_changes_nothing_records_nothing(answered: AnsweredHome) -> None:
    """A second like of the same, an undo of nothing, and one that failed."""
    home, a = answered.home, answered.home.inbox / "a.png"
    remove_label(home, a, recording=recording(home, EventKind.UNDO, None))
    set_label(home, a, Label.LIKED)
    set_label(home, a, Label.LIKED, recording=recording(home, EventKind.JUDGE, LIKE))
    (home.inbox / "broken.png").write_bytes(b"no picture")
    with pytest.raises(Exception, match="not an image"):
        set_label(
            home,
            home.inbox / "broken.png",
            Label.LIKED,
            recording=recording(home, EventKind.JUDGE, LIKE),
        )
    assert waiting_intents(home.feedback) == []


def test_an_answer_on_the_page_comes_after_what_commands_did(answered: AnsweredHome) -> None:
    """The folders and the log agree on which was last."""
    set_label(
        answered.home,
        answered.home.inbox / "a.png",
        Label.LIKED,
        recording=recording(answered.home, EventKind.JUDGE, LIKE),
    )
    answered.judge("a.png", REJECT)
    assert [event.answer for event in answered.events] == [LIKE, REJECT]
    assert answered.labels() == {id_of("a.png"): "rejected"}


def test_a_command_at_work_is_waited_for(answered: AnsweredHome) -> None:
    """Its intent is not taken for one of a killed command."""
    event = answered.recorder.standing.event(
        EventKind.JUDGE, via=Via.CLI, content=id_of("a.png"), answer=LIKE
    )
    with hold_labels(answered.home):
        leave_intent(answered.home.feedback, event)
        answered.turn()
        assert answered.events == []
    answered.turn()
    assert [logged.id for logged in answered.events] == [event.id]
    assert answered.labels() == {id_of("a.png"): "liked"}
