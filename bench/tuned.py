"""A model trained on answers, from `tasted train` to its promotion, beside a running daemon.

`make bench ONLY=tuned`, ten minutes on two free cores. Somebody likes the pictures with a red
sticker, and is wrong once in twenty. The trial begins by itself when the training ends; they then
answer its cards by the programming interface until it is decided.
Touches temporary homes.
"""

import json
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import httpx

from bench.homes import is_at_rest, running, sidecars_below, until
from bench.stickers import sticker_home, sticker_picture
from bench.table import Row
from tasted.home.layout import Home
from tasted.home.status import read_current
from tasted.home.training_file import TrainingFolder, TrainingState

LABELS, WAITING = 1_000, 500
_MISTAKES = 0.05
_CARDS = 12
_FIRST_NEW = 20_000
_TRAINING_SECONDS = 1_800.0
_PATIENCE_SECONDS = 600.0
_DECIDED = ("promoted", "dismissed", "offered")


class Judge:
    """Somebody who answers the cards of a trial, blind and slowly enough."""

    def __init__(self, home: Home) -> None:
        said = json.loads(_command(home, "token", "--json"))
        self._client = httpx.Client(
            base_url=f"http://127.0.0.1:{said['port']}/api",
            headers={"authorization": f"Bearer {said['token']}"},
            timeout=_PATIENCE_SECONDS,
        )
        self._chance = random.Random("a judge")
        self.given = 0

    def trial(self) -> dict[str, Any] | None:
        """Return the last trial, if there was one."""
        found = self._client.get("/trials").raise_for_status().json()["trials"]
        return found[0] if found else None

    def judge(self, likes: dict[str, bool]) -> int:
        """Answer the next cards that count, and return how many there were."""
        wanted = {"count": f"{_CARDS}", "window": "bench", "kinds": "explore,duel"}
        cards = self._client.get("/queue", params=wanted).raise_for_status().json()["cards"]
        for card in cards:
            is_liked = likes[card["name"]] ^ (self._chance.random() < _MISTAKES)
            answer = {"answer": "like" if is_liked else "reject", "card": card["card"]}
            body = {**answer, "blind": True, "shown_ms": 700}
            self._client.post(f"/results/{card['id']}/feedback", json=body).raise_for_status()
            self.given += 1
        return len(cards)


def measure() -> list[Row]:
    """Train, wait for the trial, and answer until it is decided."""
    with tempfile.TemporaryDirectory(prefix="tasted-bench-") as place:
        home = sticker_home(Path(place) / "home", LABELS)
        with home.config_file.open("a", encoding="utf-8") as file:
            file.write("[watch]\nsettle_seconds = 0.1\n")
        likes = _drop(home)
        with running(home) as light:
            until(lambda: sidecars_below(home.outbox) >= WAITING, "scored", pause_seconds=0.5)
            until(lambda: is_at_rest(home, light), "at rest", pause_seconds=0.5)
            state, seconds = _trained(home)
            rows = [Row("outcome of tasted train --force", state.state, f"{seconds:.0f} s")]
            for gate in state.gates:
                figure = "-" if gate.figure is None else f"{gate.figure:.4f}"
                rows.append(Row(f"gate: {gate.name}", figure, gate.sentence))
            if state.model is None:
                return rows
            judge = Judge(home)
            until(lambda: judge.trial() is not None, "on trial", seconds=_PATIENCE_SECONDS)
            rows.append(_answered(judge, likes))
            if rows[-1].figure == "promoted":
                rows.append(_followed(home, state.model))
            return rows


def _drop(home: Home) -> dict[str, bool]:
    likes = {}
    for number in range(WAITING):
        picture = sticker_picture(_FIRST_NEW + number)
        name = f"shot-{number:04}.png"
        (home.inbox / name).write_bytes(picture.data)
        likes[name] = picture.is_red
    return likes


def _trained(home: Home) -> tuple[TrainingState, float]:
    folder = TrainingFolder(home)
    began = time.monotonic()
    _command(home, "train", "--force", "--json")
    until(lambda: _is_over(folder), "trained", seconds=_TRAINING_SECONDS, pause_seconds=0.5)
    state = folder.read()
    assert state is not None
    return state, time.monotonic() - began


def _is_over(folder: TrainingFolder) -> bool:
    return folder.read() is not None and not folder.is_running()


def _answered(judge: Judge, likes: dict[str, bool]) -> Row:
    while (trial := judge.trial()) is not None and trial["state"] not in _DECIDED:
        if not judge.judge(likes):
            break
    assert trial is not None
    figures = trial["figures"]
    return Row("its trial", trial["state"], f"{judge.given} answers; {json.dumps(figures)}")


def _followed(home: Home, model: str) -> Row:
    def decides() -> bool:
        current = read_current(home.current_file)
        return current is not None and current.embedder == model

    until(decides, "in force", seconds=_PATIENCE_SECONDS)
    return Row("the model in force", model)


def _command(home: Home, *words: str) -> str:
    command = [sys.executable, "-m", "tasted", *words, "--home", str(home.root)]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


if __name__ == "__main__":
    for row in measure():
        print(row)
