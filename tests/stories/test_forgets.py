"""What is forgotten is nowhere in the home any more, whoever was killed meanwhile."""

import json
import os
import signal
import time
from pathlib import Path
from typing import Any

import pytest

from kit.daemons import (
    RunningDaemon,
    json_lines,
    read_sidecar,
    running,
    tasted,
    tasted_on_terminal,
)
from kit.drawings import drawing, label_scenes
from kit.giveaways import found_in, needles
from kit.waiting import eventually
from tasted.home.layout import Home
from tasted.system.faultpoints import FORGET_POINTS, VARIABLE
from tasted.system.files import content_id

NAME = "Zoë peak \U0001f3d4.png"
BIO = "wild secret of the northern hills"
DATA = drawing("mountain", seed=30)
CONTENT = content_id(DATA)
PATHS = (f"anna/{NAME}", f"liked/{NAME}", f"anna/{Path(NAME).stem}.txt")


def _a_liked_profile(home: Home) -> None:
    """Lay out lessons, a picture with a text and its copy among the likes, and others like it."""
    with home.config_file.open("a", encoding="utf-8") as settings:
        settings.write('[log]\nlevel = "debug"\n')
    label_scenes(home)
    (home.inbox / "anna").mkdir()
    (home.inbox / "anna" / NAME).write_bytes(DATA)
    (home.inbox / PATHS[2]).write_text(f"Name: Zoë\n{BIO}", "utf-8")
    (home.inbox / "liked" / NAME).write_bytes(DATA)
    for index in range(3):
        (home.inbox / f"other-{index}.png").write_bytes(drawing("mountain", seed=40 + index))


def _leave_behind(home: Home) -> None:
    """Lay out what interrupted writes and commands that died leave, and a sidecar that is none."""
    name = Path(PATHS[0]).name
    asked = json.dumps({"kind": "score", "inside": [PATHS[0]]})
    left = [
        home.inbox / "liked" / f".{name}.01234567.tmp",
        home.outbox / "anna" / f".{name}.json.01234567.tmp",
        home.requests / ".0123.json.01234567.tmp",
        home.requests / "4567.answer.json",
    ]
    for file in left:
        file.write_text(asked, "utf-8")
        long_ago = time.time() - 600
        os.utime(file, (long_ago, long_ago))
    # of a taste that was being kept when the engine was killed, this instant
    (home.tastes / ".v9.taste.01234567.tmp").write_text(CONTENT, "utf-8")
    home.former_library.mkdir()
    (home.former_library / "half").write_text(CONTENT, "utf-8")
    (home.outbox / "anna" / f"{name}.json").write_text(f"{PATHS[0]} by hand", "utf-8")


def _mentioning(home: Home) -> list[str]:
    return [
        path.name
        for path in home.outbox.glob("other-*.json")
        if CONTENT.encode() in path.read_bytes()
    ]


def _liked(home: Home, path: str) -> int:
    sidecar = read_sidecar(home, path)
    assert sidecar is not None
    assert sidecar.references is not None
    return sidecar.references.liked


def _status_of_ignored(daemon: RunningDaemon) -> int | None:
    status = daemon.status()
    return status.ignored.get("forgotten", 0) if status is not None else None


def _erased(stdout: str) -> dict[str, Any]:
    first, *_rest = json_lines(stdout)
    erased: dict[str, Any] = first["erased"]
    return erased


def test_a_liked_picture_is_forgotten_beside_the_daemon(home: Home) -> None:
    """Its path, id, text and vector are gone at once, and stay gone when the rest is re-scored."""
    _a_liked_profile(home)
    with running(home) as daemon:
        for index in range(3):
            daemon.sidecar(f"other-{index}.png", status="scored")
        daemon.sidecar(PATHS[0], status="scored")
        daemon.sidecar(PATHS[1], status="learnt")
        daemon.await_state("idle")
        # a sidecar whose picture is gone is never scored again, and names its neighbour for ever
        (home.inbox / "other-0.png").unlink()
        wanted = needles(home, CONTENT, PATHS, BIO)
        eventually(lambda: "id" in found_in(home.feedback, wanted))
        there = {"id", "vector", BIO, f"name {NAME}", f"name {NAME} in JSON", f"hash of {PATHS[1]}"}
        assert there <= found_in(home.root, wanted)
        for folder in (home.tastes, home.library):
            assert any(name.startswith("centred vector") for name in found_in(folder, wanted))
        assert f"name {NAME} in a link" in found_in(home.outbox, wanted)
        assert "other-0.png.json" in _mentioning(home)
        done = tasted(home, "forget", "--json", "--delete-picture", str(home.inbox / PATHS[0]))
        assert done.returncode == 0, done.stderr
        assert found_in(home.root, wanted) == set()
        assert "other-1.png" in home.page_file.read_text("utf-8")
        erased = _erased(done.stdout)
        assert (erased["pictures"], erased["label_copies"], erased["texts"]) == (1, 1, 1)
        assert (erased["sidecars"], erased["references"], erased["vectors"]) == (2, 1, 1)
        assert erased["tastes"] >= 1
        assert erased["mentions"] >= 1
        assert erased["log_lines"] >= 2
        assert erased["events"] == 1
        eventually(lambda: _liked(home, "other-1.png") == 6)
        daemon.await_state("idle")
        again = tasted(home, "rescore")
        assert again.returncode == 0, again.stderr
        (home.inbox / "late.png").write_bytes(drawing("mountain", seed=50))
        daemon.sidecar("late.png", status="scored")
        assert found_in(home.root, wanted) == set()
        assert list(home.tastes.glob("*.taste")), "the taste of now is kept without it"
        # the log goes on in the file that was rewritten
        assert b"late.png" in (home.logs / "tasted.log").read_bytes()
        daemon.stop()
    assert found_in(home.root, wanted) == set()
    assert read_sidecar(home, "other-0.png") is not None


def test_without_a_daemon_a_dry_run_changes_nothing_and_the_real_one_everything(home: Home) -> None:
    """By eight digits of its id: first listed, then erased, and what dead processes left."""
    _a_liked_profile(home)
    (home.inbox / "liked" / NAME).rename(home.inbox / "liked" / "kept name.png")
    once = tasted(home, "run", "--once")
    assert once.returncode == 0, once.stderr
    paths = (PATHS[0], "liked/kept name.png", PATHS[2])
    wanted = needles(home, CONTENT, paths, BIO)
    _leave_behind(home)

    def snapshot() -> dict[Path, bytes]:
        kept = {path: path.read_bytes() for path in home.root.rglob("*") if path.is_file()}
        return {path: data for path, data in kept.items() if home.logs not in path.parents}

    before = snapshot()
    dry = tasted(home, "forget", "--dry-run", "--json", CONTENT[:8])
    assert dry.returncode == 0, dry.stderr
    after = snapshot()
    # the pid of whoever had the home last
    assert {path for path in before | after if before.get(path) != after.get(path)} <= {
        home.lock_file
    }
    (listed,) = json_lines(dry.stdout)
    assert {file["path"] for file in listed["files"]} >= {f"inbox/{path}" for path in paths}
    asked = tasted(home, "forget", CONTENT[:8])
    assert asked.returncode == 2
    assert "--keep-picture" in asked.stderr
    done = tasted(home, "forget", "--json", "--delete-picture", CONTENT[:8])
    assert done.returncode == 0, done.stderr
    assert found_in(home.root, wanted) == set()
    found = {kind: count for kind, count in listed["erased"].items() if count}
    assert found["tastes"] >= 1
    erased = _erased(done.stdout)
    assert {kind: erased[kind] for kind in found} == found
    assert "Time Machine" in done.stdout
    assert tasted(home, "run", "--once").returncode == 0
    assert found_in(home.root, wanted) == set()
    assert _liked(home, "other-1.png") == 6


def test_a_kept_picture_is_not_scored_until_it_is_asked_for(home: Home) -> None:
    """It stays ignored through a restart and under another name; `score` takes it back."""
    _a_liked_profile(home)
    with running(home) as daemon:
        daemon.sidecar(PATHS[0], status="scored")
        daemon.await_state("idle")
        wanted = needles(home, CONTENT, PATHS, BIO)
        # a person is asked, and says no
        status, said = tasted_on_terminal(home, "forget", str(home.inbox / "anna"), typed="n\n")
        assert status == 0, said
        assert "Delete there too?" in said
        assert (home.inbox / PATHS[0]).read_bytes() == DATA
        assert (home.inbox / PATHS[2]).exists()
        assert not (home.inbox / PATHS[1]).exists()
        eventually(lambda: _status_of_ignored(daemon) == 1)
    renamed = home.inbox / "renamed.png"
    (home.inbox / PATHS[0]).rename(renamed)
    with running(home) as daemon:
        eventually(lambda: _status_of_ignored(daemon) == 1)
        daemon.await_state("idle")
        assert found_in(home.root, wanted, but=home.inbox) == set()
        assert read_sidecar(home, "renamed.png") is None
        scored = tasted(home, "score", str(renamed))
        assert scored.returncode == 0, scored.stderr
        assert read_sidecar(home, "renamed.png") is not None
        eventually(lambda: _status_of_ignored(daemon) == 0)
    assert json.loads(home.ignored_file.read_bytes())["files"] == {}


@pytest.mark.longest
def test_forgetting_that_was_killed_is_completed_by_running_it_again(home: Home) -> None:
    """SIGKILL at one step after the other, each run further than the last; then to the end."""
    _a_liked_profile(home)
    assert tasted(home, "run", "--once").returncode == 0
    wanted = needles(home, CONTENT, PATHS, BIO)
    command = ("forget", "--delete-picture", str(home.inbox / PATHS[0]))
    for point in FORGET_POINTS:
        killed = tasted(home, *command, environment={VARIABLE: point})
        assert killed.returncode == -signal.SIGKILL, (point, killed.stderr)
    assert found_in(home.root, wanted)
    done = tasted(home, *command)
    assert done.returncode == 0, done.stderr
    assert found_in(home.root, wanted) == set()
    assert tasted(home, *command).returncode == 3
