"""Somebody judges two hundred pictures by keys, in chromium, before a real `tasted run`.

`REVIEW_PHOTOS=FOLDER python -m bench review` takes the photographs in a folder; without it places
are drawn. Whoever judges likes the darkest third of them, and is mistaken once in ten.
Times are those of the page's own marks (`performance.mark`); a key counts from its event.
"""

import contextlib
import io
import os
import random
import shutil
import tempfile
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import psutil
from PIL import Image
from playwright.sync_api import Page, sync_playwright

from bench.homes import PER_LABEL, POCKET, drawing, is_at_rest, running, until
from bench.table import Row
from tasted.cli.commands.review import reachable_port
from tasted.evaluation.metrics import auc
from tasted.feedback.reading import read_events
from tasted.home.layout import Home
from tasted.home.status import read_current
from tasted.home.taste_versions import read_version_rows
from tasted.home.web_files import WebFiles
from tasted.outbox.sidecar import Sidecar
from tasted.outbox.sidecar_files import sidecars
from tasted.system.files import content_id
from training.pictures.scenes import PLACES

PHOTOS = os.environ.get("REVIEW_PHOTOS")
POOL = 400
KEYS = 200
_MISTAKES = 0.1
_LIKED = 1 / 3
_LOOK_SECONDS = 0.1
_BROWSERS = ("chromium", "chromium-browser", "google-chrome")
_NEXT_CARD = """async () => {
  for (const end = performance.now() + 60000; performance.now() < end;) {
    const id = document.querySelector('#card')?.dataset.id;
    const painted = performance.getEntriesByName('painted').filter((mark) => mark.detail === id);
    if (id && performance.now() - painted.at(-1)?.startTime >= 150) return id;
    await new Promise((resolve) => { setTimeout(resolve, 10); });
  }
  throw new Error('no card was painted');
}"""
_MARKS = """() => performance.getEntriesByType('mark')
  .map((mark) => [mark.name, mark.detail, mark.startTime])"""


@dataclass(frozen=True, slots=True)
class Judged:
    """What the page marked."""

    answers: list[str]
    """Content ids, in the order of the answers."""
    marks: list[tuple[str, str | None, float]]
    """Name, content id, and milliseconds."""

    def painted(self) -> list[float]:
        """Return the milliseconds from each key to the next card."""
        painted = [at for name, _card, at in self.marks if name == "painted"]
        return [min(at for at in painted if at > key) - key for key in self._keys().values()]

    def saved(self) -> list[float]:
        """Return the milliseconds from each key until its answer was acknowledged."""
        saved = {card: at for name, card, at in self.marks if name == "saved"}
        return [saved[card] - key for card, key in self._keys().items()]

    def refreshed(self) -> list[float]:
        """Return the milliseconds from each key to scores that know its answer."""
        place = {card: at for at, card in enumerate(self.answers)}
        known = [
            (place[card], at)
            for name, card, at in self.marks
            if name == "refreshed" and card is not None and card in place
        ]
        return [
            min(at for newest, at in known if newest >= place[card] and at > key) - key
            for card, key in self._keys().items()
        ]

    def _keys(self) -> dict[str, float]:
        return {card: at for name, card, at in self.marks if name == "key" and card is not None}


@dataclass
class Rewrites:
    """Counts how often each sidecar is replaced; a file is another one then."""

    outbox: Path
    counts: dict[str, int] = field(default_factory=dict)
    _seen: dict[str, tuple[int, int]] = field(default_factory=dict)

    def look(self) -> None:
        """Compare all with how they were."""
        for entry in os.scandir(self.outbox):
            if entry.name.endswith(".json") and not entry.name.startswith("."):
                facts = entry.stat()
                now = facts.st_ino, facts.st_mtime_ns
                if self._seen.setdefault(entry.name, now) != now:
                    self.counts[entry.name] = self.counts.get(entry.name, 0) + 1
                    self._seen[entry.name] = now

    @contextlib.contextmanager
    def watched(self) -> Iterator[None]:
        """Look ten times a second while the block runs."""
        over = threading.Event()

        def watch() -> None:
            while not over.wait(_LOOK_SECONDS):
                self.look()

        self.look()
        thread = threading.Thread(target=watch)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()
            self.look()


def measure() -> list[Row]:
    """Judge, and wait until every sidecar has followed."""
    browser = next(filter(None, map(shutil.which, _BROWSERS)), None)
    if browser is None:
        return [Row("judging by keys", "-", "needs chromium, as in: apt-get install chromium")]
    with tempfile.TemporaryDirectory(prefix="tasted-bench-") as folder:
        home = Home(Path(folder).resolve() / "home")
        liked = _fill(home)
        with running(home) as light:
            until(
                lambda: is_at_rest(home, light) and len(_scored(home)) == POOL,
                "all scored",
                pause_seconds=0.5,
            )
            before = _scored(home)
            first = max((row.number for row in read_version_rows(home.tastes)), default=0)
            rewrites = Rewrites(home.outbox)
            with rewrites.watched():
                judged = _judge(home, browser, liked)
                until(
                    lambda: _has_followed(home, light), "all sidecars followed", pause_seconds=0.5
                )
            after = _scored(home)
            minted = sum(row.number > first for row in read_version_rows(home.tastes))
    unjudged = sorted(before.keys() - set(judged.answers))
    name = "photographs" if PHOTOS else "drawings"
    return [
        _times("key to next card painted", judged.painted()),
        _times("key to answer acknowledged", judged.saved()),
        _times("key to scores that know the answer", judged.refreshed()),
        Row(
            f"AUC on {len(unjudged)} {name} not judged", f"{_auc(after, unjudged, liked):.3f}",
            f"before {KEYS} answers, by {2 * PER_LABEL} labels: "
            f"{_auc(before, unjudged, liked):.3f}",
        ),
        Row("versions minted", str(minted), f"by {KEYS} answers"),
        Row(
            "most rewrites of one sidecar", str(max(rewrites.counts.values(), default=0)),
            "until all had followed",
        ),
    ]  # fmt: skip


def _fill(home: Home) -> dict[str, bool]:
    """Put labels and a pool into a new home; return whether each content is to be liked."""
    home.root.mkdir()
    home.make_folders()
    home.config_file.write_text(POCKET, encoding="utf-8")
    pictures = _pictures()
    random.Random(1).shuffle(pictures)
    light = [_lightness(data) for _suffix, data in pictures]
    limit = np.quantile(light, _LIKED)
    left = {True: PER_LABEL, False: PER_LABEL}
    liked: dict[str, bool] = {}
    for at, (suffix, data) in enumerate(pictures):
        is_liked = bool(light[at] <= limit)
        if left[is_liked]:
            left[is_liked] -= 1
            (home.inbox / ("liked" if is_liked else "rejected") / f"{at}{suffix}").write_bytes(data)
        elif len(liked) < POOL:
            (home.inbox / f"{at:03}{suffix}").write_bytes(data)
            liked[content_id(data)] = is_liked
    if len(liked) < POOL:
        raise SystemExit(f"{PHOTOS} has too few pictures: {POOL + 2 * PER_LABEL} are needed")
    return liked


def _pictures() -> list[tuple[str, bytes]]:
    """Return suffix and bytes of enough pictures, each content once."""
    if not PHOTOS:
        count = POOL + 4 * PER_LABEL
        return [
            (".png", drawing(place, seed, (256, 256)))
            for seed in range(-(-count // len(PLACES)))
            for place in PLACES
        ]
    files = sorted(Path(PHOTOS).rglob("*.jpg"))
    found = {file.read_bytes(): file.suffix for file in files}
    return [(suffix, data) for data, suffix in found.items()]


def _lightness(data: bytes) -> float:
    """Return how light the middle of a picture is: what is worn, or where somebody stands."""
    with Image.open(io.BytesIO(data)) as picture:
        small = np.asarray(picture.convert("L").resize((64, 64)))
    return float(small[16:48, 16:48].mean())


def _judge(home: Home, browser: str, liked: Mapping[str, bool]) -> Judged:
    """Press a key for each card that is shown; return what the page marked."""
    chance = random.Random(2)
    link = WebFiles(home.root, home.web).leave_start_link(reachable_port(home)).link
    answers: list[str] = []
    with sync_playwright() as playwright:
        # chromium's own sandbox refuses to start for root
        chromium = playwright.chromium.launch(executable_path=browser, args=["--no-sandbox"])
        page = chromium.new_page()
        page.goto(link)
        page.wait_for_url("**/review")
        for _key in range(KEYS):
            card = page.evaluate(_NEXT_CARD)
            is_mistaken = chance.random() < _MISTAKES
            page.keyboard.press("ArrowRight" if liked[card] != is_mistaken else "ArrowLeft")
            answers.append(card)
        until(lambda: _has_come(page, "saved", KEYS), "all answers saved", pause_seconds=0.1)
        until(lambda: _has_come(page, "refreshed", 1, answers[-1]), "scores", pause_seconds=0.1)
        marks: list[Any] = page.evaluate(_MARKS)
        chromium.close()
    return Judged(answers, [(name, card, at) for name, card, at in marks])


def _has_come(page: Page, wanted: str, count: int, card: str | None = None) -> bool:
    marks = page.evaluate(_MARKS)
    return sum(name == wanted and card in {None, of} for name, of, _at in marks) >= count


def _scored(home: Home) -> dict[str, Sidecar]:
    return {
        sidecar.source.sha256: sidecar
        for _place, sidecar in sidecars(home.outbox)
        if sidecar.status == "scored" and sidecar.source.sha256 is not None
    }


def _has_followed(home: Home, light: psutil.Process) -> bool:
    current, events = read_current(home.current_file), read_events(home.feedback)
    row = next((row for row in read_version_rows(home.tastes) if row.is_in_force), None)
    return (
        current is not None
        and row is not None
        and row.labels.upto_seq == max(event.seq for event in events)
        and is_at_rest(home, light)
        and all(
            sidecar.model is not None and sidecar.model.taste == current.taste
            for sidecar in _scored(home).values()
        )
    )


def _times(what: str, taken: list[float]) -> Row:
    slowest = f"p95 of {len(taken)}; median {np.median(taken):.0f} ms, slowest {max(taken):.0f} ms"
    return Row(what, f"{np.percentile(taken, 95):.0f} ms", slowest)


def _auc(scored: Mapping[str, Sidecar], contents: list[str], liked: Mapping[str, bool]) -> float:
    scores = [scored[content].confidence_score for content in contents]
    return auc(
        np.array(scores, dtype=np.float64), np.array([liked[content] for content in contents])
    )
