"""A recipe on trial through the whole program: answers promote it, and take it back.

The daemon, the engine with `pocket`, the page's child and the commands are the real ones. The
formula decides at first, and knows nothing of rejects that look like likes; the taste does.
"""

import json
import signal
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, Self

import httpx
import pytest

from kit.daemons import RunningDaemon, observing, running, tasted
from kit.homes import home_with
from kit.judging import drawn
from kit.outboxes import documents, is_done
from kit.switching import OTHER, PIXEL, drop, home_of_two
from kit.waiting import PATIENCE_SECONDS, eventually
from tasted.feedback.events import EventKind
from tasted.feedback.reading import read_events
from tasted.home.layout import Home
from tasted.home.status import read_current
from tasted.system.faultpoints import TRIAL_POINTS, VARIABLE
from tasted.trials.rules import WATCHED_ANSWERS

SEEN, LABELLED = 150, 16
_TOML = """
[embedder]
model = "pocket"
[reading]
engine = "companion"
[scoring]
scorer = "seed"
[watch]
settle_seconds = 0.1
"""
_KINDS = {EventKind.DUEL_OPENED, EventKind.DUEL_CLOSED}


class Judge:
    """Somebody who judges by the programming interface, blind and slowly enough."""

    def __init__(self, home: Home) -> None:
        said = json.loads(tasted(home, "token", "--json").stdout)
        self._client = httpx.Client(
            base_url=f"http://127.0.0.1:{said['port']}/api",
            headers={"authorization": f"Bearer {said['token']}"},
            timeout=PATIENCE_SECONDS,
        )
        self.given = 0

    def __enter__(self) -> Self:
        """Begin."""
        return self

    def __exit__(self, *_error: object) -> None:
        """Leave."""
        self._client.close()

    def trial(self) -> dict[str, Any]:
        """Return the last trial."""
        trials: list[dict[str, Any]] = self._client.get("/trials").json()["trials"]
        return trials[0]

    def judge(self, likes: Callable[[int], bool], count: int = 12) -> None:
        """Answer the next cards that count."""
        wanted = {"count": str(count), "window": "w1", "kinds": "explore,duel"}
        queue = self._client.get("/queue", params=wanted)
        if queue.status_code == httpx.codes.SERVICE_UNAVAILABLE:
            # on a busy machine, or when the daemon was killed behind the page
            return
        cards = queue.json()["cards"]
        assert cards
        for card in cards:
            number = int(card["name"].removeprefix("shot-").removesuffix(".png"))
            answer = "like" if likes(number) else "reject"
            body = {"answer": answer, "card": card["card"], "blind": True, "shown_ms": 700}
            done = self._client.post(f"/results/{card['id']}/feedback", json=body)
            assert done.status_code in {200, 503}, done.text
            self.given += 1

    def judge_until(
        self, state: str, likes: Callable[[int], bool], daemon: RunningDaemon, *, count: int = 12
    ) -> None:
        """Answer until a trial is in a state, or the daemon is gone."""
        while daemon.process.poll() is None:
            try:
                if self.trial()["state"] == state:
                    return
                self.judge(likes, count)
            except httpx.HTTPError:
                # killed in the middle of an answer
                return


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """Bright pictures, of which some are liked, and dark ones, of which some are rejected."""
    made = home_with(tmp_path / "home", _TOML)
    for number in range(SEEN):
        (made.inbox / f"{number:03}.png").write_bytes(drawn(number, bright=is_bright(number)))
    for number in range(LABELLED):
        label = "liked" if is_bright(number) else "rejected"
        data = drawn(number, bright=is_bright(number))
        (made.inbox / label / f"{number:03}.png").write_bytes(data)
    return made


def is_bright(number: int) -> bool:
    """Tell what a picture is like."""
    return number % 2 == 0


def told(home: Home) -> list[str]:
    """Return what the log says of trials."""
    events = read_events(home.feedback)
    return [(event.note or "").partition(":")[0] for event in events if event.kind in _KINDS]


def is_settled(home: Home) -> bool:
    """Tell whether every sidecar is by what decides."""
    current = read_current(home.current_file)
    found = documents(home).values()
    return current is not None and all(
        sidecar.kind != "screenshot"
        or (sidecar.model and sidecar.model.taste_fingerprint == current.taste_fingerprint)
        for sidecar in found
    )


@pytest.mark.longest
def test_row_72_a_better_recipe_takes_over_and_one_that_turns_bad_leaves(home: Home) -> None:
    """Killed at each step of its promotion, it is promoted once, told once, and taken back."""
    with running(home) as daemon:
        eventually(lambda: len(documents(home)) >= SEEN)
        daemon.await_state("idle")
        begun = tasted(home, "trial", "start", "taste")
        assert begun.returncode == 0, begun.stderr
        assert "On trial: the learnt taste." in begun.stdout
        with Judge(home) as judge:
            judge.judge(is_bright)
            assert judge.trial()["state"] == "open"
        assert tasted(home, "trial", "start", "taste").returncode != 0
        assert daemon.stop() == 0
    written, *later = TRIAL_POINTS
    with running(home, environment={VARIABLE: written}) as daemon:
        daemon.await_state("idle", "working")
        with Judge(home) as judge:
            judge.judge_until("never", is_bright, daemon)
        assert daemon.process.wait(PATIENCE_SECONDS) == -signal.SIGKILL
    for point in later:
        # it goes on by itself with what was decided
        with running(home, environment={VARIABLE: point}) as daemon:
            assert daemon.process.wait(PATIENCE_SECONDS) == -signal.SIGKILL, point
    with running(home) as daemon:
        daemon.await_state("idle")
        assert told(home) == ["open", "promoted"]
        with Judge(home) as judge:
            trial = judge.trial()
            assert (trial["state"], trial["decided_by"]) == ("promoted", "test")
            assert trial["figures"]["answers"] >= 40
            assert trial["news"]["can_go_back"]
            current = read_current(home.current_file)
            assert current is not None
            assert (current.scorer, current.recipe) == ("taste", trial["challenger"]["recipe"])
            shown = tasted(home, "status").stdout
            assert "the learnt taste decides instead of the fixed formula" in shown
            eventually(partial(is_settled, home))
            at_promotion = judge.given
            # somebody likes what was rejected all the time; the cards of one queue were guessed
            # before the taste could learn that
            judge.judge_until("taken_back", lambda number: not is_bright(number), daemon, count=24)
            trial = eventually(lambda: found if (found := judge.trial())["ended_by"] else None)
            assert (trial["state"], trial["ended_by"]) == ("taken_back", "test"), trial
            assert judge.given - at_promotion <= WATCHED_ANSWERS
        eventually(lambda: told(home) == ["open", "promoted", "taken_back"])
        current = read_current(home.current_file)
        assert current is not None
        assert current.scorer == "seed"
        assert "the fixed formula decides again" in tasted(home, "trial").stdout
        assert daemon.stop() == 0


def test_another_model_is_tried_and_takes_over_by_a_change_of_models(tmp_path: Path) -> None:
    """It is embedded first, guesses beside the one in force, and decides in one step; and back."""
    home = home_of_two(tmp_path)
    drop(home, range(24))
    with observing(home, "real", *PIXEL) as daemon:
        eventually(lambda: is_done(home))
        daemon.await_state("idle")
        begun = tasted(home, "trial", "start", OTHER)
        assert begun.returncode == 0, begun.stderr
        assert f"On trial: {OTHER}." in begun.stdout
        with Judge(home) as judge:
            judge.judge(is_bright)
            assert judge.trial()["figures"]["answers"] >= 2
            assert decides(home, "pocket")
            assert tasted(home, "trial", "promote").returncode == 0
            eventually(lambda: decides(home, OTHER))
            eventually(lambda: told(home) == ["open", "promoted"])
            daemon.await_state("idle")
            judge.judge(is_bright)
            assert tasted(home, "trial", "dismiss").returncode == 0
        eventually(lambda: decides(home, "pocket"))
        eventually(lambda: told(home) == ["open", "promoted", "taken_back"])
        daemon.await_state("idle")
        assert daemon.stop() == 0


def decides(home: Home, model: str) -> bool:
    """Tell whether a model is in force."""
    current = read_current(home.current_file)
    return current is not None and current.embedder == model
