"""What the daemon announces, through programs that note how they were called."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from kit.desktops import FakeDesktop
from kit.sidecars import scored
from kit.waiting import eventually
from tasted.config import Settings
from tasted.config.sections import NotifySettings
from tasted.daemon.announcer import Announcer
from tasted.home.status import FaultReport, Status
from tasted.notify.desktop import Desktop
from tasted.notify.gathering import Gathering

_FAULT = FaultReport("disk_full", "The disk of anna.png is full.", "Make room.")


@pytest.fixture
def fake(tmp_path: Path) -> FakeDesktop:
    """A desktop that notes what it is shown."""
    return FakeDesktop(tmp_path / "programs")


@contextmanager
def announcing(
    fake: FakeDesktop, *kinds: str, shows_rest: bool = False, **seconds: float
) -> Iterator[Announcer]:
    """Announce these kinds while the block runs; what takes long takes no time."""
    settings = Settings(notify=NotifySettings.model_validate({"on": kinds}))
    soon = {"quiet_seconds": 0.2, "pause_seconds": 0.0, "fault_seconds": 0.0}
    announcer = Announcer(
        lambda: settings,
        desktop=Desktop(system=sys.platform, path=fake.path),
        gathering=Gathering(**(soon | seconds)),
    )
    announcer.start()
    try:
        yield announcer
    finally:
        announcer.close(shows_rest=shows_rest)


def _status(fault: FaultReport | None = None) -> Status:
    return Status(
        pid=1, state="idle", started_at="", heartbeat_at="", version="", model="", fault=fault
    )


def test_a_burst_is_one_notification_without_a_name(fake: FakeDesktop) -> None:
    """Thirty matches of named files: one call, and in it a count."""
    with announcing(fake, "match") as announcer:
        for index in range(30):
            announcer.scored(scored(f"anna-{index}.png", summary="Anna, 29", strong=index == 0))
        announcer.scored(scored("b.png", verdict="no_match", is_match=False))
        eventually(fake.calls)
    (call,) = fake.calls()
    assert "30 new matches, 1 of them strong." in call
    assert "nna" not in " ".join(call)


@pytest.mark.parametrize(
    ("kinds", "sentences"),
    [
        ((), []),
        (("match",), ["2 new matches, 1 of them strong."]),
        (("strong_match",), ["1 new strong match."]),
        (("strong_match", "match"), ["2 new matches, 1 of them strong."]),
        (("blocked",), ["Scoring has stopped and needs your help: run tasted status."]),
    ],
)
def test_what_is_not_asked_for_is_not_shown(
    fake: FakeDesktop, kinds: tuple[str, ...], sentences: list[str]
) -> None:
    """Off by default, and each kind by itself."""
    with announcing(fake, *kinds, shows_rest=True) as announcer:
        announcer.scored(scored("a.png"))
        announcer.scored(scored("b.png", strong=True))
        announcer.follow(_status(_FAULT))
        if sentences and "blocked" in kinds:
            eventually(fake.calls)
    assert fake.sentences() == sentences


def test_a_block_is_shown_once_until_it_is_over(fake: FakeDesktop) -> None:
    """Each status says it again; only the first is news, and the next one after it was fixed."""
    with announcing(fake, "blocked") as announcer:
        for _time in range(20):
            announcer.follow(_status(_FAULT))
        eventually(fake.calls)
        announcer.follow(_status(_FAULT))
        announcer.follow(_status())
        announcer.follow(_status(_FAULT))
        eventually(lambda: len(fake.calls()) == 2)
    assert len(fake.calls()) == 2


def test_what_cannot_be_shown_is_logged_once_and_tried_again(fake: FakeDesktop) -> None:
    """A desktop that is not there yet harms nothing; when it comes, the next news is shown."""
    fake.behave(says="no session bus", status=1)
    with capture_logs() as logs, announcing(fake, "match", quiet_seconds=0.0) as announcer:
        for count in (1, 2):
            announcer.scored(scored())
            eventually(lambda count=count: len(fake.calls()) == count)
        fake.behave()
        announcer.scored(scored())
        eventually(lambda: any(line["event"] == "notified" for line in logs))
    events = [line["event"] for line in logs]
    assert events.count("not_notified") == 1
    assert "no session bus" in next(e["why"] for e in logs if e["event"] == "not_notified")


def test_the_end_waits_for_no_desktop(fake: FakeDesktop) -> None:
    """A program that hangs is ended with the daemon, and what was not shown is not shown then."""
    fake.behave(sleeps=600)
    with announcing(fake, "match", quiet_seconds=0.0) as announcer:
        announcer.scored(scored())
        eventually(fake.calls)
        announcer.scored(scored())
    assert not announcer._thread.is_alive()
    assert len(fake.calls()) == 1


def test_an_unforeseen_failure_ends_nothing_but_the_announcements(fake: FakeDesktop) -> None:
    """The threads that work go on telling an announcer that is gone."""

    class Broken(Gathering):
        """A gathering with a mistake in it."""

        def take(self, *, now: float) -> None:  # type: ignore[override]
            """Fail."""
            raise ZeroDivisionError(now)

    settings = Settings(notify=NotifySettings.model_validate({"on": ["match"]}))
    announcer = Announcer(
        lambda: settings,
        desktop=Desktop(path=fake.path),
        gathering=Broken(quiet_seconds=0.0),
    )
    with capture_logs() as logs:
        announcer.start()
        announcer.scored(scored())
        eventually(lambda: not announcer._thread.is_alive())
        announcer.scored(scored())
        announcer.close(shows_rest=True)
    assert [line["event"] for line in logs] == ["announcer_failed"]
