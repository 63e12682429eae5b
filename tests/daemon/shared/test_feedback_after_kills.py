"""What a killed process left between log and folder is completed, or taken back."""

from pathlib import Path

from kit.answered_homes import AnsweredHome, id_of
from kit.feedback_events import event_id
from tasted.feedback.events import Answer, EventKind, Via
from tasted.feedback.intents import incoming, leave_intent, waiting_intents

LIKE, REJECT = Answer.LIKE, Answer.REJECT


def test_row_56_an_answer_without_its_copy_is_carried_out_at_the_next_start(
    answered: AnsweredHome,
) -> None:
    """Killed between the log and the folder; and an undo likewise."""
    event = answered.recorder.standing.event(
        EventKind.JUDGE, via=Via.PAGE, content=id_of("a.png"), answer=LIKE
    )
    answered.recorder.log.append(event)
    answered.start()
    answered.recorder.catching_up.recover()
    assert answered.labels() == {id_of("a.png"): "liked"}
    undo = answered.recorder.standing.event(
        EventKind.UNDO, via=Via.PAGE, content=id_of("a.png"), undoes=event.id
    )
    answered.recorder.log.append(undo)
    answered.start()
    answered.recorder.catching_up.recover()
    assert answered.labels() == {}
    assert len(answered.events) == 2


def test_row_56_the_intent_of_a_killed_command_is_carried_out_if_that_can_be(
    answered: AnsweredHome,
) -> None:
    """One whose picture is not in the inbox is dropped: nobody was told that it was done."""
    standing = answered.recorder.standing
    for name in ("a.png", "elsewhere.png"):
        event = standing.event(EventKind.JUDGE, via=Via.CLI, content=id_of(name), answer=LIKE)
        leave_intent(answered.home.feedback, event)
    answered.start()
    answered.recorder.catching_up.recover()
    assert answered.labels() == {id_of("a.png"): "liked"}
    assert [event.content for event in answered.events] == [id_of("a.png")]
    assert waiting_intents(answered.home.feedback) == []


def test_half_an_intent_is_swept(answered: AnsweredHome) -> None:
    """Its command was killed while it wrote it; another file there is left alone."""
    left = incoming(answered.home.feedback) / f".{event_id(1)}.json.0123abcd.tmp"
    left.parent.mkdir(parents=True)
    left.touch()
    (left.parent / "note.txt").touch()
    answered.recorder.catching_up.settle()
    assert [file.name for file in left.parent.iterdir()] == ["note.txt"]


def test_a_label_that_went_before_any_look_is_taken_back(answered: AnsweredHome) -> None:
    """Dragged away in the instant after the answer."""
    answered.judge("a.png", LIKE)
    (answered.home.inbox / "liked" / "a.png").unlink()
    answered.turn()
    assert answered.answers == {}
    assert [event.via for event in answered.events] == [Via.PAGE, Via.FOLDER]


def test_an_answer_whose_picture_is_gone_stands(answered: AnsweredHome) -> None:
    """It is kept, and not taken for one that was removed by hand."""
    event = answered.recorder.standing.event(
        EventKind.JUDGE, via=Via.PAGE, content=id_of("a.png"), answer=LIKE
    )
    answered.recorder.log.append(event)
    (answered.home.inbox / "a.png").unlink()
    answered.writer.remove("a.png")
    answered.start()
    answered.recorder.catching_up.recover()
    answered.turn()
    assert answered.answers == {id_of("a.png"): LIKE}
    answered.start()
    answered.recorder.catching_up.recover()
    answered.turn()
    assert len(answered.events) == 1


def test_row_57_a_label_removed_while_nobody_watched_does_not_come_back(
    answered: AnsweredHome,
) -> None:
    """The last answer was carried out, and what hands did since is logged."""
    answered.judge("a.png", LIKE)
    answered.judge("b.png", LIKE)
    answered.turn()
    for name in ("a.png", "b.png"):
        (answered.home.inbox / "liked" / name).unlink()
    answered.start()
    answered.recorder.catching_up.recover()
    answered.turn()
    assert answered.labels() == {}
    assert answered.answers == {}
    assert [event.via for event in answered.events[2:]] == [Via.FOLDER] * 2


def test_a_missing_disk_is_waited_for(answered: AnsweredHome, tmp_path: Path) -> None:
    """While there is no inbox nothing can be said of a picture."""
    event = answered.recorder.standing.event(
        EventKind.JUDGE, via=Via.PAGE, content=id_of("a.png"), answer=LIKE
    )
    answered.recorder.log.append(event)
    away = tmp_path / "away"
    answered.home.inbox.rename(away)
    answered.start()
    answered.recorder.catching_up.recover()
    answered.recorder.catching_up.settle()
    away.rename(answered.home.inbox)
    answered.recorder.catching_up.settle()
    assert answered.labels() == {id_of("a.png"): "liked"}
