"""What holds the daemon up, how it says so, and that work resumes by itself."""

import io
import shutil

import pytest
from PIL import Image

from kit.daemons import WITHOUT_OVERRIDE, read_sidecar, running, tasted
from kit.drawings import drawing, label_scenes
from kit.waiting import eventually
from tasted.embedding import pocket
from tasted.home.layout import Home


def test_row_38_files_wait_for_a_missing_model_and_start_by_themselves(home: Home) -> None:
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
    label_scenes(home)
    (home.inbox / "a.png").write_bytes(drawing("mountain", seed=7))
    good = home.config_file.read_text(encoding="utf-8")
    with running(home) as daemon:
        assert daemon.sidecar("a.png", status="scored").verdict == "match"
        home.config_file.write_text(f"{good}\n[scoring]\nmatch_treshold = 0.99\n", encoding="utf-8")

        def complains() -> bool:
            status = daemon.status()
            error = status.settings_error if status is not None else None
            return error is not None and "match_threshold" in error.message

        eventually(complains)
        home.config_file.write_text(
            f'{good}\n[scoring]\nscorer = "seed"\nmatch_threshold = 0.99\n'
            "strong_match_threshold = 0.999\n",
            encoding="utf-8",
        )
        daemon.sidecar("a.png", verdict="no_match")
        cleared = daemon.await_state("idle")
    assert cleared.settings_error is None


def test_row_22_an_unreadable_file_gets_an_error_and_its_neighbours_a_score(home: Home) -> None:
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


def test_row_11_an_outbox_that_is_gone_holds_the_queue(home: Home) -> None:
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


def test_row_14_an_inbox_that_is_gone_is_waited_for(home: Home) -> None:
    """A vanished inbox is no reason to stop, and its absence deletes nothing."""
    label_scenes(home)
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


def test_row_15_an_empty_mount_point_unteaches_nothing(home: Home) -> None:
    """An inbox without its label folders is a disk that is not connected: work waits for it."""
    label_scenes(home)
    (home.inbox / "a.png").write_bytes(drawing("mountain", seed=7))
    with running(home) as daemon:
        daemon.sidecar("a.png", status="scored")
        daemon.await_state("idle")
        before = (home.outbox / "a.png.json").read_bytes()
        home.inbox.rename(home.root / "aside")
        home.inbox.mkdir()
        status = daemon.await_state("blocked")
        assert status.fault is not None
        assert status.fault.code == "inbox_unavailable"
        assert "liked" in status.fault.remedy
        home.inbox.rmdir()
        (home.root / "aside").rename(home.inbox)
        (home.inbox / "b.png").write_bytes(drawing("mountain", seed=8))
        later = daemon.sidecar("b.png", status="scored")
        daemon.await_state("idle")
    assert later.references is not None
    assert (later.references.liked, later.references.rejected) == (6, 6)
    assert (home.outbox / "a.png.json").read_bytes() == before


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


def test_row_12_a_fault_that_is_no_more_blocks_nothing(home: Home) -> None:
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
    label_scenes(home)
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

        eventually(counts)
        (home.inbox / "b.png").write_bytes(drawing("mountain", seed=8))
        daemon.sidecar("b.png", status="scored")
        daemon.await_state("idle")
        settled = (home.outbox / "b.png.json").read_bytes()
        (home.inbox / "c.png").write_bytes(drawing("mountain", seed=9))
        daemon.sidecar("c.png", status="scored")
        daemon.await_state("idle")
        assert (home.outbox / "b.png.json").read_bytes() == settled


@pytest.mark.parametrize("folder", ["inbox", "outbox"])
def test_row_11_row_14_once_ends_with_the_fault_of_a_folder_that_is_gone(
    home: Home, folder: str
) -> None:
    """Whoever runs until nothing is left to do is told why nothing can be done."""
    home.current_file.write_text("{}", encoding="utf-8")
    shutil.rmtree(home.root / folder)
    done = tasted(home, "run", "--once")
    assert done.returncode == 1
    assert f"{home.root / folder} cannot be read" in done.stderr
    assert not (home.root / folder).exists()
