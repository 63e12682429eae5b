"""A damaged library holds the queue, is never made again silently, and is rebuilt when asked."""

import json
from pathlib import Path

from kit.daemons import read_sidecar, running, tasted
from kit.drawings import drawing, label_scenes
from kit.waiting import eventually
from tasted.home.layout import Home
from tasted.system.faultpoints import VARIABLE


def _damage(home: Home) -> None:
    """Cut every data file of the references in half."""
    files = [path for path in home.library.glob("references_*.lance/data/*") if path.is_file()]
    assert files
    for file in files:
        file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])


def _contents(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_row_37_a_damaged_library_waits_for_a_rebuild(home: Home) -> None:
    """Blocked with the command that mends it; after that the score is what it had been."""
    label_scenes(home)
    (home.inbox / "a.png").write_bytes(drawing("mountain", seed=7))
    with running(home) as daemon:
        before = daemon.sidecar("a.png", status="scored")
        daemon.await_state("idle")
        daemon.stop()
    _damage(home)
    damaged = _contents(home.library)
    (home.inbox / "b.png").write_bytes(drawing("mountain", seed=8))
    with running(home) as daemon:
        status = daemon.await_state("blocked")
        assert status.fault is not None
        assert status.fault.code == "library_unusable"
        assert "tasted rebuild" in status.fault.remedy
        assert _contents(home.library) == damaged
        assert read_sidecar(home, "b.png") is None
        done = tasted(home, "rebuild", "--json")
        assert done.returncode == 0, done.stderr
        assert json.loads(done.stdout) == {"learnt": 12}
        later = daemon.sidecar("b.png", status="scored")
        daemon.await_state("idle")
    after = read_sidecar(home, "a.png")
    assert later.references == before.references
    assert after == before
    assert not home.former_library.exists()


def test_row_02_a_rebuild_that_was_killed_ends_by_itself(home: Home) -> None:
    """The old library is set aside until the new one is published, whoever publishes it."""
    label_scenes(home)
    with running(home) as daemon:
        daemon.sidecar("liked/mountain-1.png", status="learnt")
        daemon.await_state("idle")
        daemon.stop()
    killed = tasted(home, "rebuild", environment={VARIABLE: "worker.answered"})
    assert killed.returncode != 0
    assert home.former_library.exists()
    (home.inbox / "a.png").write_bytes(drawing("mountain", seed=7))
    with running(home) as daemon:
        scored = daemon.sidecar("a.png", status="scored")
        daemon.await_state("idle")
    assert scored.references is not None
    assert (scored.references.liked, scored.references.rejected) == (6, 6)
    assert tasted(home, "rebuild").returncode == 0
    assert not home.former_library.exists()


def test_a_rebuild_without_a_library_is_a_first_build(home: Home) -> None:
    """Nothing is there to set aside, and what teaches is learnt."""
    label_scenes(home)
    done = tasted(home, "rebuild", "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {"learnt": 12}
    eventually(lambda: not home.former_library.exists())
