"""What a running daemon leaves to others: processor, disk, and a battery that runs low."""

import os
import threading
from collections import Counter
from pathlib import Path

import pytest

from kit.daemons import observing, read_sidecar, running, tasted
from kit.drawings import drawing
from kit.homes import quick_home
from tasted.home.layout import Home
from tasted.system.priority import NICENESS

_LOW = "the battery is at 12 % and not charging"


def _nicenesses(pid: int) -> Counter[int]:
    """Count the threads of a process by niceness (proc(5): the 17th field after the name)."""
    return Counter(
        int(file.read_text("ascii").rsplit(")", 1)[1].split()[16])
        for file in Path(f"/proc/{pid}/task").glob("*/stat")
    )


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="there is no /proc here")
def test_a_backlog_is_done_behind_everything_else_and_new_pictures_are_not(home: Home) -> None:
    """The engine has a thread for each; what it was told of threads is in its environment."""
    with home.config_file.open("a", encoding="utf-8") as stream:
        stream.write("[engine]\nthreads = 3\n")
    before = os.getpriority(os.PRIO_PROCESS, threading.get_native_id())
    behind = min(before + NICENESS, 19)
    with running(home) as daemon:
        daemon.await_state("idle")
        (home.inbox / "new.png").write_bytes(drawing("forest", seed=1))
        daemon.sidecar("new.png", status="scored")
        engine = daemon.engine_pid()
        urgent = _nicenesses(engine)
        # those at the back help whoever computes, and are started first
        assert set(urgent) == {before, behind}
        assert b"OMP_NUM_THREADS=3" in Path(f"/proc/{engine}/environ").read_bytes()
    (home.inbox / "old.png").write_bytes(drawing("forest", seed=2))
    with running(home) as daemon:
        daemon.sidecar("old.png", status="scored")
        bulk = _nicenesses(daemon.engine_pid())
        assert set(bulk) == {before, behind}
        assert bulk[behind] > urgent[behind]


def test_on_a_low_battery_the_backlog_waits_and_says_so(tmp_path: Path) -> None:
    """New pictures are scored meanwhile; whoever does not want to save says so, and it goes on."""
    home = quick_home(tmp_path / "home", "[engine]\nidle_seconds = 0.5\n")
    for index in range(3):
        (home.inbox / f"old-{index}.png").write_bytes(drawing("forest", seed=index))
    with observing(home, "real", "--saves-power", _LOW) as daemon:
        assert daemon.await_state("waiting").saving == _LOW
        (home.inbox / "new.png").write_bytes(drawing("forest", seed=9))
        daemon.sidecar("new.png", status="scored")
        status = daemon.await_state("waiting")
        assert (status.queue.backlog, status.queue.seconds_left) == (3, None)
        assert read_sidecar(home, "old-0.png") is None
        said = tasted(home, "status").stdout
        assert f"the backlog waits because {_LOW}" in said
        assert "tasted config set save_power false" in said
        assert "Older pictures wait to save power" in home.page_file.read_text(encoding="utf-8")
        settings = home.config_file.read_text(encoding="utf-8")
        home.config_file.write_text(f"{settings}save_power = false\n", encoding="utf-8")
        for index in range(3):
            daemon.sidecar(f"old-{index}.png", status="scored")
        assert daemon.await_state("idle").saving is None
