"""`tasted history`, and `tasted undo` of answers, as a user calls them."""

import json
from pathlib import Path

import pytest

from kit.answered_homes import AnsweredHome, id_of, picture
from kit.commands import run
from tasted.feedback.events import Answer, Via
from tasted.home.layout import Home

Captured = pytest.CaptureFixture[str]


@pytest.fixture
def answered(home: Home) -> AnsweredHome:
    """A home with four scored pictures, three of them judged: on the page, and by a command."""
    answered = AnsweredHome(home)
    answered.drop("a.png", "b.png", "c.png", "d.png")
    answered.judge("a.png", Answer.LIKE, session="s1", window="w", blind=True, shown_ms=900)
    answered.judge("b.png", Answer.REJECT, session="s1", window="w", blind=True, shown_ms=900)
    assert run(home, "like", str(home.inbox / "c.png")) == 0
    return answered


def test_it_lists_answers_with_what_was_guessed(answered: AnsweredHome, capsys: Captured) -> None:
    """Newest first; also what the daemon has not taken in yet."""
    capsys.readouterr()
    assert run(answered.home, "history") == 0
    captured = capsys.readouterr()
    shown = [line.split() for line in captured.out.splitlines()]
    assert [(*line[4:6], line[-1]) for line in shown] == [
        ("liked", "-", "c.png"),
        ("rejected", "was", "b.png"),
        ("liked", "was", "a.png"),
    ]
    assert "Guessed 1 of your last 2 blind answers" in captured.err
    assert run(answered.home, "history", "-n", "1", "--json") == 0
    (last,) = map(json.loads, capsys.readouterr().out.splitlines())
    assert (last["content"], last["via"], last["name"]) == (id_of("c.png"), "cli", "c.png")
    assert last["undone"] is False


def test_sessions_are_counted(answered: AnsweredHome, capsys: Captured) -> None:
    """One line each, the newest first."""
    capsys.readouterr()
    assert run(answered.home, "history", "--session") == 0
    command, page = capsys.readouterr().out.splitlines()
    assert "1 answer in 0 min 0 s: 1 liked, 0 rejected  cli" in command
    assert "2 answers in" in page
    assert "1 liked, 1 rejected, guessed 1 of 2  page" in page
    assert run(answered.home, "--json", "history", "--session") == 0
    values = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [value["session"] for value in values][1] == "s1"
    assert values[1]["guessed"] == {"right": 1, "of": 2, "constant_right": 1}


def test_the_last_answers_are_taken_back(answered: AnsweredHome, capsys: Captured) -> None:
    """Of pages and commands alike; the folders follow."""
    capsys.readouterr()
    assert run(answered.home, "undo", "--last", "2") == 0
    captured = capsys.readouterr()
    assert captured.out.splitlines() == [
        "c.png is no longer a like or a reject.",
        "b.png is no longer a like or a reject.",
    ]
    assert "2 answers taken back." in captured.err
    assert answered.labels() == {id_of("a.png"): "liked"}
    assert run(answered.home, "history") == 0
    assert capsys.readouterr().out.count("(taken back)") == 2


@pytest.mark.parametrize("way", ["--last", "--event"])
def test_a_picture_that_lay_in_a_label_folder_alone_is_told_from_its_new_place(
    answered: AnsweredHome, capsys: Captured, way: str
) -> None:
    """As `tasted undo FILE` tells it: it was moved to the inbox, and is not gone."""
    (answered.home.inbox / "c.png").unlink()
    capsys.readouterr()
    assert run(answered.home, "--json", "history", "-n", "1") == 0
    event = json.loads(capsys.readouterr().out)["id"]
    assert run(answered.home, "undo", way, "1" if way == "--last" else event) == 0
    assert capsys.readouterr().out == (
        "c.png is no longer a like or a reject. It was the only copy, so it is now inbox/c.png.\n"
    )
    assert (answered.home.inbox / "c.png").is_file()


def test_an_answer_before_anything_was_scored_is_taken_back(
    home: Home, tmp_path: Path, capsys: Captured
) -> None:
    """The copy is known by its bytes alone, and leaves the label folder."""
    (tmp_path / "new.png").write_bytes(picture("new.png"))
    assert run(home, "like", str(tmp_path / "new.png")) == 0
    capsys.readouterr()
    assert run(home, "undo", "--last", "1") == 0
    assert "It was the only copy, so it is now inbox/new.png." in capsys.readouterr().out
    assert (home.inbox / "new.png").is_file()
    assert not (home.inbox / "liked" / "new.png").exists()
    # now one lies beside the copy, and no sidecar tells of either
    assert run(home, "like", str(home.inbox / "new.png")) == 0
    capsys.readouterr()
    assert run(home, "undo", "--last", "1") == 0
    assert capsys.readouterr().out == "new.png is no longer a like or a reject.\n"


def test_an_answer_that_is_taken_back_elsewhere_makes_no_session(
    answered: AnsweredHome, capsys: Captured
) -> None:
    """By a command hours after the page, it is told of the session that it belongs to."""
    assert run(answered.home, "undo", "--session") == 0
    answered.recorder.undo(answered.events[0].id, via=Via.API)
    capsys.readouterr()
    assert run(answered.home, "history", "--session") == 0
    told = capsys.readouterr().out.splitlines()
    assert [line.rpartition("  ")[2] for line in told] == ["cli", "page"]
    assert all("1 taken back" in line for line in told)


def test_one_answer_is_taken_back_by_its_digits(answered: AnsweredHome, capsys: Captured) -> None:
    """The earlier answer counts again; a second time says so."""
    done = answered.judge("a.png", Answer.REJECT)
    capsys.readouterr()
    for expected in ("a.png counts as liked again.", "a.png: this answer was taken back before."):
        assert run(answered.home, "undo", "--event", done.event.id[-8:]) == 0
        assert capsys.readouterr().out.strip() == expected
    assert answered.labels()[id_of("a.png")] == "liked"
    assert run(answered.home, "--json", "undo", "--event", done.event.id) == 0
    value = json.loads(capsys.readouterr().out)
    assert (value["event"], value["path"], value["judgement"]) == (done.event.id, "a.png", "like")


def test_a_session_is_taken_back(answered: AnsweredHome, capsys: Captured) -> None:
    """The last one with an answer that stands, then the one before it, then none."""
    capsys.readouterr()
    assert run(answered.home, "undo", "--session") == 0
    assert capsys.readouterr().out == "c.png is no longer a like or a reject.\n"
    assert run(answered.home, "undo", "--session") == 0
    assert answered.labels() == {}
    assert run(answered.home, "undo", "--session") == 3
    assert "There is no session to take back." in capsys.readouterr().err


def test_one_way_at_a_time(answered: AnsweredHome, capsys: Captured) -> None:
    """Files or answers, and something at all; an unknown id names what lists them."""
    for words in ([], ["a.png", "--last", "1"], ["--session", "--last", "1"]):
        assert run(answered.home, "undo", *words) == 2
    capsys.readouterr()
    assert run(answered.home, "undo", "--event", "ffffffff") == 3
    assert "No answer has the id ffffffff." in capsys.readouterr().err


def test_a_label_by_hand_is_taken_back_by_its_id_alone(
    answered: AnsweredHome, capsys: Captured
) -> None:
    """`--last` counts what was answered, not what was moved."""
    (answered.home.inbox / "liked" / "d.png").write_bytes(picture("d.png"))
    answered.turn()
    event = answered.events[-1]
    capsys.readouterr()
    assert run(answered.home, "undo", "--last", "9") == 0
    assert answered.labels() == {id_of("d.png"): "liked"}
    assert run(answered.home, "undo", "--event", event.id) == 0
    assert answered.labels() == {}


def test_an_empty_history_says_how_to_begin(home: Home, capsys: Captured) -> None:
    """And is no error."""
    assert run(home, "history") == 0
    assert "No answers yet." in capsys.readouterr().err
    assert run(home, "undo", "--last", "1") == 3
