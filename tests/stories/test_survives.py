"""What happens to the inbox when things go wrong around it."""

import io
import json
import os
import shutil
import signal
import time
from pathlib import Path

from PIL import Image

from kit.daemons import WITHOUT_OVERRIDE, read_sidecar, running, tasted
from kit.drawings import drawing, teach_scenes
from kit.waiting import eventually
from tasted.embedding import pocket
from tasted.errors import HomeLocked
from tasted.files import content_id
from tasted.home import Home, process_exists


def test_a_daemon_killed_midway_loses_and_doubles_nothing(home: Home) -> None:
    """After SIGKILL in the middle of a batch a new daemon finishes exactly what was missing."""
    teach_scenes(home)
    for index in range(24):
        (home.inbox / f"{index}.png").write_bytes(drawing("city", seed=100 + index))
    with running(home) as daemon:
        eventually(
            lambda: sum(path.is_file() for path in home.outbox.glob("*.json")) >= 3,
            within_seconds=90,
        )
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


def test_no_engine_outlives_a_killed_daemon(home: Home) -> None:
    """The pipe closes with the daemon, and the engine leaves."""
    (home.inbox / "a.png").write_bytes(drawing("city", seed=1))
    with running(home) as daemon:
        daemon.sidecar("a.png", status="scored")
        status = eventually(
            lambda: found if (found := daemon.status()) is not None and found.engine_pid else None,
            within_seconds=30,
        )
        engine_pid = status.engine_pid
        daemon.kill()
    assert engine_pid is not None
    eventually(lambda: not process_exists(engine_pid), within_seconds=30)


def test_an_engine_killed_under_the_daemon_is_replaced(home: Home) -> None:
    """Killing the engine costs a restart of it, and no file."""
    (home.inbox / "a.png").write_bytes(drawing("city", seed=1))
    with running(home) as daemon:
        daemon.sidecar("a.png", status="scored")
        status = eventually(
            lambda: found if (found := daemon.status()) is not None and found.engine_pid else None,
            within_seconds=30,
        )
        assert status.engine_pid is not None
        os.kill(status.engine_pid, signal.SIGKILL)
        (home.inbox / "b.png").write_bytes(drawing("city", seed=2))
        daemon.sidecar("b.png", status="scored")


def test_a_slowly_written_file_is_scored_once_and_whole(home: Home) -> None:
    """A copy in progress is left alone until it has ended."""
    data = drawing("forest", seed=5)
    with running(home) as daemon:
        daemon.await_state("idle")
        with (home.inbox / "slow.png").open("wb") as stream:
            for start in range(0, len(data), len(data) // 12):
                stream.write(data[start : start + len(data) // 12])
                stream.flush()
                # the one real pause of this suite: a slow writer is what is tested
                time.sleep(0.15)
                assert not (home.outbox / "slow.png.json").exists()
        sidecar = daemon.sidecar("slow.png")
    assert sidecar.status == "scored"
    assert sidecar.source.sha256 == content_id(data)


def test_a_hidden_file_that_is_renamed_is_scored_under_its_name(home: Home) -> None:
    """MacOS writes a screenshot as `.Screenshot ….png` and renames it."""
    with running(home) as daemon:
        daemon.await_state("idle")
        hidden = home.inbox / ".Screenshot 2026-05-09 at 10.45.42\u202fAM.png"
        hidden.write_bytes(drawing("forest", seed=5))
        final = hidden.with_name(hidden.name[1:])
        hidden.rename(final)
        daemon.sidecar(final.name, status="scored")
    assert [path.name for path in home.outbox.glob("*.json")] == [f"{final.name}.json"]


def test_replaced_content_is_scored_anew(home: Home) -> None:
    """A file replaced under the same name gets a sidecar of the new content."""
    (home.inbox / "a.png").write_bytes(drawing("forest", seed=5))
    other = drawing("beach", seed=6)
    with running(home) as daemon:
        daemon.sidecar("a.png", status="scored")
        (home.inbox / ".new").write_bytes(other)
        (home.inbox / ".new").rename(home.inbox / "a.png")

        def replaced() -> bool:
            sidecar = read_sidecar(home, "a.png")
            return sidecar is not None and sidecar.source.sha256 == content_id(other)

        eventually(replaced, within_seconds=60)


def test_a_renamed_screenshot_takes_its_sidecar_along(home: Home) -> None:
    """The old sidecar is removed after the new one is written."""
    (home.inbox / "old.png").write_bytes(drawing("forest", seed=5))
    with running(home) as daemon:
        daemon.sidecar("old.png", status="scored")
        (home.inbox / "old.png").rename(home.inbox / "new.png")
        daemon.sidecar("new.png", status="scored")
        eventually(lambda: not (home.outbox / "old.png.json").exists(), within_seconds=30)


def test_the_sidecar_of_a_deleted_picture_stays_and_is_counted(home: Home) -> None:
    """Results are kept; `status` says that their picture is gone."""
    (home.inbox / "a.png").write_bytes(drawing("forest", seed=5))
    with running(home) as daemon:
        daemon.sidecar("a.png", status="scored")
        (home.inbox / "a.png").unlink()

        def counted() -> bool:
            status = daemon.status()
            return status is not None and status.counts.get("orphaned") == 1

        eventually(counted, within_seconds=30)
    assert (home.outbox / "a.png.json").exists()


def test_a_second_daemon_leaves_with_75_and_names_the_first(home: Home) -> None:
    """One home has one owner."""
    with running(home) as daemon:
        daemon.await_state("idle")
        second = tasted(home, "run")
        assert second.returncode == HomeLocked.exit_code == 75
        assert str(daemon.process.pid) in second.stderr
        assert daemon.process.poll() is None


def test_sigint_stops_cleanly(home: Home) -> None:
    """Ctrl-C ends with exit status 0 and says so in the status."""
    with running(home) as daemon:
        daemon.await_state("idle")
        daemon.process.send_signal(signal.SIGINT)
        assert daemon.process.wait(30) == 0
    report = json.loads(tasted(home, "status", "--json").stdout)
    assert report["running"] is False
    assert report["status"]["state"] == "stopped"


def test_files_wait_for_a_missing_model_and_start_by_themselves(home: Home) -> None:
    """Without weights the daemon stays up, says what to do, and works when they appear."""
    home.config_file.write_text("", encoding="utf-8")
    (home.inbox / "a.png").write_bytes(drawing("forest", seed=5))
    with running(home) as daemon:
        status = daemon.await_state("blocked")
        assert status.fault is not None
        assert status.fault.code == "model_missing"
        assert "tasted models pull" in status.fault.remedy
        assert "tasted models add" in status.fault.remedy
        assert "tasted models pull" in tasted(home, "status").stdout
        assert not list(home.outbox.glob("*.json"))
        added = tasted(
            home, "models", "add", str(pocket.FOLDER), "--name", "openai/clip-vit-base-patch32"
        )
        assert added.returncode == 0, added.stderr
        daemon.sidecar("a.png", status="scored")


def test_saved_settings_act_and_broken_ones_do_not(home: Home) -> None:
    """An invalid edit keeps the last good values and shows why; a valid one re-scores."""
    teach_scenes(home)
    (home.inbox / "a.png").write_bytes(drawing("mountain", seed=7))
    good = home.config_file.read_text(encoding="utf-8")
    with running(home) as daemon:
        assert daemon.sidecar("a.png", status="scored").verdict == "match"
        home.config_file.write_text(f"{good}\n[scoring]\nmatch_treshold = 0.99\n", encoding="utf-8")

        def complains() -> bool:
            status = daemon.status()
            return status is not None and "match_threshold" in (status.settings_error or "")

        eventually(complains, within_seconds=30)
        home.config_file.write_text(
            f"{good}\n[scoring]\nmatch_threshold = 0.99\nstrong_match_threshold = 0.999\n",
            encoding="utf-8",
        )
        daemon.sidecar("a.png", verdict="no_match")
        cleared = daemon.await_state("idle")
    assert cleared.settings_error is None


def test_a_moved_home_works(home: Home, tmp_path: Path) -> None:
    """Nothing in a home holds an absolute path of it."""
    teach_scenes(home)
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
        assert daemon.sidecar("b.png", status="scored").verdict == "match"
    assert (moved.outbox / "a.png.json").read_bytes() == before


def test_an_unreadable_file_gets_an_error_and_its_neighbours_a_score(home: Home) -> None:
    """Permission denied on one file is that file's error; once it may be read it is scored."""
    (home.inbox / "a.png").write_bytes(drawing("mountain", seed=7))
    (home.inbox / "locked.png").write_bytes(drawing("mountain", seed=8))
    (home.inbox / "locked.png").chmod(0)
    with running(home, prefix=WITHOUT_OVERRIDE) as daemon:
        daemon.sidecar("a.png", status="scored")
        failed = daemon.sidecar("locked.png", status="error")
        assert failed.error is not None
        assert failed.error.code == "unreadable"
        assert failed.error.retry_at is not None
        (home.inbox / "locked.png").chmod(0o600)
        daemon.sidecar("locked.png", status="scored")


def test_an_outbox_that_is_gone_holds_the_queue(home: Home) -> None:
    """Without an outbox nothing is lost: work waits, and resumes when the folder is back."""
    with running(home) as daemon:
        daemon.await_state("idle")
        home.outbox.rename(home.root / "aside")
        (home.inbox / "a.png").write_bytes(drawing("mountain", seed=7))
        status = daemon.await_state("blocked")
        assert status.fault is not None
        assert status.fault.code == "outbox_unwritable"
        (home.root / "aside").rename(home.outbox)
        daemon.sidecar("a.png", status="scored")


def test_an_inbox_that_is_gone_is_waited_for(home: Home) -> None:
    """A vanished inbox is no reason to stop, and its absence deletes nothing."""
    teach_scenes(home)
    (home.inbox / "a.png").write_bytes(drawing("mountain", seed=7))
    with running(home) as daemon:
        before = daemon.sidecar("a.png", status="scored")
        home.inbox.rename(home.root / "aside")
        status = daemon.await_state("blocked")
        assert status.fault is not None
        assert status.fault.code == "inbox_unavailable"
        (home.root / "aside").rename(home.inbox)
        daemon.await_state("idle")
        (home.inbox / "b.png").write_bytes(drawing("mountain", seed=8))
        later = daemon.sidecar("b.png", status="scored")
    assert read_sidecar(home, "a.png") == before
    assert later.references == before.references


def test_a_raised_limit_brings_refused_files_back(home: Home) -> None:
    """Saving another limit tries failed files again, as their remedy promises."""
    good = home.config_file.read_text(encoding="utf-8")
    limit = "\n[limits]\nmax_pixels = {}\n"
    home.config_file.write_text(good + limit.format(10_000), encoding="utf-8")
    (home.inbox / "a.png").write_bytes(drawing("mountain", seed=7))
    with running(home) as daemon:
        refused = daemon.sidecar("a.png", status="error")
        assert refused.error is not None
        assert refused.error.code == "too_large"
        home.config_file.write_text(good + limit.format(1_000_000), encoding="utf-8")
        daemon.sidecar("a.png", status="scored")


def test_a_fault_that_is_no_more_blocks_nothing(home: Home) -> None:
    """When the waiting file is deleted there is nothing left that a full disk could hold up."""
    good = home.config_file.read_text(encoding="utf-8")
    with running(home) as daemon:
        daemon.await_state("idle")
        config = f"{good}\n[limits]\nmin_free_mb = 1_000_000\n"
        home.config_file.write_text(config, encoding="utf-8")
        (home.inbox / "a.png").write_bytes(drawing("mountain", seed=7))
        status = daemon.await_state("blocked")
        assert status.fault is not None
        assert status.fault.code == "disk_full"
        refused = tasted(home, "score", str(home.inbox / "a.png"))
        assert refused.returncode == 1
        assert "min_free_mb" in refused.stderr
        (home.inbox / "a.png").unlink()
        assert daemon.await_state("idle").fault is None


def test_a_command_that_cannot_end_says_why(home: Home) -> None:
    """`run --once` without a model ends with 6 and both remedies, instead of waiting for ever."""
    home.config_file.write_text("", encoding="utf-8")
    (home.inbox / "a.png").write_bytes(drawing("mountain", seed=7))
    done = tasted(home, "run", "--once")
    assert done.returncode == 6
    assert "tasted models pull" in done.stderr


def test_a_reference_that_failed_at_first_counts_later(home: Home) -> None:
    """Once it can be learnt everything is scored anew with it, once."""
    teach_scenes(home)
    good = home.config_file.read_text(encoding="utf-8")
    config = f"{good}\n[limits]\nmax_pixels = 70_000\n"
    home.config_file.write_text(config, encoding="utf-8")
    big = Image.open(io.BytesIO(drawing("mountain", seed=20))).resize((512, 512))
    big.save(home.inbox / "liked" / "big.png")
    (home.inbox / "a.png").write_bytes(drawing("mountain", seed=7))
    with running(home) as daemon:
        daemon.sidecar("liked/big.png", status="error")
        first = daemon.sidecar("a.png", status="scored")
        assert first.references is not None
        home.config_file.write_text(good, encoding="utf-8")
        daemon.sidecar("liked/big.png", status="learnt")

        def counts() -> bool:
            now = read_sidecar(home, "a.png")
            return now is not None and now.references is not None and now.references.liked == 7

        eventually(counts, within_seconds=60)
        (home.inbox / "b.png").write_bytes(drawing("mountain", seed=8))
        daemon.sidecar("b.png", status="scored")
        daemon.await_state("idle")
        settled = (home.outbox / "b.png.json").read_bytes()
        (home.inbox / "c.png").write_bytes(drawing("mountain", seed=9))
        daemon.sidecar("c.png", status="scored")
        daemon.await_state("idle")
        assert (home.outbox / "b.png.json").read_bytes() == settled


def test_a_stop_is_heard_while_references_are_learnt(home: Home) -> None:
    """A rebuilt library does not keep the daemon from leaving, nor its engine."""
    teach_scenes(home)
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
        status = eventually(
            lambda: found if (found := daemon.status()) is not None and found.engine_pid else None,
            within_seconds=60,
        )
        assert daemon.stop() == 0
    assert status.engine_pid is not None
    assert not process_exists(status.engine_pid)


def test_a_name_that_is_no_text_gets_its_error_too(home: Home) -> None:
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
