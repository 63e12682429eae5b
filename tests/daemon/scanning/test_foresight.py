"""When the engine starts before there is work for it: while a picture that is new settles."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from kit.homes import home_with
from kit.inbox_files import PNG
from kit.sidecars import scored
from tasted.config import load_settings
from tasted.daemon.scanning.scan import Scan
from tasted.daemon.shared.reporting import Reporter
from tasted.daemon.shared.shared_state import SharedState
from tasted.daemon.shared.status_file import StatusFile
from tasted.home.layout import Home
from tasted.inbox.listing import find_file
from tasted.outbox.ledger import Ledger
from tasted.outbox.sidecar import source_part
from tasted.outbox.sidecar_writer import Writer

SLOW = '[embedder]\nmodel = "pocket"\n[watch]\nsettle_seconds = 60\nrescan_seconds = 3600\n'


class Start:
    """The first look of a daemon, on a home whose pictures take a minute to settle."""

    def __init__(self, home: Home, status: StatusFile) -> None:
        self.home = home
        self.shared = SharedState(
            load_settings(home, environment={}).settings, Ledger.of(home), None
        )
        self.reporter = Reporter(status, self.shared, version="0.1.0")

    def look(self, *, has_power: bool = True) -> bool:
        """Look, and tell whether the engine is to start."""
        self.shared.ledger.refresh()
        Scan(
            self.home,
            self.shared,
            reporter=self.reporter,
            remove_sidecar=lambda _path: None,
            mark_sidecar=lambda _path, _since: None,
            version="0.1.0",
            may_start_engine=lambda: has_power,
        ).run(())
        return self.shared.queue._is_foreseen


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """A home before its daemon has looked at it."""
    home = home_with(tmp_path / "home", SLOW)
    with StatusFile(home) as status:
        yield Start(home, status)


def test_a_picture_that_waited_for_the_daemon_starts_the_engine(start: Start) -> None:
    """It settles for as long as one that comes later, and the model is loaded meanwhile."""
    (start.home.inbox / "a.png").write_bytes(PNG)
    assert start.look()


def test_on_a_low_battery_it_does_not(start: Start) -> None:
    """What was there before the daemon is backlog, and would wait."""
    (start.home.inbox / "a.png").write_bytes(PNG)
    assert not start.look(has_power=False)


def test_where_all_is_done_no_engine_starts(start: Start) -> None:
    """A start with finished sidecars costs no model."""
    home = start.home
    (home.inbox / "a.png").write_bytes(PNG)
    file = find_file(home.inbox, "a.png")
    assert file is not None
    source = source_part("a.png", file.stamp, None, content_id="0" * 64)
    done = scored("a.png").model_copy(update={"source": source})
    Writer(home.outbox, Ledger.of(home)).write(done)
    assert not start.look()
