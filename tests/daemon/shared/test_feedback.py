"""Answers are in the log before they are in the folders, and the folders say what the log says."""

import itertools
from pathlib import Path

import pytest

from kit.answered_homes import AnsweredHome, id_of, picture
from kit.feedback_events import event_id
from tasted.errors import CommandError, NotFound, UnreadableFile, UsageError
from tasted.feedback.events import Answer, ChosenBy, EventKind, GuessBefore, Via
from tasted.feedback.intents import Recording, incoming, leave_intent, waiting_intents
from tasted.home.label_lock import hold_labels
from tasted.home.layout import Home
from tasted.inbox.change_label import remove_label, set_label
from tasted.inbox.change_profile_label import remove_folder_label
from tasted.inbox.find_copies import list_labels
from tasted.records import Label

LIKE, REJECT = Answer.LIKE, Answer.REJECT


@pytest.fixture
def answered(home: Home) -> AnsweredHome:
    """A home with three scored pictures."""
    answered = AnsweredHome(home)
    answered.drop("a.png", "b.png", "c.png")
    return answered


def recording(home: Home, kind: EventKind, answer: Answer | None, number: int = 1) -> Recording:
    """Return what a command records with."""
    recorder = AnsweredHome(home).recorder
    return Recording(
        home.feedback,
        lambda content, photos: recorder.standing.event(
            kind, id=event_id(number), via=Via.CLI, content=content, photos=photos, answer=answer
        ),
    )


# ---- answers --------------------------------------------------------------------------


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


# ---- commands -------------------------------------------------------------------------


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


# ---- a killed process -----------------------------------------------------------------


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


# ---- hands in the folders -------------------------------------------------------------


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
