"""Answers that were given are not lost and not doubled, whoever is killed meanwhile."""

import itertools
import json
import os
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path

from kit.answered_homes import AnsweredHome, id_of
from kit.answering import answer_of, name_of
from kit.daemons import json_lines, observing, tasted
from kit.drawings import drawing
from kit.feedback_events import event_id
from kit.homes import quick_home
from kit.waiting import PATIENCE_SECONDS, eventually
from tasted.feedback.events import Answer, EventKind, FeedbackEvent
from tasted.feedback.history import judgements
from tasted.feedback.intents import waiting_intents
from tasted.feedback.reading import examine, read_events, segments
from tasted.home.layout import Home
from tasted.system.faultpoints import FEEDBACK_POINTS, LABEL_POINTS, VARIABLE
from tasted.system.files import content_id

_TESTS = Path(__file__).parent.parent
_WRITE_POINTS = ("write.opened", "write.written", "write.synced", "write.renamed", "write.done")
_OF_OWNER = ("feedback.written", "feedback.logged", "feedback.copied")
_FOLDER = {Answer.LIKE: "liked", Answer.REJECT: "rejected"}


def answered_by_process(home: Home, first: int, last: int, *, fault: str) -> tuple[int, int]:
    """Answer in a process of its own; return its exit status and how many were acknowledged."""
    path = os.pathsep.join(filter(None, [str(_TESTS), os.environ.get("PYTHONPATH")]))
    done = subprocess.run(
        [sys.executable, "-m", "kit.answering", str(home.root), str(first), str(last)],
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE_SECONDS,
        env={**os.environ, "PYTHONPATH": path, VARIABLE: fault},
    )
    assert done.returncode in {0, -signal.SIGKILL}, done.stderr
    return done.returncode, sum(line.isdigit() for line in done.stdout.splitlines())


def test_row_56_two_hundred_answers_with_kills_are_two_hundred_events_and_copies(
    home: Home,
) -> None:
    """SIGKILL at every step, and every answer sent again until it is acknowledged."""
    count = 200
    AnsweredHome(home).drop(*map(name_of, range(count)))
    points = itertools.cycle((*_OF_OWNER, "label.locked", "label.copied", "label.done"))
    first, kills = 0, Counter[str]()
    writes = itertools.cycle(_WRITE_POINTS)
    while first < count:
        point = next(points)
        fault = f"{point}:{9 + len(kills)},{next(writes)}:{14 + 3 * len(kills)}"
        status, acknowledged = answered_by_process(home, first, count, fault=fault)
        first += acknowledged
        kills[point] += status != 0
    assert sum(kills.values()) >= 10
    events = list(read_events(home.feedback))
    assert sorted(event.id for event in events) == [event_id(number) for number in range(count)]
    assert [event.seq for event in events] == list(range(1, count + 1))
    wanted = {id_of(name_of(number)): _FOLDER[answer_of(number)] for number in range(count)}
    copies = [*(home.inbox / "liked").iterdir(), *(home.inbox / "rejected").iterdir()]
    assert len(copies) == count
    assert {content_id(file.read_bytes()): file.parent.name for file in copies} == wanted
    assert examine(home.feedback).damaged == ()


def test_row_56_a_torn_last_line_is_healed_by_the_next_owner(home: Home) -> None:
    """Power was lost in the middle of a line: it was not acknowledged, and is sent again."""
    AnsweredHome(home).drop(*map(name_of, range(3)))
    assert answered_by_process(home, 0, 2, fault="") == (0, 2)
    (segment,) = segments(home.feedback)
    whole = segment.read_bytes()
    segment.write_bytes(whole + whole[: len(whole) // 3])
    assert answered_by_process(home, 1, 3, fault="") == (0, 2)
    assert [event.id for event in read_events(home.feedback)] == [
        event_id(number) for number in range(3)
    ]
    assert examine(home.feedback).torn_bytes == 0


def _agreed(home: Home) -> dict[str, Answer] | None:
    """Return what stands by the log, once it is what the folders say and nothing waits."""
    if waiting_intents(home.feedback):
        return None
    stands = {
        content: found.answer for content, found in judgements(read_events(home.feedback)).items()
    }
    folders: dict[str, Answer] = {}
    for answer, folder in _FOLDER.items():
        for file in (home.inbox / folder).iterdir():
            if file.suffix == ".png" and not file.name.startswith("."):
                folders[content_id(file.read_bytes())] = answer
    return stands if stands == folders else None


def _answer_twice(home: Home, number: int, point: str) -> None:
    """Answer by a command that is killed at a step, and again as whoever sees it die."""
    picture = str(home.inbox / name_of(number))
    command = "like" if answer_of(number) is Answer.LIKE else "reject"
    tasted(home, command, picture, environment={VARIABLE: point})
    done = tasted(home, command, picture)
    assert done.returncode == 0, done.stderr


def test_row_56_commands_and_daemon_may_be_killed_at_every_step(tmp_path: Path) -> None:
    """The daemon at every step of taking answers in, the commands at every step of giving them."""
    home = quick_home(tmp_path / "home")
    pictures = [drawing("city", seed=500 + number) for number in range(12)]
    for number, data in enumerate(pictures):
        (home.inbox / name_of(number)).write_bytes(data)
    # answering erases nothing; that has a test beside the log
    points = [*(point for point in FEEDBACK_POINTS if point != "feedback.erased"), *LABEL_POINTS]
    numbered = list(enumerate(points))
    for number, point in numbered[: -len(LABEL_POINTS)]:
        with observing(home, environment={VARIABLE: point}) as daemon:
            eventually(
                lambda running=daemon: (
                    running.process.poll() is not None or running.status() is not None
                )
            )
            _answer_twice(home, number, point)
    with observing(home) as daemon:
        daemon.await_state("idle")
        for number, point in numbered[-len(LABEL_POINTS) :]:
            _answer_twice(home, number, point)
        stands = eventually(lambda: _agreed(home))
        daemon.stop()
    wanted = {content_id(pictures[number]): answer_of(number) for number in range(len(points))}
    assert stands == wanted
    events = list(read_events(home.feedback))
    assert len({event.id for event in events}) == len(events)
    given = Counter(event.content for event in events if event.kind is EventKind.JUDGE)
    assert given == Counter(wanted.keys())


def test_row_57_what_hands_and_commands_do_beside_a_daemon_is_in_the_history(
    tmp_path: Path,
) -> None:
    """Likes by command, by hand, and taken back: each is one event, with what was guessed."""
    home = quick_home(tmp_path / "home")
    data = [drawing("forest", seed=600 + number) for number in range(3)]
    for number in range(3):
        (home.inbox / name_of(number)).write_bytes(data[number])
    with observing(home) as daemon:
        for number in range(3):
            daemon.sidecar(name_of(number), status="scored")
        assert tasted(home, "like", str(home.inbox / "000.png")).returncode == 0
        by_hand = home.inbox / "rejected" / "by hand.png"
        by_hand.write_bytes(data[1])
        eventually(lambda: len(_events(home)) == 2)
        by_hand.unlink()
        eventually(lambda: len(_events(home)) == 3)
        assert tasted(home, "undo", "--last", "1").returncode == 0
        daemon.await_state("idle")
        shown = json_lines(tasted(home, "history", "--json").stdout)
        daemon.stop()
    facts = [(event["kind"], event["answer"], event["via"], event["name"]) for event in shown]
    assert facts == [
        ("undo", None, "cli", "000.png"),
        ("undo", None, "folder", "001.png"),
        ("judge", "reject", "folder", "001.png"),
        ("judge", "like", "cli", "000.png"),
    ]
    assert not list((home.inbox / "liked").iterdir())
    assert json.dumps(shown).count(str(home.root)) == 0


def _events(home: Home) -> list[FeedbackEvent]:
    return list(read_events(home.feedback))
