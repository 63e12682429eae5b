"""Intents: answers of commands, on disk before the copy, until the owner of the log has them."""

import stat
from pathlib import Path

import pytest

from kit.feedback_events import content, event_id, judged
from tasted.feedback.intents import (
    drop_intent,
    erase_intents,
    incoming,
    leave_intent,
    mark_carried_out,
    waiting_intents,
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where a log is to be."""
    return tmp_path / "feedback"


def test_an_intent_waits_until_it_is_dropped(folder: Path) -> None:
    """It shows whether its command has changed the folders, and is private."""
    assert waiting_intents(folder) == []
    event = judged(1, 1)
    intent = leave_intent(folder, event)
    (waiting,) = waiting_intents(folder)
    assert waiting == intent
    assert waiting.event == event
    assert not waiting.is_carried_out
    assert stat.S_IMODE(intent.file.stat().st_mode) == 0o600
    assert stat.S_IMODE(incoming(folder).stat().st_mode) == 0o700
    mark_carried_out(intent)
    (done,) = waiting_intents(folder)
    assert done.is_carried_out
    assert done.event == event
    drop_intent(done)
    assert waiting_intents(folder) == []


def test_they_come_in_the_order_in_which_they_were_made(folder: Path) -> None:
    """Their ids begin with the time."""
    for number in (3, 1, 2):
        leave_intent(folder, judged(number, number))
    waiting = [intent.event.id for intent in waiting_intents(folder)]
    assert waiting == [event_id(1), event_id(2), event_id(3)]


def test_what_is_no_intent_is_told(folder: Path) -> None:
    """Other names are left alone; damaged and renamed files are named."""
    kept = leave_intent(folder, judged(1, 1))
    damaged = kept.file.with_name(f"{event_id(2)}.json")
    damaged.write_bytes(b"{}")
    renamed = kept.file.with_name(f"{event_id(3)}.done")
    renamed.write_bytes(kept.file.read_bytes())
    (incoming(folder) / "note.txt").touch()
    (incoming(folder) / f".{event_id(4)}.json.0123abcd.tmp").touch()
    malformed: list[Path] = []
    waiting = waiting_intents(folder, on_malformed=malformed.append)
    assert waiting == [kept]
    assert malformed == [damaged, renamed]


def test_forgetting_removes_those_that_name_a_picture(folder: Path) -> None:
    """Also one that cannot be read: nobody can say whom it names."""
    leave_intent(folder, judged(1, 7))
    mark_carried_out(leave_intent(folder, judged(2, 500, photos=(content(7), content(8)))))
    kept = leave_intent(folder, judged(3, 9))
    kept.file.with_name(f"{event_id(4)}.json").write_bytes(b"{}")
    assert erase_intents(folder, [content(7)]) == 2
    assert list(incoming(folder).iterdir()) == [kept.file]
