"""A hundred and twenty pictures judged by keys: a real browser, daemon, engine and library.

The embedder of the engine sums up pixels, so that all are embedded in a moment. Times are no matter
here: `python -m bench review` measures them, for two hundred keys and with a model.
"""

import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from watchdog.events import FileSystemEvent, FileSystemEventHandler, FileSystemMovedEvent
from watchdog.observers import Observer

from kit.daemons import RunningDaemon, observing
from kit.homes import pocket_home
from kit.outboxes import documents
from kit.pictures import noise
from kit.review_pages import PATIENCE_MS, browser
from kit.waiting import PATIENCE_SECONDS, eventually
from tasted.cli.commands.review import reachable_port
from tasted.feedback.events import Answer, EventKind
from tasted.feedback.reading import read_events
from tasted.home.layout import Home
from tasted.home.taste_versions import VersionRow, read_version_rows
from tasted.home.web_files import WebFiles
from tasted.system.files import content_id

KEYS = 80
POOL = 92
_VERSIONS_MAX = 25
_BURST_SECONDS = 60
# as `kit.review_pages.wait_until_seen`, for the next card, and in the page itself
_NEXT_CARD = """async ([former, patience]) => {
  for (const end = performance.now() + patience; performance.now() < end;) {
    const id = document.querySelector('#card')?.dataset.id;
    const painted = performance.getEntriesByName('painted').filter((mark) => mark.detail === id);
    const isSeen = performance.now() - painted.at(-1)?.startTime > 125;
    if (id && id !== former && isSeen) return id;
    await new Promise((resolve) => { setTimeout(resolve, 10); });
  }
  throw new Error('no other card was painted');
}"""


class Rewritten(FileSystemEventHandler):
    """Counts how often each sidecar of the pool is put into its place."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()

    def on_moved(self, event: FileSystemEvent) -> None:
        """Count one; sidecars are written beside their place and then moved."""
        if isinstance(event, FileSystemMovedEvent):
            name = Path(str(event.dest_path)).name
            self.counts[name] += name.endswith(".json") and not name.startswith(".")


@pytest.fixture
def chromium() -> Iterator[Browser]:
    """A browser."""
    with browser() as started:
        yield started


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A home with a pool to judge and ten labels."""
    made = pocket_home(tmp_path / "home")
    for number in range(POOL + 10):
        label = ("liked/", "rejected/")[number % 2] if number >= POOL else ""
        (made.inbox / f"{label}{number:03}.png").write_bytes(noise(size=(96, 96), seed=number))
    return made


def newest_version(home: Home) -> VersionRow | None:
    """Return the version that decides."""
    return next((row for row in read_version_rows(home.tastes) if row.is_in_force), None)


def judged(page: Page) -> list[tuple[str, Answer]]:
    """Press a key for each card; return what was shown, and what was answered."""
    given: list[tuple[str, Answer]] = []
    shown = ""
    for at in range(KEYS):
        shown = page.evaluate(_NEXT_CARD, [shown, PATIENCE_MS])
        page.keyboard.press(("ArrowRight", "x", "l", "ArrowLeft", "l")[at % 5])
        given.append((shown, (Answer.LIKE, Answer.REJECT)[at % 5 in {1, 3}]))
    expect(page.locator("#saved")).to_have_text("saved ✓")
    return given


def followed(home: Home, daemon: RunningDaemon, seq: int) -> bool:
    """Tell whether the taste knows an event, and every sidecar that taste."""
    row, status = newest_version(home), daemon.status()
    if row is None or row.labels.upto_seq != seq or status is None or status.state != "idle":
        return False
    scored = [found for found in documents(home).values() if found.status == "scored"]
    return len(scored) == POOL and all(
        found.model is not None and found.model.taste == row.name for found in scored
    )


def test_every_key_is_one_answer_in_its_order(home: Home, chromium: Browser) -> None:
    """Each card once; copies, log and folders agree; few versions, and few rewrites of sidecars."""
    with observing(home, "real", "--engine", "pixel") as daemon:
        eventually(
            lambda: sum(found.status == "scored" for found in documents(home).values()) == POOL
        )
        daemon.await_state("idle")
        versions = len(read_version_rows(home.tastes))
        labels = max(event.seq for event in read_events(home.feedback))
        rewritten, observer = Rewritten(), Observer()
        observer.schedule(rewritten, str(home.outbox))
        observer.start()
        began = time.monotonic()
        page = chromium.new_page()
        page.goto(WebFiles(home.root, home.web).leave_start_link(reachable_port(home)).link)
        page.wait_for_url("**/review")
        given = judged(page)
        events = [event for event in read_events(home.feedback) if event.seq > labels]
        eventually(
            lambda: followed(home, daemon, events[-1].seq),
            within_seconds=PATIENCE_SECONDS + _BURST_SECONDS,
        )
        seconds = time.monotonic() - began
        newest = newest_version(home)
        expect(page.locator(".state")).to_have_text(newest.name if newest is not None else "")
        observer.stop()
        observer.join()
    assert len(set(given)) == KEYS
    assert [(event.content, event.answer) for event in events] == given
    assert {event.kind for event in events} == {EventKind.JUDGE}
    assert all(event.blind for event in events)
    folders = {Answer.LIKE: home.inbox / "liked", Answer.REJECT: home.inbox / "rejected"}
    copies = [
        (content_id(file.read_bytes()), answer)
        for answer, folder in folders.items()
        for file in folder.iterdir()
        if not int(file.stem[:3]) >= POOL
    ]
    assert sorted(copies) == sorted(given)
    assert len(read_version_rows(home.tastes)) - versions <= _VERSIONS_MAX
    # the first answer after a rest is followed at once; then once a minute, and when it is over
    assert max(rewritten.counts.values()) <= 2 + seconds // _BURST_SECONDS
