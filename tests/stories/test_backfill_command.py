"""`tasted backfill` as a person meets it, with the real engine: stopped, continued, forgotten."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from kit.children import bound_by_modes
from kit.daemons import json_lines, running, tasted
from kit.drawings import drawing, label_scenes
from kit.giveaways import found_in, needles
from kit.waiting import eventually
from tasted.home.layout import Home
from tasted.system.faultpoints import VARIABLE
from tasted.system.files import content_id

PLACES = ("mountain", "gym", "forest", "city")
FILES = 12


def tree(folder: Path) -> Path:
    """Draw a tree; one of it is a copy of a liked picture."""
    for number in range(FILES):
        file = folder / PLACES[number % 4] / f"scene {number}.png"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(drawing(PLACES[number % 4], seed=70 + number))
    (folder / "copy.png").write_bytes(drawing("mountain", seed=1))
    (folder / "broken.png").write_bytes(b"no picture at all")
    return folder


@pytest.mark.longest
def test_stopped_continued_listed_and_forgotten(home: Home, tmp_path: Path) -> None:
    """Every step says what to do next; what is forgotten is nowhere in the home any more."""
    with home.config_file.open("a", encoding="utf-8") as settings:
        settings.write('[log]\nlevel = "debug"\n')
    label_scenes(home)
    folder = tree(tmp_path / "photos")
    command = [sys.executable, "-m", "tasted", "--home", str(home.root), "backfill", str(folder)]
    child = subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, VARIABLE: "backfill.kept:14:hang"},
    )
    outbox = home.outbox / "@photos"
    eventually(lambda: len(list(outbox.rglob("*.json"))) >= 14)
    # a second one says that the first one runs
    refused = tasted(home, "backfill", str(folder))
    assert refused.returncode == 75
    assert "is running" in refused.stderr
    child.kill()
    child.communicate(timeout=60)
    listed = tasted(home, "backfill")
    assert "@photos" in listed.stdout
    assert "tasted backfill --name photos" in listed.stdout

    done = tasted(home, "backfill", "--name", "photos", "--json")
    assert done.returncode == 0, done.stderr
    (told,) = json_lines(done.stdout)
    assert (told["scored"], told["failed"], told["left"]) == (FILES + 1, 1, 0)
    assert told["in"] == "@photos"
    shown = json_lines(tasted(home, "results", "--in", "@photos", "--json").stdout)
    assert len(shown) == FILES + 2
    assert json_lines(tasted(home, "results", "--json").stdout) == []
    assert tasted(home, "results", "--in", "@other").returncode == 3
    paths = tasted(home, "results", "--in", "photos", "--top", "1", "--print0").stdout
    assert Path(paths.rstrip("\0")).is_file()

    liked = drawing("mountain", seed=1)
    wanted = needles(home, content_id(liked), ["liked/mountain-1.png", "copy.png"])
    assert found_in(outbox, wanted)
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    forgotten = tasted(home, "forget", "liked/mountain-1.png", "--delete-picture")
    assert forgotten.returncode == 0, forgotten.stderr
    assert "1 picture stays in the folders of backfills" in forgotten.stdout
    assert found_in(home.root, wanted) == set()
    again = tasted(home, "backfill", str(folder))
    assert again.returncode == 0, again.stderr
    assert found_in(outbox, {"id": content_id(liked).encode()}) == set()
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before

    (removal,) = json_lines(tasted(home, "uninstall", "--dry-run", "--json").stdout)
    assert "backfills" in {trace["name"] for trace in removal["traces"]}
    removed = tasted(home, "backfill", "--forget", "@photos")
    assert removed.returncode == 0, removed.stderr
    assert not outbox.exists()
    assert list(home.backfills.iterdir()) == []
    assert tasted(home, "backfill", "--forget", "photos").returncode == 3


def test_it_runs_beside_a_daemon_and_ends_in_order(home: Home, tmp_path: Path) -> None:
    """Neither waits for the other; SIGINT ends it with what to type next."""
    label_scenes(home)
    folder = tree(tmp_path / "photos")
    with running(home) as daemon:
        daemon.await_state("idle")
        child = subprocess.Popen(
            [sys.executable, "-m", "tasted", "--home", str(home.root), "backfill", str(folder)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        outbox = home.outbox / "@photos"
        eventually(lambda: len(list(outbox.rglob("*.json"))) >= 1)
        child.send_signal(signal.SIGINT)
        told, said = child.communicate(timeout=60)
        (home.inbox / "new.png").write_bytes(drawing("gym", seed=200))
        daemon.sidecar("new.png", status="scored")
    assert child.returncode in {0, 130}, said
    if child.returncode == 130:
        assert "Continue: tasted backfill --name photos" in told
    assert not any(home.backfills.glob("photos/engine-*"))


def test_a_new_home_scores_a_folder(home: Home, tmp_path: Path) -> None:
    """Without likes and rejects all are unsure; a damaged taste and an empty folder are told."""
    folder = tmp_path / "photos"
    folder.mkdir()
    for name in ("a", "b"):
        (folder / f"{name}.png").write_bytes(drawing("gym", seed=ord(name)))
    done = tasted(home, "backfill", str(folder))
    assert done.returncode == 0, done.stderr
    assert "Done: 2 pictures scored." in done.stdout
    shown = json_lines(tasted(home, "results", "--in", "@photos", "--json").stdout)
    assert [row["verdict"] for row in shown] == ["unsure", "unsure"]

    (home.backfills / "photos" / "taste" / "taste.arrays").write_bytes(b"x")
    (folder / "c.png").write_bytes(drawing("gym", seed=3))
    failed = tasted(home, "backfill", str(folder))
    assert failed.returncode == 1
    remedy = "tasted backfill --name photos --again"
    assert f"→ Score with the taste of now: {remedy}" in failed.stderr
    again = tasted(home, *remedy.split()[1:])
    assert again.returncode == 0, again.stderr
    assert "Done: 3 pictures scored." in again.stdout

    (tmp_path / "empty").mkdir()
    (tmp_path / "empty" / ".hidden.png").touch()
    empty = tasted(home, "backfill", str(tmp_path / "empty"))
    assert empty.returncode == 0, empty.stderr
    assert empty.stdout == f"There are no pictures in {tmp_path / 'empty'}.\n"
    assert "Passed over" not in empty.stderr


def test_an_outbox_that_takes_nothing_ends_it(home: Home, tmp_path: Path) -> None:
    """The command is over, so it says to run it again, and not that it goes on by itself."""
    label_scenes(home)
    folder = tmp_path / "photos"
    folder.mkdir()
    (folder / "a.png").write_bytes(drawing("gym", seed=70))
    outbox = home.outbox / "@photos"
    outbox.mkdir(mode=0o500)
    program = [*bound_by_modes(), sys.executable, "-m", "tasted", "--home", str(home.root)]
    command = [*program, "backfill", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "cannot be written" in done.stderr
    assert "then run the same command again." in done.stderr
    outbox.chmod(0o700)
    again = subprocess.run(command, capture_output=True, text=True, check=False)
    assert again.returncode == 0, again.stderr
