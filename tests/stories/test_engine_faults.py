"""Faults around the engine: killed at each of its steps, too large, hung, over a damaged library.

Pipeline, library and processes are the real ones; the model is one that loads in no time.
"""

from pathlib import Path

from kit.daemons import RunningDaemon, observing
from kit.drawings import drawing, label_scenes
from kit.homes import home_with, quick_home
from kit.outboxes import documents, is_done, temporary_files
from kit.waiting import eventually
from tasted.home.layout import Home
from tasted.home.lock import process_exists
from tasted.system.faultpoints import VARIABLE

# where the second batch of an engine passes, after one request about labels; a batch of one file
# commits once
# a file that dies twice alone is blamed: each engine gets past the file that ended the one before
PLACES = (
    "engine.asked:4",
    "engine.read:2",
    "engine.decoded:2",
    "engine.embedding:2",
    "engine.embedded:2",
    "library.committing:3",
    "library.committed:4",
    "engine.remembered:2",
    "engine.learnt:2",
    "engine.documented:2",
)
PIXEL = ("real", "--engine", "pixel")


def test_row_02_an_engine_killed_at_every_step_loses_nothing(tmp_path: Path) -> None:
    """Each engine ends over another file and in another step; no file is blamed, all are scored."""
    home = quick_home(tmp_path / "home", "[engine]\nbatch_size = 1\n")
    # an engine that ends after its answer leaves its second file done
    for number in range(2 * len(PLACES)):
        (home.inbox / f"{number}.png").write_bytes(drawing("city", seed=number))
    places = tmp_path / "places"
    places.write_text("\n".join(PLACES), "ascii")
    with observing(home, "real", "--engine", "armed", f"--engine-option={places}") as daemon:
        eventually(lambda: is_done(home))
        daemon.await_state("idle")
    assert not places.read_text("ascii")
    assert {document.status for document in documents(home).values()} == {"scored"}
    assert (home.logs / "tasted.log").read_text("utf-8").count('"engine_died"') == len(PLACES)
    assert not temporary_files(home)


def blocked(daemon: RunningDaemon, code: str) -> str:
    """Wait until the daemon is held by this fault, and return the remedy."""
    fault = daemon.await_state("blocked").fault
    assert fault is not None
    assert fault.code == code
    return fault.remedy


def test_row_38_a_ceiling_below_the_model_is_told_and_a_raised_one_acts(tmp_path: Path) -> None:
    """No file is blamed for a model that is larger than it may be."""
    settings = '[embedder]\nmodel = "pocket"\n[engine]\nmax_memory_mb = {}\n'
    home = home_with(tmp_path / "home", settings.format(100))
    (home.inbox / "a.png").write_bytes(drawing("city", seed=1))
    with observing(home, *PIXEL) as daemon:
        assert "max_memory_mb" in blocked(daemon, "memory_ceiling")
        assert not documents(home)
        home.config_file.write_text(settings.format(4000), "utf-8")
        daemon.sidecar("a.png", status="scored")
        assert daemon.await_state("idle").fault is None


def test_row_37_a_damaged_library_is_told_and_never_made_anew(home: Home) -> None:
    """Files wait, and what is left of the library stays as it is; put back, work goes on."""
    label_scenes(home)
    with observing(home, *PIXEL) as daemon:
        daemon.sidecar("liked/mountain-1.png", status="learnt")
        daemon.await_state("idle")
    whole = _contents(home.library)
    for file in home.library.rglob("*.lance"):
        if file.is_file():
            file.write_bytes(file.read_bytes()[:-40])
    damaged = _contents(home.library)
    (home.inbox / "a.png").write_bytes(drawing("city", seed=1))
    with observing(home, *PIXEL) as daemon:
        assert blocked(daemon, "library_unusable")
        assert _contents(home.library) == damaged
        assert "a.png" not in documents(home)
        for path, data in whole.items():
            path.write_bytes(data)
        daemon.sidecar("a.png", status="scored")
        assert daemon.await_state("idle").fault is None


def _contents(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_row_06_an_engine_hangs_and_a_killed_daemon_takes_it_along(home: Home) -> None:
    """Stuck in a decoder it reads no pipe; the kernel ends it, and the file is scored later."""
    (home.inbox / "a.png").write_bytes(drawing("city", seed=1))
    with observing(home, *PIXEL, environment={VARIABLE: "engine.decoded:1:hang"}) as daemon:
        engine = daemon.engine_pid()
        daemon.await_state("working")
        daemon.kill()
        eventually(lambda: not process_exists(engine))
    with observing(home, *PIXEL) as daemon:
        daemon.sidecar("a.png", status="scored")
