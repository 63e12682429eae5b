"""`tasted review --terminal`: a person, a pseudo-terminal, a real daemon."""

import base64
import contextlib
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from kit.daemons import RunningDaemon, running, tasted
from kit.drawings import drawing, label_scenes
from kit.homes import pocket_home
from kit.terminals import TerminalUser, at_terminal
from kit.waiting import eventually
from tasted.feedback.events import EventKind, FeedbackEvent, Via
from tasted.feedback.reading import read_events
from tasted.home.layout import Home

SHOTS = 5


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A home with labels, shots to judge, and a profile."""
    home = pocket_home(tmp_path / "home")
    label_scenes(home)
    for number in range(SHOTS):
        place = "mountain" if number % 2 else "gym"
        (home.inbox / f"s{number}.png").write_bytes(drawing(place, seed=60 + number))
    return home


@contextlib.contextmanager
def _judging(
    home: Home, *options: str, **environment: str
) -> Iterator[tuple[RunningDaemon, TerminalUser]]:
    with running(home) as daemon:
        daemon.await_state("idle")
        with at_terminal(
            "review", "--terminal", *options, home=home.root, environment=environment
        ) as user:
            yield daemon, user


def _answers(home: Home) -> list[FeedbackEvent]:
    """Return the events that came through the terminal."""
    return [event for event in read_events(home.feedback) if event.via is Via.TERMINAL]


def _name(user: TerminalUser) -> str:
    """Return the name of the card on the screen."""
    found = re.search(r"^(\w\d\.png)", user.screen(), re.MULTILINE)
    assert found is not None, user.screen()
    return found[1]


def test_pictures_are_judged_with_keys_alone(home: Home) -> None:
    """Like, reject, later, not for judging, undo, redo; folders and log are what was pressed."""
    with _judging(home, COLORTERM="truecolor") as (_daemon, user):
        user.sees("0 of 5 judged")
        assert "\u2580" in user.screen()
        first = _name(user)
        user.press("l")
        user.sees("✓ liked; it had guessed")
        assert (home.inbox / "liked" / first).exists()
        second = _name(user)
        user.press("x")
        user.sees("✕ rejected")
        third = _name(user)
        assert len({first, second, third}) == 3
        user.press(" ")
        user.sees("· later")
        user.press("n")
        user.sees("· not for judging")
        user.press("u")
        user.sees("Undone")
        user.press("u")
        user.sees(f"Undone: {third}")
        user.press("u")
        user.sees(f"Undone: {second}")
        assert not (home.inbox / "rejected" / second).exists()
        user.press("Z")
        user.sees("✕ rejected")
        user.press("?")
        user.sees("as far back as there is history")
        user.press("q")
        assert user.ends() == 0
        assert b"2 pictures in" in user.written
        assert b"1 liked, 1 rejected." in user.written
    assert (home.inbox / "rejected" / second).exists()
    answers = _answers(home)
    assert [event.kind for event in answers if event.kind is not EventKind.UNDO] == [
        *[EventKind.JUDGE] * 2, EventKind.SKIP, EventKind.EXCLUDE, EventKind.JUDGE,
    ]  # fmt: skip
    liked = answers[0]
    assert liked.blind
    assert liked.before is not None
    assert liked.before.probability is not None
    assert liked.chosen_by is not None
    assert len({event.session for event in answers if event.session}) == 1


def test_who_looks_first_gives_no_evidence(home: Home) -> None:
    """The guess and its reasons are shown; the answer says that it is not blind."""
    with _judging(home, "--pictures", "none") as (_daemon, user):
        user.sees("this terminal shows no pictures")
        user.press("w")
        user.sees("Its guess: ")
        user.press("\x1b[C")
        user.sees("✓ liked")
        user.press("\x03")
        assert user.ends() == 130
        # left as it was, and told what it came to, also when it is interrupted
        assert b"1 picture in" in user.written.rpartition(b"\x1b[?1049l")[2]
    assert [event.blind for event in _answers(home)] == [False]


@pytest.mark.parametrize(
    ("environment", "pattern"),
    [
        ({"TERM": "xterm-kitty"}, rb"\x1b_Ga=T,f=100,q=2,C=1,c=\d+,r=\d+,m=[01];([^\x1b]*)"),
        ({"TERM_PROGRAM": "iTerm.app"}, rb"\x1b\]1337;File=inline=1;[^:]*:([^\x07]*)\x07"),
    ],
)
def test_terminals_that_show_pictures_are_sent_them(
    home: Home, environment: dict[str, str], pattern: bytes
) -> None:
    """Kitty a PNG, iTerm2 a JPEG, made anew by the engine; taken away before the next."""
    with _judging(home, **environment) as (_daemon, user):
        user.sees("0 of 5 judged")
        found = eventually(lambda: re.search(pattern, user.written))
        data = base64.b64decode(found[1][:4096])
        assert data.startswith((b"\x89PNG", b"\xff\xd8"))
        user.press("l")
        user.sees("✓ liked")
        if "TERM" in environment:
            assert user.written.count(b"\x1b_Ga=d") >= 2
        user.press("q")
        assert user.ends() == 0


def test_row_67_answers_wait_while_the_daemon_is_away(home: Home) -> None:
    """The cards at hand can be judged; each answer counts once when it is back."""
    with _judging(home, "--pictures", "none") as (daemon, user):
        user.sees("0 of 5 judged")
        daemon.kill()
        user.press("l")
        user.sees("Your last answer is kept here")
        user.press("x")
        user.sees("Your last 2 answers are kept here")
        with running(home):
            user.sees("2 of 5 judged")
            user.press("q")
            assert user.ends() == 0
    events = _answers(home)
    assert [str(event.answer) for event in events] == ["like", "reject"]
    assert len({event.id for event in events}) == 2


def test_row_67_answers_that_cannot_be_sent_are_named(home: Home) -> None:
    """With the command that gives them; nothing is lost without a word."""
    with _judging(home, "--pictures", "none") as (daemon, user):
        user.sees("0 of 5 judged")
        name = _name(user)
        daemon.kill()
        user.press("l")
        user.sees("kept here")
        user.press("q")
        assert user.ends() == 1
        assert b"1 answer was not saved" in user.written
        assert f"tasted like {name}".encode() in user.written


def test_when_all_is_judged_it_waits_for_more(home: Home) -> None:
    """It says so, and a new picture appears by itself."""
    with _judging(home, "--pictures", "none") as (_daemon, user):
        user.sees("0 of 5 judged")
        for number in range(SHOTS):
            user.press("lx"[number % 2])
            user.sees(f"{number + 1} of 5 judged")
        user.sees("You have judged all 5.")
        (home.inbox / "n1.png").write_bytes(drawing("forest", seed=9))
        user.sees("n1.png")
        user.resize(60, 20)
        user.press("q")
        assert user.ends() == 0


def test_without_a_daemon_or_a_terminal_it_says_what_to_do(home: Home) -> None:
    """Nothing is shown then."""
    refused = tasted(home, "review", "--terminal")
    assert refused.returncode == 2
    assert "needs a terminal" in refused.stderr
    with at_terminal("review", "--terminal", home=home.root) as user:
        assert user.ends() == 1
        assert b"tasted run" in user.written
        assert b"\x1b[?1049h" not in user.written


def test_the_photos_of_a_profile_are_one_card(home: Home) -> None:
    """Digits show them one by one; the answer is about all, and its copy is one folder."""
    for file in home.inbox.glob("s*.png"):
        file.unlink()
    (home.inbox / "emil").mkdir()
    for number in (1, 2, 3):
        photo = drawing("forest", seed=80 + number)
        (home.inbox / "emil" / f"{number}.png").write_bytes(photo)
    with _judging(home) as (_daemon, user):
        user.sees("photo 1 of 3")
        user.press("3")
        user.sees("photo 3 of 3")
        user.press("9")
        user.press("2")
        user.sees("photo 2 of 3")
        user.press("l")
        user.sees("✓ liked")
        user.press("q")
        assert user.ends() == 0
    names = sorted(file.name for file in (home.inbox / "liked" / "emil").iterdir())
    assert names == ["1.png", "2.png", "3.png"]
    (event,) = _answers(home)
    assert len(event.photos) == 3
