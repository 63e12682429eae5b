"""What happens to the inbox when things go wrong around it."""

import json
import os
import shutil
import signal
from pathlib import Path

from kit.daemons import WITHOUT_OVERRIDE, read_sidecar, running, tasted
from kit.drawings import PER_LABEL, drawing, label_scenes
from kit.waiting import eventually
from tasted.errors import HomeLocked
from tasted.home.layout import Home
from tasted.home.lock import process_exists
from tasted.system.faultpoints import VARIABLE
from tasted.system.files import content_id


def test_row_02_a_daemon_killed_midway_loses_and_doubles_nothing(home: Home) -> None:
    """After SIGKILL in the middle of a batch a new daemon finishes exactly what was missing."""
    label_scenes(home)
    for index in range(24):
        (home.inbox / f"{index}.png").write_bytes(drawing("city", seed=100 + index))
    with running(home) as daemon:
        eventually(lambda: sum(path.is_file() for path in home.outbox.glob("*.json")) >= 3)
        daemon.kill()
    done = {path.name: path.read_bytes() for path in home.outbox.glob("*.json")}
    with running(home) as daemon:
        for index in range(24):
            sidecar = daemon.sidecar(f"{index}.png", status="scored")
            data = (home.inbox / f"{index}.png").read_bytes()
            assert sidecar.source.sha256 == content_id(data)
        daemon.await_state("idle")
    assert len(list(home.outbox.glob("*.json"))) == 24
    assert not list(home.outbox.rglob("*.tmp"))
    kept = {name: (home.outbox / name).read_bytes() for name in done}
    assert kept == done


def test_what_a_killed_daemon_left_half_written_is_cleared_away(home: Home) -> None:
    """The next daemon removes it; an outbox that may not be written lets it start all the same."""
    status = home.state / ".status.json.0123abcd.tmp"
    sidecar = home.outbox / ".a.png.json.0123abcd.tmp"
    taste = home.tastes / ".v9.taste.0123abcd.tmp"
    home.tastes.mkdir(mode=0o700)
    taste.touch()
    status.touch()
    sidecar.touch()
    home.outbox.chmod(0o500)
    with running(home, prefix=WITHOUT_OVERRIDE) as daemon:
        daemon.await_state("idle")
        assert sidecar.exists()
    home.outbox.chmod(0o700)
    with running(home) as daemon:
        daemon.await_state("idle")
    assert not sidecar.exists()
    assert not status.exists()
    assert not taste.exists()


def test_row_02_no_engine_outlives_a_killed_daemon(home: Home) -> None:
    """The pipe closes with the daemon, and the engine leaves."""
    (home.inbox / "a.png").write_bytes(drawing("city", seed=1))
    with running(home) as daemon:
        daemon.sidecar("a.png", status="scored")
        engine_pid = daemon.engine_pid()
        daemon.kill()
    eventually(lambda: not process_exists(engine_pid))


def test_an_engine_killed_under_the_daemon_is_replaced(home: Home) -> None:
    """Killing the engine costs a restart of it, and no file."""
    (home.inbox / "a.png").write_bytes(drawing("city", seed=1))
    with running(home) as daemon:
        daemon.sidecar("a.png", status="scored")
        engine_pid = daemon.engine_pid()
        os.kill(engine_pid, signal.SIGKILL)
        (home.inbox / "b.png").write_bytes(drawing("city", seed=2))
        daemon.sidecar("b.png", status="scored")


def test_row_20_a_touched_or_copied_back_file_keeps_its_score(home: Home) -> None:
    """The same content under another time or inode is hashed, and not scored again."""
    label_scenes(home)
    picture = home.inbox / "a.png"
    picture.write_bytes(drawing("forest", seed=5))
    with running(home) as daemon:
        first = daemon.sidecar("a.png", status="scored")
        daemon.await_state("idle")
        (home.inbox / ".copy").write_bytes(picture.read_bytes())
        (home.inbox / ".copy").rename(picture)

        def follows() -> bool:
            sidecar = read_sidecar(home, "a.png")
            return sidecar is not None and sidecar.source.inode == picture.stat().st_ino

        eventually(follows)
        second = daemon.sidecar("a.png")
    assert second.source.inode != first.source.inode
    assert second.scored_at == first.scored_at
    assert second.model_copy(update={"source": first.source}) == first


def test_row_24_a_rename_interrupted_by_a_kill_leaves_no_second_sidecar(home: Home) -> None:
    """Killed after the new sidecar and before the old one went, a new daemon ends it."""
    (home.inbox / "old.png").write_bytes(drawing("forest", seed=5))
    with running(home, environment={VARIABLE: "scanner.former_removed"}) as daemon:
        daemon.sidecar("old.png", status="scored")
        (home.inbox / "old.png").rename(home.inbox / "new.png")
        daemon.process.wait(60)
    (home.outbox / "old.png.json").write_bytes(
        (home.outbox / "new.png.json").read_bytes().replace(b'"new.png"', b'"old.png"')
    )
    with running(home) as daemon:
        daemon.await_state("idle")
        eventually(lambda: not (home.outbox / "old.png.json").exists())
    assert (home.outbox / "new.png.json").exists()


def test_row_24_a_renamed_screenshot_takes_its_sidecar_along(home: Home) -> None:
    """The old sidecar is removed after the new one is written."""
    (home.inbox / "old.png").write_bytes(drawing("forest", seed=5))
    with running(home) as daemon:
        daemon.sidecar("old.png", status="scored")
        (home.inbox / "old.png").rename(home.inbox / "new.png")
        daemon.sidecar("new.png", status="scored")
        eventually(lambda: not (home.outbox / "old.png.json").exists())


def test_row_51_the_sidecar_of_a_deleted_picture_is_kept_for_a_while(home: Home) -> None:
    """By the real engine, whose taste counts it no more; `status` says that it is gone."""
    (home.inbox / "a.png").write_bytes(drawing("forest", seed=5))
    with running(home) as daemon:
        daemon.sidecar("a.png", status="scored")
        (home.inbox / "a.png").unlink()

        def counted() -> bool:
            status = daemon.status()
            return status is not None and status.counts.get("gone") == 1

        eventually(counted)
    assert (home.outbox / "a.png.json").exists()


def test_row_09_a_second_daemon_leaves_with_75_and_names_the_first(home: Home) -> None:
    """One home has one owner."""
    with running(home) as daemon:
        daemon.await_state("idle")
        second = tasted(home, "run")
        assert second.returncode == HomeLocked.exit_code == 75
        assert str(daemon.process.pid) in second.stderr
        assert daemon.process.poll() is None


def test_row_13_sigint_stops_cleanly(home: Home) -> None:
    """Ctrl-C ends with exit status 0 and says so in the status."""
    with running(home) as daemon:
        daemon.await_state("idle")
        daemon.process.send_signal(signal.SIGINT)
        assert daemon.process.wait(30) == 0
    report = json.loads(tasted(home, "status", "--json").stdout)
    assert report["running"] is False
    assert report["status"]["state"] == "stopped"


def test_a_moved_home_works(home: Home, tmp_path: Path) -> None:
    """Nothing in a home holds an absolute path of it."""
    label_scenes(home)
    (home.inbox / "a.png").write_bytes(drawing("mountain", seed=7))
    with running(home) as daemon:
        daemon.sidecar("a.png", status="scored")
        daemon.await_state("idle")
        daemon.stop()
    moved = Home(tmp_path / "elsewhere")
    shutil.move(home.root, moved.root)
    before = (moved.outbox / "a.png.json").read_bytes()
    with running(moved) as daemon:
        daemon.await_state("idle")
        (moved.inbox / "b.png").write_bytes(drawing("mountain", seed=8))
        scored = daemon.sidecar("b.png", status="scored")
        assert scored.references is not None
        assert (scored.references.liked, scored.references.rejected) == (
            PER_LABEL,
            PER_LABEL,
        )
    assert (moved.outbox / "a.png.json").read_bytes() == before


def test_row_13_a_stop_is_heard_while_references_are_learnt(home: Home) -> None:
    """A rebuilt library does not keep the daemon from leaving, nor its engine."""
    label_scenes(home)
    for index in range(40):
        (home.inbox / "liked" / f"more-{index}.png").write_bytes(drawing("city", seed=index))
    with running(home) as daemon:
        for index in range(40):
            daemon.sidecar(f"liked/more-{index}.png", status="learnt")
        daemon.await_state("idle")
        daemon.stop()
    shutil.rmtree(home.library)
    (home.inbox / "a.png").write_bytes(drawing("mountain", seed=7))
    with running(home) as daemon:
        engine_pid = daemon.engine_pid()
        assert daemon.stop() == 0
    assert not process_exists(engine_pid)


def test_row_39_a_name_that_is_no_text_gets_its_error_too(home: Home) -> None:
    """Linux allows any bytes in a name; a bad file of such a name is told of like any other."""
    name = os.fsdecode(b"a\xff.png")
    (home.inbox / name).write_bytes(b"")
    (home.inbox / os.fsdecode(b"b\xff.png")).write_bytes(drawing("mountain", seed=7))
    with running(home) as daemon:
        failed = daemon.sidecar(name, status="error")
        scored = daemon.sidecar(os.fsdecode(b"b\xff.png"), status="scored")
        assert daemon.process.poll() is None
    assert failed.error is not None
    assert failed.error.code == "empty"
    assert scored.source.path == "b\ufffd.png"
    assert scored.source.path_hex == b"b\xff.png".hex()
    assert tasted(home, "results").returncode == 0
