"""Two hundred answers come in over HTTP, and every process is killed at every step meanwhile.

The client sends each answer with the same id until it is acknowledged, as a page does. The steps of
writing one file, and those of the label lock, have their two hundred answers in
`test_answers_survive`; those of an engine that scores are in `test_engine_faults`.
"""

import contextlib
import itertools
import json
import signal
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

import httpx
import pytest

from kit.answering import answer_of, name_of
from kit.daemons import RunningDaemon, observing, tasted
from kit.feedback_events import event_id
from kit.homes import quick_home
from kit.outboxes import documents, is_done, picture
from kit.waiting import PATIENCE_SECONDS, eventually
from tasted.feedback.events import Answer
from tasted.feedback.reading import examine, read_events
from tasted.home.layout import Home
from tasted.home.status import Status, read_current
from tasted.home.taste_versions import read_version_rows
from tasted.system.faultpoints import VARIABLE, WEB_POINTS
from tasted.system.files import content_id

COUNT = 200
LIGHT = (
    "review.asked",
    "review.answered",
    "feedback.written",
    "feedback.logged",
    "feedback.copied",
    "label.copied",
)
ENGINE = (
    "learning.keeping",
    "learning.kept",
    "learning.described",
    "learning.published",
    "learning.in_force",
    "library.committing",
)
NOWHERE = "engine.loading:9999"
_REQUEST_SECONDS = 30.0
"""A request that a killed process had taken may never be answered: it is sent again."""
FIRST, CHILD_DIES, LIGHT_DIES = 6, 12, 18
"""After so many answers of one life the engine has died; then the child dies; then the daemon."""
_FOLDER = {Answer.LIKE: "liked", Answer.REJECT: "rejected"}


class Answering:
    """A client that gives the answers one by one, each until it is acknowledged."""

    def __init__(self, home: Home) -> None:
        said = tasted(home, "token", "--json")
        assert said.returncode == 0, said.stderr
        token = json.loads(said.stdout)
        self._client = httpx.Client(
            base_url=f"http://127.0.0.1:{token['port']}",
            headers={"authorization": f"Bearer {token['token']}"},
            timeout=_REQUEST_SECONDS,
        )
        self.acknowledged = 0

    def close(self) -> None:
        """Leave."""
        self._client.close()

    def send(self) -> None:
        """Send the next answer, whether or not it was sent before."""
        number = self.acknowledged
        content = content_id(picture(number))
        try:
            done = self._client.post(
                f"/api/results/{content}/feedback",
                json={"answer": answer_of(number).value, "blind": True, "window": "w1"},
                headers={"idempotency-key": event_id(number)},
            )
        except httpx.HTTPError:
            return
        assert done.status_code in {200, 503, 504}, done.text
        self.acknowledged += done.status_code == 200

    def send_upto(self, count: int, daemon: RunningDaemon) -> None:
        """Send answers until so many are acknowledged, or the daemon is gone."""
        eventually(
            lambda: self.acknowledged >= count or daemon.process.poll() is not None or self.send()
        )


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A home with the pictures."""
    made = quick_home(tmp_path / "home")
    for number in range(COUNT):
        (made.inbox / name_of(number)).write_bytes(picture(number))
    return made


@contextlib.contextmanager
def answering(home: Home, options: Sequence[str]) -> Iterator[Answering]:
    """Score all pictures, and open the page on a port that stays."""
    with observing(home, "real", *options) as daemon:
        daemon.await_state("idle")
        eventually(lambda: len(documents(home)) == COUNT)
        made = Answering(home)
        assert daemon.stop() == 0
    try:
        yield made
    finally:
        made.close()


def assert_all_there(home: Home) -> None:
    """Check that each answer is in the log once, and each picture in its folder once."""
    events = list(read_events(home.feedback))
    assert sorted(event.id for event in events) == [event_id(number) for number in range(COUNT)]
    assert [event.seq for event in events] == list(range(1, COUNT + 1))
    wanted = {content_id(picture(number)): _FOLDER[answer_of(number)] for number in range(COUNT)}
    copies = [*(home.inbox / "liked").iterdir(), *(home.inbox / "rejected").iterdir()]
    assert len(copies) == COUNT
    assert {content_id(file.read_bytes()): file.parent.name for file in copies} == wanted
    health = examine(home.feedback)
    assert (health.damaged, health.torn_bytes) == ((), 0)


@pytest.mark.longest
def test_row_58_every_process_is_killed_at_every_step_while_200_answers_come_in(
    home: Home, tmp_path: Path
) -> None:
    """Whoever died, whenever: the same id again is the same answer, and none is lost or doubled."""
    with answering(home, armed(tmp_path / "none", "")) as client:
        for point, web_point, place in itertools.zip_longest(LIGHT, WEB_POINTS, ENGINE):
            # a list of its own, because an engine of a daemon that was killed may still read it
            places = tmp_path / place.partition(":")[0]
            fault = f"{point}:{LIGHT_DIES}"
            if web_point is not None:
                fault += f",{web_point}:{CHILD_DIES}"
            options, environment = armed(places, place), {VARIABLE: fault}
            with observing(home, "real", *options, environment=environment) as daemon:
                client.send_upto(client.acknowledged + FIRST, daemon)
                eventually(partial(is_replaced, places))
                client.send_upto(COUNT, daemon)
                assert daemon.process.wait(PATIENCE_SECONDS) == -signal.SIGKILL
        log = (home.logs / "tasted.log").read_text("utf-8")
        for web_point in WEB_POINTS:
            assert f"killed at fault point {web_point}" in log
        assert client.acknowledged < COUNT
        with observing(home, "real", *armed(tmp_path / "last", "")) as daemon:
            client.send_upto(COUNT, daemon)
            status = eventually(lambda: settled(daemon))
            eventually(lambda: is_done(home))
            assert daemon.stop() == 0
    assert_all_there(home)
    likes = sum(answer_of(number) is Answer.LIKE for number in range(COUNT))
    assert (status.liked, status.rejected) == (likes, COUNT - likes)
    (deciding,) = [row for row in read_version_rows(home.tastes) if row.is_in_force]
    current = read_current(home.current_file)
    assert current is not None
    assert current.taste == deciding.name


def armed(places: Path, place: str) -> tuple[str, ...]:
    """Return the options of a daemon whose first engine dies at a place, if there is one."""
    # the second line arms nothing: that it was taken tells that the first engine is gone
    places.write_text(f"{place}\n{NOWHERE}", "ascii")
    return ("--engine", "armed", f"--engine-option={places}")


def is_replaced(places: Path) -> bool:
    """Tell whether the engine that was armed has ended, and another was started."""
    return not places.read_text("ascii")


def settled(daemon: RunningDaemon) -> Status | None:
    """Return what a daemon says that has learnt every answer, and has nothing to do."""
    status = daemon.status()
    if status is None or status.state != "idle" or status.liked + status.rejected != COUNT:
        return None
    return status
